//! People as booking sees them: who they are, when they work every week, and what they can do.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Date as SqlDate, Integer, Nullable, SmallInt, Text, Uuid as SqlUuid,
};
use ratiba_booking::appointment::Version;
use ratiba_booking::availability::WeeklyBlock;
use ratiba_booking::catalogue::{ServiceId, StaffId};
use ratiba_booking::setup::{Page, RosterCard, SetupRefused, Standing, Versioned, limits};
use ratiba_kernel::{Id, PhoneNumber};
use time::Date;
use uuid::Uuid;

use super::premises::weekly_hours;
use super::{Refusable, catalogue, cursor, room_for_one};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

/// Weekly hours as columns, for `unnest`.
fn week_columns(weekly: &[WeeklyBlock]) -> (Vec<i16>, Vec<i16>, Vec<i16>) {
    let minute = |minute: u16| i16::try_from(minute).unwrap_or(i16::MAX);
    let weekday = |block: &WeeklyBlock| i16::from(block.weekday.number_from_monday());
    (
        weekly.iter().map(weekday).collect(),
        weekly
            .iter()
            .map(|block| minute(block.block.from_minute))
            .collect(),
        weekly.iter().map(|block| minute(block.block.to_minute)).collect(),
    )
}

/// A step of somebody's version, with which their week or their skills are written.
fn next_version(tx: &mut TenantTx<'_>, id: StaffId, version: Version) -> Refusable<Version> {
    let tenant = tx.tenant_uuid();
    let written =
        sql_query("UPDATE staff SET version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $3")
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(id.as_uuid())
            .bind::<Integer, _>(version.number())
            .execute(tx.conn())?;
    catalogue::at_version(tx, written, "staff", id.as_uuid())?;
    Ok(version.next())
}

pub(super) fn put_hours(
    tx: &mut TenantTx<'_>,
    staff: StaffId,
    weekly: &[WeeklyBlock],
    version: Version,
) -> Refusable<Version> {
    let next = next_version(tx, staff, version)?;
    let tenant = tx.tenant_uuid();
    sql_query("DELETE FROM staff_hours WHERE tenant_id = $1 AND staff_id = $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(staff.as_uuid())
        .execute(tx.conn())?;
    let ids: Vec<Uuid> = weekly.iter().map(|_| tx.new_id()).collect();
    let (weekdays, from, to) = week_columns(weekly);
    sql_query(
        "INSERT INTO staff_hours (tenant_id, id, staff_id, weekday, from_minute, to_minute)
         SELECT $1, id, $2, weekday, from_minute, to_minute
         FROM unnest($3, $4, $5, $6) AS t (id, weekday, from_minute, to_minute)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(staff.as_uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<SmallInt>, _>(weekdays)
    .bind::<Array<SmallInt>, _>(from)
    .bind::<Array<SmallInt>, _>(to)
    .execute(tx.conn())?;
    Ok(next)
}

/// The opening hours of the business, whole; without any it is open whenever somebody works.
pub(super) fn write_opening_hours(tx: &mut TenantTx<'_>, weekly: &[WeeklyBlock]) -> Refusable<()> {
    let tenant = tx.tenant_uuid();
    sql_query("DELETE FROM opening_hours WHERE tenant_id = $1")
        .bind::<SqlUuid, _>(tenant)
        .execute(tx.conn())?;
    let ids: Vec<Uuid> = weekly.iter().map(|_| tx.new_id()).collect();
    let (weekdays, from, to) = week_columns(weekly);
    sql_query(
        "INSERT INTO opening_hours (tenant_id, id, weekday, from_minute, to_minute)
         SELECT $1, id, weekday, from_minute, to_minute
         FROM unnest($2, $3, $4, $5) AS t (id, weekday, from_minute, to_minute)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<SmallInt>, _>(weekdays)
    .bind::<Array<SmallInt>, _>(from)
    .bind::<Array<SmallInt>, _>(to)
    .execute(tx.conn())?;
    Ok(())
}

pub(super) fn put_skills(
    tx: &mut TenantTx<'_>,
    staff: StaffId,
    services: &BTreeSet<ServiceId>,
    version: Version,
) -> Refusable<Version> {
    let next = next_version(tx, staff, version)?;
    let tenant = tx.tenant_uuid();
    let services: Vec<Uuid> = services.iter().map(|id| id.as_uuid()).collect();
    catalogue::known(tx, "services", "service_ids", &services)?;
    // Who renders a service is seen on the service, too: it has another version from now on.
    sql_query(
        "WITH gone AS (DELETE FROM staff_services
                WHERE tenant_id = $1 AND staff_id = $2 AND service_id <> ALL ($3) RETURNING service_id),
            come AS (INSERT INTO staff_services (tenant_id, staff_id, service_id)
                SELECT $1, $2, id FROM unnest($3) AS t (id) ON CONFLICT DO NOTHING RETURNING service_id)
         UPDATE services SET version = version + 1
         WHERE tenant_id = $1 AND id IN (SELECT service_id FROM gone UNION SELECT service_id FROM come)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(staff.as_uuid())
    .bind::<Array<SqlUuid>, _>(services)
    .execute(tx.conn())?;
    Ok(next)
}

pub(super) fn put_standing(
    tx: &mut TenantTx<'_>,
    staff: StaffId,
    standing: Standing,
    version: Version,
) -> Refusable<Version> {
    let works = standing == Standing::Active;
    if works {
        room_for_one(
            tx,
            "SELECT count(*) FROM staff WHERE tenant_id = $1 AND active",
            limits::STAFF,
        )?;
    }
    let next = next_version(tx, staff, version)?;
    let tenant = tx.tenant_uuid();
    sql_query("UPDATE staff SET active = $3 WHERE tenant_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(staff.as_uuid())
        .bind::<Bool, _>(works)
        .execute(tx.conn())?;
    Ok(next)
}

#[derive(QueryableByName)]
struct PersonRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    phone: Option<String>,
    #[diesel(sql_type = Integer)]
    weight: i32,
    #[diesel(sql_type = Nullable<SqlDate>)]
    hire_date: Option<Date>,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Array<SqlUuid>)]
    services: Vec<Uuid>,
}

const SELECT_PEOPLE: &str = "
SELECT s.id, s.name, s.phone, s.weight, s.hire_date, s.active, s.version,
    ARRAY(SELECT c.service_id FROM staff_services c
        WHERE c.tenant_id = s.tenant_id AND c.staff_id = s.id) AS services
FROM staff s WHERE s.tenant_id = $1 AND ";

pub(super) fn person<E>(
    tx: &mut TenantTx<'_>,
    id: StaffId,
) -> Result<Option<Versioned<RosterCard>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(format!("{SELECT_PEOPLE} s.id = $2"))
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id.as_uuid())
        .load::<PersonRow>(tx.conn())?;
    let cards = cards(tx, rows, Some(id.as_uuid()))?;
    Ok(cards.into_iter().next())
}

