//! What callbacks need of the book, for all that come at the same time: read together, and recorded by one call of
//! `ratiba_settle`, which is the transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{Array, Integer, Text, Uuid as SqlUuid};
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::CallbackId;
use ratiba_payments::attempt::{AttemptId, AttemptState};
use ratiba_payments::payment::PaymentRecord;
use ratiba_payments::ports::{CallbackOutcome, Change, RecordError, StoredCallback};
use uuid::Uuid;

use super::mailbox::CALLBACKS;
use super::{documents, rows};
use crate::database::{Database, TenantStatement, TenantTx, TxError};
use crate::gather::{GatherLimits, Gatherer, Sharing, breaks_a_rule, outage_of_all};
use crate::kept::sql_query;
use crate::schema::{payment_attempts, payment_callbacks, payments};

/// As for bookings, with two lanes at most: a callback passes several gatherings, one after the other, and most of what
/// each of them costs is the same for one callback as for many.
const LIMITS: GatherLimits = GatherLimits {
    lanes: 2,
    beside_from: 4,
    together_max: 16,
    sharing: Sharing::All,
    waiting_max: 1_024,
    wait: Duration::from_secs(1),
};

/// Where those gather who want the payment of an attempt.
pub(super) type Files = Gatherer<TenantId, AttemptId, Result<Option<PaymentRecord>, Outage>>;

/// Where those gather who want a callback that was stored.
pub(super) type Callbacks = Gatherer<TenantId, CallbackId, Result<Option<StoredCallback>, Outage>>;

/// Where those gather who record what a callback changed; `None` where it must be recorded alone.
pub(super) type Settlements = Gatherer<TenantId, Arc<Change>, Result<Option<Settled>, RecordError>>;

/// It is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Settled;

/// Where those gather who read payments in `database`.
pub(super) fn files(database: Database) -> Files {
    Gatherer::new(
        LIMITS,
        database.waiters(),
        move |tenant, attempts: Vec<AttemptId>| {
            let database = database.clone();
            async move {
                let many = attempts.len();
                match database
                    .by_keys(tenant, move |tx| read_files(tx, &attempts))
                    .await
                {
                    Ok(records) => records.into_iter().map(Ok).collect(),
                    Err(outage) => outage_of_all(outage, many),
                }
            }
        },
    )
}

/// Where those gather who read callbacks in `database`.
pub(super) fn callbacks(database: Database) -> Callbacks {
    Gatherer::new(
        LIMITS,
        database.waiters(),
        move |tenant, callbacks: Vec<CallbackId>| {
            let database = database.clone();
            async move {
                let many = callbacks.len();
                match database
                    .tenant(tenant, move |tx| read_callbacks(tx, &callbacks))
                    .await
                {
                    Ok(found) => found.into_iter().map(Ok).collect(),
                    Err(outage) => outage_of_all(outage, many),
                }
            }
        },
    )
}

/// The payments of these attempts, in their order.
fn read_files(
    tx: &mut TenantTx<'_>,
    attempts: &[AttemptId],
) -> Result<Vec<Option<PaymentRecord>>, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let ids: Vec<Uuid> = attempts.iter().map(|attempt| attempt.as_uuid()).collect();
    let own = payment_attempts::table
        .filter(payment_attempts::tenant_id.eq(tenant))
        .filter(payment_attempts::id.eq_any(&ids))
        .select(payment_attempts::payment_id);
    let found = payments::table
        .filter(payments::tenant_id.eq(tenant))
        .filter(payments::id.eq_any(own))
        .select(rows::PaymentRow::as_select())
        .load(tx.conn())?;
    let records = rows::with_attempts_of_all(tx, found)?;
    Ok(attempts
        .iter()
        .map(|attempt| {
            records
                .iter()
                .find(|record| record.attempt(*attempt).is_some())
                .cloned()
        })
        .collect())
}

/// These callbacks, in their order.
fn read_callbacks(
    tx: &mut TenantTx<'_>,
    callbacks: &[CallbackId],
) -> Result<Vec<Option<StoredCallback>>, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let ids: Vec<Uuid> = callbacks.iter().map(|callback| callback.as_uuid()).collect();
    let rows = payment_callbacks::table
        .filter(payment_callbacks::tenant_id.eq(tenant))
        .filter(payment_callbacks::id.eq_any(&ids))
        .select((
            payment_callbacks::id,
            payment_callbacks::attempt_id,
            payment_callbacks::body,
            payment_callbacks::outcome,
        ))
        .load::<(Uuid, Uuid, Vec<u8>, Option<String>)>(tx.conn())?;
    let mut found = BTreeMap::new();
    for (id, attempt, body, outcome) in rows {
        let callback = StoredCallback {
            id: Id::from_uuid(id),
            attempt: Id::from_uuid(attempt),
            body,
            outcome: CALLBACKS.outcome(id, outcome)?,
        };
        found.insert(id, callback);
    }
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

