//! What an import makes true outside of itself.

use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_booking::appointment::Version;
use ratiba_booking::catalogue::Deposit;
use ratiba_booking::customers::{CustomerName, Language, Purpose, Stand};
use ratiba_booking::import::bookings::ImportedBooking;
use ratiba_booking::import::catalogue::Stocked;
use ratiba_booking::import::catalogue::plan::CatalogueChange;
use ratiba_booking::import::customers::{CustomerEntry, ToldConsent};
use ratiba_booking::import::ports::{Effect, ImportRecordError};
use ratiba_booking::setup::limits;
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::manage;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

type Written = Result<(), TxError<ImportRecordError>>;

pub(super) fn write(tx: &mut TenantTx<'_>, effect: &Effect) -> Written {
    match effect {
        Effect::None => {}
        Effect::Catalogue(change) => catalogue(tx, change)?,
        Effect::Customers(change) => {
            let mut entries: Vec<&CustomerEntry> = change.entries.iter().collect();
            entries.sort_by(|a, b| a.customer.phone.cmp(&b.customer.phone));
            for entry in entries {
                customer(tx, entry)?;
            }
        }
        Effect::Bookings(bookings) => {
            for booking in bookings {
                from_elsewhere(tx, booking)?;
            }
        }
    }
    Ok(())
}

pub(super) fn catalogue(tx: &mut TenantTx<'_>, change: &CatalogueChange) -> Written {
    // The setup's lock first, as every change of the setup does: what is counted stays so.
    manage::lock(tx)?;
    let new = change
        .services
        .iter()
        .filter(|stocked| stocked.version == Version::NEW)
        .count();
    let there = manage::count(
        tx,
        "SELECT count(*) FROM services WHERE tenant_id = $1 AND active",
    )?;
    if new > 0 && there.saturating_add(new) > limits::SERVICES {
        return Err(TxError::Refused(ImportRecordError::TooManyServices));
    }
    // In the order of ids: two writers of the same services would deadlock otherwise.
    let mut services: Vec<&Stocked> = change.services.iter().collect();
    services.sort_by_key(|stocked| stocked.service.id);
    for stocked in services {
        service(tx, stocked)?;
    }
    Ok(())
}

/// A new service is inserted, a known one changed at the version that was read; its name must be free.
fn service(tx: &mut TenantTx<'_>, stocked: &Stocked) -> Written {
    const FREE: &str = "NOT EXISTS (SELECT FROM services o
        WHERE o.tenant_id = $1 AND o.id <> $2 AND o.active AND lower(o.name) = lower($3))";
    let service = &stocked.service;
    let impossible = |error: serde_json::Error| TxError::impossible("services", service.id, error);
    let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let (kind, value) = match service.deposit {
        Deposit::None => ("none", 0),
        Deposit::Flat(amount) => ("flat", amount.amount_minor()),
        Deposit::Percent(rate) => ("percent", i64::from(rate.value())),
    };
    let text = if stocked.version == Version::NEW {
        format!(
            "INSERT INTO services (tenant_id, id, name, name_sw, aliases, category, price_minor, currency, deposit_kind,
                deposit_value, segments, buffer_before_minutes, buffer_after_minutes, tax_basis_points,
                product_cost_minor, description, version)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17 + 1 WHERE {FREE}
             ON CONFLICT DO NOTHING"
        )
    } else {
        format!(
            "UPDATE services SET name = $3, name_sw = $4, aliases = $5, category = $6, price_minor = $7, currency = $8,
                deposit_kind = $9, deposit_value = $10, segments = $11, buffer_before_minutes = $12,
                buffer_after_minutes = $13, tax_basis_points = $14, product_cost_minor = $15, description = $16,
                version = version + 1
             WHERE tenant_id = $1 AND id = $2 AND version = $17 AND active AND {FREE}"
        )
    };
    let written = sql_query(text)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(service.id.as_uuid())
        .bind::<Text, _>(&service.name)
        .bind::<Nullable<Text>, _>(&service.name_sw)
        .bind::<Array<Text>, _>(&service.aliases)
        .bind::<Text, _>(service.category.as_str())
        .bind::<BigInt, _>(service.price.amount_minor())
        .bind::<Text, _>(service.price.currency().code())
        .bind::<Text, _>(kind)
        .bind::<BigInt, _>(value)
        .bind::<Jsonb, _>(serde_json::to_value(service.recipe.segments()).map_err(impossible)?)
        .bind::<Integer, _>(number(service.recipe.buffers().before.count()))
        .bind::<Integer, _>(number(service.recipe.buffers().after.count()))
        .bind::<Integer, _>(number(service.tax.value()))
        .bind::<BigInt, _>(service.product_cost.amount_minor())
        .bind::<Nullable<Text>, _>(&stocked.description)
        .bind::<Integer, _>(stocked.version.number())
        .execute(tx.conn())?;
    if written != 1 {
        return Err(TxError::Refused(ImportRecordError::CatalogueMoved));
    }
    let staff = service.staff.iter().map(|staff| staff.as_uuid());
    manage::link_staff(tx, service.id.as_uuid(), staff.collect())
}

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    opted_out_at: Option<OffsetDateTime>,
}

