//! Tips: paid for themselves, apart from everything that is paid for a visit, and owed to those who rendered it. Pure.
//!
//! What comes for a tip lies on its own place until it is shared out; the rule is that nothing stays there. So a tip that
//! is given back is taken from everybody in the proportion in which they got it.

use ratiba_kernel::{IdSource, Money, MoneyError};
use time::OffsetDateTime;

use crate::ledger::{Cause, Journal, Place, Transfer};
use crate::payment::{PaymentId, PaymentRecord};
use crate::{AppointmentId, StaffId};

/// What somebody gets of a tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TipShare {
    /// Who.
    pub staff: StaffId,
    /// How much; above nothing.
    pub amount: Money,
}

/// A tip beside its payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Its payment.
    pub payment: PaymentId,
    /// For which part of the visit.
    pub appointment: AppointmentId,
    /// Who gets how much of it.
    pub shares: Vec<TipShare>,
}

/// A tip with what was tried to collect it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipRecord {
    /// The tip.
    pub tip: Tip,
    /// Its payment.
    pub record: PaymentRecord,
}

/// Divides a tip among a team, the same to each; what cannot be divided goes to the first of them. Who would get nothing
/// is left out.
///
/// # Errors
/// [`MoneyError`] without anybody.
pub fn divided(amount: Money, team: &[StaffId]) -> Result<Vec<TipShare>, MoneyError> {
    let parts = amount.split(&vec![1; team.len()])?;
    let shares = team.iter().zip(parts).map(|(staff, amount)| TipShare {
        staff: *staff,
        amount,
    });
    Ok(shares.filter(|share| share.amount.is_positive()).collect())
}

/// What the books hold of a tip, read under the lock of its payment's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipHolding {
    /// The tip.
    pub tip: Tip,
    /// What came for it and is not shared out; below nothing if more went back than lay there.
    pub unshared: Money,
    /// How often it was shared out.
    pub steps: u32,
}

impl TipHolding {
    /// The journal that shares it out; `None` if nothing is to be shared.
    ///
    /// # Errors
    /// [`MoneyError`] if the amounts are beyond all measure.
    pub fn share_out(&self, at: OffsetDateTime, ids: &dyn IdSource) -> Result<Option<Journal>, MoneyError> {
        if self.unshared.is_zero() {
            return Ok(None);
        }
        let nothing = Money::zero(self.unshared.currency());
        let weights = self.tip.shares.iter().map(|share| share.amount.amount_minor());
        let weights: Vec<u64> = weights.map(|minor| u64::try_from(minor).unwrap_or(0)).collect();
        let own = Place::tip(self.tip.payment);
        let mut transfers = Vec::with_capacity(weights.len());
        for (share, part) in self.tip.shares.iter().zip(self.unshared.split(&weights)?) {
            let theirs = Place::tips_of(share.staff);
            transfers.push(if part.is_positive() {
                Transfer {
                    debit: own,
                    credit: theirs,
                    amount: part,
                }
            } else {
                Transfer {
                    debit: theirs,
                    credit: own,
                    amount: nothing.checked_sub(part)?,
                }
            });
        }
        let cause = Cause::TipShared {
            payment: self.tip.payment,
            step: self.steps,
        };
        Journal::post(ids.fresh(), cause, self.tip.payment, at, &transfers).map(Some)
    }
}

#[cfg(test)]
mod tests;
