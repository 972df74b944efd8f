DROP TABLE mpesa_statement_absences;
DROP TABLE mpesa_statement_lines;
DROP TABLE mpesa_statements;
ALTER FUNCTION ratiba_till_is_frozen() RESET search_path;
ALTER FUNCTION ratiba_cash_belongs_to_till() RESET search_path;
GRANT EXECUTE ON FUNCTION ratiba_lock_drawer(uuid, boolean) TO PUBLIC;
REVOKE EXECUTE ON FUNCTION ratiba_lock_drawer(uuid, boolean) FROM ratiba_app;
CREATE OR REPLACE FUNCTION ratiba_lock_drawer(of_tenant uuid, alone boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF alone THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('drawer:' || of_tenant, 0));
    ELSE
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('drawer:' || of_tenant, 0));
    END IF;
END
$$;
DROP TABLE till_sheet_lines;
DROP INDEX ledger_entries_of_no_till;
DROP INDEX ledger_journals_at;
