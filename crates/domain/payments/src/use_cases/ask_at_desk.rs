//! What the desk decides alike, whichever way it asks for money.

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, PhoneNumber, TenantId};
use time::OffsetDateTime;

use super::asking::{Means, Ring, Wish, ask, attempts_of, describe, open_for, payment_for, under_key};
use super::{DECISIONS_MAX, PaymentAsked, RequestPaymentError, TipAlong};
use crate::VisitId;
use crate::actor::Actor;
use crate::attempt::{AttemptId, Provider};
use crate::payment::{NotNow, PaymentRecord, Purpose, nothing_out};
use crate::ports::{HouseCurrency, Owed, Owing, PaymentBook, RecordError, VisitSeen};
use crate::reference::RequestKey;
use crate::tip::Tip;

/// Money as the desk asks for it.
pub(super) struct DeskOrder {
    pub(super) key: RequestKey,
    pub(super) visit: VisitId,
    pub(super) means: Means,
    /// Whom to ask, if somebody was named.
    pub(super) number: Option<PhoneNumber>,
    /// How much, if not all that is owed.
    pub(super) amount: Option<Money>,
    pub(super) by: Actor,
    /// Tells the order from others under the same key.
    pub(super) ordered: Fingerprint,
    /// A tip that is asked for along with it. It is divided after the key was looked for: who rendered its part may be
    /// others by the time at which the order is repeated.
    pub(super) tip: Option<TipAlong>,
}

impl DeskOrder {
    /// The tip as this attempt would take it along, and what is asked with it for so much of the visit.
    fn tipped(&self, amount: Money, ids: &dyn IdSource) -> Result<(Option<Tip>, Money), RequestPaymentError> {
        let Some(along) = &self.tip else {
            return Ok((None, amount));
        };
        let tip = Tip {
            payment: ids.fresh(),
            appointment: along.appointment,
            shares: along.divided()?,
        };
        let all = amount.checked_add(tip.amount()?)?;
        Ok((Some(tip), all))
    }
}

/// What the decision needs.
pub(super) struct Desk<'a> {
    pub(super) book: &'a dyn PaymentBook,
    pub(super) house: &'a dyn HouseCurrency,
    pub(super) owing: &'a dyn Owing,
    pub(super) clock: &'a dyn Clock,
    pub(super) ids: &'a dyn IdSource,
}

impl Desk<'_> {
    /// Makes an attempt at what the visit owes. What it owes is asked after its payments were read, and the attempt is
    /// recorded only if they are the same still: nothing that was paid in between is asked for again.
    pub(super) async fn ask(
        &self,
        tenant: TenantId,
        order: &DeskOrder,
    ) -> Result<PaymentAsked, RequestPaymentError> {
        let house = self.house.house_currency(tenant).await?;
        for _ in 0..DECISIONS_MAX {
            if let Some((record, attempt)) = self.book.of_request(tenant, &order.key).await? {
                return the_same(&record, attempt, order);
            }
            let payments = self.book.of_visit(tenant, order.visit).await?;
            // The same order may have been recorded since its key was looked for.
            if let Some((record, attempt)) = under_key(&payments, &order.key) {
                return the_same(record, attempt, order);
            }
            let owed = self.owing.asks(tenant, order.visit).await?.owed()?;
            if order.tip.is_some() && owed.purpose != Purpose::Balance {
                return Err(RequestPaymentError::TipWithBalanceOnly);
            }
            let of_visit = order.amount.unwrap_or(owed.amount);
            let (tip, amount) = order.tipped(of_visit, self.ids)?;
            order.means.check_amount(amount, house)?;
            if !of_visit.is_positive() {
                return Err(RequestPaymentError::AmountNotPositive);
            }
            if of_visit.checked_sub(owed.amount)?.is_positive() {
                let outstanding = owed.amount;
                return Err(RequestPaymentError::AmountAboveOutstanding { outstanding });
            }
            let number = number_of(order, &payments, &owed)?;
            let now = self.clock.now();
            may_ask(&payments, order.means, &owed, (amount, &number), now)?;
            let ring = order
                .means
                .may_ring(self.book, tenant, (order.visit, &number), now);
            match ring.await? {
                Ring::Free => {}
                Ring::Overtaken => continue,
                Ring::Tip(attempt) => return Err(NotNow::StillOpen(attempt).into()),
            }
            let payment = payment_for(&payments, order.visit, &owed, now, self.ids)?;
            let wish = Wish {
                key: order.key.clone(),
                means: order.means,
                amount,
                payer: number,
                by: Some(order.by.clone()),
                ordered: Some(order.ordered),
                tip,
            };
            let (mut change, asked) = ask(payment, wish, now, self.ids);
            change.seen = Some(VisitSeen::of(order.visit, &payments));
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(asked),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                // Somebody was quicker; what they did decides now.
                Err(
                    RecordError::Stale
                    | RecordError::LiveAttempt
                    | RecordError::ReceiptTaken
                    | RecordError::IdsTaken,
                ) => {}
            }
        }
        Err(RequestPaymentError::Busy)
    }
}

/// What the order came to before, if it is the same order: another one, or another way to ask, has a key of its own.
fn the_same(
    record: &PaymentRecord,
    attempt: AttemptId,
    order: &DeskOrder,
) -> Result<PaymentAsked, RequestPaymentError> {
    let ordered = record.attempt(attempt).and_then(|found| found.terms().ordered);
    if ordered == Some(order.ordered) {
        Ok(describe(record, attempt))
    } else {
        Err(RequestPaymentError::KeyReused)
    }
}

/// Whom to ask: who was named, whose handset was asked last for anything of the visit, or the customer.
fn number_of(
    order: &DeskOrder,
    payments: &[PaymentRecord],
    owed: &Owed,
) -> Result<PhoneNumber, RequestPaymentError> {
    let asked_last = || match order.means {
        Means::Prompt => last_prompted(payments),
        Means::Page => None,
    };
    let number = order.number.clone().or_else(asked_last);
    let number = number.or_else(|| owed.phone.clone());
    let number = number.ok_or(RequestPaymentError::NoPayer)?;
    order.means.check_number(&number)?;
    Ok(number)
}

/// Whose handset got the last prompt for anything of the visit. Whom the provider of a page may write to is nobody whose
/// phone rings.
fn last_prompted(payments: &[PaymentRecord]) -> Option<PhoneNumber> {
    let prompted = attempts_of(payments).filter(|attempt| {
        let terms = attempt.terms();
        terms.provider == Provider::Mpesa && terms.payer.is_some()
    });
    let last = prompted.max_by_key(|attempt| (attempt.terms().created_at, attempt.id()))?;
    last.terms().payer.clone()
}

/// Refuses while any attempt of the visit is out or in doubt, too soon after the last one of the same kind, and what would
/// fail for the same reason as that one.
fn may_ask(
    payments: &[PaymentRecord],
    means: Means,
    owed: &Owed,
    asked: (Money, &PhoneNumber),
    now: OffsetDateTime,
) -> Result<(), NotNow> {
    nothing_out(attempts_of(payments))?;
    let Some(open) = open_for(payments, owed.purpose) else {
        return Ok(());
    };
    match open.may_ask_again(means.provider(), now) {
        Err(NotNow::Pointless(_)) if differs(open, means, asked) => Ok(()),
        other => other,
    }
}

/// Whether another number or another amount is asked than the last time.
fn differs(record: &PaymentRecord, means: Means, (amount, number): (Money, &PhoneNumber)) -> bool {
    record.last_through(means.provider()).is_none_or(|last| {
        let terms = last.terms();
        terms.payer.as_ref() != Some(number) || terms.amount != amount
    })
}
