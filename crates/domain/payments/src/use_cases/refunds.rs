//! What a moved refund means for the books and for everybody who waits for news.

use ratiba_kernel::{IdSource, Money, MoneyError};
use time::OffsetDateTime;

use super::card_refunds::won_back;
use crate::event::{PaymentEvent, RefundAbout};
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::payment::{Payment, Purpose};
use crate::ports::{RefundChange, RefundFacts};
use crate::refund::{
    Refund, RefundMoved, RefundNews, RefundSource, RefundState, RefundWay, given_as_credit, given_beyond,
};

/// The change that records `moved`, with the event and the journals that it causes. Of money that went back after all,
/// the credit that was given instead is taken back as far as it is not spent.
pub(super) fn booked(
    facts: &RefundFacts,
    moved: RefundMoved,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<RefundChange, MoneyError> {
    let RefundMoved { mut refund, news } = moved;
    let mut uncredited = None;
    let mut journals = Vec::new();
    // It counts again: what was given instead must not be there as well.
    let given_up = facts.refund(refund.id()).is_some_and(|before| !before.counts());
    if given_up && refund.counts() {
        let taken = match refund.terms().source {
            RefundSource::Payment => uncredit(facts, &refund, now, ids)?,
            RefundSource::Credit => set_aside_again(facts, &refund, now, ids)?,
        };
        refund = refund
            .with_given_twice(taken.twice)
            .with_taken_of_credit(taken.of_refunds);
        uncredited = taken.payment;
        journals.extend(taken.journal);
    }
    let terms = refund.terms();
    let (way, amount, about) = (terms.way, terms.amount, about(&refund));
    match news {
        Some(RefundNews::Done) => journals.extend(journal(facts, &refund, now, ids)?),
        Some(RefundNews::Rejected) if way == RefundWay::Chargeback => {
            journals.push(won_back(&refund, now, ids)?);
            journals.extend(set_free(facts, &refund, now, ids)?);
        }
        Some(RefundNews::Rejected | RefundNews::Cancelled) => {
            journals.extend(set_free(facts, &refund, now, ids)?);
        }
        Some(RefundNews::InReview(_)) | None => {}
    }
    let given_twice = refund.progress().given_twice;
    let event = news.and_then(|news| match news {
        // Also of a chargeback: a tip is taken from those who got it, and what a visit earned is looked at again.
        RefundNews::Done => Some(PaymentEvent::RefundDone { about, way, amount }),
        RefundNews::Rejected => Some(PaymentEvent::RefundRejected { about, amount }),
        // That a chargeback needs a person, the attempt tells.
        RefundNews::Cancelled | RefundNews::InReview(_) if way == RefundWay::Chargeback => None,
        RefundNews::Cancelled => Some(PaymentEvent::RefundCancelled { about, amount }),
        RefundNews::InReview(why) => Some(PaymentEvent::RefundInReview {
            about,
            why,
            given_twice,
        }),
    });
    let mut change = RefundChange::of(refund, now);
    change.uncredited = uncredited;
    change.journals = journals;
    change.events.extend(event);
    Ok(change)
}

/// Whom news of a refund are about.
pub(super) const fn about(refund: &Refund) -> RefundAbout {
    let terms = refund.terms();
    RefundAbout {
        refund: terms.id,
        payment: terms.payment,
        visit: terms.visit,
        customer: terms.customer,
    }
}

/// What became of credit that was given for money that went back after all.
pub(super) struct TakenBack {
    /// The payment with what it has again; nothing if all of the credit is spent.
    pub(super) payment: Option<Payment>,
    /// The journal of that, if anything is taken back.
    pub(super) journal: Option<Journal>,
    /// What of the credit that refunds gave is taken back; it lies in suspense until the end of the refund is known.
    pub(super) of_refunds: Option<Money>,
    /// What the customer has twice.
    pub(super) twice: Option<Money>,
}

/// What became credit although it went back, and is not spent, is taken back: what the payment gave is the payment's again,
/// and what refunds gave is set aside. The rest the customer has twice.
pub(super) fn uncredit(
    facts: &RefundFacts,
    refund: &Refund,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<TakenBack, MoneyError> {
    let payment = &facts.record.payment;
    let others = facts.refunds.iter().filter(|other| other.id() != refund.id());
    let refunds: Vec<Refund> = others.chain([refund]).cloned().collect();
    let beyond = given_beyond(payment, &refunds)?.min(refund.terms().amount);
    let nothing = Money::zero(beyond.currency());
    let most = beyond.min(facts.credit);
    let (changed, taken) = match payment.clone().take_credit_back(most, now)? {
        Some((changed, taken)) => (Some(changed), taken),
        None => (None, nothing),
    };
    let of_refunds = most
        .checked_sub(taken)?
        .min(given_as_credit(payment, &refunds)?)
        .max(nothing);
    let theirs = Place::credit(payment.customer());
    let transfers = [
        Transfer {
            debit: theirs,
            credit: Place::deposit(payment.customer(), payment.id()),
            amount: taken,
        },
        Transfer {
            debit: theirs,
            credit: Place::plain(Account::Suspense),
            amount: of_refunds,
        },
    ];
    let cause = Cause::Uncredited {
        refund: refund.id(),
        version: payment.version(),
    };
    let journal = Journal::post(ids.fresh(), cause, payment.id(), now, &transfers)?;
    let twice = beyond.checked_sub(taken)?.checked_sub(of_refunds)?;
    Ok(TakenBack {
        payment: changed,
        journal: Some(journal).filter(|journal| !journal.entries().is_empty()),
        of_refunds: some(of_refunds),
        twice: some(twice),
    })
}

fn some(amount: Money) -> Option<Money> {
    Some(amount).filter(|amount| amount.is_positive())
}

/// What was set aside for the refund, and set free when it seemed not to happen, is set aside again as far as it is not
/// spent.
fn set_aside_again(
    facts: &RefundFacts,
    refund: &Refund,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<TakenBack, MoneyError> {
    let amount = refund.terms().amount;
    let nothing = Money::zero(amount.currency());
    let taken = facts.credit.max(nothing).min(amount);
    let cause = Cause::Uncredited {
        refund: refund.id(),
        version: facts.record.payment.version(),
    };
    let transfer = Transfer {
        debit: Place::credit(refund.terms().customer),
        credit: Place::plain(Account::Suspense),
        amount: taken,
    };
    let journal = Journal::post(ids.fresh(), cause, refund.terms().payment, now, &[transfer])?;
    Ok(TakenBack {
        payment: None,
        journal: Some(journal).filter(|journal| !journal.entries().is_empty()),
        of_refunds: None,
        twice: some(amount.checked_sub(taken)?),
    })
}

/// What is set aside for a refund that takes credit: all of it but what the customer has twice.
fn set_aside(facts: &RefundFacts, refund: &Refund) -> Result<Money, MoneyError> {
    let amount = refund.terms().amount;
    let before = facts.refund(refund.id());
    match before.and_then(|before| before.progress().given_twice) {
        Some(twice) => amount.checked_sub(twice),
        None => Ok(amount),
    }
}

/// What was set aside for a refund that does not happen, or taken back for it of the credit that others gave, is the
/// customer's credit again.
fn set_free(
    facts: &RefundFacts,
    refund: &Refund,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Option<Journal>, MoneyError> {
    let before = facts.refund(refund.id());
    let amount = match refund.terms().source {
        RefundSource::Payment => before.and_then(|before| before.progress().taken_of_credit),
        RefundSource::Credit => Some(set_aside(facts, refund)?),
    };
    let Some(amount) = amount else { return Ok(None) };
    let cause = Cause::SetFree {
        refund: refund.id(),
        version: facts.record.payment.version(),
    };
    let transfer = Transfer {
        debit: Place::plain(Account::Suspense),
        credit: Place::credit(refund.terms().customer),
        amount,
    };
    let journal = Journal::post(ids.fresh(), cause, refund.terms().payment, now, &[transfer])?;
    Ok(Some(journal).filter(|journal| !journal.entries().is_empty()))
}

/// What of a tip did not go back before by another refund.
fn left_of_tip(facts: &RefundFacts, refund: &Refund) -> Result<Money, MoneyError> {
    let paid = facts.record.payment.paid();
    let mut left = paid;
    for other in facts.refunds.iter().filter(|other| other.id() != refund.id()) {
        match other.state() {
            RefundState::Done { .. } if other.takes_of_payment() => {
                left = left.checked_sub(other.terms().amount)?;
            }
            RefundState::Done { .. }
            | RefundState::Requested
            | RefundState::Sent
            | RefundState::Unknown
            | RefundState::InReview { .. }
            | RefundState::Rejected { .. }
            | RefundState::Cancelled => {}
        }
    }
    Ok(left.max(Money::zero(paid.currency())))
}

/// What is still the customer's deposit for the payment, or is set aside, is given back out of it; what was earned
/// meanwhile, or the customer has twice, is a refund, which lowers what the business has earned. Nothing if all of a
/// chargeback was covered by credit that is set aside.
fn journal(
    facts: &RefundFacts,
    refund: &Refund,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Option<Journal>, MoneyError> {
    let terms = refund.terms();
    let nothing = Money::zero(terms.amount.currency());
    let (held, most) = match (terms.source, facts.record.payment.purpose()) {
        // Whoever got a share of it gives it back in proportion, and no more than they got.
        (RefundSource::Payment, Purpose::Tip) => (Place::tip(terms.payment), left_of_tip(facts, refund)?),
        (RefundSource::Payment, Purpose::Deposit | Purpose::Full | Purpose::Balance) => (
            Place::deposit(terms.customer, terms.payment),
            facts.on_deposit.max(nothing),
        ),
        (RefundSource::Credit, _) => (Place::plain(Account::Suspense), set_aside(facts, refund)?),
    };
    let of_credit = refund.progress().taken_of_credit.unwrap_or(nothing);
    let rest = terms.amount.checked_sub(of_credit)?;
    let of_held = most.min(rest);
    let of_earned = rest.checked_sub(of_held)?;
    let goes_to = match terms.way {
        RefundWay::MpesaReversal => Place::plain(Account::MpesaClearing),
        RefundWay::Card => Place::plain(Account::CardClearing),
        RefundWay::Cash => Place::plain(Account::CashDrawer),
        RefundWay::Credit => Place::credit(terms.customer),
        // Whoever paid it out has to be paid back; nobody here knows from where.
        RefundWay::Outside => Place::plain(Account::Suspense),
        // There it has been since the card's owner took it.
        RefundWay::Chargeback => Place::plain(Account::Suspense),
    };
    let transfers = [
        Transfer {
            debit: held,
            credit: goes_to,
            amount: of_held,
        },
        Transfer {
            debit: Place::plain(Account::Refunds),
            credit: goes_to,
            amount: of_earned,
        },
        Transfer {
            debit: Place::plain(Account::Suspense),
            credit: goes_to,
            amount: of_credit,
        },
    ];
    let cause = Cause::Refunded(terms.id);
    let journal = Journal::post(ids.fresh(), cause, terms.payment, now, &transfers)?;
    Ok(Some(journal).filter(|journal| !journal.entries().is_empty()))
}
