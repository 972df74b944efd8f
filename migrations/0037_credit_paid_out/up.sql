-- Credit is paid out; cash needs an open drawer that holds it.
ALTER TABLE payment_refunds
    -- What it takes: what was paid for the visit, or credit that is free to be spent and is set aside meanwhile.
    ADD COLUMN source text NOT NULL DEFAULT 'payment' CHECK (source IN ('payment', 'credit')),
    ADD CHECK (source = 'payment' OR way = 'mpesa_reversal');
-- A business's rules for its customers' money are replaced as they were seen.
ALTER TABLE tenant_settings ADD COLUMN payments_version integer NOT NULL DEFAULT 1;

-- Credit that left the house, or was withdrawn. What there is to pay out is derived from the books.
CREATE TABLE credit_payouts (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    way text NOT NULL CHECK (way IN ('cash', 'outside', 'mpesa_reversal', 'withdrawn')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    -- The number of a transfer that was made elsewhere.
    reference text CHECK (length(reference) BETWEEN 1 AND 100),
    -- The refund that takes the money back.
    refund_id uuid,
    request_key text NOT NULL CHECK (length(request_key) BETWEEN 1 AND 128),
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    paid_by text NOT NULL CHECK (length(paid_by) BETWEEN 1 AND 200),
    paid_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, request_key),
    CHECK ((way = 'outside') = (reference IS NOT NULL)),
    CHECK ((way = 'mpesa_reversal') = (refund_id IS NOT NULL)),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (tenant_id, refund_id) REFERENCES payment_refunds
);
CREATE INDEX credit_payouts_of_customer ON credit_payouts (tenant_id, customer_id);
-- A customer's newest payment that could be taken back is looked for.
CREATE INDEX payments_of_customer ON payments (tenant_id, customer_id);
SELECT ratiba_protect('credit_payouts', 'SELECT, INSERT');

-- Cash moves only while a session is open, and no more leaves the drawer than lies in it. What leaves locks the drawer
-- alone, so that of several at once each sees what the others left.
CREATE OR REPLACE FUNCTION ratiba_cash_belongs_to_till() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    session uuid;
    holds bigint;
BEGIN
    PERFORM ratiba_lock_drawer(NEW.tenant_id, NEW.amount_minor < 0);
    SELECT id, carried_minor INTO session, holds FROM till_sessions
        WHERE tenant_id = NEW.tenant_id AND closed_at IS NULL;
    IF session IS NULL THEN
        RAISE EXCEPTION 'the drawer is closed' USING ERRCODE = 'RB002', CONSTRAINT = 'cash_needs_an_open_drawer';
    END IF;
    IF NEW.amount_minor < 0 THEN
        holds := holds + NEW.amount_minor + (
            SELECT coalesce(sum(amount_minor), 0) FROM ledger_entries
            WHERE tenant_id = NEW.tenant_id AND till_session_id = session AND account = 'cash_drawer');
        IF holds < 0 THEN
            RAISE EXCEPTION 'the drawer holds less' USING ERRCODE = 'RB003', CONSTRAINT = 'cash_lies_in_the_drawer';
        END IF;
    END IF;
    NEW.till_session_id := session;
    RETURN NEW;
END
$$;
