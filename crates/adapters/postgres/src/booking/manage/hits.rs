//! The list of bookings that changes met.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Date as SqlDate, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_booking::appointment::AppointmentId;
use ratiba_booking::engagement::Subject;
use ratiba_booking::setup::{Cause, Hit, HitId, Page, Resolved, SetupChange};
use ratiba_kernel::{Id, Outage};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::{Refusable, cursor};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

/// A cause as its three columns.
fn columns(cause: Cause) -> (&'static str, Option<Uuid>, Option<Date>) {
    match cause {
        Cause::Leave(id) => ("leave", Some(id.as_uuid()), None),
        Cause::Outage(id) => ("outage", Some(id.as_uuid()), None),
        Cause::Hours(id) => ("hours", Some(id.as_uuid()), None),
        Cause::Override(id, day) => ("override", Some(id.as_uuid()), Some(day)),
        Cause::Skills(id) => ("skills", Some(id.as_uuid()), None),
        Cause::Service(id) => ("service", Some(id.as_uuid()), None),
        Cause::Departure(id) => ("departure", Some(id.as_uuid()), None),
        Cause::Resource(id) => ("resource", Some(id.as_uuid()), None),
        Cause::OpeningHours => ("opening_hours", None, None),
        Cause::Holiday(day) => ("holiday", None, Some(day)),
    }
}

fn cause_of(word: &str, id: Option<Uuid>, day: Option<Date>) -> Option<Cause> {
    Some(match (word, id, day) {
        ("leave", Some(id), None) => Cause::Leave(Id::from_uuid(id)),
        ("outage", Some(id), None) => Cause::Outage(Id::from_uuid(id)),
        ("hours", Some(id), None) => Cause::Hours(Id::from_uuid(id)),
        ("override", Some(id), Some(day)) => Cause::Override(Id::from_uuid(id), day),
        ("skills", Some(id), None) => Cause::Skills(Id::from_uuid(id)),
        ("service", Some(id), None) => Cause::Service(Id::from_uuid(id)),
        ("departure", Some(id), None) => Cause::Departure(Id::from_uuid(id)),
        ("resource", Some(id), None) => Cause::Resource(Id::from_uuid(id)),
        ("opening_hours", None, None) => Cause::OpeningHours,
        ("holiday", None, Some(day)) => Cause::Holiday(day),
        _other => return None,
    })
}

#[derive(QueryableByName)]
struct Listed {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    appointment_id: Uuid,
}

/// Enters the bookings that a change met, each under its cause.
pub(super) fn list_met(
    tx: &mut TenantTx<'_>,
    met: BTreeMap<AppointmentId, (Subject, Cause)>,
    change: &SetupChange,
) -> Refusable<BTreeMap<AppointmentId, HitId>> {
    if met.is_empty() {
        return Ok(BTreeMap::new());
    }
    let tenant = tx.tenant_uuid();
    let ids: Vec<Uuid> = met.iter().map(|_| tx.new_id()).collect();
    let appointments: Vec<Uuid> = met.keys().map(|id| id.as_uuid()).collect();
    let (subjects, seats): (Vec<Uuid>, Vec<i16>) = met
        .values()
        .map(|(subject, _)| match subject {
            Subject::Staff(id) => (id.as_uuid(), 0),
            Subject::Resource { id, seat } => (id.as_uuid(), i16::try_from(*seat).unwrap_or(i16::MAX)),
        })
        .unzip();
    let (words, causes, days) = columns_of(met.values().map(|(_, cause)| *cause));
    let listed = sql_query(
        "INSERT INTO bookings_hit (tenant_id, id, cause, cause_id, cause_day, appointment_id, start_at,
            subject_id, seat, found_at, found_by)
         SELECT $1, m.id, m.cause, m.cause_id, m.cause_day, m.appointment, a.start_at, m.subject, m.seat, $9, $10
         FROM unnest($2, $3, $4, $5, $6, $7, $8)
            AS m (id, appointment, subject, seat, cause, cause_id, cause_day)
         JOIN appointments a ON a.tenant_id = $1 AND a.id = m.appointment
         RETURNING id, appointment_id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<SqlUuid>, _>(appointments)
    .bind::<Array<SqlUuid>, _>(subjects)
    .bind::<Array<SmallInt>, _>(seats)
    .bind::<Array<Text>, _>(words)
    .bind::<Array<Nullable<SqlUuid>>, _>(causes)
    .bind::<Array<Nullable<SqlDate>>, _>(days)
    .bind::<Timestamptz, _>(change.at)
    .bind::<Text, _>(&change.by)
    .load::<Listed>(tx.conn())?;
    let entries = listed
        .into_iter()
        .map(|row| (Id::from_uuid(row.appointment_id), Id::from_uuid(row.id)));
    Ok(entries.collect())
}

