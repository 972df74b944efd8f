-- What is decided anew about a line of a statement that was opened again is booked anew. A program of before 0059 posts it under
-- the cause of the first time, which is in the books already, and so books nothing: it is refused.
CREATE FUNCTION ratiba_books_it_again() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    times bigint := (SELECT count(*) FROM mpesa_statement_lines_taken_back t
        WHERE t.tenant_id = NEW.tenant_id AND t.line_id = NEW.id);
BEGIN
    -- Whatever was taken back again by the same transaction needs nothing.
    IF times > 0
        AND EXISTS (SELECT FROM mpesa_statement_lines l
            WHERE l.tenant_id = NEW.tenant_id AND l.id = NEW.id AND l.state IN ('fee', 'other'))
        AND NOT EXISTS (SELECT FROM ledger_journals j
            WHERE j.tenant_id = NEW.tenant_id AND j.cause = 'stated-again:' || NEW.id || ':' || times)
    THEN
        RAISE EXCEPTION 'what was decided anew about line % is not booked', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'mpesa_statement_lines_booked_again';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER mpesa_statement_lines_booked_again AFTER UPDATE ON mpesa_statement_lines
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.state = 'open' AND NEW.state IN ('fee', 'other'))
    EXECUTE FUNCTION ratiba_books_it_again();
