-- Lines of frozen documents that their owners hold to be wrong.
CREATE TABLE commission_disputes (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    period_id uuid NOT NULL,
    position integer NOT NULL,
    staff_id uuid NOT NULL,
    -- In the owner's words.
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'accepted', 'rejected')),
    decided_by text,
    decided_at timestamptz,
    answer text CHECK (length(answer) BETWEEN 1 AND 500),
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT commission_disputes_decided CHECK (
        CASE state
            WHEN 'open' THEN num_nonnulls(decided_by, decided_at, answer) = 0
            WHEN 'accepted' THEN num_nonnulls(decided_by, decided_at) = 2
            ELSE num_nonnulls(decided_by, decided_at, answer) = 3
        END),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, period_id, position) REFERENCES commission_line,
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CREATE UNIQUE INDEX commission_disputes_one_open ON commission_disputes (tenant_id, period_id, position)
    WHERE state = 'open';
CREATE INDEX commission_disputes_by_state ON commission_disputes (tenant_id, state, opened_at);
SELECT ratiba_protect('commission_disputes', 'SELECT, INSERT');
GRANT UPDATE (state, decided_by, decided_at, answer, version) ON commission_disputes TO ratiba_app;
