CREATE OR REPLACE FUNCTION ratiba_audit_waiting(businesses uuid[]) RETURNS uuid[] LANGUAGE plpgsql AS $$
DECLARE
    business uuid;
    sealed bigint;
    oldest bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    found_waiting uuid[] := '{}';
BEGIN
    FOREACH business IN ARRAY businesses LOOP
        PERFORM set_config('ratiba.current_tenant', business::text, true);
        sealed := coalesce((SELECT s.horizon FROM audit_seals s WHERE s.tenant_id = business ORDER BY s.position DESC LIMIT 1), 0);
        IF sealed > oldest OR EXISTS (SELECT FROM audit_entries e WHERE e.tenant_id = business AND e.xact >= sealed AND e.xact < oldest)
        THEN
            found_waiting := found_waiting || business;
        END IF;
    END LOOP;
    PERFORM set_config('ratiba.current_tenant', '', true);
    RETURN found_waiting;
END
$$;
DROP INDEX audit_checks_sound;
DROP TABLE audit_marks;
DROP FUNCTION ratiba_server();
