//! The waitlist: who wants a time that is not free, and whose turn it is when one becomes free.
//!
//! An offer is a real hold on a real slot, for one person and for a short while; the next one's turn comes
//! when it is passed or runs out. Nobody has two offers at once, and a time that somebody passed, or let
//! run out, is not offered to them again.
//!
//! The order of turns: the higher priority first; of equals whoever would close a gap exactly; then who has
//! waited longer; then the smaller id.

use ratiba_kernel::{TimeRange, Zone};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use crate::appointment::Version;
use crate::availability::PartRequest;
use crate::catalogue::{CustomerId, Minutes};
use crate::policy::{Channel, Rules};
use crate::visit::{HoldKey, VisitId};

mod turns;

pub use crate::event::WaitlistEntryId;
pub use turns::{LOOK_AHEAD, Turn, parts_of, turns, window};

/// The most entries of one business that wait at a time.
pub const WAITLIST_MOST: usize = 200;
/// The most entries of one customer that wait at a time.
pub const WAITLIST_OF_CUSTOMER_MOST: usize = 5;
/// The most offers that one entry gets; after the last one in vain it ends.
pub const OFFERS_MOST: usize = 20;
/// The most days that a wish may span.
pub const DAYS_MOST: i64 = 92;
/// An offer that could not be open this long is not made, unless the tenant's own limit is shorter.
const OPEN_AT_LEAST: Minutes = Minutes::new(5);

/// Part of a local day, in minutes of its wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartOfDay {
    /// From this minute.
    pub from_minute: u16,
    /// Up to, not including, this one: after `from_minute`, at most 1440.
    pub to_minute: u16,
}

/// When somebody would come: the days, both included, and the part of the day in which the visit begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    first: Date,
    last: Date,
    hours: PartOfDay,
}

/// A wish that no day could fulfil.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WishFault {
    /// The last day comes before the first, or more than 92 days after it.
    #[error("the last day is not before the first, and at most 92 days after it")]
    Days,
    /// The part of the day ends before it begins, or after midnight.
    #[error("the part of the day ends after it begins, and not after midnight")]
    Hours,
}

impl Wish {
    /// A wish for some days, at any time of day unless `hours` names one.
    ///
    /// # Errors
    /// [`WishFault`].
    pub fn new(first: Date, last: Date, hours: Option<PartOfDay>) -> Result<Self, WishFault> {
        let hours = hours.unwrap_or(PartOfDay {
            from_minute: 0,
            to_minute: 24 * 60,
        });
        if last < first || (last - first).whole_days() > DAYS_MOST {
            return Err(WishFault::Days);
        }
        if hours.to_minute <= hours.from_minute || hours.to_minute > 24 * 60 {
            return Err(WishFault::Hours);
        }
        Ok(Self { first, last, hours })
    }

    /// The first day.
    #[must_use]
    pub const fn first(&self) -> Date {
        self.first
    }

    /// The last day.
    #[must_use]
    pub const fn last(&self) -> Date {
        self.last
    }

    /// The part of the day.
    #[must_use]
    pub const fn hours(&self) -> PartOfDay {
        self.hours
    }

    /// All of its days. `None` at the end of the calendar.
    #[must_use]
    pub fn range(&self, zone: &Zone) -> Option<TimeRange> {
        TimeRange::new(zone.day_start(self.first), zone.day(self.last)?.end()).ok()
    }

    /// Whether a visit that begins then is what was wished for.
    #[must_use]
    pub fn holds(&self, zone: &Zone, start: OffsetDateTime) -> bool {
        let local = zone.local(start);
        let minute = u16::from(local.hour()) * 60 + u16::from(local.minute());
        (self.first..=self.last).contains(&local.date())
            && (self.hours.from_minute..self.hours.to_minute).contains(&minute)
    }

    /// Whether its last day is over.
    #[must_use]
    pub fn is_over(&self, zone: &Zone, now: OffsetDateTime) -> bool {
        self.last < zone.date(now)
    }
}

/// How much somebody matters more than others who wait: 0 to 9, 0 unless the business says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Priority(u8);

