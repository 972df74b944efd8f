//! Reading visits and appointments.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::{Appointment, AppointmentId, HistoryEntry};
use ratiba_booking::catalogue::CustomerId;
use ratiba_booking::ports::Wanted;
use ratiba_booking::visit::{HoldKey, Visit, VisitId};
use ratiba_kernel::{Id, TimeRange};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::documents::HistoryDocument;
use super::rows::{AppointmentRow, SELECT_APPOINTMENTS, VisitRow};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

static ONE: LazyLock<String> =
    LazyLock::new(|| format!("{SELECT_APPOINTMENTS} WHERE a.tenant_id = $1 AND a.id = $2"));
static OF_VISIT: LazyLock<String> = LazyLock::new(|| {
    format!("{SELECT_APPOINTMENTS} WHERE a.tenant_id = $1 AND a.visit_id = $2 ORDER BY a.start_at, a.id")
});
static BETWEEN: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{SELECT_APPOINTMENTS} WHERE a.tenant_id = $1 AND a.start_at >= $2 AND a.start_at < $3 AND a.end_at > $4
            AND ($5 IS NULL OR (a.start_at, a.id) > ($5, $6))
            AND ($7 IS NULL OR a.staff_id = $7 OR EXISTS (SELECT FROM appointment_staff s
                WHERE s.tenant_id = $1 AND s.appointment_id = a.id AND s.staff_id = $7))
         ORDER BY a.start_at, a.id LIMIT $8"
    )
});

pub(super) fn appointment<E>(
    tx: &mut TenantTx<'_>,
    id: AppointmentId,
) -> Result<Option<Appointment>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let query = sql_query(ONE.as_str())
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id.as_uuid());
    let row = query.get_result::<AppointmentRow>(tx.conn()).optional()?;
    row.map(AppointmentRow::read).transpose()
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = diesel::sql_types::Json)]
    history: serde_json::Value,
}

pub(super) fn history<E>(tx: &mut TenantTx<'_>, id: AppointmentId) -> Result<Vec<HistoryEntry>, TxError<E>> {
    let query = sql_query(
        "SELECT coalesce(history, '[]')::json AS history FROM appointments WHERE tenant_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(id.as_uuid());
    let Some(told) = query.get_result::<Told>(tx.conn()).optional()? else {
        return Ok(Vec::new());
    };
    let impossible = |what: &str| TxError::Impossible(format!("history of appointment {id}: {what}"));
    let entries: Vec<HistoryDocument> =
        serde_json::from_value(told.history).map_err(|error| impossible(&error.to_string()))?;
    let entries = entries.into_iter().map(HistoryDocument::read);
    entries.collect::<Result<_, _>>().map_err(impossible)
}

pub(super) fn visit<E>(tx: &mut TenantTx<'_>, id: VisitId) -> Result<Option<Visit>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let head = sql_query(
        "SELECT id, customer_id, hold_key, order_fingerprint, reminded, lost_at, accepted_by, version, created_at
         FROM visits WHERE tenant_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id.as_uuid());
    let head = head.get_result::<VisitRow>(tx.conn()).optional()?;
    let Some(head) = head else { return Ok(None) };
    let rows = sql_query(OF_VISIT.as_str())
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id.as_uuid());
    let rows = rows.load::<AppointmentRow>(tx.conn())?;
    Ok(Some(Visit {
        head: head.read()?,
        appointments: read_all(rows)?,
    }))
}

static OF_VISITS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{SELECT_APPOINTMENTS} WHERE a.tenant_id = $1 AND a.visit_id = ANY ($2) ORDER BY a.start_at, a.id"
    )
});

