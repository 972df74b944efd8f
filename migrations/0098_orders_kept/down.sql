ALTER TABLE tenants DROP COLUMN order_invitation;
DROP TRIGGER audit_insert ON payment_callbacks_unrouted;
CREATE POLICY given_to_a_tenant ON payment_callbacks_unrouted FOR INSERT TO ratiba_owner WITH CHECK (true);
CREATE OR REPLACE FUNCTION ratiba_assign_unrouted(letter uuid, to_tenant uuid, who text, why text, at timestamptz) RETURNS boolean
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
DROP FUNCTION ratiba_take_unrouted(uuid);
