//! Threads that ended long ago, and messages of no thread: out of the tables that are read daily, into the archive, and away in
//! the end.

use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Json, Nullable, Timestamptz, Uuid as SqlUuid};
use ratiba_conversation::channel::SenderKey;
use ratiba_conversation::customer::CustomerId;
use ratiba_conversation::handoff::LogEntry;
use ratiba_conversation::outgoing::Recipient;
use ratiba_conversation::retention::ArchivedThread;
use ratiba_conversation::thread::ThreadId;
use ratiba_kernel::{Id, Outage, PhoneNumber};
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::rows::{InboundMessageRow, MessageRow};
use super::threads::customer_of;
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

/// Of messages of no thread, those of a handoff belong to its log. An invitation that waits for its answer stays: whether
/// somebody has seen it is asked of its message.
const LOOSE_DUE: [&str; 2] = [
    "SELECT i.id FROM inbound_messages i
     WHERE i.tenant_id = $1 AND i.thread_id IS NULL AND i.handled_at IS NOT NULL AND i.sent_at < $2
     ORDER BY i.sent_at, i.id LIMIT $3 FOR UPDATE OF i SKIP LOCKED",
    "SELECT o.id FROM outgoing_messages o
     WHERE o.tenant_id = $1 AND o.thread_id IS NULL AND o.queued_at < $2
         AND o.state NOT IN ('queued', 'sending', 'unknown')
         AND NOT EXISTS (SELECT FROM handoff_words w WHERE w.tenant_id = $1 AND w.message_id = o.id)
         AND NOT EXISTS (SELECT FROM cohort_invitations c WHERE c.tenant_id = $1 AND c.customer_id = o.customer_id
             AND c.state = 'invited' AND o.dedup_key = 'invitation:' || c.id)
     ORDER BY o.queued_at, o.id LIMIT $3 FOR UPDATE OF o SKIP LOCKED",
];

const LOOSE_COPY: &str = "
INSERT INTO archived_messages (tenant_id, id, customer_id, at, archived_at, log)
SELECT i.tenant_id, i.id, NULL, i.sent_at, $3, json_build_object('inbound', json_build_array(i))
FROM inbound_messages i WHERE i.tenant_id = $1 AND i.id = ANY($2)
UNION ALL
SELECT o.tenant_id, o.id, coalesce(o.customer_id, o.about_customer_id), o.queued_at, $3, json_build_object(
    'outgoing', json_build_array(o),
    'statuses', (SELECT coalesce(json_agg(s ORDER BY s.received_at, s.id), '[]') FROM message_statuses s
        WHERE s.tenant_id = $1 AND s.channel = o.channel AND s.provider_id = o.provider_id))
FROM outgoing_messages o WHERE o.tenant_id = $1 AND o.id = ANY($2)";

const LOOSE_OUT: [&str; 3] = [
    "DELETE FROM message_statuses s USING outgoing_messages o
     WHERE s.tenant_id = $1 AND o.tenant_id = $1 AND o.id = ANY($2)
        AND s.channel = o.channel AND s.provider_id = o.provider_id",
    "DELETE FROM outgoing_messages WHERE tenant_id = $1 AND id = ANY($2)",
    "DELETE FROM inbound_messages WHERE tenant_id = $1 AND id = ANY($2)",
];

const FORGET: [&str; 2] = [
    "DELETE FROM archived_threads WHERE tenant_id = $1 AND id IN (
        SELECT id FROM archived_threads WHERE tenant_id = $1 AND archived_at < $2 ORDER BY archived_at, id LIMIT $3)",
    "DELETE FROM archived_messages WHERE tenant_id = $1 AND id IN (
        SELECT id FROM archived_messages WHERE tenant_id = $1 AND archived_at < $2 ORDER BY archived_at, id LIMIT $3)",
];

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

