//! Where everything that arrives is stored before anybody interprets it.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_conversation::channel::Channel;
use ratiba_conversation::delivery::OF_ACCOUNT;
use ratiba_conversation::delivery::{LEFTOVER_BYTES_MAX, Leftover};
use ratiba_conversation::ports::{Kept, LetterBox, Parcel};
use ratiba_kernel::{Outage, TenantId};
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use super::PgConversation;
use super::gathered::Letter;
use crate::database::TxError;
use crate::kept::sql_query;
use crate::schema::channel_routes;

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Bool)]
    stored: bool,
}

#[async_trait]
impl LetterBox for PgConversation {
    async fn route(&self, channel: Channel, external_id: &str) -> Result<Option<TenantId>, Outage> {
        // How long an address is believed is a matter of this process and its machine.
        let asked = Instant::now();
        if let Some(tenant) = self.routes.find(channel, external_id, asked) {
            return Ok(Some(tenant));
        }
        let wanted = external_id.to_owned();
        let found = self
            .database
            .global_statement(move |tx| {
                let routes = channel_routes::table
                    .filter(channel_routes::channel.eq(channel.code()))
                    .into_boxed();
                // What is for a whole account goes to the first business that has it.
                let routes = match wanted.strip_prefix(OF_ACCOUNT) {
                    Some(account) => routes
                        .filter(channel_routes::account_id.eq(account.to_owned()))
                        .order(channel_routes::external_id),
                    None => routes.filter(channel_routes::external_id.eq(&wanted)),
                };
                let tenant = routes
                    .select(channel_routes::tenant_id)
                    .first::<Uuid>(tx.conn())
                    .optional()?;
                Ok::<_, TxError<Outage>>(tenant.map(TenantId::from_uuid))
            })
            .await?;
        if let Some(tenant) = found {
            self.routes.keep(channel, external_id, tenant, asked);
        }
        Ok(found)
    }

    async fn keep(
        &self,
        tenant: TenantId,
        channel: Channel,
        mut parcel: Parcel,
        now: OffsetDateTime,
    ) -> Result<Kept, Outage> {
        self.stored.leave_out(tenant, channel, &mut parcel);
        if parcel.messages.is_empty() && parcel.statuses.is_empty() {
            return Ok(Kept::default());
        }
        let letter = Arc::new(Letter {
            channel,
            parcel,
            at: now,
        });
        let kept = self
            .letters
            .ask((tenant, channel.code()), Arc::clone(&letter))
            .await??;
        // Only now: before its commit nobody knows that it will be on record.
        self.stored.remember(tenant, channel, &letter.parcel);
        Ok(kept)
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
