//! What a moved refund means for the books and for everybody who waits for news.

use ratiba_kernel::{IdSource, Money, MoneyError};
use time::OffsetDateTime;

use crate::event::{PaymentEvent, RefundAbout};
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::ports::{RefundChange, RefundFacts};
use crate::refund::{Refund, RefundMoved, RefundNews, RefundWay};

/// The change that records `moved`, with the event and the journal that it causes.
pub(super) fn booked(
    facts: &RefundFacts,
    moved: RefundMoved,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<RefundChange, MoneyError> {
    let RefundMoved { refund, news } = moved;
    let terms = refund.terms();
    let (way, amount) = (terms.way, terms.amount);
    let about = RefundAbout {
        refund: terms.id,
        payment: terms.payment,
        visit: terms.visit,
        customer: terms.customer,
    };
    let journal = match news {
        Some(RefundNews::Done) => Some(journal(facts, &refund, now, ids)?),
        Some(RefundNews::Rejected | RefundNews::InReview(_)) | None => None,
    };
    let event = news.map(|news| match news {
        RefundNews::Done => PaymentEvent::RefundDone { about, way, amount },
        RefundNews::Rejected => PaymentEvent::RefundRejected { about, amount },
        RefundNews::InReview(why) => PaymentEvent::RefundInReview { about, why },
    });
    let mut change = RefundChange::of(refund, now);
    change.journal = journal;
    change.events.extend(event);
    Ok(change)
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
        RefundWay::Cash => Place::plain(Account::CashDrawer),
        RefundWay::Credit => Place::credit(terms.customer),
        // Whoever paid it out has to be paid back; nobody here knows from where.
        RefundWay::Outside => Place::plain(Account::Suspense),
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
