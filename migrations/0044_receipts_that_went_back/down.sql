ALTER TABLE payment_confirmations
    DROP CONSTRAINT payment_confirmations_outcome_check,
    ADD CONSTRAINT payment_confirmations_outcome_check CHECK (outcome IN ('booked', 'unreadable', 'unknown_reference',
        'amount_differs', 'prompt_in_doubt'));
DROP INDEX payment_callbacks_unrouted_came;
ALTER TABLE payment_callbacks_unrouted
    DROP CONSTRAINT payment_callbacks_unrouted_came,
    DROP COLUMN came_receipt;
