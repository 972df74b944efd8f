ALTER TABLE payment_confirmations
    DROP CONSTRAINT payment_confirmations_outcome_check,
    ADD CONSTRAINT payment_confirmations_outcome_check CHECK (outcome IN ('booked', 'unreadable', 'unknown_reference',
        'amount_differs', 'prompt_in_doubt', 'went_back'));
