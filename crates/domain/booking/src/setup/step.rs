//! One change of the setup: what it is, whom it can reach, and what a booking that it meets is told about.

use std::collections::BTreeSet;

use ratiba_kernel::{TimeRange, Zone};
use time::{Date, OffsetDateTime};

use super::values::{Block, BlockId, Holiday, Leave, LeaveId, OutOfService, OutageId, Standing};
use crate::appointment::Version;
use crate::availability::{DayBlock, WeeklyBlock};
use crate::catalogue::{Offering, Resource, ResourceId, Service, ServiceId, StaffId};
use crate::policy::Policy;

/// A step, who takes it, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupChange {
    /// When it was decided, business time. Bookings that end by then are not looked at.
    pub at: OffsetDateTime,
    /// Who decided it, as it stands in records: `token:<id>`.
    pub by: String,
    /// What changes.
    pub step: SetupStep,
}

/// What can be changed. Where a version is given, it is the one that the change was decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetupStep {
    /// A service as it should be from now on; [`Version::NEW`] for a new one. Bookings keep the recipe and the
    /// price that they were made with; those of somebody who no longer renders it are listed.
    PutService {
        /// The service. Its `offering` counts for a new one only.
        service: Service,
        /// The version that was read.
        version: Version,
    },
    /// A service can be booked, or can no longer be. Bookings of it stay.
    OfferService {
        /// Which.
        id: ServiceId,
        /// From now on.
        offering: Offering,
        /// The version that was read.
        version: Version,
    },
    /// A resource as it should be from now on; its kind never changes.
    PutResource {
        /// The resource. Its `offering` counts for a new one only.
        resource: Resource,
        /// The version that was read.
        version: Version,
    },
    /// A resource can be booked, or can no longer be.
    OfferResource {
        /// Which.
        id: ResourceId,
        /// From now on.
        offering: Offering,
        /// The version that was read.
        version: Version,
    },
    /// A resource cannot be used for a while.
    AddOutage(OutOfService),
    /// It can after all.
    RemoveOutage {
        /// Of which resource.
        resource: ResourceId,
        /// Which outage.
        id: OutageId,
    },
    /// Somebody's weekly hours, whole.
    PutHours {
        /// Whose.
        staff: StaffId,
        /// The hours.
        weekly: Vec<WeeklyBlock>,
        /// The version that was read.
        version: Version,
    },
    /// What somebody can do, whole.
    PutSkills {
        /// Who.
        staff: StaffId,
        /// Which services.
        services: BTreeSet<ServiceId>,
        /// The version that was read.
        version: Version,
    },
    /// Somebody leaves, or comes back.
    PutStanding {
        /// Who.
        staff: StaffId,
        /// From now on.
        standing: Standing,
        /// The version that was read.
        version: Version,
    },
    /// Somebody's hours on one date in place of the weekly ones; no blocks: off.
    PutOverride {
        /// Whose.
        staff: StaffId,
        /// The local day.
        day: Date,
        /// The hours.
        blocks: Vec<DayBlock>,
        /// The version that was read; `None` where the date has none yet.
        version: Option<Version>,
    },
    /// The weekly hours count on that date again.
    RemoveOverride {
        /// Whose.
        staff: StaffId,
        /// The local day.
        day: Date,
        /// The version that was read.
        version: Version,
    },
    /// Somebody is away.
    AddLeave(Leave),
    /// They are not after all.
    RemoveLeave {
        /// Whose.
        staff: StaffId,
        /// Which leave.
        id: LeaveId,
    },
    /// Time is taken for something other than appointments: all of it, or none if any is engaged.
    AddBlocks(Vec<Block>),
    /// It is free again.
    RemoveBlock(BlockId),
    /// When the business is open, whole; `None`: whenever somebody works.
    PutOpeningHours {
        /// The hours.
        weekly: Option<Vec<WeeklyBlock>>,
        /// The version that was read.
        version: Version,
    },
    /// One date's hours of the business.
    PutHoliday {
        /// The date and its hours.
        holiday: Holiday,
        /// The version that was read; `None` where the date has none yet.
        version: Option<Version>,
    },
    /// Dates on which the business is closed; those that have hours of their own already keep them.
    AddHolidays(Vec<Holiday>),
    /// The weekly hours count on that date again.
    RemoveHoliday {
        /// The local day.
        day: Date,
        /// The version that was read.
        version: Version,
    },
    /// The rules and the zone. Another rule for buffers rewrites the claims that lie ahead; another zone is
    /// possible while nothing lies ahead. The currency never changes.
    PutPolicy {
        /// The policy from now on.
        policy: Policy,
        /// The version that was read.
        version: Version,
    },
}

/// Whose bookings a step can meet, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nobody's.
    Nothing,
    /// One person's.
    Staff(StaffId),
    /// One resource's.
    Resource(ResourceId),
    /// Anybody's, where they overlap this stretch; `None`: whenever.
    Everybody(Option<TimeRange>),
}