impl Priority {
    /// A priority of 0 to 9.
    #[must_use]
    pub const fn new(level: u8) -> Option<Self> {
        if level <= 9 { Some(Self(level)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn level(self) -> u8 {
        self.0
    }
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferOutcome {
    /// The customer took it.
    Accepted,
    /// The customer, or the business for them, said no.
    Passed,
    /// Nobody answered in time.
    RanOut,
}

/// One time that was held for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The visit that holds it.
    pub visit: VisitId,
    /// From the start of the first part to the end of the last, without buffers.
    pub time: TimeRange,
    /// When it was made.
    pub made_at: OffsetDateTime,
    /// When the next one's turn comes.
    pub until: OffsetDateTime,
    /// What became of it, and when; `None` while it is open.
    pub outcome: Option<(OfferOutcome, OffsetDateTime)>,
}

/// Why an entry is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryEnd {
    /// The customer took an offer.
    Booked,
    /// The customer does not want it any more.
    Withdrawn,
    /// The last day of the wish is over.
    Lapsed,
    /// As many offers as one entry gets were made in vain.
    Exhausted,
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryStanding {
    /// It waits for time to become free.
    Waiting,
    /// The last of its offers is open.
    Offered,
    /// It is over.
    Ended {
        /// Since when.
        at: OffsetDateTime,
        /// Why.
        why: EntryEnd,
    },
}

impl EntryStanding {
    /// The word for it, in rows and on the wire.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered => "offered",
            Self::Ended { why, .. } => match why {
                EntryEnd::Booked => "booked",
                EntryEnd::Withdrawn => "withdrawn",
                EntryEnd::Lapsed => "lapsed",
                EntryEnd::Exhausted => "exhausted",
            },
        }
    }

    /// Whether it is not over.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        match self {
            Self::Waiting | Self::Offered => true,
            Self::Ended { .. } => false,
        }
    }
}

/// One customer's wish for time that is not free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitlistEntry {
    /// Its identity.
    pub id: WaitlistEntryId,
    /// Whose.
    pub customer: CustomerId,
    /// The services, 1 to 8.
    pub parts: Vec<PartRequest>,
    /// When.
    pub wish: Wish,
    /// Whose notice and horizon count.
    pub channel: Channel,
    /// How much it matters.
    pub priority: Priority,
    /// Since when it waits.
    pub joined_at: OffsetDateTime,
    /// Where it stands.
    pub standing: EntryStanding,
    /// All offers so far, in order. The last one is open exactly while the entry is [`EntryStanding::Offered`].
    pub offers: Vec<Offer>,
    /// The version that it was read at.
    pub version: Version,
}

/// The entry does not stand where this can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entry that is {from} cannot be {to}")]
pub struct EntryRefused {
    /// Where it stands.
    pub from: &'static str,
    /// What was wanted.
    pub to: &'static str,
}

impl WaitlistEntry {
    /// The open offer and its number from 1, if there is one.
    #[must_use]
    pub fn open_offer(&self) -> Option<(u16, Offer)> {
        let number = u16::try_from(self.offers.len()).ok()?;
        let last = self.offers.last().filter(|offer| offer.outcome.is_none())?;
        Some((number, *last))
    }

    /// The key of the visit that holds the next offer: two workers that offer at once make one visit.
    ///
    /// # Errors
    /// Never in practice: the key is short.
    pub fn next_key(&self) -> Result<HoldKey, crate::visit::BadHoldKey> {
        HoldKey::parse(&format!("waitlist:{}:{}", self.id, self.offers.len() + 1))
    }

    /// Whether a time meets one that was offered in vain.
    #[must_use]
    pub fn had(&self, time: TimeRange) -> bool {
        self.offers.iter().any(|offer| offer.time.overlaps(&time))
    }

    /// With an offer.
    ///
    /// # Errors
    /// [`EntryRefused`] unless it waits.
    pub fn offer(mut self, offer: Offer) -> Result<Self, EntryRefused> {
        if self.standing != EntryStanding::Waiting || self.offers.len() >= OFFERS_MOST {
            return Err(self.refused("offered a time"));
        }
        self.standing = EntryStanding::Offered;
        self.offers.push(Offer {
            outcome: None,
            ..offer
        });
        Ok(self)
    }

