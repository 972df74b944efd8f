//! What happened and what is due later, made durable in the transaction that made it true.

use diesel::prelude::*;
use ratiba_kernel::Outage;
use serde::Serialize;
use time::OffsetDateTime;

use crate::database::{Database, TenantTx, TxError};
use crate::jobs::{NewJob, insert_jobs};
use crate::schema::outbox;

/// The job kind that points at an outbox row.
pub const EVENT_JOB: &str = "outbox.event";

/// Writes an event and the job that will translate it.
///
/// `topic` names the domain (`booking`), the payload is the serialised event; both hold ids, codes and
/// amounts, never names, numbers or bodies.
///
/// # Errors
/// The database's, or an event that cannot be serialised.
pub fn append_event<E>(
    tx: &mut TenantTx<'_>,
    topic: &str,
    event: &impl Serialize,
    at: OffsetDateTime,
) -> Result<(), TxError<E>> {
    let job = write_event(tx, topic, event, at)?;
    enqueue(tx, job)
}

/// Writes an event; answers the job that will translate it, which is to be queued in the same transaction.
pub(crate) fn write_event<E>(
    tx: &mut TenantTx<'_>,
    topic: &str,
    event: &impl Serialize,
    at: OffsetDateTime,
) -> Result<NewJob, TxError<E>> {
    let payload = serde_json::to_value(event).map_err(|error| TxError::Impossible(error.to_string()))?;
    let (tenant, id) = (tx.tenant_uuid(), tx.new_id());
    diesel::insert_into(outbox::table)
        .values((
            outbox::tenant_id.eq(tenant),
            outbox::id.eq(id),
            outbox::topic.eq(topic),
            outbox::payload.eq(payload),
            outbox::occurred_at.eq(at),
        ))
        .execute(tx.conn())?;
    Ok(NewJob::new(EVENT_JOB, serde_json::json!({ "event_id": id }), at))
}

/// Queues a job of this tenant in the running transaction.
///
/// # Errors
/// The database's.
pub fn enqueue<E>(tx: &mut TenantTx<'_>, job: NewJob) -> Result<(), TxError<E>> {
    enqueue_all(tx, vec![job])
}

/// Queues jobs of this tenant in the running transaction, in their order.
pub(crate) fn enqueue_all<E>(tx: &mut TenantTx<'_>, jobs: Vec<NewJob>) -> Result<(), TxError<E>> {
    if jobs.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant();
    let with_ids = jobs.into_iter().map(|job| (tx.new_id(), job.of_tenant(tenant)));
    let with_ids = with_ids.collect();
    insert_jobs(tx.conn(), with_ids)?;
    tx.note_enqueued();
    Ok(())
}

/// A stored event.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// The domain that it comes from.
    pub topic: String,
    /// The serialised event.
    pub payload: serde_json::Value,
    /// When it happened, business time.
    pub occurred_at: OffsetDateTime,
}

/// An event by its id; `None` if there is none.
///
/// # Errors
/// [`Outage`].
pub async fn find(
    database: &Database,
    tenant: ratiba_kernel::TenantId,
    id: uuid::Uuid,
) -> Result<Option<StoredEvent>, Outage> {
    database
        .tenant(tenant, move |tx| {
            let tenant = tx.tenant_uuid();
            let row = outbox::table
                .filter(outbox::tenant_id.eq(tenant).and(outbox::id.eq(id)))
                .select((outbox::topic, outbox::payload, outbox::occurred_at))
                .first::<(String, serde_json::Value, OffsetDateTime)>(tx.conn())
                .optional()?;
            Ok::<_, TxError<Outage>>(row.map(|(topic, payload, occurred_at)| StoredEvent {
                topic,
                payload,
                occurred_at,
            }))
        })
        .await
}

/// Marks an event as handled. Safe to repeat.
///
/// # Errors
/// [`Outage`].
pub async fn mark_handled(
    database: &Database,
    tenant: ratiba_kernel::TenantId,
    id: uuid::Uuid,
    at: OffsetDateTime,
) -> Result<(), Outage> {
    database
        .tenant(tenant, move |tx| {
            let tenant = tx.tenant_uuid();
            diesel::update(outbox::table)
                .filter(
                    outbox::tenant_id
                        .eq(tenant)
                        .and(outbox::id.eq(id))
                        .and(outbox::handled_at.is_null()),
                )
                .set(outbox::handled_at.eq(at))
                .execute(tx.conn())?;
            Ok::<_, TxError<Outage>>(())
        })
        .await
}
