//! What a moved attempt means for its payment, for the books and for everybody who waits for news. Pure.

use ratiba_kernel::{IdSource, Money, MoneyError};
use time::OffsetDateTime;

use crate::attempt::{Attempt, Moved, News, StateName};
use crate::event::{About, PaymentEvent};
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::payment::{Payment, PaymentState, Purpose};
use crate::ports::Change;
use crate::tip::TipCame;

/// The change that records `moved`, with the events and the journal that it causes.
///
/// # Errors
/// [`MoneyError`] if the attempt's currency is not the payment's.
pub fn settle(
    payment: Payment,
    moved: Moved,
    at: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Change, MoneyError> {
    let Moved { attempt, news } = moved;
    if let Some(News::Paid { reopened }) = news {
        return book(payment, attempt, reopened, at, ids);
    }
    let about = about(&payment, &attempt);
    let event = news.and_then(|news| announcement(news, about, attempt.terms().amount));
    let mut change = Change::of_attempt(payment, attempt);
    change.events.extend(event);
    change.at = at;
    Ok(change)
}

/// Whom news of an attempt are about.
pub(crate) fn about(payment: &Payment, attempt: &Attempt) -> About {
    About {
        payment: payment.id(),
        attempt: attempt.id(),
        visit: payment.visit(),
        customer: payment.customer(),
    }
}

/// Money came in: it is booked in full, and what is more than was owed becomes the customer's credit. A tip that came along
/// is a payment of its own from here on; for what was closed or given back nobody is to get one, and it is like the rest.
fn book(
    payment: Payment,
    attempt: Attempt,
    reopened: Option<StateName>,
    at: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Change, MoneyError> {
    let about = about(&payment, &attempt);
    let before = payment.state();
    let attempt = match before {
        PaymentState::Open | PaymentState::Settled => attempt,
        PaymentState::Credited | PaymentState::Cancelled => attempt.without_tip(),
    };
    let (payment, received) = payment.receive(attempt.for_payment()?, at)?;
    let tip = came_along(&payment, &attempt, at)?;
    let clearing = Place::plain(Account::clearing(attempt.terms().provider));
    let towards_visit = Transfer {
        debit: clearing,
        credit: match payment.purpose() {
            Purpose::Deposit | Purpose::Full | Purpose::Balance => {
                Place::deposit(about.customer, about.payment)
            }
            // It is nobody's deposit: it is owed to those who rendered the service.
            Purpose::Tip => Place::tip(about.payment),
        },
        amount: received.applied,
    };
    let towards_credit = Transfer {
        debit: clearing,
        credit: Place::credit(about.customer),
        amount: received.excess,
    };
    let towards_tip = tip.as_ref().map(|came| Transfer {
        debit: clearing,
        credit: Place::tip(came.tip.payment),
        amount: came.payment.paid(),
    });
    let mut transfers = vec![towards_visit, towards_credit];
    transfers.extend(towards_tip);
    let cause = match attempt.progress().taken_back {
        0 => Cause::Received(about.attempt),
        taken_back => Cause::ReceivedAgain {
            attempt: about.attempt,
            taken_back,
        },
    };
    let journal = Journal::post(ids.fresh(), cause, about.payment, at, &transfers)?;
    let settled = before != PaymentState::Settled && payment.state() == PaymentState::Settled;
    let settled = settled.then(|| PaymentEvent::PaymentSettled {
        about,
        purpose: payment.purpose(),
        paid: payment.paid(),
        reopened,
    });
    let part = (payment.state() == PaymentState::Open).then_some(PaymentEvent::PartReceived {
        about,
        amount: received.applied,
    });
    let overpaid = received
        .excess
        .is_positive()
        .then_some(PaymentEvent::PaymentOverpaid {
            about,
            excess: received.excess,
        });
    let tipped = tip.as_ref().map(|came| settled_tip(about, came));
    let mut change = Change::of_attempt(payment, attempt);
    change.at = at;
    change.tip = tip;
    change.journals.push(journal);
    change.events.extend(settled);
    change.events.extend(part);
    change.events.extend(overpaid);
    change.events.extend(tipped);
    Ok(change)
}

/// The news of a tip that came along with what `about` tells of.
fn settled_tip(about: About, came: &TipCame) -> PaymentEvent {
    PaymentEvent::PaymentSettled {
        about: About {
            payment: came.tip.payment,
            ..about
        },
        purpose: Purpose::Tip,
        paid: came.payment.paid(),
        reopened: None,
    }
}

/// The tip that came along with an attempt's money, and its payment, which nobody could have paid before.
fn came_along(
    payment: &Payment,
    attempt: &Attempt,
    at: OffsetDateTime,
) -> Result<Option<TipCame>, MoneyError> {
    let Some(tip) = attempt.tip().cloned() else {
        return Ok(None);
    };
    let amount = tip.amount()?;
    let (visit, customer) = (payment.visit(), payment.customer());
    let owed = Payment::owe(tip.payment, visit, customer, Purpose::Tip, amount, at);
    let (payment, _all_of_it) = owed.receive(amount, at)?;
    Ok(Some(TipCame { tip, payment }))
}

fn announcement(news: News, about: About, amount: Money) -> Option<PaymentEvent> {
    match news {
        News::PromptOut => Some(PaymentEvent::PromptSent { about, amount }),
        News::ReceiptKnown => Some(PaymentEvent::ReceiptKnown { about }),
        News::Failed(reason) => Some(PaymentEvent::AttemptFailed {
            about,
            reason,
            next_step: reason.next_step(),
        }),
        News::Unknown => Some(PaymentEvent::AttemptUnknown { about }),
        News::InReview(why) => Some(PaymentEvent::AttemptInReview { about, why }),
        News::Disputed(why) => Some(PaymentEvent::AttemptDisputed { about, why }),
        News::Cancelled => Some(PaymentEvent::AttemptCancelled { about }),
        News::Paid { .. } => None,
    }
}

#[cfg(test)]
mod tests;
