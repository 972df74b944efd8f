//! Where everything that arrives is stored before anybody interprets it.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Binary, Bool, Json, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_conversation::channel::Channel;
use ratiba_conversation::delivery::{InboundRow, LEFTOVER_BYTES_MAX, Leftover, StatusRow};
use ratiba_conversation::event::{ConversationTask, Due, StatusRef, turn_order};
use ratiba_conversation::ports::{Kept, LetterBox, Parcel};
use ratiba_kernel::{Id, Outage, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{PgConversation, enqueue_task};
use crate::database::{TenantTx, TxError};
use crate::schema::channel_routes;

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Bool)]
    stored: bool,
}

#[async_trait]
impl LetterBox for PgConversation {
    async fn route(&self, channel: Channel, external_id: &str) -> Result<Option<TenantId>, Outage> {
        let external_id = external_id.to_owned();
        self.database
            .global(move |tx| {
                let tenant = channel_routes::table
                    .filter(channel_routes::channel.eq(channel.code()))
                    .filter(channel_routes::external_id.eq(&external_id))
                    .select(channel_routes::tenant_id)
                    .first::<Uuid>(tx.conn())
                    .optional()?;
                Ok::<_, TxError<Outage>>(tenant.map(TenantId::from_uuid))
            })
            .await
    }

    async fn keep(
        &self,
        tenant: TenantId,
        channel: Channel,
        parcel: Parcel,
        now: OffsetDateTime,
    ) -> Result<Kept, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let mut kept = Kept::default();
                for row in &parcel.messages {
                    kept.messages += usize::from(keep_message(tx, channel, row, now)?);
                }
                for row in &parcel.statuses {
                    kept.statuses += usize::from(keep_status(tx, channel, row, now)?);
                }
                Ok::<_, TxError<Outage>>(kept)
            })
            .await
    }

    async fn quarantine(
        &self,
        tenant: Option<TenantId>,
        channel: Channel,
        leftover: Leftover,
        now: OffsetDateTime,
    ) -> Result<bool, Outage> {
        let mut body = leftover.body;
        body.truncate(LEFTOVER_BYTES_MAX);
        let reason = leftover.reason.code();
        match tenant {
            Some(tenant) => {
                self.database
                    .tenant(tenant, move |tx| {
                        sql_query(
                        "INSERT INTO inbound_quarantine (id, tenant_id, channel, reason, body, received_at)
                             VALUES ($1, $2, $3, $4, $5, $6)",
                    )
                    .bind::<SqlUuid, _>(tx.new_id())
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Text, _>(channel.code())
                    .bind::<Text, _>(reason)
                    .bind::<Binary, _>(&body)
                    .bind::<Timestamptz, _>(now)
                    .execute(tx.conn())?;
                        Ok::<_, TxError<Outage>>(true)
                    })
                    .await
            }
            None => {
                self.database
                    .global(move |tx| {
                        let row = sql_query("SELECT ratiba_quarantine($1, $2, $3, $4, $5) AS stored")
                            .bind::<SqlUuid, _>(tx.new_id())
                            .bind::<Text, _>(channel.code())
                            .bind::<Text, _>(reason)
                            .bind::<Binary, _>(&body)
                            .bind::<Timestamptz, _>(now)
                            .get_result::<Stored>(tx.conn())?;
                        Ok::<_, TxError<Outage>>(row.stored)
                    })
                    .await
            }
        }
    }
}

fn keep_message<E>(
    tx: &mut TenantTx<'_>,
    channel: Channel,
    row: &InboundRow,
    now: OffsetDateTime,
) -> Result<bool, TxError<E>> {
    let id = tx.new_id();
    let written = sql_query(
        "INSERT INTO inbound_messages (tenant_id, id, channel, provider_id, sender_key, sent_at, received_at, raw)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, channel, provider_id) DO NOTHING",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(channel.code())
    .bind::<Text, _>(&row.provider_id)
    .bind::<Text, _>(row.sender.as_str())
    .bind::<Timestamptz, _>(row.sent_at)
    .bind::<Timestamptz, _>(now)
    .bind::<Json, _>(&row.raw)
    .execute(tx.conn())?;
    if written == 0 {
        return Ok(false);
    }
    let due = Due::now(
        now,
        ConversationTask::Turn {
            inbound: Id::from_uuid(id),
        },
    );
    let order = turn_order(tx.tenant(), channel, &row.sender);
    enqueue_task(tx, &due, Some(order))?;
    Ok(true)
}

fn keep_status<E>(
    tx: &mut TenantTx<'_>,
    channel: Channel,
    row: &StatusRow,
    now: OffsetDateTime,
) -> Result<bool, TxError<E>> {
    let id = tx.new_id();
    let written = sql_query(
        "INSERT INTO message_statuses
             (tenant_id, id, channel, provider_id, status, callback_data, occurred_at, received_at, raw)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (tenant_id, channel, provider_id, status) DO NOTHING",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(channel.code())
    .bind::<Text, _>(&row.provider_id)
    .bind::<Text, _>(&row.status)
    .bind::<Nullable<Text>, _>(&row.callback_data)
    .bind::<Timestamptz, _>(row.occurred_at)
    .bind::<Timestamptz, _>(now)
    .bind::<Json, _>(&row.raw)
    .execute(tx.conn())?;
    if written == 0 {
        return Ok(false);
    }
    let status = StatusRef::from_uuid(id);
    enqueue_task(tx, &Due::now(now, ConversationTask::Status { status }), None)?;
    Ok(true)
}
