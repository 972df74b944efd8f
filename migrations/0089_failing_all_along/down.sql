ALTER TABLE webhook_endpoints
    DROP COLUMN failed_at;
