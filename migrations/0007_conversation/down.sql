DROP FUNCTION ratiba_quarantined(integer);
DROP FUNCTION ratiba_quarantine(uuid, text, text, bytea, timestamptz);
DROP TABLE inbound_quarantine, outgoing_messages, message_statuses, inbound_messages, conversation_threads;
