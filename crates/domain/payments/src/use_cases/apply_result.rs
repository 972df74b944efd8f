//! Taking in a provider's message about a refund.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, TenantId};

use super::AskRefund;
use super::refunds::booked;
use crate::CallbackId;
use crate::ports::{
    Brings, CallbackOutcome, RefundBook, RefundChange, RefundFacts, RefundRefused, ResultInbox, ResultReader,
    StoredResult,
};
use crate::refund::{Refund, ReversalReport, ReversalVerdict};

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
    /// Asks when a message is no verdict.
    pub ask: AskRefund,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl ApplyResult {
    /// Reads the message, moves its refund, books it and tells of it, in one transaction with the mark that it was taken
    /// in. That a request was not delivered in time is no verdict: it is asked what became of it. Running it again
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
        if stored.timed_out {
            return self.look_into(tenant, &stored, &found).await;
        }
        let report = match self.reader.read_result(&stored.body, stored.brings) {
            Ok(report) => report,
            Err(unreadable) => {
                tracing::warn!(message.id = %message, reason = unreadable.0, "a message about a refund cannot be read");
                return self.refuse(tenant, &stored, CallbackOutcome::Unreadable).await;
            }
        };
        match self.apply(tenant, &stored, &found, Some(report)).await {
            Ok(()) => Ok(ResultApplied::Applied),
            // What names another refund's money says nothing about this one.
            Err(RefundRefused::ForeignMessage | RefundRefused::ReceiptTaken) => {
                self.refuse(tenant, &stored, CallbackOutcome::ForeignIds).await
            }
            Err(other) => Err(other.into()),
        }
    }

    async fn look_into(
        &self,
        tenant: TenantId,
        stored: &StoredResult,
        found: &Refund,
    ) -> Result<ResultApplied, ApplyResultError> {
        let asked = found.progress().asked;
        // First the question, then the mark: a process that dies in between asks again.
        if stored.brings == Brings::Result {
            self.ask.execute(tenant, found.id(), asked).await?;
        }
        self.apply(tenant, stored, found, None).await?;
        Ok(ResultApplied::Applied)
    }

    async fn apply(
        &self,
        tenant: TenantId,
        stored: &StoredResult,
        found: &Refund,
        report: Option<ReversalReport>,
    ) -> Result<(), RefundRefused> {
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let (message, id, brings) = (stored.id, stored.refund, stored.brings);
        let decide = move |facts: &RefundFacts| {
            let found = facts.refund(id).ok_or(RefundRefused::NoSuchRefund)?.clone();
            let moved = match (&report, brings) {
                (Some(report), Brings::Result) => found
                    .hear_result(report, now)
                    .map_err(|_| RefundRefused::ForeignMessage)?,
                (Some(report), Brings::Status) => found.hear_status(&report.verdict, now),
                (None, Brings::Result | Brings::Status) => found.hear_status(&ReversalVerdict::Unclear, now),
            };
            let mut change: RefundChange = booked(facts, moved, now, &*ids).map_err(Outage::new)?;
            change.message = Some((message, CallbackOutcome::Applied));
            Ok(Some(change))
        };
        self.book
            .amend(tenant, found.terms().payment, Box::new(decide))
            .await?;
        Ok(())
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
