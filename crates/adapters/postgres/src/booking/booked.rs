//! Recording a plain new visit: one statement, which is the transaction.
//!
//! The claims decide. They are inserted first, all in one order, by one INSERT of the function `ratiba_book`, and whatever
//! else belongs to the visit is inserted only if every one of them was made. Where none was, nothing was written at all;
//! where some were, the statement ends itself.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::Version;
use ratiba_booking::event::BookingEvent;
use ratiba_booking::policy::BufferRule;
use ratiba_booking::ports::{Change, ClaimChange, RecordError};
use ratiba_booking::visit::VisitHead;
use ratiba_kernel::TenantId;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::documents::{self, AppointmentDocument, ClaimDocument, RendererDocument, instant};
use super::record::TOPIC;
use crate::database::{Database, TenantStatement, TxError};
use crate::kept::kept;
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

/// Records a change that [`is_plain`].
///
/// # Errors
/// As the book's `record` promises.
pub(super) async fn record(
    database: &Database,
    tenant: TenantId,
    change: &Arc<Change>,
) -> Result<Outcome, RecordError> {
    let booked = Arc::clone(change);
    let answer = database
        .statement(tenant, move |statement| insert(statement, &booked))
        .await?;
    let answer = if matches!(answer, Answer::Undone) {
        let lost = Arc::clone(change);
        database
            .statement(tenant, move |statement| why_not(statement, &lost))
            .await?
    } else {
        answer
    };
    match answer {
        Answer::Booked => Ok(Outcome::Settled),
        Answer::Overdue => Ok(Outcome::Overdue),
        Answer::SetupChanged => Err(RecordError::SetupChanged),
        Answer::Known => Err(RecordError::Stale),
        Answer::KeyUsed => Err(RecordError::KeyUsed),
        // Whatever undid it is gone by now: to the caller the time was taken.
        Answer::Taken | Answer::Undone => Err(RecordError::SlotTaken),
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
    /// Some claims were made, or all of them, and are undone.
    Undone,
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
}

#[derive(QueryableByName)]
struct BookRow {
    #[diesel(sql_type = Text)]
    answer: String,
}

/// All that a visit is when it is booked; the keys are those that `ratiba_book` reads.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(with = "instant")]
    at: OffsetDateTime,
    visit: VisitDocument<'a>,
    claims: Vec<ClaimDocument>,
    appointments: Vec<AppointmentDocument<'a>>,
    teams: Vec<RendererDocument>,
    events: Vec<EventDocument<'a>>,
    jobs: Vec<JobDocument>,
}

#[derive(Serialize)]
struct VisitDocument<'a> {
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
    fn of(
        change: &'a Change,
        head: &'a VisitHead,
        mut new_id: impl FnMut() -> Uuid,
    ) -> Result<Self, serde_json::Error> {
        let parts = || change.appointments.iter().map(|part| &part.appointment);
        let mut document = Self {
            at: change.at,
            visit: VisitDocument {
                id: head.id.as_uuid(),
                customer_id: head.customer.as_uuid(),
                hold_key: head.hold_key.as_ref().map(|key| key.as_str()),
                order_fingerprint: head.ordered.as_ref().map(documents::bytes),
                created_at: head.created_at,
            },
            claims: documents::claims(parts(), &mut new_id),
            appointments: parts().map(AppointmentDocument::of).collect(),
            teams: documents::teams(parts()),
            events: Vec::with_capacity(change.events.len()),
            jobs: Vec::with_capacity(change.events.len() + change.tasks.len()),
        };
        for event in &change.events {
            let id = new_id();
            document.events.push(EventDocument {
                id,
                topic: TOPIC,
                payload: event,
                occurred_at: change.at,
            });
            document.jobs.push(JobDocument {
                id: new_id(),
                kind: EVENT_JOB,
                payload: serde_json::json!({ "event_id": id }),
                run_at: change.at,
            });
        }
        for due in &change.tasks {
            document.jobs.push(JobDocument {
                id: new_id(),
                kind: due.task.kind(),
                payload: serde_json::to_value(&due.task)?,
                run_at: due.at,
            });
        }
        Ok(document)
    }
}

fn insert(statement: &mut TenantStatement<'_>, change: &Change) -> Result<Answer, TxError<RecordError>> {
    let Some(head) = &change.head else {
        return Err(TxError::Impossible("a new visit without a head".to_owned()));
    };
    let document = Document::of(change, head, || statement.new_id());
    let document = document.map_err(|error| TxError::Impossible(error.to_string()))?;
    let query = sql_query("SELECT answer FROM ratiba_book($1, $2, $3::jsonb)")
        .bind::<SqlUuid, _>(statement.tenant_uuid())
        .bind::<Nullable<BigInt>, _>(change.setup.map(|setup| setup.number()))
        .bind::<Text, _>(documents::text(&document)?);
    let row = match kept(query).get_result::<BookRow>(statement.conn()) {
        Ok(row) => row,
        Err(error) => return refusal(error),
    };
    let answer = Answer::parse(&row.answer)?;
    if matches!(answer, Answer::Booked) {
        statement.note_enqueued();
    }
    Ok(answer)
}

/// Whether the call ended itself.
fn refusal(error: DieselError) -> Result<Answer, TxError<RecordError>> {
    if let DieselError::DatabaseError(_, information) = &error
        && information.message() == "ratiba: not booked"
    {
        return Ok(Answer::Undone);
    }
    Err(unknown_customer_or(error))
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
    let parts = change.appointments.iter().map(|part| &part.appointment);
    let claims = documents::claims(parts, Uuid::nil);
    let query = sql_query("SELECT ratiba_why_not_booked($1, $2, $3, $4::jsonb, $5) AS answer")
        .bind::<SqlUuid, _>(statement.tenant_uuid())
        .bind::<Nullable<SqlUuid>, _>(head.map(|head| head.id.as_uuid()))
        .bind::<Nullable<Text>, _>(
            head.and_then(|head| head.hold_key.as_ref())
                .map(|key| key.as_str()),
        )
        .bind::<Text, _>(documents::text(&claims)?)
        .bind::<Timestamptz, _>(change.at);
    let row = kept(query).get_result::<BookRow>(statement.conn())?;
    Answer::parse(&row.answer)
}
