REVOKE DELETE ON commission_rules FROM ratiba_app;
ALTER TABLE tenant_settings DROP COLUMN commission_version;
DROP TABLE commission_dismissal;
ALTER TABLE commission_line ADD CONSTRAINT commission_line_minutes_check CHECK (minutes >= 0);
ALTER TABLE commission_period DROP COLUMN top_up_kes_minor, DROP COLUMN carried_kes_minor;
