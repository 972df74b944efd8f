-- As before: NULL, and so no rows, when unset, empty or not a UUID. But one expression, which the planner copies into
-- each statement; the former one was parsed and planned anew in each.
CREATE OR REPLACE FUNCTION ratiba_current_tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN current_setting('ratiba.current_tenant', true) LIKE '________-____-____-____-____________'
            AND translate(current_setting('ratiba.current_tenant', true), '-0123456789abcdefABCDEF', '') = ''
            AND length(translate(current_setting('ratiba.current_tenant', true), '-', '')) = 32
        THEN current_setting('ratiba.current_tenant', true)::uuid
    END
$$;

-- How often the setup of a tenant changed: what it sells, who works when, what its rules are. A process keeps
-- the setup in memory and compares this number in the same round trip as its own read or write.
CREATE TABLE setup_versions (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    version bigint NOT NULL CHECK (version > 0)
);
SELECT ratiba_protect('setup_versions', 'SELECT, INSERT, UPDATE');

-- The lock between bookings and changes of the setup: bookings share it, a change of the setup has it alone. So
-- whoever changes the setup sees every booking that was made under the old one, and every later booking sees
-- the change. Classes of two-part advisory locks are listed here: 1 is this one.
CREATE FUNCTION ratiba_setup_lock(tenant uuid) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT hashtext(tenant::text) $$;

-- One step further for every tenant whose rows a statement changed.
CREATE FUNCTION ratiba_setup_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    tenant uuid;
BEGIN
    FOR tenant IN SELECT DISTINCT c.tenant_id FROM changed c ORDER BY 1 LOOP
        PERFORM pg_advisory_xact_lock(1, ratiba_setup_lock(tenant));
        INSERT INTO setup_versions (tenant_id, version) VALUES (tenant, 1)
        ON CONFLICT (tenant_id) DO UPDATE SET version = setup_versions.version + 1;
    END LOOP;
    RETURN NULL;
END
$$;

-- Makes a table part of the setup. Called in the migration that creates a table which the engine reads.
CREATE FUNCTION ratiba_watch_setup(setup_table regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER setup_inserted AFTER INSERT ON %s REFERENCING NEW TABLE AS changed '
        'FOR EACH STATEMENT EXECUTE FUNCTION ratiba_setup_changed()', setup_table);
    EXECUTE format('CREATE TRIGGER setup_updated AFTER UPDATE ON %s REFERENCING NEW TABLE AS changed '
        'FOR EACH STATEMENT EXECUTE FUNCTION ratiba_setup_changed()', setup_table);
    EXECUTE format('CREATE TRIGGER setup_deleted AFTER DELETE ON %s REFERENCING OLD TABLE AS changed '
        'FOR EACH STATEMENT EXECUTE FUNCTION ratiba_setup_changed()', setup_table);
END
$$;
REVOKE ALL ON FUNCTION ratiba_watch_setup(regclass) FROM PUBLIC;

SELECT ratiba_watch_setup(watched) FROM unnest(ARRAY['services', 'staff', 'staff_services', 'staff_hours',
    'staff_overrides', 'staff_leave', 'resources', 'resource_outages', 'opening_hours', 'holidays',
    'tenant_settings']::regclass[]) AS watched;

-- What a search needs stands on the claim itself, so that the index alone answers it.
ALTER TABLE engagements
    -- Until when a request or a hold keeps the time; the appointment's own deadline.
    ADD COLUMN held_until timestamptz,
    -- What the appointment counts as load of this staff member: its minutes, on one of its claims; none where
    -- the customer asked for the person by name.
    ADD COLUMN load_minutes integer NOT NULL DEFAULT 0 CHECK (load_minutes >= 0),
    -- The search bounds its scan by it: the longest service and the largest buffers fit; a longer block is several.
    ADD CONSTRAINT engagements_length CHECK (ends_at - starts_at <= interval '36 hours');
ALTER TABLE engagements NO FORCE ROW LEVEL SECURITY;
ALTER TABLE appointments NO FORCE ROW LEVEL SECURITY;
UPDATE engagements e SET held_until = a.hold_expires_at
FROM appointments a
WHERE a.tenant_id = e.tenant_id AND a.id = e.appointment_id AND e.active AND a.hold_expires_at IS NOT NULL;
UPDATE engagements e SET load_minutes = extract(epoch FROM a.end_at - a.start_at) / 60
FROM appointments a
WHERE a.tenant_id = e.tenant_id AND a.id = e.appointment_id AND e.active AND NOT a.staff_requested
    AND e.subject_kind = 'staff' AND e.subject_id = a.staff_id
    AND NOT EXISTS (SELECT FROM engagements earlier
        WHERE earlier.tenant_id = e.tenant_id AND earlier.appointment_id = e.appointment_id AND earlier.active
            AND earlier.subject_id = e.subject_id AND earlier.starts_at < e.starts_at);
