-- A tip is a payment of its own, apart from everything that is paid for the visit: for which appointment, and who gets how
-- much of it. The shares are the team's when it was given.
CREATE TABLE payment_tips (
    tenant_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    appointment_id uuid NOT NULL,
    -- [{"staff": id, "minor": amount}, …], adding up to what is given.
    shares jsonb NOT NULL CHECK (jsonb_typeof(shares) = 'array' AND jsonb_array_length(shares) BETWEEN 1 AND 20),
    PRIMARY KEY (tenant_id, payment_id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments,
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointments
);
CREATE INDEX payment_tips_of_appointment ON payment_tips (tenant_id, appointment_id);
SELECT ratiba_protect('payment_tips', 'SELECT, INSERT');

-- Tips are owed to a person.
ALTER TABLE ledger_entries ADD COLUMN staff_id uuid,
    ADD FOREIGN KEY (tenant_id, staff_id) REFERENCES staff;
CREATE INDEX ledger_entries_of_staff ON ledger_entries (tenant_id, staff_id) WHERE staff_id IS NOT NULL;
CREATE INDEX ledger_entries_of_tip ON ledger_entries (tenant_id, payment_id) WHERE account = 'tips_payable';

-- Tips that are paid out of the drawer, with their receiver.
ALTER TABLE till_movements
    DROP CONSTRAINT till_movements_kind_check,
    ADD CONSTRAINT till_movements_kind_check CHECK (kind IN ('pay_in', 'pay_out', 'tip_payout')),
    ADD COLUMN staff_id uuid,
    ADD FOREIGN KEY (tenant_id, staff_id) REFERENCES staff,
    ADD CONSTRAINT till_movements_receiver CHECK ((kind = 'tip_payout') = (staff_id IS NOT NULL));
