//! Where messages about refunds wait to be read.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::CallbackId;
use ratiba_payments::attempt::Provider;
use ratiba_payments::ports::{
    Arrival, Brings, CallbackOutcome, ResultArrival, ResultInbox, StoredResult, Taken,
};
use ratiba_payments::task::{Due, PaymentTask};
use time::OffsetDateTime;
use uuid::Uuid;

use super::PgPayments;
use super::mailbox::{IdRow, RESULTS, Way, living};
use crate::database::TxError;
use crate::kept::sql_query;
use crate::schema::{refund_messages, refund_routing};

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
                        (refund_routing::refund_id, refund_routing::brings),
                        refund_routing::expires_at,
                    ))
                    .first::<(Uuid, (Uuid, String), OffsetDateTime)>(tx.conn())
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
        match living(route, arrival.at) {
            Way::Leads(tenant, (refund, brings)) => self.store_result(tenant, refund, brings, arrival).await,
            Way::Ended(tenant) => self.bury_expired(tenant, letter(arrival)).await,
            Way::Unknown => self.bury_unknown(letter(arrival)).await,
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
                let outcome = RESULTS.outcome(id, outcome)?;
                let unknown = || TxError::impossible("refund_messages", id, "unknown kind");
                Ok::<_, TxError<Outage>>(Some(StoredResult {
                    id: message,
                    refund: Id::from_uuid(refund),
                    brings: Brings::parse(&brings).ok_or_else(unknown)?,
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
        self.database
            .tenant(tenant, move |tx| RESULTS.conclude(tx, message, outcome, at))
            .await
    }
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
                let task = PaymentTask::ApplyResult { message: arrival.id };
                let before = |conn: &mut PgConnection| {
                    sql_query(STORED_BEFORE)
                        .bind::<SqlUuid, _>(own)
                        .bind::<SqlUuid, _>(refund)
                        .bind::<Text, _>(brings.as_str())
                        .bind::<Bool, _>(arrival.timed_out)
                        .bind::<Binary, _>(arrival.body.as_slice())
                        .get_result(conn)
                };
                RESULTS.queue(tx, stored, before, &Due { at: arrival.at, task })
            })
            .await
    }
}
