-- What was ordered with the key, as a hash: the same key with another order is refused. Visits of before have none.
ALTER TABLE visits ADD COLUMN order_fingerprint bytea CHECK (octet_length(order_fingerprint) = 32);
