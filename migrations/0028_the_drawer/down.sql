DROP TRIGGER ledger_entries_of_cash ON ledger_entries;
DROP FUNCTION ratiba_cash_belongs_to_till();
DROP FUNCTION ratiba_lock_drawer(uuid, boolean);
ALTER TABLE ledger_entries DROP COLUMN till_session_id;
DROP TABLE till_movements;
DROP TABLE till_sessions;
DROP FUNCTION ratiba_till_is_frozen();