/// What a booking was met by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A leave.
    Leave(LeaveId),
    /// An outage.
    Outage(OutageId),
    /// Somebody's weekly hours.
    Hours(StaffId),
    /// Somebody's hours of one date.
    Override(StaffId, Date),
    /// Somebody no longer renders the service.
    Skills(StaffId),
    /// A service is no longer rendered by everybody who did.
    Service(ServiceId),
    /// Somebody left.
    Departure(StaffId),
    /// A resource takes fewer, or none.
    Resource(ResourceId),
    /// The opening hours.
    OpeningHours,
    /// The hours of a date; the first one, where several were set at once.
    Holiday(Date),
}

impl SetupStep {
    /// Whose bookings it can meet.
    #[must_use]
    pub fn reach(&self, zone: &Zone) -> Reach {
        match self {
            Self::OfferService { .. }
            | Self::AddBlocks(_)
            | Self::RemoveBlock(_)
            | Self::PutPolicy { .. } => Reach::Nothing,
            // Whoever is taken off a service may have bookings of it.
            Self::PutService { version, .. } if *version == Version::NEW => Reach::Nothing,
            Self::PutService { .. } | Self::PutOpeningHours { .. } => Reach::Everybody(None),
            Self::PutResource { resource, .. } => Reach::Resource(resource.id),
            Self::OfferResource { id, .. } => Reach::Resource(*id),
            Self::AddOutage(outage) => Reach::Resource(outage.resource),
            // What they met may still not fit, because of something else.
            Self::RemoveOutage { resource, .. } => Reach::Resource(*resource),
            Self::PutHours { staff, .. }
            | Self::PutSkills { staff, .. }
            | Self::PutStanding { staff, .. }
            | Self::PutOverride { staff, .. }
            | Self::RemoveOverride { staff, .. }
            | Self::RemoveLeave { staff, .. } => Reach::Staff(*staff),
            Self::AddLeave(leave) => Reach::Staff(leave.staff),
            Self::PutHoliday { holiday, .. } => around(zone, [holiday.day]),
            Self::AddHolidays(holidays) => around(zone, holidays.iter().map(|holiday| holiday.day)),
            Self::RemoveHoliday { day, .. } => around(zone, [*day]),
        }
    }

    /// What is told to the person who looks at a booking that it met; `None` for a step that meets none.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        Some(match self {
            Self::PutService { service, .. } => Cause::Service(service.id),
            Self::PutResource { resource, .. } => Cause::Resource(resource.id),
            Self::OfferResource { id, .. } => Cause::Resource(*id),
            Self::AddOutage(outage) => Cause::Outage(outage.id),
            Self::PutHours { staff, .. } => Cause::Hours(*staff),
            Self::PutSkills { staff, .. } => Cause::Skills(*staff),
            Self::PutStanding { staff, .. } => Cause::Departure(*staff),
            Self::PutOverride { staff, day, .. } | Self::RemoveOverride { staff, day, .. } => {
                Cause::Override(*staff, *day)
            }
            Self::AddLeave(leave) => Cause::Leave(leave.id),
            Self::PutOpeningHours { .. } => Cause::OpeningHours,
            Self::PutHoliday { holiday, .. } => Cause::Holiday(holiday.day),
            Self::AddHolidays(holidays) => Cause::Holiday(holidays.first()?.day),
            Self::RemoveHoliday { day, .. } => Cause::Holiday(*day),
            Self::OfferService { .. }
            | Self::RemoveOutage { .. }
            | Self::RemoveLeave { .. }
            | Self::AddBlocks(_)
            | Self::RemoveBlock(_)
            | Self::PutPolicy { .. } => return None,
        })
    }

    /// The cause that is no longer one: what it met needs nobody's eye any more, unless something else keeps it
    /// from its time ([`held_off`](super::hits::held_off)); then it is listed under that.
    #[must_use]
    pub const fn takes_back(&self) -> Option<Cause> {
        match self {
            Self::RemoveLeave { id, .. } => Some(Cause::Leave(*id)),
            Self::RemoveOutage { id, .. } => Some(Cause::Outage(*id)),
            Self::RemoveOverride { staff, day, .. } => Some(Cause::Override(*staff, *day)),
            Self::RemoveHoliday { day, .. } => Some(Cause::Holiday(*day)),
            Self::PutService { .. }
            | Self::OfferService { .. }
            | Self::PutResource { .. }
            | Self::OfferResource { .. }
            | Self::AddOutage(_)
            | Self::PutHours { .. }
            | Self::PutSkills { .. }
            | Self::PutStanding { .. }
            | Self::PutOverride { .. }
            | Self::AddLeave(_)
            | Self::AddBlocks(_)
            | Self::RemoveBlock(_)
            | Self::PutOpeningHours { .. }
            | Self::PutHoliday { .. }
            | Self::AddHolidays(_)
            | Self::PutPolicy { .. } => None,
        }
    }
}

/// From the first of some days to the end of the day after the last: a block may cross midnight.
fn around(zone: &Zone, days: impl IntoIterator<Item = Date>) -> Reach {
    let days: BTreeSet<Date> = days.into_iter().collect();
    let stretch = days.first().zip(days.last()).and_then(|(first, last)| {
        let after = last.next_day()?.next_day()?;
        TimeRange::new(zone.day_start(*first), zone.day_start(after)).ok()
    });
    stretch.map_or(Reach::Nothing, |range| Reach::Everybody(Some(range)))
}
