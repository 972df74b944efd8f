
-- Money that came by card goes back by the card provider, once for each payment there, or is taken back by the card's owner.
DO $$
DECLARE
    rule text;
BEGIN
    FOR rule IN
        SELECT conname FROM pg_constraint
        WHERE conrelid = 'payment_refunds'::regclass AND contype = 'c'
            AND (pg_get_constraintdef(oid) LIKE '%mpesa_reversal%' OR pg_get_constraintdef(oid) LIKE '%policy%')
    LOOP
        EXECUTE format('ALTER TABLE payment_refunds DROP CONSTRAINT %I', rule);
    END LOOP;
END
$$;
ALTER TABLE payment_refunds
    ADD CONSTRAINT payment_refunds_way_check
        CHECK (way IN ('mpesa_reversal', 'card', 'chargeback', 'cash', 'credit', 'outside')),
    ADD CONSTRAINT payment_refunds_cause_check CHECK (cause IN ('manager', 'policy', 'provider')),
    ADD CONSTRAINT payment_refunds_original_check
        CHECK ((way IN ('mpesa_reversal', 'card', 'chargeback')) = (attempt_id IS NOT NULL));
DROP INDEX payment_refunds_one_reversal;
CREATE UNIQUE INDEX payment_refunds_one_reversal ON payment_refunds (tenant_id, original_receipt)
    WHERE way = 'mpesa_reversal' AND state NOT IN ('rejected', 'cancelled');
CREATE UNIQUE INDEX payment_refunds_one_by_card ON payment_refunds (tenant_id, attempt_id, way)
    WHERE way IN ('card', 'chargeback') AND state NOT IN ('rejected', 'cancelled');
