-- What became of the templates is forgotten; those that the settings name as approved still count.
ALTER TABLE channel_routes DROP COLUMN account_id;
DROP TABLE message_templates;
