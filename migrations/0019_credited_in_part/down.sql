ALTER TABLE payments
    DROP CONSTRAINT payments_credited,
    DROP COLUMN credited_minor;
