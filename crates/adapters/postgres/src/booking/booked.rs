//! Recording a plain new visit: one statement, which is the transaction.
//!
//! The claims decide. They are inserted first, all in one order, and whatever else belongs to the visit is inserted
//! only if every one of them was made. Where none was, nothing was written at all; where some were, the statement ends
//! itself.

use std::sync::{Arc, LazyLock};

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::Version;
use ratiba_booking::policy::BufferRule;
use ratiba_booking::ports::{Change, ClaimChange, RecordError};
use ratiba_booking::visit::VisitHead;
use ratiba_kernel::TenantId;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::columns::{APPOINTMENT, AppointmentColumns, Bound, CLAIM, ClaimColumns, of, unnest};
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
    let refused = match answer {
        Answer::Booked => return Ok(Outcome::Settled),
        Answer::SetupChanged => return Err(RecordError::SetupChanged),
        Answer::Taken => RecordError::SlotTaken,
        Answer::Known => RecordError::KeyUsed,
    };
    let lost = Arc::clone(change);
    let why = database
        .statement(tenant, move |statement| why_not(statement, &lost))
        .await?;
    match (why.visit_known, why.key_used, why.overdue) {
        (true, _, _) => Err(RecordError::Stale),
        (false, true, _) => Err(RecordError::KeyUsed),
        (false, false, true) => Ok(Outcome::Overdue),
        (false, false, false) => Err(refused),
    }
}

enum Answer {
    Booked,
    SetupChanged,
    /// A claim met another one.
    Taken,
    /// A visit has its id or its key.
    Known,
}

static BOOK: LazyLock<String> = LazyLock::new(|| {
    // 1 tenant, 2 setup, 3 to 6 the visit, 7 when, 8 and 9 events, 10 to 13 jobs, 14 to 16 teams.
    let claims = unnest(17, "c", &CLAIM, Some("place"));
    let appointments = unnest(17 + CLAIM.len(), "a", &APPOINTMENT, None);
    let (claim, of_claim) = (CLAIM.join(", "), of("c", &CLAIM));
    let (appointment, of_appointment) = (APPOINTMENT.join(", "), of("a", &APPOINTMENT));
    format!(
        "WITH entered AS MATERIALIZED (SELECT ratiba_enter_to_book($1) AS setup),
        claimed AS (
            INSERT INTO engagements (tenant_id, purpose, {claim})
            SELECT $1, 'appointment', {of_claim} FROM entered CROSS JOIN {claims}
            WHERE $2 IS NULL OR entered.setup = $2
            ORDER BY c.place
            ON CONFLICT ON CONSTRAINT engagements_no_overlap DO NOTHING RETURNING 1),
        won AS MATERIALIZED (SELECT count(*) AS claims FROM claimed),
        visit AS (
            INSERT INTO visits (tenant_id, id, customer_id, hold_key, version, created_at)
            SELECT $1, $3, $4, $5, 1, $6 FROM won WHERE won.claims = cardinality($17)
            ON CONFLICT DO NOTHING RETURNING id),
        booked AS (
            INSERT INTO appointments (tenant_id, version, {appointment})
            SELECT $1, 1, {of_appointment} FROM visit CROSS JOIN {appointments}),
        team AS (
            INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position)
            SELECT $1, t.appointment, t.staff, t.position FROM visit
            CROSS JOIN unnest($14, $15, $16) AS t (appointment, staff, position)),
        told AS (
            INSERT INTO outbox (tenant_id, id, topic, payload, occurred_at)
            SELECT $1, e.id, 'booking', e.payload, $7 FROM visit CROSS JOIN unnest($8, $9) AS e (id, payload)),
        due AS (
            INSERT INTO jobs (tenant_id, id, kind, payload, run_at)
            SELECT $1, j.id, j.kind, j.payload, j.run_at FROM visit
            CROSS JOIN unnest($10, $11, $12, $13) AS j (id, kind, payload, run_at))
        SELECT entered.setup, won.claims, CASE
            WHEN won.claims = 0 THEN 0
            WHEN won.claims < cardinality($17) THEN ratiba_refuse('taken')
            WHEN NOT EXISTS (SELECT FROM visit) THEN ratiba_refuse('known')
            ELSE 1 END AS booked
        FROM entered CROSS JOIN won"
    )
});

#[derive(QueryableByName)]
struct BookRow {
    #[diesel(sql_type = BigInt)]
    setup: i64,
    #[diesel(sql_type = BigInt)]
    claims: i64,
}

/// Events and tasks as columns.
#[derive(Default)]
struct News {
    event_ids: Vec<Uuid>,
    events: Vec<Value>,
    job_ids: Vec<Uuid>,
    job_kinds: Vec<&'static str>,
    jobs: Vec<Value>,
    run_at: Vec<OffsetDateTime>,
}

