-- Of when the newest word on a template is: one that comes late and is older changes nothing.
ALTER TABLE message_templates ADD COLUMN reported_at timestamptz;
GRANT UPDATE (reported_at) ON message_templates TO ratiba_app;

-- The channel's own id of an admin who writes to the rail: it may name them by that alone, and by it is known when they wrote
-- last.
ALTER TABLE rail_slates ADD COLUMN user_id text CHECK (length(user_id) BETWEEN 1 AND 140);

-- Messages of no thread, such as alerts and what admins wrote to the rail, each with its reports: out of the way like the threads
-- of 0066, and deleted after the same time.
CREATE TABLE archived_messages (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    -- To whom it went; of what came, and of what went to people of the business, nobody's.
    customer_id uuid,
    at timestamptz NOT NULL,
    archived_at timestamptz NOT NULL,
    -- json and not jsonb, as in archived_threads.
    log json NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers
);
CREATE INDEX archived_messages_age ON archived_messages (tenant_id, archived_at);
SELECT ratiba_protect('archived_messages', 'SELECT, INSERT, DELETE');

-- The nightly sweep looks for the oldest of no thread.
CREATE INDEX inbound_messages_loose ON inbound_messages (tenant_id, sent_at) WHERE thread_id IS NULL;
CREATE INDEX outgoing_messages_loose ON outgoing_messages (tenant_id, queued_at) WHERE thread_id IS NULL;
