-- The message templates that were submitted to the channel's owner, and what became of them.
CREATE TABLE message_templates (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 512),
    language text NOT NULL CHECK (length(language) BETWEEN 1 AND 20),
    -- What was submitted; nothing of one that is only noted as missed.
    category text,
    body text CHECK (length(body) <= 1024),
    parameters integer CHECK (parameters >= 0),
    state text NOT NULL
        CHECK (state IN ('not_submitted', 'pending', 'approved', 'rejected', 'paused', 'disabled', 'gone')),
    -- Why the channel's owner rejected it.
    reason text CHECK (length(reason) <= 300),
    provider_id text CHECK (length(provider_id) BETWEEN 1 AND 256),
    state_at timestamptz NOT NULL,
    -- When the business was told that it is missed; nothing again before it was approved.
    told_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name, language)
);
SELECT ratiba_protect('message_templates', 'SELECT, INSERT');
GRANT UPDATE (category, body, parameters, state, reason, provider_id, state_at, told_at) ON message_templates TO ratiba_app;

-- The business account that an address belongs to; told with each message. Templates belong to the account.
ALTER TABLE channel_routes ADD COLUMN account_id text CHECK (length(account_id) BETWEEN 1 AND 128);
GRANT UPDATE (account_id) ON channel_routes TO ratiba_app;
CREATE INDEX channel_routes_account ON channel_routes (channel, account_id) WHERE account_id IS NOT NULL;
