ALTER TABLE visits DROP COLUMN order_fingerprint;
