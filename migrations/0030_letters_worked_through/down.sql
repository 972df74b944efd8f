DROP FUNCTION ratiba_forget_unrouted(timestamptz, integer);
REVOKE DELETE ON payment_callbacks_unrouted, payment_callbacks, card_notices, refund_messages FROM ratiba_app;
DROP FUNCTION ratiba_unrouted_letter(uuid);
DROP FUNCTION ratiba_dismiss_unrouted(uuid, text, text, timestamptz);
DROP FUNCTION ratiba_assign_unrouted(uuid, uuid, text, text, timestamptz);
DROP POLICY given_to_a_tenant ON payment_callbacks_unrouted;
ALTER TABLE payment_callbacks_unrouted DROP COLUMN handled_at, DROP COLUMN payment_id, DROP COLUMN receipt,
    DROP COLUMN assigned_by, DROP COLUMN assigned_reason, DROP COLUMN assigned_at,
    DROP CONSTRAINT payment_callbacks_unrouted_reasoned;
