DROP TABLE ledger_entries, ledger_journals;
DROP FUNCTION ratiba_journal_balances();
DROP FUNCTION ratiba_unrouted(integer);
DROP FUNCTION ratiba_store_unrouted(uuid, text, text, bytea, timestamptz);
DROP TABLE provider_tokens, payment_callbacks_unrouted, payment_callbacks, payment_routing, payment_attempts, payments;
