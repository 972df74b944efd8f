//! Claims as rows of `engagements`: taken in one statement and one order, or not at all.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Integer, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::AppointmentId;
use ratiba_booking::engagement::{Claim, Subject};
use ratiba_booking::policy::BufferRule;
use ratiba_booking::ports::{Change, ClaimChange, RecordError};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::database::{TenantTx, TxError};

type Written = Result<(), TxError<RecordError>>;

/// Claims as columns, for `unnest`.
#[derive(Default)]
struct Columns {
    kinds: Vec<&'static str>,
    subjects: Vec<Uuid>,
    seats: Vec<i16>,
    starts: Vec<OffsetDateTime>,
    ends: Vec<OffsetDateTime>,
    before: Vec<i32>,
    after: Vec<i32>,
    shared: Vec<bool>,
}

/// The subject as its three columns.
fn subject_columns(subject: Subject) -> (&'static str, Uuid, i16) {
    match subject {
        // A capacity is at most 50, which the column checks.
        Subject::Resource { id, seat } => ("resource", id.as_uuid(), i16::try_from(seat).unwrap_or(i16::MAX)),
        Subject::Staff(id) => ("staff", id.as_uuid(), 0),
    }
}

impl Columns {
    fn of<'a>(claims: impl IntoIterator<Item = &'a Claim>) -> Self {
        let mut columns = Self::default();
        for claim in claims {
            let (kind, subject, seat) = subject_columns(claim.subject);
            columns.kinds.push(kind);
            columns.subjects.push(subject);
            columns.seats.push(seat);
            columns.starts.push(claim.range.start());
            columns.ends.push(claim.range.end());
            columns
                .before
                .push(i32::try_from(claim.before.count()).unwrap_or(i32::MAX));
            columns
                .after
                .push(i32::try_from(claim.after.count()).unwrap_or(i32::MAX));
            columns.shared.push(claim.buffers == BufferRule::Shared);
        }
        columns
    }
}

/// Gives up the claims of an appointment, if it has any.
pub(super) fn release(tx: &mut TenantTx<'_>, appointment: AppointmentId) -> Written {
    let tenant = tx.tenant_uuid();
    sql_query(
        "UPDATE engagements SET active = false WHERE tenant_id = $1 AND appointment_id = $2 AND active",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(appointment.as_uuid())
    .execute(tx.conn())?;
    Ok(())
}

/// Makes all claims of a change in one statement, sorted; fewer rows than claims means that one is taken.
pub(super) fn take(tx: &mut TenantTx<'_>, change: &Change) -> Written {
    let takers = change
        .appointments
        .iter()
        .filter(|changed| changed.claims == ClaimChange::Take);
    let mut wanted: Vec<(&Claim, Uuid)> = takers
        .flat_map(|changed| {
            let id = changed.appointment.id().as_uuid();
            changed
                .appointment
                .booking()
                .claims
                .iter()
                .map(move |claim| (claim, id))
        })
        .collect();
    wanted.sort_unstable();
    let columns = Columns::of(wanted.iter().map(|(claim, _)| *claim));
    if columns.shared.contains(&true) && shared_neighbour_in_the_way(tx, &columns)? {
        return Err(TxError::Refused(RecordError::SlotTaken));
    }
    let tenant = tx.tenant_uuid();
    let ids: Vec<Uuid> = wanted.iter().map(|_| tx.new_id()).collect();
    let appointments: Vec<Uuid> = wanted.iter().map(|(_, appointment)| *appointment).collect();
    let made = sql_query(
        "INSERT INTO engagements (tenant_id, id, subject_kind, subject_id, seat, starts_at, ends_at,
            buffer_before_minutes, buffer_after_minutes, buffers_shared, purpose, appointment_id)
         SELECT $1, c.id, c.kind, c.subject, c.seat, c.starts, c.ends, c.before, c.after, c.shared, 'appointment',
            c.appointment
         FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) WITH ORDINALITY
            AS c (id, kind, subject, seat, starts, ends, before, after, shared, appointment, position)
         ORDER BY c.position
         ON CONFLICT ON CONSTRAINT engagements_no_overlap DO NOTHING
         RETURNING id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(columns.kinds)
    .bind::<Array<SqlUuid>, _>(columns.subjects)
    .bind::<Array<SmallInt>, _>(columns.seats)
    .bind::<Array<Timestamptz>, _>(columns.starts)
    .bind::<Array<Timestamptz>, _>(columns.ends)
    .bind::<Array<Integer>, _>(columns.before)
    .bind::<Array<Integer>, _>(columns.after)
    .bind::<Array<Bool>, _>(columns.shared)
    .bind::<Array<SqlUuid>, _>(appointments)
    .execute(tx.conn())?;
    if made == wanted.len() {
        Ok(())
    } else {
        Err(TxError::Refused(RecordError::SlotTaken))
    }
}

