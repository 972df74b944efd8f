ALTER TABLE waitlist_entries DROP COLUMN order_key;
ALTER TABLE walk_ins DROP COLUMN order_key;
