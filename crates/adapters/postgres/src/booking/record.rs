//! Recording a change: whole or not at all.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Jsonb, Nullable, Numeric, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_booking::appointment::{Appointment, Awaits, StaffChoice, StaffNotes, Version};
use ratiba_booking::engagement::Claim;
use ratiba_booking::ports::{AppointmentChange, Change, ClaimChange, RecordError};
use ratiba_booking::visit::{VisitHead, expiry};
use ratiba_kernel::Id;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{claims, months, read, rows, words};
use crate::database::{TenantTx, TxError};
use crate::jobs::NewJob;
use crate::outbox;

type Recorded = Result<(), TxError<RecordError>>;

const TOPIC: &str = "booking";

pub(super) fn record(tx: &mut TenantTx<'_>, change: &Change) -> Recorded {
    if months::any_is_frozen(tx, &change.open_months)? {
        return Err(TxError::Refused(RecordError::MonthFrozen));
    }
    if let Some(head) = &change.head {
        write_head(tx, head)?;
    }
    let taking = |changed: &&AppointmentChange| changed.claims == ClaimChange::Take;
    let takers = change.appointments.iter().filter(taking);
    let wanted: Vec<&Claim> = takers
        .flat_map(|changed| &changed.appointment.booking().claims)
        .collect();
    if !wanted.is_empty() {
        claims::lock_shared(tx, &wanted)?;
        end_overdue(tx, &wanted, change.at)?;
    }
    apply(tx, change)?;
    if !wanted.is_empty() {
        claims::take(tx, change)?;
    }
    Ok(())
}

