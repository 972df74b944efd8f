-- The same for what is on record, but for the first of each thousand. Variables: tenant, body (0.7 kB of JSON).
\set number random(1, 1000)
INSERT INTO limits.inbox (tenant_id, id, body) VALUES (:tenant::uuid, 'wamid.known.' || :number::text, :body::jsonb)
ON CONFLICT DO NOTHING;
