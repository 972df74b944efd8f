-- Somebody is asked by WhatsApp to belong to a business. The text of an invitation is known to whoever got it alone: each message
-- carries a secret of its own, of which `access_keys` keeps the hash (kind `invitation`).
CREATE TABLE invitations (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    phone text NOT NULL CHECK (phone ~ '^\+[1-9][0-9]{7,14}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    role text NOT NULL CHECK (role IN ('owner', 'manager', 'receptionist', 'therapist')),
    staff_id uuid,
    -- Nobody if the operator did.
    invited_by text CHECK (length(invited_by) BETWEEN 1 AND 80),
    invited_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > invited_at),
    -- Messages that were ordered so far.
    sends integer NOT NULL DEFAULT 1 CHECK (sends >= 1),
    accepted_by uuid,
    accepted_at timestamptz,
    revoked_at timestamptz,
    version integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    -- One order makes one invitation, however often it is sent.
    order_key text CHECK (length(order_key) BETWEEN 1 AND 100),
    order_print bytea CHECK (octet_length(order_print) = 32),
    CHECK (role <> 'therapist' OR staff_id IS NOT NULL),
    CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
    CHECK (accepted_at IS NULL OR revoked_at IS NULL),
    CHECK ((order_key IS NULL) = (order_print IS NULL)),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, order_key),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
SELECT ratiba_protect('invitations', 'SELECT, INSERT, UPDATE, DELETE');
SELECT ratiba_watch_audit('invitations', 'INSERT OR UPDATE OR DELETE', 'access', 'member_invitation', 'role', 'id', '', 'invited_by');
-- Hashes of secrets go with what they opened.
CREATE FUNCTION ratiba_invitation_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM access_keys k WHERE k.tenant_id = OLD.tenant_id AND k.subject_id = OLD.id AND k.kind = 'invitation';
    RETURN NULL;
END
$$;
CREATE TRIGGER invitation_gone AFTER DELETE ON invitations FOR EACH ROW EXECUTE FUNCTION ratiba_invitation_gone();
