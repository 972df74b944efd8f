-- Payroll may refuse a batch as a whole for more reasons, each told to whoever ordered it.
ALTER TABLE payroll_exports DROP CONSTRAINT payroll_exports_refused_check;
ALTER TABLE payroll_exports ADD CONSTRAINT payroll_exports_refused_check CHECK (refused IN (
    'period_not_open', 'unauthorized', 'totals_differ', 'not_a_batch',
    'not_accepted', 'conflict', 'wrong_address', 'outcome_unknown'));
