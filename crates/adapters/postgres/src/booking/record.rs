//! Recording any change: whole or not at all. A plain new visit has a way of its own, [`booked`].

use std::collections::BTreeSet;
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::{Appointment, Version};
use ratiba_booking::engagement::Claim;
use ratiba_booking::ports::{AppointmentChange, Change, ClaimChange, RecordError};
use ratiba_booking::visit::{VisitHead, expiry};
use ratiba_kernel::Id;
use time::OffsetDateTime;
use uuid::Uuid;

use super::booked::unknown_customer_or;
use super::documents::{self, APPOINTMENT, AppointmentDocument, GROWN_HISTORY, LASTING, of};
use super::{claims, months, read, words};
use crate::database::{TenantTx, TxError};
use crate::document;
use crate::jobs::NewJob;
use crate::kept::sql_query;
use crate::outbox;

pub(super) type Recorded = Result<(), TxError<RecordError>>;

pub(super) const TOPIC: &str = "booking";

pub(super) fn record(tx: &mut TenantTx<'_>, change: &Change) -> Recorded {
    let wanted: Vec<&Claim> = takers(change)
        .flat_map(|changed| &changed.appointment.booking().claims)
        .collect();
    enter(tx, change, !wanted.is_empty())?;
    if months::any_is_frozen(tx, &change.open_months)? {
        return Err(TxError::Refused(RecordError::MonthFrozen));
    }
    if let Some(head) = &change.head {
        write_head(tx, head)?;
    }
    raise_visits(tx, change)?;
    if !wanted.is_empty() {
        let moving: Vec<Uuid> = takers(change)
            .filter(|changed| !is_new(changed))
            .map(|changed| changed.appointment.id().as_uuid())
            .collect();
        claims::lock(tx, &wanted, moving)?;
        end_overdue(tx, &wanted, change.at)?;
    }
    apply(tx, change)?;
    if !wanted.is_empty() {
        claims::take(tx, takers(change).map(|changed| &changed.appointment))?;
    }
    Ok(())
}

fn takers(change: &Change) -> impl Iterator<Item = &AppointmentChange> + Clone {
    change
        .appointments
        .iter()
        .filter(|changed| changed.claims == ClaimChange::Take)
}

fn is_new(changed: &AppointmentChange) -> bool {
    changed.appointment.version() == Version::NEW
}

#[derive(QueryableByName)]
struct Entered {
    #[diesel(sql_type = BigInt)]
    setup: i64,
}

/// Whoever claims time keeps the setup from changing meanwhile.
fn enter(tx: &mut TenantTx<'_>, change: &Change, claiming: bool) -> Recorded {
    if change.setup.is_none() && !claiming {
        return Ok(());
    }
    let query = sql_query("SELECT ratiba_enter_to_book($1) AS setup").bind::<SqlUuid, _>(tx.tenant_uuid());
    let setup = query.get_result::<Entered>(tx.conn())?.setup;
    if change
        .setup
        .is_some_and(|decided_on| decided_on.number() != setup)
    {
        return Err(TxError::Refused(RecordError::SetupChanged));
    }
    Ok(())
}

/// Appointments, what they let go, what happened and what is due.
fn apply(tx: &mut TenantTx<'_>, change: &Change) -> Recorded {
    let (new, known): (Vec<_>, Vec<_>) = change.appointments.iter().partition(|changed| is_new(changed));
    if !new.is_empty() {
        insert(tx, change, new.iter().map(|changed| &changed.appointment))?;
    }
    if !known.is_empty() {
        update(tx, change, &known)?;
    }
    for event in &change.events {
        outbox::append_event(tx, TOPIC, event, change.at)?;
    }
    for due in &change.tasks {
        let payload = serde_json::to_value(&due.task).map_err(|e| TxError::Impossible(e.to_string()))?;
        outbox::enqueue(tx, NewJob::new(due.task.kind(), payload, due.at))?;
    }
    Ok(())
}

