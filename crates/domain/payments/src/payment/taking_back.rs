//! Credit that should not be there is the payment's again.

use ratiba_kernel::{Money, MoneyError};
use time::OffsetDateTime;

use super::{Payment, PaymentState};

impl Payment {
    /// Gives away what of a wrong match had gone towards it: what it settled is owed again.
    ///
    /// # Errors
    /// [`MoneyError`] if the currency is another.
    pub fn unreceive(mut self, applied: Money, at: OffsetDateTime) -> Result<Self, MoneyError> {
        self.paid = self.paid.checked_sub(applied)?;
        if applied.is_positive() && self.state == PaymentState::Settled {
            self.state = PaymentState::Open;
            self.state_at = at;
        }
        Ok(self)
    }

    /// Takes back as much of what became the customer's credit, at most all of it; answers how much. `None` if there is
    /// nothing to take back.
    ///
    /// # Errors
    /// [`MoneyError`] if the currency is another.
    pub fn take_credit_back(
        mut self,
        most: Money,
        at: OffsetDateTime,
    ) -> Result<Option<(Self, Money)>, MoneyError> {
        let rest = self.credited.checked_sub(most)?;
        let amount = if rest.amount_minor() >= 0 {
            most
        } else {
            self.credited
        };
        if !amount.is_positive() {
            return Ok(None);
        }
        self.credited = self.credited.checked_sub(amount)?;
        if self.state == PaymentState::Credited {
            self.state = if self.paid == self.due {
                PaymentState::Settled
            } else {
                PaymentState::Cancelled
            };
            self.state_at = at;
        }
        Ok(Some((self, amount)))
    }
}
