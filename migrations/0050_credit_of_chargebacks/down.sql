ALTER TABLE payment_refunds DROP COLUMN taken_of_credit_minor;
