-- Who was forgotten leaves decisions about money behind: of a confirmation that came there is the hash in place of what it said, so
-- that the same one is known when it is sent again.
GRANT UPDATE (body) ON payment_confirmations TO ratiba_app;
-- Of which customer the business is told: what it was told of somebody is forgotten with them.
ALTER TABLE outgoing_messages
    ADD COLUMN about_customer_id uuid,
    ADD CHECK (about_customer_id IS NULL OR customer_id IS NULL),
    ADD FOREIGN KEY (tenant_id, about_customer_id) REFERENCES customers;
-- Words of people beside the books are emptied with their customer.
GRANT UPDATE (decided_reason) ON mpesa_statement_absences TO ratiba_app;
GRANT UPDATE (said_reason, taken_back_reason) ON mpesa_statement_lines_taken_back TO ratiba_app;
GRANT UPDATE (reference) ON credit_payouts TO ratiba_app;
-- As before; of whose customer was forgotten there is the hash of the transfer.
CREATE OR REPLACE FUNCTION ratiba_transfer_proves_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    transfer text := upper(btrim(NEW.reference));
    known text[] := ARRAY[transfer, upper(encode(sha256(convert_to(transfer, 'UTF8')), 'hex'))];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('transfer:' || NEW.tenant_id, 0));
    IF EXISTS (SELECT FROM payment_refunds WHERE tenant_id = NEW.tenant_id AND id <> NEW.id
            AND upper(btrim(reference)) = ANY (known))
        OR EXISTS (SELECT FROM credit_payouts WHERE tenant_id = NEW.tenant_id AND id <> NEW.id
            AND upper(btrim(reference)) = ANY (known))
    THEN
        RAISE EXCEPTION 'that transfer proves another refund or payout'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'transfer_proves_once';
    END IF;
    RETURN NEW;
END
$$;
-- Who was forgotten comes no more: for what is booked, they are no customer. Whoever forgets them is waited for.
CREATE FUNCTION ratiba_of_somebody_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM customers c WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.customer_id FOR KEY SHARE;
    IF EXISTS (SELECT FROM customers c WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.customer_id AND c.erased_at IS NOT NULL) THEN
        RAISE EXCEPTION 'ratiba: the customer was forgotten'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_tenant_id_customer_id_fkey';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER appointments_of_somebody_known BEFORE INSERT ON appointments
    FOR EACH ROW EXECUTE FUNCTION ratiba_of_somebody_known();
CREATE TRIGGER walk_ins_of_somebody_known BEFORE INSERT ON walk_ins
    FOR EACH ROW WHEN (NEW.customer_id IS NOT NULL) EXECUTE FUNCTION ratiba_of_somebody_known();
CREATE TRIGGER waitlist_entries_of_somebody_known BEFORE INSERT ON waitlist_entries
    FOR EACH ROW EXECUTE FUNCTION ratiba_of_somebody_known();
