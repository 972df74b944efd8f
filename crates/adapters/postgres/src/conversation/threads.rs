//! The record of conversations: one change, one transaction.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_conversation::channel::Channel;
use ratiba_conversation::consent::ConsentRecord;
use ratiba_conversation::customer::Customer;
use ratiba_conversation::event::{ConversationTask, Due, TOPIC, send_order};
use ratiba_conversation::handoff::LogEntry;
use ratiba_conversation::inbound::{InboundId, InboundMessage};
use ratiba_conversation::outgoing::{Content, MessageId, OutgoingMessage, Recipient, SendState};
use ratiba_conversation::ports::{Change, CustomerFile, RecordError, ThreadBook, Who};
use ratiba_conversation::rail::Slate;
use ratiba_conversation::thread::{Thread, ThreadId, language_code};
use ratiba_kernel::{Outage, PhoneNumber, TenantId};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::rows::{CustomerRow, InboundMessageRow, MessageRow, THREADS, ThreadRow, state_columns};
use super::{PgConversation, archive, cohort, handoffs, job_of, slates};
use crate::database::{TenantTx, TxError};
use crate::jobs::NewJob;
use crate::kept::sql_query;
use crate::outbox::{enqueue_all, write_event};

pub(super) type Refused = TxError<RecordError>;

#[async_trait]
impl ThreadBook for PgConversation {
    async fn inbound(&self, tenant: TenantId, id: InboundId) -> Result<Option<InboundMessage>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row = sql_query("SELECT * FROM inbound_messages WHERE tenant_id = $1 AND id = $2")
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(id.as_uuid())
                    .get_result::<InboundMessageRow>(tx.conn())
                    .optional()?;
                row.map(InboundMessageRow::read).transpose()
            })
            .await
    }

    async fn file(
        &self,
        tenant: TenantId,
        who: Who,
        channel: Channel,
    ) -> Result<Option<CustomerFile>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let Some(customer) = find_customer(tx, &who)? else {
                    return Ok(None);
                };
                let thread = open_thread(tx, &customer, channel)?;
                let known = thread.is_some() || ever_had_a_thread(tx, &customer)?;
                Ok(Some(CustomerFile {
                    customer,
                    thread,
                    known,
                }))
            })
            .await
    }

    async fn shown(&self, tenant: TenantId, message: MessageId) -> Result<Option<Content>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row = sql_query("SELECT * FROM outgoing_messages WHERE tenant_id = $1 AND id = $2")
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(message.as_uuid())
                    .get_result::<MessageRow>(tx.conn())
                    .optional()?;
                let Some(row) = row else { return Ok(None) };
                Ok(Some(row.read()?.content))
            })
            .await
    }

    async fn thread(&self, tenant: TenantId, thread: ThreadId) -> Result<Option<CustomerFile>, Outage> {
        self.database
            .tenant(tenant, move |tx| handoffs::file_of(tx, thread))
            .await
    }

    async fn with_people(
        &self,
        tenant: TenantId,
        after: Option<ThreadId>,
        most: u16,
    ) -> Result<Vec<CustomerFile>, Outage> {
        self.database
            .tenant(tenant, move |tx| handoffs::with_people(tx, after, most))
            .await
    }

    async fn log(&self, tenant: TenantId, thread: ThreadId, most: u16) -> Result<Vec<LogEntry>, Outage> {
        self.database
            .tenant(tenant, move |tx| handoffs::log(tx, thread, most))
            .await
    }

    async fn slate(&self, tenant: TenantId, phone: PhoneNumber) -> Result<Slate, Outage> {
        self.database
            .tenant(tenant, move |tx| slates::find(tx, &phone))
            .await
    }

    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError> {
        self.database
            .tenant(tenant, move |tx| {
                if let Some(id) = change.handled {
                    mark_handled(tx, id, change.at)?;
                }
                if let Some(customer) = &change.customer {
                    write_customer(tx, customer)?;
                    if let Some(step) = change.cohort {
                        cohort::answer(tx, customer.id, step, change.at)?;
                    }
                }
                for thread in &change.threads {
                    write_thread(tx, thread)?;
                    handoffs::write(tx, thread, change.at)?;
                }
                if let (Some(id), Some(thread)) = (change.handled, change.threads.last()) {
                    note_thread(tx, id, thread)?;
                }
                for consent in &change.consents {
                    write_consent(tx, consent)?;
                }
                let mut jobs = Vec::new();
                if let Some(slate) = &change.slate {
                    slates::write(tx, slate, change.at)?;
                }
                for message in &change.messages {
                    jobs.push(queue_message(tx, message)?);
                }
                for words in &change.said {
                    handoffs::note_words(tx, words)?;
                }
                for due in &change.tasks {
                    jobs.push(job_of(due, None)?);
                }
                for event in &change.events {
                    jobs.push(write_event(tx, TOPIC, event, change.at)?);
                }
                enqueue_all(tx, jobs)
            })
            .await
    }

    async fn close_idle(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<u64, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let closed = sql_query(
                    "UPDATE conversation_threads
                     SET closed_at = $3, version = version + 1, state = state - 'question'
                     WHERE tenant_id = $1 AND closed_at IS NULL AND last_activity_at <= $2",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Timestamptz, _>(before)
                .bind::<Timestamptz, _>(now)
                .execute(tx.conn())?;
                handoffs::end_of_closed(tx, now)?;
                Ok::<_, TxError<Outage>>(u64::try_from(closed).unwrap_or(u64::MAX))
            })
            .await
    }

    async fn archive(
        &self,
        tenant: TenantId,
        ended_before: OffsetDateTime,
        now: OffsetDateTime,
        most: u16,
    ) -> Result<u64, Outage> {
        self.database
            .tenant(tenant, move |tx| archive::put_aside(tx, ended_before, now, most))
            .await
    }

    async fn forget_archived(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        most: u16,
    ) -> Result<u64, Outage> {
        self.database
            .tenant(tenant, move |tx| archive::forget(tx, before, most))
            .await
    }
}

