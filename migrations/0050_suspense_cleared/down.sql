DROP TRIGGER ledger_journals_cleared ON ledger_journals;
DROP FUNCTION ratiba_clearing_has_a_word();
DROP TABLE suspense_clearings;
DROP FUNCTION ratiba_clears_what_is_there();
DROP FUNCTION ratiba_waits_for_a_word(uuid, text);
ALTER TABLE ledger_entries
    DROP CONSTRAINT ledger_entries_account_check,
    ADD CONSTRAINT ledger_entries_account_check CHECK (account IN ('mpesa_clearing', 'card_clearing', 'cash_drawer',
        'customer_deposits', 'service_revenue', 'tips_payable', 'refunds', 'fees', 'suspense'));
DROP INDEX till_sessions_opened;
DROP INDEX credit_payouts_at;
DROP TRIGGER till_sessions_float ON till_sessions;
DROP FUNCTION ratiba_float_is_explained();
ALTER TABLE till_sessions DROP COLUMN float_reason;
