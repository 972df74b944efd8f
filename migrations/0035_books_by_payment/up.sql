-- The journals of a payment: what was earned and taken as a fee is read by payment.
CREATE INDEX ledger_journals_of_payment ON ledger_journals (tenant_id, payment_id) WHERE payment_id IS NOT NULL;
