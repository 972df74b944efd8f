-- B6 under contention: every client walks the same fresh times in the same order. Who comes second rolls back.
-- Variables: tenant, base (the first fresh number), n (0).
\set n :n + 1
\set number :base + :n
BEGIN;
SELECT set_config('ratiba.current_tenant', :tenant, true);
INSERT INTO limits.idempotency (tenant_id, key, fingerprint, outcome)
VALUES (:tenant::uuid, 'race-' || :number::text || '-' || :client_id::text, sha256(:number::text::bytea), '{"status": 201}')
ON CONFLICT DO NOTHING;
WITH made AS (
    INSERT INTO limits.bookings (tenant_id, id, staff_id, starts_at, ends_at)
    VALUES (:tenant::uuid, gen_random_uuid(), limits.staff(:number::integer % 200),
        timestamptz '2200-01-01' + (:number::integer / 200) * interval '75 minutes',
        timestamptz '2200-01-01' + (:number::integer / 200) * interval '75 minutes' + interval '70 minutes')
    ON CONFLICT ON CONSTRAINT bookings_no_overlap DO NOTHING
    RETURNING id
) SELECT count(*) AS made FROM made \gset
\if :made
INSERT INTO limits.outbox (tenant_id, id, topic, payload)
VALUES (:tenant::uuid, gen_random_uuid(), 'booking', jsonb_build_object('kind', 'visit_confirmed', 'visit', :number::integer));
COMMIT;
\else
ROLLBACK;
\endif
