-- Refused where a batch has one of the newer reasons.
ALTER TABLE payroll_exports DROP CONSTRAINT payroll_exports_refused_check;
ALTER TABLE payroll_exports ADD CONSTRAINT payroll_exports_refused_check CHECK (refused IN (
    'period_not_open', 'unauthorized', 'totals_differ', 'not_a_batch'));
