//! The integrations domain's book: endpoints of other programs, and what goes to them.

mod rows;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bytea, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_integrations::delivery::{Delivery, DeliveryId, DeliveryState};
use ratiba_integrations::endpoint::{Endpoint, EndpointId};
use ratiba_integrations::event::Message;
use ratiba_integrations::ports::{DeliveryQuery, HookBook, RecordError, Tried};
use ratiba_integrations::task::{IntegrationTask, send_order};
use ratiba_kernel::{Id, Outage, TenantId};
use time::OffsetDateTime;

use self::rows::{DeliveryRow, EndpointRow, IdRow, tries_of};
use crate::database::{Database, TenantTx, TxError};
use crate::jobs::NewJob;
use crate::kept::sql_query;
use crate::outbox::{enqueue, enqueue_all};

/// The book of endpoints on PostgreSQL. Cheap to clone.
#[derive(Clone)]
pub struct PgHooks {
    database: Database,
}

impl PgHooks {
    /// The book in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

const ENDPOINTS: &str =
    "SELECT id, url, description, events, secret, secret_key_id, secret_nonce, secret_ciphertext,
    secret_before, secret_before_key_id, secret_before_nonce, secret_before_ciphertext, secret_before_until, rotated_key, rotated_asked,
    made_key, made_asked, state, switched_off_at, switched_off_because, failing_since, failed_at, created_at, version FROM webhook_endpoints
    WHERE tenant_id = $1";

const DELIVERIES: &str =
    "SELECT id, endpoint_id, event_id, event, occurred_at, body, state, state_at, dead_because,
    round, tries, version FROM webhook_deliveries WHERE tenant_id = $1";

/// The lock under which endpoints of one tenant are added, one after the other.
const ADD_LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('webhook_endpoints:' || $1::text, 0))";

#[async_trait]
impl HookBook for PgHooks {
    async fn endpoints(&self, tenant: TenantId) -> Result<Vec<Endpoint>, Outage> {
        self.database
            .tenant(tenant, |tx| {
                let rows = sql_query(format!("{ENDPOINTS} ORDER BY created_at, id"))
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .load::<EndpointRow>(tx.conn())?;
                rows.into_iter().map(EndpointRow::read).collect()
            })
            .await
    }

    async fn endpoint(&self, tenant: TenantId, id: EndpointId) -> Result<Option<Endpoint>, Outage> {
        self.database.tenant(tenant, move |tx| endpoint(tx, id, "")).await
    }

