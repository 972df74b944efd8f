-- A page takes a tip along as a prompt does (0046).
ALTER TABLE payment_attempts
    DROP CONSTRAINT payment_attempts_tip,
    ADD CONSTRAINT payment_attempts_tip CHECK (
        num_nulls(tip_payment_id, tip_appointment_id, tip_minor, tip_shares) = 4
        OR num_nulls(tip_payment_id, tip_appointment_id, tip_minor, tip_shares) = 0
            AND provider IN ('mpesa', 'pesapal') AND tip_minor > 0 AND tip_minor < amount_minor);
-- Of one order that was charged back the visit's part and the tip's each are a refund, of a payment each.
DROP INDEX payment_refunds_one_by_card;
CREATE UNIQUE INDEX payment_refunds_one_by_card ON payment_refunds (tenant_id, attempt_id, payment_id, way)
    WHERE way IN ('card', 'chargeback') AND state NOT IN ('rejected', 'cancelled');
