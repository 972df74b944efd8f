-- What the database can do at best, in a schema of its own: the least tables with which a booking can be made
-- and free time be found, under the same row-level security as the product's. Run as an administrator.
CREATE SCHEMA limits;
GRANT USAGE ON SCHEMA limits TO ratiba_app;

-- Identities that follow from a number, so that a script can name a row without looking it up.
CREATE FUNCTION limits.numbered(kind text, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('00000000-0000-7000-' || kind || '-' || lpad(to_hex(n), 12, '0'))::uuid;
CREATE FUNCTION limits.staff(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid;
CREATE FUNCTION limits.service(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN limits.numbered('9000', n);
CREATE FUNCTION limits.customer(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN limits.numbered('a000', n);

-- A day has eight turns of 75 minutes from 09:00 on. Whether the diary of `staff` is taken at `turn` of the day
-- that lies `day` days after today: six turns of ten, by a hash, the same in every run.
CREATE FUNCTION limits.taken(day integer, staff integer, turn integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended((day + 10000)::bigint * 10000 + staff * 10 + turn, 42) & 1023) < 614;
CREATE FUNCTION limits.turn_starts(today date, day integer, turn integer) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (today + day + time '09:00' + turn * interval '75 minutes') AT TIME ZONE 'Africa/Nairobi';

-- One row per claim on the time of one person.
CREATE TABLE limits.bookings (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    -- No longer than a day, so that a search knows where to begin.
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at AND ends_at <= starts_at + interval '1 day'),
    span tstzrange GENERATED ALWAYS AS (tstzrange(starts_at, ends_at, '[)')) STORED,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT bookings_no_overlap EXCLUDE USING gist (tenant_id WITH =, staff_id WITH =, span WITH &&)
);
CREATE INDEX bookings_busy ON limits.bookings (tenant_id, staff_id, starts_at) INCLUDE (ends_at);

CREATE TABLE limits.idempotency (
    tenant_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    outcome jsonb NOT NULL,
    PRIMARY KEY (tenant_id, key)
);

CREATE TABLE limits.outbox (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    topic text NOT NULL,
    payload jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_tail ON limits.outbox (tenant_id, seq);

-- What a webhook brought, as it came.
CREATE TABLE limits.inbox (
    tenant_id uuid NOT NULL,
    id text NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- A queue of all tenants, outside the fences as the product's is.
CREATE TABLE limits.jobs (
    id uuid PRIMARY KEY,
    run_at timestamptz NOT NULL,
    payload jsonb NOT NULL
);
CREATE INDEX jobs_due ON limits.jobs (run_at);
GRANT SELECT, UPDATE, DELETE ON limits.jobs TO ratiba_app;

-- B1: what b6.sql does in six statements, in one call.
CREATE FUNCTION limits.book(tenant uuid, number integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    INSERT INTO limits.idempotency (tenant_id, key, fingerprint, outcome)
    VALUES (tenant, 'b1-' || number, sha256(number::text::bytea), '{"status": 201}')
    ON CONFLICT DO NOTHING;
    INSERT INTO limits.bookings (tenant_id, id, staff_id, starts_at, ends_at)
    VALUES (tenant, gen_random_uuid(), limits.staff(number % 200),
        timestamptz '2150-01-01' + (number / 200) * interval '75 minutes',
        timestamptz '2150-01-01' + (number / 200) * interval '75 minutes' + interval '70 minutes')
    ON CONFLICT ON CONSTRAINT bookings_no_overlap DO NOTHING;
    INSERT INTO limits.outbox (tenant_id, id, topic, payload)
    VALUES (tenant, gen_random_uuid(), 'booking', jsonb_build_object('kind', 'visit_confirmed', 'visit', number));
END
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['bookings', 'idempotency', 'outbox', 'inbox'] LOOP
        EXECUTE format('ALTER TABLE limits.%I OWNER TO ratiba_owner', name);
        EXECUTE format('ALTER TABLE limits.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE limits.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY tenant_rows ON limits.%I FOR ALL TO ratiba_app '
            'USING (tenant_id = (SELECT current_setting(''ratiba.current_tenant'')::uuid)) '
            'WITH CHECK (tenant_id = (SELECT current_setting(''ratiba.current_tenant'')::uuid))', name);
        EXECUTE format('GRANT SELECT, INSERT ON limits.%I TO ratiba_app', name);
    END LOOP;
END
$$;