    async fn add(
        &self,
        tenant: TenantId,
        new: Endpoint,
        most: usize,
    ) -> Result<Option<Endpoint>, RecordError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.database
            .tenant(tenant, move |tx| {
                sql_query(ADD_LOCK)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .execute(tx.conn())?;
                if let Some(by) = new.made_by {
                    let rows = sql_query(format!("{ENDPOINTS} AND made_key = $2"))
                        .bind::<SqlUuid, _>(tx.tenant_uuid())
                        .bind::<Bytea, _>(by.key.as_bytes().as_slice())
                        .load::<EndpointRow>(tx.conn())?;
                    if let Some(row) = rows.into_iter().next() {
                        return row.read().map(Some);
                    }
                }
                let written = sql_query(
                    "INSERT INTO webhook_endpoints (tenant_id, id, url, description, events, secret, secret_before,
                        secret_before_until, state, switched_off_at, switched_off_because, failing_since, failed_at,
                        created_at, version, made_key, made_asked, rotated_key, rotated_asked, secret_key_id, secret_nonce,
                        secret_ciphertext, secret_before_key_id, secret_before_nonce, secret_before_ciphertext)
                     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                         $23, $24, $25
                     WHERE (SELECT count(*) FROM webhook_endpoints WHERE tenant_id = $1) < $26",
                );
                let off = rows::switched_off(&new);
                let before = new.secrets.before.as_ref();
                let rotated = before.and_then(|former| former.replaced_by.as_ref());
                let (now, former) = rows::secrets(&new);
                let written = written
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(new.id.as_uuid())
                    .bind::<Text, _>(new.url.as_str())
                    .bind::<Text, _>(new.description.as_str())
                    .bind::<Array<Text>, _>(rows::names(&new))
                    .bind::<Nullable<Bytea>, _>(now.plain)
                    .bind::<Nullable<Bytea>, _>(former.plain)
                    .bind::<Nullable<Timestamptz>, _>(before.map(|former| former.until))
                    .bind::<Text, _>(new.standing.word())
                    .bind::<Nullable<Timestamptz>, _>(off.map(|(at, _)| at))
                    .bind::<Nullable<Text>, _>(off.map(|(_, because)| because.word()))
                    .bind::<Nullable<Timestamptz>, _>(new.failing.map(|failing| failing.since))
                    .bind::<Nullable<Timestamptz>, _>(new.failing.map(|failing| failing.last))
                    .bind::<Timestamptz, _>(new.created_at)
                    .bind::<Integer, _>(new.version)
                    .bind::<Nullable<Bytea>, _>(new.made_by.as_ref().map(|by| by.key.as_bytes().as_slice()))
                    .bind::<Nullable<Bytea>, _>(new.made_by.as_ref().map(|by| by.asked.as_bytes().as_slice()))
                    .bind::<Nullable<Bytea>, _>(rotated.map(|by| by.key.as_bytes().as_slice()))
                    .bind::<Nullable<Bytea>, _>(rotated.map(|by| by.asked.as_bytes().as_slice()))
                    .bind::<Nullable<Text>, _>(now.key)
                    .bind::<Nullable<Bytea>, _>(now.nonce)
                    .bind::<Nullable<Bytea>, _>(now.ciphertext)
                    .bind::<Nullable<Text>, _>(former.key)
                    .bind::<Nullable<Bytea>, _>(former.nonce)
                    .bind::<Nullable<Bytea>, _>(former.ciphertext)
                    .bind::<BigInt, _>(most)
                    .execute(tx.conn())?;
                if written == 0 {
                    return Err(TxError::Refused(RecordError::TooMany));
                }
                Ok(None)
            })
            .await
    }

    async fn save(&self, tenant: TenantId, changed: Endpoint) -> Result<(), RecordError> {
        self.database
            .tenant(tenant, move |tx| {
                if write_endpoint(tx, &changed)? == 0 {
                    return Err(TxError::Refused(RecordError::Stale));
                }
                Ok(())
            })
            .await
    }

    async fn remove(&self, tenant: TenantId, id: EndpointId, version: i32) -> Result<bool, RecordError> {
        self.database
            .tenant(tenant, move |tx| {
                match endpoint::<RecordError>(tx, id, "FOR UPDATE")? {
                    None => return Ok(false),
                    Some(found) if found.version != version => {
                        return Err(TxError::Refused(RecordError::Stale));
                    }
                    Some(_) => {}
                }
                sql_query("DELETE FROM webhook_endpoints WHERE tenant_id = $1 AND id = $2")
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(id.as_uuid())
                    .execute(tx.conn())?;
                Ok(true)
            })
            .await
    }

    async fn publish(&self, tenant: TenantId, message: Message, at: OffsetDateTime) -> Result<usize, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                // Whoever is being turned off or removed at this moment is waited for.
                let rows = sql_query(format!("{ENDPOINTS} AND state = 'on' ORDER BY id FOR SHARE"))
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .load::<EndpointRow>(tx.conn())?;
                let mut made = Vec::new();
                for row in rows {
                    let endpoint = row.read::<Outage>()?;
                    if endpoint.hears(message.name)
                        && let Some(id) = store(tx, endpoint.id, &message, at)?
                    {
                        made.push((endpoint.id, id));
                    }
                }
                let jobs = made
                    .iter()
                    .map(|(endpoint, id)| deliver(tenant, *endpoint, *id, at));
                let jobs = jobs.collect::<Result<Vec<_>, TxError<Outage>>>()?;
                enqueue_all(tx, jobs)?;
                Ok(made.len())
            })
            .await
    }

    async fn publish_to(
        &self,
        tenant: TenantId,
        id: EndpointId,
        message: Message,
        at: OffsetDateTime,
    ) -> Result<Option<DeliveryId>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                if endpoint::<Outage>(tx, id, "FOR SHARE")?.is_none() {
                    return Ok(None);
                }
                let made = store(tx, id, &message, at)?;
                if let Some(made) = made {
                    enqueue(tx, deliver(tenant, id, made, at)?)?;
                }
                Ok(made)
            })
            .await
    }

    async fn delivery(&self, tenant: TenantId, id: DeliveryId) -> Result<Option<Delivery>, Outage> {
        self.database.tenant(tenant, move |tx| delivery(tx, id, "")).await
    }

    async fn deliveries(&self, tenant: TenantId, query: DeliveryQuery) -> Result<Vec<Delivery>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows = sql_query(format!(
                    "{DELIVERIES} AND ($2 IS NULL OR endpoint_id = $2) AND ($3 IS NULL OR state = $3)
                     AND ($4 IS NULL OR id < $4) ORDER BY id DESC LIMIT $5"
                ))
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Nullable<SqlUuid>, _>(query.endpoint.map(|id| id.as_uuid()))
                .bind::<Nullable<Text>, _>(query.state)
                .bind::<Nullable<SqlUuid>, _>(query.before.map(|id| id.as_uuid()))
                .bind::<BigInt, _>(i64::from(query.most))
                .load::<DeliveryRow>(tx.conn())?;
                rows.into_iter().map(DeliveryRow::read).collect()
            })
            .await
    }

    async fn settle(
        &self,
        tenant: TenantId,
        tried: Tried,
        now: OffsetDateTime,
    ) -> Result<Option<Endpoint>, Outage> {
        let (id, outcome) = (tried.delivery, tried.outcome);
        self.database
            .tenant(tenant, move |tx| {
                let Some(found) = delivery(tx, id, "FOR UPDATE")? else {
                    return Ok(None);
                };
                let Some(to) = endpoint::<Outage>(tx, found.endpoint, "FOR UPDATE")? else {
                    return Ok(None);
                };
                if found.version != tried.version {
                    return Ok(Some(to));
                }
                let after = found.after(outcome, now);
                write_delivery(tx, &after)?;
                if let DeliveryState::Waiting { next_at } = after.state {
                    let task = IntegrationTask::Ring { delivery: id };
                    enqueue(tx, job(tenant, task, next_at)?)?;
                }
                if to.url != tried.url {
                    return Ok(Some(to));
                }
                let before = (to.standing, to.version);
                let to_after = to.after(outcome, now);
                // That it fails is a note; that it is switched off is a change, which goes by the version.
                let switched = i32::from(to_after.standing != before.0);
                let to_after = Endpoint {
                    version: before.1 + switched,
                    ..to_after
                };
                note_standing(tx, &to_after)?;
                Ok(Some(to_after))
            })
            .await
    }

    async fn park(&self, tenant: TenantId, id: DeliveryId, now: OffsetDateTime) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                if let Some(found) = delivery(tx, id, "FOR UPDATE")?
                    && is_on_its_way(&found)
                {
                    write_delivery(tx, &found.parked(now))?;
                }
                Ok(())
            })
            .await
    }

    async fn ring(&self, tenant: TenantId, id: DeliveryId, now: OffsetDateTime) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                if let Some(found) = delivery(tx, id, "FOR SHARE")?
                    && is_on_its_way(&found)
                {
                    enqueue(tx, deliver(tenant, found.endpoint, id, now)?)?;
                }
                Ok(())
            })
            .await
    }

    async fn replay(&self, tenant: TenantId, id: DeliveryId, now: OffsetDateTime) -> Result<bool, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let found = delivery(tx, id, "FOR UPDATE")?;
                let Some(again) = found.and_then(|found| found.replayed(now)) else {
                    return Ok(false);
                };
                write_delivery(tx, &again)?;
                enqueue(tx, deliver(tenant, again.endpoint, id, now)?)?;
                Ok(true)
            })
            .await
    }

    async fn sweep(
        &self,
        tenant: TenantId,
        before: Option<OffsetDateTime>,
        ended: OffsetDateTime,
        now: OffsetDateTime,
        most: u16,
    ) -> Result<usize, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                sql_query(
                    "DELETE FROM webhook_deliveries WHERE tenant_id = $1 AND id IN (
                         SELECT id FROM webhook_deliveries
                         WHERE tenant_id = $1 AND state IN ('delivered', 'dead') AND state_at < $2
                         ORDER BY state_at LIMIT $3)",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Timestamptz, _>(ended)
                .bind::<BigInt, _>(FORGOTTEN_MOST)
                .execute(tx.conn())?;
                let Some(before) = before else { return Ok(0) };
                let late = sql_query(
                    "SELECT id, endpoint_id FROM webhook_deliveries
                     WHERE tenant_id = $1 AND state = 'waiting' AND state_at < $2 ORDER BY state_at, id LIMIT $3",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Timestamptz, _>(before)
                .bind::<BigInt, _>(i64::from(most))
                .load::<IdRow>(tx.conn())?;
                let jobs = late.iter().map(|row| {
                    let (endpoint, id) = (Id::from_uuid(row.endpoint_id), Id::from_uuid(row.id));
                    deliver(tenant, endpoint, id, now)
                });
                let jobs = jobs.collect::<Result<Vec<_>, TxError<Outage>>>()?;
                enqueue_all(tx, jobs)?;
                Ok(late.len())
            })
            .await
    }
}

