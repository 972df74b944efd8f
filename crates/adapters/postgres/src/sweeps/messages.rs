//! What the nightly sweep looks for among the messages of providers.

use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::schedule::CONFIRMATION_TRIES_AFTER;
use ratiba_payments::task::PaymentTask;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{Database, TxError};
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct WaitingRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

const WAITING: &str = "
(SELECT 'callback' AS kind, id FROM payment_callbacks
    WHERE tenant_id = $1 AND outcome IS NULL AND received_at < $2 ORDER BY received_at, id LIMIT $3)
UNION ALL
(SELECT 'result', id FROM refund_messages
    WHERE tenant_id = $1 AND outcome IS NULL AND received_at < $2 ORDER BY received_at, id LIMIT $3)
UNION ALL
(SELECT 'confirmation', id FROM payment_confirmations
    WHERE tenant_id = $1 AND outcome IS NULL AND received_at < $2 ORDER BY received_at, id LIMIT $3)";

/// What is to be done about messages that came before `before` and that nobody has dealt with, since their own jobs were
/// given up: oldest first, at most so many of each kind. A confirmation is looked at for the last time, after which a person
/// has it.
///
/// # Errors
/// [`Outage`].
pub async fn left(
    database: &Database,
    tenant: TenantId,
    before: OffsetDateTime,
    most: u16,
) -> Result<Vec<PaymentTask>, Outage> {
    database
        .tenant(tenant, move |tx| {
            let rows = sql_query(WAITING)
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Timestamptz, _>(before)
                .bind::<BigInt, _>(i64::from(most))
                .load::<WaitingRow>(tx.conn())?;
            let last = u8::try_from(CONFIRMATION_TRIES_AFTER.len()).unwrap_or(u8::MAX);
            let tasks = rows.into_iter().map(|row| {
                let id = Id::from_uuid(row.id);
                match row.kind.as_str() {
                    "callback" => Ok(PaymentTask::ApplyCallback { callback: id }),
                    "result" => Ok(PaymentTask::ApplyResult { message: id }),
                    "confirmation" => Ok(PaymentTask::ApplyConfirmation {
                        confirmation: id,
                        step: last,
                    }),
                    other => Err(TxError::Impossible(format!(
                        "there are no messages of kind {other}"
                    ))),
                }
            });
            tasks.collect::<Result<Vec<_>, TxError<Outage>>>()
        })
        .await
}
