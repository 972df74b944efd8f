//! Ordering a refund.

use std::sync::Arc;

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::DECISIONS_MAX;
use super::refunds::booked;
use crate::actor::Actor;
use crate::attempt::{Attempt, Provider, StateName};
use crate::event::{PaymentEvent, RefundAbout};
use crate::payment::{PaymentId, PaymentRecord, Purpose};
use crate::ports::{MoneyBack, RefundBook, RefundChange, RefundFacts, RefundRefused, VisitSeen};
use crate::reference::RequestKey;
use crate::refund::{
    Refund, RefundCause, RefundSource, RefundTerms, RefundWay, card_refundable, refundable, reversible,
};
use crate::task::{Due, PaymentTask};

/// What is to go back, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundOrder {
    /// Makes it repeatable: the same key is the same refund.
    pub key: RequestKey,
    /// Of which payment.
    pub payment: PaymentId,
    /// How.
    pub way: RefundWay,
    /// Who wanted it.
    pub cause: RefundCause,
    /// How much.
    pub amount: Money,
    /// Why; 1 to 500 characters.
    pub reason: String,
    /// What proves it, for [`RefundWay::Outside`] and only there: the number of the transfer; 1 to 64 characters.
    pub reference: Option<String>,
    /// Who orders it.
    pub by: Actor,
}

impl RefundOrder {
    /// Tells the order from others under the same key.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let Self {
            payment,
            way,
            amount,
            reason,
            reference,
            ..
        } = self;
        let reference = reference
            .as_ref()
            .map(|text| format!("\n{text}"))
            .unwrap_or_default();
        Fingerprint::of(&format!(
            "{payment}\n{}\n{}\n{}\n{reason}{reference}",
            way.as_str(),
            amount.amount_minor(),
            amount.currency().code()
        ))
    }
}

