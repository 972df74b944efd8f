-- A stretch between opening and closing the cash drawer. Each business has one drawer.
CREATE TABLE till_sessions (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    -- The caller's key and what was ordered with it: the same order again is done once.
    open_key text NOT NULL CHECK (length(open_key) BETWEEN 1 AND 128),
    open_print bytea NOT NULL CHECK (octet_length(open_print) = 32),
    opened_at timestamptz NOT NULL,
    opened_by text NOT NULL CHECK (length(opened_by) BETWEEN 1 AND 200),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    float_minor bigint NOT NULL CHECK (float_minor >= 0),
    -- What the books knew to lie in the drawer before it was opened.
    carried_minor bigint NOT NULL,
    close_key text CHECK (length(close_key) BETWEEN 1 AND 128),
    close_print bytea CHECK (octet_length(close_print) = 32),
    closed_at timestamptz,
    closed_by text CHECK (length(closed_by) BETWEEN 1 AND 200),
    counted_minor bigint CHECK (counted_minor >= 0),
    -- The count less what was expected.
    difference_minor bigint,
    difference_reason text CHECK (length(difference_reason) BETWEEN 1 AND 200),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, open_key),
    CHECK (num_nulls(close_key, close_print, closed_at, closed_by, counted_minor, difference_minor) IN (0, 6)),
    CHECK (coalesce(difference_minor, 0) = 0 OR difference_reason IS NOT NULL)
);
CREATE UNIQUE INDEX till_sessions_one_open ON till_sessions (tenant_id) WHERE closed_at IS NULL;
SELECT ratiba_protect('till_sessions', 'SELECT, INSERT');
GRANT UPDATE (close_key, close_print, closed_at, closed_by, counted_minor, difference_minor, difference_reason)
    ON till_sessions TO ratiba_app;

-- What was counted is frozen: a closed session never changes.
CREATE FUNCTION ratiba_till_is_frozen() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'till session % is closed', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER till_sessions_frozen BEFORE UPDATE ON till_sessions
    FOR EACH ROW EXECUTE FUNCTION ratiba_till_is_frozen();

-- Cash that was put in or taken out and is no customer's.
CREATE TABLE till_movements (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    session_id uuid NOT NULL,
    request_key text NOT NULL CHECK (length(request_key) BETWEEN 1 AND 128),
    request_print bytea NOT NULL CHECK (octet_length(request_print) = 32),
    kind text NOT NULL CHECK (kind IN ('pay_in', 'pay_out')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    moved_by text NOT NULL CHECK (length(moved_by) BETWEEN 1 AND 200),
    moved_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, session_id, request_key),
    FOREIGN KEY (tenant_id, session_id) REFERENCES till_sessions
);
SELECT ratiba_protect('till_movements', 'SELECT, INSERT');

-- Cash belongs to the session that is open when it is booked, whoever books it.
ALTER TABLE ledger_entries ADD COLUMN till_session_id uuid,
    ADD FOREIGN KEY (tenant_id, till_session_id) REFERENCES till_sessions;
CREATE INDEX ledger_entries_of_till ON ledger_entries (tenant_id, till_session_id) WHERE till_session_id IS NOT NULL;

-- Opening, closing and pay-outs lock the drawer alone; cash that customers move shares the lock, so that a count
-- compares with all of it and nothing slips in between.
CREATE FUNCTION ratiba_lock_drawer(of_tenant uuid, alone boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF alone THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('drawer:' || of_tenant, 0));
    ELSE
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('drawer:' || of_tenant, 0));
    END IF;
END
$$;

CREATE FUNCTION ratiba_cash_belongs_to_till() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ratiba_lock_drawer(NEW.tenant_id, false);
    NEW.till_session_id := (SELECT id FROM till_sessions WHERE tenant_id = NEW.tenant_id AND closed_at IS NULL);
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_entries_of_cash BEFORE INSERT ON ledger_entries
    FOR EACH ROW WHEN (NEW.account = 'cash_drawer') EXECUTE FUNCTION ratiba_cash_belongs_to_till();
