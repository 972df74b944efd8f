//! What payments has to do later, each at its time. Every task may run twice: the second run finds the
//! work done.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::CallbackId;
use crate::attempt::AttemptId;

/// Work of this domain's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum PaymentTask {
    /// Submit an attempt to its provider: [`crate::use_cases::PushAttempt`].
    Push {
        /// Which one.
        attempt: AttemptId,
    },
    /// Ask what became of an attempt: [`crate::use_cases::QueryAttempt`].
    Query {
        /// Which one.
        attempt: AttemptId,
        /// The how-manieth time, from 0.
        step: u8,
    },
    /// Take in a callback that was stored: [`crate::use_cases::ApplyCallback`].
    ApplyCallback {
        /// Which one.
        callback: CallbackId,
    },
}

impl PaymentTask {
    /// The kind of job that it runs as.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Push { .. } => "payments.push",
            Self::Query { .. } => "payments.query",
            Self::ApplyCallback { .. } => "payments.callback",
        }
    }

    /// Tells the task from all others, so that it is queued once.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Push { attempt } => format!("payments.push:{attempt}"),
            Self::Query { attempt, step } => format!("payments.query:{attempt}:{step}"),
            Self::ApplyCallback { callback } => format!("payments.callback:{callback}"),
        }
    }
}

/// A task and when it is due, in business time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// From when on.
    pub at: OffsetDateTime,
    /// What to do.
    pub task: PaymentTask,
}
