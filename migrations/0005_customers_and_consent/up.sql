CREATE TABLE customers (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    -- A WhatsApp sender may hide the number: one of the two is always there.
    phone text CHECK (phone ~ '^\+[1-9][0-9]{7,14}$'),
    channel_user_id text CHECK (length(channel_user_id) BETWEEN 1 AND 140),
    CHECK (phone IS NOT NULL OR channel_user_id IS NOT NULL),
    name text CHECK (length(name) <= 120),
    language text CHECK (language IN ('en', 'sw', 'mixed', 'sheng')),
    -- Invited to the beta cohort.
    in_cohort boolean NOT NULL DEFAULT false,
    opted_out_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX customers_phone ON customers (tenant_id, phone) WHERE phone IS NOT NULL;
CREATE UNIQUE INDEX customers_channel_user ON customers (tenant_id, channel_user_id) WHERE channel_user_id IS NOT NULL;
SELECT ratiba_protect('customers', 'SELECT, INSERT, UPDATE');

-- What was agreed to or withdrawn, word for word; append-only.
CREATE TABLE consents (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('service', 'marketing', 'evaluation')),
    action text NOT NULL CHECK (action IN ('given', 'withdrawn')),
    wording text NOT NULL,
    wording_version text NOT NULL,
    channel text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE INDEX consents_of ON consents (tenant_id, customer_id, at);
SELECT ratiba_protect('consents', 'SELECT, INSERT');
