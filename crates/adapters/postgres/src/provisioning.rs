//! A new business, in one transaction: registry row, settings, catalogue, people, rules, channel route and
//! schedules. A failure leaves nothing behind.

use diesel::prelude::*;
use ratiba_access::invitation::{InvitationId, InviteOutcome, NewInvitation};
use ratiba_access::token::OrderKey;
use ratiba_booking::import::catalogue::plan::CatalogueChange;
use ratiba_kernel::{Fingerprint, Id, Money, Outage, PhoneNumber, TenantId, TimeRange, Zone};
use serde_json::Value;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::booking::imports;
use crate::database::{Database, TenantTx, TxError};
use crate::invitations::invite;
use crate::schedules::{WallClockRule, insert_schedule};
use crate::schema;

/// A business as it begins.
#[derive(Clone, Debug)]
pub struct NewBusiness {
    /// Its identity.
    pub tenant: TenantId,
    /// What customers call it.
    pub name: String,
    /// Where its days begin and end.
    pub zone: Zone,
    /// What it keeps its books in.
    pub currency: ratiba_kernel::Currency,
    /// WhatsApp's id of its number, if it has one yet.
    pub phone_number_id: Option<String>,
    /// That number itself, as its digits with the country's code, if it is known; else it is learned from WhatsApp.
    pub dialable: Option<String>,
    /// The settings of booking, conversation, payments and commission, each in its domain's own form.
    pub settings: DomainSettings,
    /// Weekly hours: ISO weekday, first minute, last minute.
    pub opening_hours: Vec<WeeklyBlock>,
    /// Days with hours of their own.
    pub holidays: Vec<Holiday>,
    /// What is sold.
    pub services: Vec<NewService>,
    /// Who renders it.
    pub staff: Vec<NewStaff>,
    /// Rooms and machines.
    pub resources: Vec<NewResource>,
    /// Who earns what.
    pub rules: Vec<NewRule>,
}

/// Each domain's part of the settings.
#[derive(Clone, Debug)]
pub struct DomainSettings {
    /// Booking's.
    pub booking: Value,
    /// Conversation's.
    pub conversation: Value,
    /// Payments'.
    pub payments: Value,
    /// Commission's.
    pub commission: Value,
}

/// A stretch of a weekday, in minutes from its midnight; past 1440 it ends on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyBlock {
    /// ISO weekday, 1 is Monday.
    pub weekday: i16,
    /// First minute.
    pub from_minute: i16,
    /// The minute after the last.
    pub to_minute: i16,
}

/// A day with hours of its own; without blocks it is closed.
#[derive(Clone, Debug)]
pub struct Holiday {
    /// The local day.
    pub day: Date,
    /// Its name.
    pub name: String,
    /// `[{"from_minute", "to_minute"}]`.
    pub blocks: Value,
}

/// A service to be sold.
#[derive(Clone, Debug)]
pub struct NewService {
    /// Its identity.
    pub id: Uuid,
    /// English name.
    pub name: String,
    /// Swahili name.
    pub name_sw: Option<String>,
    /// What else customers call it.
    pub aliases: Vec<String>,
    /// Its family.
    pub category: String,
    /// Price, tax included.
    pub price: Money,
    /// Deposit in basis points of the price; 0 for none.
    pub deposit_basis_points: i64,
    /// Segments in booking's form.
    pub segments: Value,
    /// Minutes kept free after it.
    pub buffer_after_minutes: i32,
}

/// A person who renders services.
#[derive(Clone, Debug)]
pub struct NewStaff {
    /// The identity.
    pub id: Uuid,
    /// The name that customers use.
    pub name: String,
    /// WhatsApp number, for own day and earnings.
    pub phone: Option<PhoneNumber>,
    /// Weekly hours.
    pub hours: Vec<WeeklyBlock>,
    /// What the person can do.
    pub services: Vec<Uuid>,
}

