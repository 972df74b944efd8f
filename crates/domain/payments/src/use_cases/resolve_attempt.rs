//! Ending an attempt that is in a person's hands.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, MoneyError, Outage, TenantId};

use super::DECISIONS_MAX;
use crate::actor::Actor;
use crate::attempt::{Attempt, AttemptId, AttemptState, NotResolved, Resolution, Resolved};
use crate::evidence::Evidence;
use crate::payment::{PaymentId, PaymentRecord};
use crate::ports::{PaymentBook, RecordError};
use crate::remark::Remark;
use crate::settlement::settle;

/// What a person decides about an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolveOrder {
    /// Which.
    pub attempt: AttemptId,
    /// What they found out.
    pub resolution: Resolution,
    /// Who.
    pub by: Actor,
    /// Why, in their own words.
    pub why: Remark,
    /// The version of the payment that it was decided on, if that matters.
    pub version: Option<i32>,
}

/// Why an attempt was not ended. Nothing changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveAttemptError {
    /// There is no such attempt.
    #[error("there is no such attempt")]
    NoSuchAttempt,
    /// It cannot be ended so.
    #[error("the attempt cannot be ended so")]
    NotResolved(#[from] NotResolved),
    /// The receipt is booked for another attempt.
    #[error("the receipt is booked for another attempt")]
    ReceiptTaken,
    /// The payment is at another version than the decision.
    #[error("the payment changed since it was read")]
    Stale,
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

/// Ends an attempt that is in review, or an order by card that has been in doubt for an hour.
pub struct ResolveAttempt {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl ResolveAttempt {
    /// Records what a person found out, with who and why; money that was received is booked. Deciding the same again
    /// changes nothing. A callback that comes later is still taken in. Answers the payment.
    ///
    /// # Errors
    /// [`ResolveAttemptError`].
    #[tracing::instrument(name = "payments.resolve_attempt", skip_all, fields(attempt.id = %order.attempt))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: ResolveOrder,
    ) -> Result<PaymentId, ResolveAttemptError> {
        for _ in 0..DECISIONS_MAX {
            let record = self.book.of_attempt(tenant, order.attempt).await?;
            let record = record.ok_or(ResolveAttemptError::NoSuchAttempt)?;
            let PaymentRecord { payment, attempts } = record;
            let found = attempts.into_iter().find(|attempt| attempt.id() == order.attempt);
            let found = found.ok_or(ResolveAttemptError::NoSuchAttempt)?;
            if decided_so(&found, &order.resolution) {
                return Ok(payment.id());
            }
            if order.version.is_some_and(|version| version != payment.version()) {
                return Err(ResolveAttemptError::Stale);
            }
            let (id, now) = (payment.id(), self.clock.now());
            let resolved = Resolved {
                by: order.by.clone(),
                why: order.why.clone(),
                at: now,
            };
            let moved = found.resolve(order.resolution.clone(), resolved)?;
            let change = settle(payment, moved, now, &*self.ids)?;
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(id),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                Err(RecordError::ReceiptTaken) => return Err(ResolveAttemptError::ReceiptTaken),
                Err(RecordError::Stale | RecordError::LiveAttempt | RecordError::IdsTaken) => {}
            }
        }
        Err(ResolveAttemptError::Busy)
    }
}

/// Whether a person ended it so before.
fn decided_so(attempt: &Attempt, resolution: &Resolution) -> bool {
    if attempt.progress().resolved.is_none() {
        return false;
    }
    match (attempt.state(), resolution) {
        (
            AttemptState::Paid {
                evidence: Evidence::Person,
                receipt: known,
            },
            Resolution::Paid { receipt, amount },
        ) => {
            let same_amount = amount.is_none_or(|amount| amount == attempt.terms().amount);
            known.as_ref() == Some(receipt) && same_amount
        }
        (
            AttemptState::Failed {
                evidence: Evidence::Person,
                reason: known,
                ..
            },
            Resolution::Failed { reason },
        ) => known == reason,
        (AttemptState::Cancelled, Resolution::Cancelled) => true,
        (
            AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::InReview { .. }
            | AttemptState::Paid { .. }
            | AttemptState::Failed { .. }
            | AttemptState::Cancelled,
            Resolution::Paid { .. } | Resolution::Failed { .. } | Resolution::Cancelled,
        ) => false,
    }
}
