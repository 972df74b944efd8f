//! The demo tenant *Aria Aura Spa*: services, people, rooms, hours, rules, and three months of past visits.
//!
//! Everything is the same in every run, but for the identities.

use ratiba_booking::catalogue::{Buffers, Minutes, Recipe};
use ratiba_kernel::{Currency, IdSource, Money, Outage, PhoneNumber, TenantId, TimeRange, Zone};
use ratiba_postgres::Database;
use ratiba_postgres::provisioning::{
    DomainSettings, Holiday, NewBusiness, NewResource, NewRule, NewService, NewStaff, PastCustomer,
    PastVisit, WeeklyBlock, enter_past_visits, provision,
};
use serde_json::{Value, json};
use time::macros::{date, datetime};
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time};
use uuid::Uuid;

/// When the demo begins: Tuesday 12 May 2026, 08:00 in Nairobi.
pub const BEGINS_AT: OffsetDateTime = datetime!(2026-05-12 08:00 +3);

/// The months of past visits, all over by [`BEGINS_AT`].
pub const PAST_MONTHS: [(i32, Month); 3] = [
    (2026, Month::February),
    (2026, Month::March),
    (2026, Month::April),
];

/// Who the demo tenant is at the providers and on WhatsApp.
#[derive(Clone, Debug)]
pub struct DemoAddresses {
    /// WhatsApp's id of the business's number.
    pub phone_number_id: String,
    /// That number itself, if it is known; else it is learned from WhatsApp.
    pub phone: Option<PhoneNumber>,
    /// The owner's own number: alerts and the digest go there.
    pub owner_phone: PhoneNumber,
}

/// The demo tenant, on record.
#[derive(Clone, Debug)]
pub struct DemoTenant {
    /// Its identity.
    pub tenant: TenantId,
    /// Its people: name and identity.
    pub staff: Vec<(String, Uuid)>,
}

struct ServiceSketch {
    name: &'static str,
    name_sw: &'static str,
    aliases: &'static [&'static str],
    category: &'static str,
    minutes: u32,
    room: &'static str,
    price_kes: i64,
}

/// This part of the price, raised to the whole shilling, is asked ahead.
const DEPOSIT_BASIS_POINTS: i64 = 3_000;
const CLEAN_UP_MINUTES: u32 = 10;

const SERVICES: [ServiceSketch; 7] = [
    ServiceSketch {
        name: "Swedish massage 60",
        name_sw: "Masaji ya Kiswidi",
        aliases: &["massage", "masaji", "full body massage", "kukandwa"],
        category: "massage",
        minutes: 60,
        room: "treatment-room",
        price_kes: 3_500,
    },
    ServiceSketch {
        name: "Deep tissue 90",
        name_sw: "Masaji ya nguvu",
        aliases: &["deep tissue", "sports massage"],
        category: "massage",
        minutes: 90,
        room: "treatment-room",
        price_kes: 5_500,
    },
    ServiceSketch {
        name: "Facial 60",
        name_sw: "Usafi wa uso",
        aliases: &["facial", "uso"],
        category: "facial",
        minutes: 60,
        room: "treatment-room",
        price_kes: 4_000,
    },
    ServiceSketch {
        name: "Manicure",
        name_sw: "Kucha za mikono",
        aliases: &["manicure", "kucha"],
        category: "nails",
        minutes: 45,
        room: "nail-station",
        price_kes: 1_800,
    },
    ServiceSketch {
        name: "Pedicure",
        name_sw: "Kucha za miguu",
        aliases: &["pedicure", "pedi"],
        category: "nails",
        minutes: 60,
        room: "nail-station",
        price_kes: 2_200,
    },
    ServiceSketch {
        name: "Braiding",
        name_sw: "Kusuka nywele",
        aliases: &["braids", "kusuka", "nywele"],
        category: "hair",
        minutes: 120,
        room: "chair",
        price_kes: 3_000,
    },
    ServiceSketch {
        name: "Haircut",
        name_sw: "Kunyoa",
        aliases: &["haircut", "kunyoa", "kinyozi", "shave"],
        category: "hair",
        minutes: 30,
        room: "chair",
        price_kes: 800,
    },
];

