DROP TABLE staff_leave, staff_overrides, staff_hours, staff_services;
ALTER TABLE personal_access_tokens DROP CONSTRAINT personal_access_tokens_tenant_id_staff_id_fkey;
DROP TABLE staff;
