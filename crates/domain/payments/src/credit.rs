//! A customer's credit: what they may spend on any visit. It is derived from the books each time; what is kept beside
//! them is only who spent how much of it on what, so that an order that comes twice is one.

use ratiba_kernel::{Fingerprint, Id, Money, MoneyError};
use time::OffsetDateTime;

use crate::actor::Actor;
use crate::payment::PaymentId;
use crate::reference::RequestKey;
use crate::{CustomerId, VisitId};

/// The identity of a spend.
pub type SpendId = Id<Spend>;

/// Credit that went to a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spend {
    /// Which spend.
    pub id: SpendId,
    /// Whose credit.
    pub customer: CustomerId,
    /// The visit.
    pub visit: VisitId,
    /// The payment of that visit that it went to.
    pub payment: PaymentId,
    /// How much; above nothing.
    pub amount: Money,
    /// The order that it answers; unique within the tenant.
    pub key: RequestKey,
    /// What was ordered under that key.
    pub fingerprint: Fingerprint,
    /// Who ordered it, such as `token:…`.
    pub by: Actor,
    /// When.
    pub at: OffsetDateTime,
}

/// How much of a credit goes to what is outstanding: all that is owed if it covers that, else so much that the rest can
/// be collected, which M-Pesa does in whole units only. Nothing or more.
///
/// # Errors
/// [`MoneyError`] if the currencies differ, or the amounts are beyond all measure.
pub fn share_of_credit(credit: Money, outstanding: Money) -> Result<Money, MoneyError> {
    let rest = outstanding.checked_sub(credit)?;
    if !rest.is_positive() {
        return Ok(outstanding);
    }
    let left = outstanding.checked_sub(rest.round_up_to_whole_units()?)?;
    Ok(left.max(Money::zero(credit.currency())))
}

#[cfg(test)]
mod tests;
