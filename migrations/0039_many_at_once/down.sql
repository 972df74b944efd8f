DROP INDEX inbound_messages_of_thread;
CREATE INDEX inbound_messages_of_thread ON inbound_messages (tenant_id, thread_id, received_at);
ALTER TABLE inbound_messages
    DROP CONSTRAINT inbound_messages_sound,
    ADD CONSTRAINT inbound_messages_channel_check CHECK (channel IN ('whatsapp')),
    ADD CONSTRAINT inbound_messages_provider_id_check CHECK (length(provider_id) BETWEEN 1 AND 256),
    ADD CONSTRAINT inbound_messages_sender_key_check CHECK (length(sender_key) BETWEEN 1 AND 140),
    ADD CONSTRAINT inbound_messages_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants;
DROP FUNCTION inbound_messages_sound(inbound_messages);
DROP FUNCTION ratiba_keep_letters;
DROP FUNCTION ratiba_next_jobs(uuid[], integer[], timestamptz, integer, integer);
DROP INDEX jobs_due;
ALTER TABLE jobs ADD COLUMN priority smallint NOT NULL DEFAULT 0;
CREATE INDEX jobs_due ON jobs (run_at, priority, seq) WHERE state = 'ready';
