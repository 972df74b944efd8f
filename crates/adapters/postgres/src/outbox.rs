//! What happened and what is due later, made durable in the transaction that made it true.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::Outage;
use serde::Serialize;
use time::OffsetDateTime;

use crate::database::{Database, TenantTx, TxError};
use crate::jobs::{NewJob, insert_jobs};
use crate::kept::sql_query;
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
    /// Whether other programs may hear of it: the business has an endpoint that is on.
    pub is_heard: bool,
}

#[derive(QueryableByName)]
struct EventRow {
    #[diesel(sql_type = Text)]
    topic: String,
    #[diesel(sql_type = Jsonb)]
    payload: serde_json::Value,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: OffsetDateTime,
    #[diesel(sql_type = Bool)]
    is_heard: bool,
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
            let rows = sql_query(
                "SELECT topic, payload, occurred_at,
                     EXISTS (SELECT FROM webhook_endpoints e WHERE e.tenant_id = $1 AND e.state = 'on') AS is_heard
                 FROM outbox WHERE tenant_id = $1 AND id = $2",
            )
            .bind::<SqlUuid, _>(tx.tenant_uuid())
            .bind::<SqlUuid, _>(id)
            .load::<EventRow>(tx.conn())?;
            Ok::<_, TxError<Outage>>(rows.into_iter().next().map(|row| StoredEvent {
                topic: row.topic,
                payload: row.payload,
                occurred_at: row.occurred_at,
                is_heard: row.is_heard,
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
