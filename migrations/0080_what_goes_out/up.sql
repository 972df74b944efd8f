-- Addresses of other programs that hear of what happens.
CREATE TABLE webhook_endpoints (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
    description text NOT NULL CHECK (length(description) <= 200),
    events text[] NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 100),
    secret bytea NOT NULL CHECK (octet_length(secret) = 32),
    -- The secret before counts beside it until then.
    secret_before bytea CHECK (octet_length(secret_before) = 32),
    secret_before_until timestamptz,
    CHECK ((secret_before IS NULL) = (secret_before_until IS NULL)),
    state text NOT NULL CHECK (state IN ('on', 'off', 'switched_off')),
    switched_off_at timestamptz,
    switched_off_because text CHECK (switched_off_because IN ('failing', 'gone')),
    CHECK ((state = 'switched_off') = (switched_off_at IS NOT NULL)),
    CHECK ((switched_off_at IS NULL) = (switched_off_because IS NULL)),
    -- NULL while it takes what is sent.
    failing_since timestamptz,
    created_at timestamptz NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    PRIMARY KEY (tenant_id, id)
);
SELECT ratiba_protect('webhook_endpoints', 'SELECT, INSERT, DELETE');
GRANT UPDATE (url, description, events, secret, secret_before, secret_before_until, state, switched_off_at,
    switched_off_because, failing_since, version) ON webhook_endpoints TO ratiba_app;

-- What goes to them: stored before it is sent, and kept until it is old.
CREATE TABLE webhook_deliveries (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    -- The event; the `webhook-id` under which it goes out.
    event_id uuid NOT NULL,
    event text NOT NULL CHECK (length(event) BETWEEN 1 AND 64),
    occurred_at timestamptz NOT NULL,
    -- What is signed and sent, byte for byte.
    body text NOT NULL CHECK (octet_length(body) <= 65536),
    state text NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    -- When it goes out, or when it ended.
    state_at timestamptz NOT NULL,
    dead_because text CHECK (dead_because IN ('exhausted', 'endpoint_off')),
    CHECK ((state = 'dead') = (dead_because IS NOT NULL)),
    -- Tries since it was made or sent again.
    round smallint NOT NULL DEFAULT 0 CHECK (round >= 0),
    -- The newest tries, oldest first: when, and how it went.
    tries jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(tries) = 'array'),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints ON DELETE CASCADE,
    -- An endpoint is told of an event once.
    UNIQUE (tenant_id, endpoint_id, event_id)
);
CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (tenant_id, state, state_at);
SELECT ratiba_protect('webhook_deliveries', 'SELECT, INSERT, DELETE');
GRANT UPDATE (state, state_at, dead_because, round, tries, version) ON webhook_deliveries TO ratiba_app;
