//! What a moved refund means for the books and for everybody who waits for news.

use ratiba_kernel::{IdSource, Money, MoneyError};
use time::OffsetDateTime;

use super::card_refunds::won_back;
use crate::event::{PaymentEvent, RefundAbout};
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::payment::Payment;
use crate::ports::{RefundChange, RefundFacts};
use crate::refund::{Refund, RefundDoubt, RefundMoved, RefundNews, RefundWay, given_beyond};

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
    if news == Some(RefundNews::InReview(RefundDoubt::DoneAfterAll)) {
        let back = uncredit(facts, &refund, now, ids)?;
        refund = refund.with_given_twice(back.twice);
        uncredited = back.payment;
        journals.extend(back.journal);
    }
    let terms = refund.terms();
    let (way, amount, about) = (terms.way, terms.amount, about(&refund));
    match news {
        Some(RefundNews::Done) => journals.push(journal(facts, &refund, now, ids)?),
        Some(RefundNews::Rejected) if way == RefundWay::Chargeback => {
            journals.push(won_back(&refund, now, ids)?);
        }
        Some(RefundNews::Rejected | RefundNews::Cancelled | RefundNews::InReview(_)) | None => {}
    }
    // Of a chargeback the attempt tells; what becomes of it a person decides, who knows.
    let news = news.filter(|_| way != RefundWay::Chargeback);
    let given_twice = refund.progress().given_twice;
    let event = news.map(|news| match news {
        RefundNews::Done => PaymentEvent::RefundDone { about, way, amount },
        RefundNews::Rejected => PaymentEvent::RefundRejected { about, amount },
        RefundNews::Cancelled => PaymentEvent::RefundCancelled { about, amount },
        RefundNews::InReview(why) => PaymentEvent::RefundInReview {
            about,
            why,
            given_twice,
        },
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
struct TakenBack {
    /// The payment with what it has again; nothing if all of the credit is spent.
    payment: Option<Payment>,
    journal: Option<Journal>,
    /// What the customer has twice.
    twice: Option<Money>,
}

/// What became credit although it went back, and is not spent, is the payment's again; the rest the customer has twice.
fn uncredit(
    facts: &RefundFacts,
    refund: &Refund,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<TakenBack, MoneyError> {
    let payment = &facts.record.payment;
    let others = facts.refunds.iter().filter(|other| other.id() != refund.id());
    let refunds: Vec<Refund> = others.chain([refund]).cloned().collect();
    let beyond = given_beyond(payment, &refunds)?.min(refund.terms().amount);
    let most = beyond.min(facts.credit);
    let Some((changed, taken)) = payment.clone().take_credit_back(most, now)? else {
        return Ok(TakenBack {
            payment: None,
            journal: None,
            twice: Some(beyond).filter(|beyond| beyond.is_positive()),
        });
    };
    let transfer = Transfer {
        debit: Place::credit(payment.customer()),
        credit: Place::deposit(payment.customer(), payment.id()),
        amount: taken,
    };
    let cause = Cause::Uncredited {
        refund: refund.id(),
        version: payment.version(),
    };
    let journal = Journal::post(ids.fresh(), cause, payment.id(), now, &[transfer])?;
    let twice = beyond.checked_sub(taken)?;
    Ok(TakenBack {
        payment: Some(changed),
        journal: Some(journal),
        twice: Some(twice).filter(|twice| twice.is_positive()),
    })
}

/// What is still the customer's deposit for the payment is given back out of it; what was earned meanwhile is a refund,
/// which lowers what the business has earned.
fn journal(
    facts: &RefundFacts,
    refund: &Refund,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Journal, MoneyError> {
    let terms = refund.terms();
    let nothing = Money::zero(terms.amount.currency());
    let of_deposit = facts.on_deposit.max(nothing).min(terms.amount);
    let of_earned = terms.amount.checked_sub(of_deposit)?;
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
            debit: Place::deposit(terms.customer, terms.payment),
            credit: goes_to,
            amount: of_deposit,
        },
        Transfer {
            debit: Place::plain(Account::Refunds),
            credit: goes_to,
            amount: of_earned,
        },
    ];
    let cause = Cause::Refunded(terms.id);
    Journal::post(ids.fresh(), cause, terms.payment, now, &transfers)
}