/// Appointments in the order of their ids (two writers of the same ones would deadlock otherwise), what they
/// let go, what happened and what is due.
fn apply(tx: &mut TenantTx<'_>, change: &Change) -> Recorded {
    let mut changed: Vec<&AppointmentChange> = change.appointments.iter().collect();
    changed.sort_by_key(|changed| changed.appointment.id());
    for AppointmentChange { appointment, claims } in changed {
        if appointment.version() == Version::NEW {
            insert(tx, appointment)?;
        } else {
            update(tx, appointment)?;
            match claims {
                ClaimChange::Keep => {}
                ClaimChange::Take => {
                    claims::release(tx, appointment.id())?;
                    replace_team(tx, appointment)?;
                }
                ClaimChange::Release => claims::release(tx, appointment.id())?,
            }
        }
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
        let written = sql_query(
            "UPDATE visits SET reminded = $3, lost_at = $4, version = version + 1
             WHERE tenant_id = $1 AND id = $2 AND version = $5",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(head.id.as_uuid())
        .bind::<Array<Text>, _>(reminded)
        .bind::<Nullable<Timestamptz>, _>(head.lost_at)
        .bind::<Integer, _>(head.version.number())
        .execute(tx.conn())?;
        return if written == 1 {
            Ok(())
        } else {
            Err(TxError::Refused(RecordError::Stale))
        };
    }
    let written = sql_query(
        "INSERT INTO visits (tenant_id, id, customer_id, hold_key, reminded, lost_at, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(head.id.as_uuid())
    .bind::<SqlUuid, _>(head.customer.as_uuid())
    .bind::<Nullable<Text>, _>(head.hold_key.as_ref().map(|key| key.as_str()))
    .bind::<Array<Text>, _>(reminded)
    .bind::<Nullable<Timestamptz>, _>(head.lost_at)
    .bind::<Timestamptz, _>(head.created_at)
    .execute(tx.conn())?;
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

fn insert(tx: &mut TenantTx<'_>, appointment: &Appointment) -> Recorded {
    let booking = appointment.booking();
    let (tenant, price, state) = (tx.tenant_uuid(), &booking.price, appointment.state());
    let actuals = appointment.actuals();
    let plan = rows::plan_document(&booking.recipe, &booking.claims);
    let plan = plan.map_err(|error| TxError::Impossible(error.to_string()))?;
    let first = booking.team.members().first().map(|staff| staff.as_uuid());
    let tax = i32::try_from(price.tax().value()).unwrap_or(i32::MAX);
    let (discount_source, discount_by) = rows::discount_columns(price);
    let written = sql_query(
        "INSERT INTO appointments (tenant_id, id, visit_id, customer_id, service_id, staff_id, state, state_at,
            hold_expires_at, fee_minor, start_at, end_at, channel, staff_requested, currency, list_price_minor,
            discount_minor, discount_reason, charged_minor, deposit_minor, tax_basis_points, product_cost_minor,
            plan, version, created_at, actual_start_at, actual_end_at, tip_amount, staff_notes, awaits,
            discount_source, discount_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
            $22, $23, 1, $24, $25, $26, $27, $28, $29, $30, $31)
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(appointment.id().as_uuid())
    .bind::<SqlUuid, _>(booking.visit.as_uuid())
    .bind::<SqlUuid, _>(booking.customer.as_uuid())
    .bind::<SqlUuid, _>(booking.service.as_uuid())
    .bind::<Nullable<SqlUuid>, _>(first)
    .bind::<Text, _>(state.word())
    .bind::<Timestamptz, _>(state.since())
    .bind::<Nullable<Timestamptz>, _>(state.deadline())
    .bind::<Nullable<BigInt>, _>(state.fee().map(|fee| fee.amount_minor()))
    .bind::<Timestamptz, _>(booking.time.start())
    .bind::<Timestamptz, _>(booking.time.end())
    .bind::<Text, _>(words::channel(booking.channel))
    .bind::<Bool, _>(booking.choice == StaffChoice::Requested)
    .bind::<Text, _>(price.charged().currency().code())
    .bind::<BigInt, _>(price.list().amount_minor())
    .bind::<BigInt, _>(price.discount().amount_minor())
    .bind::<Nullable<Text>, _>(price.discount_reason())
    .bind::<BigInt, _>(price.charged().amount_minor())
    .bind::<BigInt, _>(booking.deposit.amount_minor())
    .bind::<Integer, _>(tax)
    .bind::<BigInt, _>(price.product_cost().amount_minor())
    .bind::<Jsonb, _>(plan)
    .bind::<Timestamptz, _>(booking.booked_at)
    .bind::<Nullable<Timestamptz>, _>(actuals.start)
    .bind::<Nullable<Timestamptz>, _>(actuals.end)
    .bind::<Nullable<Numeric>, _>(actuals.tip.map(rows::tip_amount))
    .bind::<Nullable<Text>, _>(actuals.notes.as_ref().map(StaffNotes::as_str))
    .bind::<Nullable<Text>, _>(state.awaits().map(Awaits::word))
    .bind::<Nullable<Text>, _>(discount_source)
    .bind::<Nullable<Text>, _>(discount_by)
    .execute(tx.conn())?;
    if written != 1 {
        return Err(TxError::Refused(RecordError::Stale));
    }
    insert_team(tx, appointment)
}

fn insert_team(tx: &mut TenantTx<'_>, appointment: &Appointment) -> Recorded {
    let tenant = tx.tenant_uuid();
    let team = appointment.booking().team.members();
    let positions: Vec<i16> = (0..).take(team.len()).collect();
    sql_query(
        "INSERT INTO appointment_staff (tenant_id, appointment_id, staff_id, position)
         SELECT $1, $2, staff_id, position FROM unnest($3, $4) AS t (staff_id, position)
         ON CONFLICT (tenant_id, appointment_id, staff_id) DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(appointment.id().as_uuid())
    .bind::<Array<SqlUuid>, _>(team.iter().map(|staff| staff.as_uuid()).collect::<Vec<Uuid>>())
    .bind::<Array<SmallInt>, _>(positions)
    .execute(tx.conn())?;
    Ok(())
}

/// Puts the team of an appointment that was moved in the place of the one it had; who stays keeps the share.
fn replace_team(tx: &mut TenantTx<'_>, appointment: &Appointment) -> Recorded {
    let tenant = tx.tenant_uuid();
    let team = appointment.booking().team.members();
    let staff: Vec<Uuid> = team.iter().map(|staff| staff.as_uuid()).collect();
    let positions: Vec<i16> = (0..).take(team.len()).collect();
    sql_query(
        "DELETE FROM appointment_staff s WHERE s.tenant_id = $1 AND s.appointment_id = $2
            AND NOT EXISTS (SELECT FROM unnest($3, $4) AS t (staff_id, position)
                WHERE t.staff_id = s.staff_id AND t.position = s.position)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(appointment.id().as_uuid())
    .bind::<Array<SqlUuid>, _>(staff)
    .bind::<Array<SmallInt>, _>(positions)
    .execute(tx.conn())?;
    insert_team(tx, appointment)
}

/// What may change of an appointment: its state, its actuals, when and by whom it is rendered, and what it
/// costs. For whom and what it is never changes.
fn update(tx: &mut TenantTx<'_>, appointment: &Appointment) -> Recorded {
    let (tenant, state, actuals) = (tx.tenant_uuid(), appointment.state(), appointment.actuals());
    let booking = appointment.booking();
    let plan = rows::plan_document(&booking.recipe, &booking.claims);
    let plan = plan.map_err(|error| TxError::Impossible(error.to_string()))?;
    let first = booking.team.members().first().map(|staff| staff.as_uuid());
    let (discount_source, discount_by) = rows::discount_columns(&booking.price);
    let written = sql_query(
        "UPDATE appointments SET state = $4, state_at = $5, hold_expires_at = $6, fee_minor = $7,
            actual_start_at = $8, actual_end_at = $9, tip_amount = $10, staff_notes = $11, awaits = $12,
            start_at = $13, end_at = $14, staff_id = $15, staff_requested = $16, plan = $17,
            list_price_minor = $18, discount_minor = $19, discount_reason = $20, charged_minor = $21,
            deposit_minor = $22, discount_source = $23, discount_by = $24, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(appointment.id().as_uuid())
    .bind::<Integer, _>(appointment.version().number())
    .bind::<Text, _>(state.word())
    .bind::<Timestamptz, _>(state.since())
    .bind::<Nullable<Timestamptz>, _>(state.deadline())
    .bind::<Nullable<BigInt>, _>(state.fee().map(|fee| fee.amount_minor()))
    .bind::<Nullable<Timestamptz>, _>(actuals.start)
    .bind::<Nullable<Timestamptz>, _>(actuals.end)
    .bind::<Nullable<Numeric>, _>(actuals.tip.map(rows::tip_amount))
    .bind::<Nullable<Text>, _>(actuals.notes.as_ref().map(StaffNotes::as_str))
    .bind::<Nullable<Text>, _>(state.awaits().map(Awaits::word))
    .bind::<Timestamptz, _>(booking.time.start())
    .bind::<Timestamptz, _>(booking.time.end())
    .bind::<Nullable<SqlUuid>, _>(first)
    .bind::<Bool, _>(booking.choice == StaffChoice::Requested)
    .bind::<Jsonb, _>(plan)
    .bind::<BigInt, _>(booking.price.list().amount_minor())
    .bind::<BigInt, _>(booking.price.discount().amount_minor())
    .bind::<Nullable<Text>, _>(booking.price.discount_reason())
    .bind::<BigInt, _>(booking.price.charged().amount_minor())
    .bind::<BigInt, _>(booking.deposit.amount_minor())
    .bind::<Nullable<Text>, _>(discount_source)
    .bind::<Nullable<Text>, _>(discount_by)
    .execute(tx.conn())?;
    if written == 1 {
        Ok(())
    } else {
        Err(TxError::Refused(RecordError::Stale))
    }
}

/// Ends the holds that ran out and are in the way of the wanted claims.
fn end_overdue(tx: &mut TenantTx<'_>, wanted: &[&Claim], at: OffsetDateTime) -> Recorded {
    for visit in claims::overdue_in_the_way(tx, wanted, at)? {
        if let Some(visit) = read::visit::<RecordError>(tx, Id::from_uuid(visit))?
            && let Some(change) = expiry(&visit, at)
        {
            apply(tx, &change)?;
        }
    }
    Ok(())
}
