//! The record of conversations: one change, one transaction.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_conversation::channel::Channel;
use ratiba_conversation::consent::ConsentRecord;
use ratiba_conversation::customer::{Customer, CustomerId};
use ratiba_conversation::event::{ConversationTask, Due, send_order};
use ratiba_conversation::handoff::LogEntry;
use ratiba_conversation::inbound::{InboundId, InboundMessage};
use ratiba_conversation::outgoing::{Content, MessageId, OutgoingMessage, SendState};
use ratiba_conversation::ports::{Change, CustomerFile, RecordError, ThreadBook, Who};
use ratiba_conversation::rail::Slate;
use ratiba_conversation::retention::ArchivedThread;
use ratiba_conversation::thread::ThreadId;
use ratiba_kernel::{Outage, PhoneNumber, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::rows::MessageRow;
use super::together::{self, NotRecorded};
use super::{PgConversation, archive, handoffs, job_of, record, slates};
use crate::database::{TenantTx, TxError};
use crate::jobs::NewJob;
use crate::kept::sql_query;

pub(super) type Refused = TxError<RecordError>;

#[async_trait]
impl ThreadBook for PgConversation {
    async fn inbound(&self, tenant: TenantId, id: InboundId) -> Result<Option<InboundMessage>, Outage> {
        self.inbound.ask(tenant, id).await?
    }

    async fn file(
        &self,
        tenant: TenantId,
        who: Who,
        channel: Channel,
    ) -> Result<Option<CustomerFile>, Outage> {
        self.files.ask((tenant, channel.code()), Arc::new(who)).await?
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
        let change = Arc::new(change);
        match self.changes.ask(tenant, Arc::clone(&change)).await? {
            Ok(()) => Ok(()),
            Err(NotRecorded::Refused(refusal)) => Err(refusal),
            Err(NotRecorded::TogetherWithOthers) => {
                self.database
                    .by_keys(tenant, move |tx| {
                        record::write(tx, std::iter::once(change.as_ref()))
                    })
                    .await
            }
        }
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

    async fn archive_loose(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        now: OffsetDateTime,
        most: u16,
    ) -> Result<u64, Outage> {
        self.database
            .tenant(tenant, move |tx| archive::put_loose_aside(tx, before, now, most))
            .await
    }

    async fn wipe_slates(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<u64, Outage> {
        self.database
            .tenant(tenant, move |tx| slates::wipe(tx, before, now))
            .await
    }

    async fn archived(
        &self,
        tenant: TenantId,
        customer: Option<CustomerId>,
        after: Option<ThreadId>,
        most: u16,
    ) -> Result<Vec<ArchivedThread>, Outage> {
        self.database
            .tenant(tenant, move |tx| archive::list(tx, customer, after, most))
            .await
    }

    async fn archived_log(
        &self,
        tenant: TenantId,
        thread: ThreadId,
    ) -> Result<Option<(ArchivedThread, Vec<LogEntry>)>, Outage> {
        self.database
            .tenant(tenant, move |tx| archive::log(tx, thread))
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
    let found = together::customers_of(tx, std::iter::once(who))?;
    Ok(found.into_iter().flatten().next())
}

pub(super) fn customer_of<E>(tx: &mut TenantTx<'_>, id: Uuid) -> Result<Option<Customer>, TxError<E>> {
    find_customer(tx, &Who::Id(ratiba_kernel::Id::from_uuid(id)))
}

pub(super) fn refuse_unless(written: usize, refusal: RecordError) -> Result<(), Refused> {
    if written == 1 {
        Ok(())
    } else {
        Err(TxError::Refused(refusal))
    }
}

pub(super) fn write_consent(tx: &mut TenantTx<'_>, consent: &ConsentRecord) -> Result<(), Refused> {
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
    record::insert_message(tx, message)?;
    job_of_sending(tx.tenant(), message)
}

/// The job that sends a message.
pub(super) fn job_of_sending<E>(tenant: TenantId, message: &OutgoingMessage) -> Result<NewJob, TxError<E>> {
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
    let order = at_once.then(|| send_order(tenant, message.channel, &message.recipient));
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
