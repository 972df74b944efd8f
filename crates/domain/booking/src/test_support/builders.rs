//! Values for tests that say only what matters.

use std::collections::{BTreeMap, BTreeSet};

use ratiba_kernel::{BasisPoints, Currency, Id, Money, TenantId, TimeRange, Zone};
use time::macros::datetime;
use time::{Duration, OffsetDateTime, Weekday};
use uuid::Uuid;

use crate::appointment::{Appointment, AppointmentId, Booking, ChangedBy, Price, StaffChoice, Team, Version};
use crate::availability::{
    Arrangement, BusinessHours, DayBlock, EngagedAs, Engagement, Facts, Hours, PartOrder, PartRequest,
    ResourceFacts, StaffFacts, StaffWish, WeeklyBlock,
};
use crate::catalogue::{
    BookingWindow, Buffers, CustomerId, Deposit, Minutes, Offering, Recipe, ResourceId, ResourceKind,
    Service, ServiceCategory, ServiceId, StaffId,
};
use crate::engagement::{Claim, Subject};
use crate::policy::{BufferRule, Channel, PayBy, Policy, Rules};
use crate::ports::Change;
use crate::use_cases::{DepositAsked, HoldOrder};
use crate::visit::{HoldKey, VisitHead, VisitId};

fn numbered(kind: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(
        (0xb00c << 32) | (kind << 16) | 0x7000,
        0x8000_0000_0000_0000 | number,
    )
}

/// The service of a number; equal numbers are equal services, here and below.
#[must_use]
pub fn service(number: u64) -> ServiceId {
    Id::from_uuid(numbered(1, number))
}

/// A staff member.
#[must_use]
pub fn staff(number: u64) -> StaffId {
    Id::from_uuid(numbered(2, number))
}

/// A resource.
#[must_use]
pub fn resource(number: u64) -> ResourceId {
    Id::from_uuid(numbered(3, number))
}

/// A customer.
#[must_use]
pub fn customer(number: u64) -> CustomerId {
    Id::from_uuid(numbered(4, number))
}

/// A visit.
#[must_use]
pub fn visit(number: u64) -> VisitId {
    Id::from_uuid(numbered(5, number))
}

/// An appointment.
#[must_use]
pub fn appointment(number: u64) -> AppointmentId {
    Id::from_uuid(numbered(6, number))
}

/// A kind of resource.
///
/// # Panics
/// If it is not a word.
#[must_use]
pub fn kind(word: &str) -> ResourceKind {
    ResourceKind::parse(word).unwrap_or_else(|error| panic!("{word}: {error}"))
}

/// A zone.
///
/// # Panics
/// If there is none of that name.
#[must_use]
pub fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Wednesday 2026-05-13 in Nairobi at an hour and a minute, in UTC: the day after the tests' present.
#[must_use]
pub fn at(hour: i64, minute: i64) -> OffsetDateTime {
    datetime!(2026-05-12 21:00 UTC) + Duration::hours(hour) + Duration::minutes(minute)
}

/// A stretch of that day.
///
/// # Panics
/// If it is empty.
#[must_use]
pub fn from_to(from: (i64, i64), to: (i64, i64)) -> TimeRange {
    TimeRange::new(at(from.0, from.1), at(to.0, to.1)).unwrap_or_else(|error| panic!("{error}"))
}

/// The present of most tests: Tuesday 2026-05-12, 08:00 in Nairobi.
pub const NOW: OffsetDateTime = datetime!(2026-05-12 05:00 UTC);

/// A change that nobody in particular wanted, and that changes nothing yet.
#[must_use]
pub const fn decided(at: OffsetDateTime) -> Change {
    Change::at(at, ChangedBy::System)
}

/// Rules of a tenant in Nairobi, everything by default.
#[must_use]
pub fn policy() -> Policy {
    Policy {
        zone: zone("Africa/Nairobi"),
        currency: Currency::Kes,
        rules: Rules::default(),
    }
}

/// A plain service of some minutes for 3,500 shillings that is paid in full in advance, rendered by staff 1
/// and 2.
///
/// # Panics
/// If no service can have that length.
#[must_use]
pub fn a_service(number: u64, minutes: u32) -> Service {
    let recipe = Recipe::plain(Minutes::new(minutes)).unwrap_or_else(|error| panic!("{error}"));
    Service {
        id: service(number),
        name: format!("Service {number}"),
        name_sw: None,
        aliases: Vec::new(),
        category: ServiceCategory::parse("massage").unwrap_or_else(|error| panic!("{error}")),
        price: Money::kes_minor(350_000),
        deposit: Deposit::Percent(BasisPoints::WHOLE),
        recipe,
        tax: BasisPoints::new(1_600),
        product_cost: Money::kes_minor(0),
        offering: Offering::Active,
        staff: BTreeSet::from([staff(1), staff(2)]),
        window: BookingWindow::default(),
    }
}

