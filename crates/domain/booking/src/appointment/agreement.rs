//! Coming to an agreement: requests are accepted, declined or answered with another time; what is agreed
//! may be moved.

use ratiba_kernel::TimeRange;
use time::OffsetDateTime;

use super::{Appointment, Awaits, StaffChoice, State, Team, TransitionRefused};
use crate::engagement::Claim;

/// When, by whom and where: what a move puts in the place of what was booked. The service, its recipe and
/// its price stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// From the first segment's start to the last one's end, without buffers.
    pub time: TimeRange,
    /// By whom.
    pub team: Team,
    /// Whether the customer asked for them.
    pub choice: StaffChoice,
    /// What it occupies, in the order of writing.
    pub claims: Vec<Claim>,
}

/// What a request becomes once both sides agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// Money is asked: it is held up to, not including, `until`.
    Held {
        /// The deadline.
        until: OffsetDateTime,
    },
    /// Nothing is asked.
    Confirmed,
}

impl Appointment {
    /// Agrees to a request, whoever's answer it waited for.
    ///
    /// # Errors
    /// [`TransitionRefused`] from its deadline on, and in any other state.
    pub fn accept(mut self, becomes: Acceptance, at: OffsetDateTime) -> Result<Self, TransitionRefused> {
        if !self.is_open_request(at) {
            return Err(self.refused("accepted"));
        }
        self.state = match becomes {
            Acceptance::Held { until } => State::Held { at, until },
            Acceptance::Confirmed => State::Confirmed { at },
        };
        Ok(self)
    }

    /// Turns a request down, or the other time that was offered for it.
    ///
    /// # Errors
    /// [`TransitionRefused`] unless it is requested.
    pub fn decline(mut self, at: OffsetDateTime) -> Result<Self, TransitionRefused> {
        if self.state.awaits().is_none() {
            return Err(self.refused("declined"));
        }
        self.state = State::Declined { at };
        Ok(self)
    }

    /// Offers another time for a request, and waits for the customer until `until`. An offer may be
    /// replaced by the next one. The claims must be made anew.
    ///
    /// # Errors
    /// [`TransitionRefused`] from the request's deadline on, and in any other state.
    pub fn counter_offer(
        mut self,
        to: Placement,
        until: OffsetDateTime,
        at: OffsetDateTime,
    ) -> Result<Self, TransitionRefused> {
        if !self.is_open_request(at) {
            return Err(self.refused("offered another time"));
        }
        self.place(to);
        self.state = State::Requested {
            at,
            until,
            awaits: Awaits::Customer,
        };
        Ok(self)
    }

    /// Moves it to another time; state, price and deposit stay. The claims must be made anew.
    ///
    /// # Errors
    /// [`TransitionRefused`] unless it is confirmed, or held and its deadline has not come.
    pub fn reschedule(mut self, to: Placement, at: OffsetDateTime) -> Result<Self, TransitionRefused> {
        let movable = match self.state {
            State::Held { until, .. } => at < until,
            State::Confirmed { .. } => true,
            State::Requested { .. }
            | State::CheckedIn { .. }
            | State::InProgress { .. }
            | State::Completed { .. }
            | State::Expired { .. }
            | State::Declined { .. }
            | State::CancelledByCustomer { .. }
            | State::CancelledByBusiness { .. }
            | State::NoShow { .. } => false,
        };
        if !movable {
            return Err(self.refused("moved"));
        }
        self.place(to);
        Ok(self)
    }

    fn is_open_request(&self, at: OffsetDateTime) -> bool {
        matches!(self.state, State::Requested { until, .. } if at < until)
    }

    fn place(&mut self, to: Placement) {
        self.booking.time = to.time;
        self.booking.team = to.team;
        self.booking.choice = to.choice;
        self.booking.claims = to.claims;
    }
}