/// A number that is on record keeps its name and language, and gets what is missing.
fn customer(tx: &mut TenantTx<'_>, entry: &CustomerEntry) -> Written {
    let tenant = tx.tenant_uuid();
    let new = &entry.customer;
    let known = sql_query(
        "INSERT INTO customers AS c (tenant_id, id, phone, name, language, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, phone) WHERE phone IS NOT NULL DO UPDATE
            SET name = coalesce(c.name, excluded.name), language = coalesce(c.language, excluded.language)
         RETURNING c.id, c.opted_out_at",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id.as_uuid())
    .bind::<Text, _>(new.phone.e164())
    .bind::<Nullable<Text>, _>(new.name.as_ref().map(CustomerName::as_str))
    .bind::<Nullable<Text>, _>(new.language.map(Language::code))
    .bind::<Timestamptz, _>(new.at)
    .get_result::<KnownRow>(tx.conn())?;
    for told in &entry.consents {
        // Who opted out is not brought back by a file, and it is no proof of anything either.
        if told.stand == Stand::Withdrawn || known.opted_out_at.is_none() {
            consent(tx, known.id, told)?;
        }
    }
    Ok(())
}

fn consent(tx: &mut TenantTx<'_>, customer: Uuid, told: &ToldConsent) -> Written {
    let tenant = tx.tenant_uuid();
    sql_query(
        "INSERT INTO consents (tenant_id, id, customer_id, purpose, action, wording, wording_version, channel, at)
         VALUES ($1, $2, $3, $4, $5, $6, 'import', 'import', $7)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(told.id.as_uuid())
    .bind::<SqlUuid, _>(customer)
    .bind::<Text, _>(told.purpose.word())
    .bind::<Text, _>(told.stand.word())
    .bind::<Text, _>(&told.wording)
    .bind::<Timestamptz, _>(told.at)
    .execute(tx.conn())?;
    if (told.purpose, told.stand) == (Purpose::Service, Stand::Withdrawn) {
        // Unless they came back after the file was written.
        sql_query(
            "UPDATE customers SET opted_out_at = $3
             WHERE tenant_id = $1 AND id = $2 AND opted_out_at IS NULL
                AND NOT EXISTS (SELECT FROM consents s WHERE s.tenant_id = $1 AND s.customer_id = $2
                    AND s.purpose = 'service' AND s.action = 'given' AND s.at > $3)",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(customer)
        .bind::<Timestamptz, _>(told.at)
        .execute(tx.conn())?;
    }
    Ok(())
}

fn from_elsewhere(tx: &mut TenantTx<'_>, booking: &ImportedBooking) -> Written {
    sql_query(
        "INSERT INTO visits_from_elsewhere (tenant_id, visit_id, import_id, row_number, paid_minor, currency)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(booking.visit.as_uuid())
    .bind::<SqlUuid, _>(booking.import.as_uuid())
    .bind::<SmallInt, _>(i16::try_from(booking.row).unwrap_or(i16::MAX))
    .bind::<BigInt, _>(booking.paid.amount_minor())
    .bind::<Text, _>(booking.paid.currency().code())
    .execute(tx.conn())?;
    Ok(())
}
