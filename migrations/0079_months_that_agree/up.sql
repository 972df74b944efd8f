-- A month that is closed again is computed again only when something changed since it was last found to agree. The end of the
-- work is indexed as a CASE: of `coalesce` a server cannot know that it leaks nothing, so that under row-level security it
-- reads every month of a business to find one.
CREATE INDEX appointments_ended ON appointments
    (tenant_id, (CASE WHEN actual_end_at IS NULL THEN end_at ELSE actual_end_at END))
    WHERE state IN ('completed', 'no_show');
DROP INDEX appointments_completed;

CREATE TABLE commission_agreed (
    tenant_id uuid NOT NULL REFERENCES tenants,
    period_start date NOT NULL,
    -- The mark of what the month was made from, and how many documents it had.
    inputs bytea NOT NULL CHECK (octet_length(inputs) = 32),
    documents integer NOT NULL CHECK (documents > 0),
    PRIMARY KEY (tenant_id, period_start)
);
SELECT ratiba_protect('commission_agreed', 'SELECT, INSERT, UPDATE');
