-- What a business said about a feature, and who did last. One that it never spoke of is as the program has it by default.
CREATE TABLE feature_flags (
    tenant_id uuid NOT NULL REFERENCES tenants,
    feature text NOT NULL CHECK (length(feature) BETWEEN 1 AND 40),
    is_on boolean NOT NULL,
    changed_by text NOT NULL CHECK (length(changed_by) BETWEEN 1 AND 80),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, feature)
);
SELECT ratiba_protect('feature_flags', 'SELECT, INSERT, UPDATE');
SELECT ratiba_watch_audit('feature_flags', 'INSERT OR UPDATE', 'access', 'feature', 'feature', '', '', 'changed_by');
