DROP INDEX appointments_completed;
ALTER TABLE appointments
    DROP CONSTRAINT appointments_end_needs_start,
    DROP CONSTRAINT appointments_actual_order,
    DROP COLUMN actual_start_at,
    DROP COLUMN actual_end_at,
    DROP COLUMN tip_amount,
    DROP COLUMN staff_notes;
