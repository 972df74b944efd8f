DROP TABLE order_keys;
ALTER TABLE payment_refunds DROP COLUMN reference;
