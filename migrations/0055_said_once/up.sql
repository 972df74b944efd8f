-- One transfer outside of this system proves one refund or one payout. Numbers may be there twice from before, so that no
-- index says it.
ALTER TABLE payment_refunds
    DROP CONSTRAINT payment_refunds_reference_check,
    ADD CONSTRAINT payment_refunds_reference_check CHECK (length(reference) BETWEEN 1 AND 100);
CREATE INDEX payment_refunds_transfer ON payment_refunds (tenant_id, upper(btrim(reference))) WHERE reference IS NOT NULL;
CREATE INDEX credit_payouts_transfer ON credit_payouts (tenant_id, upper(btrim(reference))) WHERE reference IS NOT NULL;

CREATE FUNCTION ratiba_transfer_proves_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('transfer:' || NEW.tenant_id, 0));
    IF EXISTS (SELECT FROM payment_refunds WHERE tenant_id = NEW.tenant_id AND id <> NEW.id
            AND upper(btrim(reference)) = upper(btrim(NEW.reference)))
        OR EXISTS (SELECT FROM credit_payouts WHERE tenant_id = NEW.tenant_id AND id <> NEW.id
            AND upper(btrim(reference)) = upper(btrim(NEW.reference)))
    THEN
        RAISE EXCEPTION 'that transfer proves another refund or payout'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'transfer_proves_once';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER payment_refunds_transfer BEFORE INSERT ON payment_refunds
    FOR EACH ROW WHEN (NEW.reference IS NOT NULL) EXECUTE FUNCTION ratiba_transfer_proves_once();
CREATE TRIGGER credit_payouts_transfer BEFORE INSERT ON credit_payouts
    FOR EACH ROW WHEN (NEW.reference IS NOT NULL) EXECUTE FUNCTION ratiba_transfer_proves_once();

-- A word about something in suspense that was wrong is taken back: the books put it there again, and the word stays.
CREATE TABLE suspense_clearings_undone (
    tenant_id uuid NOT NULL REFERENCES tenants,
    clearing_id uuid NOT NULL,
    -- The journal that put it there again.
    posted_id uuid NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    request_key text NOT NULL CHECK (length(request_key) BETWEEN 1 AND 128),
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    undone_by text NOT NULL CHECK (length(undone_by) BETWEEN 1 AND 200),
    undone_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, clearing_id),
    UNIQUE (tenant_id, request_key),
    UNIQUE (tenant_id, posted_id),
    FOREIGN KEY (tenant_id, clearing_id) REFERENCES suspense_clearings,
    FOREIGN KEY (tenant_id, posted_id) REFERENCES ledger_journals
);
SELECT ratiba_protect('suspense_clearings_undone', 'SELECT, INSERT');

-- As before; what was taken back is there to be cleared again.
CREATE OR REPLACE FUNCTION ratiba_clears_what_is_there() RETURNS trigger
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
        WHERE c.tenant_id = NEW.tenant_id AND c.journal_id = NEW.journal_id AND c.currency = NEW.currency
            AND NOT EXISTS (SELECT FROM suspense_clearings_undone u
                WHERE u.tenant_id = c.tenant_id AND u.clearing_id = c.id));
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

-- What takes a word back books just what the word had booked, the other way round.
CREATE FUNCTION ratiba_undoes_what_was_said() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('suspense:' || NEW.tenant_id, 0));
    IF 2 <> (SELECT count(*) FROM suspense_clearings c
        JOIN ledger_journals j ON j.tenant_id = c.tenant_id AND j.id = NEW.posted_id AND j.cause = 'uncleared:' || c.id
        JOIN ledger_entries e ON e.tenant_id = c.tenant_id AND e.journal_id = j.id
        JOIN ledger_entries o ON o.tenant_id = c.tenant_id AND o.journal_id = c.posted_id AND o.account = e.account
            AND o.currency = e.currency AND o.amount_minor = -e.amount_minor
        WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.clearing_id)
    THEN
        RAISE EXCEPTION 'journal % does not undo what was said', NEW.posted_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'suspense_clearings_undone_posted';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER suspense_clearings_undone_posted BEFORE INSERT ON suspense_clearings_undone
    FOR EACH ROW EXECUTE FUNCTION ratiba_undoes_what_was_said();
CREATE FUNCTION ratiba_undoing_has_a_word() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM suspense_clearings_undone WHERE tenant_id = NEW.tenant_id AND posted_id = NEW.id) THEN
        RAISE EXCEPTION 'journal % takes a word about suspense back, and nobody said so', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_journals_uncleared_by_a_word';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER ledger_journals_uncleared AFTER INSERT ON ledger_journals
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.cause LIKE 'uncleared:%')
    EXECUTE FUNCTION ratiba_undoing_has_a_word();
