-- B6: a whole booking as six statements, each client on times of its own. Variables: tenant, base (the first free
-- number), n (0), clients.
\set n :n + 1
\set number :base + :n * :clients + :client_id
BEGIN;
SELECT set_config('ratiba.current_tenant', :tenant, true);
INSERT INTO limits.idempotency (tenant_id, key, fingerprint, outcome)
VALUES (:tenant::uuid, 'b6-' || :number::text, sha256(:number::text::bytea), '{"status": 201}')
ON CONFLICT DO NOTHING;
INSERT INTO limits.bookings (tenant_id, id, staff_id, starts_at, ends_at)
VALUES (:tenant::uuid, gen_random_uuid(), limits.staff(:number::integer % 200),
    timestamptz '2100-01-01' + (:number::integer / 200) * interval '75 minutes',
    timestamptz '2100-01-01' + (:number::integer / 200) * interval '75 minutes' + interval '70 minutes')
ON CONFLICT ON CONSTRAINT bookings_no_overlap DO NOTHING;
INSERT INTO limits.outbox (tenant_id, id, topic, payload)
VALUES (:tenant::uuid, gen_random_uuid(), 'booking', jsonb_build_object('kind', 'visit_confirmed', 'visit', :number::integer));
COMMIT;
