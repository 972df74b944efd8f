-- The caller's own key of an order to join: asking twice makes one entry. Entries of before have none.
ALTER TABLE walk_ins ADD COLUMN order_key text CHECK (length(order_key) BETWEEN 1 AND 200);
CREATE UNIQUE INDEX walk_ins_by_key ON walk_ins (tenant_id, order_key);
ALTER TABLE waitlist_entries ADD COLUMN order_key text CHECK (length(order_key) BETWEEN 1 AND 200);
CREATE UNIQUE INDEX waitlist_by_key ON waitlist_entries (tenant_id, order_key);
