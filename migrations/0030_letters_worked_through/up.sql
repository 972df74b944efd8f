-- What people made of dead letters: who and why is there since the table is, when, and which money.
ALTER TABLE payment_callbacks_unrouted
    ADD COLUMN handled_at timestamptz,
    -- The payment that it was matched to.
    ADD COLUMN payment_id uuid,
    -- The provider's number for the money that was booked for it, or that went back.
    ADD COLUMN receipt text CHECK (length(receipt) BETWEEN 1 AND 40),
    -- Who of the operators gave it to the tenant, when and why.
    ADD COLUMN assigned_by text CHECK (length(assigned_by) BETWEEN 1 AND 200),
    ADD COLUMN assigned_reason text CHECK (length(assigned_reason) BETWEEN 1 AND 200),
    ADD COLUMN assigned_at timestamptz,
    ADD FOREIGN KEY (tenant_id, payment_id) REFERENCES payments,
    ADD CONSTRAINT payment_callbacks_unrouted_handled CHECK ((state = 'new') = (handled_at IS NULL)
        AND (handled_at IS NULL) = (handled_by IS NULL) AND (handled_at IS NULL) = (handled_reason IS NULL)
        AND (state = 'matched') = (payment_id IS NOT NULL) AND (state IN ('matched', 'refunded')) = (receipt IS NOT NULL)),
    ADD CONSTRAINT payment_callbacks_unrouted_reasoned CHECK (length(handled_by) BETWEEN 1 AND 200
        AND length(handled_reason) BETWEEN 1 AND 200),
    ADD CONSTRAINT payment_callbacks_unrouted_assigned CHECK ((assigned_at IS NULL) = (assigned_by IS NULL)
        AND (assigned_at IS NULL) = (assigned_reason IS NULL));
CREATE INDEX payment_callbacks_unrouted_worked ON payment_callbacks_unrouted (tenant_id, state, id);

-- A letter of no tenant may be given to one.
CREATE POLICY given_to_a_tenant ON payment_callbacks_unrouted FOR INSERT TO ratiba_owner WITH CHECK (true);

-- Gives a new letter of no tenant to a tenant; false if there is no such letter (any more).
CREATE FUNCTION ratiba_assign_unrouted(letter uuid, to_tenant uuid, who text, why text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found payment_callbacks_unrouted;
BEGIN
    DELETE FROM payment_callbacks_unrouted WHERE id = letter AND tenant_id IS NULL AND state = 'new' RETURNING * INTO found;
    IF found.id IS NULL THEN
        RETURN false;
    END IF;
    INSERT INTO payment_callbacks_unrouted (id, tenant_id, provider, reason, body, received_at, assigned_by, assigned_reason,
        assigned_at)
    VALUES (found.id, to_tenant, found.provider, found.reason, found.body, found.received_at, who, why, at);
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION ratiba_assign_unrouted(uuid, uuid, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ratiba_assign_unrouted(uuid, uuid, text, text, timestamptz) TO ratiba_app;

-- Marks a new letter of no tenant as meaning nothing; false if there is no such letter (any more).
CREATE FUNCTION ratiba_dismiss_unrouted(letter uuid, who text, why text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE payment_callbacks_unrouted SET state = 'dismissed', handled_by = who, handled_reason = why, handled_at = at
    WHERE id = letter AND tenant_id IS NULL AND state = 'new';
    RETURN FOUND;
END
$$;
REVOKE ALL ON FUNCTION ratiba_dismiss_unrouted(uuid, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ratiba_dismiss_unrouted(uuid, text, text, timestamptz) TO ratiba_app;

-- One letter of no tenant, for the operator.
CREATE FUNCTION ratiba_unrouted_letter(letter uuid) RETURNS SETOF payment_callbacks_unrouted
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM payment_callbacks_unrouted WHERE id = letter AND tenant_id IS NULL
$$;
REVOKE ALL ON FUNCTION ratiba_unrouted_letter(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ratiba_unrouted_letter(uuid) TO ratiba_app;

-- What providers wrote holds personal data, and is not kept for ever: of a tenant what was worked through, of no tenant
-- whatever is old.
GRANT DELETE ON payment_callbacks_unrouted, payment_callbacks, card_notices, refund_messages TO ratiba_app;
CREATE FUNCTION ratiba_forget_unrouted(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM payment_callbacks_unrouted WHERE id IN (SELECT id FROM payment_callbacks_unrouted
        WHERE tenant_id IS NULL AND received_at < before ORDER BY received_at LIMIT most);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
REVOKE ALL ON FUNCTION ratiba_forget_unrouted(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ratiba_forget_unrouted(timestamptz, integer) TO ratiba_app;
