//! An attempt that takes a tip along: one transaction for what the visit owes and for what is given on top.

use ratiba_kernel::{Money, MoneyError};

use super::Attempt;
use crate::tip::Tip;

impl Attempt {
    /// The same, with a tip that is a part of its amount, and less than all of it. The tip's payment is made when the money
    /// comes, so that an attempt that fails leaves nothing behind.
    #[must_use]
    pub fn with_tip(mut self, tip: Tip) -> Self {
        self.tip = Some(tip);
        self
    }

    /// The same, with nothing of its amount for a tip.
    #[must_use]
    pub fn without_tip(mut self) -> Self {
        self.tip = None;
        self
    }

    /// The tip that it takes along.
    #[must_use]
    pub const fn tip(&self) -> Option<&Tip> {
        self.tip.as_ref()
    }

    /// What of its amount goes towards its payment.
    ///
    /// # Errors
    /// [`MoneyError`] only if the amounts are beyond all measure.
    pub fn for_payment(&self) -> Result<Money, MoneyError> {
        match &self.tip {
            Some(tip) => self.terms.amount.checked_sub(tip.amount()?),
            None => Ok(self.terms.amount),
        }
    }

    /// Takes in that another amount came than was asked: the payment gets its part first, and the tip what is left, up to
    /// what it was.
    pub(super) fn receive_other(&mut self, amount: Money) -> Result<(), MoneyError> {
        if let Some(tip) = self.tip.take() {
            let own = self.terms.amount.checked_sub(tip.amount()?)?;
            let left = amount.checked_sub(own)?.min(tip.amount()?);
            self.tip = tip.of_amount(left)?;
        }
        self.terms.amount = amount;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
