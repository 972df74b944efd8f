//! Which failures of payments' tasks no other try can mend.

use ratiba_payments::use_cases::{ApplyCallbackError, CardError, PushAttemptError, QueryAttemptError};

use crate::runner::JobError;

/// A failure that may mean that what the task is about is on no record: it was put there together with the task, so that
/// it will not come any more.
pub(super) trait MayBeLost: Into<anyhow::Error> {
    /// Whether it means that.
    fn is_lost(&self) -> bool;
}

impl MayBeLost for PushAttemptError {
    fn is_lost(&self) -> bool {
        match self {
            Self::NoSuchAttempt => true,
            Self::Amount(_) | Self::Busy | Self::Unavailable(_) => false,
        }
    }
}

impl MayBeLost for QueryAttemptError {
    fn is_lost(&self) -> bool {
        match self {
            Self::NoSuchAttempt => true,
            Self::Amount(_) | Self::Busy | Self::Unavailable(_) => false,
        }
    }
}

impl MayBeLost for ApplyCallbackError {
    fn is_lost(&self) -> bool {
        match self {
            Self::NoSuchCallback => true,
            Self::Amount(_) | Self::Busy | Self::Unavailable(_) => false,
        }
    }
}

impl MayBeLost for CardError {
    fn is_lost(&self) -> bool {
        match self {
            Self::NoSuchAttempt | Self::NoSuchNotice => true,
            Self::NoAnswer
            | Self::StillOpening
            | Self::Refund(_)
            | Self::Amount(_)
            | Self::Busy
            | Self::Unavailable(_) => false,
        }
    }
}

/// What a failure means for its job.
pub(super) fn judged<E: MayBeLost>(error: E) -> JobError {
    if error.is_lost() {
        JobError::Hopeless(error.into())
    } else {
        JobError::Again(error.into())
    }
}

#[cfg(test)]
mod tests;
