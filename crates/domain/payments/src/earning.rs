//! What was paid for a visit is the customer's until the visit was rendered, and then it is earned. Pure.
//!
//! The rule is one of balance, not of steps: once nothing of a visit is still to come, nothing of what was paid for it
//! lies on deposit. So it does not matter in which order money, credit, refunds and the end of the visit come, nor how
//! often they are looked at.

use ratiba_kernel::{IdSource, Money, MoneyError};
use time::OffsetDateTime;

use crate::CustomerId;
use crate::ledger::{Cause, Journal, Place, Transfer};
use crate::payment::{PaymentId, Purpose};

/// Whether what was paid for a visit is earned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendering {
    /// Some of the visit is still to come: nothing is earned.
    ToCome,
    /// All of it was rendered, or is over: what was kept is earned, fees too.
    Finished,
    /// None of it was rendered, and it is over: no more is earned than its fees. What was paid beyond goes back, and it may
    /// come at the very moment at which somebody looks.
    Lost {
        /// What the rules keep of it.
        fees: Money,
    },
}

/// What the books hold of one payment, read under the lock of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Which payment.
    pub payment: PaymentId,
    /// Whose.
    pub customer: CustomerId,
    /// What for. Tips are nobody's revenue.
    pub purpose: Purpose,
    /// What lies on deposit for it; below nothing if more went back than lay there.
    pub on_deposit: Money,
    /// What was earned with it so far.
    pub earned: Money,
    /// What of it goes back, and is not there yet.
    pub going_back: Money,
    /// How often it was earned, or turned out not to be.
    pub steps: u32,
}

/// The journals that bring what was earned with the payments of a visit to where it must be.
///
/// # Errors
/// [`MoneyError`] if the amounts are of several currencies.
pub fn earn_all(
    holdings: &[Holding],
    rendering: Rendering,
    at: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Vec<Journal>, MoneyError> {
    let mut journals = Vec::new();
    let mut most = match rendering {
        Rendering::ToCome | Rendering::Finished => None,
        Rendering::Lost { fees } => {
            let mut earned = holdings.iter().map(|holding| holding.earned);
            Some(earned.try_fold(fees, Money::checked_sub)?)
        }
    };
    for holding in holdings {
        let mut more = holding.more(rendering)?;
        if let Some(left) = most.as_mut()
            && more.is_positive()
        {
            more = more.min(*left).max(Money::zero(more.currency()));
            *left = left.checked_sub(more)?;
        }
        journals.extend(holding.post(more, at, ids)?);
    }
    Ok(journals)
}

impl Holding {
    /// What is to be earned with it beyond what was; below nothing if less is earned than was thought.
    fn more(&self, rendering: Rendering) -> Result<Money, MoneyError> {
        let nothing = Money::zero(self.on_deposit.currency());
        match rendering {
            // What is on its way back is not earned meanwhile.
            Rendering::Finished | Rendering::Lost { .. } if self.on_deposit.is_positive() => {
                Ok(self.on_deposit.checked_sub(self.going_back)?.max(nothing))
            }
            Rendering::Finished | Rendering::Lost { .. } => Ok(self.on_deposit),
            Rendering::ToCome => nothing.checked_sub(self.earned),
        }
    }

    /// The journal of so much more; `None` of nothing.
    fn post(
        &self,
        more: Money,
        at: OffsetDateTime,
        ids: &dyn IdSource,
    ) -> Result<Option<Journal>, MoneyError> {
        let nothing = Money::zero(more.currency());
        if more.is_zero() {
            return Ok(None);
        }
        let deposit = Place::deposit(self.customer, self.payment);
        let revenue = Place::revenue(self.customer, self.payment);
        let transfer = if more.is_positive() {
            Transfer {
                debit: deposit,
                credit: revenue,
                amount: more,
            }
        } else {
            Transfer {
                debit: revenue,
                credit: deposit,
                amount: nothing.checked_sub(more)?,
            }
        };
        let cause = Cause::Earned {
            payment: self.payment,
            step: self.steps,
        };
        Journal::post(ids.fresh(), cause, self.payment, at, &[transfer]).map(Some)
    }
}

#[cfg(test)]
mod tests;
