ALTER TABLE personal_access_tokens
    DROP COLUMN last_used_at,
    DROP COLUMN order_print,
    DROP COLUMN order_key,
    DROP COLUMN minted_by;
