-- What was handed over is forgotten here; payroll has it.
DROP TABLE payroll_export_lines;
DROP TABLE payroll_exports;
DROP TABLE payroll_links;