pub(super) fn find_customer<E>(tx: &mut TenantTx<'_>, who: &Who) -> Result<Option<Customer>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let row = match who {
        Who::Id(id) => sql_query("SELECT * FROM customers WHERE tenant_id = $1 AND id = $2")
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(id.as_uuid())
            .get_result::<CustomerRow>(tx.conn())
            .optional()?,
        // The channel's own id counts before the number, which may have passed to somebody else.
        Who::Sender { sender, phone } => sql_query(
            "SELECT * FROM customers WHERE tenant_id = $1 AND (channel_user_id = $2 OR phone = $3)
             ORDER BY (channel_user_id = $2) DESC NULLS LAST LIMIT 1",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(sender.as_str())
        .bind::<Nullable<Text>, _>(phone.as_ref().map(ratiba_kernel::PhoneNumber::e164))
        .get_result::<CustomerRow>(tx.conn())
        .optional()?,
    };
    row.map(CustomerRow::read).transpose()
}

pub(super) fn customer_of<E>(tx: &mut TenantTx<'_>, id: Uuid) -> Result<Option<Customer>, TxError<E>> {
    find_customer(tx, &Who::Id(ratiba_kernel::Id::from_uuid(id)))
}

fn open_thread<E>(
    tx: &mut TenantTx<'_>,
    customer: &Customer,
    channel: Channel,
) -> Result<Option<Thread>, TxError<E>> {
    let row = sql_query(format!(
        "{THREADS} t.customer_id = $2 AND t.channel = $3 AND t.closed_at IS NULL"
    ))
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(customer.id.as_uuid())
    .bind::<Text, _>(channel.code())
    .get_result::<ThreadRow>(tx.conn())
    .optional()?;
    row.map(ThreadRow::read).transpose()
}

