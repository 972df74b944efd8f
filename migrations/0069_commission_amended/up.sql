-- What a guarantee topped up, and what of a clawback was carried on (above nothing) or taken in (below).
ALTER TABLE commission_period
    ADD COLUMN top_up_kes_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN carried_kes_minor bigint NOT NULL DEFAULT 0;
-- A line of an amendment tells differences.
ALTER TABLE commission_line DROP CONSTRAINT commission_line_minutes_check;

-- Proposed amendments that somebody looked at and does not want.
CREATE TABLE commission_dismissal (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    staff_id uuid NOT NULL,
    -- The first day of the month.
    period_start date NOT NULL,
    -- Of the inputs that were looked at: others are proposed anew.
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    dismissed_by uuid NOT NULL,
    dismissed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CREATE INDEX commission_dismissal_by_month ON commission_dismissal (tenant_id, period_start);
SELECT ratiba_protect('commission_dismissal', 'SELECT, INSERT');

-- Its own, so that a change of commission's switches is decided on what was seen of them.
ALTER TABLE tenant_settings ADD COLUMN commission_version integer NOT NULL DEFAULT 1;

-- A rule of which no day has come may be taken away.
GRANT DELETE ON commission_rules TO ratiba_app;
