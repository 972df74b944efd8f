DROP INDEX payment_refunds_one_by_card;
DROP INDEX payment_refunds_one_reversal;
CREATE UNIQUE INDEX payment_refunds_one_reversal ON payment_refunds (tenant_id, original_receipt)
    WHERE original_receipt IS NOT NULL AND state NOT IN ('rejected', 'cancelled');
ALTER TABLE payment_refunds
    DROP CONSTRAINT payment_refunds_way_check,
    DROP CONSTRAINT payment_refunds_cause_check,
    DROP CONSTRAINT payment_refunds_original_check,
    ADD CONSTRAINT payment_refunds_way_check CHECK (way IN ('mpesa_reversal', 'cash', 'credit', 'outside')),
    ADD CONSTRAINT payment_refunds_cause_check CHECK (cause IN ('manager', 'policy')),
    ADD CONSTRAINT payment_refunds_original_check CHECK ((way = 'mpesa_reversal') = (attempt_id IS NOT NULL));
