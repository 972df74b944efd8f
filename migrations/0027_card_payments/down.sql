DROP INDEX payment_callbacks_unrouted_of_tenant;
DROP TABLE card_notices;
DROP TABLE card_notice_addresses;
ALTER TABLE payment_attempts DROP COLUMN page_url;
