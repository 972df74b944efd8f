//! Opening an order at the card provider, at most once.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, TenantId, TokenHash};
use time::OffsetDateTime;

use super::look_at_card::{read, said, settled};
use super::push_attempt::{in_vain, tips_in_vain};
use super::{CardError, DECISIONS_MAX, Pushed};
use crate::attempt::{Attempt, AttemptId, AttemptState, StateName};
use crate::card::OpenAnswer;
use crate::event::{About, PaymentEvent};
use crate::evidence::Heard;
use crate::payment::{PaymentRecord, PaymentState};
use crate::ports::{
    CardOrder, CardPage, Change, Occasion, PaymentBook, RecordError, Route, RouteKey, Visits,
};
use crate::schedule::{CARD_ABANDON_AFTER, CARD_NUDGE_AFTER, CARD_ROUTE_LIFE, PUSH_WITHIN, card_look_at};
use crate::task::{Due, PaymentTask};

/// Opens an attempt's order.
pub struct OpenCard {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The visits that are paid for.
    pub visits: Arc<dyn Visits>,
    /// The provider.
    pub cards: Arc<dyn CardPage>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

enum Next {
    Stop(Pushed),
    Open(CardOrder),
}

impl OpenCard {
    /// Puts on record that the order is about to be opened, opens it, and records the answer.
    ///
    /// Running it again never opens it again: an attempt that is found `sent` was submitted by somebody who
    /// did not come back, so it becomes unknown; its notice, or the next look, ends the doubt.
    ///
    /// # Errors
    /// [`CardError`]; the task should run again.
    #[tracing::instrument(name = "payments.open_card", skip_all, fields(attempt.id = %attempt))]
    pub async fn execute(&self, tenant: TenantId, attempt: AttemptId) -> Result<Pushed, CardError> {
        for decision in 0..DECISIONS_MAX {
            let (record, found) = read(&*self.book, tenant, attempt).await?;
            let now = self.clock.now();
            let (change, next) = match found.state() {
                AttemptState::Created => self.prepare(tenant, record, found, now).await?,
                // Somebody opens it at this moment, and has put its first look on record as well.
                AttemptState::Sent if decision > 0 => return Ok(Pushed::NotAgain),
                AttemptState::Sent => {
                    let change = settled(record, found.lose_answer(now), now, &*self.ids)?;
                    (change, Next::Stop(Pushed::Unknown))
                }
                AttemptState::AwaitingCustomer
                | AttemptState::Unknown
                | AttemptState::InReview { .. }
                | AttemptState::Paid { .. }
                | AttemptState::Failed { .. }
                | AttemptState::Cancelled => return Ok(Pushed::NotAgain),
            };
            match self.book.record(tenant, change).await {
                Ok(()) => {}
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                Err(
                    RecordError::Stale
                    | RecordError::LiveAttempt
                    | RecordError::ReceiptTaken
                    | RecordError::IdsTaken,
                ) => continue,
            }
            return match next {
                Next::Stop(outcome) => Ok(outcome),
                Next::Open(order) => {
                    let heard = self.cards.open(tenant, order).await;
                    self.take_answer(tenant, attempt, heard).await
                }
            };
        }
        Err(CardError::Busy)
    }

    async fn prepare(
        &self,
        tenant: TenantId,
        record: PaymentRecord,
        attempt: Attempt,
        now: OffsetDateTime,
    ) -> Result<(Change, Next), CardError> {
        let late = now - attempt.terms().created_at > PUSH_WITHIN;
        let payer = attempt.terms().payer.clone();
        let wanted = record.payment.state() == PaymentState::Open
            && !late
            && !in_vain(&*self.visits, tenant, &record.payment).await?
            && !tips_in_vain(&*self.visits, tenant, &record.payment, &attempt).await?;
        let Some(payer) = payer.filter(|_| wanted) else {
            let change = settled(record, attempt.withdraw(now), now, &*self.ids)?;
            return Ok((change, Next::Stop(Pushed::Withdrawn)));
        };
        let order = CardOrder {
            reference: attempt.reference(),
            amount: attempt.terms().amount,
            description: attempt.description(record.payment.purpose()),
            payer,
        };
        let id = attempt.id();
        let Some(sent) = attempt.send(now) else {
            return Err(CardError::Busy);
        };
        let mut change = Change::of_attempt(record.payment, sent);
        // The notice finds its way by the reference, which is on record before the order is: whatever happens
        // to this process, the looks find out the rest.
        let look = PaymentTask::LookAtCard { attempt: id, step: 0 };
        let abandon = PaymentTask::AbandonCard {
            attempt: id,
            at_once: false,
        };
        let at = card_look_at(0, now).unwrap_or(now);
        change.tasks.push(Due { at, task: look });
        change.tasks.push(Due {
            at: now + CARD_NUDGE_AFTER,
            task: PaymentTask::NudgeCard { attempt: id },
        });
        change.tasks.push(Due {
            at: now + CARD_ABANDON_AFTER,
            task: abandon,
        });
        Ok((change, Next::Open(order)))
    }

    async fn take_answer(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        heard: Heard<OpenAnswer>,
    ) -> Result<Pushed, CardError> {
        let Heard { mut answer, raw } = heard;
        for _ in 0..DECISIONS_MAX {
            let (record, found) = read(&*self.book, tenant, attempt).await?;
            let now = self.clock.now();
            let wanted = record.payment.state() == PaymentState::Open;
            let about = About {
                payment: record.payment.id(),
                attempt,
                visit: record.payment.visit(),
                customer: record.payment.customer(),
            };
            let waited = found.state().name();
            let moved = found.hear_open_answer(&answer, now);
            // Nobody is told of a page on which nobody is to pay.
            let page_opened = wanted
                && waited != StateName::AwaitingCustomer
                && moved.attempt.state().name() == StateName::AwaitingCustomer;
            let mut change = settled(record, moved, now, &*self.ids)?;
            change
                .events
                .extend(page_opened.then_some(PaymentEvent::CardPageOpened { about }));
            change.saying = said(raw.as_ref(), Occasion::Push, now);
            let (opened, payable) = match &answer {
                OpenAnswer::Created { ids, .. } => (Some(ids), wanted),
                OpenAnswer::NoPage { ids } => (Some(ids), false),
                OpenAnswer::Rejected { .. } | OpenAnswer::Unknown => (None, false),
            };
            if let Some(ids) = opened {
                change.routes.push(Route {
                    key: RouteKey::Tracking(TokenHash::of(ids.tracking())),
                    attempt,
                    expires_at: now + CARD_ROUTE_LIFE,
                });
            }
            // What was asked for ended while the order was being opened, or nobody can be sent to its page.
            if opened.is_some() && !payable {
                let task = PaymentTask::AbandonCard {
                    attempt,
                    at_once: true,
                };
                change.tasks.push(Due { at: now, task });
            }
            match self.book.record(tenant, change).await {
                Ok(()) => {
                    return Ok(match answer {
                        OpenAnswer::Created { .. } => Pushed::Accepted,
                        OpenAnswer::Rejected { .. } => Pushed::Rejected,
                        OpenAnswer::NoPage { .. } | OpenAnswer::Unknown => Pushed::Unknown,
                    });
                }
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                // An answer that names another attempt cannot be trusted.
                Err(RecordError::IdsTaken) => answer = OpenAnswer::Unknown,
                Err(RecordError::Stale | RecordError::LiveAttempt | RecordError::ReceiptTaken) => {}
            }
        }
        Err(CardError::Busy)
    }
}
