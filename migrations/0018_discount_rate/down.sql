ALTER TABLE appointments
    DROP CONSTRAINT appointments_discount_rate,
    DROP COLUMN discount_basis_points;
