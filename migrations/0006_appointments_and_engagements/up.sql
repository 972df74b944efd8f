CREATE TABLE visits (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    -- The caller's key: asking twice for the same hold gives the same visit.
    hold_key text CHECK (length(hold_key) BETWEEN 1 AND 200),
    -- Reminders that went out, so that none goes twice.
    reminded text[] NOT NULL DEFAULT '{}' CHECK (reminded <@ ARRAY['day_ahead', 'hours_ahead']),
    -- When money came for it that found no time to pay for any more.
    lost_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE UNIQUE INDEX visits_hold_key ON visits (tenant_id, hold_key) WHERE hold_key IS NOT NULL;
CREATE INDEX visits_of_customer ON visits (tenant_id, customer_id);
SELECT ratiba_protect('visits', 'SELECT, INSERT');
GRANT UPDATE (reminded, lost_at, version) ON visits TO ratiba_app;

CREATE TABLE appointments (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    visit_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    service_id uuid NOT NULL,
    -- Who renders it, first of the team; the whole team is in appointment_staff.
    staff_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('requested', 'held', 'confirmed', 'checked_in', 'in_progress', 'completed',
        'expired', 'declined', 'cancelled_by_customer', 'cancelled_by_business', 'no_show')),
    -- When the state was entered.
    state_at timestamptz NOT NULL,
    -- Until when the time is kept without an agreement.
    hold_expires_at timestamptz,
    CHECK ((state IN ('requested', 'held')) = (hold_expires_at IS NOT NULL)),
    -- What the policy asks for a late cancellation or for not coming.
    fee_minor bigint CHECK (fee_minor >= 0),
    CHECK ((state IN ('cancelled_by_customer', 'no_show')) = (fee_minor IS NOT NULL)),
    -- As planned, without buffers.
    start_at timestamptz NOT NULL,
    end_at timestamptz NOT NULL CHECK (end_at > start_at),
    channel text NOT NULL CHECK (channel IN ('chat', 'web', 'desk')),
    staff_requested boolean NOT NULL DEFAULT false,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    list_price_minor bigint NOT NULL CHECK (list_price_minor >= 0),
    discount_minor bigint NOT NULL DEFAULT 0 CHECK (discount_minor >= 0),
    discount_reason text,
    charged_minor bigint NOT NULL CHECK (charged_minor >= 0),
    CHECK (charged_minor = list_price_minor - discount_minor),
    deposit_minor bigint NOT NULL DEFAULT 0 CHECK (deposit_minor BETWEEN 0 AND charged_minor),
    tax_basis_points integer NOT NULL DEFAULT 0,
    product_cost_minor bigint NOT NULL DEFAULT 0,
    -- The service's segments and buffers as they were when it was booked, and the claims they made.
    plan jsonb NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, visit_id) REFERENCES visits,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (tenant_id, service_id) REFERENCES services,
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CREATE INDEX appointments_of_visit ON appointments (tenant_id, visit_id);
CREATE INDEX appointments_by_start ON appointments (tenant_id, start_at);
CREATE INDEX appointments_of_customer ON appointments (tenant_id, customer_id, start_at);
CREATE INDEX appointments_waiting ON appointments (tenant_id, hold_expires_at) WHERE hold_expires_at IS NOT NULL;
CREATE INDEX appointments_of_staff ON appointments (tenant_id, staff_id, start_at);
SELECT ratiba_protect('appointments', 'SELECT, INSERT, UPDATE');

CREATE TABLE appointment_staff (
    tenant_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    position smallint NOT NULL,
    -- NULL: an equal share of the commission.
    share_basis_points integer CHECK (share_basis_points BETWEEN 1 AND 10000),
    PRIMARY KEY (tenant_id, appointment_id, staff_id),
    UNIQUE (tenant_id, appointment_id, position),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointments,
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
SELECT ratiba_protect('appointment_staff', 'SELECT, INSERT, UPDATE, DELETE');

-- A claim on the time of one staff member or one seat of a resource. Double booking is impossible here.
CREATE TABLE engagements (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('staff', 'resource')),
    subject_id uuid NOT NULL,
    -- A resource of capacity n is n seats, each a subject of its own.
    seat smallint NOT NULL DEFAULT 0 CHECK (seat >= 0 AND (subject_kind = 'resource' OR seat = 0)),
    -- Both buffers included, unless the tenant shares them.
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
    span tstzrange GENERATED ALWAYS AS (tstzrange(starts_at, ends_at, '[)')) STORED,
    buffer_before_minutes integer NOT NULL DEFAULT 0 CHECK (buffer_before_minutes BETWEEN 0 AND 240),
    buffer_after_minutes integer NOT NULL DEFAULT 0 CHECK (buffer_after_minutes BETWEEN 0 AND 240),
    buffers_shared boolean NOT NULL DEFAULT false,
    purpose text NOT NULL CHECK (purpose IN ('appointment', 'block')),
    appointment_id uuid,
    CHECK ((purpose = 'appointment') = (appointment_id IS NOT NULL)),
    active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointments,
    CONSTRAINT engagements_no_overlap
        EXCLUDE USING gist (tenant_id WITH =, subject_id WITH =, seat WITH =, span WITH &&) WHERE (active)
);
-- Search uses plain columns: under row-level security operators that are not leakproof use no index.
CREATE INDEX engagements_busy ON engagements (tenant_id, subject_id, ends_at) INCLUDE (starts_at) WHERE active;
CREATE INDEX engagements_of_appointment ON engagements (tenant_id, appointment_id);
SELECT ratiba_protect('engagements', 'SELECT, INSERT, UPDATE');
