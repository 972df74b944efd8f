-- Money that goes back to a customer.
CREATE TABLE payment_refunds (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    payment_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    -- The money that a provider takes back, and the provider's number for it.
    attempt_id uuid,
    original_receipt text,
    way text NOT NULL CHECK (way IN ('mpesa_reversal', 'cash', 'credit', 'outside')),
    cause text NOT NULL CHECK (cause IN ('manager', 'policy')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    -- The caller's key, and what was ordered under it.
    request_key text NOT NULL CHECK (length(request_key) BETWEEN 1 AND 128),
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    requested_by text NOT NULL CHECK (length(requested_by) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('requested', 'sent', 'unknown', 'in_review', 'done', 'rejected', 'cancelled')),
    -- When the state was entered.
    state_at timestamptz NOT NULL,
    sent_at timestamptz,
    -- Why a person must look, or the provider's code of a refusal.
    doubt text,
    provider_code text,
    -- The provider's id of our request, and its number of the movement back.
    originator_id text CHECK (length(originator_id) BETWEEN 1 AND 128),
    receipt text,
    asked smallint NOT NULL DEFAULT 0 CHECK (asked >= 0),
    resolved_by text CHECK (length(resolved_by) BETWEEN 1 AND 200),
    resolved_reason text CHECK (length(resolved_reason) BETWEEN 1 AND 500),
    -- The provider's answers as they came, oldest first.
    answers jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, request_key),
    CHECK ((attempt_id IS NULL) = (original_receipt IS NULL)),
    CHECK ((way = 'mpesa_reversal') = (attempt_id IS NOT NULL)),
    CHECK ((state = 'in_review') = (doubt IS NOT NULL)),
    CHECK ((resolved_by IS NULL) = (resolved_reason IS NULL)),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments,
    FOREIGN KEY (tenant_id, visit_id) REFERENCES visits,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (tenant_id, attempt_id) REFERENCES payment_attempts
);
CREATE INDEX payment_refunds_of_payment ON payment_refunds (tenant_id, payment_id);
CREATE INDEX payment_refunds_of_visit ON payment_refunds (tenant_id, visit_id);
-- One transaction is taken back once.
CREATE UNIQUE INDEX payment_refunds_one_reversal ON payment_refunds (tenant_id, original_receipt)
    WHERE original_receipt IS NOT NULL AND state NOT IN ('rejected', 'cancelled');
CREATE UNIQUE INDEX payment_refunds_receipt ON payment_refunds (tenant_id, receipt) WHERE receipt IS NOT NULL;
SELECT ratiba_protect('payment_refunds', 'SELECT, INSERT, UPDATE');

-- Global: from the secret in the path of a message to the tenant and the refund.
CREATE TABLE refund_routing (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    tenant_id uuid NOT NULL REFERENCES tenants,
    refund_id uuid NOT NULL,
    -- What the message answers: the request, or the question what became of it.
    brings text NOT NULL CHECK (brings IN ('result', 'status')),
    expires_at timestamptz NOT NULL
);
CREATE INDEX refund_routing_expiry ON refund_routing (expires_at);
GRANT SELECT, INSERT, DELETE ON refund_routing TO ratiba_app;
GRANT SELECT ON refund_routing TO ratiba_backup;
-- The routes of a payment last as long as those of its refunds.
CREATE INDEX payment_routing_of_payment ON payment_routing (tenant_id, payment_id);

-- Messages about refunds, stored raw before anything is read from them.
CREATE TABLE refund_messages (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    refund_id uuid NOT NULL,
    brings text NOT NULL CHECK (brings IN ('result', 'status')),
    -- The provider did not deliver our request in time: no verdict.
    timed_out boolean NOT NULL,
    body bytea NOT NULL CHECK (octet_length(body) <= 65536),
    source_address text,
    received_at timestamptz NOT NULL,
    applied_at timestamptz,
    outcome text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, refund_id) REFERENCES payment_refunds
);
-- The same message again is the same message.
CREATE UNIQUE INDEX refund_messages_once ON refund_messages (tenant_id, refund_id, brings, timed_out, sha256(body));
SELECT ratiba_protect('refund_messages', 'SELECT, INSERT');
GRANT UPDATE (applied_at, outcome) ON refund_messages TO ratiba_app;

-- Who spent how much of a customer's credit on what. What there is to spend is derived from the books.
CREATE TABLE credit_spends (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    request_key text NOT NULL CHECK (length(request_key) BETWEEN 1 AND 128),
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    spent_by text NOT NULL CHECK (length(spent_by) BETWEEN 1 AND 200),
    spent_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, request_key),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (tenant_id, visit_id) REFERENCES visits,
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments
);
SELECT ratiba_protect('credit_spends', 'SELECT, INSERT');

-- A customer's credit is summed under their lock, each time.
CREATE INDEX ledger_entries_of_customer ON ledger_entries (tenant_id, customer_id) WHERE customer_id IS NOT NULL;
