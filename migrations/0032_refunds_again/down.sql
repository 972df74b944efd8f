DROP INDEX refund_routing_of_refund;
REVOKE UPDATE (expires_at) ON refund_routing FROM ratiba_app;
ALTER TABLE payment_refunds DROP COLUMN tries, DROP COLUMN given_twice_minor;
