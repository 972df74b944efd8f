-- A letter of nobody that is given to a business is on record there: who gave it, and what. The row that the business gets is
-- written by the application, in the tenant's name, so that the record does not take it for a change by hand; only taking the
-- letter of nobody needs the owner of the tables.
CREATE FUNCTION ratiba_take_unrouted(letter uuid) RETURNS SETOF payment_callbacks_unrouted
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM payment_callbacks_unrouted WHERE id = letter AND tenant_id IS NULL AND state = 'new' RETURNING *
$$;
REVOKE ALL ON FUNCTION ratiba_take_unrouted(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ratiba_take_unrouted(uuid) TO ratiba_app;
CREATE OR REPLACE FUNCTION ratiba_assign_unrouted(letter uuid, to_tenant uuid, who text, why text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    found payment_callbacks_unrouted;
    opened text := current_setting('ratiba.current_tenant', true);
BEGIN
    SELECT * INTO found FROM ratiba_take_unrouted(letter);
    IF found.id IS NULL THEN
        RETURN false;
    END IF;
    PERFORM set_config('ratiba.current_tenant', to_tenant::text, true);
    INSERT INTO payment_callbacks_unrouted (id, tenant_id, provider, reason, body, received_at, assigned_by, assigned_reason,
        assigned_at)
    VALUES (found.id, to_tenant, found.provider, found.reason, found.body, found.received_at, who, why, at);
    PERFORM set_config('ratiba.current_tenant', coalesce(opened, ''), true);
    RETURN true;
END
$$;
DROP POLICY given_to_a_tenant ON payment_callbacks_unrouted;
-- What a provider wrote is no change of ours; that somebody says whose it is, is one.
SELECT ratiba_watch_audit('payment_callbacks_unrouted', 'INSERT', 'payments', 'letter', 'provider reason assigned_by', 'id', '', 'assigned_by',
    'NEW.assigned_at IS NOT NULL');

-- Which invitation an order to provision made: it is forgotten 90 days after its end, and nobody else's may be taken for it.
ALTER TABLE tenants ADD COLUMN order_invitation uuid, ADD CHECK (order_invitation IS NULL OR order_key IS NOT NULL);
-- Of orders of before it is the operator's to an owner that was there before the business was.
ALTER TABLE invitations NO FORCE ROW LEVEL SECURITY;
UPDATE tenants t SET order_invitation = i.id
FROM (SELECT DISTINCT ON (tenant_id) tenant_id, id, invited_at FROM invitations WHERE invited_by IS NULL AND role = 'owner'
    ORDER BY tenant_id, invited_at, id) i
WHERE i.tenant_id = t.id AND i.invited_at <= t.created_at AND t.order_key IS NOT NULL;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