pub(super) fn put_loose_aside(
    tx: &mut TenantTx<'_>,
    before: OffsetDateTime,
    now: OffsetDateTime,
    most: u16,
) -> Result<u64, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let mut due: Vec<Uuid> = Vec::new();
    for statement in LOOSE_DUE {
        let room = usize::from(most).saturating_sub(due.len());
        let found = sql_query(statement)
            .bind::<SqlUuid, _>(tenant)
            .bind::<Timestamptz, _>(before)
            .bind::<Integer, _>(i32::try_from(room).unwrap_or(i32::MAX))
            .load::<Found>(tx.conn())?;
        due.extend(found.into_iter().map(|row| row.id));
    }
    if due.is_empty() {
        return Ok(0);
    }
    sql_query(LOOSE_COPY)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<SqlUuid>, _>(&due)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())?;
    for statement in LOOSE_OUT {
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
    let mut gone = 0;
    for statement in FORGET {
        gone += sql_query(statement)
            .bind::<SqlUuid, _>(tx.tenant_uuid())
            .bind::<Timestamptz, _>(before)
            .bind::<Integer, _>(i32::from(most))
            .execute(tx.conn())?;
    }
    Ok(u64::try_from(gone).unwrap_or(u64::MAX))
}

#[derive(QueryableByName)]
struct AsideRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    customer_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    opened_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    closed_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    archived_at: OffsetDateTime,
}

impl AsideRow {
    fn read(self, tx: &mut TenantTx<'_>) -> Result<ArchivedThread, TxError<Outage>> {
        let customer = customer_of(tx, self.customer_id)?
            .ok_or_else(|| TxError::impossible("archived_threads", self.id, "customer_id"))?;
        Ok(ArchivedThread {
            thread: Id::from_uuid(self.id),
            customer,
            opened_at: self.opened_at,
            closed_at: self.closed_at,
            archived_at: self.archived_at,
        })
    }
}

/// The threads in the archive.
pub(super) fn list(
    tx: &mut TenantTx<'_>,
    customer: Option<CustomerId>,
    after: Option<ThreadId>,
    most: u16,
) -> Result<Vec<ArchivedThread>, TxError<Outage>> {
    let rows = sql_query(
        "SELECT id, customer_id, opened_at, closed_at, archived_at FROM archived_threads
         WHERE tenant_id = $1 AND ($2 IS NULL OR customer_id = $2) AND ($3 IS NULL OR id > $3) ORDER BY id LIMIT $4",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Nullable<SqlUuid>, _>(customer.map(|customer| customer.as_uuid()))
    .bind::<Nullable<SqlUuid>, _>(after.map(|after| after.as_uuid()))
    .bind::<Integer, _>(i32::from(most))
    .load::<AsideRow>(tx.conn())?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(row.read(tx)?);
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct DocumentRow {
    #[diesel(embed)]
    aside: AsideRow,
    #[diesel(sql_type = Json)]
    log: Value,
}

/// What is read of the document of a thread: the rows that it was put together from.
#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    inbound: Vec<InboundMessageRow>,
    #[serde(default)]
    outgoing: Vec<MessageRow>,
    #[serde(default)]
    words: Vec<WordsRow>,
}

#[derive(Deserialize)]
struct WordsRow {
    message_id: Uuid,
    said_by: String,
}

/// One of them with what was said by its customer and to its customer. The document is taken apart here: PostgreSQL refuses to
/// look into one that has a NUL in somebody's text.
pub(super) fn log(
    tx: &mut TenantTx<'_>,
    thread: ThreadId,
) -> Result<Option<(ArchivedThread, Vec<LogEntry>)>, TxError<Outage>> {
    let row = sql_query(
        "SELECT id, customer_id, opened_at, closed_at, archived_at, log FROM archived_threads
         WHERE tenant_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(thread.as_uuid())
    .get_result::<DocumentRow>(tx.conn())
    .optional()?;
    let Some(row) = row else { return Ok(None) };
    let aside = row.aside.read(tx)?;
    let document: Document = serde_json::from_value(row.log)
        .map_err(|error| TxError::impossible("archived_threads", thread, error))?;
    let customer = &aside.customer;
    let user_id = customer.user_id.as_ref().map(SenderKey::as_str);
    let phone = customer.phone.as_ref().map(PhoneNumber::digits);
    let theirs = [user_id, phone];
    let mut entries = Vec::with_capacity(document.inbound.len() + document.outgoing.len());
    for row in document.inbound {
        if theirs.contains(&Some(row.sender())) {
            entries.push(LogEntry::Heard(row.read()?));
        }
    }
    for row in document.outgoing {
        let said = document.words.iter().find(|words| words.message_id == row.id());
        let by = said.map(|words| words.said_by.clone());
        let message = Box::new(row.read()?);
        if message.recipient == Recipient::Customer(customer.id) {
            entries.push(LogEntry::Said { message, by });
        }
    }
    entries.sort_by_key(LogEntry::at);
    Ok(Some((aside, entries)))
}
