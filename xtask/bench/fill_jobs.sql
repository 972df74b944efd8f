-- The same jobs in the product's queue and in the limit's, and nothing else in either. Run as an administrator.
-- Variables: count.
TRUNCATE jobs, limits.jobs;
INSERT INTO jobs (id, kind, payload, run_at)
SELECT gen_random_uuid(), 'outbox.event', jsonb_build_object('event_id', gen_random_uuid()),
    timestamptz '2026-01-01' + n * interval '1 millisecond'
FROM generate_series(1, :count) AS n;
INSERT INTO limits.jobs (id, run_at, payload) SELECT id, run_at, payload FROM jobs;
VACUUM ANALYZE jobs;
VACUUM ANALYZE limits.jobs;
CHECKPOINT;