    /// Takes the open offer; the entry is over.
    ///
    /// # Errors
    /// [`EntryRefused`] without an open offer.
    pub fn accept(self, at: OffsetDateTime) -> Result<Self, EntryRefused> {
        let mut entry = self.close_offer(OfferOutcome::Accepted, "accepted", at)?;
        entry.standing = EntryStanding::Ended {
            at,
            why: EntryEnd::Booked,
        };
        Ok(entry)
    }

    /// Ends the open offer in vain; the entry waits on, unless that was its last one.
    ///
    /// # Errors
    /// [`EntryRefused`] without an open offer.
    pub fn let_go(self, outcome: OfferOutcome, at: OffsetDateTime) -> Result<Self, EntryRefused> {
        let mut entry = self.close_offer(outcome, "passed", at)?;
        entry.standing = if entry.offers.len() < OFFERS_MOST {
            EntryStanding::Waiting
        } else {
            let why = EntryEnd::Exhausted;
            EntryStanding::Ended { at, why }
        };
        Ok(entry)
    }

    /// Takes the wish back; an open offer is passed.
    ///
    /// # Errors
    /// [`EntryRefused`] if it is over.
    pub fn withdraw(self, at: OffsetDateTime) -> Result<Self, EntryRefused> {
        self.end(EntryEnd::Withdrawn, "withdrawn", at)
    }

    /// Ends an entry whose days are over.
    ///
    /// # Errors
    /// [`EntryRefused`] if it is over, or has an open offer.
    pub fn lapse(self, at: OffsetDateTime) -> Result<Self, EntryRefused> {
        if self.standing == EntryStanding::Offered {
            return Err(self.refused("ended"));
        }
        self.end(EntryEnd::Lapsed, "ended", at)
    }

    fn end(self, why: EntryEnd, to: &'static str, at: OffsetDateTime) -> Result<Self, EntryRefused> {
        let mut entry = match self.standing {
            EntryStanding::Waiting => self,
            EntryStanding::Offered => self.close_offer(OfferOutcome::Passed, to, at)?,
            EntryStanding::Ended { .. } => return Err(self.refused(to)),
        };
        entry.standing = EntryStanding::Ended { at, why };
        Ok(entry)
    }

    fn close_offer(
        mut self,
        outcome: OfferOutcome,
        to: &'static str,
        at: OffsetDateTime,
    ) -> Result<Self, EntryRefused> {
        let refused = self.refused(to);
        let open = self.offers.last_mut().filter(|offer| offer.outcome.is_none());
        open.ok_or(refused)?.outcome = Some((outcome, at));
        Ok(self)
    }

    fn refused(&self, to: &'static str) -> EntryRefused {
        EntryRefused {
            from: self.standing.word(),
            to,
        }
    }
}

/// Until when an offer of a start stays open that is made now: as long as the tenant says, but not past the
/// notice of what is wished for. `None` if that is too short to be answered.
#[must_use]
pub fn open_until(
    rules: &Rules,
    notice: Minutes,
    start: OffsetDateTime,
    now: OffsetDateTime,
) -> Option<OffsetDateTime> {
    let longest = rules.waitlist_offer.duration();
    let until = (now + longest).min(start.saturating_sub(notice.duration()));
    let open = until - now;
    (open.is_positive() && open >= longest.min(OPEN_AT_LEAST.duration())).then_some(until)
}

/// How often the whole list is looked through while somebody waits.
const WATCHED_EVERY: Duration = Duration::minutes(15);

/// When the list is looked through next: at the next quarter of an hour, but not in the quiet hours.
#[must_use]
pub fn next_watch(zone: &Zone, now: OffsetDateTime) -> OffsetDateTime {
    let seconds = now.unix_timestamp();
    let into = Duration::seconds(seconds.rem_euclid(WATCHED_EVERY.whole_seconds()))
        + Duration::nanoseconds(i64::from(now.nanosecond()));
    let next = now - into + WATCHED_EVERY;
    crate::policy::quiet_until(zone, next).unwrap_or(next)
}

#[cfg(test)]
mod tests;