ALTER TABLE engagements FORCE ROW LEVEL SECURITY;
ALTER TABLE appointments FORCE ROW LEVEL SECURITY;

DROP INDEX engagements_busy;
CREATE INDEX engagements_busy ON engagements (tenant_id, subject_id, ends_at)
    INCLUDE (starts_at, seat, buffer_before_minutes, buffer_after_minutes, buffers_shared, purpose, held_until, load_minutes)
    WHERE active;
-- Who was booked last is told by when the booking was made.
DROP INDEX appointments_of_staff;
CREATE INDEX appointments_of_staff ON appointments (tenant_id, staff_id, created_at);

-- Opens the tenant for the statement that calls it and, if there is one, for the rest of the transaction. Answers the
-- version of the setup, which cannot change any more before that statement's transaction ends.
CREATE FUNCTION ratiba_enter_to_book(tenant uuid) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('ratiba.current_tenant', tenant::text, true),
        pg_advisory_xact_lock_shared(1, ratiba_setup_lock(tenant));
    RETURN coalesce((SELECT s.version FROM setup_versions s WHERE s.tenant_id = tenant), 0);
END
$$;

-- Ends the running statement, and with it what it wrote. The word tells the program why.
CREATE FUNCTION ratiba_refuse(word text) RETURNS integer
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ratiba: %', word USING ERRCODE = 'RB001';
END
$$;

-- What is engaged of some subjects, all of it in one row: element n of each array is engagement n. Instants are in
-- microseconds since 1970. `booked` are those of `staff` who were ever booked, with when last.
CREATE FUNCTION ratiba_busy(
    tenant uuid, subjects uuid[], from_at timestamptz, to_at timestamptz, staff uuid[],
    OUT setup bigint, OUT subject uuid[], OUT seat smallint[], OUT starts timestamptz[], OUT ends timestamptz[],
    OUT before integer[], OUT after integer[], OUT shared boolean[], OUT blocked boolean[], OUT held timestamptz[],
    OUT load integer[], OUT booked uuid[], OUT booked_last timestamptz[])
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    SELECT coalesce(max(s.version), 0) INTO setup FROM setup_versions s WHERE s.tenant_id = tenant;
    SELECT array_agg(e.subject_id), array_agg(e.seat), array_agg(e.starts_at), array_agg(e.ends_at),
        array_agg(e.buffer_before_minutes), array_agg(e.buffer_after_minutes), array_agg(e.buffers_shared),
        array_agg(e.purpose = 'block'), array_agg(e.held_until), array_agg(e.load_minutes)
    INTO subject, seat, starts, ends, before, after, shared, blocked, held, load
    FROM engagements e
    WHERE e.tenant_id = tenant AND e.subject_id = ANY (subjects) AND e.active
        AND e.ends_at > from_at AND e.ends_at < to_at + interval '36 hours' AND e.starts_at < to_at;
    IF cardinality(staff) > 0 THEN
        SELECT array_agg(s.id), array_agg(b.created_at) INTO booked, booked_last
        FROM unnest(staff) AS s (id)
        CROSS JOIN LATERAL (SELECT a.created_at FROM appointments a
            WHERE a.tenant_id = tenant AND a.staff_id = s.id
                AND a.state IN ('requested', 'held', 'confirmed', 'checked_in', 'in_progress', 'completed')
            ORDER BY a.created_at DESC LIMIT 1) b;
    END IF;
END
$$;

-- Why a new visit could not be booked: it is known already, its key is, or a request or hold is in its way whose
-- deadline has come.
CREATE FUNCTION ratiba_why_not_booked(
    tenant uuid, visit uuid, key text, subjects uuid[], seats smallint[], starts timestamptz[], ends timestamptz[],
    at timestamptz, OUT visit_known boolean, OUT key_used boolean, OUT overdue boolean)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    visit_known := EXISTS (SELECT FROM visits v WHERE v.tenant_id = tenant AND v.id = visit);
    key_used := EXISTS (SELECT FROM visits v WHERE v.tenant_id = tenant AND v.hold_key = key);
    overdue := EXISTS (
        SELECT FROM unnest(subjects, seats, starts, ends) AS c (subject, seat, starts, ends)
        JOIN engagements e ON e.subject_id = c.subject AND e.seat = c.seat
            AND e.ends_at > c.starts AND e.ends_at < c.ends + interval '36 hours' AND e.starts_at < c.ends
        WHERE e.tenant_id = tenant AND e.active AND e.held_until <= at);
END
$$;
