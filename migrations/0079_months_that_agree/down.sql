DROP TABLE commission_agreed;
CREATE INDEX appointments_completed ON appointments (tenant_id, (coalesce(actual_end_at, end_at)))
    WHERE state IN ('completed', 'no_show');
DROP INDEX appointments_ended;
