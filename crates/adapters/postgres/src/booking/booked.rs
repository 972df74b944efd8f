//! Recording plain new visits: one statement, which is the transaction, for all that are booked at the same time.
//!
//! The claims decide. They are inserted first, all in one order, by one INSERT of the function `ratiba_book`, and whatever
//! else belongs to a visit is inserted only if every one of its own was made. Where none was, nothing of it was written
//! at all; where some were, the statement ends itself, and each visit is recorded alone.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::{Appointment, Version};
use ratiba_booking::event::BookingEvent;
use ratiba_booking::policy::BufferRule;
use ratiba_booking::ports::{Change, ClaimChange, RecordError};
use ratiba_booking::visit::VisitHead;
use ratiba_kernel::{Outage, TenantId};
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::documents::{self, AppointmentDocument, ClaimDocument, RendererDocument};
use super::record::TOPIC;
use crate::database::{Database, TenantStatement, TxError};
use crate::document::{self, instant};
use crate::gather::{GatherLimits, Gatherer, Sharing, outage_of_all};
use crate::kept::sql_query;
use crate::outbox::EVENT_JOB;

/// What became of a plain new visit that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is recorded.
    Settled,
    /// It is not: a hold whose deadline has come is in the way and must be ended first.
    Overdue,
}

/// Whether a change makes one new visit, all of whose parts are new and claim time for themselves alone.
pub(super) fn is_plain(change: &Change) -> bool {
    let fresh = |head: &VisitHead| {
        let untouched = head.reminded.is_empty() && head.lost_at.is_none() && head.accepted_by.is_none();
        head.version == Version::NEW && untouched
    };
    let parts = &change.appointments;
    change.head.as_ref().is_some_and(fresh)
        && change.open_months.is_empty()
        && !parts.is_empty()
        && parts.iter().all(|part| {
            let claims = &part.appointment.booking().claims;
            part.claims == ClaimChange::Take
                && part.appointment.version() == Version::NEW
                && !claims.is_empty()
                && claims.iter().all(|claim| claim.buffers == BufferRule::Stacked)
        })
}

/// Changes that are recorded together: of one tenant, decided on one setup.
type Key = (TenantId, Option<i64>);

/// Where plain new visits gather.
pub(super) type Bookings = Gatherer<Key, Arc<Change>, Result<Outcome, RecordError>>;

/// What a statement of many rows costs besides them is shared well by 16; more would only wait for each other. Four
/// lanes, so that the server always has two to work on while others are on their way or wait for its log; with more,
/// fewer gather.
const LIMITS: GatherLimits = GatherLimits {
    lanes: 4,
    beside_from: 1,
    together_max: 16,
    sharing: Sharing::All,
    waiting_max: 512,
    wait: Duration::from_secs(1),
};

/// Where plain new visits gather that are recorded in `database`.
pub(super) fn bookings(database: Database) -> Bookings {
    Gatherer::new(LIMITS, database.waiters(), move |(tenant, _), changes| {
        let database = database.clone();
        async move { record_together(&database, tenant, changes).await }
    })
}

/// Records a change that [`is_plain`].
///
/// # Errors
/// As the book's `record` promises.
pub(super) async fn record(
    bookings: &Bookings,
    tenant: TenantId,
    change: &Arc<Change>,
) -> Result<Outcome, RecordError> {
    let key = (tenant, change.setup.map(|setup| setup.number()));
    bookings.ask(key, Arc::clone(change)).await?
}

async fn record_together(
    database: &Database,
    tenant: TenantId,
    changes: Vec<Arc<Change>>,
) -> Vec<Result<Outcome, RecordError>> {
    let changes: Arc<[Arc<Change>]> = changes.into();
    match book(database, tenant, &changes).await {
        Ok(answers) => answers.into_iter().map(Answer::outcome).collect(),
        Err(NotBooked::Refused(refusal)) if changes.len() == 1 => vec![Err(refusal)],
        // One of them undid them all.
        Err(NotBooked::Refused(_) | NotBooked::Undone) => {
            let mut results = Vec::with_capacity(changes.len());
            for change in changes.iter() {
                results.push(record_alone(database, tenant, change).await);
            }
            results
        }
        Err(NotBooked::Unavailable(outage)) => outage_of_all(outage, changes.len()),
    }
}

