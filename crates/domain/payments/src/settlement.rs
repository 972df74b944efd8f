//! What a moved attempt means for its payment, for the books and for everybody who waits for news. Pure.

use ratiba_kernel::{IdSource, Money, MoneyError};
use time::OffsetDateTime;

use crate::attempt::{Attempt, Moved, News, StateName};
use crate::event::{About, PaymentEvent};
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::payment::{Payment, PaymentState, Purpose};
use crate::ports::Change;

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

/// Money came in: it is booked in full, and what is more than was owed becomes the customer's credit.
fn book(
    payment: Payment,
    attempt: Attempt,
    reopened: Option<StateName>,
    at: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Change, MoneyError> {
    let about = about(&payment, &attempt);
    let before = payment.state();
    let (payment, received) = payment.receive(attempt.terms().amount, at)?;
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
    let journal = Journal::post(
        ids.fresh(),
        Cause::Received(about.attempt),
        about.payment,
        at,
        &[towards_visit, towards_credit],
    )?;
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
    let mut change = Change::of_attempt(payment, attempt);
    change.at = at;
    change.journals.push(journal);
    change.events.extend(settled);
    change.events.extend(part);
    change.events.extend(overpaid);
    Ok(change)
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
