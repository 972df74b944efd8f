//! An attempt that takes a tip along: one transaction for what the visit owes and for what is given on top.

use ratiba_kernel::{IdSource, Money, MoneyError};
use time::OffsetDateTime;

use super::{Attempt, Moved, Provider, StateName};
use crate::payment::Purpose;
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

    /// What a provider may show beside its amount, for a payment of this purpose: at most 13 characters.
    #[must_use]
    pub const fn description(&self, purpose: Purpose) -> &'static str {
        match (purpose, &self.tip) {
            (Purpose::Balance, Some(_)) => "Balance + tip",
            (Purpose::Deposit | Purpose::Full | Purpose::Balance | Purpose::Tip, _) => purpose.description(),
        }
    }

    /// The tip that comes with money for which an attempt of its own is made, although it is what one of these prompts had
    /// asked for: the tip of the latest such prompt, for a payment of its own. None if that tip came another way before;
    /// then the money is there twice, and belongs to the customer.
    #[must_use]
    pub fn tip_of_found(
        prompts: &[Self],
        provider: Provider,
        (amount, moved_at): (Money, Option<OffsetDateTime>),
        ids: &dyn IdSource,
    ) -> Option<Tip> {
        let mut own = prompts
            .iter()
            .rev()
            .filter(|prompt| prompt.terms.provider == provider);
        let lost = own.find_map(|prompt| prompt.tip_of_lost(amount, moved_at))?;
        let same = |tip: &Tip| tip.appointment == lost.appointment && tip.shares == lost.shares;
        let came = |prompt: &Self| prompt.state().name() == StateName::Paid && prompt.tip().is_some_and(same);
        (!prompts.iter().any(came)).then(|| Tip {
            payment: ids.fresh(),
            ..lost.clone()
        })
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

impl Moved {
    /// The same, with a tip that the attempt takes along, if there is one.
    #[must_use]
    pub fn with_tip(mut self, tip: Option<Tip>) -> Self {
        if let Some(tip) = tip {
            self.attempt = self.attempt.with_tip(tip);
        }
        self
    }
}

#[cfg(test)]
mod tests;
