ALTER TABLE tenants
    DROP COLUMN order_print,
    DROP COLUMN order_key;