/// A room, couch or machine.
#[derive(Clone, Debug)]
pub struct NewResource {
    /// Its identity.
    pub id: Uuid,
    /// Members of a kind stand in for each other.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// How many clients it takes at once.
    pub capacity: i16,
}

/// A commission rule in the form of its row.
#[derive(Clone, Debug)]
pub struct NewRule {
    /// Its identity.
    pub id: Uuid,
    /// Whose, or
    pub staff: Option<Uuid>,
    /// for which family of services; exactly one of the two.
    pub category: Option<String>,
    /// `pct`, `fixed` or `tiered`.
    pub rule_type: String,
    /// The rest, in commission's form.
    pub value: Value,
    /// First local day.
    pub valid_from: Date,
}

/// What became of an order to provision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provisioned {
    /// The business is on record with everything.
    New(TenantId),
    /// The order was carried out before.
    Before {
        /// Its business.
        tenant: TenantId,
        /// The invitation of its owner, which may be forgotten by now; `None` if it is not on record which that was.
        owner: Option<InvitationId>,
    },
}

/// Why no business was provisioned; nothing was written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProvisionRefused {
    /// The key came with another order before.
    #[error("the key came with another order before")]
    OtherOrder,
    /// Another business has the WhatsApp number.
    #[error("another business has this WhatsApp number")]
    NumberTaken,
    /// The record does not answer.
    #[error("the record of businesses is unavailable")]
    Unavailable(#[from] Outage),
}

/// Puts a business on record with everything that it begins with, its catalogue and its owner's invitation, all or nothing.
/// The same order makes one business.
///
/// # Errors
/// [`ProvisionRefused`].
pub async fn provision_once(
    database: &Database,
    business: NewBusiness,
    catalogue: CatalogueChange,
    owner: NewInvitation,
    order: OrderKey,
    now: OffsetDateTime,
) -> Result<Provisioned, ProvisionRefused> {
    database
        .tenant(business.tenant, move |tx| {
            if let Some(before) = register(tx, &business, Some((&order, owner.id)), now)? {
                return Ok(before);
            }
            insert_rest(tx, &business, now)?;
            imports::begin(tx, &catalogue).map_err(|error| match error {
                TxError::Database(error) => TxError::Database(error),
                TxError::Impossible(what) => TxError::Impossible(what),
                TxError::Refused(why) => {
                    TxError::Impossible(format!("the first services of a business: {why}"))
                }
            })?;
            match invite(tx, &owner)? {
                InviteOutcome::Invited => Ok(Provisioned::New(business.tenant)),
                other @ (InviteOutcome::Before(_)
                | InviteOutcome::OtherOrder
                | InviteOutcome::UnknownStaff
                | InviteOutcome::TooMany) => Err(TxError::Impossible(format!(
                    "the first invitation of a business: {other:?}"
                ))),
            }
        })
        .await
}

/// Says whether a business is open; false if there is none of that id, or it was closed for good. It counts from the next
/// request on; what tokens open is remembered for three seconds.
///
/// # Errors
/// [`Outage`].
pub async fn set_open(database: &Database, tenant: TenantId, open: bool) -> Result<bool, Outage> {
    database
        .global(move |tx| {
            use schema::tenants;
            let state = if open { "active" } else { "suspended" };
            let changed = diesel::update(tenants::table.find(tenant.as_uuid()))
                .filter(tenants::state.ne("closed"))
                .set(tenants::state.eq(state))
                .execute(tx.conn())?;
            Ok::<_, TxError<Outage>>(changed == 1)
        })
        .await
}

/// Puts a business on record with everything that it begins with.
///
/// # Errors
/// [`Outage`], also when the tenant or the number is on record already; nothing is written then.
pub async fn provision(
    database: &Database,
    business: NewBusiness,
    now: OffsetDateTime,
) -> Result<(), Outage> {
    database
        .tenant(business.tenant, move |tx| {
            register(tx, &business, None, now)?;
            insert_rest(tx, &business, now)
        })
        .await
        .map_err(|refused| match refused {
            ProvisionRefused::Unavailable(outage) => outage,
            ProvisionRefused::OtherOrder | ProvisionRefused::NumberTaken => Outage::new(refused),
        })
}

