-- One order makes one business, however often it is sent. The table is global, so of the order's key it has the SHA-256 alone.
ALTER TABLE tenants
    ADD COLUMN order_key bytea UNIQUE CHECK (octet_length(order_key) = 32),
    ADD COLUMN order_print bytea CHECK (octet_length(order_print) = 32),
    ADD CHECK ((order_key IS NULL) = (order_print IS NULL));
