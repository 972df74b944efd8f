//! Claims as rows of `engagements`: taken in one statement and one order, or not at all.

use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::Appointment;
use ratiba_booking::engagement::Claim;
use ratiba_booking::policy::BufferRule;
use ratiba_booking::ports::RecordError;
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::documents::{self, CLAIM, ClaimDocument, of, subject_columns};
use crate::database::{TenantTx, TxError};
use crate::document;
use crate::kept::sql_query;

type Written = Result<(), TxError<RecordError>>;

fn ids(appointments: &[&Appointment]) -> Vec<Uuid> {
    appointments
        .iter()
        .map(|appointment| appointment.id().as_uuid())
        .collect()
}

/// Gives up the claims of appointments, if they have any.
pub(super) fn release(tx: &mut TenantTx<'_>, appointments: &[&Appointment]) -> Written {
    if appointments.is_empty() {
        return Ok(());
    }
    let query = sql_query(
        "UPDATE engagements SET active = false WHERE tenant_id = $1 AND appointment_id = ANY ($2) AND active",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Array<SqlUuid>, _>(ids(appointments));
    query.execute(tx.conn())?;
    Ok(())
}

/// Lets the claims of appointments say until when they are held, as the appointments do.
pub(super) fn keep(tx: &mut TenantTx<'_>, appointments: &[&Appointment]) -> Written {
    if appointments.is_empty() {
        return Ok(());
    }
    let deadlines: Vec<Option<OffsetDateTime>> = appointments
        .iter()
        .map(|appointment| appointment.state().deadline())
        .collect();
    let query = sql_query(
        "UPDATE engagements e SET held_until = a.deadline FROM unnest($2, $3) AS a (id, deadline)
         WHERE e.tenant_id = $1 AND e.appointment_id = a.id AND e.active AND e.held_until IS DISTINCT FROM a.deadline",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Array<SqlUuid>, _>(ids(appointments))
    .bind::<Array<Nullable<Timestamptz>>, _>(deadlines);
    query.execute(tx.conn())?;
    Ok(())
}

static TAKE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "INSERT INTO engagements (tenant_id, purpose, {})
         SELECT $1, 'appointment', {} FROM {WANTED} ORDER BY c.ordinality
         ON CONFLICT ON CONSTRAINT engagements_no_overlap DO NOTHING RETURNING id",
        CLAIM.join(", "),
        of("c", &CLAIM),
    )
});

/// Makes all claims of appointments in one statement, sorted; fewer rows than claims means that one is taken.
pub(super) fn take<'a>(
    tx: &mut TenantTx<'_>,
    appointments: impl Iterator<Item = &'a Appointment>,
) -> Written {
    let claims = documents::claims(appointments.map(|one| ((), one)), || tx.new_id());
    let claims: Vec<_> = claims.into_iter().map(|((), claim)| claim).collect();
    let document = document::text(&claims)?;
    if claims.iter().any(|claim| claim.buffers_shared) && shared_neighbour_in_the_way(tx, &document)? {
        return Err(TxError::Refused(RecordError::SlotTaken));
    }
    let query = sql_query(TAKE.as_str())
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Text, _>(document);
    let made = query.execute(tx.conn())?;
    if made == claims.len() {
        Ok(())
    } else {
        Err(TxError::Refused(RecordError::SlotTaken))
    }
}

#[derive(QueryableByName)]
struct ClaimRow {
    #[diesel(sql_type = Text)]
    subject_kind: String,
    #[diesel(sql_type = SqlUuid)]
    subject_id: Uuid,
    #[diesel(sql_type = SmallInt)]
    seat: i16,
    #[diesel(sql_type = Timestamptz)]
    starts_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    ends_at: OffsetDateTime,
}

