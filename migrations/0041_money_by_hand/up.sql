-- The addresses at which a tenant hears of money that customers send by hand. They work for ever; the secret in the path is
-- in access_keys, as a hash.
ALTER TABLE access_keys
    DROP CONSTRAINT access_keys_kind_check,
    ADD CONSTRAINT access_keys_kind_check CHECK (kind IN ('token', 'invitation', 'calendar', 'webhook_path',
        'confirmation_path'));
CREATE TABLE confirmation_addresses (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    -- The business's number that it was made for.
    short_code text NOT NULL CHECK (short_code ~ '^[0-9]{5,7}$'),
    -- Money is refused before it moves if what the customer typed is no payment's reference.
    refuses_unknown boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT ratiba_protect('confirmation_addresses', 'SELECT, INSERT');
GRANT UPDATE (refuses_unknown) ON confirmation_addresses TO ratiba_app;

-- What the provider told of money by hand, stored raw before anything is read from it.
CREATE TABLE payment_confirmations (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    body bytea NOT NULL CHECK (octet_length(body) <= 65536),
    source_address text,
    received_at timestamptz NOT NULL,
    applied_at timestamptz,
    outcome text CHECK (outcome IN ('booked', 'unreadable', 'unknown_reference', 'amount_differs', 'prompt_in_doubt')),
    CHECK ((outcome IS NULL) = (applied_at IS NULL)),
    PRIMARY KEY (tenant_id, id)
);
-- The same message again is the same confirmation.
CREATE UNIQUE INDEX payment_confirmations_once ON payment_confirmations (tenant_id, sha256(body));
CREATE INDEX payment_confirmations_recent ON payment_confirmations (tenant_id, received_at);
SELECT ratiba_protect('payment_confirmations', 'SELECT, INSERT, DELETE');
GRANT UPDATE (applied_at, outcome) ON payment_confirmations TO ratiba_app;
