ALTER TABLE appointments
    DROP CONSTRAINT appointments_awaits_while_requested,
    DROP COLUMN awaits;
