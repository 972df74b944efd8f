//! A visit: one or more appointments of one customer that are booked and paid together.

use std::collections::BTreeSet;
use std::fmt;

use ratiba_kernel::{Fingerprint, Id, Money, MoneyError, TimeRange};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::appointment::{Appointment, Awaits, CancelledBy, ChangedBy, State, Version};
use crate::catalogue::CustomerId;
use crate::event::BookingEvent;
use crate::policy::{Reminder, Rounding};
use crate::ports::{Change, ClaimChange};

/// Marks ids of visits.
#[derive(Debug)]
pub enum VisitMark {}
/// Names one visit of a tenant.
pub type VisitId = Id<VisitMark>;

/// The caller's own key of an order to hold: asking twice with one key gives one visit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HoldKey(String);

/// A key is empty or longer than 200 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hold key has 1 to 200 characters")]
pub struct BadHoldKey;

impl HoldKey {
    /// A key of 1 to 200 characters.
    ///
    /// # Errors
    /// [`BadHoldKey`] for anything else.
    pub fn parse(text: &str) -> Result<Self, BadHoldKey> {
        if (1..=200).contains(&text.chars().count()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadHoldKey)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for HoldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HoldKey({})", self.0)
    }
}
impl TryFrom<String> for HoldKey {
    type Error = BadHoldKey;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}
impl From<HoldKey> for String {
    fn from(key: HoldKey) -> Self {
        key.0
    }
}

/// What is true of a visit as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitHead {
    /// Its identity.
    pub id: VisitId,
    /// Whose it is.
    pub customer: CustomerId,
    /// The key that it was ordered with.
    pub hold_key: Option<HoldKey>,
    /// What was ordered with the key; `None` where the key stands for nothing else.
    pub ordered: Option<Fingerprint>,
    /// When it was ordered.
    pub created_at: OffsetDateTime,
    /// Which reminders went out, so that none goes twice.
    pub reminded: BTreeSet<Reminder>,
    /// When money came for it that found no time to pay for any more.
    pub lost_at: Option<OffsetDateTime>,
    /// Who agreed to it last, if it was a request.
    pub accepted_by: Option<CancelledBy>,
    /// The version that it was read at.
    pub version: Version,
}

/// A visit with its appointments in order of start; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// What is true of the whole.
    pub head: VisitHead,
    /// Its parts.
    pub appointments: Vec<Appointment>,
}

/// Where a visit stands as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitStanding {
    /// It waits for somebody to agree until then.
    Requested {
        /// The earliest deadline of its requested parts.
        until: OffsetDateTime,
        /// Whose answer it waits for.
        awaits: Awaits,
    },
    /// It waits for money until then.
    Waiting {
        /// The earliest deadline of its parts.
        until: OffsetDateTime,
    },
    /// All of what is left of it is agreed, begun or rendered.
    Agreed,
    /// Nothing of it is left: expired, declined, cancelled or not come to.
    Over,
}

/// What a customer has paid of the parts that keep their time, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaidAhead {
    /// Their deposits.
    Deposits,
    /// All that they cost.
    Prices,
}

impl Visit {
    /// Where it stands: one part that waits makes the whole wait.
    #[must_use]
    pub fn standing(&self) -> VisitStanding {
        let requested = self.appointments.iter().filter_map(|a| match a.state() {
            State::Requested { until, awaits, .. } => Some((*until, *awaits)),
            State::Held { .. }
            | State::Confirmed { .. }
            | State::CheckedIn { .. }
            | State::InProgress { .. }
            | State::Completed { .. }
            | State::Expired { .. }
            | State::Declined { .. }
            | State::CancelledByCustomer { .. }
            | State::CancelledByBusiness { .. }
            | State::NoShow { .. } => None,
        });
        if let Some((until, awaits)) = requested.min() {
            return VisitStanding::Requested { until, awaits };
        }
        let deadline = self
            .appointments
            .iter()
            .filter_map(|a| a.state().deadline())
            .min();
        if let Some(until) = deadline {
            VisitStanding::Waiting { until }
        } else if self.appointments.iter().any(|a| a.state().keeps_its_time()) {
            VisitStanding::Agreed
        } else {
            VisitStanding::Over
        }
    }

    /// The visit with these in the place of those of its parts that are the same appointments.
    #[must_use]
    pub fn with_parts(mut self, instead: Vec<Appointment>) -> Self {
        for part in instead {
            if let Some(own) = self.appointments.iter_mut().find(|own| own.id() == part.id()) {
                *own = part;
            }
        }
        self
    }

    /// When its first part begins; of the parts that keep their time, if there are any.
    #[must_use]
    pub fn start(&self) -> Option<OffsetDateTime> {
        let starts = |living: bool| {
            self.appointments
                .iter()
                .filter(|a| a.state().keeps_its_time() == living)
                .map(|a| a.booking().time.start())
                .min()
        };
        starts(true).or_else(|| starts(false))
    }

    /// From when until when anybody who comes must be there; of the parts that keep their time, if there are any.
    /// `None` for a visit without parts.
    #[must_use]
    pub fn client(&self) -> Option<TimeRange> {
        let living = self.appointments.iter().any(|a| a.state().keeps_its_time());
        let clients = || {
            let parts = self.appointments.iter();
            let parts = parts.filter(move |a| a.state().keeps_its_time() == living);
            parts.map(|a| a.booking().client())
        };
        let from = clients().map(|client| client.start()).min()?;
        let until = clients().map(|client| client.end()).max()?;
        TimeRange::new(from, until).ok()
    }

