//! One service for one customer at one time: its states, its money and what really happened.
//!
//! Transitions consume the old value and refuse what is not legal. Whether the time is free is not decided
//! here but by the book, which keeps claims apart.

use std::fmt;

use ratiba_kernel::{Id, Money, TimeRange};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::catalogue::{CustomerId, Recipe, ServiceId, StaffId};
use crate::engagement::Claim;
use crate::policy::Channel;
use crate::visit::VisitId;

pub mod actuals;
mod agreement;
mod attendance;
mod history;
mod money;
pub mod price;
pub mod state;

pub use actuals::{Actuals, ActualsFault, Correction, StaffNotes, Tip};
pub use agreement::{Acceptance, Placement};
pub use history::{ChangedBy, HistoryEntry, PersonName, What};
pub use money::RepriceRefused;
pub use price::{Discount, DiscountAmount, DiscountSource, Price};
pub use state::{Awaits, State};

/// Marks ids of appointments.
#[derive(Debug)]
pub enum AppointmentMark {}
/// Names one appointment of a tenant.
pub type AppointmentId = Id<AppointmentMark>;

/// How often something was recorded. What was never recorded has [`Version::NEW`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(i32);

impl Version {
    /// Never recorded.
    pub const NEW: Self = Self(0);

    /// The version of a row that was read, above zero.
    #[must_use]
    pub const fn read(number: i32) -> Self {
        Self(number)
    }

    /// The number for a row or an entity tag.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The version that recording a change makes.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A transition that is not legal in the state the appointment is in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an appointment that is {from} cannot be {to}")]
pub struct TransitionRefused {
    /// The state it is in.
    pub from: &'static str,
    /// What was wanted.
    pub to: &'static str,
}

/// Why a service was not started, finished or corrected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderingRefused {
    /// The state does not allow it.
    #[error(transparent)]
    Transition(#[from] TransitionRefused),
    /// The times or the tip make no sense.
    #[error(transparent)]
    Actuals(#[from] ActualsFault),
}

/// Whether the customer asked for the person by name. Work that was asked for does not count as load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffChoice {
    /// The business assigned the person.
    Assigned,
    /// The customer asked for the person.
    Requested,
}

/// Who renders a service. Never empty and nobody twice; the first answers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team(Vec<StaffId>);

impl Team {
    /// One person alone.
    #[must_use]
    pub fn of(staff: StaffId) -> Self {
        Self(vec![staff])
    }

    /// Several people, in the order given. `None` for nobody or somebody twice.
    #[must_use]
    pub fn of_several(staff: Vec<StaffId>) -> Option<Self> {
        let distinct: std::collections::BTreeSet<_> = staff.iter().collect();
        (!staff.is_empty() && distinct.len() == staff.len()).then_some(Self(staff))
    }

    /// Everybody, the first of the team first.
    #[must_use]
    pub fn members(&self) -> &[StaffId] {
        &self.0
    }
}

/// What was booked. Does not change but by rescheduling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// The visit that it belongs to.
    pub visit: VisitId,
    /// For whom.
    pub customer: CustomerId,
    /// What.
    pub service: ServiceId,
    /// By whom.
    pub team: Team,
    /// Whether the customer asked for them.
    pub choice: StaffChoice,
    /// Through which channel.
    pub channel: Channel,
    /// From the first segment's start to the last one's end, without buffers.
    pub time: TimeRange,
    /// The segments and buffers as they were when it was booked.
    pub recipe: Recipe,
    /// What it occupies, in the order of writing.
    pub claims: Vec<Claim>,
    /// What it costs.
    pub price: Price,
    /// What is asked before it counts as confirmed; never above what is charged.
    pub deposit: Money,
    /// When it was booked.
    pub booked_at: OffsetDateTime,
}

impl Booking {
    /// From when until when the customer must be there: without set-up before and clean-up afterwards. What a
    /// customer is told and reminded of.
    #[must_use]
    pub fn client(&self) -> TimeRange {
        // What was booked elsewhere may be longer or shorter than the recipe.
        if self.time.length() != self.recipe.duration().duration() {
            return self.time;
        }
        let start = self.time.start();
        let (comes, leaves) = (self.recipe.client_comes(), self.recipe.client_leaves());
        let ends = (
            start.checked_add(comes.duration()),
            start.checked_add(leaves.duration()),
        );
        let client = ends
            .0
            .zip(ends.1)
            .map(|(from, until)| TimeRange::new(from, until));
        client.and_then(Result::ok).unwrap_or(self.time)
    }
}

/// One service for one customer at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    id: AppointmentId,
    booking: Booking,
    state: State,
    actuals: Actuals,
    version: Version,
}

