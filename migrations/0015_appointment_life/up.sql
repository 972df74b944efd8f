-- Whose answer a request waits for; NULL in rows from before counter-offers, which wait for the business.
ALTER TABLE appointments
    ADD COLUMN awaits text CHECK (awaits IN ('business', 'customer')),
    ADD CONSTRAINT appointments_awaits_while_requested CHECK (awaits IS NULL OR state = 'requested');
