-- Where the customer pays, if the provider has a page for it.
ALTER TABLE payment_attempts ADD COLUMN page_url text CHECK (length(page_url) BETWEEN 1 AND 600);

-- The addresses for notices that a tenant has at its card provider. They work for ever; the secret in the path is in
-- access_keys, as a hash.
CREATE TABLE card_notice_addresses (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    -- A hash of the provider's account and of our own public address.
    account_hash bytea NOT NULL CHECK (octet_length(account_hash) = 32),
    -- The provider's id of the address, which every order names.
    provider_id text NOT NULL CHECK (length(provider_id) BETWEEN 1 AND 64),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX card_notice_addresses_newest ON card_notice_addresses (tenant_id, account_hash, id);
SELECT ratiba_protect('card_notice_addresses', 'SELECT, INSERT');

-- Notices that say "look at this order", stored raw before anything is done about them. The same one may come again
-- because something changed, so equal bodies are no repetition.
CREATE TABLE card_notices (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    attempt_id uuid NOT NULL,
    -- The provider's id of the order, as the notice has it.
    tracking text NOT NULL CHECK (length(tracking) BETWEEN 1 AND 64),
    body bytea NOT NULL CHECK (octet_length(body) <= 65536),
    source_address text,
    received_at timestamptz NOT NULL,
    applied_at timestamptz,
    outcome text CHECK (outcome IN ('applied', 'foreign_ids')),
    CHECK ((outcome IS NULL) = (applied_at IS NULL)),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, attempt_id) REFERENCES payment_attempts
);
CREATE INDEX card_notices_waiting ON card_notices (tenant_id, attempt_id) WHERE outcome IS NULL;
SELECT ratiba_protect('card_notices', 'SELECT, INSERT');
GRANT UPDATE (applied_at, outcome) ON card_notices TO ratiba_app;

-- The dead letters of a tenant are counted per hour.
CREATE INDEX payment_callbacks_unrouted_of_tenant ON payment_callbacks_unrouted (tenant_id, received_at);
