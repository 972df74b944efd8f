//! The door for callbacks of known attempts: route, row and job in one round trip.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::ports::{Arrival, Taken};
use ratiba_payments::task::PaymentTask;
use uuid::Uuid;

use crate::database::{Database, GlobalTx, TxError};
use crate::kept::kept;

/// What the door knows of a callback.
pub(super) enum AtTheDoor {
    /// It is stored, now or before.
    Taken(Taken),
    /// Its token led to an attempt of this tenant once.
    Expired(TenantId),
    /// Nobody knows its token.
    Unknown,
}

#[derive(QueryableByName)]
struct TakenRow {
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    tenant: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    callback: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    attempt: Option<Uuid>,
}

const TAKE: &str = "SELECT * FROM ratiba_take_callback($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// Stores a callback whose token leads to an attempt, and queues its job.
///
/// # Errors
/// [`Outage`]; nothing was stored then.
pub(super) async fn take(database: &Database, arrival: &Arrival) -> Result<AtTheDoor, Outage> {
    let arrival = arrival.clone();
    database.global_statement(move |tx| ask(tx, &arrival)).await
}

fn ask(tx: &mut GlobalTx<'_>, arrival: &Arrival) -> Result<AtTheDoor, TxError<Outage>> {
    let task = PaymentTask::ApplyCallback { callback: arrival.id };
    let payload = serde_json::to_string(&task).map_err(|error| TxError::Impossible(error.to_string()))?;
    let query = sql_query(TAKE)
        .bind::<Binary, _>(&arrival.token.as_bytes()[..])
        .bind::<SqlUuid, _>(arrival.id.as_uuid())
        .bind::<Text, _>(arrival.provider.as_str())
        .bind::<Binary, _>(arrival.body.as_slice())
        .bind::<Nullable<Text>, _>(arrival.source.map(|source| source.to_string()))
        .bind::<Timestamptz, _>(arrival.at)
        .bind::<SqlUuid, _>(tx.new_id())
        .bind::<Text, _>(task.kind())
        .bind::<Text, _>(payload)
        .bind::<Text, _>(task.key());
    let row = kept(query).get_result::<TakenRow>(tx.conn())?;
    let tenant = row.tenant.map(TenantId::from_uuid);
    match (row.outcome.as_str(), tenant, row.callback.map(Id::from_uuid)) {
        ("stored", Some(tenant), Some(callback)) => {
            tx.note_enqueued();
            Ok(AtTheDoor::Taken(Taken::Stored {
                tenant,
                callback,
                attempt: row.attempt.map(Id::from_uuid),
            }))
        }
        ("repeated", Some(tenant), Some(callback)) => {
            Ok(AtTheDoor::Taken(Taken::Repeated { tenant, callback }))
        }
        ("expired", Some(tenant), None) => Ok(AtTheDoor::Expired(tenant)),
        ("unknown", None, None) => Ok(AtTheDoor::Unknown),
        (other, ..) => Err(TxError::Impossible(format!(
            "ratiba_take_callback answers {other}"
        ))),
    }
}
