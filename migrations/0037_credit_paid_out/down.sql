CREATE OR REPLACE FUNCTION ratiba_cash_belongs_to_till() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM ratiba_lock_drawer(NEW.tenant_id, false);
    NEW.till_session_id := (SELECT id FROM till_sessions WHERE tenant_id = NEW.tenant_id AND closed_at IS NULL);
    RETURN NEW;
END
$$;
DROP TABLE credit_payouts;
DROP INDEX payments_of_customer;
ALTER TABLE payment_refunds DROP COLUMN source;
ALTER TABLE tenant_settings DROP COLUMN payments_version;
