DROP INDEX payroll_export_lines_one_of_document;
ALTER TABLE payroll_export_lines NO FORCE ROW LEVEL SECURITY;
UPDATE payroll_export_lines SET result = 'rejected' WHERE result = 'superseded';
ALTER TABLE payroll_export_lines FORCE ROW LEVEL SECURITY;
ALTER TABLE payroll_export_lines
    DROP CONSTRAINT payroll_export_lines_superseded,
    DROP CONSTRAINT payroll_export_lines_rejection,
    DROP CONSTRAINT payroll_export_lines_result_check,
    ADD CONSTRAINT payroll_export_lines_rejection
        CHECK ((result = 'rejected') = (reason IS NOT NULL) OR result IS NULL),
    ADD CONSTRAINT payroll_export_lines_result_check CHECK (result IN ('accepted', 'duplicate', 'rejected'));
