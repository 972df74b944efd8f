-- A prompt can take a tip along with what a visit owes: a part of its amount, which becomes a payment of its own, under
-- this id, when the money comes. So an attempt that brings nothing leaves nothing behind.
ALTER TABLE payment_attempts
    ADD COLUMN tip_payment_id uuid,
    ADD COLUMN tip_appointment_id uuid,
    ADD COLUMN tip_minor bigint,
    -- As in payment_tips; adding up to tip_minor.
    ADD COLUMN tip_shares jsonb CHECK (jsonb_typeof(tip_shares) = 'array' AND jsonb_array_length(tip_shares) BETWEEN 1 AND 20),
    ADD CONSTRAINT payment_attempts_tip CHECK (
        num_nulls(tip_payment_id, tip_appointment_id, tip_minor, tip_shares) = 4
        OR num_nulls(tip_payment_id, tip_appointment_id, tip_minor, tip_shares) = 0
            AND provider = 'mpesa' AND tip_minor > 0 AND tip_minor < amount_minor),
    ADD FOREIGN KEY (tenant_id, tip_appointment_id) REFERENCES appointments;
CREATE UNIQUE INDEX payment_attempts_tip_along ON payment_attempts (tenant_id, tip_payment_id)
    WHERE tip_payment_id IS NOT NULL;
