-- Who agreed to a request last, so that a yes that is repeated is known as the same one.
ALTER TABLE visits ADD COLUMN accepted_by text CHECK (accepted_by IN ('customer', 'business'));
GRANT UPDATE (accepted_by) ON visits TO ratiba_app;
