-- Payroll is the authority; Ratiba caches. All may be unknown.
ALTER TABLE staff
    ADD COLUMN kra_pin text CHECK (kra_pin ~ '^[AP][0-9]{9}[A-Z]$'),
    ADD COLUMN nssf_number text,
    ADD COLUMN shif_number text,
    ADD COLUMN hire_date date,
    ADD COLUMN employment_type text CHECK (employment_type IN ('permanent', 'casual', 'commission_only', 'apprentice')),
    ADD COLUMN base_pay_kes_minor bigint CHECK (base_pay_kes_minor >= 0);
