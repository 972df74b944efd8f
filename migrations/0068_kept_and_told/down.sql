DROP INDEX outgoing_messages_loose;
DROP INDEX inbound_messages_loose;
DROP TABLE archived_messages;
ALTER TABLE rail_slates DROP COLUMN user_id;
ALTER TABLE message_templates DROP COLUMN reported_at;
