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
