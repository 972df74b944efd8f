//! Builders that say only what matters to a test.

use ratiba_kernel::{BasisPoints, Currency, Id, Money, TimeRange, Zone};
use time::macros::datetime;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use crate::base::BaseRecipe;
use crate::rule::{Overridable, Rule, RuleScope, RuleValue, Validity};
use crate::settings::CommissionSettings;
use crate::split::{Renderers, Shares};
use crate::tiers::{Measure, MeasureScope, Tier, TierMethod, Tiers};
use crate::tips::Tip;
use crate::work::{CompletedAppointment, Outcome, Sale};
use crate::{AppointmentId, Month, RuleId, ServiceCategory, ServiceId, StaffId};

fn id<T: ?Sized>(lane: u64, number: u64) -> Id<T> {
    Id::from_uuid(Uuid::from_u64_pair(
        (lane << 16) | 0x7000,
        0x8000_0000_0000_0000 | number,
    ))
}

/// A staff member; equal numbers are equal people.
#[must_use]
pub fn staff(number: u64) -> StaffId {
    id(0xc001, number)
}

/// A service; equal numbers are equal services.
#[must_use]
pub fn service(number: u64) -> ServiceId {
    id(0xc002, number)
}

/// An appointment; equal numbers are equal appointments.
#[must_use]
pub fn appointment(number: u64) -> AppointmentId {
    id(0xc003, number)
}

fn rule_id(number: u64) -> RuleId {
    id(0xc004, number)
}

/// The category of a name.
///
/// # Panics
/// If the name cannot be a category's.
#[must_use]
pub fn category(name: &str) -> ServiceCategory {
    ServiceCategory::parse(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The month of a text such as `2026-05`.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn month(text: &str) -> Month {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Africa/Nairobi.
///
/// # Panics
/// Never: the zone is compiled in.
#[must_use]
pub fn nairobi() -> Zone {
    Zone::parse("Africa/Nairobi").unwrap_or_else(|error| panic!("{error}"))
}

/// The standard switches of a tenant in Nairobi.
#[must_use]
pub fn settings() -> CommissionSettings {
    CommissionSettings::standard(nairobi(), Currency::Kes)
}

/// Whole shillings.
#[must_use]
pub const fn kes(shillings: i64) -> Money {
    Money::kes_minor(shillings * 100)
}

/// Cents.
#[must_use]
pub const fn money(minor: i64) -> Money {
    Money::kes_minor(minor)
}

/// A percentage of everything, of the charged amount.
#[must_use]
pub fn percent(basis_points: u32) -> RuleValue {
    RuleValue::Percentage {
        rates: Overridable::general(BasisPoints::new(basis_points)),
        base: BaseRecipe::default(),
    }
}

/// One step of a ladder: a floor in minor units or services, and basis points.
#[must_use]
pub const fn a_tier(floor: i64, basis_points: u32) -> Tier {
    Tier {
        floor,
        rate: BasisPoints::new(basis_points),
    }
}

/// A ladder by revenue over the lines that the rule wins.
///
/// # Panics
/// If it is not a ladder.
#[must_use]
pub fn tiered(method: TierMethod, ladder: &[Tier]) -> RuleValue {
    let tiers = Tiers::new(method, Measure::Revenue, MeasureScope::Rule, ladder.to_vec())
        .unwrap_or_else(|faults| panic!("{faults:?}"));
    RuleValue::Tiered {
        tiers,
        base: BaseRecipe::default(),
    }
}

/// A rule that holds since 2020; equal numbers are equal rows.
#[must_use]
pub fn rule(number: u64, scope: RuleScope, value: RuleValue) -> Rule {
    let since = Date::from_ordinal_date(2020, 1).unwrap_or(Date::MIN);
    Rule {
        id: rule_id(number),
        scope,
        value,
        validity: Validity::since(since),
    }
}

/// Builds one completed appointment.
#[derive(Clone, Debug)]
pub struct WorkBuilder(CompletedAppointment);

/// A massage of an hour by staff member 1 for KES 1,000, as planned and paid, on 13 May 2026 at 13:00 to
/// 14:00 in Nairobi; the actual times are recorded.
#[must_use]
pub fn some_work(number: u64) -> WorkBuilder {
    let (start, end) = (datetime!(2026-05-13 10:00 UTC), datetime!(2026-05-13 11:00 UTC));
    WorkBuilder(CompletedAppointment {
        id: appointment(number),
        service: service(1),
        service_name: "Swedish massage 60".to_owned(),
        category: category("massage"),
        planned: TimeRange::new(start, end).unwrap_or_else(|error| panic!("{error}")),
        actual_start: Some(start),
        actual_end: Some(end),
        outcome: Outcome::Rendered,
        sale: Sale::at(kes(1_000)),
        payments: Vec::new(),
        renderers: Renderers::alone(staff(1)),
        tip: None,
    })
}

impl WorkBuilder {
    /// Another person renders it.
    #[must_use]
    pub fn by(mut self, staff: StaffId) -> Self {
        self.0.renderers = Renderers::alone(staff);
        self
    }

    /// Several people render it.
    ///
    /// # Panics
    /// If people and shares do not fit.
    #[must_use]
    pub fn shared(mut self, people: &[StaffId], shares: Shares) -> Self {
        self.0.renderers = Renderers::new(people.to_vec(), shares).unwrap_or_else(|error| panic!("{error}"));
        self
    }

    /// Another service of another family, with a name of its own.
    #[must_use]
    pub fn of(mut self, service: ServiceId, category: ServiceCategory) -> Self {
        let number = service.as_uuid().as_u64_pair().1 & 0xffff;
        self.0.service_name = format!("Service {number}");
        self.0.service = service;
        self.0.category = category;
        self
    }

    /// Sold at this price, in minor units.
    #[must_use]
    pub fn at(mut self, minor: i64) -> Self {
        self.0.sale = Sale::at(money(minor));
        self
    }

    /// The money of it.
    #[must_use]
    pub fn sold(mut self, sale: Sale) -> Self {
        self.0.sale = sale;
        self
    }

    /// So much was given back, in minor units.
    #[must_use]
    pub fn refunded(mut self, minor: i64) -> Self {
        self.0.sale.refunded = money(minor);
        self
    }

    /// An hour that ends then, as planned and as recorded.
    ///
    /// # Panics
    /// At the end of the calendar.
    #[must_use]
    pub fn ending(mut self, end: OffsetDateTime) -> Self {
        let start = end - Duration::HOUR;
        self.0.planned = TimeRange::new(start, end).unwrap_or_else(|error| panic!("{error}"));
        self.0.actual_start = Some(start);
        self.0.actual_end = Some(end);
        self
    }

    /// Nobody recorded when it was.
    #[must_use]
    pub fn without_actuals(mut self) -> Self {
        self.0.actual_start = None;
        self.0.actual_end = None;
        self
    }

    /// With a tip.
    #[must_use]
    pub fn tipped(mut self, tip: Tip) -> Self {
        self.0.tip = Some(tip);
        self
    }

    /// The customer did not come and was charged a fee, in minor units.
    #[must_use]
    pub fn no_show(mut self, fee_minor: i64) -> Self {
        self.0.outcome = Outcome::NoShow {
            fee: money(fee_minor),
        };
        self.0.actual_start = None;
        self.0.actual_end = None;
        self
    }

    /// The appointment.
    #[must_use]
    pub fn build(self) -> CompletedAppointment {
        self.0
    }
}
