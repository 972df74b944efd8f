//! Tips: never part of a base, passed on in full.

use ratiba_kernel::Money;

use crate::StaffId;
use crate::split::{Renderers, spread_by_weight};

/// What a customer gave on top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// All of it.
    pub amount: Money,
    /// Who got what of it as the desk entered it; empty where the visit's shares decide.
    pub entered: Vec<(StaffId, Money)>,
    /// How much of it was given back.
    pub refunded: Money,
}

/// Why a tip cannot be passed on as it was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TipRefused {
    /// The parts that were entered are not the tip.
    #[error("the parts of the tip do not add up to it")]
    PartsDiffer,
    /// A part was entered for somebody who did not render the visit, or for one person twice.
    #[error("a part of the tip is for somebody who did not render the visit")]
    NotARenderer,
    /// A tip, one of its parts or its refund is below nothing, or more was given back than was given.
    #[error("a tip is not negative and its refund is not above it")]
    OutOfRange,
}

impl Tip {
    /// A tip of which nothing was given back and that is shared like the visit.
    #[must_use]
    pub const fn of(amount: Money) -> Self {
        Self {
            amount,
            entered: Vec::new(),
            refunded: Money::zero(amount.currency()),
        }
    }

    /// What each renderer keeps, in minor units and in the order of the renderers. A refund is taken in
    /// proportion to what each received.
    ///
    /// # Errors
    /// [`TipRefused`] if the entered parts do not fit the tip or the people.
    pub fn divide(&self, renderers: &Renderers) -> Result<Vec<i64>, TipRefused> {
        let (amount, refunded) = (self.amount.amount_minor(), self.refunded.amount_minor());
        if amount < 0 || refunded < 0 || refunded > amount {
            return Err(TipRefused::OutOfRange);
        }
        let received = if self.entered.is_empty() {
            renderers.divide_once(amount)
        } else {
            self.as_entered(renderers)?
        };
        let given_back = spread_by_weight(refunded, &received);
        Ok(received
            .into_iter()
            .zip(given_back)
            .map(|(received, back)| received - back)
            .collect())
    }

    fn as_entered(&self, renderers: &Renderers) -> Result<Vec<i64>, TipRefused> {
        let mut received = vec![None; renderers.staff().len()];
        let mut total: i128 = 0;
        for (person, part) in &self.entered {
            let place = renderers.staff().iter().position(|staff| staff == person);
            let slot = place.and_then(|index| received.get_mut(index));
            let Some(slot @ None) = slot else {
                return Err(TipRefused::NotARenderer);
            };
            if part.amount_minor() < 0 {
                return Err(TipRefused::OutOfRange);
            }
            total += i128::from(part.amount_minor());
            *slot = Some(part.amount_minor());
        }
        if total == i128::from(self.amount.amount_minor()) {
            Ok(received.into_iter().map(|part| part.unwrap_or(0)).collect())
        } else {
            Err(TipRefused::PartsDiffer)
        }
    }
}

#[cfg(test)]
mod tests;
