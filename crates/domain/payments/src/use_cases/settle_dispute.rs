//! Laying a dispute about an attempt to rest.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};

use super::DECISIONS_MAX;
use crate::actor::Actor;
use crate::attempt::{AttemptId, NotDisputed, Resolved};
use crate::payment::{PaymentId, PaymentRecord};
use crate::ports::{Change, PaymentBook, RecordError};
use crate::remark::Remark;

/// What a person decides about an attempt whose state is disputed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeOrder {
    /// Which.
    pub attempt: AttemptId,
    /// Who.
    pub by: Actor,
    /// What they found out, in their own words.
    pub why: Remark,
    /// The version of the payment that it was decided on, if that matters.
    pub version: Option<i32>,
}

/// Why a dispute was not settled. Nothing changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettleDisputeError {
    /// There is no such attempt.
    #[error("there is no such attempt")]
    NoSuchAttempt,
    /// There is nothing to settle.
    #[error(transparent)]
    NotDisputed(#[from] NotDisputed),
    /// The payment is at another version than the decision.
    #[error("the payment changed since it was read")]
    Stale,
    /// Others kept changing the same payment.
    #[error("the payment is busy")]
    Busy,
    /// The book did not answer.
    #[error("payments are unavailable")]
    Unavailable(#[from] Outage),
}

/// Settles what is disputed about an attempt.
pub struct SettleDispute {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl SettleDispute {
    /// Records that somebody looked into what is odd about an attempt, with who and why; its state and the books stay as
    /// they are. Money that has to go back is refunded apart from this. Saying the same again changes nothing. Answers the
    /// payment.
    ///
    /// # Errors
    /// [`SettleDisputeError`].
    #[tracing::instrument(name = "payments.settle_dispute", skip_all, fields(attempt.id = %order.attempt))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: DisputeOrder,
    ) -> Result<PaymentId, SettleDisputeError> {
        for _ in 0..DECISIONS_MAX {
            let record = self.book.of_attempt(tenant, order.attempt).await?;
            let record = record.ok_or(SettleDisputeError::NoSuchAttempt)?;
            let PaymentRecord { payment, attempts } = record;
            let found = attempts.into_iter().find(|attempt| attempt.id() == order.attempt);
            let found = found.ok_or(SettleDisputeError::NoSuchAttempt)?;
            let progress = found.progress();
            let said_before =
                (progress.resolved.as_ref()).is_some_and(|said| said.by == order.by && said.why == order.why);
            if progress.dispute.is_none() && said_before {
                return Ok(payment.id());
            }
            if order.version.is_some_and(|version| version != payment.version()) {
                return Err(SettleDisputeError::Stale);
            }
            let (id, now) = (payment.id(), self.clock.now());
            let moved = found.settle_dispute(Resolved {
                by: order.by.clone(),
                why: order.why.clone(),
                at: now,
            })?;
            let mut change = Change::of_attempt(payment, moved.attempt);
            change.at = now;
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(id),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                Err(
                    RecordError::Stale
                    | RecordError::LiveAttempt
                    | RecordError::ReceiptTaken
                    | RecordError::IdsTaken,
                ) => {}
            }
        }
        Err(SettleDisputeError::Busy)
    }
}
