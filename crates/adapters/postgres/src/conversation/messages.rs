//! The record of what we send.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Json, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_conversation::channel::{Address, Channel, SenderKey};
use ratiba_conversation::event::{StatusRef, TOPIC};
use ratiba_conversation::inbound::InboundId;
use ratiba_conversation::outgoing::{MessageId, OutgoingMessage, Recipient, StatusKind};
use ratiba_conversation::ports::{MessageBook, Posting, PostingChange, RecordError, StoredStatus, Who};
use ratiba_kernel::{Id, Outage, TenantId};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::rows::{MessageRow, state_columns};
use super::threads::{customer_of, find_customer, last_inbound_at};
use super::{PgConversation, job_of, slates, templates};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::outbox::{enqueue_all, write_event};

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct StatusRow {
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: OffsetDateTime,
    #[diesel(sql_type = Json)]
    raw: Value,
}

/// The address with the channel's own id of who has its number, if they ever wrote, as a customer or to the rail: the channel may
/// name them by that alone.
fn with_known_id<E>(tx: &mut TenantTx<'_>, address: &Address) -> Result<Address, TxError<E>> {
    let (Some(phone), None) = (address.phone(), address.user_id()) else {
        return Ok(address.clone());
    };
    let Ok(sender) = SenderKey::parse(phone.digits()) else {
        return Ok(address.clone());
    };
    let who = Who::Sender {
        sender,
        phone: Some(phone.clone()),
    };
    let known = find_customer(tx, &who)?;
    let user_id = match known.and_then(|customer| customer.user_id) {
        Some(user_id) => Some(user_id),
        None => slates::user_id_of(tx, phone)?,
    };
    Ok(Address::new(Some(phone.clone()), user_id).unwrap_or_else(|_unreachable| address.clone()))
}

#[async_trait]
impl MessageBook for PgConversation {
    async fn posting(&self, tenant: TenantId, id: MessageId) -> Result<Option<Posting>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row = sql_query("SELECT * FROM outgoing_messages WHERE tenant_id = $1 AND id = $2")
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(id.as_uuid())
                    .get_result::<MessageRow>(tx.conn())
                    .optional()?;
                let Some(row) = row else { return Ok(None) };
                let message = row.read()?;
                let (customer, address) = match &message.recipient {
                    Recipient::Customer(id) => {
                        let customer = customer_of(tx, id.as_uuid())?;
                        let address = customer.as_ref().and_then(|customer| customer.address().ok());
                        (customer, address)
                    }
                    Recipient::Business(address) => (None, Some(with_known_id(tx, address)?)),
                };
                let last_inbound_at = match &address {
                    Some(address) => last_inbound_at(tx, message.channel, &keys(address))?,
                    None => None,
                };
                let answers = match message.answers() {
                    Some(inbound) => provider_id_of(tx, inbound)?,
                    None => None,
                };
                Ok(Some(Posting {
                    answers,
                    message,
                    customer,
                    last_inbound_at,
                }))
            })
            .await
    }

    async fn by_provider_id(
        &self,
        tenant: TenantId,
        channel: Channel,
        provider_id: &str,
    ) -> Result<Option<MessageId>, Outage> {
        let provider_id = provider_id.to_owned();
        self.database
            .tenant(tenant, move |tx| {
                let row = sql_query(
                    "SELECT id FROM outgoing_messages WHERE tenant_id = $1 AND channel = $2 AND provider_id = $3 LIMIT 1",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Text, _>(channel.code())
                .bind::<Text, _>(&provider_id)
                .get_result::<IdRow>(tx.conn())
                .optional()?;
                Ok::<_, TxError<Outage>>(row.map(|row| Id::from_uuid(row.id)))
            })
            .await
    }

    async fn by_cause(&self, tenant: TenantId, cause: &str) -> Result<Option<OutgoingMessage>, Outage> {
        let cause = cause.to_owned();
        self.database
            .tenant(tenant, move |tx| {
                let row =
                    sql_query("SELECT * FROM outgoing_messages WHERE tenant_id = $1 AND dedup_key = $2")
                        .bind::<SqlUuid, _>(tx.tenant_uuid())
                        .bind::<Text, _>(&cause)
                        .get_result::<MessageRow>(tx.conn())
                        .optional()?;
                row.map(MessageRow::read).transpose()
            })
            .await
    }

    async fn record_posting(&self, tenant: TenantId, change: PostingChange) -> Result<(), RecordError> {
        self.database
            .tenant(tenant, move |tx| {
                write_message(tx, &change)?;
                let mut jobs = Vec::new();
                for task in &change.tasks {
                    jobs.push(job_of(task, None)?);
                }
                let missed = match &change.missed {
                    Some(call) => templates::note_missed(tx, call, change.at)?,
                    None => None,
                };
                for event in change.events.iter().chain(&missed) {
                    jobs.push(write_event(tx, TOPIC, event, change.at)?);
                }
                enqueue_all(tx, jobs)
            })
            .await
    }

    async fn status(&self, tenant: TenantId, status: StatusRef) -> Result<Option<StoredStatus>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row = sql_query(
                    "SELECT channel, occurred_at, raw FROM message_statuses WHERE tenant_id = $1 AND id = $2",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<SqlUuid, _>(status.as_uuid())
                .get_result::<StatusRow>(tx.conn())
                .optional()?;
                let Some(row) = row else { return Ok(None) };
                let channel = Channel::parse(&row.channel)
                    .map_err(|error| TxError::impossible("message_statuses", status, error))?;
                Ok::<_, TxError<Outage>>(Some(StoredStatus {
                    channel,
                    occurred_at: row.occurred_at,
                    raw: row.raw,
                }))
            })
            .await
    }
}