impl Appointment {
    /// A new appointment that waits for payment until `until`.
    #[must_use]
    pub fn hold(id: AppointmentId, booking: Booking, until: OffsetDateTime) -> Self {
        let state = State::Held {
            at: booking.booked_at,
            until,
        };
        Self::new(id, booking, state)
    }

    /// A new appointment to which everybody agrees and for which nothing is asked.
    #[must_use]
    pub fn agreed(id: AppointmentId, booking: Booking) -> Self {
        let at = booking.booked_at;
        Self::new(id, booking, State::Confirmed { at })
    }

    /// A new appointment that waits for the business to agree until `until`.
    #[must_use]
    pub fn request(id: AppointmentId, booking: Booking, until: OffsetDateTime) -> Self {
        let state = State::Requested {
            at: booking.booked_at,
            until,
            awaits: Awaits::Business,
        };
        Self::new(id, booking, state)
    }

    fn new(id: AppointmentId, booking: Booking, state: State) -> Self {
        Self {
            id,
            booking,
            state,
            actuals: Actuals::default(),
            version: Version::NEW,
        }
    }

    /// An appointment as it was recorded; for books.
    ///
    /// # Errors
    /// [`ActualsFault`] if the record contradicts itself.
    pub fn recorded(
        id: AppointmentId,
        booking: Booking,
        state: State,
        actuals: Actuals,
        version: Version,
    ) -> Result<Self, ActualsFault> {
        actuals.check(&state)?;
        Ok(Self {
            id,
            booking,
            state,
            actuals,
            version,
        })
    }

    /// Its identity.
    #[must_use]
    pub const fn id(&self) -> AppointmentId {
        self.id
    }

