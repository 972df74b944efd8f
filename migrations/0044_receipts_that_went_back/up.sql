-- Money that went back without ever being booked: under which of the provider's numbers it had come, so that no other
-- message about it is booked.
ALTER TABLE payment_callbacks_unrouted
    ADD COLUMN came_receipt text CHECK (length(came_receipt) BETWEEN 1 AND 40),
    ADD CONSTRAINT payment_callbacks_unrouted_came CHECK (came_receipt IS NULL OR state = 'refunded');
CREATE INDEX payment_callbacks_unrouted_came ON payment_callbacks_unrouted (tenant_id, provider, came_receipt)
    WHERE came_receipt IS NOT NULL;
ALTER TABLE payment_confirmations
    DROP CONSTRAINT payment_confirmations_outcome_check,
    ADD CONSTRAINT payment_confirmations_outcome_check CHECK (outcome IN ('booked', 'unreadable', 'unknown_reference',
        'amount_differs', 'prompt_in_doubt', 'went_back'));
