DROP FUNCTION ratiba_forget_quarantined(timestamptz, integer);
REVOKE DELETE ON inbound_quarantine FROM ratiba_app;
-- Who was forgotten stays forgotten: a name in place of what is not known any more.
ALTER TABLE customers DROP CONSTRAINT customers_known_by_something, NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER;
UPDATE customers SET name = 'forgotten' WHERE erased_at IS NOT NULL;
ALTER TABLE customers
    FORCE ROW LEVEL SECURITY,
    ENABLE TRIGGER USER,
    DROP COLUMN erased_at,
    ADD CONSTRAINT customers_known_by_something CHECK (phone IS NOT NULL OR channel_user_id IS NOT NULL OR name IS NOT NULL);
ALTER TABLE payment_attempts
    DROP CONSTRAINT payment_attempts_prompted,
    DROP COLUMN payer_forgotten,
    ADD CONSTRAINT payment_attempts_prompted CHECK (provider <> 'mpesa' OR sent_at IS NULL OR payer_phone IS NOT NULL) NOT VALID;
REVOKE UPDATE (reason) ON credit_payouts FROM ratiba_app;
REVOKE UPDATE (account) ON mpesa_statement_lines FROM ratiba_app;
REVOKE UPDATE (said_reason, taken_back_reason) ON dead_letters_taken_back FROM ratiba_app;
DROP TABLE data_requests;
