//! Services and resources, written at a version.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, SmallInt, Text, Uuid as SqlUuid};
use ratiba_booking::appointment::Version;
use ratiba_booking::catalogue::{Deposit, Offering, Resource, ResourceId, Service, ServiceId};
use ratiba_booking::setup::{SetupRefused, Why, limits};
use serde_json::Value;
use uuid::Uuid;

use super::{Refusable, refused, room_for_one};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// A service's values as columns.
struct Columns {
    deposit: (&'static str, i64),
    segments: Value,
    window: Value,
    before: i32,
    after: i32,
    tax: i32,
}

impl Columns {
    fn of(service: &Service) -> Refusable<Self> {
        let document = |value: Result<Value, serde_json::Error>| {
            value.map_err(|error| TxError::Impossible(error.to_string()))
        };
        let small = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        let buffers = service.recipe.buffers();
        Ok(Self {
            deposit: match service.deposit {
                Deposit::None => ("none", 0),
                Deposit::Flat(amount) => ("flat", amount.amount_minor()),
                Deposit::Percent(rate) => ("percent", i64::from(rate.value())),
            },
            segments: document(serde_json::to_value(service.recipe.segments()))?,
            window: document(serde_json::to_value(service.window))?,
            before: small(buffers.before.count()),
            after: small(buffers.after.count()),
            tax: small(service.tax.value()),
        })
    }
}

const fn active(offering: Offering) -> bool {
    match offering {
        Offering::Active => true,
        Offering::Retired => false,
    }
}

pub(super) fn put_service(tx: &mut TenantTx<'_>, service: &Service, version: Version) -> Refusable<Version> {
    if service.offering == Offering::Active {
        name_is_free(tx, service.id, &service.name)?;
    }
    let staff: Vec<Uuid> = service.staff.iter().map(|id| id.as_uuid()).collect();
    known(tx, "staff", "staff_ids", &staff)?;
    if version == Version::NEW {
        insert_service(tx, service)?;
    } else {
        update_service(tx, service, version)?;
    }
    link_staff(tx, service.id.as_uuid(), staff)?;
    Ok(version.next())
}

fn insert_service(tx: &mut TenantTx<'_>, service: &Service) -> Refusable<()> {
    room_for_one(
        tx,
        "SELECT count(*) FROM services WHERE tenant_id = $1 AND active",
        limits::SERVICES,
    )?;
    let (tenant, columns) = (tx.tenant_uuid(), Columns::of(service)?);
    let written = sql_query(
        "INSERT INTO services (tenant_id, id, name, name_sw, aliases, category, price_minor, currency,
            deposit_kind, deposit_value, segments, buffer_before_minutes, buffer_after_minutes, tax_basis_points,
            product_cost_minor, booking_window, active, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 1)
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(service.id.as_uuid())
    .bind::<Text, _>(&service.name)
    .bind::<Nullable<Text>, _>(service.name_sw.as_deref())
    .bind::<Array<Text>, _>(&service.aliases)
    .bind::<Text, _>(service.category.as_str())
    .bind::<BigInt, _>(service.price.amount_minor())
    .bind::<Text, _>(service.price.currency().code())
    .bind::<Text, _>(columns.deposit.0)
    .bind::<BigInt, _>(columns.deposit.1)
    .bind::<Jsonb, _>(columns.segments)
    .bind::<Integer, _>(columns.before)
    .bind::<Integer, _>(columns.after)
    .bind::<Integer, _>(columns.tax)
    .bind::<BigInt, _>(service.product_cost.amount_minor())
    .bind::<Jsonb, _>(columns.window)
    .bind::<Bool, _>(active(service.offering))
    .execute(tx.conn())?;
    if written == 1 {
        Ok(())
    } else {
        refused(SetupRefused::Stale)
    }
}

fn update_service(tx: &mut TenantTx<'_>, service: &Service, version: Version) -> Refusable<()> {
    let (tenant, columns) = (tx.tenant_uuid(), Columns::of(service)?);
    let written = sql_query(
        "UPDATE services SET name = $4, name_sw = $5, aliases = $6, category = $7, price_minor = $8,
            currency = $9, deposit_kind = $10, deposit_value = $11, segments = $12, buffer_before_minutes = $13,
            buffer_after_minutes = $14, tax_basis_points = $15, product_cost_minor = $16, booking_window = $17,
            version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(service.id.as_uuid())
    .bind::<Integer, _>(version.number())
    .bind::<Text, _>(&service.name)
    .bind::<Nullable<Text>, _>(service.name_sw.as_deref())
    .bind::<Array<Text>, _>(&service.aliases)
    .bind::<Text, _>(service.category.as_str())
    .bind::<BigInt, _>(service.price.amount_minor())
    .bind::<Text, _>(service.price.currency().code())
    .bind::<Text, _>(columns.deposit.0)
    .bind::<BigInt, _>(columns.deposit.1)
    .bind::<Jsonb, _>(columns.segments)
    .bind::<Integer, _>(columns.before)
    .bind::<Integer, _>(columns.after)
    .bind::<Integer, _>(columns.tax)
    .bind::<BigInt, _>(service.product_cost.amount_minor())
    .bind::<Jsonb, _>(columns.window)
    .execute(tx.conn())?;
    at_version(tx, written, "services", service.id.as_uuid())
}

/// Nothing written: the thing moved on, or there never was one.
pub(super) fn at_version(
    tx: &mut TenantTx<'_>,
    written: usize,
    table: &'static str,
    id: Uuid,
) -> Refusable<()> {
    if written == 1 {
        return Ok(());
    }
    refused(if exists(tx, table, id)? {
        SetupRefused::Stale
    } else {
        SetupRefused::Unknown
    })
}

pub(super) fn exists<E>(tx: &mut TenantTx<'_>, table: &'static str, id: Uuid) -> Result<bool, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let found = sql_query(format!("SELECT id FROM {table} WHERE tenant_id = $1 AND id = $2"))
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .get_result::<Id>(tx.conn())
        .optional()?;
    Ok(found.is_some())
}

/// Refuses unless the tenant has all of them; the first missing one is named under `path`.
pub(super) fn known(
    tx: &mut TenantTx<'_>,
    table: &'static str,
    path: &str,
    wanted: &[Uuid],
) -> Refusable<()> {
    let tenant = tx.tenant_uuid();
    let found = sql_query(format!(
        "SELECT id FROM {table} WHERE tenant_id = $1 AND id = ANY ($2)"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(wanted)
    .load::<Id>(tx.conn())?;
    let missing = wanted.iter().find(|id| !found.iter().any(|row| row.id == **id));
    match missing {
        None => Ok(()),
        Some(id) => refused(SetupRefused::UnknownPart(format!("{path} {id}"), Why::Unknown)),
    }
}

/// All changes of the setup stand in a row, so that looking first is enough; the unique index is the fence.
fn name_is_free(tx: &mut TenantTx<'_>, id: ServiceId, name: &str) -> Refusable<()> {
    let tenant = tx.tenant_uuid();
    let other = sql_query(
        "SELECT id FROM services WHERE tenant_id = $1 AND active AND lower(name) = lower($2) AND id <> $3 LIMIT 1",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(name)
    .bind::<SqlUuid, _>(id.as_uuid())
    .get_result::<Id>(tx.conn())
    .optional()?;
    match other {
        None => Ok(()),
        Some(_) => refused(SetupRefused::NameTaken),
    }
}

/// Puts the people in place of those before. Who gains or loses the service has another version from now on,
/// since what they can do is seen on them, too.
pub(in crate::booking) fn link_staff<E>(
    tx: &mut TenantTx<'_>,
    service: Uuid,
    staff: Vec<Uuid>,
) -> Result<(), TxError<E>> {
    let tenant = tx.tenant_uuid();
    sql_query(
        "WITH gone AS (DELETE FROM staff_services
                WHERE tenant_id = $1 AND service_id = $2 AND staff_id <> ALL ($3) RETURNING staff_id),
            come AS (INSERT INTO staff_services (tenant_id, staff_id, service_id)
                SELECT $1, id, $2 FROM unnest($3) AS t (id) ON CONFLICT DO NOTHING RETURNING staff_id)
         UPDATE staff SET version = version + 1
         WHERE tenant_id = $1 AND id IN (SELECT staff_id FROM gone UNION SELECT staff_id FROM come)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(service)
    .bind::<Array<SqlUuid>, _>(staff)
    .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

pub(super) fn offer_service(
    tx: &mut TenantTx<'_>,
    id: ServiceId,
    offering: Offering,
    version: Version,
) -> Refusable<Version> {
    let tenant = tx.tenant_uuid();
    if offering == Offering::Active {
        let row = sql_query("SELECT name FROM services WHERE tenant_id = $1 AND id = $2")
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(id.as_uuid())
            .get_result::<Name>(tx.conn())
            .optional()?;
        let Some(row) = row else {
            return refused(SetupRefused::Unknown);
        };
        name_is_free(tx, id, &row.name)?;
        room_for_one(
            tx,
            "SELECT count(*) FROM services WHERE tenant_id = $1 AND active",
            limits::SERVICES,
        )?;
    }
    let written = sql_query(
        "UPDATE services SET active = $4, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id.as_uuid())
    .bind::<Integer, _>(version.number())
    .bind::<Bool, _>(active(offering))
    .execute(tx.conn())?;
    at_version(tx, written, "services", id.as_uuid())?;
    Ok(version.next())
}

pub(super) fn put_resource(
    tx: &mut TenantTx<'_>,
    resource: &Resource,
    version: Version,
) -> Refusable<Version> {
    let (tenant, id) = (tx.tenant_uuid(), resource.id.as_uuid());
    let capacity = i16::try_from(resource.capacity).unwrap_or(i16::MAX);
    if version != Version::NEW {
        let written = sql_query(
            "UPDATE resources SET name = $4, capacity = $5, version = version + 1
             WHERE tenant_id = $1 AND id = $2 AND version = $3",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .bind::<Integer, _>(version.number())
        .bind::<Text, _>(&resource.name)
        .bind::<SmallInt, _>(capacity)
        .execute(tx.conn())?;
        at_version(tx, written, "resources", id)?;
        return Ok(version.next());
    }
    room_for_one(
        tx,
        "SELECT count(*) FROM resources WHERE tenant_id = $1 AND active",
        limits::RESOURCES,
    )?;
    let written = sql_query(
        "INSERT INTO resources (tenant_id, id, kind, name, capacity, active, version)
         VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(resource.kind.as_str())
    .bind::<Text, _>(&resource.name)
    .bind::<SmallInt, _>(capacity)
    .bind::<Bool, _>(active(resource.offering))
    .execute(tx.conn())?;
    if written == 1 {
        Ok(version.next())
    } else {
        refused(SetupRefused::Stale)
    }
}

pub(super) fn offer_resource(
    tx: &mut TenantTx<'_>,
    id: ResourceId,
    offering: Offering,
    version: Version,
) -> Refusable<Version> {
    let tenant = tx.tenant_uuid();
    if offering == Offering::Active {
        room_for_one(
            tx,
            "SELECT count(*) FROM resources WHERE tenant_id = $1 AND active",
            limits::RESOURCES,
        )?;
    }
    let written = sql_query(
        "UPDATE resources SET active = $4, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id.as_uuid())
    .bind::<Integer, _>(version.number())
    .bind::<Bool, _>(active(offering))
    .execute(tx.conn())?;
    at_version(tx, written, "resources", id.as_uuid())?;
    Ok(version.next())
}
