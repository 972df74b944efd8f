-- What opens a business's own account at a provider, encrypted under a key that the database never sees. See docs/credentials.md.
CREATE TABLE provider_credentials (
    tenant_id uuid NOT NULL REFERENCES tenants,
    provider text NOT NULL CHECK (provider IN ('whatsapp', 'mpesa', 'pesapal')),
    name text NOT NULL CHECK (name ~ '^[a-z_]{1,40}$'),
    -- The name of the key, not the key.
    key_id text NOT NULL CHECK (key_id ~ '^[a-z0-9-]{1,40}$'),
    nonce bytea NOT NULL CHECK (octet_length(nonce) = 12),
    -- AES-256-GCM; business, provider and name are bound to it.
    ciphertext bytea NOT NULL CHECK (octet_length(ciphertext) BETWEEN 17 AND 8192),
    set_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, provider, name)
);
SELECT ratiba_protect('provider_credentials', 'SELECT, INSERT, UPDATE, DELETE');
SELECT ratiba_watch_audit('provider_credentials', 'INSERT OR UPDATE OR DELETE', 'access', 'credential', 'provider name key_id', '');
