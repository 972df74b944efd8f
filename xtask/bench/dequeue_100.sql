-- A hundred jobs taken out of the queue, past those that others are taking.
WITH due AS MATERIALIZED (
    SELECT id FROM limits.jobs ORDER BY run_at LIMIT 100 FOR UPDATE SKIP LOCKED
)
DELETE FROM limits.jobs USING due WHERE jobs.id = due.id RETURNING jobs.id, jobs.payload;
