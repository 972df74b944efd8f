//! What a tenant sells, when it is open, and by which rules.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Date as SqlDate, Integer, Jsonb, Nullable, SmallInt, Text, Uuid as SqlUuid,
};
use ratiba_booking::availability::{BusinessHours, DayBlock, WeeklyBlock};
use ratiba_booking::catalogue::{Buffers, Deposit, Minutes, Offering, Recipe, Service, ServiceCategory};
use ratiba_booking::policy::Policy;
use ratiba_kernel::{BasisPoints, Currency, Id, Money, Zone};
use serde_json::Value;
use time::{Date, Weekday};
use uuid::Uuid;

use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct SettingsRow {
    #[diesel(sql_type = Text)]
    zone: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Jsonb)]
    booking: Value,
}

pub(super) fn policy<E>(tx: &mut TenantTx<'_>) -> Result<Policy, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let impossible = |what: String| TxError::impossible("tenant_settings", tenant, what);
    let row = sql_query("SELECT zone, currency, booking FROM tenant_settings WHERE tenant_id = $1")
        .bind::<SqlUuid, _>(tenant);
    let row = row
        .get_result::<SettingsRow>(tx.conn())
        .optional()?
        .ok_or_else(|| impossible("there are none".to_owned()))?;
    Ok(Policy {
        zone: Zone::parse(&row.zone).map_err(|error| impossible(error.to_string()))?,
        currency: Currency::parse(&row.currency).map_err(|error| impossible(error.to_string()))?,
        rules: serde_json::from_value(row.booking).map_err(|error| impossible(error.to_string()))?,
    })
}

#[derive(QueryableByName)]
struct ServiceRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    name_sw: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    aliases: Vec<String>,
    #[diesel(sql_type = Text)]
    category: String,
    #[diesel(sql_type = BigInt)]
    price_minor: i64,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    deposit_kind: String,
    #[diesel(sql_type = BigInt)]
    deposit_value: i64,
    #[diesel(sql_type = Jsonb)]
    segments: Value,
    #[diesel(sql_type = Integer)]
    buffer_before_minutes: i32,
    #[diesel(sql_type = Integer)]
    buffer_after_minutes: i32,
    #[diesel(sql_type = Integer)]
    tax_basis_points: i32,
    #[diesel(sql_type = BigInt)]
    product_cost_minor: i64,
    #[diesel(sql_type = Jsonb)]
    booking_window: Value,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Array<SqlUuid>)]
    staff: Vec<Uuid>,
}

/// All services; by name, then id.
pub(super) fn services<E>(tx: &mut TenantTx<'_>) -> Result<Vec<Service>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT s.id, s.name, s.name_sw, s.aliases, s.category, s.price_minor, s.currency, s.deposit_kind,
            s.deposit_value, s.segments, s.buffer_before_minutes, s.buffer_after_minutes, s.tax_basis_points,
            s.product_cost_minor, s.booking_window, s.active,
            ARRAY(SELECT c.staff_id FROM staff_services c
                WHERE c.tenant_id = s.tenant_id AND c.service_id = s.id) AS staff
         FROM services s WHERE s.tenant_id = $1
         ORDER BY s.name COLLATE \"C\", s.id",
    )
    .bind::<SqlUuid, _>(tenant);
    rows.load::<ServiceRow>(tx.conn())?
        .into_iter()
        .map(|row| {
            let id = row.id;
            row.parse()
                .map_err(|what| TxError::impossible("services", id, what))
        })
        .collect()
}