/// Name, phone, first and last working hour, and the families of services that the person can do.
type StaffSketch = (&'static str, &'static str, (i16, i16), &'static [&'static str]);

const STAFF: [StaffSketch; 5] = [
    ("Wanjiru", "+254700000011", (9, 20), &["massage", "facial"]),
    ("Achieng", "+254700000012", (9, 18), &["massage"]),
    ("Njeri", "+254700000013", (10, 20), &["nails", "facial"]),
    ("Halima", "+254700000014", (9, 18), &["nails", "hair"]),
    ("Otieno", "+254700000015", (9, 20), &["hair"]),
];

const ROOMS: [(&str, &str); 7] = [
    ("treatment-room", "Room Jasmine"),
    ("treatment-room", "Room Lavender"),
    ("treatment-room", "Room Rose"),
    ("nail-station", "Nail station 1"),
    ("nail-station", "Nail station 2"),
    ("chair", "Chair 1"),
    ("chair", "Chair 2"),
];

const CUSTOMERS: [&str; 12] = [
    "Amina", "Brenda", "Cynthia", "Daniel", "Esther", "Faith", "Grace", "Hassan", "Irene", "Joy", "Kevin",
    "Lilian",
];

/// Puts the demo tenant on record as of [`BEGINS_AT`]. Asking twice makes a second business, and is refused
/// where both would have the same number.
///
/// # Errors
/// [`Outage`]; a failure while entering past visits leaves the business without them.
pub async fn provision_demo(
    database: &Database,
    ids: &dyn IdSource,
    addresses: &DemoAddresses,
) -> Result<DemoTenant, Outage> {
    let zone = Zone::parse("Africa/Nairobi").map_err(Outage::new)?;
    let tenant = TenantId::from_uuid(ids.next());
    let services: Vec<(&ServiceSketch, Uuid)> = SERVICES.iter().map(|sketch| (sketch, ids.next())).collect();
    let business = NewBusiness {
        tenant,
        name: "Aria Aura Spa".to_owned(),
        zone: zone.clone(),
        currency: Currency::Kes,
        phone_number_id: Some(addresses.phone_number_id.clone()),
        dialable: addresses
            .phone
            .as_ref()
            .map(|phone| phone.e164().trim_start_matches('+').to_owned()),
        settings: settings(&addresses.owner_phone),
        opening_hours: (1..=7).map(|weekday| hours(weekday, 9, 20)).collect(),
        holidays: holidays(),
        services: services
            .iter()
            .map(|(sketch, id)| service(sketch, *id))
            .collect::<Result<_, _>>()?,
        staff: staff(ids, &services)?,
        resources: ROOMS
            .iter()
            .map(|(kind, name)| NewResource {
                id: ids.next(),
                kind: (*kind).to_owned(),
                name: (*name).to_owned(),
                capacity: 1,
            })
            .collect(),
        rules: Vec::new(),
    };
    let business = NewBusiness {
        rules: rules(ids, &business.staff),
        ..business
    };
    let people = business.staff.clone();
    provision(database, business, BEGINS_AT).await?;
    let past = past_visits(ids, &zone, &services, &people)?;
    enter_past_visits(database, tenant, past).await?;
    Ok(DemoTenant {
        tenant,
        staff: people
            .into_iter()
            .map(|person| (person.name, person.id))
            .collect(),
    })
}

fn settings(owner: &PhoneNumber) -> DomainSettings {
    DomainSettings {
        booking: json!({}),
        conversation: json!({
            "cohort": "open",
            "location": "Ngong Road, Nairobi, next to the Adams Arcade",
            "owners": [owner.e164()],
            "owners_language": "en",
            "templates": approved_templates(),
        }),
        payments: json!({}),
        commission: json!({}),
    }
}

/// The templates that the simulated WhatsApp has approved, in both languages.
fn approved_templates() -> Vec<Value> {
    use ratiba_conversation::templates::TemplateName;
    let both = |name: TemplateName| {
        ["en", "sw"].map(|language| json!({ "name": name.code(), "language": language }))
    };
    TemplateName::ALL.into_iter().flat_map(both).collect()
}