pub(super) fn people<E>(
    tx: &mut TenantTx<'_>,
    page: Page,
    left: bool,
) -> Result<Vec<Versioned<RosterCard>>, TxError<E>> {
    let (tenant, (after, limit)) = (tx.tenant_uuid(), cursor(page));
    let rows = sql_query(format!(
        "{SELECT_PEOPLE} ($2 IS NULL OR s.id > $2) AND ($3 OR s.active) ORDER BY s.id LIMIT $4"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<Bool, _>(left)
    .bind::<BigInt, _>(limit)
    .load::<PersonRow>(tx.conn())?;
    cards(tx, rows, None)
}

fn cards<E>(
    tx: &mut TenantTx<'_>,
    rows: Vec<PersonRow>,
    only: Option<Uuid>,
) -> Result<Vec<Versioned<RosterCard>>, TxError<E>> {
    let mut weekly = weekly_hours(tx, only)?;
    rows.into_iter()
        .map(|row| {
            let impossible = |what: String| TxError::impossible("staff", row.id, what);
            let phone = row.phone.as_deref().map(PhoneNumber::parse).transpose();
            let value = RosterCard {
                id: Id::from_uuid(row.id),
                name: row.name,
                phone: phone.map_err(|error| impossible(error.to_string()))?,
                weight: u32::try_from(row.weight).map_err(|error| impossible(error.to_string()))?,
                joined: row.hire_date,
                standing: if row.active {
                    Standing::Active
                } else {
                    Standing::Left
                },
                weekly: weekly.remove(&row.id).unwrap_or_default(),
                services: row.services.into_iter().map(Id::from_uuid).collect(),
            };
            let version = Version::read(row.version);
            Ok(Versioned { value, version })
        })
        .collect()
}

/// Refuses unless there is such a person.
pub(super) fn must_exist(tx: &mut TenantTx<'_>, id: StaffId) -> Refusable<()> {
    if catalogue::exists(tx, "staff", id.as_uuid())? {
        Ok(())
    } else {
        super::refused(SetupRefused::Unknown)
    }
}