fn insert_rest(
    tx: &mut TenantTx<'_>,
    business: &NewBusiness,
    now: OffsetDateTime,
) -> Result<(), TxError<ProvisionRefused>> {
    insert_catalogue(tx, business)?;
    insert_people(tx, business)?;
    insert_rules(tx, &business.rules)?;
    insert_schedules(tx, business, now)
}

/// The registry row with what the order makes, settings and channel route; what the order made before, if it did.
fn register(
    tx: &mut TenantTx<'_>,
    business: &NewBusiness,
    order: Option<(&OrderKey, InvitationId)>,
    now: OffsetDateTime,
) -> Result<Option<Provisioned>, TxError<ProvisionRefused>> {
    use schema::{channel_routes, tenant_settings, tenants};
    let tenant = tx.tenant_uuid();
    let key = order.map(|(order, _)| Fingerprint::of(&order.key).as_bytes().to_vec());
    let print = order.map(|(order, _)| order.print.as_bytes().to_vec());
    let added = diesel::insert_into(tenants::table)
        .values((
            tenants::id.eq(tenant),
            tenants::state.eq("active"),
            tenants::created_at.eq(now),
            tenants::order_key.eq(&key),
            tenants::order_print.eq(&print),
            tenants::order_invitation.eq(order.map(|(_, owner)| owner.as_uuid())),
        ))
        // The same order at the same moment waits here for the other one.
        .on_conflict(tenants::order_key)
        .do_nothing()
        .execute(tx.conn())?;
    if added == 0 {
        let (before, printed, owner) = tenants::table
            .filter(tenants::order_key.eq(&key))
            .select((tenants::id, tenants::order_print, tenants::order_invitation))
            .first::<(Uuid, Option<Vec<u8>>, Option<Uuid>)>(tx.conn())?;
        return if printed == print {
            Ok(Some(Provisioned::Before {
                tenant: TenantId::from_uuid(before),
                owner: owner.map(Id::from_uuid),
            }))
        } else {
            Err(TxError::Refused(ProvisionRefused::OtherOrder))
        };
    }
    diesel::insert_into(tenant_settings::table)
        .values((
            tenant_settings::tenant_id.eq(tenant),
            tenant_settings::business_name.eq(&business.name),
            tenant_settings::zone.eq(business.zone.name()),
            tenant_settings::currency.eq(business.currency.code()),
            tenant_settings::booking.eq(&business.settings.booking),
            tenant_settings::conversation.eq(&business.settings.conversation),
            tenant_settings::payments.eq(&business.settings.payments),
            tenant_settings::commission.eq(&business.settings.commission),
        ))
        .execute(tx.conn())?;
    if let Some(number) = &business.phone_number_id {
        let added = diesel::insert_into(channel_routes::table)
            .values((
                channel_routes::channel.eq("whatsapp"),
                channel_routes::external_id.eq(number),
                channel_routes::tenant_id.eq(tenant),
                channel_routes::dialable.eq(&business.dialable),
            ))
            .on_conflict_do_nothing()
            .execute(tx.conn())?;
        if added == 0 {
            return Err(TxError::Refused(ProvisionRefused::NumberTaken));
        }
    }
    Ok(None)
}

