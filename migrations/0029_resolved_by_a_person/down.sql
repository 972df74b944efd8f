ALTER TABLE payment_attempts
    DROP CONSTRAINT payment_attempts_persons_word,
    DROP CONSTRAINT payment_attempts_resolved,
    DROP COLUMN resolved_at,
    DROP COLUMN resolved_reason,
    DROP COLUMN resolved_by;
