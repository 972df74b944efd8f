DELETE FROM schedules WHERE name = 'audit_verification';
ALTER TABLE schedules DROP CONSTRAINT schedules_name_check;
ALTER TABLE schedules ADD CHECK (name IN ('reaper', 'digest', 'commission_close'));
DO $$
DECLARE
    watching record;
BEGIN
    FOR watching IN SELECT t.tgname, t.tgrelid::regclass AS watched FROM pg_trigger t
        WHERE t.tgname LIKE 'audit\_%' AND NOT t.tgisinternal
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', watching.tgname, watching.watched);
    END LOOP;
END
$$;
DROP FUNCTION ratiba_audit_standing(uuid[], integer);
DROP FUNCTION ratiba_audit_waiting(uuid[]);
DROP FUNCTION ratiba_watch_audit(regclass, text, text, text, text, text, text, text, text);
DROP FUNCTION ratiba_audit_consents();
DROP FUNCTION ratiba_audit_journals();
DROP FUNCTION ratiba_audit();
DROP FUNCTION ratiba_audit_plain(jsonb);
DROP FUNCTION ratiba_audit_actor(text);
DROP FUNCTION ratiba_is_id(text);
DROP FUNCTION ratiba_show_personal(uuid, uuid, bytea);
DROP FUNCTION ratiba_hide_personal(uuid, uuid, jsonb);
DROP TABLE customer_keys, audit_checks, audit_seals, audit_entries;
DROP EXTENSION pgcrypto;
