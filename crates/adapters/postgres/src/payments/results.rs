//! Where messages about refunds wait to be read.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::CallbackId;
use ratiba_payments::attempt::Provider;
use ratiba_payments::ports::{
    Arrival, Brings, CallbackOutcome, ResultArrival, ResultInbox, StoredResult, Taken,
};
use ratiba_payments::task::{Due, PaymentTask};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{PgPayments, writing};
use crate::database::{TenantTx, TxError};
use crate::outbox::enqueue;
use crate::schema::{refund_messages, refund_routing};

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[async_trait]
impl ResultInbox for PgPayments {
    async fn take_result(&self, mut arrival: ResultArrival) -> Result<Taken, Outage> {
        arrival.body.truncate(Arrival::BODY_BYTES_MAX);
        let hash = *arrival.token.as_bytes();
        let route = self
            .database
            .global(move |tx| {
                let row = refund_routing::table
                    .filter(refund_routing::token_hash.eq(&hash[..]))
                    .select((
                        refund_routing::tenant_id,
                        refund_routing::refund_id,
                        refund_routing::brings,
                        refund_routing::expires_at,
                    ))
                    .first::<(Uuid, Uuid, String, OffsetDateTime)>(tx.conn())
                    .optional()?;
                Ok::<_, TxError<Outage>>(row)
            })
            .await?;
        let letter = |arrival: ResultArrival| Arrival {
            id: arrival.id,
            provider: Provider::Mpesa,
            token: arrival.token,
            body: arrival.body,
            source: arrival.source,
            at: arrival.at,
        };
        match route {
            Some((tenant, refund, brings, expires_at)) if expires_at > arrival.at => {
                self.store_result(TenantId::from_uuid(tenant), refund, brings, arrival)
                    .await
            }
            Some((tenant, ..)) => {
                self.bury_expired(TenantId::from_uuid(tenant), letter(arrival))
                    .await
            }
            None => self.bury_unknown(letter(arrival)).await,
        }
    }

    async fn stored_result(
        &self,
        tenant: TenantId,
        message: CallbackId,
    ) -> Result<Option<StoredResult>, Outage> {
        let id = message.as_uuid();
        self.database
            .tenant(tenant, move |tx| {
                let row = refund_messages::table
                    .filter(refund_messages::tenant_id.eq(tx.tenant_uuid()))
                    .filter(refund_messages::id.eq(id))
                    .select((
                        refund_messages::refund_id,
                        refund_messages::brings,
                        refund_messages::timed_out,
                        refund_messages::body,
                        refund_messages::outcome,
                    ))
                    .first::<(Uuid, String, bool, Vec<u8>, Option<String>)>(tx.conn())
                    .optional()?;
                let Some((refund, brings, timed_out, body, outcome)) = row else {
                    return Ok(None);
                };
                let impossible = |what| TxError::impossible("refund_messages", id, what);
                let outcome = outcome
                    .map(|word| CallbackOutcome::parse(&word).ok_or_else(|| impossible("unknown outcome")))
                    .transpose()?;
                Ok::<_, TxError<Outage>>(Some(StoredResult {
                    id: message,
                    refund: Id::from_uuid(refund),
                    brings: Brings::parse(&brings).ok_or_else(|| impossible("unknown kind"))?,
                    timed_out,
                    body,
                    outcome,
                }))
            })
            .await
    }

    async fn conclude_result(
        &self,
        tenant: TenantId,
        message: CallbackId,
        outcome: CallbackOutcome,
        at: OffsetDateTime,
    ) -> Result<(), Outage> {
        let id = message.as_uuid();
        self.database
            .tenant(tenant, move |tx| {
                let first = mark(tx, id, outcome, at)?;
                match outcome {
                    CallbackOutcome::Applied => Ok(()),
                    CallbackOutcome::Unreadable | CallbackOutcome::ForeignIds if first => {
                        copy_to_dead_letters(tx, id, outcome.as_str())
                    }
                    CallbackOutcome::Unreadable | CallbackOutcome::ForeignIds => Ok(()),
                }
            })
            .await
    }
}

/// Marks a message as concluded; false if it was before.
pub(super) fn mark<E>(
    tx: &mut TenantTx<'_>,
    message: Uuid,
    outcome: CallbackOutcome,
    at: OffsetDateTime,
) -> Result<bool, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let marked = diesel::update(refund_messages::table)
        .filter(refund_messages::tenant_id.eq(tenant))
        .filter(refund_messages::id.eq(message))
        .filter(refund_messages::outcome.is_null())
        .set((
            refund_messages::outcome.eq(outcome.as_str()),
            refund_messages::applied_at.eq(at),
        ))
        .execute(tx.conn())?;
    Ok(marked == 1)
}

fn copy_to_dead_letters(tx: &mut TenantTx<'_>, message: Uuid, reason: &str) -> Result<(), TxError<Outage>> {
    let (tenant, letter) = (tx.tenant_uuid(), tx.new_id());
    sql_query(
        "INSERT INTO payment_callbacks_unrouted (id, tenant_id, provider, reason, body, received_at)
         SELECT $3, tenant_id, $5, $4, body, received_at FROM refund_messages
         WHERE tenant_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(message)
    .bind::<SqlUuid, _>(letter)
    .bind::<Text, _>(reason)
    .bind::<Text, _>(Provider::Mpesa.as_str())
    .execute(tx.conn())?;
    Ok(())
}

const STORE: &str = "
INSERT INTO refund_messages (tenant_id, id, refund_id, brings, timed_out, body, source_address, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (tenant_id, refund_id, brings, timed_out, sha256(body)) DO NOTHING
RETURNING id";

const STORED_BEFORE: &str = "
SELECT id FROM refund_messages
WHERE tenant_id = $1 AND refund_id = $2 AND brings = $3 AND timed_out = $4 AND sha256(body) = sha256($5)";

impl PgPayments {
    async fn store_result(
        &self,
        tenant: TenantId,
        refund: Uuid,
        brings: String,
        arrival: ResultArrival,
    ) -> Result<Taken, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let stored: Option<IdRow> = sql_query(STORE)
                    .bind::<SqlUuid, _>(own)
                    .bind::<SqlUuid, _>(arrival.id.as_uuid())
                    .bind::<SqlUuid, _>(refund)
                    .bind::<Text, _>(brings.as_str())
                    .bind::<Bool, _>(arrival.timed_out)
                    .bind::<Binary, _>(arrival.body.as_slice())
                    .bind::<Nullable<Text>, _>(arrival.source.map(|source| source.to_string()))
                    .bind::<Timestamptz, _>(arrival.at)
                    .get_result(tx.conn())
                    .optional()?;
                if stored.is_none() {
                    let before: IdRow = sql_query(STORED_BEFORE)
                        .bind::<SqlUuid, _>(own)
                        .bind::<SqlUuid, _>(refund)
                        .bind::<Text, _>(brings.as_str())
                        .bind::<Bool, _>(arrival.timed_out)
                        .bind::<Binary, _>(arrival.body.as_slice())
                        .get_result(tx.conn())?;
                    let callback = Id::from_uuid(before.id);
                    return Ok(Taken::Repeated { tenant, callback });
                }
                let task = PaymentTask::ApplyResult { message: arrival.id };
                enqueue(tx, writing::job(&Due { at: arrival.at, task })?)?;
                let callback = arrival.id;
                Ok::<_, TxError<Outage>>(Taken::Stored { tenant, callback })
            })
            .await
    }
}
