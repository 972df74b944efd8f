//! Where callbacks wait to be read, and the dead letters.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Outage, TenantId};
use ratiba_payments::CallbackId;
use ratiba_payments::attempt::Provider;
use ratiba_payments::ports::{Arrival, CallbackInbox, CallbackOutcome, StoredCallback, Taken};
use time::OffsetDateTime;

use super::PgPayments;
use super::door::AtTheDoor;
use super::mailbox::CALLBACKS;
use crate::database::TxError;
use crate::kept::sql_query;
use crate::schema::payment_callbacks_unrouted;

/// Why a message without a living route is a dead letter.
const UNKNOWN_TOKEN: &str = "unknown_token";
const EXPIRED_TOKEN: &str = "expired_token";

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = Bool)]
    kept: bool,
}

#[async_trait]
impl CallbackInbox for PgPayments {
    async fn take(&self, mut arrival: Arrival) -> Result<Taken, Outage> {
        arrival.body.truncate(Arrival::BODY_BYTES_MAX);
        let arrival = Arc::new(arrival);
        match self.arrivals.ask((), Arc::clone(&arrival)).await?? {
            AtTheDoor::Taken(taken) => Ok(taken),
            AtTheDoor::Expired(tenant) => self.bury_expired(tenant, Arc::unwrap_or_clone(arrival)).await,
            AtTheDoor::Unknown => self.bury_unknown(Arc::unwrap_or_clone(arrival)).await,
        }
    }

    async fn stored(&self, tenant: TenantId, callback: CallbackId) -> Result<Option<StoredCallback>, Outage> {
        self.callbacks.ask(tenant, callback).await?
    }

    async fn conclude(
        &self,
        tenant: TenantId,
        callback: CallbackId,
        outcome: CallbackOutcome,
        at: OffsetDateTime,
    ) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| CALLBACKS.conclude(tx, callback, outcome, at))
            .await
    }
}

impl PgPayments {
    /// The route says whose it was, so that its people find it among their dead letters.
    pub(super) async fn bury_expired(&self, tenant: TenantId, arrival: Arrival) -> Result<Taken, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                diesel::insert_into(payment_callbacks_unrouted::table)
                    .values((
                        payment_callbacks_unrouted::id.eq(arrival.id.as_uuid()),
                        payment_callbacks_unrouted::tenant_id.eq(own),
                        payment_callbacks_unrouted::provider.eq(arrival.provider.as_str()),
                        payment_callbacks_unrouted::reason.eq(EXPIRED_TOKEN),
                        payment_callbacks_unrouted::body.eq(arrival.body.as_slice()),
                        payment_callbacks_unrouted::received_at.eq(arrival.at),
                    ))
                    .on_conflict_do_nothing()
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(Taken::Unrouted { tenant: Some(tenant) })
            })
            .await
    }

    pub(super) async fn bury_unknown(&self, arrival: Arrival) -> Result<Taken, Outage> {
        let kept = self
            .keep_of_nobody(
                arrival.id,
                arrival.provider,
                UNKNOWN_TOKEN,
                arrival.body,
                arrival.at,
            )
            .await?;
        Ok(if kept {
            Taken::Unrouted { tenant: None }
        } else {
            Taken::Dropped
        })
    }

    /// Keeps a dead letter of nobody; false if the hour's bound is reached.
    pub(super) async fn keep_of_nobody(
        &self,
        id: CallbackId,
        provider: Provider,
        reason: &'static str,
        body: Vec<u8>,
        at: OffsetDateTime,
    ) -> Result<bool, Outage> {
        self.database
            .global(move |tx| {
                let row: Kept = sql_query("SELECT ratiba_store_unrouted($1, $2, $3, $4, $5) AS kept")
                    .bind::<SqlUuid, _>(id.as_uuid())
                    .bind::<Text, _>(provider.as_str())
                    .bind::<Text, _>(reason)
                    .bind::<Binary, _>(body.as_slice())
                    .bind::<Timestamptz, _>(at)
                    .get_result(tx.conn())?;
                Ok::<_, TxError<Outage>>(row.kept)
            })
            .await
    }
}
