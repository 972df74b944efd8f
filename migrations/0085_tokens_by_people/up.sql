-- People mint tokens too: by whom, by which order, and when each was last used.
ALTER TABLE personal_access_tokens
    ADD COLUMN minted_by text CHECK (length(minted_by) BETWEEN 1 AND 80),
    -- One order mints one token, however often it is sent.
    ADD COLUMN order_key text CHECK (length(order_key) BETWEEN 1 AND 100),
    ADD COLUMN order_print bytea CHECK (octet_length(order_print) = 32),
    ADD COLUMN last_used_at timestamptz,
    ADD CHECK ((order_key IS NULL) = (order_print IS NULL)),
    ADD UNIQUE (tenant_id, order_key);