/// So many deliveries of a business are forgotten in one night: far more than one makes in a day.
const FORGOTTEN_MOST: i64 = 20_000;

fn is_on_its_way(delivery: &Delivery) -> bool {
    matches!(delivery.state, DeliveryState::Waiting { .. })
}

fn endpoint<E>(tx: &mut TenantTx<'_>, id: EndpointId, lock: &str) -> Result<Option<Endpoint>, TxError<E>> {
    let rows = sql_query(format!("{ENDPOINTS} AND id = $2 {lock}"))
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(id.as_uuid())
        .load::<EndpointRow>(tx.conn())?;
    rows.into_iter().next().map(EndpointRow::read).transpose()
}

fn delivery(tx: &mut TenantTx<'_>, id: DeliveryId, lock: &str) -> Result<Option<Delivery>, TxError<Outage>> {
    let rows = sql_query(format!("{DELIVERIES} AND id = $2 {lock}"))
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(id.as_uuid())
        .load::<DeliveryRow>(tx.conn())?;
    rows.into_iter().next().map(DeliveryRow::read).transpose()
}

/// Stores a message for an endpoint; `None` if it has one about the same event.
fn store(
    tx: &mut TenantTx<'_>,
    to: EndpointId,
    message: &Message,
    at: OffsetDateTime,
) -> Result<Option<DeliveryId>, TxError<Outage>> {
    let id = tx.new_id();
    let written = sql_query(
        "INSERT INTO webhook_deliveries (tenant_id, id, endpoint_id, event_id, event, occurred_at, body, state, state_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(to.as_uuid())
    .bind::<SqlUuid, _>(message.event.as_uuid())
    .bind::<Text, _>(message.name.as_str())
    .bind::<Timestamptz, _>(message.occurred_at)
    .bind::<Text, _>(message.body.as_str())
    .bind::<Timestamptz, _>(at)
    .execute(tx.conn())?;
    Ok((written > 0).then(|| Id::from_uuid(id)))
}

fn write_endpoint(tx: &mut TenantTx<'_>, changed: &Endpoint) -> Result<usize, TxError<RecordError>> {
    let off = rows::switched_off(changed);
    let before = changed.secrets.before.as_ref();
    let rotated = before.and_then(|former| former.replaced_by.as_ref());
    let (now, former) = rows::secrets(changed);
    let written = sql_query(
        "UPDATE webhook_endpoints SET url = $4, description = $5, events = $6, secret = $7, secret_before = $8,
             secret_before_until = $9, state = $10, switched_off_at = $11, switched_off_because = $12,
             failing_since = $13, failed_at = $14, rotated_key = $15, rotated_asked = $16, secret_key_id = $17,
             secret_nonce = $18, secret_ciphertext = $19, secret_before_key_id = $20, secret_before_nonce = $21,
             secret_before_ciphertext = $22, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(changed.id.as_uuid())
    .bind::<Integer, _>(changed.version)
    .bind::<Text, _>(changed.url.as_str())
    .bind::<Text, _>(changed.description.as_str())
    .bind::<Array<Text>, _>(rows::names(changed))
    .bind::<Nullable<Bytea>, _>(now.plain)
    .bind::<Nullable<Bytea>, _>(former.plain)
    .bind::<Nullable<Timestamptz>, _>(before.map(|former| former.until))
    .bind::<Text, _>(changed.standing.word())
    .bind::<Nullable<Timestamptz>, _>(off.map(|(at, _)| at))
    .bind::<Nullable<Text>, _>(off.map(|(_, because)| because.word()))
    .bind::<Nullable<Timestamptz>, _>(changed.failing.map(|failing| failing.since))
    .bind::<Nullable<Timestamptz>, _>(changed.failing.map(|failing| failing.last))
    .bind::<Nullable<Bytea>, _>(rotated.map(|by| by.key.as_bytes().as_slice()))
    .bind::<Nullable<Bytea>, _>(rotated.map(|by| by.asked.as_bytes().as_slice()))
    .bind::<Nullable<Text>, _>(now.key)
    .bind::<Nullable<Bytea>, _>(now.nonce)
    .bind::<Nullable<Bytea>, _>(now.ciphertext)
    .bind::<Nullable<Text>, _>(former.key)
    .bind::<Nullable<Bytea>, _>(former.nonce)
    .bind::<Nullable<Bytea>, _>(former.ciphertext)
    .execute(tx.conn())?;
    Ok(written)
}

/// Writes what tries say about an endpoint.
fn note_standing(tx: &mut TenantTx<'_>, after: &Endpoint) -> Result<(), TxError<Outage>> {
    let off = rows::switched_off(after);
    sql_query(
        "UPDATE webhook_endpoints SET state = $3, switched_off_at = $4, switched_off_because = $5, failing_since = $6,
             failed_at = $7, version = $8
         WHERE tenant_id = $1 AND id = $2
             AND (state, failing_since, failed_at) IS DISTINCT FROM ($3, $6, $7)",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(after.id.as_uuid())
    .bind::<Text, _>(after.standing.word())
    .bind::<Nullable<Timestamptz>, _>(off.map(|(at, _)| at))
    .bind::<Nullable<Text>, _>(off.map(|(_, because)| because.word()))
    .bind::<Nullable<Timestamptz>, _>(after.failing.map(|failing| failing.since))
    .bind::<Nullable<Timestamptz>, _>(after.failing.map(|failing| failing.last))
    .bind::<Integer, _>(after.version)
    .execute(tx.conn())?;
    Ok(())
}

fn write_delivery(tx: &mut TenantTx<'_>, after: &Delivery) -> Result<(), TxError<Outage>> {
    let (at, because) = match after.state {
        DeliveryState::Waiting { next_at } => (next_at, None),
        DeliveryState::Delivered { at } => (at, None),
        DeliveryState::Dead { at, because } => (at, Some(because.word())),
    };
    sql_query(
        "UPDATE webhook_deliveries SET state = $3, state_at = $4, dead_because = $5, round = $6, tries = $7,
             version = version + 1
         WHERE tenant_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(after.id.as_uuid())
    .bind::<Text, _>(after.state.word())
    .bind::<Timestamptz, _>(at)
    .bind::<Nullable<Text>, _>(because)
    .bind::<SmallInt, _>(i16::from(after.round))
    .bind::<diesel::sql_types::Jsonb, _>(tries_of(&after.tries)?)
    .execute(tx.conn())?;
    Ok(())
}

fn job(tenant: TenantId, task: IntegrationTask, at: OffsetDateTime) -> Result<NewJob, TxError<Outage>> {
    let payload = serde_json::to_value(task).map_err(|error| TxError::Impossible(error.to_string()))?;
    Ok(NewJob::new(task.kind(), payload, at).of_tenant(tenant))
}

/// The job that sends a delivery, behind what else its endpoint is sent. One that waits already does as well.
fn deliver(
    tenant: TenantId,
    endpoint: EndpointId,
    id: DeliveryId,
    at: OffsetDateTime,
) -> Result<NewJob, TxError<Outage>> {
    let job = job(tenant, IntegrationTask::Deliver { delivery: id }, at)?;
    Ok(job.in_order(send_order(endpoint)))
}
