-- What is owed for a visit.
CREATE TABLE payments (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    visit_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('deposit', 'balance', 'full', 'tip')),
    -- credited: the visit was lost after it was paid, and the money waits as the customer's credit.
    state text NOT NULL CHECK (state IN ('open', 'settled', 'credited', 'cancelled', 'refunded')),
    -- When the state was entered.
    state_at timestamptz NOT NULL,
    -- What the customer types when paying by hand; all attempts show the same.
    account_reference text NOT NULL CHECK (account_reference ~ '^[A-Z0-9]{1,12}$'),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    due_minor bigint NOT NULL CHECK (due_minor > 0),
    -- What is received beyond the amount due is the customer's credit and not counted here.
    paid_minor bigint NOT NULL DEFAULT 0 CHECK (paid_minor BETWEEN 0 AND due_minor),
    -- Of the payment and its attempts together: a change of either moves it on.
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, account_reference),
    FOREIGN KEY (tenant_id, visit_id) REFERENCES visits,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE INDEX payments_of_visit ON payments (tenant_id, visit_id);
-- A visit never owes the same thing twice at once, whoever asks at the same time.
CREATE UNIQUE INDEX payments_one_open ON payments (tenant_id, visit_id, purpose) WHERE state = 'open';
SELECT ratiba_protect('payments', 'SELECT, INSERT, UPDATE');

-- One try at collecting a payment through one provider.
CREATE TABLE payment_attempts (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    payment_id uuid NOT NULL,
    provider text NOT NULL CHECK (provider IN ('mpesa', 'pesapal', 'cash')),
    merchant_reference text NOT NULL,
    -- The caller's key: asking twice gives the same attempt.
    request_key text NOT NULL CHECK (length(request_key) BETWEEN 1 AND 128),
    payer_phone text CHECK (payer_phone ~ '^\+[1-9][0-9]{7,14}$'),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    state text NOT NULL CHECK (state IN ('created', 'sent', 'awaiting_customer', 'paid', 'failed', 'cancelled',
        'unknown', 'in_review')),
    -- When the state was entered.
    state_at timestamptz NOT NULL,
    -- Why it failed or why a person must look, with the provider's own code; what the outcome rests on.
    reason text,
    provider_code text,
    evidence text CHECK (evidence IN ('push_answer', 'query', 'callback')),
    -- Why a person should look although the state stands.
    dispute text,
    provider_request_id text,
    provider_checkout_id text,
    -- The provider's receipt; money received once is booked once.
    receipt text,
    queries smallint NOT NULL DEFAULT 0 CHECK (queries >= 0),
    -- The provider's answers as they came, oldest first.
    answers jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, merchant_reference),
    UNIQUE (tenant_id, request_key),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments
);
-- An attempt in review also forbids a second one, but a late message can take a failed one there while its
-- successor is live: that rule is the domain's, under the payment's version.
CREATE UNIQUE INDEX payment_attempts_one_live ON payment_attempts (tenant_id, payment_id)
    WHERE state IN ('created', 'sent', 'awaiting_customer', 'unknown');
CREATE UNIQUE INDEX payment_attempts_receipt ON payment_attempts (tenant_id, provider, receipt) WHERE receipt IS NOT NULL;
CREATE UNIQUE INDEX payment_attempts_checkout ON payment_attempts (tenant_id, provider, provider_checkout_id)
    WHERE provider_checkout_id IS NOT NULL;
SELECT ratiba_protect('payment_attempts', 'SELECT, INSERT, UPDATE');

-- Global: from what a provider's message carries to the tenant and the attempt.
CREATE TABLE payment_routing (
    key_kind text NOT NULL CHECK (key_kind IN ('callback_token', 'merchant_reference', 'checkout_id')),
    -- A hash for tokens, the SHA-256 of the text for the others.
    key_hash bytea NOT NULL CHECK (octet_length(key_hash) = 32),
    tenant_id uuid NOT NULL REFERENCES tenants,
    payment_id uuid NOT NULL,
    attempt_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (key_kind, key_hash)
);
CREATE INDEX payment_routing_expiry ON payment_routing (expires_at);
GRANT SELECT, INSERT, DELETE ON payment_routing TO ratiba_app;
GRANT UPDATE (expires_at) ON payment_routing TO ratiba_app;
GRANT SELECT ON payment_routing TO ratiba_backup;

-- Providers' messages for a known attempt, stored raw before anything is read from them.
CREATE TABLE payment_callbacks (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    attempt_id uuid NOT NULL,
    provider text NOT NULL CHECK (provider IN ('mpesa', 'pesapal')),
    body bytea NOT NULL CHECK (octet_length(body) <= 65536),
    source_address text,
    received_at timestamptz NOT NULL,
    applied_at timestamptz,
    outcome text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, attempt_id) REFERENCES payment_attempts
);
-- The same message again is the same callback.
CREATE UNIQUE INDEX payment_callbacks_once ON payment_callbacks (tenant_id, attempt_id, sha256(body));
SELECT ratiba_protect('payment_callbacks', 'SELECT, INSERT');
GRANT UPDATE (applied_at, outcome) ON payment_callbacks TO ratiba_app;

