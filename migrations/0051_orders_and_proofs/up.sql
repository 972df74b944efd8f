-- What went back outside has something that proves it. Refunds of before have nothing, and stay as they are; the former
-- version makes none without being refused.
ALTER TABLE payment_refunds
    ADD COLUMN reference text CHECK (length(reference) BETWEEN 1 AND 64),
    ADD CONSTRAINT payment_refunds_reference CHECK (reference IS NULL OR way = 'outside'),
    ADD CONSTRAINT payment_refunds_outside_is_proven CHECK (way <> 'outside' OR reference IS NOT NULL) NOT VALID;

-- The key of an order that moves money means one address, whichever table keeps the order itself.
CREATE TABLE order_keys (
    tenant_id uuid NOT NULL REFERENCES tenants,
    request_key text NOT NULL CHECK (length(request_key) BETWEEN 1 AND 128),
    -- Of the method and the path.
    place bytea NOT NULL CHECK (octet_length(place) = 32),
    used_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, request_key)
);
CREATE INDEX order_keys_used ON order_keys (tenant_id, used_at);
SELECT ratiba_protect('order_keys', 'SELECT, INSERT, UPDATE, DELETE');
