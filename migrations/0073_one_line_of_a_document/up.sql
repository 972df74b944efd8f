-- A line that payroll did not take and that another export has in its place counts for nothing.
ALTER TABLE payroll_export_lines
    DROP CONSTRAINT payroll_export_lines_result_check,
    DROP CONSTRAINT payroll_export_lines_rejection,
    ADD CONSTRAINT payroll_export_lines_result_check
        CHECK (result IN ('accepted', 'duplicate', 'rejected', 'superseded')),
    ADD CONSTRAINT payroll_export_lines_rejection
        CHECK ((result IN ('rejected', 'superseded')) = (reason IS NOT NULL) OR result IS NULL),
    ADD CONSTRAINT payroll_export_lines_superseded CHECK (result IS DISTINCT FROM 'superseded' OR NOT live);

-- Those that were made anew under another number before.
ALTER TABLE payroll_exports NO FORCE ROW LEVEL SECURITY;
ALTER TABLE payroll_export_lines NO FORCE ROW LEVEL SECURITY;
UPDATE payroll_export_lines l SET live = false, result = 'superseded'
WHERE l.live AND l.result = 'rejected' AND EXISTS (
    SELECT FROM payroll_export_lines n
    JOIN payroll_exports ne ON ne.tenant_id = n.tenant_id AND ne.id = n.export_id
    JOIN payroll_exports le ON le.tenant_id = l.tenant_id AND le.id = l.export_id
    WHERE n.tenant_id = l.tenant_id AND n.document_id = l.document_id AND n.code = l.code AND n.live
        AND (ne.ordered_at, ne.id) > (le.ordered_at, le.id));
ALTER TABLE payroll_export_lines FORCE ROW LEVEL SECURITY;
ALTER TABLE payroll_exports FORCE ROW LEVEL SECURITY;

-- A document has one line of each code that counts, under whatever key.
CREATE UNIQUE INDEX payroll_export_lines_one_of_document ON payroll_export_lines (tenant_id, document_id, code) WHERE live;
