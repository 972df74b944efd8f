//! Reading the setup.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{
    BigInt, Bool, Date as SqlDate, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_booking::appointment::Version;
use ratiba_booking::availability::{DayBlock, WeeklyBlock};
use ratiba_booking::catalogue::{Offering, Resource, ResourceId, ResourceKind, Service, ServiceId, StaffId};
use ratiba_booking::setup::{Holiday, Leave, OutOfService, Page, Versioned, limits};
use ratiba_kernel::{Id, TimeRange};
use serde_json::Value;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::super::catalogue;
use super::cursor;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct VersionRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Integer)]
    version: i32,
}

pub(super) fn service<E>(
    tx: &mut TenantTx<'_>,
    id: ServiceId,
) -> Result<Vec<Versioned<Service>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query("SELECT id, version FROM services WHERE tenant_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id.as_uuid())
        .load::<VersionRow>(tx.conn())?;
    versioned(tx, rows)
}

pub(super) fn services<E>(
    tx: &mut TenantTx<'_>,
    page: Page,
    retired: bool,
) -> Result<Vec<Versioned<Service>>, TxError<E>> {
    let (tenant, (after, limit)) = (tx.tenant_uuid(), cursor(page));
    let rows = sql_query(
        "SELECT id, version FROM services WHERE tenant_id = $1 AND ($2 IS NULL OR id > $2) AND ($3 OR active)
         ORDER BY id LIMIT $4",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<Bool, _>(retired)
    .bind::<BigInt, _>(limit)
    .load::<VersionRow>(tx.conn())?;
    versioned(tx, rows)
}

/// The services of a page with their versions: a tenant's are few enough to be read at once.
fn versioned<E>(tx: &mut TenantTx<'_>, rows: Vec<VersionRow>) -> Result<Vec<Versioned<Service>>, TxError<E>> {
    let services = catalogue::services(tx)?.into_iter();
    let mut by_id: BTreeMap<Uuid, Service> =
        services.map(|service| (service.id.as_uuid(), service)).collect();
    let found = rows.into_iter().filter_map(|row| {
        let version = Version::read(row.version);
        by_id.remove(&row.id).map(|value| Versioned { value, version })
    });
    Ok(found.collect())
}

#[derive(QueryableByName)]
struct ResourceRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = SmallInt)]
    capacity: i16,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl ResourceRow {
    fn read<E>(self) -> Result<Versioned<Resource>, TxError<E>> {
        let impossible = |what: &str| TxError::impossible("resources", self.id, what);
        let value = Resource {
            id: Id::from_uuid(self.id),
            kind: ResourceKind::parse(&self.kind).map_err(|_| impossible("unknown kind"))?,
            capacity: u16::try_from(self.capacity).map_err(|_| impossible("negative capacity"))?,
            name: self.name,
            offering: if self.active {
                Offering::Active
            } else {
                Offering::Retired
            },
        };
        let version = Version::read(self.version);
        Ok(Versioned { value, version })
    }
}

pub(super) fn resource<E>(
    tx: &mut TenantTx<'_>,
    id: ResourceId,
) -> Result<Option<Versioned<Resource>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let row = sql_query(
        "SELECT id, kind, name, capacity, active, version FROM resources WHERE tenant_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id.as_uuid())
    .get_result::<ResourceRow>(tx.conn())
    .optional()?;
    row.map(ResourceRow::read).transpose()
}

pub(super) fn resources<E>(
    tx: &mut TenantTx<'_>,
    page: Page,
    retired: bool,
) -> Result<Vec<Versioned<Resource>>, TxError<E>> {
    let (tenant, (after, limit)) = (tx.tenant_uuid(), cursor(page));
    let rows = sql_query(
        "SELECT id, kind, name, capacity, active, version FROM resources
         WHERE tenant_id = $1 AND ($2 IS NULL OR id > $2) AND ($3 OR active) ORDER BY id LIMIT $4",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<Bool, _>(retired)
    .bind::<BigInt, _>(limit)
    .load::<ResourceRow>(tx.conn())?;
    rows.into_iter().map(ResourceRow::read).collect()
}

/// Its id, from when to when, and why.
type Absence = (Uuid, TimeRange, Option<String>);

#[derive(QueryableByName)]
struct AbsenceRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    starts_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    ends_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
}

fn absences<E>(
    tx: &mut TenantTx<'_>,
    statement: &'static str,
    subject: Uuid,
    range: TimeRange,
    page: Page,
) -> Result<Vec<Absence>, TxError<E>> {
    let (tenant, (after, limit)) = (tx.tenant_uuid(), cursor(page));
    let rows = sql_query(statement)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(subject)
        .bind::<Timestamptz, _>(range.start())
        .bind::<Timestamptz, _>(range.end())
        .bind::<Nullable<SqlUuid>, _>(after)
        .bind::<BigInt, _>(limit)
        .load::<AbsenceRow>(tx.conn())?;
    rows.into_iter()
        .map(|row| {
            let range = TimeRange::new(row.starts_at, row.ends_at);
            let range = range.map_err(|error| TxError::impossible("leave or outage", row.id, error))?;
            Ok((row.id, range, row.reason))
        })
        .collect()
}

