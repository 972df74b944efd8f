//! When a service can be had: facts in, slots with reasons or refusals with reasons out.
//!
//! A pure function: it asks nobody and knows no clock but the `now` of the request. Whether a slot is still
//! there when it is claimed is decided by the book alone.

use std::collections::BTreeSet;

use ratiba_kernel::TimeRange;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::catalogue::{Minutes, ResourceKind, ServiceId, StaffId};
use crate::engagement::Claim;
use crate::policy::Channel;

mod calendar;
mod combine;
mod diary;
pub mod document;
pub mod facts;
mod fairness;
mod open;
mod plan;
mod search;
mod span;
mod starts;
mod why;

pub use facts::{
    BusinessHours, DayBlock, EngagedAs, Engagement, Facts, Hours, ResourceFacts, StaffFacts, WeeklyBlock,
};
pub use open::open_minutes;

/// Whom the customer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffWish {
    /// Whoever's turn it is.
    Any,
    /// This one if possible, else whoever's turn it is.
    Rather(StaffId),
    /// This one if possible, because they were proposed; nobody was asked for by name.
    Offered(StaffId),
    /// This one or nobody.
    Only(StaffId),
}

impl StaffWish {
    /// The person that the customer asked for by name, if one is.
    #[must_use]
    pub const fn named(self) -> Option<StaffId> {
        match self {
            Self::Any | Self::Offered(_) => None,
            Self::Rather(staff) | Self::Only(staff) => Some(staff),
        }
    }

    /// The person who is tried before the others, if one is.
    #[must_use]
    pub const fn preferred(self) -> Option<StaffId> {
        match self {
            Self::Any => None,
            Self::Rather(staff) | Self::Offered(staff) | Self::Only(staff) => Some(staff),
        }
    }
}

/// One service of a visit, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRequest {
    /// What.
    pub service: ServiceId,
    /// By whom.
    pub staff: StaffWish,
    /// For whom: 0 is the customer, every other number somebody who comes along. Nobody must be in two places
    /// at once, but the set-up of one part may run beside another part, and so may the clean-up.
    #[serde(default)]
    pub guest: u8,
}

impl PartRequest {
    /// A service for the customer, guest 0.
    #[must_use]
    pub const fn new(service: ServiceId, staff: StaffWish) -> Self {
        Self {
            service,
            staff,
            guest: 0,
        }
    }

    /// The same for a guest.
    #[must_use]
    pub const fn for_guest(mut self, guest: u8) -> Self {
        self.guest = guest;
        self
    }
}

/// In which order the parts of a guest may be rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartOrder {
    /// Only in the order in which they are asked for.
    AsAsked,
    /// In the order asked for if that is possible, else in the one that lets the client leave soonest.
    #[default]
    Any,
}

/// How several guests come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrangement {
    /// Everybody's first part begins at the start of the slot.
    #[default]
    Together,
    /// One guest after another; between two guests no more time passes than between two parts.
    InTurn,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotRequest {
    /// The services of the visit, 1 to 8; those of one guest are rendered one after another.
    pub parts: Vec<PartRequest>,
    /// Whether they may be rendered in another order than this one.
    pub order: PartOrder,
    /// How several guests come; of no matter for one.
    pub arrangement: Arrangement,
    /// Starts outside are not looked at. What lies more than 92 days after its beginning is not either.
    pub window: TimeRange,
    /// Through which channel it is asked; notice and horizon depend on it.
    pub channel: Channel,
    /// The present.
    pub now: OffsetDateTime,
    /// The most slots wanted, the earliest first; all of them if `None`.
    pub most: Option<usize>,
}

/// A request that no facts could answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    /// No services, or more than eight.
    #[error("a visit has 1 to 8 services")]
    Parts,
    /// There is no such service.
    #[error("there is no such service")]
    UnknownService(ServiceId),
    /// There is no such staff member.
    #[error("there is no such staff member")]
    UnknownStaff(StaffId),
    /// The wanted time lies where the calendar ends.
    #[error("the calendar does not go that far")]
    OutOfCalendar,
}

/// A time at which the whole visit can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// From the start of the first part to the end of the last, without buffers.
    pub time: TimeRange,
    /// The parts in order of time, of those that begin together the one asked for first.
    pub parts: Vec<SlotPart>,
    /// Why this slot is good or not so good.
    pub reasons: Vec<SlotReason>,
}

impl Slot {
    /// From when until when anybody who comes must be there: without set-up before and clean-up afterwards.
    /// What a customer is told.
    #[must_use]
    pub fn client(&self) -> TimeRange {
        let clients = || self.parts.iter().map(|part| part.client);
        let from = clients().map(|client| client.start()).min();
        let until = clients().map(|client| client.end()).max();
        let client = from.zip(until).map(|(from, until)| TimeRange::new(from, until));
        client.and_then(Result::ok).unwrap_or(self.time)
    }
}

/// One service within a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotPart {
    /// Which of the request's parts this is, from 0: the order may have been changed.
    pub asked: usize,
    /// For whom.
    pub guest: u8,
    /// What.
    pub service: ServiceId,
    /// Without buffers.
    pub time: TimeRange,
    /// From when until when the client must be there; within `time`.
    pub client: TimeRange,
    /// By whom.
    pub staff: StaffId,
    /// What it would occupy, in the order of writing.
    pub claims: Vec<Claim>,
}

/// Before or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Before the slot.
    Before,
    /// After the slot.
    After,
}