/// A recipe.
///
/// # Panics
/// If it is not sound.
#[must_use]
pub fn recipe(segments: Vec<crate::catalogue::Segment>, before: u32, after: u32) -> Recipe {
    let buffers = Buffers {
        before: Minutes::new(before),
        after: Minutes::new(after),
    };
    Recipe::new(segments, buffers).unwrap_or_else(|error| panic!("{error}"))
}

/// A block of every day of the week, in minutes of the local clock.
#[must_use]
pub fn every_day(from_minute: u16, to_minute: u16) -> Vec<WeeklyBlock> {
    let mut weekday = Weekday::Monday;
    let mut blocks = Vec::with_capacity(7);
    for _day in 0..7 {
        blocks.push(WeeklyBlock {
            weekday,
            block: DayBlock {
                from_minute,
                to_minute,
            },
        });
        weekday = weekday.next();
    }
    blocks
}

/// Facts about a small salon: by default one staff member, at work every day from 09:00 to 17:00, no rooms,
/// and one plain service of an hour.
#[derive(Clone, Debug)]
pub struct SalonBuilder(Facts);

impl Default for SalonBuilder {
    fn default() -> Self {
        let facts = Facts {
            policy: policy(),
            services: vec![a_service(1, 60)],
            business: BusinessHours::default(),
            staff: Vec::new(),
            resources: Vec::new(),
            engagements: Vec::new(),
            promotions: Vec::new(),
        };
        Self(facts).staff(1, every_day(9 * 60, 17 * 60))
    }
}

impl SalonBuilder {
    /// With a service in place of the one with the same id.
    #[must_use]
    pub fn service(mut self, service: Service) -> Self {
        self.0.services.retain(|other| other.id != service.id);
        self.0.services.push(service);
        self
    }

    /// With a staff member in place of the one with the same number.
    #[must_use]
    pub fn staff(mut self, number: u64, weekly: Vec<WeeklyBlock>) -> Self {
        self.0.staff.retain(|other| other.id != staff(number));
        self.0.staff.push(StaffFacts {
            id: staff(number),
            hours: Hours {
                weekly,
                dated: BTreeMap::new(),
            },
            leave: Vec::new(),
            weight: 100,
            load: BTreeMap::new(),
            booked_last: Some(NOW - Duration::days(7)),
            joined: None,
        });
        self
    }

    /// With one resource of a kind.
    #[must_use]
    pub fn resource(mut self, number: u64, word: &str, capacity: u16) -> Self {
        let (id, kind) = (resource(number), kind(word));
        self.0.resources.push(ResourceFacts {
            id,
            kind,
            capacity,
            out_of_service: Vec::new(),
        });
        self
    }

    /// With an engagement of a subject, without buffers.
    #[must_use]
    pub fn engaged(mut self, subject: Subject, range: TimeRange, engaged_as: EngagedAs) -> Self {
        let claim = Claim {
            subject,
            range,
            before: Minutes::NONE,
            after: Minutes::NONE,
            buffers: self.0.policy.rules.buffers,
        };
        self.0.engagements.push(Engagement { claim, engaged_as });
        self
    }

    /// With a booking of staff 1.
    #[must_use]
    pub fn booked(self, range: TimeRange) -> Self {
        self.engaged(Subject::Staff(staff(1)), range, EngagedAs::Booked)
    }

    /// With other rules.
    #[must_use]
    pub fn rules(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(&mut self.0.policy.rules);
        self
    }

    /// With anything else changed.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        change(&mut self.0);
        self
    }

    /// The facts.
    #[must_use]
    pub fn build(self) -> Facts {
        self.0
    }
}

/// One service by whoever's turn it is.
#[must_use]
pub fn anybody_for(number: u64) -> PartRequest {
    PartRequest::new(service(number), StaffWish::Any)
}

/// An order of customer 1 for service 1 by M-Pesa in a chat, by whoever's turn it is.
///
/// # Panics
/// If the key is empty.
#[must_use]
pub fn an_order_of(key: &str, start: OffsetDateTime) -> HoldOrder {
    HoldOrder {
        key: HoldKey::parse(key).unwrap_or_else(|error| panic!("{error}")),
        customer: customer(1),
        parts: vec![anybody_for(1)],
        order: PartOrder::Any,
        arrangement: Arrangement::Together,
        start,
        channel: Channel::Chat,
        pay_by: PayBy::MobileMoney,
        deposit: DepositAsked::AsSold,
        package: None,
        complement: None,
        who: ChangedBy::Customer,
    }
}

