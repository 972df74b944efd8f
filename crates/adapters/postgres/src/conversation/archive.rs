//! Threads that ended long ago: out of the tables that are read daily, into the archive, and away in the end.

use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::Outage;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The oldest that are due. One that somebody else is at is left for the next night.
const DUE: &str = "
SELECT t.id FROM conversation_threads t
WHERE t.tenant_id = $1 AND t.closed_at < $2
    AND NOT EXISTS (SELECT FROM outgoing_messages o WHERE o.tenant_id = $1 AND o.thread_id = t.id
        AND o.state IN ('queued', 'sending', 'unknown'))
ORDER BY t.closed_at, t.id LIMIT $3 FOR UPDATE OF t SKIP LOCKED";

const COPY: &str = "
INSERT INTO archived_threads (tenant_id, id, customer_id, opened_at, closed_at, archived_at, log)
SELECT t.tenant_id, t.id, t.customer_id, t.opened_at, t.closed_at, $3, json_build_object(
    'thread', to_json(t),
    'inbound', (SELECT coalesce(json_agg(i ORDER BY i.received_at, i.id), '[]') FROM inbound_messages i
        WHERE i.tenant_id = $1 AND i.thread_id = t.id),
    'outgoing', (SELECT coalesce(json_agg(o ORDER BY o.queued_at, o.id), '[]') FROM outgoing_messages o
        WHERE o.tenant_id = $1 AND o.thread_id = t.id),
    'statuses', (SELECT coalesce(json_agg(s ORDER BY s.received_at, s.id), '[]') FROM message_statuses s
        JOIN outgoing_messages o ON o.tenant_id = s.tenant_id AND o.channel = s.channel AND o.provider_id = s.provider_id
        WHERE s.tenant_id = $1 AND o.thread_id = t.id),
    'handoffs', (SELECT coalesce(json_agg(h ORDER BY h.since, h.id), '[]') FROM handoffs h
        WHERE h.tenant_id = $1 AND h.thread_id = t.id),
    'words', (SELECT coalesce(json_agg(w), '[]') FROM handoff_words w
        JOIN handoffs h ON h.tenant_id = w.tenant_id AND h.id = w.handoff_id
        WHERE w.tenant_id = $1 AND h.thread_id = t.id))
FROM conversation_threads t WHERE t.tenant_id = $1 AND t.id = ANY($2)";

/// In the order in which rows point at one another.
const TAKE_OUT: [&str; 6] = [
    "DELETE FROM handoff_words w WHERE w.tenant_id = $1 AND (
        EXISTS (SELECT FROM handoffs h WHERE h.tenant_id = $1 AND h.id = w.handoff_id AND h.thread_id = ANY($2))
        OR EXISTS (SELECT FROM outgoing_messages o WHERE o.tenant_id = $1 AND o.id = w.message_id AND o.thread_id = ANY($2)))",
    "DELETE FROM message_statuses s USING outgoing_messages o
     WHERE s.tenant_id = $1 AND o.tenant_id = $1 AND o.thread_id = ANY($2)
        AND s.channel = o.channel AND s.provider_id = o.provider_id",
    "DELETE FROM outgoing_messages WHERE tenant_id = $1 AND thread_id = ANY($2)",
    "DELETE FROM inbound_messages WHERE tenant_id = $1 AND thread_id = ANY($2)",
    "DELETE FROM handoffs WHERE tenant_id = $1 AND thread_id = ANY($2)",
    "DELETE FROM conversation_threads WHERE tenant_id = $1 AND id = ANY($2)",
];

const FORGET: &str = "
DELETE FROM archived_threads WHERE tenant_id = $1 AND id IN (
    SELECT id FROM archived_threads WHERE tenant_id = $1 AND archived_at < $2 ORDER BY archived_at, id LIMIT $3)";

pub(super) fn put_aside(
    tx: &mut TenantTx<'_>,
    ended_before: OffsetDateTime,
    now: OffsetDateTime,
    most: u16,
) -> Result<u64, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let due: Vec<Uuid> = sql_query(DUE)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Timestamptz, _>(ended_before)
        .bind::<Integer, _>(i32::from(most))
        .load::<Found>(tx.conn())?
        .into_iter()
        .map(|row| row.id)
        .collect();
    if due.is_empty() {
        return Ok(0);
    }
    sql_query(COPY)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<SqlUuid>, _>(&due)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())?;
    for statement in TAKE_OUT {
        sql_query(statement)
            .bind::<SqlUuid, _>(tenant)
            .bind::<Array<SqlUuid>, _>(&due)
            .execute(tx.conn())?;
    }
    Ok(u64::try_from(due.len()).unwrap_or(u64::MAX))
}

pub(super) fn forget(
    tx: &mut TenantTx<'_>,
    before: OffsetDateTime,
    most: u16,
) -> Result<u64, TxError<Outage>> {
    let gone = sql_query(FORGET)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Timestamptz, _>(before)
        .bind::<Integer, _>(i32::from(most))
        .execute(tx.conn())?;
    Ok(u64::try_from(gone).unwrap_or(u64::MAX))
}
