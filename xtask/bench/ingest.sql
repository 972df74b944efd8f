-- What a webhook brought, stored as it came: one row, one statement. Variables: tenant, body (0.7 kB of JSON), base (the
-- first free number), n (0), clients.
\set n :n + 1
\set number :base + :n * :clients + :client_id
INSERT INTO limits.inbox (tenant_id, id, body) VALUES (:tenant::uuid, 'wamid.' || :number::text, :body::jsonb)
ON CONFLICT DO NOTHING;