/// A visit has another version once any of its parts has. Before the parts are written: everybody locks a visit before
/// its parts.
fn raise_visits(tx: &mut TenantTx<'_>, change: &Change) -> Recorded {
    let written = change.head.as_ref().map(|head| head.id);
    let visits = change
        .appointments
        .iter()
        .map(|changed| changed.appointment.booking().visit);
    let visits: BTreeSet<Uuid> = visits
        .filter(|visit| Some(*visit) != written)
        .map(|visit| visit.as_uuid())
        .collect();
    if visits.is_empty() {
        return Ok(());
    }
    let query = sql_query(
        "WITH locked AS (SELECT id FROM visits WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE)
         UPDATE visits v SET version = v.version + 1 FROM locked WHERE v.tenant_id = $1 AND v.id = locked.id",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Array<SqlUuid>, _>(visits.into_iter().collect::<Vec<_>>());
    query.execute(tx.conn())?;
    Ok(())
}

fn write_head(tx: &mut TenantTx<'_>, head: &VisitHead) -> Recorded {
    let tenant = tx.tenant_uuid();
    let reminded: Vec<&str> = head
        .reminded
        .iter()
        .map(|reminder| words::reminder(*reminder))
        .collect();
    if head.version != Version::NEW {
        let query = sql_query(
            "UPDATE visits SET reminded = $3, lost_at = $4, accepted_by = $6, version = version + 1
             WHERE tenant_id = $1 AND id = $2 AND version = $5",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(head.id.as_uuid())
        .bind::<Array<Text>, _>(reminded)
        .bind::<Nullable<Timestamptz>, _>(head.lost_at)
        .bind::<Integer, _>(head.version.number())
        .bind::<Nullable<Text>, _>(head.accepted_by.map(words::party));
        return all_or_stale(query.execute(tx.conn())?, 1);
    }
    let query = sql_query(
        "INSERT INTO visits (tenant_id, id, customer_id, hold_key, order_fingerprint, reminded, lost_at, version,
            created_at, accepted_by)
         VALUES ($1, $2, $3, $4, $9, $5, $6, 1, $7, $8) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(head.id.as_uuid())
    .bind::<SqlUuid, _>(head.customer.as_uuid())
    .bind::<Nullable<Text>, _>(head.hold_key.as_ref().map(|key| key.as_str()))
    .bind::<Array<Text>, _>(reminded)
    .bind::<Nullable<Timestamptz>, _>(head.lost_at)
    .bind::<Timestamptz, _>(head.created_at)
    .bind::<Nullable<Text>, _>(head.accepted_by.map(words::party))
    .bind::<Nullable<Binary>, _>(head.ordered.as_ref().map(|ordered| ordered.as_bytes().as_slice()));
    let written = query.execute(tx.conn()).map_err(unknown_customer_or)?;
    if written == 1 {
        return Ok(());
    }
    let known = read::visit::<RecordError>(tx, head.id)?.is_some();
    Err(TxError::Refused(if known {
        RecordError::Stale
    } else {
        RecordError::KeyUsed
    }))
}

/// The documents of appointments.
const GIVEN: &str = "jsonb_populate_recordset(NULL::appointments, $2::jsonb) AS a";

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let (columns, values) = (APPOINTMENT.join(", "), of("a", &APPOINTMENT));
    format!(
        "INSERT INTO appointments (tenant_id, version, {columns}) SELECT $1, 1, {values} FROM {GIVEN}
         ON CONFLICT DO NOTHING"
    )
});

fn insert<'a>(
    tx: &mut TenantTx<'_>,
    change: &Change,
    appointments: impl Iterator<Item = &'a Appointment> + Clone,
) -> Recorded {
    let rows: Vec<_> = appointments
        .clone()
        .map(|appointment| AppointmentDocument::of(appointment, change))
        .collect();
    let query = sql_query(INSERT.as_str())
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Text, _>(document::text(&rows)?);
    let written = query.execute(tx.conn()).map_err(unknown_customer_or)?;
    all_or_stale(written, rows.len())?;
    insert_teams(tx, appointments)
}

