-- Whoever walks in may give no more than a name.
ALTER TABLE customers DROP CONSTRAINT customers_check;
ALTER TABLE customers ADD CONSTRAINT customers_known_by_something
    CHECK (phone IS NOT NULL OR channel_user_id IS NOT NULL OR name IS NOT NULL);

-- The queue at the desk, in the order of arrival.
CREATE TABLE walk_ins (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    customer_id uuid,
    -- What somebody who is no customer yet is called.
    guest_name text CHECK (length(guest_name) BETWEEN 1 AND 40),
    CHECK ((customer_id IS NULL) <> (guest_name IS NULL)),
    joined_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'seated', 'left')),
    -- When they were seated or left.
    ended_at timestamptz,
    CHECK ((state = 'waiting') = (ended_at IS NULL)),
    visit_id uuid,
    CHECK ((state = 'seated') = (visit_id IS NOT NULL)),
    departure text CHECK (departure IN ('gone', 'turned_away', 'day_over')),
    CHECK ((state = 'left') = (departure IS NOT NULL)),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (tenant_id, visit_id) REFERENCES visits
);
CREATE INDEX walk_ins_waiting ON walk_ins (tenant_id, joined_at, id) WHERE state = 'waiting';
SELECT ratiba_protect('walk_ins', 'SELECT, INSERT, UPDATE');

CREATE TABLE walk_in_parts (
    tenant_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    position smallint NOT NULL CHECK (position BETWEEN 0 AND 7),
    service_id uuid NOT NULL,
    wish text NOT NULL CHECK (wish IN ('any', 'rather', 'offered', 'only')),
    staff_id uuid,
    CHECK ((wish = 'any') = (staff_id IS NULL)),
    -- 0 is the customer, every other number somebody who comes along.
    guest smallint NOT NULL CHECK (guest BETWEEN 0 AND 255),
    PRIMARY KEY (tenant_id, entry_id, position),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES walk_ins,
    FOREIGN KEY (tenant_id, service_id) REFERENCES services,
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
SELECT ratiba_protect('walk_in_parts', 'SELECT, INSERT');

-- Who wants a time that is not free.
CREATE TABLE waitlist_entries (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    -- Local days, both included, and the part of the day in which the visit begins.
    first_day date NOT NULL,
    last_day date NOT NULL CHECK (last_day BETWEEN first_day AND first_day + 92),
    from_minute smallint NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
    to_minute smallint NOT NULL CHECK (to_minute > from_minute AND to_minute <= 1440),
    channel text NOT NULL CHECK (channel IN ('chat', 'web', 'desk')),
    priority smallint NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 9),
    joined_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'offered', 'booked', 'withdrawn', 'lapsed', 'exhausted')),
    ended_at timestamptz,
    CHECK ((state IN ('waiting', 'offered')) = (ended_at IS NULL)),
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
-- The fence under "nobody has two offers at once".
CREATE UNIQUE INDEX waitlist_one_offer ON waitlist_entries (tenant_id, customer_id) WHERE state = 'offered';
CREATE INDEX waitlist_active ON waitlist_entries (tenant_id, joined_at, id) WHERE state IN ('waiting', 'offered');
SELECT ratiba_protect('waitlist_entries', 'SELECT, INSERT, UPDATE');

CREATE TABLE waitlist_parts (
    tenant_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    position smallint NOT NULL CHECK (position BETWEEN 0 AND 7),
    service_id uuid NOT NULL,
    wish text NOT NULL CHECK (wish IN ('any', 'rather', 'offered', 'only')),
    staff_id uuid,
    CHECK ((wish = 'any') = (staff_id IS NULL)),
    guest smallint NOT NULL CHECK (guest BETWEEN 0 AND 255),
    PRIMARY KEY (tenant_id, entry_id, position),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES waitlist_entries,
    FOREIGN KEY (tenant_id, service_id) REFERENCES services,
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
SELECT ratiba_protect('waitlist_parts', 'SELECT, INSERT');

-- What was offered, in order: each offer is a visit that was held.
CREATE TABLE waitlist_offers (
    tenant_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    number smallint NOT NULL CHECK (number BETWEEN 1 AND 20),
    visit_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
    made_at timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > made_at),
    outcome text CHECK (outcome IN ('accepted', 'passed', 'ran_out')),
    ended_at timestamptz,
    CHECK ((outcome IS NULL) = (ended_at IS NULL)),
    PRIMARY KEY (tenant_id, entry_id, number),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES waitlist_entries,
    FOREIGN KEY (tenant_id, visit_id) REFERENCES visits
);
CREATE UNIQUE INDEX waitlist_offers_open ON waitlist_offers (tenant_id, entry_id) WHERE outcome IS NULL;
CREATE INDEX waitlist_offers_of_visit ON waitlist_offers (tenant_id, visit_id);
SELECT ratiba_protect('waitlist_offers', 'SELECT, INSERT, UPDATE');

-- Calendar feeds; the hash of each one's secret is in access_keys, of the kind 'calendar'.
CREATE TABLE calendar_feeds (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    -- NULL: the whole business.
    staff_id uuid,
    names_shown boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
SELECT ratiba_protect('calendar_feeds', 'SELECT, INSERT, UPDATE');
-- A key is revoked by what it opens.
CREATE INDEX access_keys_of_subject ON access_keys (tenant_id, subject_id);
