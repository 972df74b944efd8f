//! Disputes: somebody holds a line of their frozen document to be wrong, and a manager decides.
//!
//! A dispute changes no figure. Whoever accepts one amends the document, which is an act of its own.

use async_trait::async_trait;
use ratiba_kernel::{Id, Outage, TenantId};
use time::OffsetDateTime;

use crate::event::CommissionEvent;
use crate::period::{FrozenPeriod, PeriodKind};
use crate::{PeriodId, StaffId};

/// Marks ids of disputes.
#[derive(Debug)]
pub enum DisputeRow {}

/// One dispute.
pub type DisputeId = Id<DisputeRow>;

/// Why, in words: 1 to 500 characters without space at either end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(String);

/// The text is empty or too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reason has 1 to 500 characters")]
pub struct NoReason;

impl Words {
    /// Reads words; space around them is forgiven.
    ///
    /// # Errors
    /// [`NoReason`].
    pub fn parse(text: &str) -> Result<Self, NoReason> {
        let text = text.trim();
        if (1..=500).contains(&text.chars().count()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoReason)
        }
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A line of a statement, from 1, as its owner names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineNumber(u32);

impl LineNumber {
    /// The number; `None` for nought.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// From 1.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// Who decided, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The access that decided.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// How far a dispute has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisputeState {
    /// Nobody has decided.
    Open,
    /// The line is wrong, and the document is to be amended.
    Accepted {
        /// By whom.
        decided: Decided,
        /// What the owner is told beside it.
        answer: Option<Words>,
    },
    /// The line stays.
    Rejected {
        /// By whom.
        decided: Decided,
        /// Why.
        answer: Words,
    },
}

impl DisputeState {
    /// The word in rows and answers.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted { .. } => "accepted",
            Self::Rejected { .. } => "rejected",
        }
    }
}

/// A dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Which.
    pub id: DisputeId,
    /// About which document.
    pub period: PeriodId,
    /// About which of its lines.
    pub line: LineNumber,
    /// Whose document it is.
    pub staff: StaffId,
    /// Why, in the owner's words.
    pub reason: Words,
    /// The access that opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: OffsetDateTime,
    /// How far it has come.
    pub state: DisputeState,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// What a manager decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The line is wrong.
    Accept {
        /// What the owner is told beside it.
        answer: Option<Words>,
    },
    /// The line stays.
    Reject {
        /// Why.
        answer: Words,
    },
}

/// The accepted disputes of somebody about a month that no amendment has followed yet: what is to be amended in it was, as far
/// as anybody said, disputed by these. `periods` are the documents of that month.
#[must_use]
pub fn to_be_amended<'a>(
    disputes: &'a [Dispute],
    periods: &[FrozenPeriod],
    staff: StaffId,
) -> Vec<&'a Dispute> {
    let own: Vec<&FrozenPeriod> = periods.iter().filter(|period| period.staff == staff).collect();
    let amended_at = own
        .iter()
        .filter(|period| period.kind != PeriodKind::Close)
        .map(|period| period.frozen_at)
        .max();
    disputes
        .iter()
        .filter(|dispute| match &dispute.state {
            DisputeState::Accepted { decided, .. } => {
                own.iter().any(|period| period.id == dispute.period)
                    && amended_at.is_none_or(|amended_at| amended_at < decided.at)
            }
            DisputeState::Open | DisputeState::Rejected { .. } => false,
        })
        .collect()
}

/// It is decided already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the dispute is decided already")]
pub struct DecidedBefore;

impl Dispute {
    /// Decides it.
    ///
    /// # Errors
    /// [`DecidedBefore`].
    pub fn decide(self, decision: Decision, by: &str, at: OffsetDateTime) -> Result<Self, DecidedBefore> {
        match self.state {
            DisputeState::Open => {}
            DisputeState::Accepted { .. } | DisputeState::Rejected { .. } => return Err(DecidedBefore),
        }
        let decided = Decided {
            by: by.to_owned(),
            at,
        };
        let state = match decision {
            Decision::Accept { answer } => DisputeState::Accepted { decided, answer },
            Decision::Reject { answer } => DisputeState::Rejected { decided, answer },
        };
        Ok(Self {
            state,
            version: self.version.saturating_add(1),
            ..self
        })
    }
}

/// Where disputes are kept.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait DisputeBook: Send + Sync {
    /// Opens a dispute; answers the one that is open about the same line, if there is one: then nothing is written. What
    /// happened lands in the outbox, in the same transaction.
    ///
    /// # Errors
    /// [`Outage`].
    async fn open(
        &self,
        tenant: TenantId,
        dispute: Dispute,
        event: CommissionEvent,
    ) -> Result<Dispute, Outage>;

    /// One dispute.
    ///
    /// # Errors
    /// [`Outage`].
    async fn dispute(&self, tenant: TenantId, id: DisputeId) -> Result<Option<Dispute>, Outage>;

    /// The disputes, the oldest first: the open ones only, or the latest 500 of all.
    ///
    /// # Errors
    /// [`Outage`].
    async fn disputes(&self, tenant: TenantId, open_only: bool) -> Result<Vec<Dispute>, Outage>;

    /// Records a decision about a dispute that is still open. What happened lands in the outbox, in the same transaction.
    ///
    /// # Errors
    /// [`RecordDecisionError`]; then nothing is written.
    async fn record_decision(
        &self,
        tenant: TenantId,
        decided: Dispute,
        event: CommissionEvent,
    ) -> Result<(), RecordDecisionError>;
}

/// Why a decision was not recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordDecisionError {
    /// It moved on since it was read.
    #[error("the dispute changed since it was read")]
    Stale,
    /// It is not known whether it was recorded.
    #[error("the disputes are unavailable")]
    Unavailable(#[from] Outage),
}

#[cfg(test)]
mod tests;
