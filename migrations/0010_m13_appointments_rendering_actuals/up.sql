-- What really happened.
ALTER TABLE appointments
    ADD COLUMN actual_start_at timestamptz,
    ADD COLUMN actual_end_at timestamptz,
    ADD COLUMN tip_amount numeric(10, 2) CHECK (tip_amount >= 0),
    ADD COLUMN staff_notes text CHECK (length(staff_notes) <= 4000),
    ADD CONSTRAINT appointments_actual_order CHECK (actual_end_at > actual_start_at),
    ADD CONSTRAINT appointments_end_needs_start CHECK (actual_end_at IS NULL OR actual_start_at IS NOT NULL);
-- What a month of commission looks at: work that came to its end, and who did not come.
CREATE INDEX appointments_completed ON appointments (tenant_id, (coalesce(actual_end_at, end_at)))
    WHERE state IN ('completed', 'no_show');