    /// What was booked.
    #[must_use]
    pub const fn booking(&self) -> &Booking {
        &self.booking
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// What really happened, as far as it is known.
    #[must_use]
    pub const fn actuals(&self) -> &Actuals {
        &self.actuals
    }

    /// The version that it was read at; [`Version::NEW`] before it is first recorded.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The same appointment at the version that recording it makes; for books.
    #[must_use]
    pub fn at_next_version(mut self) -> Self {
        self.version = self.version.next();
        self
    }

    /// When the service ended, or is planned to: the instant by which its month is found.
    #[must_use]
    pub fn counts_at(&self) -> OffsetDateTime {
        self.actuals.end.unwrap_or_else(|| self.booking.time.end())
    }

    /// Agrees to a request, or settles a hold. A hold past its deadline whose time nobody took in the
    /// meantime is settled too.
    ///
    /// # Errors
    /// [`TransitionRefused`] in any other state.
    pub fn confirm(mut self, at: OffsetDateTime) -> Result<Self, TransitionRefused> {
        match self.state {
            State::Requested { .. } | State::Held { .. } => {
                self.state = State::Confirmed { at };
                Ok(self)
            }
            State::Confirmed { .. }
            | State::CheckedIn { .. }
            | State::InProgress { .. }
            | State::Completed { .. }
            | State::Expired { .. }
            | State::Declined { .. }
            | State::CancelledByCustomer { .. }
            | State::CancelledByBusiness { .. }
            | State::NoShow { .. } => Err(self.refused("confirmed")),
        }
    }

    /// Gives a hold that has not run out another deadline, as when an offer is taken and its money is asked for.
    ///
    /// # Errors
    /// [`TransitionRefused`] unless it is held at `at`, and its deadline lies ahead.
    pub fn hold_until(
        mut self,
        until: OffsetDateTime,
        at: OffsetDateTime,
    ) -> Result<Self, TransitionRefused> {
        match self.state {
            State::Held { until: before, .. } if at < before => {
                self.state = State::Held { at, until };
                Ok(self)
            }
            State::Requested { .. }
            | State::Held { .. }
            | State::Confirmed { .. }
            | State::CheckedIn { .. }
            | State::InProgress { .. }
            | State::Completed { .. }
            | State::Expired { .. }
            | State::Declined { .. }
            | State::CancelledByCustomer { .. }
            | State::CancelledByBusiness { .. }
            | State::NoShow { .. } => Err(self.refused("held longer")),
        }
    }

    /// Takes an expired hold up again because its money came after all. The claims must be made anew.
    ///
    /// # Errors
    /// [`TransitionRefused`] unless it is expired.
    pub fn take_again(mut self, at: OffsetDateTime) -> Result<Self, TransitionRefused> {
        if matches!(self.state, State::Expired { .. }) {
            self.state = State::Confirmed { at };
            Ok(self)
        } else {
            Err(self.refused("taken up again"))
        }
    }

    /// Ends a request or a hold whose deadline has come.
    ///
    /// # Errors
    /// [`TransitionRefused`] before the deadline, and in any other state.
    pub fn expire(mut self, at: OffsetDateTime) -> Result<Self, TransitionRefused> {
        if self.state.deadline().is_some_and(|until| until <= at) {
            self.state = State::Expired { at };
            Ok(self)
        } else {
            Err(self.refused("expired"))
        }
    }

    /// Ends an appointment that has not begun. `fee` is what the policy asks of a customer who cancels.
    ///
    /// # Errors
    /// [`TransitionRefused`] once it has begun or is over.
    pub fn cancel(
        mut self,
        by: CancelledBy,
        fee: Money,
        at: OffsetDateTime,
    ) -> Result<Self, TransitionRefused> {
        match self.state {
            State::Requested { .. }
            | State::Held { .. }
            | State::Confirmed { .. }
            | State::CheckedIn { .. } => {
                self.state = match by {
                    CancelledBy::Customer => State::CancelledByCustomer { at, fee },
                    CancelledBy::Business => State::CancelledByBusiness { at },
                };
                Ok(self)
            }
            State::InProgress { .. }
            | State::Completed { .. }
            | State::Expired { .. }
            | State::Declined { .. }
            | State::CancelledByCustomer { .. }
            | State::CancelledByBusiness { .. }
            | State::NoShow { .. } => Err(self.refused("cancelled")),
        }
    }

    /// Records that the service began at `began`; now is `at`.
    ///
    /// # Errors
    /// [`RenderingRefused::Transition`] unless it is confirmed or checked in;
    /// [`RenderingRefused::Actuals`] if `began` lies in the future.
    pub fn start(mut self, began: OffsetDateTime, at: OffsetDateTime) -> Result<Self, RenderingRefused> {
        match self.state {
            State::Confirmed { .. } | State::CheckedIn { .. } => {
                actuals::not_in_the_future(began, at)?;
                self.actuals.start = Some(began);
                self.state = State::InProgress { at };
                Ok(self)
            }
            State::Requested { .. }
            | State::Held { .. }
            | State::InProgress { .. }
            | State::Completed { .. }
            | State::Expired { .. }
            | State::Declined { .. }
            | State::CancelledByCustomer { .. }
            | State::CancelledByBusiness { .. }
            | State::NoShow { .. } => Err(self.refused("started").into()),
        }
    }

    /// Records that the service ended at `ended`; now is `at`.
    ///
    /// # Errors
    /// [`RenderingRefused::Transition`] unless it is in progress; [`RenderingRefused::Actuals`] if `ended`
    /// lies in the future or not after the start.
    pub fn finish(mut self, ended: OffsetDateTime, at: OffsetDateTime) -> Result<Self, RenderingRefused> {
        if !matches!(self.state, State::InProgress { .. }) {
            return Err(self.refused("finished").into());
        }
        actuals::not_in_the_future(ended, at)?;
        self.actuals.end = Some(ended);
        self.state = State::Completed { at };
        self.actuals.check(&self.state)?;
        Ok(self)
    }

    /// Corrects what was recorded of a service that has begun or is over. Whether its month is frozen is
    /// for the book to say.
    ///
    /// # Errors
    /// [`RenderingRefused::Transition`] before it has begun, or for an end before it is finished;
    /// [`RenderingRefused::Actuals`] if the result makes no sense.
    pub fn correct(mut self, correction: Correction, at: OffsetDateTime) -> Result<Self, RenderingRefused> {
        let finished = match self.state {
            State::InProgress { .. } => false,
            State::Completed { .. } => true,
            State::Requested { .. }
            | State::Held { .. }
            | State::Confirmed { .. }
            | State::CheckedIn { .. }
            | State::Expired { .. }
            | State::Declined { .. }
            | State::CancelledByCustomer { .. }
            | State::CancelledByBusiness { .. }
            | State::NoShow { .. } => return Err(self.refused("corrected").into()),
        };
        if correction.end.is_some() && !finished {
            return Err(self.refused("given an end").into());
        }
        let currency = self.booking.price.charged().currency();
        self.actuals = self.actuals.clone().corrected(correction, currency, at)?;
        self.actuals.check(&self.state)?;
        Ok(self)
    }

    fn refused(&self, to: &'static str) -> TransitionRefused {
        TransitionRefused {
            from: self.state.word(),
            to,
        }
    }
}

/// Who ended an appointment before it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelledBy {
    /// The customer.
    Customer,
    /// The business.
    Business,
}

impl fmt::Display for CancelledBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Customer => "customer",
            Self::Business => "business",
        })
    }
}

#[cfg(test)]
mod tests;
