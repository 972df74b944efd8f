-- What of credit that refunds had given was taken back, since the money went back another way: a chargeback, or a reversal
-- that had been given up.
ALTER TABLE payment_refunds
    ADD COLUMN taken_of_credit_minor bigint CHECK (taken_of_credit_minor BETWEEN 1 AND amount_minor);