/// Who is in a team already keeps their share.
fn insert_teams<'a>(tx: &mut TenantTx<'_>, appointments: impl Iterator<Item = &'a Appointment>) -> Recorded {
    let teams = documents::teams(appointments);
    if teams.is_empty() {
        return Ok(());
    }
    let query = sql_query(
        "INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position)
         SELECT $1, t.appointment_id, t.staff_id, t.position
         FROM jsonb_populate_recordset(NULL::appointment_staff, $2::jsonb) t ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Text, _>(document::text(&teams)?);
    query.execute(tx.conn())?;
    Ok(())
}

static UPDATE: LazyLock<String> = LazyLock::new(|| {
    let changing = APPOINTMENT.iter().filter(|column| !LASTING.contains(column));
    let sets: Vec<String> = changing.map(|column| format!("{column} = a.{column}")).collect();
    format!(
        "UPDATE appointments t SET {}, history = {GROWN_HISTORY}, version = t.version + 1 FROM {GIVEN}
         WHERE t.tenant_id = $1 AND t.id = a.id AND t.version = a.version",
        sets.join(", "),
    )
});

fn update(tx: &mut TenantTx<'_>, change: &Change, changed: &[&AppointmentChange]) -> Recorded {
    let rows: Vec<_> = changed
        .iter()
        .map(|changed| AppointmentDocument::of(&changed.appointment, change))
        .collect();
    if changed.len() > 1 {
        // In one order: two writers of the same ones would deadlock otherwise.
        let lock = sql_query(
            "SELECT FROM appointments WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE",
        )
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Array<SqlUuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>());
        lock.execute(tx.conn())?;
    }
    let query = sql_query(UPDATE.as_str())
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Text, _>(document::text(&rows)?);
    let written = query.execute(tx.conn())?;
    all_or_stale(written, rows.len())?;
    let of_kind = |wanted: &[ClaimChange]| {
        let wanted = changed.iter().filter(|changed| wanted.contains(&changed.claims));
        wanted.map(|changed| &changed.appointment).collect::<Vec<_>>()
    };
    claims::release(tx, &of_kind(&[ClaimChange::Take, ClaimChange::Release]))?;
    claims::keep(tx, &of_kind(&[ClaimChange::Keep]))?;
    let moved = of_kind(&[ClaimChange::Take]);
    if moved.is_empty() {
        Ok(())
    } else {
        change_teams(tx, &moved)
    }
}

/// A move may go to somebody else. A team that stays as it was keeps its shares.
fn change_teams(tx: &mut TenantTx<'_>, moved: &[&Appointment]) -> Recorded {
    let query = sql_query(
        "DELETE FROM appointment_staff s
         WHERE s.tenant_id = $1 AND s.appointment_id = ANY ($2)
            AND (SELECT array_agg(o.staff_id ORDER BY o.position) FROM appointment_staff o
                    WHERE o.tenant_id = $1 AND o.appointment_id = s.appointment_id)
                IS DISTINCT FROM
                (SELECT array_agg(t.staff_id ORDER BY t.position)
                    FROM jsonb_populate_recordset(NULL::appointment_staff, $3::jsonb) t
                    WHERE t.appointment_id = s.appointment_id)",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Array<SqlUuid>, _>(moved.iter().map(|moved| moved.id().as_uuid()).collect::<Vec<_>>())
    .bind::<Text, _>(document::text(&documents::teams(moved.iter().copied()))?);
    query.execute(tx.conn())?;
    insert_teams(tx, moved.iter().copied())
}

fn all_or_stale(written: usize, wanted: usize) -> Recorded {
    if written == wanted {
        Ok(())
    } else {
        Err(TxError::Refused(RecordError::Stale))
    }
}

/// Ends the holds that ran out and are in the way of the wanted claims.
pub(super) fn end_overdue(tx: &mut TenantTx<'_>, wanted: &[&Claim], at: OffsetDateTime) -> Recorded {
    for visit in claims::overdue_in_the_way(tx, wanted, at)? {
        if let Some(visit) = read::visit::<RecordError>(tx, Id::from_uuid(visit))?
            && let Some(change) = expiry(&visit, at)
        {
            raise_visits(tx, &change)?;
            apply(tx, &change)?;
        }
    }
    Ok(())
}
