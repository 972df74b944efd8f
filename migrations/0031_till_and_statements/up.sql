-- The books of a stretch of time, for the till's sheet and for whoever reads journals.
CREATE INDEX ledger_journals_at ON ledger_journals (tenant_id, occurred_at, id);

-- Cash that was booked while no session was open; what lies in the drawer is the sessions' and these.
CREATE INDEX ledger_entries_of_no_till ON ledger_entries (tenant_id)
    WHERE account = 'cash_drawer' AND till_session_id IS NULL;

-- What came by card and by M-Pesa, as it stood on a session's sheet when it was closed: frozen. What is booked later,
-- although it was decided before, stands on the next sheet; nothing stands on two.
CREATE TABLE till_sheet_lines (
    tenant_id uuid NOT NULL,
    journal_id uuid NOT NULL,
    account text NOT NULL CHECK (account IN ('mpesa_clearing', 'card_clearing')),
    session_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    PRIMARY KEY (tenant_id, journal_id, account),
    FOREIGN KEY (tenant_id, journal_id) REFERENCES ledger_journals,
    FOREIGN KEY (tenant_id, session_id) REFERENCES till_sessions
);
CREATE INDEX till_sheet_lines_of_session ON till_sheet_lines (tenant_id, session_id, account);

ALTER TABLE ledger_journals NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_entries NO FORCE ROW LEVEL SECURITY;
ALTER TABLE till_sessions NO FORCE ROW LEVEL SECURITY;
INSERT INTO till_sheet_lines (tenant_id, journal_id, account, session_id, amount_minor)
SELECT DISTINCT ON (j.tenant_id, j.id, b.account) j.tenant_id, j.id, b.account, s.id, b.amount_minor
FROM till_sessions s
JOIN ledger_journals j ON j.tenant_id = s.tenant_id AND j.occurred_at >= s.opened_at AND j.occurred_at < s.closed_at
JOIN LATERAL (
    SELECT e.account, sum(e.amount_minor)::bigint AS amount_minor FROM ledger_entries e
    WHERE e.tenant_id = j.tenant_id AND e.journal_id = j.id AND e.currency = s.currency
        AND e.account IN ('mpesa_clearing', 'card_clearing')
    GROUP BY e.account
) b ON true
ORDER BY j.tenant_id, j.id, b.account, s.closed_at;
ALTER TABLE ledger_journals FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_entries FORCE ROW LEVEL SECURITY;
ALTER TABLE till_sessions FORCE ROW LEVEL SECURITY;
SELECT ratiba_protect('till_sheet_lines', 'SELECT, INSERT');

-- A drawer is locked by its own business alone.
CREATE OR REPLACE FUNCTION ratiba_lock_drawer(of_tenant uuid, alone boolean) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF of_tenant IS DISTINCT FROM ratiba_current_tenant() THEN
        RAISE EXCEPTION 'the drawer is another tenant''s' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF alone THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('drawer:' || of_tenant, 0));
    ELSE
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('drawer:' || of_tenant, 0));
    END IF;
END
$$;
REVOKE ALL ON FUNCTION ratiba_lock_drawer(uuid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ratiba_lock_drawer(uuid, boolean) TO ratiba_app;
ALTER FUNCTION ratiba_cash_belongs_to_till() SET search_path = public, pg_temp;
ALTER FUNCTION ratiba_till_is_frozen() SET search_path = public, pg_temp;

-- A statement of the M-Pesa organisation portal that was brought in.
CREATE TABLE mpesa_statements (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    -- The same file again is the same statement.
    file_hash bytea NOT NULL CHECK (octet_length(file_hash) = 32),
    -- The first and the last moment that it tells of; nothing if it tells of nothing.
    covers_from timestamptz,
    covers_until timestamptz,
    brought_in_by text NOT NULL CHECK (length(brought_in_by) BETWEEN 1 AND 200),
    brought_in_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, file_hash),
    CHECK ((covers_from IS NULL) = (covers_until IS NULL) AND covers_from <= covers_until)
);
SELECT ratiba_protect('mpesa_statements', 'SELECT, INSERT');

-- What M-Pesa says that moved; each movement once, however many statements tell of it.
CREATE TABLE mpesa_statement_lines (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    statement_id uuid NOT NULL,
    line_no integer NOT NULL CHECK (line_no > 0),
    receipt text NOT NULL CHECK (receipt ~ '^[A-Z0-9]{6,20}$'),
    completed_at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('received', 'reversal', 'charge', 'withdrawal')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    account text CHECK (length(account) BETWEEN 1 AND 40),
    linked_receipt text CHECK (linked_receipt ~ '^[A-Z0-9]{6,20}$'),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'money', 'refund', 'fee', 'other', 'ignored')),
    -- Whose money it is; which refund; whose fee.
    attempt_id uuid,
    refund_id uuid,
    payment_id uuid,
    -- Who decided and why, where a person did; a machine only matches.
    decided_by text CHECK (length(decided_by) BETWEEN 1 AND 200),
    decided_reason text CHECK (length(decided_reason) BETWEEN 1 AND 200),
    decided_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, receipt, kind, amount_minor),
    FOREIGN KEY (tenant_id, statement_id) REFERENCES mpesa_statements,
    FOREIGN KEY (tenant_id, attempt_id) REFERENCES payment_attempts,
    FOREIGN KEY (tenant_id, refund_id) REFERENCES payment_refunds,
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments,
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK ((state = 'money') = (attempt_id IS NOT NULL)),
    CHECK ((state = 'refund') = (refund_id IS NOT NULL)),
    CHECK (state = 'fee' OR payment_id IS NULL),
    CHECK ((decided_by IS NULL) = (decided_reason IS NULL)),
    CHECK (state NOT IN ('other', 'ignored') OR decided_by IS NOT NULL)
);
-- Money that moved once stands in one line.
CREATE UNIQUE INDEX mpesa_statement_lines_of_attempt ON mpesa_statement_lines (tenant_id, attempt_id)
    WHERE attempt_id IS NOT NULL;
CREATE UNIQUE INDEX mpesa_statement_lines_of_refund ON mpesa_statement_lines (tenant_id, refund_id)
    WHERE refund_id IS NOT NULL;
CREATE INDEX mpesa_statement_lines_of_statement ON mpesa_statement_lines (tenant_id, statement_id, line_no);
CREATE INDEX mpesa_statement_lines_open ON mpesa_statement_lines (tenant_id, id) WHERE state = 'open';
SELECT ratiba_protect('mpesa_statement_lines', 'SELECT, INSERT');
GRANT UPDATE (state, attempt_id, refund_id, payment_id, decided_by, decided_reason, decided_at)
    ON mpesa_statement_lines TO ratiba_app;

-- What moved by the books and by no statement, and what a person says of it. Its id is that of the attempt or the refund.
CREATE TABLE mpesa_statement_absences (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    attempt_id uuid,
    refund_id uuid,
    verdict text NOT NULL CHECK (verdict IN ('never_moved', 'explained')),
    decided_by text NOT NULL CHECK (length(decided_by) BETWEEN 1 AND 200),
    decided_reason text NOT NULL CHECK (length(decided_reason) BETWEEN 1 AND 200),
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, attempt_id) REFERENCES payment_attempts,
    FOREIGN KEY (tenant_id, refund_id) REFERENCES payment_refunds,
    CHECK (num_nonnulls(attempt_id, refund_id) = 1 AND id = coalesce(attempt_id, refund_id))
);
SELECT ratiba_protect('mpesa_statement_absences', 'SELECT, INSERT');
