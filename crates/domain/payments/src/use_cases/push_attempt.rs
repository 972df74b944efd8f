//! Submitting an attempt to its provider, at most once.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, MoneyError, Outage, TenantId, TokenHash};
use time::OffsetDateTime;

use super::DECISIONS_MAX;
use crate::attempt::{Attempt, AttemptId, AttemptState};
use crate::evidence::{Heard, PushAnswer};
use crate::payment::{Payment, PaymentRecord, PaymentState, Purpose};
use crate::ports::{
    Change, MobileMoney, Occasion, PaymentBook, PushOrder, RecordError, Route, RouteKey, Saying, TokenSource,
    Visits,
};
use crate::schedule::{PUSH_WITHIN, ROUTE_LIFE, first_query_at};
use crate::settlement::settle;
use crate::task::{Due, PaymentTask};

/// What submitting came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The provider took it.
    Accepted,
    /// The provider refused it; it failed.
    Rejected,
    /// No answer: it is unknown, and queries are due.
    Unknown,
    /// It was submitted, or found out of date, before; nothing was sent now.
    NotAgain,
    /// It came too late, nothing is owed any more, or the visit, or the part that a tip is for, is over: withdrawn, nothing
    /// was sent.
    Withdrawn,
}

/// Why submitting did not come to an end. The task may run again.
#[derive(Debug, thiserror::Error)]
pub enum PushAttemptError {
    /// There is no such attempt.
    #[error("there is no such attempt")]
    NoSuchAttempt,
    /// The books cannot take the amount.
    #[error("the amount cannot be booked")]
    Amount(#[from] MoneyError),
    /// Others kept changing the same payment.
    #[error("the payment is busy")]
    Busy,
    /// The book did not answer.
    #[error("payments are unavailable")]
    Unavailable(#[from] Outage),
}

/// Submits an attempt to its provider.
pub struct PushAttempt {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// Whether the visits still want it.
    pub visits: Arc<dyn Visits>,
    /// The provider.
    pub money: Arc<dyn MobileMoney>,
    /// Secrets for callback paths.
    pub tokens: Arc<dyn TokenSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl PushAttempt {
    /// Puts on record that the attempt is about to be submitted, submits it, and records the answer.
    ///
    /// Running it again never submits again: an attempt that is found `sent` was submitted by somebody who
    /// did not come back, so it becomes unknown and the queries find out.
    ///
    /// # Errors
    /// [`PushAttemptError`]; the task should run again.
    #[tracing::instrument(name = "payments.push_attempt", skip_all, fields(attempt.id = %attempt))]
    pub async fn execute(&self, tenant: TenantId, attempt: AttemptId) -> Result<Pushed, PushAttemptError> {
        for decision in 0..DECISIONS_MAX {
            let (record, found) = self.read(tenant, attempt).await?;
            let now = self.clock.now();
            let (change, next) = match found.state() {
                AttemptState::Created => match self.prepare(tenant, record.payment, found, now).await? {
                    Prepared::Withdraw(change) => (change, Next::Stop(Pushed::Withdrawn)),
                    Prepared::Send(change, order) => (change, Next::Submit(order)),
                },
                // Somebody submits it at this moment, and has put its first query on record as well.
                AttemptState::Sent if decision > 0 => return Ok(Pushed::NotAgain),
                AttemptState::Sent => {
                    let change = settle(record.payment, found.lose_answer(now), now, &*self.ids)?;
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
                Next::Submit(order) => {
                    let heard = self.money.push(tenant, order).await;
                    self.take_answer(tenant, attempt, heard).await
                }
            };
        }
        Err(PushAttemptError::Busy)
    }

    async fn read(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
    ) -> Result<(PaymentRecord, Attempt), PushAttemptError> {
        let record = self.book.of_attempt(tenant, attempt).await?;
        let record = record.ok_or(PushAttemptError::NoSuchAttempt)?;
        let found = record.attempt(attempt).cloned();
        Ok((record, found.ok_or(PushAttemptError::NoSuchAttempt)?))
    }

    async fn prepare(
        &self,
        tenant: TenantId,
        payment: Payment,
        attempt: Attempt,
        now: OffsetDateTime,
    ) -> Result<Prepared, PushAttemptError> {
        let late = now - attempt.terms().created_at > PUSH_WITHIN;
        let in_vain = in_vain(&*self.visits, tenant, &payment).await?
            || tips_in_vain(&*self.visits, tenant, &payment, &attempt).await?;
        if late || payment.state() != PaymentState::Open || in_vain {
            let change = settle(payment, attempt.withdraw(now), now, &*self.ids)?;
            return Ok(Prepared::Withdraw(change));
        }
        // Only a prompt is submitted, and a prompt goes to somebody.
        let Some(payer) = attempt.terms().payer.clone() else {
            let change = settle(payment, attempt.withdraw(now), now, &*self.ids)?;
            return Ok(Prepared::Withdraw(change));
        };
        let token = self.tokens.callback_token();
        let order = PushOrder {
            amount: attempt.terms().amount,
            payer,
            account: payment.account_reference(),
            description: attempt.description(payment.purpose()),
            token,
        };
        let id = attempt.id();
        let Some(sent) = attempt.send(now) else {
            return Err(PushAttemptError::Busy);
        };
        let mut change = Change::of_attempt(payment, sent);
        // The callback may come before our own request returns, so its way must be on record first; and
        // whatever happens to this process, the first query finds out.
        change.routes.push(Route {
            key: RouteKey::CallbackToken(order.token.hash()),
            attempt: id,
            expires_at: now + ROUTE_LIFE,
        });
        change.tasks.push(Due {
            at: first_query_at(now),
            task: PaymentTask::Query { attempt: id, step: 0 },
        });
        Ok(Prepared::Send(change, order))
    }

    async fn take_answer(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        heard: Heard<PushAnswer>,
    ) -> Result<Pushed, PushAttemptError> {
        let Heard { mut answer, raw } = heard;
        for _ in 0..DECISIONS_MAX {
            let (record, found) = self.read(tenant, attempt).await?;
            let now = self.clock.now();
            let moved = found.hear_push_answer(&answer, now);
            let mut change = settle(record.payment, moved, now, &*self.ids)?;
            change.saying = raw.clone().map(|raw| Saying {
                at: now,
                occasion: Occasion::Push,
                raw,
            });
            if let PushAnswer::Accepted(ids) = &answer {
                change.routes.push(Route {
                    key: RouteKey::Tracking(TokenHash::of(ids.tracking())),
                    attempt,
                    expires_at: now + ROUTE_LIFE,
                });
            }
            match self.book.record(tenant, change).await {
                Ok(()) => {
                    return Ok(match answer {
                        PushAnswer::Accepted(_) => Pushed::Accepted,
                        PushAnswer::Rejected { .. } => Pushed::Rejected,
                        PushAnswer::Unknown => Pushed::Unknown,
                    });
                }
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                // An answer that names another attempt cannot be trusted.
                Err(RecordError::IdsTaken) => answer = PushAnswer::Unknown,
                Err(RecordError::Stale | RecordError::LiveAttempt | RecordError::ReceiptTaken) => {}
            }
        }
        Err(PushAttemptError::Busy)
    }
}

enum Prepared {
    Withdraw(Change),
    Send(Change, PushOrder),
}

enum Next {
    Stop(Pushed),
    Submit(PushOrder),
}

/// Whether the money is for time that nobody keeps any more, or a tip for it. A balance may be a fee for just that.
pub(super) async fn in_vain(
    visits: &dyn Visits,
    tenant: TenantId,
    payment: &Payment,
) -> Result<bool, Outage> {
    match payment.purpose() {
        Purpose::Deposit | Purpose::Full | Purpose::Tip => visits.is_over(tenant, payment.visit()).await,
        Purpose::Balance => Ok(false),
    }
}

/// Whether it takes a tip along for a part that nobody renders any more.
pub(super) async fn tips_in_vain(
    visits: &dyn Visits,
    tenant: TenantId,
    payment: &Payment,
    attempt: &Attempt,
) -> Result<bool, Outage> {
    match attempt.tip() {
        Some(tip) => {
            visits
                .part_is_over(tenant, payment.visit(), tip.appointment)
                .await
        }
        None => Ok(false),
    }
}
