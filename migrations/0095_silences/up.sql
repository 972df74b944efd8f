-- Who did not want to be written to and was forgotten is not written to because of that: a hash of where they were written to
-- stays, under a key of the business's own, for nothing else. See docs/privacy.md.
CREATE TABLE silence_keys (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    key bytea NOT NULL CHECK (octet_length(key) = 32)
);
SELECT ratiba_protect('silence_keys', 'SELECT, INSERT');

CREATE TABLE silences (
    tenant_id uuid NOT NULL REFERENCES tenants,
    -- HMAC-SHA-256 of a number, or of what the channel calls them.
    address_hash bytea NOT NULL CHECK (octet_length(address_hash) = 32),
    opted_out_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, address_hash)
);
SELECT ratiba_protect('silences', 'SELECT, INSERT, UPDATE, DELETE');

CREATE FUNCTION ratiba_silence_hash(tenant uuid, address text) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT hmac(convert_to(address, 'UTF8'), k.key, 'sha256') FROM silence_keys k WHERE k.tenant_id = tenant
$$;

-- Keeps that somebody does not want to be written to, if so. Called before they are forgotten.
CREATE FUNCTION ratiba_keep_silence(tenant uuid, customer uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM customers c
        WHERE c.tenant_id = tenant AND c.id = customer AND c.opted_out_at IS NOT NULL) THEN
        RETURN;
    END IF;
    INSERT INTO silence_keys (tenant_id, key) VALUES (tenant, gen_random_bytes(32)) ON CONFLICT DO NOTHING;
    INSERT INTO silences AS s (tenant_id, address_hash, opted_out_at)
    SELECT c.tenant_id, ratiba_silence_hash(c.tenant_id, a.address), c.opted_out_at
    FROM customers c, unnest(ARRAY[c.phone, c.channel_user_id]) AS a(address)
    WHERE c.tenant_id = tenant AND c.id = customer AND a.address IS NOT NULL
    ON CONFLICT (tenant_id, address_hash) DO UPDATE SET opted_out_at = greatest(s.opted_out_at, excluded.opted_out_at);
END
$$;

-- Whoever comes on record again, by an import, at the desk, in the chat or by a new contact, is who they said they are: somebody
-- who is not written to unless they write. The hash has done its work then, and goes.
CREATE FUNCTION ratiba_recall_silence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz;
BEGIN
    IF NOT EXISTS (SELECT FROM silence_keys k WHERE k.tenant_id = NEW.tenant_id) THEN
        RETURN NEW;
    END IF;
    WITH recalled AS (
        DELETE FROM silences s
        WHERE s.tenant_id = NEW.tenant_id AND s.address_hash = ANY (ARRAY[
            ratiba_silence_hash(NEW.tenant_id, NEW.phone), ratiba_silence_hash(NEW.tenant_id, NEW.channel_user_id)])
        RETURNING s.opted_out_at
    )
    SELECT max(r.opted_out_at) INTO since FROM recalled r;
    NEW.opted_out_at := coalesce(NEW.opted_out_at, since);
    RETURN NEW;
END
$$;
CREATE TRIGGER recall_silence_of_new BEFORE INSERT ON customers
    FOR EACH ROW WHEN (NEW.phone IS NOT NULL OR NEW.channel_user_id IS NOT NULL) EXECUTE FUNCTION ratiba_recall_silence();
CREATE TRIGGER recall_silence_of_known BEFORE UPDATE OF phone, channel_user_id ON customers
    FOR EACH ROW WHEN (NEW.phone IS DISTINCT FROM OLD.phone AND NEW.phone IS NOT NULL
        OR NEW.channel_user_id IS DISTINCT FROM OLD.channel_user_id AND NEW.channel_user_id IS NOT NULL)
    EXECUTE FUNCTION ratiba_recall_silence();
