-- What the provider tells of money by hand may be about another number than the business's.
ALTER TABLE payment_confirmations
    DROP CONSTRAINT payment_confirmations_outcome_check,
    ADD CONSTRAINT payment_confirmations_outcome_check CHECK (outcome IN ('booked', 'unreadable', 'unknown_reference',
        'amount_differs', 'prompt_in_doubt', 'went_back', 'foreign_ids'));