/// Visits by their ids and in their order.
pub(super) fn visits<E>(tx: &mut TenantTx<'_>, ids: &[VisitId]) -> Result<Vec<Option<Visit>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let uuids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let heads = sql_query(
        "SELECT id, customer_id, hold_key, order_fingerprint, reminded, lost_at, accepted_by, version, created_at
         FROM visits WHERE tenant_id = $1 AND id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(&uuids);
    let heads = heads.load::<VisitRow>(tx.conn())?;
    let rows = sql_query(OF_VISITS.as_str())
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<SqlUuid>, _>(&uuids);
    let parts = read_all(rows.load::<AppointmentRow>(tx.conn())?)?;
    let mut found: BTreeMap<VisitId, Visit> = BTreeMap::new();
    for head in heads {
        let head = head.read()?;
        let appointments = parts.iter().filter(|part| part.booking().visit == head.id);
        let appointments = appointments.cloned().collect();
        found.insert(head.id, Visit { head, appointments });
    }
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

pub(super) fn visit_id_of_key<E>(
    tx: &mut TenantTx<'_>,
    key: &HoldKey,
) -> Result<Option<VisitId>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let found = sql_query("SELECT id FROM visits WHERE tenant_id = $1 AND hold_key = $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(key.as_str());
    let found = found.get_result::<Found>(tx.conn()).optional()?;
    Ok(found.map(|found| Id::from_uuid(found.id)))
}

pub(super) fn between<E>(
    tx: &mut TenantTx<'_>,
    range: TimeRange,
    wanted: Wanted,
) -> Result<Vec<Appointment>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    // No service lasts longer than a day, which lets the index on the start bound the scan from below.
    let earliest = range.start().saturating_sub(Duration::DAY);
    let rows = sql_query(BETWEEN.as_str())
        .bind::<SqlUuid, _>(tenant)
        .bind::<Timestamptz, _>(earliest)
        .bind::<Timestamptz, _>(range.end())
        .bind::<Timestamptz, _>(range.start())
        .bind::<Nullable<Timestamptz>, _>(wanted.after.map(|(start, _)| start))
        .bind::<Nullable<SqlUuid>, _>(wanted.after.map(|(_, id)| id.as_uuid()))
        .bind::<Nullable<SqlUuid>, _>(wanted.staff.map(|staff| staff.as_uuid()))
        .bind::<BigInt, _>(i64::from(wanted.most));
    read_all(rows.load::<AppointmentRow>(tx.conn())?)
}

pub(super) fn upcoming<E>(
    tx: &mut TenantTx<'_>,
    customer: CustomerId,
    from: OffsetDateTime,
) -> Result<Vec<Visit>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    // As above: a day bounds how far back a start may lie.
    let found = sql_query(
        "SELECT visit_id AS id FROM appointments
         WHERE tenant_id = $1 AND customer_id = $2 AND start_at > $3 AND end_at > $4
             AND state IN ('requested', 'held', 'confirmed', 'checked_in', 'in_progress', 'completed')
         GROUP BY visit_id ORDER BY min(start_at), visit_id LIMIT 50",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(customer.as_uuid())
    .bind::<Timestamptz, _>(from.saturating_sub(Duration::DAY))
    .bind::<Timestamptz, _>(from);
    let found = found.load::<Found>(tx.conn())?;
    let mut visits = Vec::with_capacity(found.len());
    for found in found {
        visits.extend(visit(tx, Id::from_uuid(found.id))?);
    }
    Ok(visits)
}

pub(super) fn no_shows<E>(tx: &mut TenantTx<'_>, customer: CustomerId) -> Result<u32, TxError<E>> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let tenant = tx.tenant_uuid();
    let missed = sql_query(
        "SELECT count(DISTINCT visit_id) FROM appointments
         WHERE tenant_id = $1 AND customer_id = $2 AND state = 'no_show'",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(customer.as_uuid())
    .get_result::<Count>(tx.conn())?;
    Ok(u32::try_from(missed.count).unwrap_or(u32::MAX))
}

fn read_all<E>(rows: Vec<AppointmentRow>) -> Result<Vec<Appointment>, TxError<E>> {
    rows.into_iter().map(AppointmentRow::read).collect()
}
