//! Taking back that a letter's money is for a payment. Pure.

use ratiba_kernel::{IdSource, Money, MoneyError};
use time::OffsetDateTime;

use super::DeadLetter;
use crate::attempt::{Attempt, News, Unmatched};
use crate::event::PaymentEvent;
use crate::ledger::{Cause, Entry, Journal, Place, Transfer};
use crate::payment::{PaymentRecord, Purpose};
use crate::ports::Change;
use crate::settlement::about;

/// A letter that was matched, and what was made of its money since; seen under the locks of the visit and of the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// The letter.
    pub letter: DeadLetter,
    /// The payment that it was matched to.
    pub record: PaymentRecord,
    /// What the attempt with the letter's number has in the books, by place; none of nothing.
    pub posted: Vec<Entry>,
    /// What the customer may spend.
    pub credit: Money,
    /// Whether some of the payment went back, or is going.
    pub refunded: bool,
    /// Whether some of it is earned.
    pub earned: bool,
    /// Whether a line of the provider's statement was taken for the attempt, or a person said that there is none.
    pub stated: bool,
    /// Whether the visit was asked for the money anew: there is another open payment for the same.
    pub asked_anew: bool,
}

/// What was built on money, so that it cannot be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltOn {
    /// The visit is over, and what was paid became the customer's credit.
    Credited,
    /// What was more than owed became the customer's credit, which is spent.
    CreditSpent,
    /// Some of it went back, or is going.
    Refunded,
    /// Some of it is earned: the service was rendered.
    Earned,
    /// A tip came along with it, or it is one.
    Tip,
    /// A statement names it, or a person said that none does.
    Stated,
    /// The visit was asked for the same anew.
    AskedAnew,
}

impl BuiltOn {
    /// The word for it on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credited => "credited",
            Self::CreditSpent => "credit_spent",
            Self::Refunded => "refunded",
            Self::Earned => "earned",
            Self::Tip => "tip",
            Self::Stated => "statement",
            Self::AskedAnew => "asked_anew",
        }
    }
}

/// What takes a match back: the attempt loses what the match had brought to it, the payment what had gone towards it, and the
/// books get a counter-entry. Where the match had found the money booked already, nothing but the letter changes. The inner
/// refusal says what was built on the money.
///
/// # Errors
/// [`MoneyError`] only if the amounts are beyond all measure.
pub fn unmatch(
    matched: &Matched,
    at: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Result<Change, BuiltOn>, MoneyError> {
    let payment = matched.record.payment.clone();
    let mut own = matched.record.attempts.iter();
    let holder = own
        .find(|attempt| attempt.receipt().is_some() && attempt.receipt() == matched.letter.receipt.as_ref());
    let unmatched = match (holder.cloned(), &matched.letter.handled) {
        (Some(holder), Some(handled)) => holder.unmatch(handled, at),
        (None | Some(_), None | Some(_)) => Unmatched::Nothing,
    };
    let (attempt, news) = match unmatched {
        Unmatched::Nothing => return Ok(Ok(Change::of_payment(payment, at))),
        Unmatched::Number(_) if matched.stated => return Ok(Err(BuiltOn::Stated)),
        Unmatched::Number(attempt) => {
            let mut change = Change::of_attempt(payment, attempt);
            change.at = at;
            return Ok(Ok(change));
        }
        Unmatched::Money { attempt, news } => (attempt, news),
    };
    let lies = |place: Place| {
        let own = matched.posted.iter().filter(|entry| entry.place == place);
        let sum = Money::sum(payment.currency(), own.map(|entry| entry.amount))?;
        Money::zero(payment.currency()).checked_sub(sum)
    };
    let (applied, excess) = (
        lies(Place::deposit(payment.customer(), payment.id()))?,
        lies(Place::credit(payment.customer()))?,
    );
    if let Some(built) = built_on(matched, &attempt, excess)? {
        return Ok(Err(built));
    }
    let about = about(&payment, &attempt);
    let journal = counter(matched, &attempt, at, ids)?;
    let mut change = Change::of_attempt(payment.unreceive(applied, at)?, attempt);
    change.at = at;
    change.journals.push(journal);
    if let Some(News::InReview(why)) = news {
        change.events.push(PaymentEvent::AttemptInReview { about, why });
    }
    Ok(Ok(change))
}

/// What was built on the money of an attempt, of which so much was more than owed.
fn built_on(matched: &Matched, attempt: &Attempt, excess: Money) -> Result<Option<BuiltOn>, MoneyError> {
    let payment = &matched.record.payment;
    let short = excess.is_positive() && matched.credit.checked_sub(excess)?.amount_minor() < 0;
    let found = [
        (
            payment.purpose() == Purpose::Tip || attempt.tip().is_some(),
            BuiltOn::Tip,
        ),
        (matched.refunded, BuiltOn::Refunded),
        (payment.credited().is_positive(), BuiltOn::Credited),
        (short, BuiltOn::CreditSpent),
        (matched.earned, BuiltOn::Earned),
        (matched.stated, BuiltOn::Stated),
        (matched.asked_anew, BuiltOn::AskedAnew),
    ];
    Ok(found.into_iter().find(|(is, _)| *is).map(|(_, built)| built))
}

/// All that the attempt has in the books, the other way round.
fn counter(
    matched: &Matched,
    attempt: &Attempt,
    at: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Journal, MoneyError> {
    let payment = &matched.record.payment;
    let clearing = Place::plain(crate::ledger::Account::clearing(attempt.terms().provider));
    let nothing = Money::zero(payment.currency());
    let mut transfers = Vec::new();
    for entry in matched.posted.iter().filter(|entry| entry.place != clearing) {
        transfers.push(Transfer {
            debit: entry.place,
            credit: clearing,
            amount: nothing.checked_sub(entry.amount)?,
        });
    }
    let cause = Cause::Unmatched {
        attempt: attempt.id(),
        taken_back: attempt.progress().taken_back,
    };
    Journal::post(ids.fresh(), cause, payment.id(), at, &transfers)
}
