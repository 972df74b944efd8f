DROP FUNCTION ratiba_why_not_booked(uuid, uuid, text, uuid[], smallint[], timestamptz[], timestamptz[], timestamptz);
DROP FUNCTION ratiba_busy(uuid, uuid[], timestamptz, timestamptz, uuid[]);
DROP FUNCTION ratiba_refuse(text);
DROP FUNCTION ratiba_enter_to_book(uuid);

DROP INDEX appointments_of_staff;
CREATE INDEX appointments_of_staff ON appointments (tenant_id, staff_id, start_at);
DROP INDEX engagements_busy;
CREATE INDEX engagements_busy ON engagements (tenant_id, subject_id, ends_at) INCLUDE (starts_at) WHERE active;
ALTER TABLE engagements
    DROP CONSTRAINT engagements_length,
    DROP COLUMN load_minutes,
    DROP COLUMN held_until;

DROP FUNCTION ratiba_watch_setup(regclass);
-- With the triggers.
DROP FUNCTION ratiba_setup_changed() CASCADE;
DROP FUNCTION ratiba_setup_lock(uuid);
DROP TABLE setup_versions;

CREATE OR REPLACE FUNCTION ratiba_current_tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN setting ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN setting::uuid
    END
    FROM (SELECT current_setting('ratiba.current_tenant', true) AS setting) AS s
$$;
