-- What anybody can send, and what the provider sends, take no room from each other.
ALTER TABLE card_notices ADD COLUMN by_return boolean NOT NULL DEFAULT false;
DROP INDEX card_notices_waiting;
CREATE INDEX card_notices_of_attempt ON card_notices (tenant_id, attempt_id, received_at);
CREATE INDEX card_notices_of_tenant ON card_notices (tenant_id, received_at);
-- What was done about is forgotten after a while.
GRANT DELETE ON card_notices TO ratiba_app;

-- Since when the provider does not take an address in orders any more. What comes to it is taken in all the same.
ALTER TABLE card_notice_addresses ADD COLUMN retired_at timestamptz;
GRANT UPDATE (retired_at) ON card_notice_addresses TO ratiba_app;

-- The nightly sweep looks for orders whose looks have ended too early.
CREATE INDEX payment_attempts_of_cards ON payment_attempts (tenant_id, sent_at) WHERE provider = 'pesapal';

-- When the customer was reminded of a page that is not paid.
ALTER TABLE payment_attempts ADD COLUMN nudged_at timestamptz;

-- The number that customers write to, in digits: the way back into the chat. Its channel tells it with each message.
ALTER TABLE channel_routes ADD COLUMN dialable text CHECK (dialable ~ '^[0-9]{7,15}$');
GRANT UPDATE (dialable) ON channel_routes TO ratiba_app;
