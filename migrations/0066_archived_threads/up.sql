-- Threads that ended long ago, each with all that was said in it as one document, out of the way of those that are read daily.
-- It is deleted for good after the time that the business keeps it.
CREATE TABLE archived_threads (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz NOT NULL,
    archived_at timestamptz NOT NULL,
    -- json and not jsonb: the messages are kept as they came, also what jsonb refuses (a NUL in somebody's text).
    log json NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE INDEX archived_threads_age ON archived_threads (tenant_id, archived_at);
CREATE INDEX archived_threads_of ON archived_threads (tenant_id, customer_id);
SELECT ratiba_protect('archived_threads', 'SELECT, INSERT, DELETE');

-- The nightly sweep looks for the oldest that ended.
CREATE INDEX conversation_threads_closed ON conversation_threads (tenant_id, closed_at) WHERE closed_at IS NOT NULL;
GRANT DELETE ON conversation_threads, inbound_messages, message_statuses, outgoing_messages, handoffs, handoff_words
    TO ratiba_app;