fn insert_catalogue(tx: &mut TenantTx<'_>, business: &NewBusiness) -> Result<(), TxError<ProvisionRefused>> {
    use schema::{holidays, opening_hours, resources, services};
    let tenant = tx.tenant_uuid();
    for block in &business.opening_hours {
        let id = tx.new_id();
        diesel::insert_into(opening_hours::table)
            .values((
                opening_hours::tenant_id.eq(tenant),
                opening_hours::id.eq(id),
                opening_hours::weekday.eq(block.weekday),
                opening_hours::from_minute.eq(block.from_minute),
                opening_hours::to_minute.eq(block.to_minute),
            ))
            .execute(tx.conn())?;
    }
    for holiday in &business.holidays {
        diesel::insert_into(holidays::table)
            .values((
                holidays::tenant_id.eq(tenant),
                holidays::day.eq(holiday.day),
                holidays::name.eq(&holiday.name),
                holidays::blocks.eq(&holiday.blocks),
            ))
            .execute(tx.conn())?;
    }
    for service in &business.services {
        let deposit = if service.deposit_basis_points == 0 {
            "none"
        } else {
            "percent"
        };
        diesel::insert_into(services::table)
            .values((
                services::tenant_id.eq(tenant),
                services::id.eq(service.id),
                services::name.eq(&service.name),
                services::name_sw.eq(&service.name_sw),
                services::aliases.eq(&service.aliases),
                services::category.eq(&service.category),
                services::price_minor.eq(service.price.amount_minor()),
                services::currency.eq(service.price.currency().code()),
                services::deposit_kind.eq(deposit),
                services::deposit_value.eq(service.deposit_basis_points),
                services::segments.eq(&service.segments),
                services::buffer_after_minutes.eq(service.buffer_after_minutes),
            ))
            .execute(tx.conn())?;
    }
    for resource in &business.resources {
        diesel::insert_into(resources::table)
            .values((
                resources::tenant_id.eq(tenant),
                resources::id.eq(resource.id),
                resources::kind.eq(&resource.kind),
                resources::name.eq(&resource.name),
                resources::capacity.eq(resource.capacity),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}

fn insert_people(tx: &mut TenantTx<'_>, business: &NewBusiness) -> Result<(), TxError<ProvisionRefused>> {
    use schema::{staff, staff_hours, staff_services};
    let tenant = tx.tenant_uuid();
    for person in &business.staff {
        diesel::insert_into(staff::table)
            .values((
                staff::tenant_id.eq(tenant),
                staff::id.eq(person.id),
                staff::name.eq(&person.name),
                staff::phone.eq(person.phone.as_ref().map(PhoneNumber::e164)),
            ))
            .execute(tx.conn())?;
        for block in &person.hours {
            let id = tx.new_id();
            diesel::insert_into(staff_hours::table)
                .values((
                    staff_hours::tenant_id.eq(tenant),
                    staff_hours::id.eq(id),
                    staff_hours::staff_id.eq(person.id),
                    staff_hours::weekday.eq(block.weekday),
                    staff_hours::from_minute.eq(block.from_minute),
                    staff_hours::to_minute.eq(block.to_minute),
                ))
                .execute(tx.conn())?;
        }
        let can: Vec<_> = person
            .services
            .iter()
            .map(|service| {
                (
                    staff_services::tenant_id.eq(tenant),
                    staff_services::staff_id.eq(person.id),
                    staff_services::service_id.eq(*service),
                )
            })
            .collect();
        diesel::insert_into(staff_services::table)
            .values(can)
            .execute(tx.conn())?;
    }
    Ok(())
}

fn insert_rules(tx: &mut TenantTx<'_>, rules: &[NewRule]) -> Result<(), TxError<ProvisionRefused>> {
    use schema::commission_rules;
    let tenant = tx.tenant_uuid();
    for rule in rules {
        diesel::insert_into(commission_rules::table)
            .values((
                commission_rules::tenant_id.eq(tenant),
                commission_rules::id.eq(rule.id),
                commission_rules::staff_id.eq(rule.staff),
                commission_rules::service_category.eq(&rule.category),
                commission_rules::rule_type.eq(&rule.rule_type),
                commission_rules::value.eq(&rule.value),
                commission_rules::valid_from.eq(rule.valid_from),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// The schedules that every business has: the daily look at its audit chain, daily digest, monthly close.
const OF_EACH_TENANT: [(&str, WallClockRule); 3] = [
    (
        "audit_verification",
        WallClockRule {
            hour: 3,
            minute: 30,
            day_of_month: None,
        },
    ),
    (
        "digest",
        WallClockRule {
            hour: 7,
            minute: 0,
            day_of_month: None,
        },
    ),
    (
        "commission_close",
        WallClockRule {
            hour: 2,
            minute: 0,
            day_of_month: Some(1),
        },
    ),
];

fn insert_schedules(
    tx: &mut TenantTx<'_>,
    business: &NewBusiness,
    now: OffsetDateTime,
) -> Result<(), TxError<ProvisionRefused>> {
    for (name, rule) in OF_EACH_TENANT {
        let next = rule
            .next_after(&business.zone, now)
            .ok_or_else(|| TxError::Impossible(format!("the schedule {name} is never due")))?;
        let id = tx.new_id();
        insert_schedule(
            tx.conn(),
            id,
            name,
            Some(business.tenant),
            business.zone.name(),
            rule,
            next,
        )?;
    }
    Ok(())
}

/// A visit of the past that was made elsewhere, entered as it was.
#[derive(Clone, Debug)]
pub struct PastVisit {
    /// Whose.
    pub customer: PastCustomer,
    /// What was rendered.
    pub service: Uuid,
    /// By whom.
    pub staff: Uuid,
    /// When.
    pub time: TimeRange,
    /// What was charged.
    pub charged: Money,
    /// The tip in minor units.
    pub tip_minor: i64,
    /// The service's plan as booking keeps it.
    pub plan: Value,
}

/// A customer of the past.
#[derive(Clone, Debug)]
pub struct PastCustomer {
    /// The identity.
    pub id: Uuid,
    /// The number.
    pub phone: PhoneNumber,
    /// The name.
    pub name: String,
}

/// Enters visits of the past as completed; customers that are on record already are kept.
///
/// # Errors
/// [`Outage`]; none is entered then.
pub async fn enter_past_visits(
    database: &Database,
    tenant: TenantId,
    visits: Vec<PastVisit>,
) -> Result<(), Outage> {
    database
        .tenant(tenant, move |tx| {
            for visit in &visits {
                enter_past_visit(tx, visit)?;
            }
            Ok::<_, TxError<Outage>>(())
        })
        .await
}

fn enter_past_visit(tx: &mut TenantTx<'_>, past: &PastVisit) -> Result<(), TxError<Outage>> {
    use schema::{appointments, customers, visits};
    let (tenant, visit, appointment) = (tx.tenant_uuid(), tx.new_id(), tx.new_id());
    let (start, end) = (past.time.start(), past.time.end());
    diesel::insert_into(customers::table)
        .values((
            customers::tenant_id.eq(tenant),
            customers::id.eq(past.customer.id),
            customers::phone.eq(past.customer.phone.e164()),
            customers::name.eq(&past.customer.name),
            customers::created_at.eq(start),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    diesel::insert_into(visits::table)
        .values((
            visits::tenant_id.eq(tenant),
            visits::id.eq(visit),
            visits::customer_id.eq(past.customer.id),
            visits::created_at.eq(start),
        ))
        .execute(tx.conn())?;
    diesel::insert_into(appointments::table)
        .values((
            appointments::tenant_id.eq(tenant),
            appointments::id.eq(appointment),
            appointments::visit_id.eq(visit),
            appointments::customer_id.eq(past.customer.id),
            appointments::service_id.eq(past.service),
            appointments::staff_id.eq(past.staff),
            (
                appointments::state.eq("completed"),
                appointments::state_at.eq(end),
                appointments::start_at.eq(start),
                appointments::end_at.eq(end),
                appointments::channel.eq("desk"),
            ),
            (
                appointments::currency.eq(past.charged.currency().code()),
                appointments::list_price_minor.eq(past.charged.amount_minor()),
                appointments::charged_minor.eq(past.charged.amount_minor()),
            ),
            appointments::plan.eq(&past.plan),
            appointments::created_at.eq(start),
            appointments::actual_start_at.eq(start),
            appointments::actual_end_at.eq(end),
            appointments::tip_amount.eq(rust_decimal::Decimal::new(past.tip_minor, 2)),
        ))
        .execute(tx.conn())?;
    Ok(())
}
