//! What an appointment costs may change until it is settled.

use super::{Appointment, Price, State, TransitionRefused};

/// Why a price stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RepriceRefused {
    /// The state does not allow it.
    #[error(transparent)]
    Transition(#[from] TransitionRefused),
    /// The customer is being asked for money that would change with it.
    #[error("the customer is being asked for the present price")]
    BeingPaid,
}

impl Appointment {
    /// Charges another price. The deposit stays, but is never above what is charged.
    ///
    /// # Errors
    /// [`RepriceRefused::Transition`] once it is over without having been rendered;
    /// [`RepriceRefused::BeingPaid`] for a hold whose deposit would change.
    pub fn reprice(mut self, price: Price) -> Result<Self, RepriceRefused> {
        let deposit = self.booking.deposit.min(price.charged());
        match self.state {
            State::Held { .. } if deposit != self.booking.deposit => return Err(RepriceRefused::BeingPaid),
            State::Requested { .. }
            | State::Held { .. }
            | State::Confirmed { .. }
            | State::CheckedIn { .. }
            | State::InProgress { .. }
            | State::Completed { .. } => {}
            State::Expired { .. }
            | State::Declined { .. }
            | State::CancelledByCustomer { .. }
            | State::CancelledByBusiness { .. }
            | State::NoShow { .. } => return Err(self.refused("priced anew").into()),
        }
        self.booking.price = price;
        self.booking.deposit = deposit;
        Ok(self)
    }
}
