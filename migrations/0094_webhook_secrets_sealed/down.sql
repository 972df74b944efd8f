-- Refuses while a secret is sealed: nobody without the key could put it back in plain.
DROP TRIGGER audit_update ON webhook_endpoints;
DROP TRIGGER audit_insert_or_delete ON webhook_endpoints;
SELECT ratiba_watch_audit('webhook_endpoints', 'INSERT OR DELETE', 'access', 'webhook_endpoint', 'events');
SELECT ratiba_watch_audit('webhook_endpoints', 'UPDATE', 'access', 'webhook_endpoint', 'events switched_off_because', 'id', '', '',
    '(OLD.url, OLD.events, OLD.secret, OLD.state) IS DISTINCT FROM (NEW.url, NEW.events, NEW.secret, NEW.state)');
ALTER TABLE webhook_endpoints
    DROP CONSTRAINT webhook_endpoints_secret_form,
    DROP CONSTRAINT webhook_endpoints_secret_before_form,
    DROP CONSTRAINT webhook_endpoints_secret_before_until,
    DROP COLUMN secret_before_ciphertext,
    DROP COLUMN secret_before_nonce,
    DROP COLUMN secret_before_key_id,
    DROP COLUMN secret_ciphertext,
    DROP COLUMN secret_nonce,
    DROP COLUMN secret_key_id,
    ALTER COLUMN secret SET NOT NULL,
    ADD CONSTRAINT webhook_endpoints_check CHECK ((secret_before IS NULL) = (secret_before_until IS NULL));