/// Orders a refund. One by a provider goes out by a task of its own; all others are done with the order.
pub struct RequestRefund {
    /// Where refunds are kept.
    pub book: Arc<dyn RefundBook>,
    /// Who is asked to take money back.
    pub back: Arc<dyn MoneyBack>,
    /// Whether the business has an account at the card provider.
    pub cards: bool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl RequestRefund {
    /// Puts the refund on record, so that its amount counts as gone from now on; books it at once where no provider has
    /// to do it. However many are ordered at once, they never exceed what was paid. The same key gives the same refund.
    ///
    /// # Errors
    /// [`RefundRefused`]; then nothing was ordered.
    #[tracing::instrument(name = "payments.request_refund", skip_all, fields(payment.id = %order.payment))]
    pub async fn execute(&self, tenant: TenantId, order: RefundOrder) -> Result<Refund, RefundRefused> {
        self.execute_upon(tenant, order, None).await
    }

    /// The same, if the visit's payments are still as whoever derived the amount from them has seen them.
    ///
    /// # Errors
    /// As [`RequestRefund::execute`]; [`RefundRefused::Overtaken`] if they are not.
    pub(crate) async fn execute_upon(
        &self,
        tenant: TenantId,
        order: RefundOrder,
        seen: Option<&VisitSeen>,
    ) -> Result<Refund, RefundRefused> {
        let set_up = match order.way {
            RefundWay::MpesaReversal => self.back.offers_reversal(tenant).await?,
            RefundWay::Card => self.cards,
            // Nobody orders one.
            RefundWay::Chargeback => false,
            RefundWay::Cash | RefundWay::Credit | RefundWay::Outside => true,
        };
        let mut refused = None;
        for _ in 0..DECISIONS_MAX {
            if let Some(before) = self.book.refund_of_request(tenant, &order.key).await? {
                return the_same(before, &order);
            }
            if let Some(refused) = refused.take() {
                return Err(refused);
            }
            let (now, ids, wanted) = (self.clock.now(), Arc::clone(&self.ids), order.clone());
            let seen = seen.cloned();
            let decide = move |facts: &RefundFacts| {
                if seen.as_ref().is_some_and(|seen| *seen != facts.visit) {
                    return Err(RefundRefused::Overtaken);
                }
                decide(facts, &wanted, set_up, now, &*ids).map(Some)
            };
            match self.book.amend(tenant, order.payment, Box::new(decide)).await {
                Ok(Some(refund)) => return Ok(refund),
                Ok(None) => return Err(RefundRefused::NoSuchPayment),
                Err(RefundRefused::Unavailable(outage)) => return Err(outage.into()),
                // The same order may have been on its way at the same time: it is looked for once more.
                Err(other) => refused = Some(other),
            }
        }
        Err(Outage::new("the payment is busy").into())
    }
}

fn the_same(before: Refund, order: &RefundOrder) -> Result<Refund, RefundRefused> {
    if before.terms().fingerprint == order.fingerprint() {
        Ok(before)
    } else {
        Err(RefundRefused::KeyReused)
    }
}

/// What an order comes to, by the facts.
pub(super) fn decide(
    facts: &RefundFacts,
    order: &RefundOrder,
    set_up: bool,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<RefundChange, RefundRefused> {
    let payment = &facts.record.payment;
    if order.amount.currency() != payment.currency() {
        let house = payment.currency();
        return Err(RefundRefused::OtherCurrency { house });
    }
    if !order.amount.is_positive() {
        return Err(RefundRefused::BadAmount);
    }
    if (order.way == RefundWay::Outside) != order.reference.is_some() {
        return Err(RefundRefused::ReferenceWithOutside);
    }
    let refundable = refundable(payment, &facts.refunds).map_err(unbookable)?;
    if order.amount > refundable {
        return Err(RefundRefused::TooLarge { refundable });
    }
    let original = match order.way {
        RefundWay::MpesaReversal | RefundWay::Card | RefundWay::Chargeback if !set_up => {
            return Err(RefundRefused::NotSetUp);
        }
        RefundWay::MpesaReversal => {
            let found = reversible(&facts.record, &facts.refunds, order.amount);
            Some(found.ok_or_else(|| not_reversible(&facts.record))?)
        }
        RefundWay::Card | RefundWay::Chargeback => {
            let found = card_refundable(&facts.record, &facts.refunds, order.amount);
            Some(found.ok_or_else(|| not_by_card(&facts.record))?)
        }
        RefundWay::Cash | RefundWay::Credit | RefundWay::Outside => None,
    };
    let refund = Refund::request(RefundTerms {
        id: ids.fresh(),
        payment: payment.id(),
        visit: payment.visit(),
        customer: payment.customer(),
        original,
        way: order.way,
        source: RefundSource::Payment,
        cause: order.cause,
        reason: order.reason.clone(),
        reference: order.reference.clone(),
        key: order.key.clone(),
        fingerprint: order.fingerprint(),
        amount: order.amount,
        requested_by: order.by.clone(),
        created_at: now,
    });
    let (id, waits) = (refund.id(), order.way.is_asked_of_a_provider());
    let mut change = booked(facts, refund.hand_over(now), now, ids).map_err(unbookable)?;
    if waits {
        change.events.push(PaymentEvent::RefundRequested {
            about: RefundAbout {
                refund: id,
                payment: payment.id(),
                visit: payment.visit(),
                customer: payment.customer(),
            },
            way: order.way,
            amount: order.amount,
        });
        let task = match order.way {
            RefundWay::Card => PaymentTask::SendCardRefund { refund: id, tries: 0 },
            RefundWay::MpesaReversal
            | RefundWay::Chargeback
            | RefundWay::Cash
            | RefundWay::Credit
            | RefundWay::Outside => PaymentTask::SendRefund { refund: id, tries: 0 },
        };
        change.tasks.push(Due { at: now, task });
    }
    Ok(change)
}

/// Why nothing of a payment can go back by card: it is a tip that came along with its visit's, or there is nothing of that
/// amount.
fn not_by_card(record: &PaymentRecord) -> RefundRefused {
    if came_along(record) {
        RefundRefused::TipCameAlong
    } else {
        RefundRefused::NoCardPayment
    }
}

/// Whether it is a tip for which nothing was tried on its own.
fn came_along(record: &PaymentRecord) -> bool {
    record.payment.purpose() == Purpose::Tip && record.attempts.is_empty()
}

/// Why nothing of a payment can be reversed: M-Pesa moved it together with a tip, or there is nothing of that amount.
fn not_reversible(record: &PaymentRecord) -> RefundRefused {
    let with_tip = |attempt: &Attempt| {
        attempt.terms().provider == Provider::Mpesa
            && attempt.tip().is_some()
            && attempt.state().name() == StateName::Paid
    };
    if came_along(record) || record.attempts.iter().any(with_tip) {
        RefundRefused::CameWithTip
    } else {
        RefundRefused::NothingToReverse
    }
}

fn unbookable(error: MoneyError) -> RefundRefused {
    Outage::new(error).into()
}
