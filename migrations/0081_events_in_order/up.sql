-- Events in an order in which nothing comes late: by the transaction that wrote them, and only those of transactions that
-- began before every one that still runs. A sequence alone will not do: its numbers are drawn before the commit, so that a
-- smaller one may appear after a larger one was read.
ALTER TABLE outbox ADD COLUMN xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX outbox_in_order ON outbox (tenant_id, xid, seq);