/// Causes as columns.
type Columns = (Vec<&'static str>, Vec<Option<Uuid>>, Vec<Option<Date>>);

fn columns_of(causes: impl Iterator<Item = Cause>) -> Columns {
    let mut all: Columns = (Vec::new(), Vec::new(), Vec::new());
    for (word, id, day) in causes.map(columns) {
        all.0.push(word);
        all.1.push(id);
        all.2.push(day);
    }
    all
}

/// Ends what a cause met that is no longer one, and answers the bookings of those entries.
pub(super) fn take_back(
    tx: &mut TenantTx<'_>,
    cause: Cause,
    change: &SetupChange,
) -> Refusable<BTreeSet<AppointmentId>> {
    let tenant = tx.tenant_uuid();
    let (word, cause_id, day) = columns(cause);
    let ended = sql_query(
        "UPDATE bookings_hit SET resolved_at = $5, resolved_by = $6
         WHERE tenant_id = $1 AND resolved_at IS NULL AND cause = $2 AND cause_id IS NOT DISTINCT FROM $3
            AND cause_day IS NOT DISTINCT FROM $4
         RETURNING appointment_id AS id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(word)
    .bind::<Nullable<SqlUuid>, _>(cause_id)
    .bind::<Nullable<SqlDate>, _>(day)
    .bind::<Timestamptz, _>(change.at)
    .bind::<Text, _>(&change.by)
    .load::<IdRow>(tx.conn())?;
    Ok(ended.into_iter().map(|row| Id::from_uuid(row.id)).collect())
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Leaves out the bookings that have an open entry under the same cause already.
pub(super) fn leave_out_listed(
    tx: &mut TenantTx<'_>,
    found: &mut BTreeMap<AppointmentId, (Subject, Cause)>,
) -> Refusable<()> {
    if found.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant_uuid();
    let appointments: Vec<Uuid> = found.keys().map(|id| id.as_uuid()).collect();
    let (words, causes, days) = columns_of(found.values().map(|(_, cause)| *cause));
    let listed = sql_query(
        "SELECT h.appointment_id AS id
         FROM unnest($2, $3, $4, $5) AS m (appointment, cause, cause_id, cause_day)
         JOIN bookings_hit h ON h.tenant_id = $1 AND h.appointment_id = m.appointment AND h.resolved_at IS NULL
            AND h.cause = m.cause AND h.cause_id IS NOT DISTINCT FROM m.cause_id
            AND h.cause_day IS NOT DISTINCT FROM m.cause_day",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(appointments)
    .bind::<Array<Text>, _>(words)
    .bind::<Array<Nullable<SqlUuid>>, _>(causes)
    .bind::<Array<Nullable<SqlDate>>, _>(days)
    .load::<IdRow>(tx.conn())?;
    for row in listed {
        found.remove(&Id::from_uuid(row.id));
    }
    Ok(())
}

#[derive(QueryableByName)]
struct HitRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    cause: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    cause_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlDate>)]
    cause_day: Option<Date>,
    #[diesel(sql_type = SqlUuid)]
    appointment_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    found_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    found_by: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    resolved_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Text>)]
    resolved_by: Option<String>,
    #[diesel(sql_type = Bool)]
    stands: bool,
}

/// Whether the appointment stands where the change met it: neither moved nor given to somebody else nor over, nor
/// a hold that had run out by then.
const LISTED: &str = "
SELECT * FROM (
    SELECT h.id, h.cause, h.cause_id, h.cause_day, h.appointment_id, h.found_at, h.found_by, h.resolved_at,
        h.resolved_by,
        a.start_at = h.start_at
            AND a.state IN ('requested', 'held', 'confirmed', 'checked_in', 'in_progress')
            AND (a.hold_expires_at IS NULL OR a.hold_expires_at > h.found_at)
            AND EXISTS (SELECT FROM engagements e
                WHERE e.tenant_id = h.tenant_id AND e.appointment_id = h.appointment_id AND e.active
                    AND e.subject_id = h.subject_id AND e.seat = h.seat) AS stands
    FROM bookings_hit h
    JOIN appointments a ON a.tenant_id = h.tenant_id AND a.id = h.appointment_id
    WHERE h.tenant_id = $1 AND ($2 IS NULL OR h.id > $2) AND ($3 OR h.resolved_at IS NULL)
) AS entries
WHERE $3 OR stands ORDER BY id LIMIT $4";

pub(super) fn list(tx: &mut TenantTx<'_>, page: Page, resolved: bool) -> Result<Vec<Hit>, TxError<Outage>> {
    let (tenant, (after, limit)) = (tx.tenant_uuid(), cursor(page));
    let rows = sql_query(LISTED)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Nullable<SqlUuid>, _>(after)
        .bind::<Bool, _>(resolved)
        .bind::<BigInt, _>(limit)
        .load::<HitRow>(tx.conn())?;
    rows.into_iter()
        .map(|row| {
            let cause = cause_of(&row.cause, row.cause_id, row.cause_day)
                .ok_or_else(|| TxError::impossible("bookings_hit", row.id, "unknown cause"))?;
            let resolved = match row.resolved_at.zip(row.resolved_by) {
                Some((at, who)) => Some(Resolved::By { who, at }),
                None => (!row.stands).then_some(Resolved::Itself),
            };
            Ok(Hit {
                id: Id::from_uuid(row.id),
                cause,
                appointment: Id::from_uuid(row.appointment_id),
                found_at: row.found_at,
                found_by: row.found_by,
                resolved,
            })
        })
        .collect()
}

pub(super) fn resolve(
    tx: &mut TenantTx<'_>,
    id: HitId,
    who: &str,
    at: OffsetDateTime,
) -> Result<bool, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let known = sql_query(
        "UPDATE bookings_hit SET resolved_at = coalesce(resolved_at, $3), resolved_by = coalesce(resolved_by, $4)
         WHERE tenant_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id.as_uuid())
    .bind::<Timestamptz, _>(at)
    .bind::<Text, _>(who)
    .execute(tx.conn())?;
    Ok(known == 1)
}
