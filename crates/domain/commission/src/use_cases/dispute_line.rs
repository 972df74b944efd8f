//! Somebody disputes a line of their frozen document, and a manager decides.

use std::sync::Arc;

use ratiba_kernel::{Clock, Id, IdSource, Outage, TenantId};

use crate::PeriodId;
use crate::dispute::{
    Decision, Dispute, DisputeBook, DisputeId, DisputeState, LineNumber, RecordDecisionError, Words,
};
use crate::event::CommissionEvent;
use crate::ports::CommissionBook;

/// Opens and decides disputes.
pub struct WorkDisputes {
    /// The frozen documents.
    pub book: Arc<dyn CommissionBook>,
    /// The disputes.
    pub disputes: Arc<dyn DisputeBook>,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
}

/// Why a dispute was not opened.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenDisputeError {
    /// There is no such document.
    #[error("there is no such document")]
    Unknown,
    /// The document has fewer lines.
    #[error("the document has no line of this number")]
    NoSuchLine,
    /// It is not known whether it was opened; asking again is safe.
    #[error("the disputes are unavailable")]
    Unavailable(#[from] Outage),
}

/// Why a dispute was not decided.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecideDisputeError {
    /// There is no such dispute.
    #[error("there is no such dispute")]
    Unknown,
    /// It is decided already.
    #[error("the dispute is decided already")]
    DecidedBefore,
    /// It is not known whether it was decided.
    #[error("the disputes are unavailable")]
    Unavailable(#[from] Outage),
}

impl WorkDisputes {
    /// Opens a dispute about a line; answers whether it is new. One that is open about the same line stays as it is.
    ///
    /// # Errors
    /// [`OpenDisputeError`].
    #[tracing::instrument(name = "commission.open_dispute", skip_all, fields(period.id = %period))]
    pub async fn open(
        &self,
        tenant: TenantId,
        period: PeriodId,
        line: LineNumber,
        reason: Words,
        by: &str,
    ) -> Result<(Dispute, bool), OpenDisputeError> {
        let document = self.book.period(tenant, period).await?;
        let document = document.ok_or(OpenDisputeError::Unknown)?;
        let lines = u32::try_from(document.lines().len()).unwrap_or(u32::MAX);
        if line.number() > lines {
            return Err(OpenDisputeError::NoSuchLine);
        }
        let id: DisputeId = Id::from_uuid(self.ids.next());
        let dispute = Dispute {
            id,
            period,
            line,
            staff: document.period().staff,
            reason,
            opened_by: by.to_owned(),
            opened_at: self.clock.now(),
            state: DisputeState::Open,
            version: 1,
        };
        let event = CommissionEvent::DisputeOpened {
            dispute: id,
            staff: dispute.staff,
        };
        let open = self.disputes.open(tenant, dispute, event).await?;
        let new = open.id == id;
        Ok((open, new))
    }

    /// Decides a dispute.
    ///
    /// # Errors
    /// [`DecideDisputeError`].
    pub async fn decide(
        &self,
        tenant: TenantId,
        id: DisputeId,
        decision: Decision,
        by: &str,
    ) -> Result<Dispute, DecideDisputeError> {
        let found = self.disputes.dispute(tenant, id).await?;
        let dispute = found.ok_or(DecideDisputeError::Unknown)?;
        let decided = dispute
            .decide(decision, by, self.clock.now())
            .map_err(|_| DecideDisputeError::DecidedBefore)?;
        let event = CommissionEvent::DisputeDecided {
            dispute: id,
            staff: decided.staff,
        };
        match self
            .disputes
            .record_decision(tenant, decided.clone(), event)
            .await
        {
            Ok(()) => Ok(decided),
            Err(RecordDecisionError::Stale) => Err(DecideDisputeError::DecidedBefore),
            Err(RecordDecisionError::Unavailable(outage)) => Err(outage.into()),
        }
    }
}
