-- Roles belong to the whole cluster and are made by `ratiba-migrate roles`; here they are only checked.
DO $$
DECLARE
    missing text;
BEGIN
    SELECT string_agg(wanted, ', ') INTO missing
    FROM unnest(ARRAY['ratiba_owner', 'ratiba_app', 'ratiba_backup']) AS wanted
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'roles are missing: % (run `ratiba-migrate roles` as an administrator first)', missing;
    END IF;
    SELECT string_agg(rolname, ', ') INTO missing
    FROM pg_roles
    WHERE rolname IN ('ratiba_owner', 'ratiba_app', 'ratiba_backup') AND (rolsuper OR rolbypassrls);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'roles must be neither superuser nor BYPASSRLS: %', missing;
    END IF;
END
$$;

CREATE EXTENSION IF NOT EXISTS btree_gist;

GRANT USAGE ON SCHEMA public TO ratiba_app, ratiba_backup;
-- Each process compares its own migration level with the database's at start.
GRANT SELECT ON __diesel_schema_migrations TO ratiba_app, ratiba_backup;

-- The tenant of the running transaction; NULL, and so no rows, when unset, empty or not a UUID.
CREATE FUNCTION ratiba_current_tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN setting ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN setting::uuid
    END
    FROM (SELECT current_setting('ratiba.current_tenant', true) AS setting) AS s
$$;

-- Puts a tenant table behind row-level security: one policy for all commands to the application,
-- one for reading to the backup. Called in the migration that creates the table.
CREATE FUNCTION ratiba_protect(tenant_table regclass, app_may text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
        'CREATE POLICY tenant_rows ON %s FOR ALL TO ratiba_app '
        'USING (tenant_id = (SELECT ratiba_current_tenant())) '
        'WITH CHECK (tenant_id = (SELECT ratiba_current_tenant()))', tenant_table);
    EXECUTE format('CREATE POLICY backup_rows ON %s FOR SELECT TO ratiba_backup USING (true)', tenant_table);
    EXECUTE format('GRANT %s ON %s TO ratiba_app', app_may, tenant_table);
    EXECUTE format('GRANT SELECT ON %s TO ratiba_backup', tenant_table);
END
$$;
REVOKE ALL ON FUNCTION ratiba_protect(regclass, text) FROM PUBLIC;

-- Global: the registry of businesses. Ids and states only; names are in tenant_settings.
CREATE TABLE tenants (
    id uuid PRIMARY KEY,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'closed')),
    created_at timestamptz NOT NULL
);
GRANT SELECT, INSERT ON tenants TO ratiba_app;
GRANT UPDATE (state) ON tenants TO ratiba_app;
GRANT SELECT ON tenants TO ratiba_backup;

CREATE TABLE tenant_settings (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    business_name text NOT NULL CHECK (length(business_name) BETWEEN 1 AND 120),
    zone text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- Each domain reads its own part and refuses what does not fit.
    booking jsonb NOT NULL DEFAULT '{}',
    conversation jsonb NOT NULL DEFAULT '{}',
    payments jsonb NOT NULL DEFAULT '{}',
    commission jsonb NOT NULL DEFAULT '{}',
    version integer NOT NULL DEFAULT 1
);
SELECT ratiba_protect('tenant_settings', 'SELECT, INSERT, UPDATE');

-- Global: who can sign in, known before any tenant is.
CREATE TABLE people (
    id uuid PRIMARY KEY,
    issuer text NOT NULL,
    subject text NOT NULL,
    UNIQUE (issuer, subject)
);
GRANT SELECT, INSERT ON people TO ratiba_app;
GRANT SELECT ON people TO ratiba_backup;

CREATE TABLE memberships (
    tenant_id uuid NOT NULL REFERENCES tenants,
    person_id uuid NOT NULL REFERENCES people,
    role text NOT NULL CHECK (role IN ('owner', 'manager', 'receptionist', 'therapist')),
    suspended_at timestamptz,
    PRIMARY KEY (tenant_id, person_id)
);
GRANT SELECT, INSERT, DELETE ON memberships TO ratiba_app;
GRANT UPDATE (role, suspended_at) ON memberships TO ratiba_app;
GRANT SELECT ON memberships TO ratiba_backup;

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    person_id uuid NOT NULL REFERENCES people,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    ended_at timestamptz
);
GRANT SELECT, INSERT, DELETE ON sessions TO ratiba_app;
GRANT UPDATE (ended_at) ON sessions TO ratiba_app;
GRANT SELECT ON sessions TO ratiba_backup;

-- Global: from a presented secret to the tenant that it opens.
CREATE TABLE access_keys (
    key_hash bytea PRIMARY KEY CHECK (octet_length(key_hash) = 32),
    kind text NOT NULL CHECK (kind IN ('token', 'invitation', 'calendar', 'webhook_path')),
    tenant_id uuid NOT NULL REFERENCES tenants,
    -- The row that says what the key opens, and until when.
    subject_id uuid NOT NULL
);
GRANT SELECT, INSERT, DELETE ON access_keys TO ratiba_app;
GRANT SELECT ON access_keys TO ratiba_backup;

CREATE TABLE personal_access_tokens (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    role text NOT NULL CHECK (role IN ('owner', 'manager', 'receptionist', 'therapist')),
    -- Set when the token speaks for one therapist.
    staff_id uuid,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz CHECK (expires_at > created_at),
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
SELECT ratiba_protect('personal_access_tokens', 'SELECT, INSERT, UPDATE');

-- Global: from a channel's own address of the business (WhatsApp's phone number id) to its tenant.
CREATE TABLE channel_routes (
    channel text NOT NULL CHECK (channel IN ('whatsapp')),
    external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 128),
    tenant_id uuid NOT NULL REFERENCES tenants,
    PRIMARY KEY (channel, external_id)
);
GRANT SELECT, INSERT, DELETE ON channel_routes TO ratiba_app;
GRANT SELECT ON channel_routes TO ratiba_backup;
