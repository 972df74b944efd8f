ALTER TABLE webhook_endpoints
    DROP COLUMN rotated_asked,
    DROP COLUMN rotated_key,
    DROP COLUMN made_asked,
    DROP COLUMN made_key;