async fn record_alone(
    database: &Database,
    tenant: TenantId,
    change: &Arc<Change>,
) -> Result<Outcome, RecordError> {
    match book(database, tenant, &[Arc::clone(change)].into()).await {
        Ok(answers) => answers
            .into_iter()
            .next()
            .map_or(Err(RecordError::SlotTaken), Answer::outcome),
        Err(NotBooked::Undone) => {
            let lost = Arc::clone(change);
            let why = database.statement(tenant, move |statement| why_not(statement, &lost));
            // Whatever undid it may be gone by now.
            match why.await? {
                Answer::Taken | Answer::Booked => Err(RecordError::SlotTaken),
                answer @ (Answer::SetupChanged | Answer::Known | Answer::KeyUsed | Answer::Overdue) => {
                    answer.outcome()
                }
            }
        }
        Err(NotBooked::Refused(refusal)) => Err(refusal),
        Err(NotBooked::Unavailable(outage)) => Err(RecordError::Unavailable(outage)),
    }
}

/// Why a statement booked nothing.
enum NotBooked {
    /// It ended itself: a visit got some of its claims and not all, or has an id or a key that another one has.
    Undone,
    /// One of its visits cannot be written.
    Refused(RecordError),
    Unavailable(Outage),
}

impl From<Outage> for NotBooked {
    fn from(outage: Outage) -> Self {
        Self::Unavailable(outage)
    }
}

#[derive(Clone, Copy)]
enum Answer {
    Booked,
    SetupChanged,
    /// A visit has its id.
    Known,
    /// Another visit has its key.
    KeyUsed,
    /// Only something overdue is in the way.
    Overdue,
    /// A claim met another one.
    Taken,
}

impl Answer {
    fn parse<E>(word: &str) -> Result<Self, TxError<E>> {
        match word {
            "booked" => Ok(Self::Booked),
            "setup" => Ok(Self::SetupChanged),
            "known" => Ok(Self::Known),
            "key" => Ok(Self::KeyUsed),
            "overdue" => Ok(Self::Overdue),
            "taken" => Ok(Self::Taken),
            other => Err(TxError::Impossible(format!("ratiba_book answers {other}"))),
        }
    }

    fn outcome(self) -> Result<Outcome, RecordError> {
        match self {
            Self::Booked => Ok(Outcome::Settled),
            Self::Overdue => Ok(Outcome::Overdue),
            Self::SetupChanged => Err(RecordError::SetupChanged),
            Self::Known => Err(RecordError::Stale),
            Self::KeyUsed => Err(RecordError::KeyUsed),
            Self::Taken => Err(RecordError::SlotTaken),
        }
    }
}

#[derive(QueryableByName)]
struct BookRow {
    #[diesel(sql_type = Array<Text>)]
    answers: Vec<String>,
}

#[derive(QueryableByName)]
struct WhyRow {
    #[diesel(sql_type = Text)]
    answer: String,
}

/// All that visits are when they are booked; the keys are those that `ratiba_book` reads.
#[derive(Default, Serialize)]
struct Document<'a> {
    visits: Vec<VisitDocument<'a>>,
    claims: Vec<Of<ClaimDocument>>,
    appointments: Vec<Of<AppointmentDocument<'a>>>,
    teams: Vec<Of<RendererDocument>>,
    events: Vec<Of<EventDocument<'a>>>,
    jobs: Vec<Of<JobDocument>>,
}

/// A row, and which of the visits it belongs to.
#[derive(Serialize)]
struct Of<R> {
    of: usize,
    #[serde(flatten)]
    row: R,
}

#[derive(Serialize)]
struct VisitDocument<'a> {
    of: usize,
    #[serde(with = "instant")]
    at: OffsetDateTime,
    id: Uuid,
    customer_id: Uuid,
    hold_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_fingerprint: Option<String>,
    #[serde(with = "instant")]
    created_at: OffsetDateTime,
}

