//! A payment with all that was tried, and when one may try again.

use time::OffsetDateTime;

use super::{Payment, PaymentState};
use crate::attempt::{Attempt, AttemptId, AttemptState, Provider};
use crate::failure::{FailureReason, Retry};
use crate::schedule::RESEND_AFTER;

/// A payment with all that was tried, oldest attempt first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRecord {
    /// What is owed.
    pub payment: Payment,
    /// What was tried, oldest first.
    pub attempts: Vec<Attempt>,
}

/// Why no new attempt may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// Nothing is owed any more.
    #[error("the payment is settled")]
    AlreadyPaid,
    /// The visit is not agreed yet, or its time is not held any more: nothing is asked for it.
    #[error("the visit is not agreed")]
    NotAgreed,
    /// The visit is over, and the payment was closed.
    #[error("the payment is closed")]
    Closed,
    /// An attempt is out, and may still bring the money.
    #[error("an attempt is still open")]
    StillOpen(AttemptId),
    /// It is being found out, by queries or by a person, what became of the last attempt.
    #[error("the last attempt is being looked into")]
    BeingChecked(AttemptId),
    /// The last one failed moments ago; from then on another makes sense.
    #[error("too soon after the last attempt")]
    TooSoon {
        /// From when on.
        from: OffsetDateTime,
    },
    /// A prompt for something else is out on the same number, which takes one at a time.
    #[error("another prompt is out on this number")]
    NumberBusy {
        /// The attempt, at whatever payment.
        attempt: AttemptId,
        /// From when on its prompt is gone from the screen, so that another makes sense.
        from: OffsetDateTime,
    },
    /// It would fail again for the same reason; another way to pay is needed.
    #[error("another attempt would fail for the same reason")]
    Pointless(FailureReason),
}

/// Refuses while one of these attempts may still bring money, or is in a person's hands.
///
/// # Errors
/// [`NotNow::StillOpen`] or [`NotNow::BeingChecked`], with the first such attempt.
pub fn nothing_out<'a>(attempts: impl IntoIterator<Item = &'a Attempt>) -> Result<(), NotNow> {
    for attempt in attempts {
        match attempt.state() {
            AttemptState::Created | AttemptState::Sent | AttemptState::AwaitingCustomer => {
                return Err(NotNow::StillOpen(attempt.id()));
            }
            AttemptState::Unknown | AttemptState::InReview { .. } => {
                return Err(NotNow::BeingChecked(attempt.id()));
            }
            AttemptState::Paid { .. } | AttemptState::Failed { .. } | AttemptState::Cancelled => {}
        }
    }
    Ok(())
}

impl PaymentRecord {
    /// The attempt of that id.
    #[must_use]
    pub fn attempt(&self, id: AttemptId) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.id() == id)
    }

    /// The attempt made last.
    #[must_use]
    pub fn last_attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// The attempt made last through a provider.
    #[must_use]
    pub fn last_through(&self, provider: Provider) -> Option<&Attempt> {
        let own = |attempt: &&Attempt| attempt.terms().provider == provider;
        self.attempts.iter().rfind(own)
    }

    /// Whether a new attempt through this provider may be made now: nothing is open or in doubt through any, the last one
    /// through this one has a final answer without success, and enough time has passed since.
    ///
    /// # Errors
    /// [`NotNow`] says why not.
    pub fn may_ask_again(&self, through: Provider, now: OffsetDateTime) -> Result<(), NotNow> {
        match self.payment.state() {
            PaymentState::Open => {}
            PaymentState::Settled | PaymentState::Credited => return Err(NotNow::AlreadyPaid),
            PaymentState::Cancelled => return Err(NotNow::Closed),
        }
        nothing_out(&self.attempts)?;
        let Some(last) = self.last_through(through) else {
            return Ok(());
        };
        let progress = last.progress();
        let after_push = match through {
            Provider::Mpesa => progress.sent_at.map(|sent| sent + RESEND_AFTER),
            // Nothing rings on anybody's phone.
            Provider::Pesapal | Provider::Cash => None,
        };
        let after_failure = match &progress.state {
            AttemptState::Failed { reason, .. } => match reason.retry() {
                Retry::After(wait) => Some(progress.state_at + wait),
                Retry::Pointless => return Err(NotNow::Pointless(*reason)),
            },
            AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::InReview { .. }
            | AttemptState::Paid { .. }
            | AttemptState::Cancelled => None,
        };
        match after_push.max(after_failure) {
            Some(from) if from > now => Err(NotNow::TooSoon { from }),
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
