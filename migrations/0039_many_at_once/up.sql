-- What comes in large numbers is done many at once: messages that are stored, and jobs that are begun and ended.

-- Nobody ever gave a job a priority, and an order that begins with one made every claim sort all that is due.
DROP INDEX jobs_due;
ALTER TABLE jobs DROP COLUMN priority;
CREATE INDEX jobs_due ON jobs (run_at, seq) WHERE state = 'ready';

-- Ends jobs that were done, and leases the next ones that are due at `at` (business time), oldest first, in one call.
-- Only the try that holds the lease can end a job. What is ended frees its ordering key for what is leased.
--
-- The head of an ordering key is its oldest job that is not dead; a running one bars the others, also one that became
-- visible late. Two calls that raced for one key meet at jobs_one_running_per_key. Whatever the planner believes of how
-- full the queue is, it is read by its index and in its order: it was empty when the plan was made, or will be.
CREATE FUNCTION ratiba_next_jobs(over uuid[], tries integer[], at timestamptz, most integer, lease_seconds integer)
RETURNS TABLE (id uuid, kind text, tenant_id uuid, payload jsonb, attempts integer, ordering_key text,
    first_failed_at timestamptz)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
BEGIN
    IF cardinality(over) > 0 THEN
        DELETE FROM jobs j USING unnest(over, tries) AS o(id, attempts)
        WHERE j.id = o.id AND j.attempts = o.attempts AND j.state = 'running';
    END IF;
    IF most = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT j.id FROM jobs j
        WHERE j.state = 'ready' AND j.run_at <= at
            AND (j.ordering_key IS NULL OR NOT EXISTS (
                SELECT FROM jobs h
                WHERE h.ordering_key = j.ordering_key AND h.state <> 'dead' AND h.id <> j.id
                    AND (h.seq < j.seq OR h.state = 'running')))
        ORDER BY j.run_at, j.seq
        LIMIT most
        FOR UPDATE SKIP LOCKED
    )
    UPDATE jobs j SET state = 'running', attempts = j.attempts + 1,
        lease_until = now() + make_interval(secs => lease_seconds) -- bookkeeping
    FROM due WHERE j.id = due.id
    RETURNING j.id, j.kind, j.tenant_id, j.payload, j.attempts, j.ordering_key, j.first_failed_at;
END
$$;

-- Stores what webhooks brought at the same time, messages of customers and reports on what was sent, and queues a job for
-- each that is new; answers the ids of those. One that is on record by its provider's id is left out. Rows are inserted
-- in the order of those ids, so that two calls with the same ones wait for each other in one order; jobs in the order of
-- the arrays, which is that of coming.
CREATE FUNCTION ratiba_keep_letters(tenant uuid, way text,
    messages uuid[], message_ids text[], senders text[], sent timestamptz[], messages_received timestamptz[],
    message_raws text[], message_jobs uuid[], message_payloads text[], message_orders text[],
    statuses uuid[], status_ids text[], words text[], callback_data text[], occurred timestamptz[],
    statuses_received timestamptz[], status_raws text[], status_jobs uuid[], status_payloads text[])
RETURNS uuid[] LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    new_messages uuid[];
    new_statuses uuid[];
BEGIN
    PERFORM set_config('ratiba.current_tenant', tenant::text, true);
    IF cardinality(messages) > 0 THEN
        WITH made AS (
            INSERT INTO inbound_messages AS i (tenant_id, id, channel, provider_id, sender_key, sent_at, received_at, raw)
            SELECT tenant, m.id, way, m.provider_id, m.sender, m.sent_at, m.received_at, m.raw::json
            FROM unnest(messages, message_ids, senders, sent, messages_received, message_raws)
                AS m(id, provider_id, sender, sent_at, received_at, raw)
            ORDER BY m.provider_id
            ON CONFLICT (tenant_id, channel, provider_id) DO NOTHING
            RETURNING i.id
        )
        SELECT array_agg(made.id) INTO new_messages FROM made;
        INSERT INTO jobs (id, kind, tenant_id, payload, run_at, ordering_key)
        SELECT j.id, 'conversation.turn', tenant, j.payload::jsonb, j.run_at, j.ordering_key
        FROM unnest(messages, message_jobs, message_payloads, messages_received, message_orders) WITH ORDINALITY
            AS j(message, id, payload, run_at, ordering_key, place)
        WHERE j.message = ANY (new_messages)
        ORDER BY j.place;
    END IF;
    IF cardinality(statuses) > 0 THEN
        WITH made AS (
            INSERT INTO message_statuses AS i (tenant_id, id, channel, provider_id, status, callback_data, occurred_at,
                received_at, raw)
            SELECT tenant, s.id, way, s.provider_id, s.word, s.data, s.occurred_at, s.received_at, s.raw::json
            FROM unnest(statuses, status_ids, words, callback_data, occurred, statuses_received, status_raws)
                AS s(id, provider_id, word, data, occurred_at, received_at, raw)
            ORDER BY s.provider_id, s.word
            ON CONFLICT (tenant_id, channel, provider_id, status) DO NOTHING
            RETURNING i.id
        )
        SELECT array_agg(made.id) INTO new_statuses FROM made;
        INSERT INTO jobs (id, kind, tenant_id, payload, run_at)
        SELECT j.id, 'conversation.status', tenant, j.payload::jsonb, j.run_at
        FROM unnest(statuses, status_jobs, status_payloads, statuses_received) WITH ORDINALITY
            AS j(status, id, payload, run_at, place)
        WHERE j.status = ANY (new_statuses)
        ORDER BY j.place;
    END IF;
    RETURN coalesce(new_messages, '{}') || coalesce(new_statuses, '{}');
END
$$;

-- A hot table, as 0023 says of others: its rules are one function, it does not lock its tenant's row, and it is in no
-- index that nobody reads it by. Messages are not of a thread when they come.
CREATE FUNCTION inbound_messages_sound(m inbound_messages) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN m.channel IN ('whatsapp')
        AND length(m.provider_id) BETWEEN 1 AND 256
        AND length(m.sender_key) BETWEEN 1 AND 140;
END
$$;
ALTER TABLE inbound_messages
    DROP CONSTRAINT inbound_messages_channel_check,
    DROP CONSTRAINT inbound_messages_provider_id_check,
    DROP CONSTRAINT inbound_messages_sender_key_check,
    DROP CONSTRAINT inbound_messages_tenant_id_fkey,
    ADD CONSTRAINT inbound_messages_sound CHECK (inbound_messages_sound(inbound_messages));
DROP INDEX inbound_messages_of_thread;
CREATE INDEX inbound_messages_of_thread ON inbound_messages (tenant_id, thread_id, received_at)
    WHERE thread_id IS NOT NULL;
