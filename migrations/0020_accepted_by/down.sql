ALTER TABLE visits DROP COLUMN accepted_by;
