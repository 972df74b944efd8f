//! Money that came by card and goes back: asked for, and taken back unasked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratiba_kernel::{Clock, IdSource, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::refunds::{about, booked, uncredit};
use super::{CardError, LookAtCard};
use crate::attempt::Attempt;
use crate::card::CardReport;
use crate::event::PaymentEvent;
use crate::evidence::Heard;
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::payment::PaymentId;
use crate::ports::{
    CardPage, CardRefundOrder, Occasion, RefundBook, RefundChange, RefundFacts, RefundRefused, Saying,
};
use crate::reference::Receipt;
use crate::refund::{Original, Refund, RefundDoubt, RefundId, RefundState, RefundWay, ReversalVerdict};
use crate::schedule::{card_refund_look_at, send_again_after};
use crate::task::{Due, PaymentTask};

/// Asks the card provider for money back.
pub struct SendCardRefund {
    /// Where refunds are kept.
    pub book: Arc<dyn RefundBook>,
    /// The provider.
    pub cards: Arc<dyn CardPage>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl SendCardRefund {
    /// Marks the refund as sent, with the first look after it on record, and only then asks the provider, once. Running
    /// it again sends nothing: what was lost is looked after. A request that was certainly not made is made again later;
    /// `tries` says after how many such tries this one is, and any other number does nothing.
    ///
    /// # Errors
    /// [`CardError`]; the task should run again.
    #[tracing::instrument(name = "payments.send_card_refund", skip_all, fields(refund.id = %refund))]
    pub async fn execute(&self, tenant: TenantId, refund: RefundId, tries: u8) -> Result<(), CardError> {
        let found = self.book.refund(tenant, refund).await?;
        let found = found.ok_or(RefundRefused::NoSuchRefund)?;
        let payment = found.terms().payment;
        let now = self.clock.now();
        let mark = move |facts: &RefundFacts| {
            let found = facts.refund(refund).ok_or(RefundRefused::NoSuchRefund)?;
            let due = found.progress().tries == tries;
            let Some(sent) = found.clone().send(now).filter(|_| due) else {
                return Ok(None);
            };
            let mut change = RefundChange::of(sent, now);
            let at = card_refund_look_at(0, now, now).unwrap_or(now);
            let task = PaymentTask::LookAtCardRefund {
                refund,
                step: 0,
                tries,
            };
            change.tasks.push(Due { at, task });
            Ok(Some(change))
        };
        let marked = self.book.amend(tenant, payment, Box::new(mark)).await?;
        let Some(sent) = marked else { return Ok(()) };
        let terms = sent.terms();
        let original = terms.original.clone();
        let original =
            original.ok_or_else(|| Outage::new("a refund by card without the money that goes back"))?;
        let order = CardRefundOrder {
            original: original.receipt,
            amount: terms.amount,
            by: terms.requested_by.clone(),
            reason: terms.reason.clone(),
        };
        let Heard { answer, raw } = self.cards.refund(tenant, order).await;
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let hear = move |facts: &RefundFacts| {
            let found = facts.refund(refund).ok_or(RefundRefused::NoSuchRefund)?.clone();
            let mut change =
                booked(facts, found.hear_card_answer(&answer, now), now, &*ids).map_err(unbookable)?;
            change.tasks.extend(again(&change.refund, now));
            change.saying = raw.clone().map(|raw| Saying {
                at: now,
                occasion: Occasion::Refund,
                raw,
            });
            Ok(Some(change))
        };
        self.book.amend(tenant, payment, Box::new(hear)).await?;
        Ok(())
    }
}

/// What was not asked for is asked for again after a pause.
fn again(refund: &Refund, now: OffsetDateTime) -> Option<Due> {
    let tries = refund.progress().tries;
    let waits = refund.state() == &RefundState::Requested;
    let pause = send_again_after(tries).filter(|_| waits)?;
    let task = PaymentTask::SendCardRefund {
        refund: refund.id(),
        tries,
    };
    Some(Due {
        at: now + pause,
        task,
    })
}

/// Looks what became of a refund by card: the provider tells it by the state of the order alone.
pub struct LookAtCardRefund {
    /// Where refunds are kept.
    pub book: Arc<dyn RefundBook>,
    /// Looks at the order.
    pub look: LookAtCard,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl LookAtCardRefund {
    /// Looks for the `step`th time, from 0, unless the refund has ended meanwhile, and puts the next look on record;
    /// after the last a person has it, who sees in the provider's own pages what became of it. Running the same step
    /// again does nothing.
    ///
    /// # Errors
    /// [`CardError`]; the task should run again.
    #[tracing::instrument(name = "payments.look_at_card_refund", skip_all, fields(refund.id = %refund, step))]
    pub async fn execute(&self, tenant: TenantId, refund: RefundId, step: u8) -> Result<(), CardError> {
        let found = self.book.refund(tenant, refund).await?;
        let found = found.ok_or(RefundRefused::NoSuchRefund)?;
        if !found.is_awaited() || found.progress().asked > step {
            return Ok(());
        }
        if let Some(original) = &found.terms().original {
            let record = self.look.book.of_attempt(tenant, original.attempt).await?;
            let attempt = record
                .as_ref()
                .and_then(|record| record.attempt(original.attempt));
            let ids = attempt.and_then(|attempt| attempt.progress().ids.clone());
            if let Some(ids) = ids {
                self.look
                    .out_of_turn(tenant, original.attempt, ids.tracking())
                    .await?;
            }
        }
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let mark = move |facts: &RefundFacts| {
            let found = facts.refund(refund).ok_or(RefundRefused::NoSuchRefund)?;
            if !found.is_awaited() || found.progress().asked > step {
                return Ok(None);
            }
            let (asked, sent_at) = (found.clone().asked(step), found.progress().sent_at.unwrap_or(now));
            let next = step.checked_add(1);
            let Some((step, at)) =
                next.and_then(|step| Some((step, card_refund_look_at(step, sent_at, now)?)))
            else {
                let given_up = booked(facts, asked.give_up_asking(now), now, &*ids);
                return given_up.map(Some).map_err(unbookable);
            };
            let mut change = RefundChange::of(asked, now);
            let tries = change.refund.progress().tries;
            let task = PaymentTask::LookAtCardRefund { refund, step, tries };
            change.tasks.push(Due { at, task });
            Ok(Some(change))
        };
        let payment = found.terms().payment;
        self.book.amend(tenant, payment, Box::new(mark)).await?;
        Ok(())
    }
}

/// Takes in that the card provider calls a paid order reversed.
pub struct Reversals {
    /// Where refunds are kept.
    pub book: Arc<dyn RefundBook>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl Reversals {
    /// Ends the refund that was asked for, if one was; else it is a chargeback, which is put on record and into the books
    /// once each time that it happens: of what the attempt brought for its payment, and of the tip that it took along, which
    /// is a payment of its own. One that a person has, or that was booked as lost, is not booked beside itself; of one that
    /// was won it is another if the provider had the money meanwhile. Answers whether a refund explains it.
    pub(super) async fn take(
        &self,
        tenant: TenantId,
        attempt: &Attempt,
        report: &CardReport,
        now: OffsetDateTime,
    ) -> Result<bool, CardError> {
        let of_visit = (attempt.terms().payment, attempt.for_payment()?);
        if self.take_of(tenant, attempt, of_visit, report, now).await? {
            return Ok(true);
        }
        if let Some(tip) = attempt.tip() {
            let of_tip = (tip.payment, tip.amount()?);
            self.take_of(tenant, attempt, of_tip, report, now).await?;
        }
        Ok(false)
    }

    async fn take_of(
        &self,
        tenant: TenantId,
        attempt: &Attempt,
        (payment, amount): (PaymentId, Money),
        report: &CardReport,
        now: OffsetDateTime,
    ) -> Result<bool, CardError> {
        let explained = Arc::new(AtomicBool::new(false));
        let (by_refund, ids) = (Arc::clone(&explained), Arc::clone(&self.ids));
        let (of, receipt) = (attempt.clone(), report.receipt.clone());
        let decide = move |facts: &RefundFacts| {
            let own = |refund: &&Refund| {
                let original = refund.terms().original.as_ref();
                original.is_some_and(|original| original.attempt == of.id())
            };
            let asked = |refund: &&Refund| refund.terms().way == RefundWay::Card && was_asked(refund);
            // One that counts, else the last that was refused: it happened after all.
            let mut refunds = facts.refunds.iter().filter(own).filter(asked);
            let found = refunds
                .clone()
                .find(|refund| refund.counts())
                .or_else(|| refunds.next_back());
            by_refund.store(found.is_some(), Ordering::Relaxed);
            if let Some(found) = found {
                let moved = found.clone().hear_status(&ReversalVerdict::DoneBefore, now);
                let changed = moved.refund != *found;
                let change = booked(facts, moved, now, &*ids).map_err(unbookable)?;
                return Ok(changed.then_some(change));
            }
            let chargeback = |refund: &&Refund| refund.terms().way == RefundWay::Chargeback;
            let mut before = facts.refunds.iter().filter(own).filter(chargeback);
            let times = before.clone().count();
            if before.any(Refund::counts) || (times > 0 && of.progress().reversed) {
                return Ok(None);
            }
            charge_back(facts, (&of, amount), (receipt.as_ref(), times), now, &*ids)
        };
        self.book.amend(tenant, payment, Box::new(decide)).await?;
        Ok(explained.load(Ordering::Relaxed))
    }
}

/// Whether the provider was asked, or may have been.
fn was_asked(refund: &Refund) -> bool {
    match refund.state() {
        RefundState::Requested | RefundState::Cancelled => false,
        RefundState::Sent
        | RefundState::Unknown
        | RefundState::InReview { .. }
        | RefundState::Done { .. }
        | RefundState::Rejected { .. } => true,
    }
}

/// A chargeback, with the money out of the provider's account; credit that was given for it is taken back as far as it is
/// not spent. Without a number for the money there is none: the attempt alone goes to a person. What was told is its
/// number, and how often it happened before.
fn charge_back(
    facts: &RefundFacts,
    (attempt, amount): (&Attempt, Money),
    (told, before): (Option<&Receipt>, usize),
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Option<RefundChange>, RefundRefused> {
    let Some(receipt) = attempt.receipt().or(told).cloned() else {
        return Ok(None);
    };
    let original = Original {
        attempt: attempt.id(),
        receipt,
    };
    let refund = Refund::charged_back(ids.fresh(), &facts.record.payment, original, amount, before, now);
    let refund = refund.map_err(Outage::new)?;
    let journal = moved_between(
        Cause::ChargedBack(refund.id()),
        (Account::Suspense, Account::CardClearing),
        &refund,
        now,
        ids,
    );
    let journal = journal.map_err(unbookable)?;
    // Some of it may be the customer's credit by now.
    let taken = uncredit(facts, &refund, now, ids).map_err(unbookable)?;
    let refund = refund
        .with_given_twice(taken.twice)
        .with_taken_of_credit(taken.of_refunds);
    let mut change = RefundChange::of(refund, now);
    change.journals.push(journal);
    change.journals.extend(taken.journal);
    change.uncredited = taken.payment;
    // That it was charged back, the attempt tells; this, nobody else.
    change
        .events
        .extend(taken.twice.map(|_| PaymentEvent::RefundInReview {
            about: about(&change.refund),
            why: RefundDoubt::ChargedBack,
            given_twice: taken.twice,
        }));
    Ok(Some(change))
}

/// The money of a chargeback that a person won: it is in the provider's account again.
pub(super) fn won_back(
    refund: &Refund,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Journal, MoneyError> {
    moved_between(
        Cause::WonBack(refund.id()),
        (Account::CardClearing, Account::Suspense),
        refund,
        now,
        ids,
    )
}

fn moved_between(
    cause: Cause,
    (debit, credit): (Account, Account),
    refund: &Refund,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Journal, MoneyError> {
    let transfer = Transfer {
        debit: Place::plain(debit),
        credit: Place::plain(credit),
        amount: refund.terms().amount,
    };
    Journal::post(ids.fresh(), cause, refund.terms().payment, now, &[transfer])
}

fn unbookable(error: MoneyError) -> RefundRefused {
    Outage::new(error).into()
}
