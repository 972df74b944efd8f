//! Asking the provider what became of an attempt that is silent.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::DECISIONS_MAX;
use crate::attempt::{Attempt, AttemptId, AttemptState, Moved, StateName};
use crate::dead_letter::LetterState;
use crate::evidence::{Heard, QueryAnswer};
use crate::payment::PaymentRecord;
use crate::ports::{DeadLetters, MobileMoney, Occasion, PaymentBook, RecordError, Saying};
use crate::schedule::query_after;
use crate::settlement::settle;
use crate::task::{Due, PaymentTask};

/// What a query came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queried {
    /// The attempt stands there now; if it is not final, the next query is due.
    Asked(StateName),
    /// Nothing was asked: the attempt is final or in review, or this query was made before.
    NotNeeded,
}

/// Why a query did not come to an end. The task may run again.
#[derive(Debug, thiserror::Error)]
pub enum QueryAttemptError {
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

/// Asks the provider what became of an attempt that is silent.
pub struct QueryAttempt {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The provider.
    pub money: Arc<dyn MobileMoney>,
    /// What people said of letters about its money.
    pub letters: Arc<dyn DeadLetters>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl QueryAttempt {
    /// Asks for the `step`th time, from 0, unless a callback came meanwhile, and puts the next query on
    /// record; after the last one a person has the attempt. An attempt whose provider ids were never
    /// learned cannot be asked about: only its callback, or a person, can end it. Money that a person noted as given back or matched to another
    /// payment is not booked: a person ends the attempt.
    ///
    /// Running the same step again asks nothing.
    ///
    /// # Errors
    /// [`QueryAttemptError`]; the task should run again.
    #[tracing::instrument(name = "payments.query_attempt", skip_all, fields(attempt.id = %attempt, step))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        step: u8,
    ) -> Result<Queried, QueryAttemptError> {
        let (_, found) = self.read(tenant, attempt).await?;
        if !needs(&found, step) {
            return Ok(Queried::NotNeeded);
        }
        let heard = match &found.progress().ids {
            Some(ids) => self.money.query(tenant, ids).await,
            None => Heard {
                answer: QueryAnswer::NoAnswer,
                raw: None,
            },
        };
        let mut elsewhere = None;
        for _ in 0..DECISIONS_MAX {
            let (record, found) = self.read(tenant, attempt).await?;
            // Who else made this query has put the next one on record as well.
            if found.progress().queries > step {
                return Ok(Queried::NotNeeded);
            }
            let now = self.clock.now();
            let (moved, next) = match elsewhere.take() {
                Some(LetterState::Refunded) => (found.asked(step).refuse_given_back(now), None),
                Some(LetterState::Matched) => (found.asked(step).refuse_receipt(now), None),
                Some(LetterState::New | LetterState::Dismissed) | None => {
                    take_in(found, &heard.answer, step, now)
                }
            };
            let (payment, asked) = (record.payment.clone(), moved.attempt.clone());
            let mut change = settle(record.payment, moved, now, &*self.ids)?;
            change.tasks.extend(next);
            change.saying = heard.raw.clone().map(|raw| Saying {
                at: now,
                occasion: Occasion::Query,
                raw,
            });
            let name = change
                .attempt
                .as_ref()
                .map_or(StateName::Unknown, |attempt| attempt.state().name());
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(Queried::Asked(name)),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                // A query names no receipt that another could hold: a person decided otherwise about the same money.
                Err(RecordError::ReceiptTaken) => {
                    elsewhere = self.letters.decided_elsewhere(tenant, &payment, &asked).await?;
                }
                Err(RecordError::Stale | RecordError::LiveAttempt | RecordError::IdsTaken) => {}
            }
        }
        Err(QueryAttemptError::Busy)
    }

    async fn read(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
    ) -> Result<(PaymentRecord, Attempt), QueryAttemptError> {
        let record = self.book.of_attempt(tenant, attempt).await?;
        let record = record.ok_or(QueryAttemptError::NoSuchAttempt)?;
        let found = record.attempt(attempt).cloned();
        Ok((record, found.ok_or(QueryAttemptError::NoSuchAttempt)?))
    }
}

/// Whether anything is left to find out, and this query is still to be made.
fn needs(attempt: &Attempt, step: u8) -> bool {
    let silent = match attempt.state() {
        AttemptState::Sent | AttemptState::AwaitingCustomer | AttemptState::Unknown => true,
        AttemptState::Created
        | AttemptState::InReview { .. }
        | AttemptState::Paid { .. }
        | AttemptState::Failed { .. }
        | AttemptState::Cancelled => false,
    };
    silent && attempt.progress().queries <= step
}

/// The attempt after the answer, and the next query if one is needed. After the last one a person has it.
fn take_in(attempt: Attempt, answer: &QueryAnswer, step: u8, now: OffsetDateTime) -> (Moved, Option<Due>) {
    let id = attempt.id();
    let sent_at = attempt.progress().sent_at.unwrap_or(now);
    let moved = attempt.asked(step).hear_query_answer(answer, now);
    if !needs(&moved.attempt, step.saturating_add(1)) {
        return (moved, None);
    }
    match query_after(step, sent_at, now) {
        Some((step, at)) => {
            let task = PaymentTask::Query { attempt: id, step };
            (moved, Some(Due { at, task }))
        }
        None => (moved.attempt.give_up_asking(now), None),
    }
}
