CREATE TABLE conversation_threads (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('whatsapp')),
    driver text NOT NULL CHECK (driver IN ('agent', 'suspended', 'human', 'resumed')),
    -- Versioned JSON; older versions are migrated when read.
    state jsonb NOT NULL,
    language text CHECK (language IN ('en', 'sw', 'mixed', 'sheng')),
    version integer NOT NULL DEFAULT 1,
    opened_at timestamptz NOT NULL,
    last_activity_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE UNIQUE INDEX conversation_threads_open ON conversation_threads (tenant_id, customer_id, channel)
    WHERE closed_at IS NULL;
CREATE INDEX conversation_threads_idle ON conversation_threads (tenant_id, last_activity_at) WHERE closed_at IS NULL;
SELECT ratiba_protect('conversation_threads', 'SELECT, INSERT, UPDATE');

-- Everything that came in, as it came; the provider's id makes a repetition harmless.
CREATE TABLE inbound_messages (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('whatsapp')),
    provider_id text NOT NULL CHECK (length(provider_id) BETWEEN 1 AND 256),
    -- Phone number or business-scoped user id of the sender.
    sender_key text NOT NULL CHECK (length(sender_key) BETWEEN 1 AND 140),
    -- By the provider's clock.
    sent_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    -- json and not jsonb: kept as it came, also what jsonb refuses (a NUL in somebody's text).
    raw json NOT NULL,
    thread_id uuid,
    handled_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, channel, provider_id),
    FOREIGN KEY (tenant_id, thread_id) REFERENCES conversation_threads
);
CREATE INDEX inbound_messages_of_sender ON inbound_messages (tenant_id, channel, sender_key, received_at);
CREATE INDEX inbound_messages_of_thread ON inbound_messages (tenant_id, thread_id, received_at);
SELECT ratiba_protect('inbound_messages', 'SELECT, INSERT, UPDATE');

CREATE TABLE message_statuses (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('whatsapp')),
    provider_id text NOT NULL CHECK (length(provider_id) BETWEEN 1 AND 256),
    status text NOT NULL CHECK (length(status) BETWEEN 1 AND 40),
    callback_data text CHECK (length(callback_data) <= 512),
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    -- json and not jsonb: kept as it came, also what jsonb refuses (a NUL in somebody's text).
    raw json NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, channel, provider_id, status)
);
SELECT ratiba_protect('message_statuses', 'SELECT, INSERT');

-- What must be sent is stored before it is sent.
CREATE TABLE outgoing_messages (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    thread_id uuid,
    channel text NOT NULL CHECK (channel IN ('whatsapp')),
    -- To a customer, whose address is looked up when it is sent; or to a person of the business, at this address.
    customer_id uuid,
    recipient_phone text CHECK (recipient_phone ~ '^\+[1-9][0-9]{7,14}$'),
    recipient_user_id text CHECK (length(recipient_user_id) BETWEEN 1 AND 140),
    CHECK ((customer_id IS NULL) = (recipient_phone IS NOT NULL OR recipient_user_id IS NOT NULL)),
    purpose text NOT NULL
        CHECK (purpose IN ('answer', 'receipt', 'reminder', 'asks_money', 'alert', 'digest', 'marketing')),
    content jsonb NOT NULL,
    -- The template that goes where only templates do.
    fallback jsonb,
    -- Names the occasion: what is on record for it is not recorded again.
    dedup_key text NOT NULL CHECK (length(dedup_key) BETWEEN 1 AND 200),
    state text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'unknown', 'refused', 'abandoned')),
    -- Of a queued one: not to be sent before. Of any other: since when.
    state_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    provider_id text CHECK (length(provider_id) BETWEEN 1 AND 256),
    -- Why it was refused.
    reason text,
    -- The highest status heard; failure is apart.
    delivery text CHECK (delivery IN ('sent', 'delivered', 'read', 'played')),
    failure_code bigint,
    queued_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, thread_id) REFERENCES conversation_threads,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE UNIQUE INDEX outgoing_messages_dedup ON outgoing_messages (tenant_id, dedup_key);
CREATE INDEX outgoing_messages_by_provider_id ON outgoing_messages (tenant_id, channel, provider_id)
    WHERE provider_id IS NOT NULL;
CREATE INDEX outgoing_messages_of_thread ON outgoing_messages (tenant_id, thread_id, queued_at);
SELECT ratiba_protect('outgoing_messages', 'SELECT, INSERT, UPDATE');

-- Global dead letters: a verified body, or a part of one, that could not be split or routed. Rows of no
-- tenant are reached through the two functions below only.
CREATE TABLE inbound_quarantine (
    id uuid PRIMARY KEY,
    tenant_id uuid REFERENCES tenants,
    channel text NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 80),
    body bytea NOT NULL CHECK (octet_length(body) <= 65536),
    received_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'assigned', 'dismissed')),
    handled_by text,
    handled_reason text
);
CREATE INDEX inbound_quarantine_recent ON inbound_quarantine (received_at) WHERE tenant_id IS NULL;
SELECT ratiba_protect('inbound_quarantine', 'SELECT, INSERT, UPDATE');
CREATE POLICY rows_of_no_tenant ON inbound_quarantine FOR ALL TO ratiba_owner
    USING (tenant_id IS NULL) WITH CHECK (tenant_id IS NULL);

-- Stores a body of no tenant; false when the hour's bound of 1,000 is reached and it was only counted.
CREATE FUNCTION ratiba_quarantine(new_id uuid, from_channel text, why text, raw bytea, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM (
            SELECT FROM inbound_quarantine WHERE tenant_id IS NULL AND received_at > at - interval '1 hour' LIMIT 1000
        ) AS recent) >= 1000 THEN
        RETURN false;
    END IF;
    INSERT INTO inbound_quarantine (id, tenant_id, channel, reason, body, received_at)
    VALUES (new_id, NULL, from_channel, why, substring(raw FROM 1 FOR 65536), at);
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION ratiba_quarantine(uuid, text, text, bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ratiba_quarantine(uuid, text, text, bytea, timestamptz) TO ratiba_app;

-- The newest bodies of no tenant, for the operator.
CREATE FUNCTION ratiba_quarantined(most integer) RETURNS SETOF inbound_quarantine
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM inbound_quarantine WHERE tenant_id IS NULL ORDER BY received_at DESC, id DESC LIMIT most
$$;
REVOKE ALL ON FUNCTION ratiba_quarantined(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ratiba_quarantined(integer) TO ratiba_app;
