ALTER TABLE staff
    DROP COLUMN kra_pin,
    DROP COLUMN nssf_number,
    DROP COLUMN shif_number,
    DROP COLUMN hire_date,
    DROP COLUMN employment_type,
    DROP COLUMN base_pay_kes_minor;