impl ServiceRow {
    fn parse(self) -> Result<Service, String> {
        let currency = Currency::parse(&self.currency).map_err(|error| error.to_string())?;
        let money = |minor| Money::new(minor, currency);
        let minutes = |count: i32| {
            u32::try_from(count)
                .map(Minutes::new)
                .map_err(|_| "a negative buffer")
        };
        let basis_points = |value: i64| {
            u32::try_from(value)
                .map(BasisPoints::new)
                .map_err(|_| "a negative rate")
        };
        let segments = serde_json::from_value(self.segments).map_err(|error| error.to_string())?;
        let buffers = Buffers {
            before: minutes(self.buffer_before_minutes)?,
            after: minutes(self.buffer_after_minutes)?,
        };
        let deposit = match self.deposit_kind.as_str() {
            "none" => Deposit::None,
            "flat" => Deposit::Flat(money(self.deposit_value)),
            "percent" => Deposit::Percent(basis_points(self.deposit_value)?),
            _other => return Err("unknown deposit".to_owned()),
        };
        Ok(Service {
            id: Id::from_uuid(self.id),
            name: self.name,
            name_sw: self.name_sw,
            aliases: self.aliases,
            category: ServiceCategory::parse(&self.category).map_err(|error| error.to_string())?,
            price: money(self.price_minor),
            deposit,
            recipe: Recipe::new(segments, buffers).map_err(|error| error.to_string())?,
            tax: basis_points(i64::from(self.tax_basis_points))?,
            product_cost: money(self.product_cost_minor),
            offering: if self.active {
                Offering::Active
            } else {
                Offering::Retired
            },
            staff: self.staff.into_iter().map(Id::from_uuid).collect(),
            window: serde_json::from_value(self.booking_window).map_err(|error| error.to_string())?,
        })
    }
}

#[derive(QueryableByName)]
struct OpeningRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SmallInt)]
    weekday: i16,
    #[diesel(sql_type = SmallInt)]
    from_minute: i16,
    #[diesel(sql_type = SmallInt)]
    to_minute: i16,
}

#[derive(QueryableByName)]
struct HolidayRow {
    #[diesel(sql_type = SqlDate)]
    day: Date,
    #[diesel(sql_type = Jsonb)]
    blocks: Value,
}

/// The opening hours and all dated exceptions. A tenant without weekly hours is open whenever somebody works.
pub(super) fn business_hours<E>(tx: &mut TenantTx<'_>) -> Result<BusinessHours, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let weekly = sql_query(
        "SELECT id, weekday, from_minute, to_minute FROM opening_hours WHERE tenant_id = $1
         ORDER BY weekday, from_minute, id",
    )
    .bind::<SqlUuid, _>(tenant)
    .load::<OpeningRow>(tx.conn())?;
    let weekly = weekly.into_iter().map(|row| {
        weekly_block(row.weekday, row.from_minute, row.to_minute)
            .ok_or_else(|| TxError::impossible("opening_hours", row.id, "no such block"))
    });
    let weekly = weekly.collect::<Result<Vec<WeeklyBlock>, TxError<E>>>()?;
    let holidays = sql_query("SELECT day, blocks FROM holidays WHERE tenant_id = $1")
        .bind::<SqlUuid, _>(tenant)
        .load::<HolidayRow>(tx.conn())?;
    let mut dated = BTreeMap::new();
    for row in holidays {
        let blocks = day_blocks(row.blocks);
        dated.insert(
            row.day,
            blocks.map_err(|what| TxError::impossible("holidays", row.day, what))?,
        );
    }
    Ok(BusinessHours {
        weekly: (!weekly.is_empty()).then_some(weekly),
        dated,
    })
}

/// A block of an ISO weekday (1 is Monday).
pub(super) fn weekly_block(weekday: i16, from_minute: i16, to_minute: i16) -> Option<WeeklyBlock> {
    let days_on = u8::try_from(weekday)
        .ok()?
        .checked_sub(1)
        .filter(|days| *days < 7)?;
    let block = DayBlock {
        from_minute: u16::try_from(from_minute).ok()?,
        to_minute: u16::try_from(to_minute).ok()?,
    };
    let sound = is_sound(&block);
    sound.then(|| WeeklyBlock {
        weekday: Weekday::Monday.nth_next(days_on),
        block,
    })
}

/// The blocks of a dated document.
pub(super) fn day_blocks(document: Value) -> Result<Vec<DayBlock>, String> {
    let blocks: Vec<DayBlock> = serde_json::from_value(document).map_err(|error| error.to_string())?;
    if blocks.iter().all(is_sound) {
        Ok(blocks)
    } else {
        Err("a block that ends before it begins".to_owned())
    }
}

const fn is_sound(block: &DayBlock) -> bool {
    block.from_minute < 1_440 && block.from_minute < block.to_minute && block.to_minute <= 2_880
}
