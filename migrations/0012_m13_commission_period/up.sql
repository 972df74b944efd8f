-- Frozen figures only; a correction is a new row that names the one it amends.
CREATE TABLE commission_period (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    -- Local dates, half-open.
    period_start date NOT NULL,
    period_end date NOT NULL,
    CHECK (period_end > period_start),
    type text NOT NULL CHECK (type IN ('close', 'amendment')),
    amendment_of_id uuid,
    CONSTRAINT commission_period_amendment CHECK ((type = 'amendment') = (amendment_of_id IS NOT NULL)),
    commission_kes_minor bigint NOT NULL,
    tip_kes_minor bigint NOT NULL,
    hours_worked numeric(8, 2) NOT NULL,
    services_rendered_count integer NOT NULL,
    frozen_at timestamptz NOT NULL,
    frozen_by text NOT NULL,
    -- Payroll's own id of the period, filled once.
    vendor_period_id text,
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    engine_version text NOT NULL,
    -- The rules as they were, so that a frozen figure can be explained for ever.
    rules jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, id, staff_id, period_start, period_end),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff,
    -- An amendment has its document's staff member and period.
    FOREIGN KEY (tenant_id, amendment_of_id, staff_id, period_start, period_end)
        REFERENCES commission_period (tenant_id, id, staff_id, period_start, period_end),
    CONSTRAINT commission_period_once
        UNIQUE NULLS NOT DISTINCT (tenant_id, staff_id, period_start, period_end, type, amendment_of_id),
    CONSTRAINT commission_period_no_overlap
        EXCLUDE USING gist (tenant_id WITH =, staff_id WITH =, daterange(period_start, period_end, '[)') WITH &&)
        WHERE (type = 'close')
);
-- At most one amendment of any one document, so that amendments form a chain.
CREATE UNIQUE INDEX commission_period_chain ON commission_period (tenant_id, amendment_of_id)
    WHERE amendment_of_id IS NOT NULL;
CREATE INDEX commission_period_by_month ON commission_period (tenant_id, period_start);
SELECT ratiba_protect('commission_period', 'SELECT, INSERT');
GRANT UPDATE (vendor_period_id) ON commission_period TO ratiba_app;

CREATE FUNCTION ratiba_commission_is_frozen() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.vendor_period_id IS NULL AND NEW.vendor_period_id IS NOT NULL
            AND to_jsonb(NEW) - 'vendor_period_id' = to_jsonb(OLD) - 'vendor_period_id' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a frozen commission figure cannot be changed' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER commission_period_frozen BEFORE UPDATE OR DELETE ON commission_period
    FOR EACH ROW EXECUTE FUNCTION ratiba_commission_is_frozen();

-- The lines of a frozen figure, with all that explains them.
CREATE TABLE commission_line (
    tenant_id uuid NOT NULL,
    period_id uuid NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    appointment_id uuid NOT NULL,
    -- NULL: no rule covered it.
    rule_id uuid,
    base_minor bigint NOT NULL,
    rate_basis_points integer,
    amount_minor bigint NOT NULL,
    tip_minor bigint NOT NULL DEFAULT 0,
    minutes integer NOT NULL CHECK (minutes >= 0),
    -- Why: winning rule, what it beat, base steps, rounding, fallbacks used.
    reason jsonb NOT NULL,
    PRIMARY KEY (tenant_id, period_id, position),
    FOREIGN KEY (tenant_id, period_id) REFERENCES commission_period,
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointments
);
CREATE INDEX commission_line_of_appointment ON commission_line (tenant_id, appointment_id);
SELECT ratiba_protect('commission_line', 'SELECT, INSERT');
CREATE TRIGGER commission_line_frozen BEFORE UPDATE OR DELETE ON commission_line
    FOR EACH ROW EXECUTE FUNCTION ratiba_commission_is_frozen();

-- What waits for a reviewer; may be replaced at will.
CREATE TABLE commission_draft (
    tenant_id uuid NOT NULL REFERENCES tenants,
    period_start date NOT NULL,
    period_end date NOT NULL,
    content jsonb NOT NULL,
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    drafted_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, period_start, period_end)
);
SELECT ratiba_protect('commission_draft', 'SELECT, INSERT, UPDATE, DELETE');