/// Says what an appointment for a test of the book is, without asking the engine.
#[derive(Clone, Debug)]
pub struct AppointmentBuilder {
    number: u64,
    time: TimeRange,
    claims: Vec<Subject>,
    buffers: (Minutes, Minutes),
    rule: BufferRule,
    customer: CustomerId,
    visit: u64,
}

impl AppointmentBuilder {
    /// Appointment and visit of a number: service 1 by staff 1 for customer 1.
    #[must_use]
    pub fn new(number: u64, time: TimeRange) -> Self {
        Self {
            number,
            time,
            claims: vec![Subject::Staff(staff(1))],
            buffers: (Minutes::NONE, Minutes::NONE),
            rule: BufferRule::Stacked,
            customer: customer(1),
            visit: number,
        }
    }

    /// As a part of another visit.
    #[must_use]
    pub const fn of_visit(mut self, number: u64) -> Self {
        self.visit = number;
        self
    }

    /// By another staff member.
    #[must_use]
    pub fn by(mut self, number: u64) -> Self {
        self.claims
            .retain(|subject| matches!(subject, Subject::Resource { .. }));
        self.claims.push(Subject::Staff(staff(number)));
        self
    }

    /// In a resource's first seat as well.
    #[must_use]
    pub fn in_resource(self, number: u64) -> Self {
        self.in_seat(number, 0)
    }

    /// As [`in_resource`](Self::in_resource), on a certain place of it.
    #[must_use]
    pub fn in_seat(mut self, number: u64, seat: u16) -> Self {
        self.claims.push(Subject::Resource {
            id: resource(number),
            seat,
        });
        self
    }

    /// With time kept free afterwards.
    #[must_use]
    pub fn with_buffer_after(mut self, minutes: u32) -> Self {
        self.buffers.1 = Minutes::new(minutes);
        self
    }

    /// With time kept free before and after, of which only the larger must fit between two appointments.
    #[must_use]
    pub fn sharing_buffers(mut self, before: u32, after: u32) -> Self {
        self.buffers = (Minutes::new(before), Minutes::new(after));
        self.rule = BufferRule::Shared;
        self
    }

    /// The booking, made at `booked_at`.
    ///
    /// # Panics
    /// At the ends of the calendar.
    #[must_use]
    pub fn booking(&self, booked_at: OffsetDateTime) -> Booking {
        let team = self.claims.iter().find_map(|subject| match subject {
            Subject::Staff(staff) => Some(Team::of(*staff)),
            Subject::Resource { .. } => None,
        });
        let claims = self.claims.iter().filter_map(|subject| {
            Claim::of_work(*subject, self.time, self.buffers.0, self.buffers.1, self.rule)
        });
        let minutes = u32::try_from(self.time.length().whole_minutes()).unwrap_or(u32::MAX);
        let sold = a_service(1, minutes);
        Booking {
            visit: visit(self.visit),
            customer: self.customer,
            service: sold.id,
            team: team.unwrap_or_else(|| Team::of(staff(1))),
            choice: StaffChoice::Assigned,
            channel: Channel::Chat,
            time: self.time,
            claims: crate::engagement::sorted(claims.collect()),
            price: Price::agree(sold.price, None, sold.tax, sold.product_cost)
                .unwrap_or_else(|error| panic!("{error}")),
            deposit: sold.price,
            recipe: sold.recipe,
            booked_at,
        }
    }

    /// Held from `now` for five minutes.
    #[must_use]
    pub fn held(&self, now: OffsetDateTime) -> Appointment {
        Appointment::hold(
            appointment(self.number),
            self.booking(now),
            now + Duration::minutes(5),
        )
    }

    /// The head of its visit, as new, with the hold key `key-<number>`.
    #[must_use]
    pub fn head(&self, now: OffsetDateTime) -> VisitHead {
        VisitHead {
            id: visit(self.visit),
            customer: self.customer,
            hold_key: HoldKey::parse(&format!("key-{}", self.visit)).ok(),
            ordered: None,
            created_at: now,
            reminded: BTreeSet::new(),
            lost_at: None,
            accepted_by: None,
            version: Version::NEW,
        }
    }
}

/// The two tenants that contracts use. A book under contract must know both, each with services 1, staff 1
/// to 3, resources 1 and 2, and customers 1 and 2.
#[must_use]
pub fn tenants() -> [TenantId; 2] {
    [
        ratiba_kernel::test_support::tenant(1),
        ratiba_kernel::test_support::tenant(2),
    ]
}