/// With shared buffers the claimed ranges are bare, so the constraint cannot see the time between two of
/// them: whoever books a subject's day first locks it, and looks at the neighbours under the lock.
pub(super) fn lock_shared(tx: &mut TenantTx<'_>, wanted: &[&Claim]) -> Written {
    let mut keys: Vec<i64> = Vec::new();
    for claim in wanted.iter().filter(|claim| claim.buffers == BufferRule::Shared) {
        keys.extend(day_keys(tx.tenant_uuid(), claim));
    }
    if keys.is_empty() {
        return Ok(());
    }
    keys.sort_unstable();
    keys.dedup();
    sql_query("SELECT pg_advisory_xact_lock(k) FROM unnest($1) WITH ORDINALITY AS t (k, position) ORDER BY position")
        .bind::<Array<BigInt>, _>(keys)
        .execute(tx.conn())?;
    Ok(())
}

/// One key for each day that the claim or the largest buffer beside it touches.
fn day_keys(tenant: Uuid, claim: &Claim) -> impl Iterator<Item = i64> + use<> {
    let (kind, subject, seat) = subject_columns(claim.subject);
    let reach = Duration::minutes(240).whole_seconds();
    let first = (claim.range.start().unix_timestamp() - reach).div_euclid(86_400);
    let last = (claim.range.end().unix_timestamp() + reach).div_euclid(86_400);
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

fn shared_neighbour_in_the_way(
    tx: &mut TenantTx<'_>,
    columns: &Columns,
) -> Result<bool, TxError<RecordError>> {
    let tenant = tx.tenant_uuid();
    let answer = sql_query(format!(
        "SELECT EXISTS (SELECT FROM {WANTED} JOIN engagements e ON {IN_THE_WAY} WHERE e.tenant_id = $1) AS yes"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(columns.subjects.clone())
    .bind::<Array<SmallInt>, _>(columns.seats.clone())
    .bind::<Array<Timestamptz>, _>(columns.starts.clone())
    .bind::<Array<Timestamptz>, _>(columns.ends.clone())
    .bind::<Array<Integer>, _>(columns.before.clone())
    .bind::<Array<Integer>, _>(columns.after.clone())
    .bind::<Array<Bool>, _>(columns.shared.clone())
    .get_result::<Answer>(tx.conn())?;
    Ok(answer.yes)
}

const WANTED: &str =
    "unnest($2, $3, $4, $5, $6, $7, $8) AS c (subject, seat, starts, ends, before, after, shared)";

/// Two claims of one subject that cannot both be held, as `Claim::conflicts` says.
const IN_THE_WAY: &str = "e.subject_id = c.subject AND e.seat = c.seat AND e.active
    AND e.ends_at > c.starts - CASE WHEN c.shared AND e.buffers_shared
        THEN make_interval(mins => greatest(e.buffer_after_minutes, c.before)) ELSE interval '0' END
    AND e.starts_at < c.ends + CASE WHEN c.shared AND e.buffers_shared
        THEN make_interval(mins => greatest(c.after, e.buffer_before_minutes)) ELSE interval '0' END";

#[derive(QueryableByName)]
struct Overdue {
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
}

/// Visits with an overdue part in the way, that part locked: whoever confirms it at the same moment comes
/// first or finds it gone.
pub(super) fn overdue_in_the_way(
    tx: &mut TenantTx<'_>,
    wanted: &[&Claim],
    at: OffsetDateTime,
) -> Result<Vec<Uuid>, TxError<RecordError>> {
    let tenant = tx.tenant_uuid();
    let columns = Columns::of(wanted.iter().copied());
    let overdue = sql_query(format!(
        "SELECT a.visit_id FROM appointments a
         WHERE a.tenant_id = $1 AND a.hold_expires_at <= $9
            AND EXISTS (SELECT FROM {WANTED} JOIN engagements e ON {IN_THE_WAY}
                WHERE e.tenant_id = a.tenant_id AND e.appointment_id = a.id)
         ORDER BY a.id FOR UPDATE OF a"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(columns.subjects)
    .bind::<Array<SmallInt>, _>(columns.seats)
    .bind::<Array<Timestamptz>, _>(columns.starts)
    .bind::<Array<Timestamptz>, _>(columns.ends)
    .bind::<Array<Integer>, _>(columns.before)
    .bind::<Array<Integer>, _>(columns.after)
    .bind::<Array<Bool>, _>(columns.shared)
    .bind::<Timestamptz, _>(at)
    .load::<Overdue>(tx.conn())?;
    let mut visits: Vec<Uuid> = overdue.into_iter().map(|overdue| overdue.visit_id).collect();
    visits.sort_unstable();
    visits.dedup();
    Ok(visits)
}