#[derive(Serialize)]
struct EventDocument<'a> {
    id: Uuid,
    topic: &'static str,
    payload: &'a BookingEvent,
    #[serde(with = "instant")]
    occurred_at: OffsetDateTime,
}

#[derive(Serialize)]
struct JobDocument {
    id: Uuid,
    kind: &'static str,
    payload: Value,
    #[serde(with = "instant")]
    run_at: OffsetDateTime,
}

impl<'a> Document<'a> {
    fn of(changes: &'a [Arc<Change>], mut new_id: impl FnMut() -> Uuid) -> Result<Self, TxError<NotBooked>> {
        let mut document = Self::default();
        let mut claims = Vec::with_capacity(changes.len());
        for (of, change) in changes.iter().enumerate() {
            document
                .add(of, change, &mut new_id)
                .map_err(|error| TxError::Impossible(error.to_string()))?;
            let Some(head) = &change.head else {
                return Err(TxError::Impossible("a new visit without a head".to_owned()));
            };
            document.visits.push(VisitDocument {
                of,
                at: change.at,
                id: head.id.as_uuid(),
                customer_id: head.customer.as_uuid(),
                hold_key: head.hold_key.as_ref().map(|key| key.as_str()),
                order_fingerprint: head.ordered.as_ref().map(documents::bytes),
                created_at: head.created_at,
            });
            claims.extend(parts(change).map(|appointment| (of, appointment)));
        }
        let claims = documents::claims(claims, new_id);
        document.claims = claims.into_iter().map(|(of, row)| Of { of, row }).collect();
        Ok(document)
    }

    fn add(
        &mut self,
        of: usize,
        change: &'a Change,
        mut new_id: impl FnMut() -> Uuid,
    ) -> Result<(), serde_json::Error> {
        let with = |row| Of { of, row };
        let rows = parts(change).map(|appointment| AppointmentDocument::of(appointment, change));
        self.appointments.extend(rows.map(with));
        self.teams.extend(
            documents::teams(parts(change))
                .into_iter()
                .map(|row| Of { of, row }),
        );
        for event in &change.events {
            let (id, job) = (new_id(), new_id());
            let row = EventDocument {
                id,
                topic: TOPIC,
                payload: event,
                occurred_at: change.at,
            };
            self.events.push(Of { of, row });
            let row = JobDocument {
                id: job,
                kind: EVENT_JOB,
                payload: serde_json::json!({ "event_id": id }),
                run_at: change.at,
            };
            self.jobs.push(Of { of, row });
        }
        for due in &change.tasks {
            let row = JobDocument {
                id: new_id(),
                kind: due.task.kind(),
                payload: serde_json::to_value(&due.task)?,
                run_at: due.at,
            };
            self.jobs.push(Of { of, row });
        }
        Ok(())
    }
}

fn parts(change: &Change) -> impl Iterator<Item = &Appointment> {
    change.appointments.iter().map(|part| &part.appointment)
}

async fn book(
    database: &Database,
    tenant: TenantId,
    changes: &Arc<[Arc<Change>]>,
) -> Result<Vec<Answer>, NotBooked> {
    let changes = Arc::clone(changes);
    database
        .statement(tenant, move |statement| insert(statement, &changes))
        .await
}

