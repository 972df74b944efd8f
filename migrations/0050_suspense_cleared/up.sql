-- A float that differs from what the last close left is explained, and what lies in suspense is cleared by a person's
-- word. The former version opens drawers without a reason: while it still runs, a float that differs is refused to it.

ALTER TABLE till_sessions
    ADD COLUMN float_reason text CHECK (length(float_reason) BETWEEN 1 AND 200);

-- The very first float of a business differs from nothing that was counted.
CREATE FUNCTION ratiba_float_is_explained() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM till_sessions WHERE tenant_id = NEW.tenant_id AND id <> NEW.id) THEN
        RAISE EXCEPTION 'the float of % differs from what the last close left, and nobody says why', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'till_sessions_float_is_explained';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER till_sessions_float BEFORE INSERT ON till_sessions
    FOR EACH ROW WHEN (NEW.float_minor <> NEW.carried_minor AND NEW.float_reason IS NULL)
    EXECUTE FUNCTION ratiba_float_is_explained();
CREATE INDEX credit_payouts_at ON credit_payouts (tenant_id, paid_at, id);
CREATE INDEX till_sessions_opened ON till_sessions (tenant_id, opened_at, id);

-- What a person can say that something in suspense was.
ALTER TABLE ledger_entries
    DROP CONSTRAINT ledger_entries_account_check,
    ADD CONSTRAINT ledger_entries_account_check CHECK (account IN ('mpesa_clearing', 'card_clearing', 'cash_drawer',
        'customer_deposits', 'service_revenue', 'tips_payable', 'refunds', 'fees', 'suspense', 'expenses', 'other_income',
        'owner'));

CREATE TABLE suspense_clearings (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    -- The journal that left it in suspense, and the one that took it out.
    journal_id uuid NOT NULL,
    posted_id uuid NOT NULL,
    account text NOT NULL CHECK (account IN ('expenses', 'other_income', 'owner', 'fees')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    request_key text NOT NULL CHECK (length(request_key) BETWEEN 1 AND 128),
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    cleared_by text NOT NULL CHECK (length(cleared_by) BETWEEN 1 AND 200),
    cleared_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, request_key),
    UNIQUE (tenant_id, posted_id),
    FOREIGN KEY (tenant_id, journal_id) REFERENCES ledger_journals,
    FOREIGN KEY (tenant_id, posted_id) REFERENCES ledger_journals
);
CREATE INDEX suspense_clearings_of_journal ON suspense_clearings (tenant_id, journal_id);
CREATE INDEX suspense_clearings_at ON suspense_clearings (tenant_id, cleared_at, id);
SELECT ratiba_protect('suspense_clearings', 'SELECT, INSERT');

-- Whether what a journal left in suspense waits for a person's word: what a chargeback or a reversal keeps there is
-- cleared by how that ends.
CREATE FUNCTION ratiba_waits_for_a_word(of_tenant uuid, cause text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT CASE split_part($2, ':', 1)
        WHEN 'refunded' THEN EXISTS (SELECT FROM payment_refunds r
            WHERE r.tenant_id = of_tenant AND r.id = split_part($2, ':', 2)::uuid AND r.way = 'outside')
        ELSE split_part($2, ':', 1) IN ('till-float', 'till-move', 'till-count', 'stated', 'never-moved', 'paid-out')
    END
$$;
REVOKE ALL ON FUNCTION ratiba_waits_for_a_word(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ratiba_waits_for_a_word(uuid, text) TO ratiba_app;

-- No more of a journal is cleared than it left, however many do it at once; and what is said is what the books say.
CREATE FUNCTION ratiba_clears_what_is_there() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    there bigint;
    taken bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('suspense:' || NEW.tenant_id, 0));
    there := (SELECT coalesce(sum(e.amount_minor), 0) FROM ledger_entries e
        JOIN ledger_journals j ON j.tenant_id = e.tenant_id AND j.id = e.journal_id
        WHERE e.tenant_id = NEW.tenant_id AND e.journal_id = NEW.journal_id AND e.account = 'suspense'
            AND e.currency = NEW.currency AND ratiba_waits_for_a_word(NEW.tenant_id, j.cause));
    taken := (SELECT coalesce(sum(c.amount_minor), 0) FROM suspense_clearings c
        WHERE c.tenant_id = NEW.tenant_id AND c.journal_id = NEW.journal_id AND c.currency = NEW.currency);
    IF taken + NEW.amount_minor > abs(there) THEN
        RAISE EXCEPTION 'journal % left no more than % in suspense', NEW.journal_id, abs(there)
            USING ERRCODE = 'check_violation', CONSTRAINT = 'suspense_clearings_within';
    END IF;
    IF 2 <> (SELECT count(*) FROM ledger_entries e
        JOIN ledger_journals j ON j.tenant_id = e.tenant_id AND j.id = e.journal_id AND j.cause = 'cleared:' || NEW.id
        WHERE e.tenant_id = NEW.tenant_id AND e.journal_id = NEW.posted_id AND e.currency = NEW.currency
            AND (e.account, e.amount_minor) IN (('suspense', -sign(there)::bigint * NEW.amount_minor),
                (NEW.account, sign(there)::bigint * NEW.amount_minor)))
    THEN
        RAISE EXCEPTION 'journal % does not clear what is said', NEW.posted_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'suspense_clearings_posted';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER suspense_clearings_within BEFORE INSERT ON suspense_clearings
    FOR EACH ROW EXECUTE FUNCTION ratiba_clears_what_is_there();

-- Nothing is cleared in the books without somebody's word.
CREATE FUNCTION ratiba_clearing_has_a_word() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM suspense_clearings WHERE tenant_id = NEW.tenant_id AND posted_id = NEW.id) THEN
        RAISE EXCEPTION 'journal % clears suspense, and nobody said so', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_journals_cleared_by_a_word';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER ledger_journals_cleared AFTER INSERT ON ledger_journals
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.cause LIKE 'cleared:%')
    EXECUTE FUNCTION ratiba_clearing_has_a_word();
