//! Calls for a person: one open at most for each thread, written with it; and what was said in a thread.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_conversation::handoff::{Handoff, LogEntry, Person, PersonWords, Takeover};
use ratiba_conversation::ports::{CustomerFile, RecordError};
use ratiba_conversation::thread::{Driver, Thread, ThreadId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::rows::{CustomerRow, InboundMessageRow, MessageRow, THREADS, ThreadRow};
use super::threads::{Refused, customer_of, refuse_unless};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

/// Writes the call under which a person has a thread or is wanted; ends the one of a thread that is closed or with the
/// machine again.
pub(super) fn write(tx: &mut TenantTx<'_>, thread: &Thread, at: OffsetDateTime) -> Result<(), Refused> {
    match &thread.driver {
        Driver::Agent => return Ok(()),
        Driver::Resumed(how) => return end(tx, thread, how.code(), at),
        Driver::SuspendedForHuman(handoff) => upsert(tx, thread, handoff, None)?,
        Driver::Human(takeover) => upsert(tx, thread, &takeover.handoff, Some(takeover))?,
    }
    match thread.closed_at {
        Some(closed_at) => end(tx, thread, "closed", closed_at),
        None => Ok(()),
    }
}

fn upsert(
    tx: &mut TenantTx<'_>,
    thread: &Thread,
    handoff: &Handoff,
    takeover: Option<&Takeover>,
) -> Result<(), Refused> {
    let lines =
        serde_json::to_value(&handoff.lines).map_err(|error| TxError::Impossible(error.to_string()))?;
    let (phone, subject, name) = match takeover.map(|takeover| &takeover.by) {
        Some(Person::Admin { phone, name }) => (Some(phone.e164()), None, name.as_ref()),
        Some(Person::Console { subject, name }) => (None, Some(subject), name.as_ref()),
        None => (None, None, None),
    };
    let written = sql_query(
        "INSERT INTO handoffs AS h
             (tenant_id, id, thread_id, reason, since, lines, taken_phone, taken_name, taken_at, touched_at,
              taken_subject)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (tenant_id, id) DO UPDATE SET lines = excluded.lines, taken_phone = excluded.taken_phone,
             taken_name = excluded.taken_name, taken_subject = excluded.taken_subject, taken_at = excluded.taken_at, touched_at = excluded.touched_at
         WHERE h.ended_at IS NULL AND h.thread_id = excluded.thread_id",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(handoff.id.as_uuid())
    .bind::<SqlUuid, _>(thread.id.as_uuid())
    .bind::<Text, _>(handoff.reason.code())
    .bind::<Timestamptz, _>(handoff.since)
    .bind::<Jsonb, _>(lines)
    .bind::<Nullable<Text>, _>(phone)
    .bind::<Nullable<Text>, _>(name)
    .bind::<Nullable<Timestamptz>, _>(takeover.map(|takeover| takeover.at))
    .bind::<Nullable<Timestamptz>, _>(takeover.map(|takeover| takeover.touched_at))
    .bind::<Nullable<Text>, _>(subject)
    .execute(tx.conn())?;
    refuse_unless(written, RecordError::Stale)
}

fn end(tx: &mut TenantTx<'_>, thread: &Thread, how: &str, at: OffsetDateTime) -> Result<(), Refused> {
    sql_query(
        "UPDATE handoffs SET ended_at = $3, ended_how = $4
         WHERE tenant_id = $1 AND thread_id = $2 AND ended_at IS NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(thread.id.as_uuid())
    .bind::<Timestamptz, _>(at)
    .bind::<Text, _>(how)
    .execute(tx.conn())?;
    Ok(())
}

/// Ends the calls of threads that were closed.
pub(super) fn end_of_closed<E>(tx: &mut TenantTx<'_>, at: OffsetDateTime) -> Result<(), TxError<E>> {
    sql_query(
        "UPDATE handoffs h SET ended_at = $2, ended_how = 'closed'
         FROM conversation_threads t
         WHERE h.tenant_id = $1 AND h.ended_at IS NULL AND t.tenant_id = $1 AND t.id = h.thread_id
             AND t.closed_at IS NOT NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Timestamptz, _>(at)
    .execute(tx.conn())?;
    Ok(())
}

/// Notes that a person said a message.
pub(super) fn note_words(tx: &mut TenantTx<'_>, words: &PersonWords) -> Result<(), Refused> {
    sql_query(
        "INSERT INTO handoff_words (tenant_id, message_id, handoff_id, said_by) VALUES ($1, $2, $3, $4)",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(words.message.as_uuid())
    .bind::<SqlUuid, _>(words.handoff.as_uuid())
    .bind::<Text, _>(&words.by)
    .execute(tx.conn())?;
    Ok(())
}

/// A thread with its customer.
pub(super) fn file_of<E>(tx: &mut TenantTx<'_>, id: ThreadId) -> Result<Option<CustomerFile>, TxError<E>> {
    let row = sql_query(format!("{THREADS} t.id = $2"))
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(id.as_uuid())
        .get_result::<ThreadRow>(tx.conn())
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let Some(customer) = customer_of(tx, row.customer())? else {
        return Ok(None);
    };
    Ok(Some(CustomerFile {
        customer,
        thread: Some(row.read()?),
        known: true,
    }))
}

/// The open threads that wait for a person or have one.
pub(super) fn with_people<E>(
    tx: &mut TenantTx<'_>,
    after: Option<ThreadId>,
    most: u16,
) -> Result<Vec<CustomerFile>, TxError<E>> {
    let rows = sql_query(format!(
        "{THREADS} t.closed_at IS NULL AND t.driver IN ('suspended', 'human') AND ($2 IS NULL OR t.id > $2)
         ORDER BY t.id LIMIT $3"
    ))
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Nullable<SqlUuid>, _>(after.map(|after| after.as_uuid()))
    .bind::<BigInt, _>(i64::from(most))
    .load::<ThreadRow>(tx.conn())?;
    let ids: Vec<Uuid> = rows.iter().map(ThreadRow::customer).collect();
    let customers = sql_query("SELECT * FROM customers WHERE tenant_id = $1 AND id = ANY($2)")
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Array<SqlUuid>, _>(ids)
        .load::<CustomerRow>(tx.conn())?;
    let mut known = BTreeMap::new();
    for customer in customers {
        let customer = customer.read()?;
        known.insert(customer.id, customer);
    }
    let mut files = Vec::with_capacity(rows.len());
    for row in rows {
        let thread = row.read()?;
        if let Some(customer) = known.get(&thread.customer) {
            files.push(CustomerFile {
                customer: customer.clone(),
                thread: Some(thread),
                known: true,
            });
        }
    }
    Ok(files)
}

#[derive(QueryableByName)]
struct SaidRow {
    #[diesel(embed)]
    message: MessageRow,
    #[diesel(sql_type = Nullable<Text>)]
    said_by: Option<String>,
}

impl SaidRow {
    fn read<E>(self) -> Result<LogEntry, TxError<E>> {
        Ok(LogEntry::Said {
            by: self.said_by,
            message: Box::new(self.message.read()?),
        })
    }
}

/// What was said in a thread by its customer and to its customer, oldest first; the last of it.
pub(super) fn log<E>(
    tx: &mut TenantTx<'_>,
    thread: ThreadId,
    most: u16,
) -> Result<Vec<LogEntry>, TxError<E>> {
    let heard = sql_query(
        "SELECT i.* FROM inbound_messages i
         JOIN conversation_threads t ON t.tenant_id = i.tenant_id AND t.id = i.thread_id
         JOIN customers c ON c.tenant_id = t.tenant_id AND c.id = t.customer_id
         WHERE i.tenant_id = $1 AND i.thread_id = $2 AND i.sender_key IN (c.channel_user_id, ltrim(c.phone, '+'))
         ORDER BY i.sent_at DESC, i.id DESC LIMIT $3",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(thread.as_uuid())
    .bind::<BigInt, _>(i64::from(most))
    .load::<InboundMessageRow>(tx.conn())?;
    let said = sql_query(
        "SELECT m.*, w.said_by FROM outgoing_messages m
         LEFT JOIN handoff_words w ON w.tenant_id = m.tenant_id AND w.message_id = m.id
         WHERE m.tenant_id = $1 AND m.thread_id = $2 AND m.customer_id IS NOT NULL
         ORDER BY m.queued_at DESC, m.id DESC LIMIT $3",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(thread.as_uuid())
    .bind::<BigInt, _>(i64::from(most))
    .load::<SaidRow>(tx.conn())?;
    let mut entries = Vec::with_capacity(heard.len() + said.len());
    for row in heard.into_iter().rev() {
        entries.push(LogEntry::Heard(row.read()?));
    }
    for row in said.into_iter().rev() {
        entries.push(row.read()?);
    }
    entries.sort_by_key(LogEntry::at);
    entries.drain(..entries.len().saturating_sub(usize::from(most)));
    Ok(entries)
}
