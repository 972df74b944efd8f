//! Where callbacks wait to be read, and the dead letters.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::CallbackId;
use ratiba_payments::attempt::Provider;
use ratiba_payments::ports::{Arrival, CallbackInbox, CallbackOutcome, StoredCallback, Taken};
use ratiba_payments::task::{Due, PaymentTask};
use time::OffsetDateTime;
use uuid::Uuid;

use super::PgPayments;
use super::mailbox::{CALLBACKS, IdRow, Way, living};
use crate::database::TxError;
use crate::schema::{payment_callbacks, payment_callbacks_unrouted, payment_routing};

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
        let hash = *arrival.token.as_bytes();
        let route = self
            .database
            .global(move |tx| {
                let row = payment_routing::table
                    .filter(payment_routing::key_kind.eq("callback_token"))
                    .filter(payment_routing::key_hash.eq(&hash[..]))
                    .select((
                        payment_routing::tenant_id,
                        payment_routing::attempt_id,
                        payment_routing::expires_at,
                    ))
                    .first::<(Uuid, Uuid, OffsetDateTime)>(tx.conn())
                    .optional()?;
                Ok::<_, TxError<Outage>>(row)
            })
            .await?;
        match living(route, arrival.at) {
            Way::Leads(tenant, attempt) => self.store(tenant, attempt, arrival).await,
            Way::Ended(tenant) => self.bury_expired(tenant, arrival).await,
            Way::Unknown => self.bury_unknown(arrival).await,
        }
    }

    async fn stored(&self, tenant: TenantId, callback: CallbackId) -> Result<Option<StoredCallback>, Outage> {
        let id = callback.as_uuid();
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let row = payment_callbacks::table
                    .filter(payment_callbacks::tenant_id.eq(tenant))
                    .filter(payment_callbacks::id.eq(id))
                    .select((
                        payment_callbacks::attempt_id,
                        payment_callbacks::body,
                        payment_callbacks::outcome,
                    ))
                    .first::<(Uuid, Vec<u8>, Option<String>)>(tx.conn())
                    .optional()?;
                let Some((attempt, body, outcome)) = row else {
                    return Ok(None);
                };
                let outcome = CALLBACKS.outcome(id, outcome)?;
                Ok::<_, TxError<Outage>>(Some(StoredCallback {
                    id: callback,
                    attempt: Id::from_uuid(attempt),
                    body,
                    outcome,
                }))
            })
            .await
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

const STORE: &str = "
INSERT INTO payment_callbacks (tenant_id, id, attempt_id, provider, body, source_address, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, attempt_id, sha256(body)) DO NOTHING
RETURNING id";

const STORED_BEFORE: &str = "
SELECT id FROM payment_callbacks WHERE tenant_id = $1 AND attempt_id = $2 AND sha256(body) = sha256($3)";

impl PgPayments {
    async fn store(&self, tenant: TenantId, attempt: Uuid, arrival: Arrival) -> Result<Taken, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let stored: Option<IdRow> = sql_query(STORE)
                    .bind::<SqlUuid, _>(own)
                    .bind::<SqlUuid, _>(arrival.id.as_uuid())
                    .bind::<SqlUuid, _>(attempt)
                    .bind::<Text, _>(arrival.provider.as_str())
                    .bind::<Binary, _>(arrival.body.as_slice())
                    .bind::<Nullable<Text>, _>(arrival.source.map(|source| source.to_string()))
                    .bind::<Timestamptz, _>(arrival.at)
                    .get_result(tx.conn())
                    .optional()?;
                let task = PaymentTask::ApplyCallback { callback: arrival.id };
                let before = |conn: &mut PgConnection| {
                    sql_query(STORED_BEFORE)
                        .bind::<SqlUuid, _>(own)
                        .bind::<SqlUuid, _>(attempt)
                        .bind::<Binary, _>(arrival.body.as_slice())
                        .get_result(conn)
                };
                CALLBACKS.queue(tx, stored, before, &Due { at: arrival.at, task })
            })
            .await
    }

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
