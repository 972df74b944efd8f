//! Tips: paid for themselves, apart from everything that is paid for a visit, and owed to those who rendered it. Pure.
//!
//! What comes for a tip lies on its own place until it is shared out; the rule is that nothing stays there. So a tip that
//! is given back is taken from everybody in the proportion in which they got it.

use std::collections::BTreeSet;

use ratiba_kernel::{IdSource, Money, MoneyError};
use time::OffsetDateTime;

use crate::attempt::Attempt;
use crate::ledger::{Cause, Journal, Place, Transfer};
use crate::payment::{Payment, PaymentId, PaymentRecord};
use crate::{AppointmentId, StaffId};

/// What somebody gets of a tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TipShare {
    /// Who.
    pub staff: StaffId,
    /// How much; above nothing.
    pub amount: Money,
}

/// One of those who render a part of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renderer {
    /// Who.
    pub staff: StaffId,
    /// Their share of that part against those of the others.
    pub weight: u32,
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

impl Tip {
    /// How much it is: all shares together.
    ///
    /// # Errors
    /// [`MoneyError`] if nobody gets anything of it, or the sum is beyond all measure.
    pub fn amount(&self) -> Result<Money, MoneyError> {
        let first = self.shares.first().ok_or(MoneyError::NothingToSplitBy)?;
        Money::sum(
            first.amount.currency(),
            self.shares.iter().map(|share| share.amount),
        )
    }

    /// The same for another amount, which everybody gets in the proportion of before; `None` if it is nothing.
    ///
    /// # Errors
    /// [`MoneyError`] if nobody gets anything of it.
    pub fn of_amount(self, amount: Money) -> Result<Option<Self>, MoneyError> {
        if !amount.is_positive() {
            return Ok(None);
        }
        let parts = amount.split(&self.weights())?;
        let shares = self.shares.iter().zip(parts).map(|(share, amount)| TipShare {
            staff: share.staff,
            amount,
        });
        let shares = shares.filter(|share| share.amount.is_positive()).collect();
        Ok(Some(Self { shares, ..self }))
    }

    fn weights(&self) -> Vec<u64> {
        let minors = self.shares.iter().map(|share| share.amount.amount_minor());
        minors.map(|minor| u64::try_from(minor).unwrap_or(0)).collect()
    }
}

/// A tip with what was tried to collect it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipRecord {
    /// The tip.
    pub tip: Tip,
    /// Its payment.
    pub record: PaymentRecord,
    /// The attempt at the visit's own payment that took it along; `None` where it has attempts of its own.
    pub along: Option<Attempt>,
}

/// A tip that came along with what a visit is paid, as it is recorded with that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipCame {
    /// The tip.
    pub tip: Tip,
    /// Its payment, which is settled from its beginning.
    pub payment: Payment,
}

/// The most people among whom one tip is divided.
pub const SHARES_MAX: usize = 20;

/// Why a tip is not divided as somebody said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SharesRefused {
    /// There is nobody to get it.
    #[error("nobody renders that part of the visit")]
    NobodyRenders,
    /// Nobody is named, or too many are.
    #[error("a tip has 1 to {} shares", SHARES_MAX)]
    Count,
    /// Somebody is named who does not render that part of the visit.
    #[error("not one of those who render that part of the visit")]
    NotOfTheTeam(StaffId),
    /// Somebody is named twice.
    #[error("somebody is named twice")]
    Twice(StaffId),
    /// A share is nothing, or less.
    #[error("a share is not above zero")]
    NotPositive(StaffId),
    /// All shares together are another amount than the tip.
    #[error("the shares are another amount than the tip")]
    SumDiffers {
        /// What they are together.
        sum: Money,
    },
    /// The shares and the tip are of several currencies, or beyond all measure.
    #[error("the shares cannot be added up")]
    Amount(#[from] MoneyError),
}

/// Divides a tip among a team: as somebody said, if anybody did, else by the shares of the team.
///
/// # Errors
/// [`SharesRefused`] if what was said does not fit the team or the amount.
pub fn shared(
    amount: Money,
    team: &[Renderer],
    entered: Option<&[TipShare]>,
) -> Result<Vec<TipShare>, SharesRefused> {
    if team.is_empty() {
        return Err(SharesRefused::NobodyRenders);
    }
    let Some(entered) = entered else {
        return Ok(divided(amount, team)?);
    };
    if entered.is_empty() || entered.len() > SHARES_MAX {
        return Err(SharesRefused::Count);
    }
    let mut named = BTreeSet::new();
    for share in entered {
        if team.iter().all(|renderer| renderer.staff != share.staff) {
            return Err(SharesRefused::NotOfTheTeam(share.staff));
        }
        if !named.insert(share.staff) {
            return Err(SharesRefused::Twice(share.staff));
        }
        if !share.amount.is_positive() {
            return Err(SharesRefused::NotPositive(share.staff));
        }
    }
    let sum = Money::sum(amount.currency(), entered.iter().map(|share| share.amount))?;
    if sum == amount {
        Ok(entered.to_vec())
    } else {
        Err(SharesRefused::SumDiffers { sum })
    }
}

/// What of an order tells its shares from others; nothing where nobody entered any.
pub(crate) fn shares_text(entered: Option<&[TipShare]>) -> String {
    let shares = entered.unwrap_or_default().iter();
    shares
        .map(|share| format!("|{} {}", share.staff, share.amount.amount_minor()))
        .collect()
}

/// Divides a tip among a team by its shares; what cannot be divided goes to the largest remainders, of equal ones to the
/// earlier. Who would get nothing is left out.
///
/// # Errors
/// [`MoneyError`] if nobody has a share.
pub fn divided(amount: Money, team: &[Renderer]) -> Result<Vec<TipShare>, MoneyError> {
    let weights: Vec<u64> = team.iter().map(|renderer| u64::from(renderer.weight)).collect();
    let shares = team.iter().zip(amount.split(&weights)?);
    let shares = shares.map(|(renderer, amount)| TipShare {
        staff: renderer.staff,
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
        let weights = self.tip.weights();
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
