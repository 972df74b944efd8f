//! What many want of the book at the same time: visits read together, and changes of appointments that keep their time
//! recorded by one call of `ratiba_change_appointments`, which is the transaction.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use ratiba_booking::appointment::Version;
use ratiba_booking::ports::{Change, ClaimChange, RecordError};
use ratiba_booking::visit::{Visit, VisitId};
use ratiba_kernel::{Outage, TenantId};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::documents::AppointmentDocument;
use super::read;
use super::record::TOPIC;
use crate::database::{Database, TenantStatement, TxError};
use crate::document::{self, instant};
use crate::gather::{GatherLimits, Gatherer, Sharing, breaks_a_rule, outage_of_all};
use crate::kept::sql_query;
use crate::outbox::EVENT_JOB;

/// As for bookings, with two lanes at most: whoever reads a visit changes it next, and most of what a call costs is the
/// same for one as for many.
pub(super) const LIMITS: GatherLimits = GatherLimits {
    lanes: 2,
    beside_from: 4,
    together_max: 16,
    sharing: Sharing::All,
    waiting_max: 1_024,
    wait: Duration::from_secs(1),
};

/// Where those gather who want a visit.
pub(super) type Visits = Gatherer<TenantId, VisitId, Result<Option<Visit>, Outage>>;

/// Where changes gather that keep their time; `None` for one that must be recorded alone.
pub(super) type Changes = Gatherer<TenantId, Arc<Change>, Result<Option<Changed>, RecordError>>;

/// It is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Changed;

/// Where those gather who read visits in `database`.
pub(super) fn visits(database: Database) -> Visits {
    Gatherer::new(LIMITS, database.waiters(), move |tenant, ids: Vec<VisitId>| {
        let database = database.clone();
        async move {
            let many = ids.len();
            match database.by_keys(tenant, move |tx| read::visits(tx, &ids)).await {
                Ok(visits) => visits.into_iter().map(Ok).collect(),
                Err(outage) => outage_of_all(outage, many),
            }
        }
    })
}

/// Whether a change is of appointments that are on record and keep their time, and of nothing else.
pub(super) fn keeps_time(change: &Change) -> bool {
    // Whatever a change may hold besides is looked at here before it is written there.
    let Change {
        at: _,
        by: _,
        head,
        appointments,
        open_months,
        events: _,
        tasks: _,
        setup,
    } = change;
    head.is_none()
        && open_months.is_empty()
        && setup.is_none()
        && !appointments.is_empty()
        && appointments
            .iter()
            .all(|part| part.claims == ClaimChange::Keep && part.appointment.version() != Version::NEW)
}

/// Where changes gather that are recorded in `database`.
pub(super) fn changes(database: Database) -> Changes {
    Gatherer::new(
        LIMITS,
        database.waiters(),
        move |tenant, changes: Vec<Arc<Change>>| {
            let database = database.clone();
            async move {
                let many = changes.len();
                match database
                    .statement(tenant, move |statement| change(statement, &changes))
                    .await
                {
                    Ok(()) => (0..many).map(|_| Ok(Some(Changed))).collect(),
                    // One of them undid them all.
                    Err(NotChanged::Undone) => (0..many).map(|_| Ok(None)).collect(),
                    Err(NotChanged::Unavailable(outage)) => outage_of_all(outage, many),
                }
            }
        },
    )
}

/// Why a call changed nothing.
enum NotChanged {
    /// It ended itself, or a row breaks a rule.
    Undone,
    Unavailable(Outage),
}

impl From<Outage> for NotChanged {
    fn from(outage: Outage) -> Self {
        Self::Unavailable(outage)
    }
}

/// The keys are those that `ratiba_change_appointments` reads.
#[derive(Default, Serialize)]
struct Document<'a> {
    appointments: Vec<AppointmentDocument<'a>>,
    events: Vec<Value>,
    jobs: Vec<Value>,
}

impl<'a> Document<'a> {
    fn of(changes: &'a [Arc<Change>], mut new_id: impl FnMut() -> Uuid) -> Result<Self, serde_json::Error> {
        let mut document = Self::default();
        for change in changes {
            let parts = change.appointments.iter();
            document
                .appointments
                .extend(parts.map(|part| AppointmentDocument::of(&part.appointment, change)));
            let at = instant::serialize(&change.at, serde_json::value::Serializer)?;
            for event in &change.events {
                let (id, job) = (new_id(), new_id());
                document
                    .events
                    .push(json!({ "id": id, "topic": TOPIC, "payload": event, "occurred_at": at }));
                document.jobs.push(
                    json!({ "id": job, "kind": EVENT_JOB, "payload": { "event_id": id }, "run_at": at }),
                );
            }
            for due in &change.tasks {
                let (id, kind) = (new_id(), due.task.kind());
                let at = instant::serialize(&due.at, serde_json::value::Serializer)?;
                document
                    .jobs
                    .push(json!({ "id": id, "kind": kind, "payload": due.task, "run_at": at }));
            }
        }
        Ok(document)
    }
}

fn change(statement: &mut TenantStatement<'_>, changes: &[Arc<Change>]) -> Result<(), TxError<NotChanged>> {
    let document = Document::of(changes, || statement.new_id());
    let document = document.map_err(|error| TxError::Impossible(error.to_string()))?;
    let query = sql_query("SELECT ratiba_change_appointments($1, $2::jsonb)")
        .bind::<SqlUuid, _>(statement.tenant_uuid())
        .bind::<Text, _>(document::text(&document)?);
    query.execute(statement.conn()).map_err(undone)?;
    statement.note_enqueued();
    Ok(())
}

/// What a row breaks is the matter of its own change only, and is told when that is recorded alone.
fn undone(error: DieselError) -> TxError<NotChanged> {
    if let DieselError::DatabaseError(kind, information) = &error
        && (breaks_a_rule(kind) || information.message() == "ratiba: not changed")
    {
        return TxError::Refused(NotChanged::Undone);
    }
    TxError::Database(error)
}