fn insert(
    statement: &mut TenantStatement<'_>,
    changes: &[Arc<Change>],
) -> Result<Vec<Answer>, TxError<NotBooked>> {
    let setup = changes.first().and_then(|change| change.setup);
    let document = match Document::of(changes, || statement.new_id()) {
        // One that cannot be written down undoes those it came with no more than a broken row.
        Err(TxError::Impossible(_)) if changes.len() > 1 => {
            return Err(TxError::Refused(NotBooked::Undone));
        }
        written => written?,
    };
    let query = sql_query("SELECT ratiba_book($1, $2, $3::jsonb) AS answers")
        .bind::<SqlUuid, _>(statement.tenant_uuid())
        .bind::<Nullable<BigInt>, _>(setup.map(|setup| setup.number()))
        .bind::<Text, _>(document::text(&document)?);
    let row = query
        .get_result::<BookRow>(statement.conn())
        .map_err(|error| refusal(error, changes.len() == 1))?;
    if row.answers.len() != changes.len() {
        return Err(TxError::Impossible(format!(
            "ratiba_book gave {} answers to {} bookings",
            row.answers.len(),
            changes.len()
        )));
    }
    let answers = row.answers.iter().map(|word| Answer::parse(word));
    let answers = answers.collect::<Result<Vec<_>, _>>()?;
    if answers.iter().any(|answer| matches!(answer, Answer::Booked)) {
        statement.note_enqueued();
    }
    Ok(answers)
}

/// Whether the call ended itself, or a visit cannot be written. What one visit breaks, by whatever rule of the database, is
/// the matter of its own visit only: those who came with it are booked alone. Where nothing can be had of the database
/// at all, the others would fail as well.
fn refusal(error: DieselError, alone: bool) -> TxError<NotBooked> {
    use DatabaseErrorKind::{
        ClosedConnection, ReadOnlyTransaction, SerializationFailure, UnableToSendCommand,
    };
    if let DieselError::DatabaseError(kind, information) = &error {
        let undone = information.message() == "ratiba: not booked";
        let of_all = matches!(
            kind,
            ClosedConnection | ReadOnlyTransaction | SerializationFailure | UnableToSendCommand
        );
        // The library has names for few errors only: a value of no known kind has none, nor has a rule of a trigger's.
        let breaks = !of_all && !is_passing(information.message());
        if undone || (breaks && !alone) {
            return TxError::Refused(NotBooked::Undone);
        }
    }
    match unknown_customer_or(error) {
        TxError::Refused(refusal) => TxError::Refused(NotBooked::Refused(refusal)),
        TxError::Database(error) => TxError::Database(error),
        TxError::Impossible(what) => TxError::Impossible(what),
    }
}

/// Whether an error that the library has no name for is of the moment or of the connection, and no visit's own doing. The
/// server's words are English, as the connection makes sure.
fn is_passing(message: &str) -> bool {
    [
        "deadlock detected",
        "canceling statement",
        "terminating connection",
        "shutting down",
        "starting up",
        "recovery mode",
        "connection slots",
        "too many clients",
    ]
    .iter()
    .any(|words| message.contains(words))
}

/// A row that names a customer who does not exist is the caller's mistake; any other error is the database's.
pub(super) fn unknown_customer_or(error: DieselError) -> TxError<RecordError> {
    if let DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, information) = &error
        && information
            .constraint_name()
            .is_some_and(|name| name.ends_with("_customer_id_fkey"))
    {
        return TxError::Refused(RecordError::UnknownCustomer);
    }
    TxError::Database(error)
}

/// Why a visit could not be booked, as things are now.
fn why_not(statement: &mut TenantStatement<'_>, change: &Change) -> Result<Answer, TxError<RecordError>> {
    let head = change.head.as_ref();
    let claims = documents::claims(parts(change).map(|part| ((), part)), Uuid::nil);
    let claims: Vec<ClaimDocument> = claims.into_iter().map(|((), claim)| claim).collect();
    let query = sql_query("SELECT ratiba_why_not_booked($1, $2, $3, $4::jsonb, $5) AS answer")
        .bind::<SqlUuid, _>(statement.tenant_uuid())
        .bind::<Nullable<SqlUuid>, _>(head.map(|head| head.id.as_uuid()))
        .bind::<Nullable<Text>, _>(
            head.and_then(|head| head.hold_key.as_ref())
                .map(|key| key.as_str()),
        )
        .bind::<Text, _>(document::text(&claims)?)
        .bind::<Timestamptz, _>(change.at);
    let row = query.get_result::<WhyRow>(statement.conn())?;
    Answer::parse(&row.answer)
}

#[cfg(test)]
mod tests;