#[derive(QueryableByName)]
struct Yes {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

fn ever_had_a_thread<E>(tx: &mut TenantTx<'_>, customer: &Customer) -> Result<bool, TxError<E>> {
    let row = sql_query(
        "SELECT EXISTS (SELECT FROM conversation_threads WHERE tenant_id = $1 AND customer_id = $2) AS yes",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(customer.id.as_uuid())
    .get_result::<Yes>(tx.conn())?;
    Ok(row.yes)
}

pub(super) fn refuse_unless(written: usize, refusal: RecordError) -> Result<(), Refused> {
    if written == 1 {
        Ok(())
    } else {
        Err(TxError::Refused(refusal))
    }
}

fn mark_handled(tx: &mut TenantTx<'_>, id: InboundId, at: OffsetDateTime) -> Result<(), Refused> {
    let written = sql_query(
        "UPDATE inbound_messages SET handled_at = $3 WHERE tenant_id = $1 AND id = $2 AND handled_at IS NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(id.as_uuid())
    .bind::<Timestamptz, _>(at)
    .execute(tx.conn())?;
    refuse_unless(written, RecordError::AlreadyHandled)
}

fn note_thread(tx: &mut TenantTx<'_>, id: InboundId, thread: &Thread) -> Result<(), Refused> {
    sql_query("UPDATE inbound_messages SET thread_id = $3 WHERE tenant_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(id.as_uuid())
        .bind::<SqlUuid, _>(thread.id.as_uuid())
        .execute(tx.conn())?;
    Ok(())
}

/// A new customer is inserted, a known one updated. Somebody else with the number or the id means that two messages
/// met: the caller reads again. Whether they are in the cohort is written with
/// their invitation only, and stays as it is here.
fn write_customer(tx: &mut TenantTx<'_>, customer: &Customer) -> Result<(), Refused> {
    put_customer(
        tx,
        customer,
        "ON CONFLICT (tenant_id, id) DO UPDATE SET phone = excluded.phone, channel_user_id = excluded.channel_user_id,
            name = excluded.name, language = excluded.language, opted_out_at = excluded.opted_out_at",
    )
}

/// A customer whom nobody knew. Somebody else with the number, the id or the identity is [`RecordError::Stale`].
pub(super) fn insert_customer(tx: &mut TenantTx<'_>, customer: &Customer) -> Result<(), Refused> {
    put_customer(tx, customer, "ON CONFLICT DO NOTHING")
}

fn put_customer(tx: &mut TenantTx<'_>, customer: &Customer, if_known: &'static str) -> Result<(), Refused> {
    const INSERT: &str = "
        INSERT INTO customers (tenant_id, id, phone, channel_user_id, name, language, opted_out_at, in_cohort, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let phone = customer.phone.as_ref().map(ratiba_kernel::PhoneNumber::e164);
    let user_id = customer.user_id.as_ref().map(|id| id.as_str().to_owned());
    let language = customer.language.map(language_code);
    let written = sql_query(format!("{INSERT} {if_known}"))
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(customer.id.as_uuid())
        .bind::<Nullable<Text>, _>(&phone)
        .bind::<Nullable<Text>, _>(&user_id)
        .bind::<Nullable<Text>, _>(&customer.name)
        .bind::<Nullable<Text>, _>(language)
        .bind::<Nullable<Timestamptz>, _>(customer.opted_out_at)
        .bind::<Bool, _>(customer.in_cohort)
        .bind::<Timestamptz, _>(customer.created_at)
        .execute(tx.conn());
    match written {
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Err(TxError::Refused(RecordError::Stale))
        }
        written => refuse_unless(written?, RecordError::Stale),
    }
}

fn write_thread(tx: &mut TenantTx<'_>, thread: &Thread) -> Result<(), Refused> {
    const UPDATE: &str = "
        UPDATE conversation_threads
        SET driver = $4, state = $5, language = $6, last_activity_at = $7, closed_at = $8, turns = $9,
            model_cost_micros = $10, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND version = $3";
    const INSERT: &str = "
        INSERT INTO conversation_threads
            (tenant_id, id, driver, state, language, last_activity_at, closed_at, turns, model_cost_micros, customer_id,
             channel, opened_at)
        VALUES ($1, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";
    let state = thread
        .state
        .to_json()
        .map_err(|error| TxError::Impossible(error.to_string()))?;
    let query = if thread.version == 0 { INSERT } else { UPDATE };
    let query = sql_query(query)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(thread.id.as_uuid())
        .bind::<Integer, _>(thread.version)
        .bind::<Text, _>(thread.driver.code())
        .bind::<Jsonb, _>(state)
        .bind::<Nullable<Text>, _>(thread.language.map(language_code))
        .bind::<Timestamptz, _>(thread.last_activity_at)
        .bind::<Nullable<Timestamptz>, _>(thread.closed_at)
        .bind::<Integer, _>(i32::try_from(thread.turns).unwrap_or(i32::MAX))
        .bind::<BigInt, _>(i64::try_from(thread.model_cost.millionths()).unwrap_or(i64::MAX));
    let written = if thread.version == 0 {
        query
            .bind::<SqlUuid, _>(thread.customer.as_uuid())
            .bind::<Text, _>(thread.channel.code())
            .bind::<Timestamptz, _>(thread.opened_at)
            .execute(tx.conn())?
    } else {
        query.execute(tx.conn())?
    };
    refuse_unless(written, RecordError::Stale)
}

fn write_consent(tx: &mut TenantTx<'_>, consent: &ConsentRecord) -> Result<(), Refused> {
    sql_query(
        "INSERT INTO consents (tenant_id, id, customer_id, purpose, action, wording, wording_version, channel, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(consent.id.as_uuid())
    .bind::<SqlUuid, _>(consent.customer.as_uuid())
    .bind::<Text, _>(consent.purpose.code())
    .bind::<Text, _>(consent.action.code())
    .bind::<Text, _>(&consent.wording)
    .bind::<Text, _>(&consent.wording_version)
    .bind::<Text, _>(consent.channel.code())
    .bind::<Timestamptz, _>(consent.at)
    .execute(tx.conn())?;
    Ok(())
}

/// Writes a message; answers the job that sends it.
pub(super) fn queue_message(tx: &mut TenantTx<'_>, message: &OutgoingMessage) -> Result<NewJob, Refused> {
    let json = |value: Result<Value, serde_json::Error>| {
        value.map_err(|error| TxError::Impossible(error.to_string()))
    };
    let content = json(serde_json::to_value(&message.content))?;
    let fallback = message.fallback.as_ref().map(serde_json::to_value).transpose();
    let fallback = fallback.map_err(|error| TxError::Impossible(error.to_string()))?;
    let (customer, address) = match &message.recipient {
        Recipient::Customer(customer) => (Some(customer.as_uuid()), None),
        Recipient::Business(address) => (None, Some(address)),
    };
    let columns = state_columns(&message.state);
    let written = sql_query(
        "INSERT INTO outgoing_messages (tenant_id, id, thread_id, channel, customer_id, recipient_phone,
             recipient_user_id, purpose, content, fallback, dedup_key, state, state_at, attempts, queued_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(message.id.as_uuid())
    .bind::<Nullable<SqlUuid>, _>(message.thread.map(|thread| thread.as_uuid()))
    .bind::<Text, _>(message.channel.code())
    .bind::<Nullable<SqlUuid>, _>(customer)
    .bind::<Nullable<Text>, _>(
        address
            .and_then(|a| a.phone())
            .map(ratiba_kernel::PhoneNumber::e164),
    )
    .bind::<Nullable<Text>, _>(address.and_then(|a| a.user_id()).map(|id| id.as_str().to_owned()))
    .bind::<Text, _>(message.purpose.code())
    .bind::<Jsonb, _>(content)
    .bind::<Nullable<Jsonb>, _>(fallback)
    .bind::<Text, _>(&message.cause)
    .bind::<Text, _>(columns.code)
    .bind::<Timestamptz, _>(columns.at)
    .bind::<Integer, _>(columns.attempts.unwrap_or(0))
    .bind::<Timestamptz, _>(message.created_at)
    .execute(tx.conn())?;
    refuse_unless(written, RecordError::AlreadyHandled)?;
    let at = match &message.state {
        SendState::Queued { not_before, .. } => *not_before,
        SendState::Sending { .. }
        | SendState::Sent { .. }
        | SendState::Unknown { .. }
        | SendState::Refused { .. }
        | SendState::Abandoned { .. } => message.created_at,
    };
    let due = Due {
        at,
        task: ConversationTask::Send { message: message.id },
    };
    // A message that waits for the morning must not hold back an answer of tonight.
    let at_once = at <= message.created_at;
    let order = at_once.then(|| send_order(tx.tenant(), message.channel, &message.recipient));
    job_of(&due, order)
}

/// When somebody last wrote to us, by the provider's clock.
pub(super) fn last_inbound_at<E>(
    tx: &mut TenantTx<'_>,
    channel: Channel,
    keys: &[String],
) -> Result<Option<OffsetDateTime>, TxError<E>> {
    #[derive(QueryableByName)]
    struct Latest {
        #[diesel(sql_type = Nullable<Timestamptz>)]
        latest: Option<OffsetDateTime>,
    }
    let row = sql_query(
        "SELECT max(sent_at) AS latest FROM inbound_messages
         WHERE tenant_id = $1 AND channel = $2 AND sender_key = ANY($3)",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Text, _>(channel.code())
    .bind::<diesel::sql_types::Array<Text>, _>(keys)
    .get_result::<Latest>(tx.conn())?;
    Ok(row.latest)
}
