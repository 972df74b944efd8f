//! Recording any change: whole or not at all. A plain new visit has a way of its own, [`booked`].

use std::collections::BTreeSet;
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::{Appointment, Version};
use ratiba_booking::engagement::Claim;
use ratiba_booking::ports::{AppointmentChange, Change, ClaimChange, RecordError};
use ratiba_booking::visit::{VisitHead, expiry};
use ratiba_kernel::Id;
use time::OffsetDateTime;
use uuid::Uuid;

use super::booked::unknown_customer_or;
use super::columns::{APPOINTMENT, AppointmentColumns, LASTING, of, unnest};
use super::{claims, months, read, words};
use crate::database::{TenantTx, TxError};
use crate::jobs::NewJob;
use crate::kept::kept;
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
    let setup = kept(query).get_result::<Entered>(tx.conn())?.setup;
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
        insert(tx, new.iter().map(|changed| &changed.appointment))?;
    }
    if !known.is_empty() {
        update(tx, &known)?;
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
        return all_or_stale(kept(query).execute(tx.conn())?, 1);
    }
    let query = sql_query(
        "INSERT INTO visits (tenant_id, id, customer_id, hold_key, reminded, lost_at, version, created_at, accepted_by)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(head.id.as_uuid())
    .bind::<SqlUuid, _>(head.customer.as_uuid())
    .bind::<Nullable<Text>, _>(head.hold_key.as_ref().map(|key| key.as_str()))
    .bind::<Array<Text>, _>(reminded)
    .bind::<Nullable<Timestamptz>, _>(head.lost_at)
    .bind::<Timestamptz, _>(head.created_at)
    .bind::<Nullable<Text>, _>(head.accepted_by.map(words::party));
    let written = kept(query).execute(tx.conn()).map_err(unknown_customer_or)?;
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

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let (columns, values) = (APPOINTMENT.join(", "), of("a", &APPOINTMENT));
    format!(
        "INSERT INTO appointments (tenant_id, version, {columns}) SELECT $1, 1, {values} FROM {} ON CONFLICT DO NOTHING",
        unnest(2, "a", &APPOINTMENT, None)
    )
});

fn insert<'a>(tx: &mut TenantTx<'_>, appointments: impl Iterator<Item = &'a Appointment>) -> Recorded {
    let tenant = tx.tenant_uuid();
    let columns = AppointmentColumns::of(appointments).map_err(TxError::Impossible)?;
    let query = sql_query(INSERT.as_str()).into_boxed().bind::<SqlUuid, _>(tenant);
    let written = kept(columns.bind(query))
        .execute(tx.conn())
        .map_err(unknown_customer_or)?;
    all_or_stale(written, columns.ids.len())?;
    insert_teams(tx, &columns)
}

fn insert_teams(tx: &mut TenantTx<'_>, columns: &AppointmentColumns) -> Recorded {
    let tenant = tx.tenant_uuid();
    let query = sql_query(
        "INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position)
         SELECT $1, appointment, staff, position FROM unnest($2, $3, $4) AS t (appointment, staff, position)",
    )
    .into_boxed()
    .bind::<SqlUuid, _>(tenant);
    kept(columns.bind_teams(query)).execute(tx.conn())?;
    Ok(())
}

static UPDATE: LazyLock<String> = LazyLock::new(|| {
    let changing = APPOINTMENT.iter().filter(|column| !LASTING.contains(column));
    let sets: Vec<String> = changing.map(|column| format!("{column} = a.{column}")).collect();
    let mut columns = vec!["version"];
    columns.extend(APPOINTMENT);
    format!(
        "UPDATE appointments t SET {}, version = t.version + 1 FROM {}
         WHERE t.tenant_id = $1 AND t.id = a.id AND t.version = a.version",
        sets.join(", "),
        unnest(2, "a", &columns, None)
    )
});

fn update(tx: &mut TenantTx<'_>, changed: &[&AppointmentChange]) -> Recorded {
    let tenant = tx.tenant_uuid();
    let columns = AppointmentColumns::of(changed.iter().map(|changed| &changed.appointment));
    let columns = columns.map_err(TxError::Impossible)?;
    if changed.len() > 1 {
        // In one order: two writers of the same ones would deadlock otherwise.
        let lock = sql_query(
            "SELECT FROM appointments WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<SqlUuid>, _>(&columns.ids);
        kept(lock).execute(tx.conn())?;
    }
    let query = sql_query(UPDATE.as_str())
        .into_boxed()
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<Integer>, _>(&columns.versions);
    let written = kept(columns.bind(query)).execute(tx.conn())?;
    all_or_stale(written, columns.ids.len())?;
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
        change_teams(tx, moved)
    }
}

#[derive(QueryableByName)]
struct OtherTeam {
    #[diesel(sql_type = SqlUuid)]
    appointment_id: Uuid,
}

/// A move may go to somebody else. Who stays keeps their share.
fn change_teams(tx: &mut TenantTx<'_>, moved: Vec<&Appointment>) -> Recorded {
    let tenant = tx.tenant_uuid();
    let columns = AppointmentColumns::of(moved.iter().copied()).map_err(TxError::Impossible)?;
    let query = sql_query(
        "WITH wanted AS (
            SELECT appointment, array_agg(staff ORDER BY position) AS team
            FROM unnest($2, $3, $4) AS t (appointment, staff, position) GROUP BY appointment)
         DELETE FROM appointment_staff s USING wanted w
         WHERE s.tenant_id = $1 AND s.appointment_id = w.appointment
            AND w.team IS DISTINCT FROM ARRAY(SELECT o.staff_id FROM appointment_staff o
                WHERE o.tenant_id = $1 AND o.appointment_id = w.appointment ORDER BY o.position)
         RETURNING s.appointment_id",
    )
    .into_boxed()
    .bind::<SqlUuid, _>(tenant);
    let others = kept(columns.bind_teams(query)).load::<OtherTeam>(tx.conn())?;
    let others: BTreeSet<Uuid> = others.into_iter().map(|other| other.appointment_id).collect();
    if others.is_empty() {
        return Ok(());
    }
    let moved = moved
        .into_iter()
        .filter(|appointment| others.contains(&appointment.id().as_uuid()));
    insert_teams(tx, &AppointmentColumns::of(moved).map_err(TxError::Impossible)?)
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
            apply(tx, &change)?;
        }
    }
    Ok(())
}
