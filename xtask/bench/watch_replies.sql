-- What tells whose messages were answered. Run as an administrator.
CREATE FUNCTION limits.message(number bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT 'wamid.9.' || lpad(number::text, 11, '0') $$;

-- Those of the messages with these numbers whose reply is on record, by one look into an index each: whoever watches must
-- not be a load.
CREATE FUNCTION limits.answered(tenant uuid, numbers integer[]) RETURNS text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    RETURN (SELECT coalesce(string_agg(n::text, ' '), '') FROM unnest(numbers) AS n
        CROSS JOIN LATERAL (SELECT i.thread_id FROM inbound_messages i
            WHERE i.tenant_id = tenant AND i.channel = 'whatsapp' AND i.provider_id = limits.message(n) LIMIT 1) AS i
        CROSS JOIN LATERAL (SELECT FROM outgoing_messages o
            WHERE o.tenant_id = tenant AND o.thread_id = i.thread_id LIMIT 1) AS reply);
END
$$;

-- Those of the messages with these numbers whose reply the provider has accepted.
CREATE FUNCTION limits.handed_over(tenant uuid, numbers integer[]) RETURNS text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    RETURN (SELECT coalesce(string_agg(n::text, ' '), '') FROM unnest(numbers) AS n
        CROSS JOIN LATERAL (SELECT i.thread_id FROM inbound_messages i
            WHERE i.tenant_id = tenant AND i.channel = 'whatsapp' AND i.provider_id = limits.message(n) LIMIT 1) AS i
        CROSS JOIN LATERAL (SELECT FROM outgoing_messages o
            WHERE o.tenant_id = tenant AND o.thread_id = i.thread_id AND o.state = 'sent' LIMIT 1) AS reply);
END
$$;

-- A turn ends with the reply on record. Its sending is put off, so that neither the provider nor its reports are measured.
CREATE FUNCTION limits.put_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.run_at := NEW.run_at + interval '1 day';
    RETURN NEW;
END
$$;
CREATE TRIGGER put_off BEFORE INSERT ON jobs FOR EACH ROW WHEN (NEW.kind = 'conversation.send')
    EXECUTE FUNCTION limits.put_off();
