-- Refunds that could not be sent are sent again; what a customer has twice is on record.
ALTER TABLE payment_refunds
    -- How often it was to be sent, and certainly was not.
    ADD COLUMN tries smallint NOT NULL DEFAULT 0 CHECK (tries >= 0),
    -- How much of it the customer has as spent credit and as money.
    ADD COLUMN given_twice_minor bigint CHECK (given_twice_minor BETWEEN 1 AND amount_minor);
-- The routes of refunds that are open live on.
GRANT UPDATE (expires_at) ON refund_routing TO ratiba_app;
CREATE INDEX refund_routing_of_refund ON refund_routing (tenant_id, refund_id);
