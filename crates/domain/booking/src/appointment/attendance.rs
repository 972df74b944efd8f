//! Whether the customer came.

use ratiba_kernel::Money;
use time::OffsetDateTime;

use super::{Appointment, State, TransitionRefused};

impl Appointment {
    /// Records that the customer has come.
    ///
    /// # Errors
    /// [`TransitionRefused`] unless it is confirmed.
    pub fn check_in(mut self, at: OffsetDateTime) -> Result<Self, TransitionRefused> {
        if matches!(self.state, State::Confirmed { .. }) {
            self.state = State::CheckedIn { at };
            Ok(self)
        } else {
            Err(self.refused("checked in"))
        }
    }

    /// Takes back that the customer has come: it was somebody else.
    ///
    /// # Errors
    /// [`TransitionRefused`] unless it is checked in.
    pub fn undo_check_in(mut self, at: OffsetDateTime) -> Result<Self, TransitionRefused> {
        if matches!(self.state, State::CheckedIn { .. }) {
            self.state = State::Confirmed { at };
            Ok(self)
        } else {
            Err(self.refused("taken back to before the check-in"))
        }
    }

    /// Records that the customer did not come. When that may be said is the policy's business.
    ///
    /// # Errors
    /// [`TransitionRefused`] unless it is confirmed.
    pub fn no_show(mut self, fee: Money, at: OffsetDateTime) -> Result<Self, TransitionRefused> {
        if matches!(self.state, State::Confirmed { .. }) {
            self.state = State::NoShow { at, fee };
            Ok(self)
        } else {
            Err(self.refused("marked as a no-show"))
        }
    }

    /// Takes back that the customer did not come: they came late, or it was a mistake. The claims must be
    /// made anew.
    ///
    /// # Errors
    /// [`TransitionRefused`] unless it is a no-show.
    pub fn undo_no_show(mut self, at: OffsetDateTime) -> Result<Self, TransitionRefused> {
        if matches!(self.state, State::NoShow { .. }) {
            self.state = State::Confirmed { at };
            Ok(self)
        } else {
            Err(self.refused("taken back to before the no-show"))
        }
    }
}
