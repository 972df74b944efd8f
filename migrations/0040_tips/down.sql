ALTER TABLE till_movements
    DROP COLUMN staff_id,
    DROP CONSTRAINT till_movements_kind_check,
    ADD CONSTRAINT till_movements_kind_check CHECK (kind IN ('pay_in', 'pay_out'));
ALTER TABLE ledger_entries DROP COLUMN staff_id;
DROP INDEX ledger_entries_of_tip;
DROP TABLE payment_tips;
