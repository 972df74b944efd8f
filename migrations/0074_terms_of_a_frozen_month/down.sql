ALTER TABLE commission_period DROP COLUMN terms;
