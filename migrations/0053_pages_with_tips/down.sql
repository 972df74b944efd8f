DROP INDEX payment_refunds_one_by_card;
CREATE UNIQUE INDEX payment_refunds_one_by_card ON payment_refunds (tenant_id, attempt_id, way)
    WHERE way IN ('card', 'chargeback') AND state NOT IN ('rejected', 'cancelled');
ALTER TABLE payment_attempts
    DROP CONSTRAINT payment_attempts_tip,
    ADD CONSTRAINT payment_attempts_tip CHECK (
        num_nulls(tip_payment_id, tip_appointment_id, tip_minor, tip_shares) = 4
        OR num_nulls(tip_payment_id, tip_appointment_id, tip_minor, tip_shares) = 0
            AND provider = 'mpesa' AND tip_minor > 0 AND tip_minor < amount_minor);
