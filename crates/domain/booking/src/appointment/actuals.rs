//! What really happened: actual start, actual end, tip and notes.

use std::fmt;

use ratiba_kernel::{Currency, Money};
use time::OffsetDateTime;

use super::State;

/// Why actuals were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActualsFault {
    /// A time that has not come yet.
    #[error("the time lies in the future")]
    InTheFuture,
    /// The end is not after the start.
    #[error("a service ends after it starts")]
    EndsBeforeItStarts,
    /// An end without a start, or a time in a state that cannot have it.
    #[error("the times do not fit the state")]
    DoNotFitState,
    /// A tip below nothing, above ten million, or in another currency.
    #[error("a tip is an amount of the appointment's currency, not below nothing")]
    Tip,
    /// Notes of more than 4,000 characters.
    #[error("notes have at most 4,000 characters")]
    NotesTooLong,
}

/// A gratuity; passes to the staff in full and never enters a price. Not below nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tip(Money);

impl Tip {
    /// The most that is kept as one tip, in minor units: what the column holds.
    const MOST_MINOR: i64 = 9_999_999_999;

    /// A tip of `amount`.
    ///
    /// # Errors
    /// [`ActualsFault::Tip`] below nothing or above 99,999,999.99.
    pub fn new(amount: Money) -> Result<Self, ActualsFault> {
        if (0..=Self::MOST_MINOR).contains(&amount.amount_minor()) {
            Ok(Self(amount))
        } else {
            Err(ActualsFault::Tip)
        }
    }

    /// The amount.
    #[must_use]
    pub const fn amount(self) -> Money {
        self.0
    }
}

/// What staff wrote about a service; at most 4,000 characters. Its `Debug` tells the length only.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffNotes(String);

impl StaffNotes {
    /// Notes as they were written, without surrounding white space.
    ///
    /// # Errors
    /// [`ActualsFault::NotesTooLong`].
    pub fn new(text: &str) -> Result<Self, ActualsFault> {
        let text = text.trim();
        if text.chars().count() <= 4_000 {
            Ok(Self(text.to_owned()))
        } else {
            Err(ActualsFault::NotesTooLong)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StaffNotes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StaffNotes({} characters)", self.0.chars().count())
    }
}

/// What really happened, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actuals {
    /// When the service began.
    pub start: Option<OffsetDateTime>,
    /// When it ended; known only where the start is.
    pub end: Option<OffsetDateTime>,
    /// What the customer gave on top.
    pub tip: Option<Tip>,
    /// What staff wrote.
    pub notes: Option<StaffNotes>,
}

/// What to change in the actuals; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Correction {
    /// Another start.
    pub start: Option<OffsetDateTime>,
    /// Another end.
    pub end: Option<OffsetDateTime>,
    /// Another tip; zero takes it back.
    pub tip: Option<Tip>,
    /// Other notes.
    pub notes: Option<StaffNotes>,
}

impl Correction {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Actuals {
    pub(super) fn corrected(
        mut self,
        correction: Correction,
        currency: Currency,
        now: OffsetDateTime,
    ) -> Result<Self, ActualsFault> {
        if let Some(start) = correction.start {
            not_in_the_future(start, now)?;
            self.start = Some(start);
        }
        if let Some(end) = correction.end {
            not_in_the_future(end, now)?;
            self.end = Some(end);
        }
        if let Some(tip) = correction.tip {
            if tip.amount().currency() != currency {
                return Err(ActualsFault::Tip);
            }
            self.tip = Some(tip);
        }
        if correction.notes.is_some() {
            self.notes = correction.notes;
        }
        Ok(self)
    }

    /// Whether they make sense together and in a state: an end needs a start before it, and both need a
    /// service that has come that far.
    pub(super) fn check(&self, state: &State) -> Result<(), ActualsFault> {
        let fits = match state {
            State::InProgress { .. } => self.start.is_some() && self.end.is_none(),
            State::Completed { .. } => self.end.is_none() || self.start.is_some(),
            State::Requested { .. }
            | State::Held { .. }
            | State::Confirmed { .. }
            | State::CheckedIn { .. }
            | State::Expired { .. }
            | State::Declined { .. }
            | State::CancelledByCustomer { .. }
            | State::CancelledByBusiness { .. }
            | State::NoShow { .. } => self.start.is_none() && self.end.is_none(),
        };
        if !fits {
            return Err(ActualsFault::DoNotFitState);
        }
        match (self.start, self.end) {
            (Some(start), Some(end)) if end <= start => Err(ActualsFault::EndsBeforeItStarts),
            _fine => Ok(()),
        }
    }
}

pub(super) fn not_in_the_future(instant: OffsetDateTime, now: OffsetDateTime) -> Result<(), ActualsFault> {
    if instant <= now {
        Ok(())
    } else {
        Err(ActualsFault::InTheFuture)
    }
}
