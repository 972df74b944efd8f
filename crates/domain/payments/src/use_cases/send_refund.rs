//! Asking a provider to take money back, and what became of that.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::refunds::booked;
use crate::evidence::Heard;
use crate::ports::{
    Brings, MoneyBack, Occasion, RefundBook, RefundChange, RefundFacts, RefundRefused, RefundRoute,
    ReversalOrder, Saying, TokenSource,
};
use crate::refund::{Refund, RefundId, RefundState};
use crate::schedule::{REFUND_ASK_AFTER, ROUTE_LIFE, refund_ask_after, send_again_after};
use crate::task::{Due, PaymentTask};

/// Asks the provider to take money back.
pub struct SendRefund {
    /// Where refunds are kept.
    pub book: Arc<dyn RefundBook>,
    /// The provider.
    pub back: Arc<dyn MoneyBack>,
    /// Makes the secret of the result's path.
    pub tokens: Arc<dyn TokenSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl SendRefund {
    /// Marks the refund as sent, with the way of its result and the first question about it on record, and only then
    /// asks the provider, once. Running it again sends nothing: what was lost is asked about. What certainly was not sent
    /// is sent again later; `tries` says after how many such tries this one is, and any other number does nothing.
    ///
    /// # Errors
    /// [`RefundRefused`]; the task should run again.
    #[tracing::instrument(name = "payments.send_refund", skip_all, fields(refund.id = %refund))]
    pub async fn execute(&self, tenant: TenantId, refund: RefundId, tries: u8) -> Result<(), RefundRefused> {
        let found = self.book.refund(tenant, refund).await?;
        let found = found.ok_or(RefundRefused::NoSuchRefund)?;
        let payment = found.terms().payment;
        let (now, token) = (self.clock.now(), self.tokens.callback_token());
        let hash = token.hash();
        let mark = move |facts: &RefundFacts| {
            let found = facts.refund(refund).ok_or(RefundRefused::NoSuchRefund)?;
            let due = found.progress().tries == tries;
            let Some(sent) = found.clone().send(now).filter(|_| due) else {
                return Ok(None);
            };
            let mut change = RefundChange::of(sent, now);
            change.route = Some(RefundRoute {
                token: hash,
                brings: Brings::Result,
                expires_at: now + ROUTE_LIFE,
            });
            change.tasks.push(Due {
                at: now + REFUND_ASK_AFTER[0],
                task: PaymentTask::AskRefund {
                    refund,
                    step: 0,
                    tries,
                },
            });
            Ok(Some(change))
        };
        let marked = self.book.amend(tenant, payment, Box::new(mark)).await?;
        let Some(sent) = marked else {
            return Ok(());
        };
        let Some(original) = sent.terms().original.clone() else {
            return Err(Outage::new("a refund by a provider without the money that goes back").into());
        };
        let order = ReversalOrder {
            original: original.receipt,
            amount: sent.terms().amount,
            token,
        };
        let Heard { answer, raw } = self.back.reverse(tenant, order).await;
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let hear = move |facts: &RefundFacts| {
            let found = facts.refund(refund).ok_or(RefundRefused::NoSuchRefund)?;
            let moved = found.clone().hear_answer(&answer, now);
            let mut change = booked(facts, moved, now, &*ids).map_err(unbookable)?;
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

/// What was not sent is sent again after a pause.
fn again(refund: &Refund, now: OffsetDateTime) -> Option<Due> {
    let tries = refund.progress().tries;
    let pause = send_again_after(tries)?;
    let waits = refund.state() == &RefundState::Requested;
    let refund = refund.id();
    waits.then_some(Due {
        at: now + pause,
        task: PaymentTask::SendRefund { refund, tries },
    })
}

/// Asks what became of a refund whose result did not come.
pub struct AskRefund {
    /// Where refunds are kept.
    pub book: Arc<dyn RefundBook>,
    /// The provider.
    pub back: Arc<dyn MoneyBack>,
    /// Makes the secret of the answer's path.
    pub tokens: Arc<dyn TokenSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl AskRefund {
    /// Asks for the `step`th time, from 0, unless the result came meanwhile, and puts the next question on record. The
    /// answer comes like the result, as a message. A request whose id was never learned cannot be asked about; after
    /// the last step a person has it. Running the same step again asks nothing.
    ///
    /// # Errors
    /// [`RefundRefused`]; the task should run again.
    #[tracing::instrument(name = "payments.ask_refund", skip_all, fields(refund.id = %refund, step))]
    pub async fn execute(&self, tenant: TenantId, refund: RefundId, step: u8) -> Result<(), RefundRefused> {
        let found = self.book.refund(tenant, refund).await?;
        let found = found.ok_or(RefundRefused::NoSuchRefund)?;
        let payment = found.terms().payment;
        let (now, token, ids) = (
            self.clock.now(),
            self.tokens.callback_token(),
            Arc::clone(&self.ids),
        );
        let hash = token.hash();
        let mark = move |facts: &RefundFacts| {
            let found = facts.refund(refund).ok_or(RefundRefused::NoSuchRefund)?;
            if !found.is_awaited() || found.progress().asked > step {
                return Ok(None);
            }
            let (found, sent_at) = (found.clone().asked(step), found.progress().sent_at.unwrap_or(now));
            let Some((step, at)) = refund_ask_after(step, sent_at, now) else {
                return booked(facts, found.give_up_asking(now), now, &*ids)
                    .map(Some)
                    .map_err(unbookable);
            };
            let askable = found.progress().originator.is_some();
            let tries = found.progress().tries;
            let mut change = RefundChange::of(found, now);
            change.route = askable.then_some(RefundRoute {
                token: hash,
                brings: Brings::Status,
                expires_at: now + ROUTE_LIFE,
            });
            change.tasks.push(Due {
                at,
                task: PaymentTask::AskRefund { refund, step, tries },
            });
            Ok(Some(change))
        };
        let marked = self.book.amend(tenant, payment, Box::new(mark)).await?;
        let Some(request) = marked
            .filter(Refund::is_awaited)
            .and_then(|refund| refund.progress().originator.clone())
        else {
            return Ok(());
        };
        let Heard { answer: taken, raw } = self.back.ask_status(tenant, &request, &token).await;
        if !taken {
            tracing::warn!(refund.id = %refund, "nobody takes the question what became of a refund");
        }
        let now = self.clock.now();
        let keep = move |facts: &RefundFacts| {
            let found = facts.refund(refund).ok_or(RefundRefused::NoSuchRefund)?;
            let mut change = RefundChange::of(found.clone(), now);
            change.saying = raw.clone().map(|raw| Saying {
                at: now,
                occasion: Occasion::RefundStatus,
                raw,
            });
            Ok(change.saying.is_some().then_some(change))
        };
        self.book.amend(tenant, payment, Box::new(keep)).await?;
        Ok(())
    }
}

fn unbookable(error: MoneyError) -> RefundRefused {
    Outage::new(error).into()
}
