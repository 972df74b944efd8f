-- What is in the archive is gone.
REVOKE DELETE ON conversation_threads, inbound_messages, message_statuses, outgoing_messages, handoffs, handoff_words
    FROM ratiba_app;
DROP INDEX conversation_threads_closed;
DROP TABLE archived_threads;
