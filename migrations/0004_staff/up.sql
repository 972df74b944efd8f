CREATE TABLE staff (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    phone text CHECK (phone ~ '^\+[1-9][0-9]{7,14}$'),
    -- Share of the team's work that this person should get, for fair assignment.
    weight integer NOT NULL DEFAULT 100 CHECK (weight BETWEEN 0 AND 1000),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
SELECT ratiba_protect('staff', 'SELECT, INSERT, UPDATE');

ALTER TABLE personal_access_tokens
    ADD FOREIGN KEY (tenant_id, staff_id) REFERENCES staff;

CREATE TABLE staff_services (
    tenant_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    service_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, staff_id, service_id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff,
    FOREIGN KEY (tenant_id, service_id) REFERENCES services
);
CREATE INDEX staff_services_by_service ON staff_services (tenant_id, service_id);
SELECT ratiba_protect('staff_services', 'SELECT, INSERT, DELETE');

-- Weekly hours. A block may cross midnight: it then ends after minute 1440.
CREATE TABLE staff_hours (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    from_minute smallint NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
    to_minute smallint NOT NULL CHECK (to_minute > from_minute AND to_minute <= 2880),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CREATE INDEX staff_hours_of ON staff_hours (tenant_id, staff_id);
SELECT ratiba_protect('staff_hours', 'SELECT, INSERT, UPDATE, DELETE');

-- Dated hours in place of the weekly ones; no blocks: off that day.
CREATE TABLE staff_overrides (
    tenant_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    day date NOT NULL,
    blocks jsonb NOT NULL CHECK (jsonb_typeof(blocks) = 'array'),
    PRIMARY KEY (tenant_id, staff_id, day),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
SELECT ratiba_protect('staff_overrides', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE staff_leave (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
    reason text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CREATE INDEX staff_leave_of ON staff_leave (tenant_id, staff_id, ends_at);
SELECT ratiba_protect('staff_leave', 'SELECT, INSERT, UPDATE, DELETE');
