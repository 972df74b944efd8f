-- Whoever asks for a secret of an endpoint, and does not hear the answer, asks again and is told the same secret.
ALTER TABLE webhook_endpoints
    -- By which order it was made, and what that asked for.
    ADD COLUMN made_key bytea CHECK (octet_length(made_key) = 32),
    ADD COLUMN made_asked bytea CHECK (octet_length(made_asked) = 32),
    ADD CHECK ((made_key IS NULL) = (made_asked IS NULL)),
    ADD UNIQUE (tenant_id, made_key),
    -- By which order its secret took the place of the one before.
    ADD COLUMN rotated_key bytea CHECK (octet_length(rotated_key) = 32),
    ADD COLUMN rotated_asked bytea CHECK (octet_length(rotated_asked) = 32),
    ADD CHECK ((rotated_key IS NULL) = (rotated_asked IS NULL));
GRANT UPDATE (rotated_key, rotated_asked) ON webhook_endpoints TO ratiba_app;
