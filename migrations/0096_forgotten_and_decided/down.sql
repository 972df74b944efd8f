DROP TRIGGER waitlist_entries_of_somebody_known ON waitlist_entries;
DROP TRIGGER walk_ins_of_somebody_known ON walk_ins;
DROP TRIGGER appointments_of_somebody_known ON appointments;
DROP FUNCTION ratiba_of_somebody_known();
CREATE OR REPLACE FUNCTION ratiba_transfer_proves_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('transfer:' || NEW.tenant_id, 0));
    IF EXISTS (SELECT FROM payment_refunds WHERE tenant_id = NEW.tenant_id AND id <> NEW.id
            AND upper(btrim(reference)) = upper(btrim(NEW.reference)))
        OR EXISTS (SELECT FROM credit_payouts WHERE tenant_id = NEW.tenant_id AND id <> NEW.id
            AND upper(btrim(reference)) = upper(btrim(NEW.reference)))
    THEN
        RAISE EXCEPTION 'that transfer proves another refund or payout'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'transfer_proves_once';
    END IF;
    RETURN NEW;
END
$$;
REVOKE UPDATE (reference) ON credit_payouts FROM ratiba_app;
REVOKE UPDATE (said_reason, taken_back_reason) ON mpesa_statement_lines_taken_back FROM ratiba_app;
REVOKE UPDATE (decided_reason) ON mpesa_statement_absences FROM ratiba_app;
ALTER TABLE outgoing_messages DROP COLUMN about_customer_id;
REVOKE UPDATE (body) ON payment_confirmations FROM ratiba_app;