fn hours(weekday: i16, from: i16, to: i16) -> WeeklyBlock {
    WeeklyBlock {
        weekday,
        from_minute: from * 60,
        to_minute: to * 60,
    }
}

/// Kenya's public holidays of the rest of the demo's year; the spa opens late on most and closes on two.
fn holidays() -> Vec<Holiday> {
    let late = || json!([{ "from_minute": 11 * 60, "to_minute": 18 * 60 }]);
    let closed = || json!([]);
    let days: [(Date, &str, Value); 7] = [
        (date!(2026 - 06 - 01), "Madaraka Day", late()),
        (date!(2026 - 10 - 10), "Mazingira Day", late()),
        (date!(2026 - 10 - 20), "Mashujaa Day", late()),
        (date!(2026 - 12 - 12), "Jamhuri Day", late()),
        (date!(2026 - 12 - 25), "Christmas Day", closed()),
        (date!(2026 - 12 - 26), "Boxing Day", late()),
        (date!(2027 - 01 - 01), "New Year's Day", closed()),
    ];
    days.into_iter()
        .map(|(day, name, blocks)| Holiday {
            day,
            name: name.to_owned(),
            blocks,
        })
        .collect()
}

fn service(sketch: &ServiceSketch, id: Uuid) -> Result<NewService, Outage> {
    Ok(NewService {
        id,
        name: sketch.name.to_owned(),
        name_sw: Some(sketch.name_sw.to_owned()),
        aliases: sketch.aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        category: sketch.category.to_owned(),
        price: Money::kes_minor(sketch.price_kes * 100),
        deposit_basis_points: DEPOSIT_BASIS_POINTS,
        segments: json!([{
            "minutes": sketch.minutes, "staff": true, "resource_kind": sketch.room, "client": true,
        }]),
        buffer_after_minutes: i32::try_from(CLEAN_UP_MINUTES).map_err(Outage::new)?,
    })
}

fn staff(ids: &dyn IdSource, services: &[(&ServiceSketch, Uuid)]) -> Result<Vec<NewStaff>, Outage> {
    STAFF
        .iter()
        .map(|(name, phone, (from, to), can)| {
            Ok(NewStaff {
                id: ids.next(),
                name: (*name).to_owned(),
                phone: Some(PhoneNumber::parse(phone).map_err(Outage::new)?),
                hours: (1..=7).map(|weekday| hours(weekday, *from, *to)).collect(),
                services: services
                    .iter()
                    .filter(|(sketch, _)| can.contains(&sketch.category))
                    .map(|(_, id)| *id)
                    .collect(),
            })
        })
        .collect()
}

/// Massage and facials by percentage, nails on a ladder, hair by the piece; Wanjiru has a rate of her own
/// for massages.
fn rules(ids: &dyn IdSource, staff: &[NewStaff]) -> Vec<NewRule> {
    let for_category = |category: &str, rule_type: &str, value: Value| NewRule {
        id: ids.next(),
        staff: None,
        category: Some(category.to_owned()),
        rule_type: rule_type.to_owned(),
        value,
        valid_from: date!(2026 - 01 - 01),
    };
    let ladder = json!({
        "method": "marginal", "measure": "revenue", "measure_scope": "rule",
        "tiers": [{ "floor": 0, "rate_basis_points": 3000 }, { "floor": 5_000_000, "rate_basis_points": 3500 }],
    });
    let mut rules = vec![
        for_category("massage", "pct", json!({ "rate_basis_points": 4000 })),
        for_category("facial", "pct", json!({ "rate_basis_points": 3500 })),
        for_category("nails", "tiered", ladder),
        for_category("hair", "fixed", json!({ "amount_minor": 30_000 })),
    ];
    rules.extend(staff.iter().find(|person| person.name == "Wanjiru").map(|person| NewRule {
        id: ids.next(),
        staff: Some(person.id),
        category: None,
        rule_type: "pct".to_owned(),
        value: json!({ "rate_basis_points": 3000, "overrides": { "categories": { "massage": 4500 } } }),
        valid_from: date!(2026 - 01 - 01),
    }));
    rules
}

