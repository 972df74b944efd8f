-- One job taken out of the queue, past those that others are taking.
DELETE FROM limits.jobs WHERE id = (
    SELECT id FROM limits.jobs ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id, payload;
