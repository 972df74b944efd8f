DROP INDEX payment_attempts_of_cards;
REVOKE UPDATE (retired_at) ON card_notice_addresses FROM ratiba_app;
ALTER TABLE card_notice_addresses DROP COLUMN retired_at;
REVOKE DELETE ON card_notices FROM ratiba_app;
DROP INDEX card_notices_of_tenant;
DROP INDEX card_notices_of_attempt;
CREATE INDEX card_notices_waiting ON card_notices (tenant_id, attempt_id) WHERE outcome IS NULL;
ALTER TABLE card_notices DROP COLUMN by_return;