/// What speaks for or against a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotReason {
    /// It fills a free stretch of the staff member exactly.
    ClosesGap,
    /// Time of the staff member stays free beside it.
    LeavesHole {
        /// On which side.
        side: Side,
        /// How much.
        minutes: Minutes,
    },
    /// A staff member was asked for and renders a part.
    StaffRequested,
    /// A staff member was proposed before, without being asked for, and renders a part.
    StaffProposed,
    /// Nobody was asked for or proposed for a part, or they cannot: of those who can it is this one's turn.
    StaffTurn,
}

/// Why a start cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Reason {
    /// It has passed.
    InThePast,
    /// It is sooner than the channel's notice allows.
    Notice,
    /// It is further ahead than the channel's horizon allows.
    Horizon,
    /// It is neither on the grid nor beside a neighbour.
    OffGrid,
    /// The service is not sold any more.
    NotSold,
    /// Nobody, or not the one asked for, can render the service.
    CannotDoService,
    /// Business or staff member are not at work then.
    Closed,
    /// The staff member is away.
    OnLeave,
    /// Somebody else is booked then.
    Booked,
    /// Somebody else has not paid or been answered yet.
    Held,
    /// The time is blocked.
    Blocked,
    /// The service itself would fit, but not the time to keep free around it.
    Buffer,
    /// No member of a pool is free for the whole segment.
    Resource {
        /// The pool.
        resource: ResourceKind,
    },
    /// Each part could be had, but not all of them together: the people and places that they share are too
    /// few, or somebody would wait too long.
    Combination,
}

/// One reason, and what it concerns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// The reason.
    pub reason: Reason,
    /// The part of the request that it stops, from 0; `None` if it concerns the start as such.
    pub part: Option<usize>,
    /// The staff member it concerns; `None` if it concerns the whole business.
    pub staff: Option<StaffId>,
}

/// A start that cannot be had, with every reason. Never without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The start.
    pub start: OffsetDateTime,
    /// All reasons, sorted, each once.
    pub refusals: BTreeSet<Refusal>,
}

impl Refused {
    /// The reasons without the people.
    #[must_use]
    pub fn reasons(&self) -> BTreeSet<Reason> {
        self.refusals
            .iter()
            .map(|refusal| refusal.reason.clone())
            .collect()
    }
}

/// All slots of a request, the earliest first, at most one for each start.
///
/// One service is searched to the end. For several, at most 4,000 placements are tried for each start and
/// order of preference, 200,000 in all, and 32 to 64 for each start after that: what is offered can be had,
/// but a visit that is harder to bring together than that may be missed. Ordinary ones take some dozens.
///
/// # Errors
/// [`RequestFault`] if the request names what the facts do not know.
pub fn find(facts: &Facts, request: &SlotRequest) -> Result<Vec<Slot>, RequestFault> {
    Ok(search::Search::prepare(facts, request)?.slots())
}

/// The slot that begins at exactly `start`, or why there is none. The request's window does not matter.
///
/// # Errors
/// [`RequestFault`] if the request names what the facts do not know.
pub fn check(
    facts: &Facts,
    request: &SlotRequest,
    start: OffsetDateTime,
) -> Result<Result<Slot, Refused>, RequestFault> {
    let Some(window) = span::one_second_from(start) else {
        let refusals = BTreeSet::from([Refusal {
            reason: Reason::Horizon,
            part: None,
            staff: None,
        }]);
        return Ok(Err(Refused { start, refusals }));
    };
    let request = SlotRequest {
        window,
        ..request.clone()
    };
    Ok(search::Search::prepare(facts, &request)?.check(start))
}

/// The earliest slot in the window of a single service, on the grid or not: what follows another service
/// begins as soon as somebody can. `None` if there is none, or if several services are asked for.
///
/// # Errors
/// [`RequestFault`] if the request names what the facts do not know.
pub fn soonest(facts: &Facts, request: &SlotRequest) -> Result<Option<Slot>, RequestFault> {
    Ok(search::Search::prepare(facts, request)?.soonest())
}

/// Every start of the grid in the window that cannot be had, with the reasons: the answer to "why is there
/// no slot?".
///
/// # Errors
/// [`RequestFault`] if the request names what the facts do not know.
pub fn explain(facts: &Facts, request: &SlotRequest) -> Result<Vec<Refused>, RequestFault> {
    Ok(search::Search::prepare(facts, request)?
        .refusals(usize::MAX)
        .refused)
}

/// Starts of the grid, explained from the first on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Those that cannot be had, in order.
    pub refused: Vec<Refused>,
    /// How many of the starts up to the last one that was looked at can be had.
    pub free: usize,
    /// The first start that was not looked at, if any is left.
    pub more_from: Option<OffsetDateTime>,
}

/// As [`explain`], but not further than `most` starts that cannot be had.
///
/// # Errors
/// [`RequestFault`].
pub fn explain_some(facts: &Facts, request: &SlotRequest, most: usize) -> Result<Explained, RequestFault> {
    Ok(search::Search::prepare(facts, request)?.refusals(most))
}

/// The slots whose starts lie nearest to `wanted`, the nearest first, of two equally near the earlier.
#[must_use]
pub fn nearest(mut slots: Vec<Slot>, wanted: OffsetDateTime, most: usize) -> Vec<Slot> {
    slots.sort_by_key(|slot| ((slot.time.start() - wanted).abs(), slot.time.start()));
    slots.truncate(most);
    slots
}

#[cfg(test)]
mod tests;
