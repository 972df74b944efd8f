CREATE TABLE commission_rules (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    staff_id uuid,
    service_category text CHECK (service_category ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
    CONSTRAINT commission_rules_one_key CHECK ((staff_id IS NOT NULL) <> (service_category IS NOT NULL)),
    rule_type text NOT NULL CHECK (rule_type IN ('pct', 'fixed', 'tiered')),
    value jsonb NOT NULL CHECK (jsonb_typeof(value) = 'object'),
    -- Local dates, half-open.
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT commission_rules_validity CHECK (valid_to > valid_from),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff,
    CONSTRAINT commission_rules_one_per_staff
        EXCLUDE USING gist (tenant_id WITH =, staff_id WITH =, daterange(valid_from, valid_to, '[)') WITH &&)
        WHERE (staff_id IS NOT NULL),
    CONSTRAINT commission_rules_one_per_category
        EXCLUDE USING gist (tenant_id WITH =, service_category WITH =, daterange(valid_from, valid_to, '[)') WITH &&)
        WHERE (service_category IS NOT NULL)
);
CREATE INDEX commission_rules_live_by_staff ON commission_rules (tenant_id, staff_id) WHERE valid_to IS NULL;
SELECT ratiba_protect('commission_rules', 'SELECT, INSERT, UPDATE');
