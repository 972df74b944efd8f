-- What customers ask of what is kept of them: by when it is answered, how it ended, and the proof. See docs/privacy.md.
CREATE TABLE data_requests (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    wish text NOT NULL CHECK (wish IN ('export', 'correction', 'erasure', 'copy')),
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL CHECK (due_at > asked_at),
    taken_by text NOT NULL CHECK (length(taken_by) BETWEEN 1 AND 200),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'refused')),
    ended_at timestamptz,
    -- SHA-256 of the document that was handed over.
    document_hash bytea CHECK (octet_length(document_hash) = 32),
    -- Rows of each table that were handed over or forgotten.
    rows_of jsonb CHECK (jsonb_typeof(rows_of) = 'object'),
    refused_because text CHECK (length(refused_because) BETWEEN 1 AND 500),
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK ((state = 'done') = (rows_of IS NOT NULL)),
    CHECK ((state = 'refused') = (refused_because IS NOT NULL)),
    CHECK (document_hash IS NULL OR state = 'done' AND wish IN ('export', 'copy')),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
-- The same wish twice is one request.
CREATE UNIQUE INDEX data_requests_open ON data_requests (tenant_id, customer_id, wish) WHERE state = 'open';
CREATE INDEX data_requests_due ON data_requests (tenant_id, due_at) WHERE state = 'open';
SELECT ratiba_protect('data_requests', 'SELECT, INSERT');
GRANT UPDATE (state, ended_at, document_hash, rows_of, refused_because) ON data_requests TO ratiba_app;
SELECT ratiba_watch_audit('data_requests', 'INSERT OR UPDATE', 'privacy', 'request', 'wish', 'id', 'customer_id', 'taken_by');

-- Who was forgotten keeps the id by which the books and frozen months name them, and nothing else.
ALTER TABLE customers
    ADD COLUMN erased_at timestamptz,
    DROP CONSTRAINT customers_known_by_something,
    ADD CONSTRAINT customers_known_by_something CHECK (
        CASE WHEN erased_at IS NULL THEN phone IS NOT NULL OR channel_user_id IS NOT NULL OR name IS NOT NULL
        ELSE num_nonnulls(phone, channel_user_id, name, language) = 0 END);
-- A prompt of theirs is forgotten as to whom it went; what was forgotten before a step back has no such mark.
ALTER TABLE payment_attempts
    ADD COLUMN payer_forgotten boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT payment_attempts_prompted,
    ADD CONSTRAINT payment_attempts_prompted CHECK (
        provider <> 'mpesa' OR sent_at IS NULL OR payer_phone IS NOT NULL OR payer_forgotten) NOT VALID;
-- Words about a payout, about a letter that was decided twice, and of who paid, are changed by an erasure alone, which is on record itself.
GRANT UPDATE (reason) ON credit_payouts TO ratiba_app;
GRANT UPDATE (said_reason, taken_back_reason) ON dead_letters_taken_back TO ratiba_app;
GRANT UPDATE (account) ON mpesa_statement_lines TO ratiba_app;
-- What nobody could route holds what people said, and is not kept for ever.
GRANT DELETE ON inbound_quarantine TO ratiba_app;
CREATE FUNCTION ratiba_forget_quarantined(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM inbound_quarantine WHERE id IN (SELECT id FROM inbound_quarantine
        WHERE tenant_id IS NULL AND received_at < before ORDER BY received_at LIMIT most);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
REVOKE ALL ON FUNCTION ratiba_forget_quarantined(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ratiba_forget_quarantined(timestamptz, integer) TO ratiba_app;