/// The provider's id of a message that came in.
fn provider_id_of<E>(tx: &mut TenantTx<'_>, inbound: InboundId) -> Result<Option<String>, TxError<E>> {
    #[derive(QueryableByName)]
    struct Named {
        #[diesel(sql_type = Text)]
        provider_id: String,
    }
    let row = sql_query("SELECT provider_id FROM inbound_messages WHERE tenant_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(inbound.as_uuid())
        .get_result::<Named>(tx.conn())
        .optional()?;
    Ok(row.map(|row| row.provider_id))
}

/// The names under which the person at an address writes to us.
fn keys(address: &Address) -> Vec<String> {
    let user_id = address.user_id().map(|id| id.as_str().to_owned());
    let phone = address.phone().map(|phone| phone.digits().to_owned());
    user_id.into_iter().chain(phone).collect()
}

fn write_message(tx: &mut TenantTx<'_>, change: &PostingChange) -> Result<(), TxError<RecordError>> {
    let message = &change.message;
    let impossible = |error: serde_json::Error| TxError::Impossible(error.to_string());
    let content = serde_json::to_value(&message.content).map_err(impossible)?;
    let fallback = message
        .fallback
        .as_ref()
        .map(serde_json::to_value)
        .transpose()
        .map_err(impossible)?;
    let columns = state_columns(&message.state);
    let written = sql_query(
        "UPDATE outgoing_messages
         SET content = $4, fallback = $5, state = $6, state_at = $7, attempts = COALESCE($8, attempts),
             provider_id = COALESCE($9, provider_id), reason = $10, delivery = $11, failure_code = $12,
             version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(message.id.as_uuid())
    .bind::<Integer, _>(message.version)
    .bind::<Jsonb, _>(content)
    .bind::<Nullable<Jsonb>, _>(fallback)
    .bind::<Text, _>(columns.code)
    .bind::<Timestamptz, _>(columns.at)
    .bind::<Nullable<Integer>, _>(columns.attempts)
    .bind::<Nullable<Text>, _>(columns.provider_id)
    .bind::<Nullable<Text>, _>(columns.reason)
    .bind::<Nullable<Text>, _>(message.delivery.reached.map(StatusKind::code))
    .bind::<Nullable<BigInt>, _>(message.delivery.failed_code)
    .execute(tx.conn())?;
    if written == 1 {
        Ok(())
    } else {
        Err(TxError::Refused(RecordError::Stale))
    }
}
