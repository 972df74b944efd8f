//! What stands on a date or a stretch of time: leave, outages, dated hours, opening hours, holidays.

use diesel::prelude::*;
use diesel::sql_types::{
    Array, Date as SqlDate, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_booking::appointment::Version;
use ratiba_booking::availability::{DayBlock, WeeklyBlock};
use ratiba_booking::catalogue::{ResourceId, StaffId};
use ratiba_booking::setup::{Holiday, Leave, LeaveId, OutOfService, OutageId, SetupRefused, limits};
use serde_json::Value;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::{Count, Refusable, catalogue, people, refused};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

/// How many rows of one subject are not over, at most.
fn room_for_one_more(
    tx: &mut TenantTx<'_>,
    statement: &'static str,
    subject: Uuid,
    at: OffsetDateTime,
    most: usize,
) -> Refusable<()> {
    let tenant = tx.tenant_uuid();
    let counted = sql_query(statement)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(subject)
        .bind::<Timestamptz, _>(at)
        .get_result::<Count>(tx.conn())?;
    if usize::try_from(counted.count).unwrap_or(usize::MAX) >= most {
        return refused(SetupRefused::TooMany(most));
    }
    Ok(())
}

/// Something without a version was removed, or was never there.
const fn removed(rows: usize) -> Refusable<Version> {
    if rows == 0 {
        Err(TxError::Refused(SetupRefused::Unknown))
    } else {
        Ok(Version::NEW)
    }
}

fn document(blocks: &[DayBlock]) -> Refusable<Value> {
    serde_json::to_value(blocks).map_err(|error| TxError::Impossible(error.to_string()))
}

pub(super) fn add_leave(tx: &mut TenantTx<'_>, leave: &Leave, at: OffsetDateTime) -> Refusable<Version> {
    people::must_exist(tx, leave.staff)?;
    room_for_one_more(
        tx,
        "SELECT count(*) FROM staff_leave WHERE tenant_id = $1 AND staff_id = $2 AND ends_at > $3",
        leave.staff.as_uuid(),
        at,
        limits::ABSENCES,
    )?;
    let tenant = tx.tenant_uuid();
    sql_query(
        "INSERT INTO staff_leave (tenant_id, id, staff_id, starts_at, ends_at, reason)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(leave.id.as_uuid())
    .bind::<SqlUuid, _>(leave.staff.as_uuid())
    .bind::<Timestamptz, _>(leave.range.start())
    .bind::<Timestamptz, _>(leave.range.end())
    .bind::<Nullable<Text>, _>(leave.reason.as_deref())
    .execute(tx.conn())?;
    Ok(Version::NEW)
}

pub(super) fn remove_leave(tx: &mut TenantTx<'_>, staff: StaffId, id: LeaveId) -> Refusable<Version> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query("DELETE FROM staff_leave WHERE tenant_id = $1 AND staff_id = $2 AND id = $3")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(staff.as_uuid())
        .bind::<SqlUuid, _>(id.as_uuid())
        .execute(tx.conn())?;
    removed(rows)
}

pub(super) fn add_outage(
    tx: &mut TenantTx<'_>,
    outage: &OutOfService,
    at: OffsetDateTime,
) -> Refusable<Version> {
    if !catalogue::exists(tx, "resources", outage.resource.as_uuid())? {
        return refused(SetupRefused::Unknown);
    }
    room_for_one_more(
        tx,
        "SELECT count(*) FROM resource_outages WHERE tenant_id = $1 AND resource_id = $2 AND ends_at > $3",
        outage.resource.as_uuid(),
        at,
        limits::ABSENCES,
    )?;
    let tenant = tx.tenant_uuid();
    sql_query(
        "INSERT INTO resource_outages (tenant_id, id, resource_id, starts_at, ends_at, reason)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(outage.id.as_uuid())
    .bind::<SqlUuid, _>(outage.resource.as_uuid())
    .bind::<Timestamptz, _>(outage.range.start())
    .bind::<Timestamptz, _>(outage.range.end())
    .bind::<Nullable<Text>, _>(outage.reason.as_deref())
    .execute(tx.conn())?;
    Ok(Version::NEW)
}

pub(super) fn remove_outage(tx: &mut TenantTx<'_>, resource: ResourceId, id: OutageId) -> Refusable<Version> {
    let tenant = tx.tenant_uuid();
    let rows =
        sql_query("DELETE FROM resource_outages WHERE tenant_id = $1 AND resource_id = $2 AND id = $3")
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(resource.as_uuid())
            .bind::<SqlUuid, _>(id.as_uuid())
            .execute(tx.conn())?;
    removed(rows)
}

pub(super) fn put_override(
    tx: &mut TenantTx<'_>,
    (staff, day): (StaffId, Date),
    blocks: &[DayBlock],
    version: Option<Version>,
    at: OffsetDateTime,
) -> Refusable<Version> {
    people::must_exist(tx, staff)?;
    let (tenant, blocks) = (tx.tenant_uuid(), document(blocks)?);
    let Some(version) = version else {
        room_for_one_more(
            tx,
            "SELECT count(*) FROM staff_overrides WHERE tenant_id = $1 AND staff_id = $2 AND day >= $3::date",
            staff.as_uuid(),
            at,
            limits::DATED,
        )?;
        let written = sql_query(
            "INSERT INTO staff_overrides (tenant_id, staff_id, day, blocks, version)
             VALUES ($1, $2, $3, $4, 1) ON CONFLICT DO NOTHING",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(staff.as_uuid())
        .bind::<SqlDate, _>(day)
        .bind::<Jsonb, _>(blocks)
        .execute(tx.conn())?;
        return dated(written, None);
    };
    let written = sql_query(
        "UPDATE staff_overrides SET blocks = $5, version = version + 1
         WHERE tenant_id = $1 AND staff_id = $2 AND day = $3 AND version = $4",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(staff.as_uuid())
    .bind::<SqlDate, _>(day)
    .bind::<Integer, _>(version.number())
    .bind::<Jsonb, _>(blocks)
    .execute(tx.conn())?;
    dated(written, Some(version))
}

/// A date that has hours already needs their version, and one that has none has no version.
fn dated(written: usize, version: Option<Version>) -> Refusable<Version> {
    match (written, version) {
        (1, version) => Ok(version.unwrap_or(Version::NEW).next()),
        (_, None) => refused(SetupRefused::VersionNeeded),
        (_, Some(_)) => refused(SetupRefused::Stale),
    }
}

pub(super) fn remove_override(
    tx: &mut TenantTx<'_>,
    staff: StaffId,
    day: Date,
    version: Version,
) -> Refusable<Version> {
    let tenant = tx.tenant_uuid();
    let known = sql_query(
        "WITH known AS (SELECT version FROM staff_overrides
                WHERE tenant_id = $1 AND staff_id = $2 AND day = $3),
            gone AS (DELETE FROM staff_overrides
                WHERE tenant_id = $1 AND staff_id = $2 AND day = $3 AND version = $4)
         SELECT version FROM known",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(staff.as_uuid())
    .bind::<SqlDate, _>(day)
    .bind::<Integer, _>(version.number())
    .get_result::<VersionRow>(tx.conn())
    .optional()?;
    removed_at(known, version)
}

#[derive(QueryableByName)]
struct VersionRow {
    #[diesel(sql_type = Integer)]
    version: i32,
}

/// A date's hours were removed if they were there at that version. All changes of the setup stand in a row.
fn removed_at(known: Option<VersionRow>, version: Version) -> Refusable<Version> {
    match known {
        None => refused(SetupRefused::Unknown),
        Some(row) if row.version != version.number() => refused(SetupRefused::Stale),
        Some(_) => Ok(Version::NEW),
    }
}

pub(super) fn put_opening_hours(
    tx: &mut TenantTx<'_>,
    weekly: Option<&[WeeklyBlock]>,
    version: Version,
) -> Refusable<Version> {
    let tenant = tx.tenant_uuid();
    let written = sql_query(
        "UPDATE tenant_settings SET hours_version = hours_version + 1
         WHERE tenant_id = $1 AND hours_version = $2",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Integer, _>(version.number())
    .execute(tx.conn())?;
    if written != 1 {
        return refused(SetupRefused::Stale);
    }
    people::write_opening_hours(tx, weekly.unwrap_or_default())?;
    Ok(version.next())
}

pub(super) fn put_holiday(
    tx: &mut TenantTx<'_>,
    holiday: &Holiday,
    version: Option<Version>,
) -> Refusable<Version> {
    let Some(version) = version else {
        let written = insert_holidays(tx, std::slice::from_ref(holiday))?;
        return dated(written, None);
    };
    let (tenant, blocks) = (tx.tenant_uuid(), document(&holiday.blocks)?);
    let written = sql_query(
        "UPDATE holidays SET name = $4, blocks = $5, version = version + 1
         WHERE tenant_id = $1 AND day = $2 AND version = $3",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlDate, _>(holiday.day)
    .bind::<Integer, _>(version.number())
    .bind::<Text, _>(&holiday.name)
    .bind::<Jsonb, _>(blocks)
    .execute(tx.conn())?;
    dated(written, Some(version))
}

pub(super) fn add_holidays(tx: &mut TenantTx<'_>, holidays: &[Holiday]) -> Refusable<Version> {
    insert_holidays(tx, holidays)?;
    Ok(Version::NEW)
}

/// Dates that have hours already keep them.
fn insert_holidays(tx: &mut TenantTx<'_>, holidays: &[Holiday]) -> Refusable<usize> {
    let tenant = tx.tenant_uuid();
    let earliest = holidays.iter().map(|holiday| holiday.day).min();
    let counted = sql_query("SELECT count(*) FROM holidays WHERE tenant_id = $1 AND day >= $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Nullable<SqlDate>, _>(earliest)
        .get_result::<Count>(tx.conn())?;
    let most = i64::try_from(limits::DATED).unwrap_or(i64::MAX);
    if counted.count + i64::try_from(holidays.len()).unwrap_or(i64::MAX) > most {
        return refused(SetupRefused::TooMany(limits::DATED));
    }
    let blocks = holidays.iter().map(|holiday| document(&holiday.blocks));
    let blocks = blocks.collect::<Refusable<Vec<Value>>>()?;
    let written = sql_query(
        "INSERT INTO holidays (tenant_id, day, name, blocks, version)
         SELECT $1, day, name, blocks, 1 FROM unnest($2, $3, $4) AS t (day, name, blocks)
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlDate>, _>(holidays.iter().map(|holiday| holiday.day).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(
        holidays
            .iter()
            .map(|holiday| holiday.name.as_str())
            .collect::<Vec<_>>(),
    )
    .bind::<Array<Jsonb>, _>(blocks)
    .execute(tx.conn())?;
    Ok(written)
}

pub(super) fn remove_holiday(tx: &mut TenantTx<'_>, day: Date, version: Version) -> Refusable<Version> {
    let tenant = tx.tenant_uuid();
    let known = sql_query(
        "WITH known AS (SELECT version FROM holidays WHERE tenant_id = $1 AND day = $2),
            gone AS (DELETE FROM holidays WHERE tenant_id = $1 AND day = $2 AND version = $3)
         SELECT version FROM known",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlDate, _>(day)
    .bind::<Integer, _>(version.number())
    .get_result::<VersionRow>(tx.conn())
    .optional()?;
    removed_at(known, version)
}
