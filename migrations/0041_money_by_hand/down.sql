DROP TABLE payment_confirmations;
DELETE FROM access_keys WHERE kind = 'confirmation_path';
DROP TABLE confirmation_addresses;
ALTER TABLE access_keys
    DROP CONSTRAINT access_keys_kind_check,
    ADD CONSTRAINT access_keys_kind_check CHECK (kind IN ('token', 'invitation', 'calendar', 'webhook_path'));
