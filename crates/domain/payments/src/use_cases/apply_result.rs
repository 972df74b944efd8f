//! Taking in a provider's message about a refund.

use std::sync::{Arc, Mutex, PoisonError};

use ratiba_kernel::{Clock, IdSource, Outage, TenantId};
use time::OffsetDateTime;

use super::refunds::{about, booked};
use crate::CallbackId;
use crate::event::PaymentEvent;
use crate::ports::{
    Brings, CallbackOutcome, RefundBook, RefundChange, RefundFacts, RefundRefused, ResultInbox, ResultReader,
    StoredResult,
};
use crate::refund::{Refund, RefundDoubt, RefundMoved, ReversalReport, ReversalVerdict};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultApplied {
    /// The refund took it in.
    Applied,
    /// It was taken in or refused before.
    Before(CallbackOutcome),
    /// It cannot be read, or is about another refund: it is in the dead letters.
    Refused(CallbackOutcome),
}

/// Why a message was not taken in. The task may run again.
#[derive(Debug, thiserror::Error)]
pub enum ApplyResultError {
    /// There is no such message, or none of its refund.
    #[error("there is no such message")]
    NoSuchMessage,
    /// The refund could not be changed.
    #[error("the refund was not changed")]
    Refund(#[from] RefundRefused),
    /// The inbox did not answer.
    #[error("refunds are unavailable")]
    Unavailable(#[from] Outage),
}

/// Takes in a message about a refund that was stored.
pub struct ApplyResult {
    /// Where refunds are kept.
    pub book: Arc<dyn RefundBook>,
    /// Where messages wait.
    pub inbox: Arc<dyn ResultInbox>,
    /// Reads them.
    pub reader: Arc<dyn ResultReader>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl ApplyResult {
    /// Reads the message, moves its refund, books it and tells of it, in one transaction with the mark that it was taken
    /// in. That a request was not delivered in time is no verdict: the questions that are on record find out. A success of
    /// a refund that was given up, while the same money goes back by another, completes that other one. Running it again
    /// changes nothing.
    ///
    /// # Errors
    /// [`ApplyResultError`]; the task should run again.
    #[tracing::instrument(name = "payments.apply_result", skip_all, fields(message.id = %message))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        message: CallbackId,
    ) -> Result<ResultApplied, ApplyResultError> {
        let stored = self.inbox.stored_result(tenant, message).await?;
        let stored = stored.ok_or(ApplyResultError::NoSuchMessage)?;
        if let Some(outcome) = stored.outcome {
            return Ok(ResultApplied::Before(outcome));
        }
        let found = self.book.refund(tenant, stored.refund).await?;
        let found = found.ok_or(ApplyResultError::NoSuchMessage)?;
        let report = if stored.timed_out {
            Ok(None)
        } else {
            let read = self.reader.read_result(&stored.body, stored.brings);
            read.map(Some)
        };
        let report = match report {
            Ok(report) => report,
            Err(unreadable) => {
                tracing::warn!(message.id = %message, reason = unreadable.0, "a message about a refund cannot be read");
                return self.refuse(tenant, &stored, CallbackOutcome::Unreadable).await;
            }
        };
        match self.apply(tenant, &stored, &found, report).await {
            Ok(CallbackOutcome::Applied) => Ok(ResultApplied::Applied),
            Ok(refused) => Ok(ResultApplied::Refused(refused)),
            // What names another refund's money says nothing about this one.
            Err(RefundRefused::ForeignMessage | RefundRefused::ReceiptTaken) => {
                self.refuse(tenant, &stored, CallbackOutcome::ForeignIds).await
            }
            Err(other) => Err(other.into()),
        }
    }

    async fn apply(
        &self,
        tenant: TenantId,
        stored: &StoredResult,
        found: &Refund,
        report: Option<ReversalReport>,
    ) -> Result<CallbackOutcome, RefundRefused> {
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let (message, id, brings) = (stored.id, stored.refund, stored.brings);
        let outcome = Arc::new(Mutex::new(CallbackOutcome::Applied));
        let decided = Arc::clone(&outcome);
        let decide = move |facts: &RefundFacts| {
            let found = facts.refund(id).ok_or(RefundRefused::NoSuchRefund)?;
            let (mut change, outcome) = match taken_in(facts, found, report.as_ref(), brings, now)? {
                TakenIn::Moved(moved) => {
                    let change = booked(facts, *moved, now, &*ids).map_err(Outage::new)?;
                    (change, CallbackOutcome::Applied)
                }
                TakenIn::Contradicts(other) => (contradicted(&other, now), CallbackOutcome::ForeignIds),
            };
            change.message = Some((message, outcome));
            *decided.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
            Ok(Some(change))
        };
        self.book
            .amend(tenant, found.terms().payment, Box::new(decide))
            .await?;
        let outcome = *outcome.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(outcome)
    }

    async fn refuse(
        &self,
        tenant: TenantId,
        stored: &StoredResult,
        outcome: CallbackOutcome,
    ) -> Result<ResultApplied, ApplyResultError> {
        let now = self.clock.now();
        self.inbox
            .conclude_result(tenant, stored.id, outcome, now)
            .await?;
        Ok(ResultApplied::Refused(outcome))
    }
}

/// What a message means.
enum TakenIn {
    Moved(Box<RefundMoved>),
    /// It speaks of money that went back, and of that another refund knows otherwise.
    Contradicts(Box<Refund>),
}

fn taken_in(
    facts: &RefundFacts,
    found: &Refund,
    report: Option<&ReversalReport>,
    brings: Brings,
    now: OffsetDateTime,
) -> Result<TakenIn, RefundRefused> {
    let own = found.clone();
    let unclear = ReversalVerdict::Unclear;
    let verdict = report.map_or(&unclear, |report| &report.verdict);
    let moved = match (report, brings) {
        (Some(report), Brings::Result) => own
            .hear_result(report, now)
            .map_err(|_| RefundRefused::ForeignMessage)?,
        (Some(_), Brings::Status) | (None, Brings::Result | Brings::Status) => own.hear_status(verdict, now),
    };
    let succeeded = match verdict {
        ReversalVerdict::Done { .. } | ReversalVerdict::DoneBefore => true,
        ReversalVerdict::Refused { .. } | ReversalVerdict::Unclear => false,
    };
    let Some(heir) = facts.heir(found).filter(|_| succeeded) else {
        return Ok(TakenIn::Moved(Box::new(moved)));
    };
    Ok(match heir.clone().take_over(verdict, now) {
        Ok(moved) => TakenIn::Moved(Box::new(moved)),
        Err(_) => TakenIn::Contradicts(Box::new(heir.clone())),
    })
}

/// A person is called about a refund that stays as it is.
fn contradicted(refund: &Refund, now: OffsetDateTime) -> RefundChange {
    let mut change = RefundChange::of(refund.clone(), now);
    change.events.push(PaymentEvent::RefundInReview {
        about: about(refund),
        why: RefundDoubt::DoneAfterAll,
        given_twice: None,
    });
    change
}
