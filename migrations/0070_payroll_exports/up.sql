-- Who of the team is whom at payroll.
CREATE TABLE payroll_links (
    tenant_id uuid NOT NULL REFERENCES tenants,
    staff_id uuid NOT NULL,
    staff_no text NOT NULL CHECK (staff_no ~ '^[!-.0-~]{1,40}$'),
    external_id text CHECK (length(external_id) BETWEEN 1 AND 100),
    PRIMARY KEY (tenant_id, staff_id),
    UNIQUE (tenant_id, staff_no),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
SELECT ratiba_protect('payroll_links', 'SELECT, INSERT, UPDATE, DELETE');

-- A month as it is handed over to payroll, stored before anything is sent.
CREATE TABLE payroll_exports (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    -- The first day of the month in which it was earned, and of the one in which it is to be paid.
    month date NOT NULL,
    pay_period date NOT NULL,
    way text NOT NULL CHECK (way IN ('sheet', 'system')),
    dry_run boolean NOT NULL,
    company text NOT NULL,
    -- By what payroll knows the try that is under way.
    batch_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'done', 'partly', 'refused', 'replaced')),
    refused text CHECK (refused IN ('period_not_open', 'unauthorized', 'totals_differ', 'not_a_batch')),
    CONSTRAINT payroll_exports_refusal CHECK ((state = 'refused') = (refused IS NOT NULL)),
    vendor_period_id text CHECK (length(vendor_period_id) BETWEEN 1 AND 200),
    confirmed_by text,
    confirmed_at timestamptz,
    file_hash bytea CHECK (octet_length(file_hash) = 32),
    CONSTRAINT payroll_exports_confirmation
        CHECK (num_nonnulls(confirmed_by, confirmed_at, file_hash) IN (0, 3)),
    ordered_by text NOT NULL,
    ordered_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX payroll_exports_by_month ON payroll_exports (tenant_id, month);
SELECT ratiba_protect('payroll_exports', 'SELECT, INSERT');
GRANT UPDATE (batch_id, state, refused, vendor_period_id, confirmed_by, confirmed_at, file_hash, version)
    ON payroll_exports TO ratiba_app;

-- Its lines. What a line says never changes; what payroll says of it does.
CREATE TABLE payroll_export_lines (
    tenant_id uuid NOT NULL,
    export_id uuid NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    document_id uuid NOT NULL,
    key text NOT NULL,
    staff_no text NOT NULL,
    payee text NOT NULL,
    code text NOT NULL CHECK (code IN ('COMMISSION', 'TIPS', 'CLAWBACK')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount_minor bigint NOT NULL,
    quantity bigint NOT NULL,
    basis_hash bytea NOT NULL CHECK (octet_length(basis_hash) = 32),
    corrects text,
    -- Only a correction takes back.
    CONSTRAINT payroll_export_lines_gross CHECK (amount_minor >= 0 OR corrects IS NOT NULL),
    result text CHECK (result IN ('accepted', 'duplicate', 'rejected')),
    reason text,
    CONSTRAINT payroll_export_lines_rejection CHECK ((result = 'rejected') = (reason IS NOT NULL) OR result IS NULL),
    -- Counts: neither of a dry run nor of an export that was replaced.
    live boolean NOT NULL,
    PRIMARY KEY (tenant_id, export_id, position),
    FOREIGN KEY (tenant_id, export_id) REFERENCES payroll_exports,
    FOREIGN KEY (tenant_id, document_id) REFERENCES commission_period
);
CREATE UNIQUE INDEX payroll_export_lines_once ON payroll_export_lines (tenant_id, key) WHERE live;
CREATE INDEX payroll_export_lines_of_document ON payroll_export_lines (tenant_id, document_id);
SELECT ratiba_protect('payroll_export_lines', 'SELECT, INSERT');
GRANT UPDATE (result, reason, live) ON payroll_export_lines TO ratiba_app;