/// One or two visits a day for each person, on a pattern that is the same in every run.
fn past_visits(
    ids: &dyn IdSource,
    zone: &Zone,
    services: &[(&ServiceSketch, Uuid)],
    people: &[NewStaff],
) -> Result<Vec<PastVisit>, Outage> {
    let customers: Vec<PastCustomer> = CUSTOMERS
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let phone = PhoneNumber::parse(&format!("+2547000001{:02}", index + 1)).map_err(Outage::new)?;
            Ok(PastCustomer {
                id: ids.next(),
                phone,
                name: (*name).to_owned(),
            })
        })
        .collect::<Result<_, Outage>>()?;
    let mut visits = Vec::new();
    let mut turn: usize = 0;
    for (year, month) in PAST_MONTHS {
        for day in 1..=month.length(year) {
            let date = Date::from_calendar_date(year, month, day).map_err(Outage::new)?;
            for person in people {
                // Everybody is off one day in four, and has a second visit one day in three.
                turn += 1;
                let count = if turn.is_multiple_of(4) {
                    0
                } else {
                    1 + usize::from(turn.is_multiple_of(3))
                };
                for nth in 0..count {
                    let at = (date, if nth == 0 { 10 } else { 14 });
                    let customer = customers.get((turn * 5 + nth) % customers.len());
                    let rendered = person.services.get((turn + nth) % person.services.len());
                    let sketch = rendered.and_then(|id| services.iter().find(|(_, known)| known == id));
                    if let (Some(customer), Some((sketch, id))) = (customer, sketch) {
                        visits.push(past_visit(zone, (sketch, *id), person.id, customer, at, turn)?);
                    }
                }
            }
        }
    }
    Ok(visits)
}

fn past_visit(
    zone: &Zone,
    (sketch, service): (&ServiceSketch, Uuid),
    staff: Uuid,
    customer: &PastCustomer,
    (day, hour): (Date, u8),
    turn: usize,
) -> Result<PastVisit, Outage> {
    let at = Time::from_hms(hour, 0, 0).map_err(Outage::new)?;
    let start = zone.instant(PrimitiveDateTime::new(day, at));
    let time =
        TimeRange::starting(start, Duration::minutes(i64::from(sketch.minutes))).map_err(Outage::new)?;
    let tip_minor = if turn.is_multiple_of(5) { 20_000 } else { 0 };
    Ok(PastVisit {
        customer: customer.clone(),
        service,
        staff,
        time,
        charged: Money::kes_minor(sketch.price_kes * 100),
        tip_minor,
        plan: plan(sketch)?,
    })
}

fn plan(sketch: &ServiceSketch) -> Result<Value, Outage> {
    let segments = json!([{
        "minutes": sketch.minutes, "staff": true, "resource_kind": sketch.room, "client": true,
    }]);
    let buffers = Buffers {
        before: Minutes::NONE,
        after: Minutes::new(CLEAN_UP_MINUTES),
    };
    let segments = serde_json::from_value(segments).map_err(Outage::new)?;
    let recipe = Recipe::new(segments, buffers).map_err(Outage::new)?;
    ratiba_postgres::booking::plan_document(&recipe, &[]).map_err(Outage::new)
}

/// Closes the months of past visits, as they would have been by now.
///
/// # Errors
/// [`Outage`], also when a month cannot be computed.
pub async fn close_past_months(parts: &crate::Parts, tenant: TenantId) -> Result<(), Outage> {
    for (year, month) in PAST_MONTHS {
        let first = Date::from_calendar_date(year, month, 1).map_err(Outage::new)?;
        let month = ratiba_commission::Month::of(first).ok_or_else(|| Outage::new("not a month"))?;
        let by = ratiba_commission::period::FrozenBy::System;
        parts
            .commission
            .close
            .execute(tenant, month, by)
            .await
            .map_err(Outage::new)?;
    }
    Ok(())
}
