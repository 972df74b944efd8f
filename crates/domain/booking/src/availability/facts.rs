//! What the engine needs to know about a tenant and a stretch of days.

use std::collections::BTreeMap;

use ratiba_kernel::TimeRange;
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, Weekday};

use crate::catalogue::{ResourceId, ResourceKind, Service, StaffId};
use crate::engagement::Claim;
use crate::policy::Policy;
use crate::promotion::Promotion;

/// A stretch of one local day, in minutes of its wall clock. One that crosses midnight ends after minute
/// 1440 and belongs to the day on which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayBlock {
    /// From this minute, 0 to 1439.
    pub from_minute: u16,
    /// Up to, not including, this minute: after `from_minute`, at most 2880.
    pub to_minute: u16,
}

/// A stretch that comes back every week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyBlock {
    /// The day on which it begins.
    pub weekday: Weekday,
    /// The stretch.
    pub block: DayBlock,
}

/// When somebody works, by the local clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// Every week; several blocks a day are fine, overlapping ones are joined.
    pub weekly: Vec<WeeklyBlock>,
    /// On certain days in place of the weekly ones; no blocks: off.
    pub dated: BTreeMap<Date, Vec<DayBlock>>,
}

/// When the business is open, by the local clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BusinessHours {
    /// Every week. `None`: open whenever somebody works.
    pub weekly: Option<Vec<WeeklyBlock>>,
    /// Public holidays and the like in place of the weekly hours; no blocks: closed.
    pub dated: BTreeMap<Date, Vec<DayBlock>>,
}

/// What the engine knows about a staff member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffFacts {
    /// Who.
    pub id: StaffId,
    /// When they work.
    pub hours: Hours,
    /// When they are away although they would work.
    pub leave: Vec<TimeRange>,
    /// The share of the team's work that they should get, relative to the others'.
    pub weight: u32,
    /// Minutes booked by local week, named by its Monday, without work that customers asked for by name.
    pub load: BTreeMap<Date, u32>,
    /// When the latest of their bookings was made, which is not when it takes place; `None` for somebody who
    /// never was booked. Of equal turns the one that is longest ago comes first.
    pub booked_last: Option<OffsetDateTime>,
    /// When they joined, if that is known. Who joined in a week, or never worked, starts it at the team's
    /// average.
    pub joined: Option<Date>,
}

/// What the engine knows about a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceFacts {
    /// Which.
    pub id: ResourceId,
    /// Its pool.
    pub kind: ResourceKind,
    /// How many it takes at once.
    pub capacity: u16,
    /// When it cannot be used.
    pub out_of_service: Vec<TimeRange>,
}

/// Why time is engaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngagedAs {
    /// By an appointment that is agreed.
    Booked,
    /// By one that waits for money or an answer; from the deadline on it does not count.
    Held {
        /// The deadline.
        until: OffsetDateTime,
    },
    /// By a block: lunch, training.
    Blocked,
}

/// Time that is not free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engagement {
    /// Whose time and which.
    pub claim: Claim,
    /// Why.
    pub engaged_as: EngagedAs,
}

/// What is known about a tenant and a stretch of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The tenant's rules.
    pub policy: Policy,
    /// At least the services that are asked for.
    pub services: Vec<Service>,
    /// When the business is open.
    pub business: BusinessHours,
    /// Everybody who works for the tenant.
    pub staff: Vec<StaffFacts>,
    /// At least every resource of the kinds needed.
    pub resources: Vec<ResourceFacts>,
    /// All engagements that touch the days, of whoever and whatever could take part.
    pub engagements: Vec<Engagement>,
    /// The promotions of the days. They do not matter for when something can be had, but for what it costs.
    pub promotions: Vec<Promotion>,
}