/// Whether a change is what a callback that is taken in makes of a payment and an attempt that are on record, and nothing
/// else.
pub(super) fn is_settling(change: &Change) -> bool {
    // Whatever a change may hold besides is looked at here before it is written there.
    let Change {
        payment,
        seen,
        attempt,
        tip,
        routes,
        saying,
        journals: _,
        callback,
        letter,
        events: _,
        tasks: _,
        at: _,
    } = change;
    // A new prompt takes its number's turn first.
    let is_out = attempt
        .as_ref()
        .is_some_and(|attempt| !matches!(attempt.state(), AttemptState::Created));
    // What was not taken in goes to the dead letters.
    let is_taken_in = matches!(callback, Some((_, CallbackOutcome::Applied)));
    let alone = tip.is_none() && seen.is_none() && routes.is_empty() && saying.is_none() && letter.is_none();
    payment.version() > 0 && is_out && is_taken_in && alone
}

/// Where those gather who record what callbacks changed in `database`.
pub(super) fn settlements(database: Database) -> Settlements {
    Gatherer::new(
        LIMITS,
        database.waiters(),
        move |tenant, changes: Vec<Arc<Change>>| {
            let database = database.clone();
            async move {
                let many = changes.len();
                match database
                    .statement(tenant, move |statement| settle(statement, &changes))
                    .await
                {
                    Ok(stale) => (0..many)
                        .map(|place| {
                            if stale.contains(&place) {
                                Err(RecordError::Stale)
                            } else {
                                Ok(Some(Settled))
                            }
                        })
                        .collect(),
                    // One of them undid them all.
                    Err(NotSettled::Undone) => (0..many).map(|_| Ok(None)).collect(),
                    Err(NotSettled::Unavailable(outage)) => outage_of_all(outage, many),
                }
            }
        },
    )
}

/// Why a call settled nothing.
enum NotSettled {
    /// It ended itself, or a row breaks a rule.
    Undone,
    Unavailable(Outage),
}

impl From<Outage> for NotSettled {
    fn from(outage: Outage) -> Self {
        Self::Unavailable(outage)
    }
}

#[derive(QueryableByName)]
struct StaleRow {
    #[diesel(sql_type = Array<Integer>)]
    stale: Vec<i32>,
}

/// Nobody waits until it has reached the disk. The callbacks have, and their jobs with them: whatever a crash takes away again
/// is done anew from them. What follows from a settled payment (the confirmed visit, the end of the job, what goes out) is a
/// commit of its own that is waited for, and takes all before it along.
const SETTLE: &str =
    "SELECT set_config('synchronous_commit', 'off', true), ratiba_settle($1, $2::jsonb) AS stale";

/// Records them; the places of those that were not, because their payment has another version by now.
fn settle(
    statement: &mut TenantStatement<'_>,
    changes: &[Arc<Change>],
) -> Result<BTreeSet<usize>, TxError<NotSettled>> {
    let document = documents::settlements(changes, || statement.new_id());
    let document = document.map_err(|error| TxError::Impossible(error.to_string()))?;
    let query = sql_query(SETTLE)
        .bind::<SqlUuid, _>(statement.tenant_uuid())
        .bind::<Text, _>(document);
    let row = query.get_result::<StaleRow>(statement.conn()).map_err(undone)?;
    let stale: BTreeSet<usize> = row
        .stale
        .iter()
        .filter_map(|place| usize::try_from(*place).ok())
        .collect();
    if stale.len() < changes.len() {
        statement.note_enqueued();
    }
    Ok(stale)
}

/// What a row breaks is the matter of its own change only, and is told when that is recorded alone.
fn undone(error: DieselError) -> TxError<NotSettled> {
    if let DieselError::DatabaseError(kind, information) = &error {
        let drawer = matches!(
            information.constraint_name(),
            Some("cash_needs_an_open_drawer" | "cash_lies_in_the_drawer")
        );
        if breaks_a_rule(kind) || drawer || information.message() == "ratiba: not settled" {
            return TxError::Refused(NotSettled::Undone);
        }
    }
    TxError::Database(error)
}
