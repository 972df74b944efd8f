//! The queue at the desk: who walked in and waits, in the order of arrival, and when each can be served.
//!
//! An estimate is a promise to nobody: it claims no time. The engine places those who wait one after another
//! in the order of arrival, each at the earliest minute that is left; so somebody who came later goes first
//! only where that delays nobody who came before. Being seated is what claims time, through the book.

use std::collections::BTreeSet;
use std::fmt;

use ratiba_kernel::{Id, TimeRange};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::appointment::Version;
use crate::availability::{
    self, Arrangement, EngagedAs, Engagement, Facts, PartOrder, PartRequest, Reason, RequestFault, Slot,
    SlotRequest,
};
use crate::catalogue::{CustomerId, Minutes};
use crate::policy::{Channel, GridAnchor};
use crate::visit::VisitId;

/// Marks ids of people in the queue.
#[derive(Debug)]
pub enum WalkInMark {}
/// Names one entry of a tenant's queue.
pub type WalkInId = Id<WalkInMark>;

/// The most that may wait in one queue at a time.
pub const QUEUE_MOST: usize = 50;

/// How soon somebody who is seated is served at the latest, unless a later start is named.
pub const SEATED_WITHIN: Minutes = Minutes::new(15);

/// What somebody who is not a customer yet is called, 1 to 40 characters. `Debug` says nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FirstName(String);

/// A name is empty, longer than 40 characters, or holds control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a first name has 1 to 40 characters and no control characters")]
pub struct BadFirstName;

impl FirstName {
    /// The name without the space around it.
    ///
    /// # Errors
    /// [`BadFirstName`].
    pub fn parse(text: &str) -> Result<Self, BadFirstName> {
        let name = text.trim();
        let fits = (1..=40).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if fits {
            Ok(Self(name.to_owned()))
        } else {
            Err(BadFirstName)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for FirstName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FirstName(…)")
    }
}
impl TryFrom<String> for FirstName {
    type Error = BadFirstName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}
impl From<FirstName> for String {
    fn from(name: FirstName) -> Self {
        name.0
    }
}

/// Who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guest {
    /// A customer.
    Customer(CustomerId),
    /// Somebody of whom only the name is known.
    Named(FirstName),
}

/// How somebody left the queue without being served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Departure {
    /// They went.
    Gone,
    /// The business could not serve them.
    TurnedAway,
    /// They were still waiting when the day was over.
    DayOver,
}

/// Where somebody in the queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueStanding {
    /// They wait.
    Waiting,
    /// They are served, or will be next.
    Seated {
        /// When they were seated.
        at: OffsetDateTime,
        /// As which visit.
        visit: VisitId,
    },
    /// They were not served.
    Left {
        /// When.
        at: OffsetDateTime,
        /// How.
        how: Departure,
    },
}

impl QueueStanding {
    /// The word for it, in rows and on the wire.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Seated { .. } => "seated",
            Self::Left { .. } => "left",
        }
    }
}

/// One who walked in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkIn {
    /// The entry's identity.
    pub id: WalkInId,
    /// Who.
    pub guest: Guest,
    /// What they want, 1 to 8 services.
    pub parts: Vec<PartRequest>,
    /// When they came; the order of the queue, of two at once the smaller id first.
    pub joined_at: OffsetDateTime,
    /// Where they stand.
    pub standing: QueueStanding,
    /// The version that it was read at.
    pub version: Version,
}

/// They do not wait any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("somebody who is {0} does not wait any more")]
pub struct NotWaiting(pub &'static str);

impl WalkIn {
    /// Seats them.
    ///
    /// # Errors
    /// [`NotWaiting`].
    pub fn seat(self, guest: CustomerId, visit: VisitId, at: OffsetDateTime) -> Result<Self, NotWaiting> {
        let waiting = self.waiting()?;
        Ok(Self {
            guest: Guest::Customer(guest),
            standing: QueueStanding::Seated { at, visit },
            ..waiting
        })
    }

    /// Ends the waiting without service.
    ///
    /// # Errors
    /// [`NotWaiting`].
    pub fn leave(self, how: Departure, at: OffsetDateTime) -> Result<Self, NotWaiting> {
        let waiting = self.waiting()?;
        Ok(Self {
            standing: QueueStanding::Left { at, how },
            ..waiting
        })
    }

    fn waiting(self) -> Result<Self, NotWaiting> {
        match self.standing {
            QueueStanding::Waiting => Ok(self),
            QueueStanding::Seated { .. } | QueueStanding::Left { .. } => {
                Err(NotWaiting(self.standing.word()))
            }
        }
    }
}

/// When somebody can be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Estimate {
    /// At this time, if nothing changes.
    At(Slot),
    /// Not today.
    NotToday {
        /// Why they could not be served at once; never empty.
        reasons: BTreeSet<Reason>,
    },
}

/// Facts with those ahead in the queue taken into account, one after another.
pub struct Line {
    facts: Facts,
    now: OffsetDateTime,
}