pub(super) fn leave<E>(
    tx: &mut TenantTx<'_>,
    staff: StaffId,
    range: TimeRange,
    page: Page,
) -> Result<Vec<Leave>, TxError<E>> {
    let rows = absences(
        tx,
        "SELECT id, starts_at, ends_at, reason FROM staff_leave
         WHERE tenant_id = $1 AND staff_id = $2 AND ends_at > $3 AND starts_at < $4 AND ($5 IS NULL OR id > $5)
         ORDER BY id LIMIT $6",
        staff.as_uuid(),
        range,
        page,
    )?;
    let leave = rows.into_iter().map(|(id, range, reason)| Leave {
        id: Id::from_uuid(id),
        staff,
        range,
        reason,
    });
    Ok(leave.collect())
}

pub(super) fn outages<E>(
    tx: &mut TenantTx<'_>,
    resource: ResourceId,
    range: TimeRange,
    page: Page,
) -> Result<Vec<OutOfService>, TxError<E>> {
    let rows = absences(
        tx,
        "SELECT id, starts_at, ends_at, reason FROM resource_outages
         WHERE tenant_id = $1 AND resource_id = $2 AND ends_at > $3 AND starts_at < $4
            AND ($5 IS NULL OR id > $5)
         ORDER BY id LIMIT $6",
        resource.as_uuid(),
        range,
        page,
    )?;
    let outages = rows.into_iter().map(|(id, range, reason)| OutOfService {
        id: Id::from_uuid(id),
        resource,
        range,
        reason,
    });
    Ok(outages.collect())
}

#[derive(QueryableByName)]
struct DatedRow {
    #[diesel(sql_type = SqlDate)]
    day: Date,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Jsonb)]
    blocks: Value,
    #[diesel(sql_type = Integer)]
    version: i32,
}

pub(super) fn overrides<E>(
    tx: &mut TenantTx<'_>,
    staff: StaffId,
    (first, last): (Date, Date),
) -> Result<BTreeMap<Date, Versioned<Vec<DayBlock>>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT day, '' AS name, blocks, version FROM staff_overrides
         WHERE tenant_id = $1 AND staff_id = $2 AND day BETWEEN $3 AND $4 ORDER BY day LIMIT $5",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(staff.as_uuid())
    .bind::<SqlDate, _>(first)
    .bind::<SqlDate, _>(last)
    .bind::<BigInt, _>(i64::try_from(limits::DATED).unwrap_or(i64::MAX))
    .load::<DatedRow>(tx.conn())?;
    rows.into_iter()
        .map(|row| {
            let value = catalogue::day_blocks(row.blocks)
                .map_err(|what| TxError::impossible("staff_overrides", row.day, what))?;
            let version = Version::read(row.version);
            Ok((row.day, Versioned { value, version }))
        })
        .collect()
}

pub(super) fn holidays<E>(
    tx: &mut TenantTx<'_>,
    (first, last): (Date, Date),
) -> Result<Vec<Versioned<Holiday>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT day, name, blocks, version FROM holidays
         WHERE tenant_id = $1 AND day BETWEEN $2 AND $3 ORDER BY day LIMIT $4",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlDate, _>(first)
    .bind::<SqlDate, _>(last)
    .bind::<BigInt, _>(i64::try_from(limits::DATED).unwrap_or(i64::MAX))
    .load::<DatedRow>(tx.conn())?;
    rows.into_iter()
        .map(|row| {
            let blocks = catalogue::day_blocks(row.blocks)
                .map_err(|what| TxError::impossible("holidays", row.day, what))?;
            let value = Holiday {
                day: row.day,
                name: row.name,
                blocks,
            };
            let version = Version::read(row.version);
            Ok(Versioned { value, version })
        })
        .collect()
}

#[derive(QueryableByName)]
struct HoursVersion {
    #[diesel(sql_type = Integer)]
    hours_version: i32,
}

pub(super) fn opening_hours<E>(
    tx: &mut TenantTx<'_>,
) -> Result<Versioned<Option<Vec<WeeklyBlock>>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let row = sql_query("SELECT hours_version FROM tenant_settings WHERE tenant_id = $1")
        .bind::<SqlUuid, _>(tenant)
        .get_result::<HoursVersion>(tx.conn())?;
    let version = Version::read(row.hours_version);
    let value = catalogue::business_hours(tx)?.weekly;
    Ok(Versioned { value, version })
}
