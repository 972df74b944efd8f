-- Notice and horizon of one service where they differ from the tenant's rules:
-- {"notice": {"chat", "web", "desk"}, "horizon_days": {"chat", "web", "desk"}}, each a number or null.
ALTER TABLE services
    ADD COLUMN booking_window jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(booking_window) = 'object');

-- Whoever changes something names the version that they read.
ALTER TABLE resources ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE staff_overrides ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE holidays ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE tenant_settings ADD COLUMN hours_version integer NOT NULL DEFAULT 1;

ALTER TABLE staff_leave ADD CHECK (length(reason) <= 200);
ALTER TABLE resource_outages ADD CHECK (length(reason) <= 200);
CREATE INDEX resource_outages_of ON resource_outages (tenant_id, resource_id, ends_at);

-- Time that is taken for something other than appointments: lunch, training. Its claims are engagements.
CREATE TABLE blocks (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    staff_id uuid,
    resource_id uuid,
    CHECK ((staff_id IS NULL) <> (resource_id IS NULL)),
    -- NULL: every place of the resource.
    seat smallint CHECK (seat IS NULL OR seat >= 0 AND resource_id IS NOT NULL),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
    reason text CHECK (length(reason) <= 200),
    made_at timestamptz NOT NULL,
    made_by text NOT NULL CHECK (length(made_by) BETWEEN 1 AND 200),
    removed_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff,
    FOREIGN KEY (tenant_id, resource_id) REFERENCES resources
);
CREATE INDEX blocks_by_end ON blocks (tenant_id, ends_at) WHERE removed_at IS NULL;
SELECT ratiba_protect('blocks', 'SELECT, INSERT');
GRANT UPDATE (removed_at) ON blocks TO ratiba_app;

ALTER TABLE engagements
    ADD COLUMN block_id uuid,
    ADD FOREIGN KEY (tenant_id, block_id) REFERENCES blocks,
    ADD CHECK (block_id IS NULL OR purpose = 'block');
CREATE INDEX engagements_of_block ON engagements (tenant_id, block_id) WHERE block_id IS NOT NULL;

-- The bookings that a change of the setup met: they are listed for a person, not lost. An entry is over when
-- somebody saw to it, or by itself once the appointment stands elsewhere; the latter is told by the query.
CREATE TABLE bookings_hit (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    cause text NOT NULL CHECK (cause IN ('leave', 'outage', 'hours', 'override', 'skills', 'service', 'departure',
        'resource', 'opening_hours', 'holiday')),
    -- The leave, the outage, the person, the service or the resource.
    cause_id uuid,
    CHECK ((cause_id IS NULL) = (cause IN ('opening_hours', 'holiday'))),
    cause_day date,
    CHECK ((cause_day IS NOT NULL) = (cause IN ('override', 'holiday'))),
    appointment_id uuid NOT NULL,
    -- Where it stood: its start, and whose time was taken away from it.
    start_at timestamptz NOT NULL,
    subject_id uuid NOT NULL,
    seat smallint NOT NULL DEFAULT 0,
    found_at timestamptz NOT NULL,
    found_by text NOT NULL CHECK (length(found_by) BETWEEN 1 AND 200),
    resolved_at timestamptz,
    resolved_by text CHECK (length(resolved_by) BETWEEN 1 AND 200),
    CHECK ((resolved_at IS NULL) = (resolved_by IS NULL)),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointments
);
CREATE INDEX bookings_hit_open ON bookings_hit (tenant_id, id) WHERE resolved_at IS NULL;
CREATE INDEX bookings_hit_of ON bookings_hit (tenant_id, appointment_id);
SELECT ratiba_protect('bookings_hit', 'SELECT, INSERT');
GRANT UPDATE (resolved_at, resolved_by) ON bookings_hit TO ratiba_app;