impl Line {
    /// The facts of a day before anybody in the queue is placed. Whoever stands at the desk need not wait for
    /// the next start of the grid: every minute is one.
    #[must_use]
    pub fn new(mut facts: Facts, now: OffsetDateTime) -> Self {
        facts.policy.rules.grid_step = Minutes::new(1);
        facts.policy.rules.grid_anchor = GridAnchor::Clock;
        // No notice at the desk, neither the business's nor a service's own: they are here.
        facts.policy.rules.notice.desk = Minutes::NONE;
        for service in &mut facts.services {
            service.window.notice.desk = None;
        }
        Self { facts, now }
    }

    /// The facts as they stand.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The first minute that has not begun.
    #[must_use]
    pub fn first_minute(&self) -> OffsetDateTime {
        next_minute(self.now)
    }

    /// When a wish can be served today at the earliest, after all those who were placed before.
    ///
    /// # Errors
    /// [`RequestFault`] if the wish names what the facts do not know.
    pub fn estimate(&self, parts: &[PartRequest]) -> Result<Estimate, RequestFault> {
        let first = self.first_minute();
        let zone = &self.facts.policy.zone;
        let day_end = zone.day(zone.date(self.now)).map(|day| day.end());
        let window = day_end.and_then(|end| TimeRange::new(first, end).ok());
        if let Some(window) = window
            && let Some(slot) = self.earliest(parts, window)?
        {
            return Ok(Estimate::At(slot));
        }
        Ok(Estimate::NotToday {
            reasons: self.why_not_at(parts, first)?,
        })
    }

    /// The earliest slot in a window.
    ///
    /// # Errors
    /// As [`Line::estimate`].
    pub fn earliest(&self, parts: &[PartRequest], window: TimeRange) -> Result<Option<Slot>, RequestFault> {
        let request = self.request(parts, window);
        Ok(availability::find(&self.facts, &request)?.into_iter().next())
    }

    /// The slot at exactly `start`, or why there is none.
    ///
    /// # Errors
    /// As [`Line::estimate`].
    pub fn at(
        &self,
        parts: &[PartRequest],
        start: OffsetDateTime,
    ) -> Result<Result<Slot, BTreeSet<Reason>>, RequestFault> {
        let window = TimeRange::starting(start, Duration::minutes(1));
        let request = self.request(parts, window.map_err(|_| RequestFault::OutOfCalendar)?);
        let checked = availability::check(&self.facts, &request, start)?;
        Ok(checked.map_err(|refused| refused.reasons()))
    }

    fn why_not_at(
        &self,
        parts: &[PartRequest],
        start: OffsetDateTime,
    ) -> Result<BTreeSet<Reason>, RequestFault> {
        Ok(self
            .at(parts, start)?
            .err()
            .unwrap_or_else(|| BTreeSet::from([Reason::Closed])))
    }

    /// Lets the next ones come after whoever has this slot.
    pub fn place(&mut self, slot: &Slot) {
        let claims = slot.parts.iter().flat_map(|part| &part.claims);
        self.facts.engagements.extend(claims.map(|claim| Engagement {
            claim: claim.clone(),
            engaged_as: EngagedAs::Booked,
        }));
    }

    fn request(&self, parts: &[PartRequest], window: TimeRange) -> SlotRequest {
        SlotRequest {
            parts: parts.to_vec(),
            order: PartOrder::Any,
            arrangement: Arrangement::Together,
            window,
            channel: Channel::Desk,
            now: self.now,
            most: Some(1),
        }
    }
}

/// The estimate of everybody who waits, in the order given. A wish that cannot be had any more (a service that
/// is gone, somebody who has left the business) is not served today, and holds nobody up.
pub fn estimates(line: &mut Line, waiting: &[WalkIn]) -> Vec<Estimate> {
    let mut found = Vec::with_capacity(waiting.len());
    for entry in waiting {
        let estimate = line
            .estimate(&entry.parts)
            .unwrap_or_else(|fault| Estimate::NotToday {
                reasons: BTreeSet::from([reason_of(fault)]),
            });
        if let Estimate::At(slot) = &estimate {
            line.place(slot);
        }
        found.push(estimate);
    }
    found
}

const fn reason_of(fault: RequestFault) -> Reason {
    match fault {
        RequestFault::UnknownService(_) | RequestFault::Parts => Reason::NotSold,
        RequestFault::UnknownStaff(_) => Reason::CannotDoService,
        RequestFault::OutOfCalendar => Reason::Horizon,
    }
}

fn next_minute(now: OffsetDateTime) -> OffsetDateTime {
    let into = Duration::new(
        i64::from(now.second()),
        i32::try_from(now.nanosecond()).unwrap_or(0),
    );
    if into.is_zero() {
        now
    } else {
        now - into + Duration::minutes(1)
    }
}

#[cfg(test)]
mod tests;
