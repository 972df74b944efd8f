//! What payments has to do later, each at its time. Every task may run twice: the second run finds the
//! work done.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::CallbackId;
use crate::attempt::AttemptId;
use crate::refund::RefundId;

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
    /// Ask the provider to take money back: [`crate::use_cases::SendRefund`].
    SendRefund {
        /// Which refund.
        refund: RefundId,
        /// After how many tries that did not reach it.
        #[serde(default)]
        tries: u8,
    },
    /// Ask what became of a refund: [`crate::use_cases::AskRefund`].
    AskRefund {
        /// Which refund.
        refund: RefundId,
        /// The how-manieth time, from 0.
        step: u8,
        /// After how many tries to send it that did not reach the provider.
        #[serde(default)]
        tries: u8,
    },
    /// Take in a message about a refund that was stored: [`crate::use_cases::ApplyResult`].
    ApplyResult {
        /// Which message.
        message: CallbackId,
    },
    /// Ask the card provider for money back: [`crate::use_cases::SendCardRefund`].
    SendCardRefund {
        /// Which refund.
        refund: RefundId,
        /// After how many tries that did not reach the provider.
        tries: u8,
    },
    /// Look what became of a refund by card: [`crate::use_cases::LookAtCardRefund`].
    LookAtCardRefund {
        /// Which refund.
        refund: RefundId,
        /// The how-manieth time, from 0.
        step: u8,
        /// After how many tries to ask for it that did not reach the provider.
        tries: u8,
    },
    /// Open an attempt's order at the card provider: [`crate::use_cases::OpenCard`].
    OpenCard {
        /// Which one.
        attempt: AttemptId,
    },
    /// Look how an attempt's order stands: [`crate::use_cases::LookAtCard`].
    LookAtCard {
        /// Which one.
        attempt: AttemptId,
        /// The how-manieth time, from 0.
        step: u8,
    },
    /// Remind a customer of a page that is not paid: [`crate::use_cases::NudgeCard`].
    NudgeCard {
        /// Which one.
        attempt: AttemptId,
    },
    /// Cancel an order that is not paid: [`crate::use_cases::AbandonCard`].
    AbandonCard {
        /// Which one.
        attempt: AttemptId,
        /// Because nobody is to pay it any more, and not because its time ran out.
        #[serde(alias = "visit_over")]
        at_once: bool,
    },
    /// Book the money of a confirmation that was stored: [`crate::use_cases::ApplyConfirmation`].
    ApplyConfirmation {
        /// Which one.
        confirmation: CallbackId,
        /// The how-manieth time, from 0.
        step: u8,
    },
    /// Look at the order that a stored notice names: [`crate::use_cases::ApplyNotice`].
    ApplyNotice {
        /// Which notice.
        notice: CallbackId,
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
            Self::SendRefund { .. } => "payments.send_refund",
            Self::AskRefund { .. } => "payments.ask_refund",
            Self::ApplyResult { .. } => "payments.result",
            Self::SendCardRefund { .. } => "payments.send_card_refund",
            Self::LookAtCardRefund { .. } => "payments.look_at_card_refund",
            Self::OpenCard { .. } => "payments.open_card",
            Self::LookAtCard { .. } => "payments.look_at_card",
            Self::NudgeCard { .. } => "payments.nudge_card",
            Self::AbandonCard { .. } => "payments.abandon_card",
            Self::ApplyConfirmation { .. } => "payments.confirmation",
            Self::ApplyNotice { .. } => "payments.notice",
        }
    }

    /// Tells the task from all others, so that it is queued once.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Push { attempt } => format!("payments.push:{attempt}"),
            Self::Query { attempt, step } => format!("payments.query:{attempt}:{step}"),
            Self::ApplyCallback { callback } => format!("payments.callback:{callback}"),
            Self::SendRefund { refund, tries: 0 } => format!("payments.send_refund:{refund}"),
            Self::SendRefund { refund, tries } => format!("payments.send_refund:{refund}:{tries}"),
            Self::AskRefund {
                refund,
                step,
                tries: 0,
            } => format!("payments.ask_refund:{refund}:{step}"),
            // A request that goes out again is asked about anew.
            Self::AskRefund { refund, step, tries } => {
                format!("payments.ask_refund:{refund}:{step}:{tries}")
            }
            Self::ApplyResult { message } => format!("payments.result:{message}"),
            Self::SendCardRefund { refund, tries } => format!("payments.send_card_refund:{refund}:{tries}"),
            // A request that goes out again is looked after anew.
            Self::LookAtCardRefund { refund, step, tries } => {
                format!("payments.look_at_card_refund:{refund}:{step}:{tries}")
            }
            Self::OpenCard { attempt } => format!("payments.open_card:{attempt}"),
            Self::LookAtCard { attempt, step } => format!("payments.look_at_card:{attempt}:{step}"),
            Self::NudgeCard { attempt } => format!("payments.nudge_card:{attempt}"),
            Self::AbandonCard { attempt, at_once } => format!("payments.abandon_card:{attempt}:{at_once}"),
            Self::ApplyConfirmation { confirmation, step } => {
                format!("payments.confirmation:{confirmation}:{step}")
            }
            Self::ApplyNotice { notice } => format!("payments.notice:{notice}"),
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