impl News {
    fn of(change: &Change, mut new_id: impl FnMut() -> Uuid) -> Result<Self, serde_json::Error> {
        let mut news = Self::default();
        for event in &change.events {
            let id = new_id();
            news.event_ids.push(id);
            news.events.push(serde_json::to_value(event)?);
            news.job(
                new_id(),
                EVENT_JOB,
                serde_json::json!({ "event_id": id }),
                change.at,
            );
        }
        for due in &change.tasks {
            news.job(
                new_id(),
                due.task.kind(),
                serde_json::to_value(&due.task)?,
                due.at,
            );
        }
        Ok(news)
    }

    fn job(&mut self, id: Uuid, kind: &'static str, payload: Value, at: OffsetDateTime) {
        self.job_ids.push(id);
        self.job_kinds.push(kind);
        self.jobs.push(payload);
        self.run_at.push(at);
    }

    fn bind<'f>(&'f self, query: Bound<'f>) -> Bound<'f> {
        query
            .bind::<Array<SqlUuid>, _>(&self.event_ids)
            .bind::<Array<Jsonb>, _>(&self.events)
            .bind::<Array<SqlUuid>, _>(&self.job_ids)
            .bind::<Array<Text>, _>(&self.job_kinds)
            .bind::<Array<Jsonb>, _>(&self.jobs)
            .bind::<Array<Timestamptz>, _>(&self.run_at)
    }
}

fn insert(statement: &mut TenantStatement<'_>, change: &Change) -> Result<Answer, TxError<RecordError>> {
    let Some(head) = &change.head else {
        return Err(TxError::Impossible("a new visit without a head".to_owned()));
    };
    let tenant = statement.tenant_uuid();
    let parts = || change.appointments.iter().map(|part| &part.appointment);
    let claims = ClaimColumns::of(parts(), || statement.new_id());
    let appointments = AppointmentColumns::of(parts()).map_err(TxError::Impossible)?;
    let news = News::of(change, || statement.new_id()).map_err(|e| TxError::Impossible(e.to_string()))?;
    let query = sql_query(BOOK.as_str())
        .into_boxed()
        .bind::<SqlUuid, _>(tenant)
        .bind::<Nullable<BigInt>, _>(change.setup.map(|setup| setup.number()))
        .bind::<SqlUuid, _>(head.id.as_uuid())
        .bind::<SqlUuid, _>(head.customer.as_uuid())
        .bind::<Nullable<Text>, _>(head.hold_key.as_ref().map(|key| key.as_str()))
        .bind::<Timestamptz, _>(head.created_at)
        .bind::<Timestamptz, _>(change.at);
    let query = appointments.bind_teams(news.bind(query));
    let query = appointments.bind(claims.bind(query));
    let row = match kept(query).get_result::<BookRow>(statement.conn()) {
        Ok(row) => row,
        Err(error) => return refusal(error),
    };
    if change.setup.is_some_and(|setup| setup.number() != row.setup) {
        return Ok(Answer::SetupChanged);
    }
    if row.claims == 0 {
        return Ok(Answer::Taken);
    }
    statement.note_enqueued();
    Ok(Answer::Booked)
}

/// What the statement ended itself for.
fn refusal(error: DieselError) -> Result<Answer, TxError<RecordError>> {
    if let DieselError::DatabaseError(_, information) = &error {
        match information.message() {
            "ratiba: taken" => return Ok(Answer::Taken),
            "ratiba: known" => return Ok(Answer::Known),
            _not_ours => {}
        }
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

#[derive(QueryableByName)]
struct WhyRow {
    #[diesel(sql_type = Bool)]
    visit_known: bool,
    #[diesel(sql_type = Bool)]
    key_used: bool,
    #[diesel(sql_type = Bool)]
    overdue: bool,
}

/// Why a visit could not be booked, as things are now.
fn why_not(statement: &mut TenantStatement<'_>, change: &Change) -> Result<WhyRow, TxError<RecordError>> {
    let tenant = statement.tenant_uuid();
    let head = change.head.as_ref();
    let claims = ClaimColumns::of(
        change.appointments.iter().map(|part| &part.appointment),
        Uuid::nil,
    );
    let query = sql_query("SELECT * FROM ratiba_why_not_booked($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Nullable<SqlUuid>, _>(head.map(|head| head.id.as_uuid()))
        .bind::<Nullable<Text>, _>(
            head.and_then(|head| head.hold_key.as_ref())
                .map(|key| key.as_str()),
        )
        .bind::<Array<SqlUuid>, _>(&claims.subjects)
        .bind::<Array<SmallInt>, _>(&claims.seats)
        .bind::<Array<Timestamptz>, _>(&claims.starts)
        .bind::<Array<Timestamptz>, _>(&claims.ends)
        .bind::<Timestamptz, _>(change.at);
    Ok(kept(query).get_result(statement.conn())?)
}