    /// The parts that keep their time.
    pub fn living(&self) -> impl Iterator<Item = &Appointment> + Clone {
        self.appointments.iter().filter(|a| a.state().keeps_its_time())
    }

    /// What is asked for the parts that keep their time before they count as confirmed. `None` for a visit without
    /// parts.
    ///
    /// # Errors
    /// [`MoneyError`] if the parts are in different currencies.
    pub fn due(&self) -> Result<Option<Money>, MoneyError> {
        self.sum_of_living(|a| a.booking().deposit)
    }

    /// What the parts that keep their time cost. `None` for a visit without parts.
    ///
    /// # Errors
    /// [`MoneyError`] if the parts are in different currencies.
    pub fn charged(&self) -> Result<Option<Money>, MoneyError> {
        self.sum_of_living(|a| a.booking().price.charged())
    }

    /// What the policy asks for the parts that were cancelled or not come to. `None` for a visit without parts.
    ///
    /// # Errors
    /// [`MoneyError`] if the parts are in different currencies.
    pub fn fees(&self) -> Result<Option<Money>, MoneyError> {
        let fees = self.appointments.iter().filter_map(|a| a.state().fee());
        self.sum(fees)
    }

    /// Whether nothing of it is still to come: each part was rendered, or is over.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.appointments.iter().all(|a| match a.state() {
            State::Requested { .. }
            | State::Held { .. }
            | State::Confirmed { .. }
            | State::CheckedIn { .. }
            | State::InProgress { .. } => false,
            State::Completed { .. }
            | State::Expired { .. }
            | State::Declined { .. }
            | State::CancelledByCustomer { .. }
            | State::CancelledByBusiness { .. }
            | State::NoShow { .. } => true,
        })
    }

    /// What of the money that was paid for it is not the customer's to have back: the fees, and what was paid ahead for
    /// the parts that keep their time. `None` for a visit without parts.
    ///
    /// # Errors
    /// [`MoneyError`] if the parts are in different currencies.
    pub fn bound(&self, paid: PaidAhead) -> Result<Option<Money>, MoneyError> {
        let living = match paid {
            PaidAhead::Deposits => self.due()?,
            PaidAhead::Prices => self.charged()?,
        };
        match (living, self.fees()?) {
            (Some(living), Some(fees)) => living.checked_add(fees).map(Some),
            (None, _) | (_, None) => Ok(None),
        }
    }

    /// What is still to be paid of the parts that keep their time and of the fees, rounded as it is asked for;
    /// never above what they cost. `None` for a visit without parts.
    ///
    /// # Errors
    /// [`MoneyError`] if the parts or what was paid are in different currencies.
    pub fn balance(&self, paid: Money, rounding: Rounding) -> Result<Option<Money>, MoneyError> {
        let Some(all) = self.bound(PaidAhead::Prices)? else {
            return Ok(None);
        };
        let left = all.checked_sub(paid)?;
        if !left.is_positive() {
            return Ok(Some(Money::zero(all.currency())));
        }
        Ok(Some(rounding.apply(left)?.min(all)))
    }

    fn sum_of_living(&self, of: impl Fn(&Appointment) -> Money) -> Result<Option<Money>, MoneyError> {
        self.sum(self.living().map(of))
    }

    fn sum(&self, amounts: impl Iterator<Item = Money>) -> Result<Option<Money>, MoneyError> {
        let first = self.appointments.first();
        let currency = first.map(|a| a.booking().price.charged().currency());
        currency.map(|currency| Money::sum(currency, amounts)).transpose()
    }
}

/// From the first to the last moment that parts claim; `None` for none.
pub fn claimed<'a>(parts: impl Iterator<Item = &'a Appointment>) -> Option<TimeRange> {
    let ranges = parts.flat_map(|part| part.booking().claims.iter().map(|claim| claim.range));
    ranges.reduce(|hull, range| {
        TimeRange::new(hull.start().min(range.start()), hull.end().max(range.end())).unwrap_or(hull)
    })
}

/// What makes a visit's overdue parts expire: `None` if none is overdue at `at`.
///
/// Its claims are given up, and the event tells that the hold or the request ran out. Doing it twice does it once: the
/// second time nothing is overdue any more.
#[must_use]
pub fn expiry(visit: &Visit, at: OffsetDateTime) -> Option<Change> {
    let overdue = visit
        .appointments
        .iter()
        .filter_map(|appointment| appointment.clone().expire(at).ok());
    let was_a_request = visit
        .appointments
        .iter()
        .any(|appointment| appointment.state().awaits().is_some());
    let begun = Change::at(at, ChangedBy::System);
    let change = overdue.fold(begun, |change, expired| {
        change.with(expired, ClaimChange::Release)
    });
    let VisitHead {
        id: visit, customer, ..
    } = visit.head;
    let event = if was_a_request {
        BookingEvent::RequestExpired { visit, customer }
    } else {
        BookingEvent::HoldExpired { visit, customer }
    };
    (!change.appointments.is_empty()).then(|| change.telling(event))
}

#[cfg(test)]
mod tests;
