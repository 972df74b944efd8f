//! The door for callbacks of known attempts: route, row and job in one round trip, for all that come at the same time.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{Array, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::ports::{Arrival, Taken};
use ratiba_payments::task::PaymentTask;
use uuid::Uuid;

use crate::database::{Database, GlobalTx, TxError};
use crate::gather::{GatherLimits, Gatherer, Sharing, breaks_a_rule, outage_of_all};
use crate::kept::sql_query;
use crate::waiters::Waiters;

/// Whose a callback is shows only inside, so those of all businesses pass one door.
const LIMITS: GatherLimits = GatherLimits {
    lanes: 4,
    beside_from: 4,
    together_max: 16,
    sharing: Sharing::All,
    waiting_max: 1_024,
    wait: Duration::from_secs(1),
};

/// What the door knows of a callback.
pub(super) enum AtTheDoor {
    /// It is stored, now or before.
    Taken(Taken),
    /// Its token led to an attempt of this tenant once.
    Expired(TenantId),
    /// Nobody knows its token.
    Unknown,
}

/// Where callbacks gather that came in.
pub(super) type Arrivals = Gatherer<(), Arc<Arrival>, Result<AtTheDoor, Outage>>;

/// Where callbacks gather that are stored in `database`, each with its job.
pub(super) fn arrivals(database: Database) -> Arrivals {
    // A provider's callbacks turn nobody away: they are few calls for many, and have bounds of their own.
    Gatherer::new(
        LIMITS,
        Waiters::default(),
        move |(), arrivals: Vec<Arc<Arrival>>| {
            let database = database.clone();
            async move { take_together(&database, arrivals.into()).await }
        },
    )
}

async fn take_together(database: &Database, arrivals: Arc<[Arc<Arrival>]>) -> Vec<Result<AtTheDoor, Outage>> {
    match take(database, &arrivals).await {
        Ok(taken) => taken.into_iter().map(Ok).collect(),
        // One of them undid them all.
        Err(NotTaken::Broken(_)) if arrivals.len() > 1 => {
            let mut results = Vec::with_capacity(arrivals.len());
            for arrival in arrivals.iter() {
                let alone = take(database, &[Arc::clone(arrival)].into()).await;
                results.push(alone.map_err(Outage::from).and_then(|taken| {
                    let only = taken.into_iter().next();
                    only.ok_or_else(|| Outage::new("a callback was taken in without an answer"))
                }));
            }
            results
        }
        Err(not_taken) => outage_of_all(not_taken.into(), arrivals.len()),
    }
}

/// Why nothing was stored.
enum NotTaken {
    /// A row breaks a rule of its table.
    Broken(DieselError),
    Unavailable(Outage),
}

impl From<Outage> for NotTaken {
    fn from(outage: Outage) -> Self {
        Self::Unavailable(outage)
    }
}

impl From<NotTaken> for Outage {
    fn from(not_taken: NotTaken) -> Self {
        match not_taken {
            NotTaken::Broken(error) => Self::new(error),
            NotTaken::Unavailable(outage) => outage,
        }
    }
}

#[derive(QueryableByName)]
struct TakenRow {
    #[diesel(sql_type = Integer)]
    place: i32,
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    tenant: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    callback: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    attempt: Option<Uuid>,
}

const TAKE: &str =
    "SELECT * FROM ratiba_take_callbacks($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ORDER BY place";

async fn take(database: &Database, arrivals: &Arc<[Arc<Arrival>]>) -> Result<Vec<AtTheDoor>, NotTaken> {
    let arrivals = Arc::clone(arrivals);
    database.global_statement(move |tx| ask(tx, &arrivals)).await
}

/// Stores those whose tokens lead to attempts, and queues their jobs.
fn ask(tx: &mut GlobalTx<'_>, arrivals: &[Arc<Arrival>]) -> Result<Vec<AtTheDoor>, TxError<NotTaken>> {
    let mut jobs = Vec::with_capacity(arrivals.len());
    let mut payloads = Vec::with_capacity(arrivals.len());
    let mut keys = Vec::with_capacity(arrivals.len());
    let mut kind = "";
    for arrival in arrivals {
        let task = PaymentTask::ApplyCallback { callback: arrival.id };
        let payload = serde_json::to_string(&task);
        payloads.push(payload.map_err(|error| TxError::Impossible(error.to_string()))?);
        keys.push(task.key());
        kind = task.kind();
        jobs.push(tx.new_id());
    }
    fn column<'a, T>(arrivals: &'a [Arc<Arrival>], of: impl Fn(&'a Arrival) -> T) -> Vec<T> {
        arrivals.iter().map(|arrival| of(arrival)).collect()
    }
    let query = sql_query(TAKE)
        .bind::<Array<Binary>, _>(column(arrivals, |arrival| &arrival.token.as_bytes()[..]))
        .bind::<Array<SqlUuid>, _>(column(arrivals, |arrival| arrival.id.as_uuid()))
        .bind::<Array<Text>, _>(column(arrivals, |arrival| arrival.provider.as_str()))
        .bind::<Array<Binary>, _>(column(arrivals, |arrival| arrival.body.as_slice()))
        .bind::<Array<Nullable<Text>>, _>(column(arrivals, |arrival| {
            arrival.source.map(|source| source.to_string())
        }))
        .bind::<Array<Timestamptz>, _>(column(arrivals, |arrival| arrival.at))
        .bind::<Array<SqlUuid>, _>(jobs)
        .bind::<Text, _>(kind)
        .bind::<Array<Text>, _>(payloads)
        .bind::<Array<Text>, _>(keys);
    let rows = query.get_results::<TakenRow>(tx.conn()).map_err(broken)?;
    if rows.iter().any(|row| row.outcome == "stored") {
        tx.note_enqueued();
    }
    if !rows.iter().map(|row| row.place).eq((1..).take(arrivals.len())) {
        return Err(TxError::Impossible(
            "ratiba_take_callbacks left one out".to_owned(),
        ));
    }
    rows.into_iter().map(answer).collect()
}

fn answer(row: TakenRow) -> Result<AtTheDoor, TxError<NotTaken>> {
    let tenant = row.tenant.map(TenantId::from_uuid);
    match (row.outcome.as_str(), tenant, row.callback.map(Id::from_uuid)) {
        ("stored", Some(tenant), Some(callback)) => Ok(AtTheDoor::Taken(Taken::Stored {
            tenant,
            callback,
            attempt: row.attempt.map(Id::from_uuid),
        })),
        ("repeated", Some(tenant), Some(callback)) => {
            Ok(AtTheDoor::Taken(Taken::Repeated { tenant, callback }))
        }
        ("expired", Some(tenant), None) => Ok(AtTheDoor::Expired(tenant)),
        ("unknown", None, None) => Ok(AtTheDoor::Unknown),
        (other, ..) => Err(TxError::Impossible(format!(
            "ratiba_take_callbacks answers {other}"
        ))),
    }
}

/// What a row breaks is the matter of its own callback only.
fn broken(error: DieselError) -> TxError<NotTaken> {
    if matches!(&error, DieselError::DatabaseError(kind, _) if breaks_a_rule(kind)) {
        TxError::Refused(NotTaken::Broken(error))
    } else {
        TxError::Database(error)
    }
}