-- Global dead letters: what matched no attempt or came too late. Rows of no tenant are reached through
-- the two functions below only.
CREATE TABLE payment_callbacks_unrouted (
    id uuid PRIMARY KEY,
    tenant_id uuid REFERENCES tenants,
    provider text NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 80),
    body bytea NOT NULL CHECK (octet_length(body) <= 65536),
    received_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'matched', 'refunded', 'dismissed')),
    handled_by text,
    handled_reason text
);
CREATE INDEX payment_callbacks_unrouted_recent ON payment_callbacks_unrouted (received_at) WHERE tenant_id IS NULL;
SELECT ratiba_protect('payment_callbacks_unrouted', 'SELECT, INSERT, UPDATE');
CREATE POLICY rows_of_no_tenant ON payment_callbacks_unrouted FOR ALL TO ratiba_owner
    USING (tenant_id IS NULL) WITH CHECK (tenant_id IS NULL);

-- Stores a message of no tenant; false when the hour's bound of 1,000 is reached and it was only counted.
CREATE FUNCTION ratiba_store_unrouted(new_id uuid, from_provider text, why text, raw bytea, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM (
            SELECT FROM payment_callbacks_unrouted WHERE tenant_id IS NULL AND received_at > at - interval '1 hour' LIMIT 1000
        ) AS recent) >= 1000 THEN
        RETURN false;
    END IF;
    INSERT INTO payment_callbacks_unrouted (id, tenant_id, provider, reason, body, received_at)
    VALUES (new_id, NULL, from_provider, why, substring(raw FROM 1 FOR 65536), at);
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION ratiba_store_unrouted(uuid, text, text, bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ratiba_store_unrouted(uuid, text, text, bytea, timestamptz) TO ratiba_app;

-- The newest messages of no tenant, for the operator.
CREATE FUNCTION ratiba_unrouted(most integer) RETURNS SETOF payment_callbacks_unrouted
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM payment_callbacks_unrouted WHERE tenant_id IS NULL ORDER BY received_at DESC, id DESC LIMIT most
$$;
REVOKE ALL ON FUNCTION ratiba_unrouted(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ratiba_unrouted(integer) TO ratiba_app;

-- One access token per provider and credential for all processes: a new one cancels the one before.
CREATE TABLE provider_tokens (
    tenant_id uuid NOT NULL REFERENCES tenants,
    provider text NOT NULL,
    -- SHA-256 of the consumer key.
    credential_hash bytea NOT NULL CHECK (octet_length(credential_hash) = 32),
    token text,
    expires_at timestamptz,
    -- Who refreshes now, by the server's time; nobody else asks for a token until then.
    refresh_lease_until timestamptz,
    generation bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, provider, credential_hash)
);
SELECT ratiba_protect('provider_tokens', 'SELECT, INSERT, UPDATE, DELETE');

-- Append-only double-entry ledger. Balances are derived, never stored apart.
CREATE TABLE ledger_journals (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    -- What posted it; the same cause posts once.
    cause text NOT NULL CHECK (length(cause) BETWEEN 1 AND 200),
    payment_id uuid,
    attempt_id uuid,
    occurred_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, cause),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments,
    FOREIGN KEY (tenant_id, attempt_id) REFERENCES payment_attempts
);
SELECT ratiba_protect('ledger_journals', 'SELECT, INSERT');

CREATE TABLE ledger_entries (
    tenant_id uuid NOT NULL,
    journal_id uuid NOT NULL,
    position smallint NOT NULL,
    account text NOT NULL CHECK (account IN ('mpesa_clearing', 'card_clearing', 'cash_drawer', 'customer_deposits',
        'service_revenue', 'tips_payable', 'refunds', 'fees', 'suspense')),
    -- For whom the account is kept: a payment's deposit, or without a payment the customer's free credit.
    customer_id uuid,
    payment_id uuid,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- Positive: debit; negative: credit.
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (tenant_id, journal_id, position),
    FOREIGN KEY (tenant_id, journal_id) REFERENCES ledger_journals,
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments
);
CREATE INDEX ledger_entries_of_account ON ledger_entries (tenant_id, account);
SELECT ratiba_protect('ledger_entries', 'SELECT, INSERT');

-- A journal must sum to zero in each currency when its transaction ends.
CREATE FUNCTION ratiba_journal_balances() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ledger_entries
        WHERE tenant_id = NEW.tenant_id AND journal_id = NEW.journal_id
        GROUP BY currency HAVING sum(amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'journal % does not balance', NEW.journal_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ratiba_journal_balances();
