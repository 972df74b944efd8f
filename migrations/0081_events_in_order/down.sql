-- Streams of events begin anew after the next step forward.
DROP INDEX outbox_in_order;
ALTER TABLE outbox DROP COLUMN xid;
