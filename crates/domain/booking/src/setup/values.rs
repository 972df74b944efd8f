//! The things of a setup, as they are recorded.

use std::collections::BTreeSet;
use std::fmt;

use ratiba_kernel::{Id, PhoneNumber, TimeRange};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::Cause;
use crate::appointment::{AppointmentId, Version};
use crate::availability::{DayBlock, WeeklyBlock};
use crate::catalogue::{Minutes, ResourceId, ServiceId, StaffId};
use crate::engagement::{Claim, Subject};
use crate::policy::BufferRule;

/// Marks ids of leaves.
#[derive(Debug)]
pub enum LeaveMark {}
/// Names one leave of one person.
pub type LeaveId = Id<LeaveMark>;

/// Marks ids of outages of resources.
#[derive(Debug)]
pub enum OutageMark {}
/// Names one stretch in which a resource cannot be used.
pub type OutageId = Id<OutageMark>;

/// Marks ids of blocks.
#[derive(Debug)]
pub enum BlockMark {}
/// Names one block: lunch, training.
pub type BlockId = Id<BlockMark>;

/// Marks ids of entries in the list of bookings that a change met.
#[derive(Debug)]
pub enum HitMark {}
/// Names one entry in the list of bookings that a change met.
pub type HitId = Id<HitMark>;

/// A value as last recorded, and the version that a change of it must name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The value.
    pub value: T,
    /// Its version.
    pub version: Version,
}

/// A stretch of a list in the order of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Only what comes after this id.
    pub after: Option<Uuid>,
    /// At most so many.
    pub limit: u16,
}

/// Whether somebody works here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They do.
    Active,
    /// They left; what they rendered stays.
    Left,
}

/// A person as booking sees them.
#[derive(Clone, PartialEq, Eq)]
pub struct RosterCard {
    /// Who.
    pub id: StaffId,
    /// What they are called.
    pub name: String,
    /// Where they are reached.
    pub phone: Option<PhoneNumber>,
    /// The share of the team's work that they should get; 100 is a full one.
    pub weight: u32,
    /// Since when they work here, if that is known.
    pub joined: Option<Date>,
    /// Whether they work here.
    pub standing: Standing,
    /// When they work, every week.
    pub weekly: Vec<WeeklyBlock>,
    /// What they can do.
    pub services: BTreeSet<ServiceId>,
}

impl fmt::Debug for RosterCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names stay out of logs.
        f.debug_struct("RosterCard")
            .field("id", &self.id)
            .field("phone", &self.phone)
            .field("weight", &self.weight)
            .field("standing", &self.standing)
            .field("weekly", &self.weekly)
            .field("services", &self.services)
            .finish_non_exhaustive()
    }
}

/// Time that somebody is away although they would work. It may begin in the middle of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leave {
    /// Its identity.
    pub id: LeaveId,
    /// Whose.
    pub staff: StaffId,
    /// From when to when.
    pub range: TimeRange,
    /// Why, in the words of whoever entered it.
    pub reason: Option<String>,
}

/// Time in which a resource cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfService {
    /// Its identity.
    pub id: OutageId,
    /// Which resource.
    pub resource: ResourceId,
    /// From when to when.
    pub range: TimeRange,
    /// Why, in the words of whoever entered it.
    pub reason: Option<String>,
}

/// Whose time a block takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlockSubject {
    /// A person's.
    Staff(StaffId),
    /// A resource's.
    Resource {
        /// Which.
        id: ResourceId,
        /// Which of its places; `None`: all that it has.
        seat: Option<u16>,
    },
}

/// Time that is claimed for something other than an appointment: lunch, training.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its identity.
    pub id: BlockId,
    /// Whose time.
    pub subject: BlockSubject,
    /// From when to when.
    pub range: TimeRange,
    /// What for, in the words of whoever entered it.
    pub reason: Option<String>,
}

impl Block {
    /// The claims that it makes: one for each place, in stretches of a day at most, since no claim is longer
    /// than what a search looks back for. `capacity` is that of the resource, if it is of one.
    #[must_use]
    pub fn claims(&self, capacity: u16, rule: BufferRule) -> Vec<Claim> {
        let seats = match self.subject {
            BlockSubject::Staff(staff) => vec![Subject::Staff(staff)],
            BlockSubject::Resource { id, seat } => {
                let seats = seat.map_or(0..capacity, |seat| seat..seat.saturating_add(1));
                seats.map(|seat| Subject::Resource { id, seat }).collect()
            }
        };
        let mut claims = Vec::new();
        for subject in seats {
            let mut start = self.range.start();
            while start < self.range.end() {
                let end = start.saturating_add(Duration::DAY).min(self.range.end());
                let Ok(range) = TimeRange::new(start, end) else {
                    break;
                };
                claims.push(Claim {
                    subject,
                    range,
                    before: Minutes::NONE,
                    after: Minutes::NONE,
                    buffers: rule,
                });
                start = end;
            }
        }
        claims
    }
}

/// A day with hours of its own in place of the weekly ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// The local day.
    pub day: Date,
    /// Its name.
    pub name: String,
    /// When the business is open on it; no blocks: closed.
    pub blocks: Vec<DayBlock>,
}

/// A booking that a change of the setup met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its identity.
    pub id: HitId,
    /// What met it.
    pub cause: Cause,
    /// Which appointment.
    pub appointment: AppointmentId,
    /// When it was found.
    pub found_at: OffsetDateTime,
    /// Who made the change, as in `token:<id>`.
    pub found_by: String,
    /// How it ended, if it has.
    pub resolved: Option<Resolved>,
}

/// How an entry in the list of bookings that a change met came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// Somebody saw to it.
    By {
        /// Who.
        who: String,
        /// When.
        at: OffsetDateTime,
    },
    /// The appointment was moved, given to somebody else, or is over.
    Itself,
}

/// 1 to 80 characters without space around them and without control characters.
pub(crate) fn is_name(text: &str) -> bool {
    (1..=80).contains(&text.chars().count()) && text.trim() == text && !text.chars().any(char::is_control)
}

/// At most 200 characters without control characters.
pub(crate) fn is_reason(text: &str) -> bool {
    text.chars().count() <= 200 && !text.chars().any(char::is_control)
}
