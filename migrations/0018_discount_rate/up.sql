-- The share of the list price that a discount was given as; NULL where it was a fixed amount, or where there is none.
-- discount_minor stays what was taken off, after rounding and caps.
ALTER TABLE appointments
    ADD COLUMN discount_basis_points integer,
    ADD CONSTRAINT appointments_discount_rate
        CHECK (discount_basis_points IS NULL
            OR (discount_basis_points BETWEEN 0 AND 10000 AND discount_source IS NOT NULL));
