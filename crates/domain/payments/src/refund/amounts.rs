//! How much of a payment can go back, and which of its money.

use std::collections::BTreeMap;

use ratiba_kernel::{Money, MoneyError};

use super::{Original, Refund, RefundWay};
use crate::attempt::{Attempt, Provider};
use crate::payment::{Payment, PaymentRecord};

/// How much of a payment is with its customer twice: what became credit and what goes, or went, back, beyond what was
/// paid. Nothing or more.
///
/// # Errors
/// [`MoneyError`] if the currencies differ.
pub fn given_beyond(payment: &Payment, refunds: &[Refund]) -> Result<Money, MoneyError> {
    let mut beyond = payment.credited().checked_sub(payment.paid())?;
    for refund in refunds.iter().filter(|refund| refund.takes_of_payment()) {
        beyond = beyond.checked_add(refund.terms().amount)?;
    }
    Ok(beyond.max(Money::zero(payment.currency())))
}

/// How much credit the refunds of a payment gave that was not taken back for others of them. Nothing or more.
///
/// # Errors
/// [`MoneyError`] if the currencies differ.
pub fn given_as_credit(payment: &Payment, refunds: &[Refund]) -> Result<Money, MoneyError> {
    let mut given = Money::zero(payment.currency());
    for refund in refunds.iter().filter(|refund| refund.takes_of_payment()) {
        if refund.terms().way == RefundWay::Credit {
            given = given.checked_add(refund.terms().amount)?;
        }
        if let Some(taken) = refund.progress().taken_of_credit {
            given = given.checked_sub(taken)?;
        }
    }
    Ok(given.max(Money::zero(payment.currency())))
}

/// The refunds that take of their payments, each with what of it stands: credit that was taken back for another refund of
/// the same payment is nobody's any more. One of which nothing stands is left out.
///
/// # Errors
/// [`MoneyError`] if the currencies differ.
pub fn standing(refunds: &[Refund]) -> Result<Vec<(&Refund, Money)>, MoneyError> {
    let counting = || refunds.iter().filter(|refund| refund.takes_of_payment());
    let mut taken = BTreeMap::new();
    for refund in counting() {
        if let Some(of_credit) = refund.progress().taken_of_credit {
            let sum = taken
                .entry(refund.terms().payment)
                .or_insert(Money::zero(of_credit.currency()));
            *sum = sum.checked_add(of_credit)?;
        }
    }
    let mut standing = Vec::new();
    for refund in counting() {
        let terms = refund.terms();
        let mut stands = terms.amount;
        if terms.way == RefundWay::Credit
            && let Some(left) = taken.get_mut(&terms.payment)
        {
            let less = stands.min(*left);
            stands = stands.checked_sub(less)?;
            *left = left.checked_sub(less)?;
        }
        if stands.is_positive() {
            standing.push((refund, stands));
        }
    }
    Ok(standing)
}

/// How much of a payment can still go back: what was paid, less what became credit and what goes, or went, back by the
/// refunds. Never below nothing.
///
/// # Errors
/// [`MoneyError`] if the currencies differ.
pub fn refundable(payment: &Payment, refunds: &[Refund]) -> Result<Money, MoneyError> {
    let mut left = payment.kept()?;
    for refund in refunds.iter().filter(|refund| refund.takes_of_payment()) {
        left = left.checked_sub(refund.terms().amount)?;
    }
    Ok(left.max(Money::zero(payment.currency())))
}

/// The money that a provider can take back for this amount: M-Pesa's, with a receipt, of exactly that amount, and not
/// taken back already. A part of a transaction is not reversed: no two documents agree that it can be; so neither is what
/// came together with a tip.
#[must_use]
pub fn reversible(record: &PaymentRecord, refunds: &[Refund], amount: Money) -> Option<Original> {
    let taken_back = |attempt: &Attempt| {
        let of = |refund: &&Refund| refund.terms().original.as_ref().map(|original| original.attempt);
        refunds
            .iter()
            .filter(|refund| refund.counts())
            .any(|refund| of(&refund) == Some(attempt.id()))
    };
    record.attempts.iter().find_map(|attempt| {
        let terms = attempt.terms();
        let whole = terms.amount == amount && attempt.tip().is_none();
        let fits = terms.provider == Provider::Mpesa && whole && !taken_back(attempt);
        let receipt = attempt.receipt().filter(|_| fits)?;
        Some(Original {
            attempt: attempt.id(),
            receipt: receipt.clone(),
        })
    })
}
