-- The secrets by which webhooks are signed, sealed like provider_credentials: AES-256-GCM, bound to business and endpoint, under a
-- key that the database never sees. `secret` and `secret_before` hold what a program of before wrote in plain, until a worker's
-- night or `ratiba-admin credentials rotate` seals it: SQL has no key. See docs/credentials.md.
ALTER TABLE webhook_endpoints
    ALTER COLUMN secret DROP NOT NULL,
    -- The name of the key, not the key.
    ADD COLUMN secret_key_id text CHECK (secret_key_id ~ '^[a-z0-9-]{1,40}$'),
    ADD COLUMN secret_nonce bytea CHECK (octet_length(secret_nonce) = 12),
    ADD COLUMN secret_ciphertext bytea CHECK (octet_length(secret_ciphertext) = 48),
    ADD COLUMN secret_before_key_id text CHECK (secret_before_key_id ~ '^[a-z0-9-]{1,40}$'),
    ADD COLUMN secret_before_nonce bytea CHECK (octet_length(secret_before_nonce) = 12),
    ADD COLUMN secret_before_ciphertext bytea CHECK (octet_length(secret_before_ciphertext) = 48),
    -- In one form.
    ADD CONSTRAINT webhook_endpoints_secret_form CHECK (
        num_nonnulls(secret_key_id, secret_nonce, secret_ciphertext) = CASE WHEN secret IS NULL THEN 3 ELSE 0 END),
    -- In one form, or there is none.
    ADD CONSTRAINT webhook_endpoints_secret_before_form CHECK (
        num_nonnulls(secret_before_key_id, secret_before_nonce, secret_before_ciphertext)
            = CASE WHEN secret_before IS NULL AND secret_before_until IS NOT NULL THEN 3 ELSE 0 END),
    DROP CONSTRAINT webhook_endpoints_check,
    ADD CONSTRAINT webhook_endpoints_secret_before_until CHECK (secret_before IS NULL OR secret_before_until IS NOT NULL);
GRANT UPDATE (secret_key_id, secret_nonce, secret_ciphertext, secret_before_key_id, secret_before_nonce, secret_before_ciphertext)
    ON webhook_endpoints TO ratiba_app;

-- Whatever becomes of a secret is on record in either form, and under which key it is.
DROP TRIGGER audit_update ON webhook_endpoints;
DROP TRIGGER audit_insert_or_delete ON webhook_endpoints;
SELECT ratiba_watch_audit('webhook_endpoints', 'INSERT OR DELETE', 'access', 'webhook_endpoint', 'events secret_key_id');
SELECT ratiba_watch_audit('webhook_endpoints', 'UPDATE', 'access', 'webhook_endpoint', 'events switched_off_because secret_key_id', 'id', '', '',
    '(OLD.url, OLD.events, OLD.secret, OLD.secret_ciphertext, OLD.state)
        IS DISTINCT FROM (NEW.url, NEW.events, NEW.secret, NEW.secret_ciphertext, NEW.state)');
