-- What tells whose messages were answered. Run as an administrator.
CREATE FUNCTION limits.message(number bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT 'wamid.9.' || lpad(number::text, 11, '0') $$;

-- Those of the messages with these numbers whose reply is on record.
CREATE FUNCTION limits.answered(tenant uuid, numbers integer[]) RETURNS text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (SELECT coalesce(string_agg(n::text, ' '), '') FROM unnest(numbers) AS n
        WHERE EXISTS (SELECT FROM inbound_messages i
            JOIN outgoing_messages o ON o.tenant_id = tenant AND o.thread_id = i.thread_id
            WHERE i.tenant_id = tenant AND i.channel = 'whatsapp' AND i.provider_id = limits.message(n)));
END
$$;

-- Those of the messages with these numbers whose reply the provider has accepted.
CREATE FUNCTION limits.handed_over(tenant uuid, numbers integer[]) RETURNS text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (SELECT coalesce(string_agg(n::text, ' '), '') FROM unnest(numbers) AS n
        WHERE EXISTS (SELECT FROM inbound_messages i
            JOIN outgoing_messages o ON o.tenant_id = tenant AND o.thread_id = i.thread_id AND o.state = 'sent'
            WHERE i.tenant_id = tenant AND i.channel = 'whatsapp' AND i.provider_id = limits.message(n)));
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