/// Locks the days of subjects, sorted, where the constraint alone would not do.
///
/// With shared buffers the claimed ranges are bare, so the constraint cannot see the time between two of them: whoever
/// books a subject's day first locks it, and looks at the neighbours under the lock. Two moves that cross would wait
/// for one another: `moving` appointments lock the days that they leave and those that they go to.
pub(super) fn lock(tx: &mut TenantTx<'_>, wanted: &[&Claim], moving: Vec<Uuid>) -> Written {
    let tenant = tx.tenant_uuid();
    let mut keys: Vec<i64> = Vec::new();
    for claim in wanted {
        if claim.buffers == BufferRule::Shared || !moving.is_empty() {
            keys.extend(day_keys(
                tenant,
                subject_columns(claim.subject),
                claim.range.start(),
                claim.range.end(),
            ));
        }
    }
    if !moving.is_empty() {
        let query = sql_query(
            "SELECT subject_kind, subject_id, seat, starts_at, ends_at FROM engagements
             WHERE tenant_id = $1 AND appointment_id = ANY ($2) AND active",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<SqlUuid>, _>(moving);
        for row in query.load::<ClaimRow>(tx.conn())? {
            let subject = (row.subject_kind.as_str(), row.subject_id, row.seat);
            keys.extend(day_keys(tenant, subject, row.starts_at, row.ends_at));
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    keys.sort_unstable();
    keys.dedup();
    let query = sql_query(
        "SELECT pg_advisory_xact_lock(k) FROM unnest($1) WITH ORDINALITY AS t (k, position) ORDER BY position",
    )
    .bind::<Array<BigInt>, _>(keys);
    query.execute(tx.conn())?;
    Ok(())
}

/// One key for each day that the stretch or the largest buffer beside it touches.
fn day_keys(
    tenant: Uuid,
    (kind, subject, seat): (&str, Uuid, i16),
    start: OffsetDateTime,
    end: OffsetDateTime,
) -> impl Iterator<Item = i64> + use<> {
    let reach = Duration::minutes(240).whole_seconds();
    let first = (start.unix_timestamp() - reach).div_euclid(86_400);
    let last = (end.unix_timestamp() + reach).div_euclid(86_400);
    let kind = kind.to_owned();
    (first..=last).map(move |day| {
        let text = format!("ratiba engagement {tenant} {kind} {subject} {seat} {day}");
        let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let (head, _rest) = digest.split_at(8);
        head.iter().fold(0_i64, |key, byte| (key << 8) | i64::from(*byte))
    })
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

static NEIGHBOUR: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT EXISTS (SELECT FROM {WANTED} JOIN engagements e ON {IN_THE_WAY} WHERE e.tenant_id = $1) AS yes"
    )
});

fn shared_neighbour_in_the_way(tx: &mut TenantTx<'_>, document: &str) -> Result<bool, TxError<RecordError>> {
    let query = sql_query(NEIGHBOUR.as_str())
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Text, _>(document);
    Ok(query.get_result::<Answer>(tx.conn())?.yes)
}

/// The documents of claims, counted in the order in which they stand there.
const WANTED: &str = "jsonb_populate_recordset(NULL::engagements, $2::jsonb) WITH ORDINALITY AS c";

/// Two claims of one subject that cannot both be held, as `Claim::conflicts` says. The index on the end is bounded on
/// both sides: no claim is longer than 36 hours, and no buffer longer than four.
const IN_THE_WAY: &str = "e.subject_id = c.subject_id AND e.seat = c.seat AND e.active
    AND e.ends_at > c.starts_at - CASE WHEN c.buffers_shared AND e.buffers_shared
        THEN make_interval(mins => greatest(e.buffer_after_minutes, c.buffer_before_minutes)) ELSE interval '0' END
    AND e.starts_at < c.ends_at + CASE WHEN c.buffers_shared AND e.buffers_shared
        THEN make_interval(mins => greatest(c.buffer_after_minutes, e.buffer_before_minutes)) ELSE interval '0' END
    AND e.ends_at > c.starts_at - interval '4 hours' AND e.ends_at < c.ends_at + interval '40 hours'";

#[derive(QueryableByName)]
struct Overdue {
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
}

static OVERDUE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT DISTINCT a.visit_id FROM appointments a
         WHERE a.tenant_id = $1 AND a.hold_expires_at <= $3
            AND a.id IN (SELECT e.appointment_id FROM {WANTED} JOIN engagements e ON {IN_THE_WAY}
                WHERE e.tenant_id = $1)
         ORDER BY a.visit_id"
    )
});

/// The head first, as in every change of a visit that is on record.
const LOCK_VISITS: &str =
    "SELECT FROM visits WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE";
const LOCK_PARTS: &str =
    "SELECT FROM appointments WHERE tenant_id = $1 AND visit_id = ANY ($2) ORDER BY id FOR UPDATE";

/// Visits with an overdue part in the way, each locked with all of its parts, in one order: whoever confirms, moves or
/// cancels any part at the same moment comes first, or finds it gone.
pub(super) fn overdue_in_the_way(
    tx: &mut TenantTx<'_>,
    wanted: &[&Claim],
    at: OffsetDateTime,
) -> Result<Vec<Uuid>, TxError<RecordError>> {
    let wanted: Vec<ClaimDocument> = wanted.iter().map(|claim| ClaimDocument::wanted(claim)).collect();
    let query = sql_query(OVERDUE.as_str())
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Text, _>(document::text(&wanted)?)
        .bind::<Timestamptz, _>(at);
    let overdue = query.load::<Overdue>(tx.conn())?;
    let visits: Vec<Uuid> = overdue.into_iter().map(|overdue| overdue.visit_id).collect();
    if !visits.is_empty() {
        for lock in [LOCK_VISITS, LOCK_PARTS] {
            let query = sql_query(lock)
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Array<SqlUuid>, _>(&visits);
            query.execute(tx.conn())?;
        }
    }
    Ok(visits)
}
