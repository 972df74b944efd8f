//! What came to light after a month was frozen: looked at, approved, or put aside.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, MoneyError, Outage, TenantId};

use super::close_period::chain_of;
use super::preview_period::{PreviewPeriod, PreviewPeriodError};
use crate::amend::{self, Basis, Chain, ProposedAmendment};
use crate::engine::StaffFigure;
use crate::event::CommissionEvent;
use crate::hash::ContentHash;
use crate::period::{FrozenBy, FrozenDocument, PeriodKind};
use crate::ports::{Amend, AmendError, CommissionBook, CommissionRules, CompletedWork, Dismissal};
use crate::{Month, PersonId, StaffId};

/// Amends frozen months.
pub struct AmendPeriod {
    /// What was rendered.
    pub work: Arc<dyn CompletedWork>,
    /// What it pays.
    pub rules: Arc<dyn CommissionRules>,
    /// Where it is frozen.
    pub book: Arc<dyn CommissionBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Names the documents.
    pub ids: Arc<dyn IdSource>,
}

/// An amendment that waits for a manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What it would say.
    pub amendment: ProposedAmendment,
    /// Whoever looked at the very same and put it aside.
    pub dismissed: Option<Dismissal>,
}

/// Which proposal somebody means: the one that they looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmendOrder {
    /// Of which month.
    pub month: Month,
    /// Whose.
    pub staff: StaffId,
    /// By what it was reckoned.
    pub basis: Basis,
    /// The fingerprint of what it was made from.
    pub seen: ContentHash,
    /// Who says so.
    pub by: PersonId,
}

/// Why nothing was amended or put aside.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmendPeriodError {
    /// There is nothing to amend: the month is not frozen, for this person at least.
    #[error("the month {month} is not frozen, so there is nothing to amend")]
    NotFrozen {
        /// Which month.
        month: Month,
    },
    /// Nothing differs from what is frozen.
    #[error("nothing differs from what is frozen")]
    NothingToAmend,
    /// What is known, or what is frozen, is not what was looked at.
    #[error("something changed since it was looked at")]
    Stale,
    /// Something recorded must be put right first.
    #[error("the month cannot be computed: {0}")]
    NotComputable(PreviewPeriodError),
    /// A difference does not fit into an amount.
    #[error("the difference to the frozen month is too large")]
    Difference(#[from] MoneyError),
    /// It is not known whether it was amended; asking again tells.
    #[error("the book of commission is unavailable")]
    Unavailable(#[from] Outage),
}

impl From<PreviewPeriodError> for AmendPeriodError {
    fn from(error: PreviewPeriodError) -> Self {
        match error {
            PreviewPeriodError::Unavailable(outage) => Self::Unavailable(outage),
            other @ (PreviewPeriodError::Compute(_) | PreviewPeriodError::Rules(_)) => {
                Self::NotComputable(other)
            }
        }
    }
}

/// What is frozen of a person, and what it would come to now.
struct Both {
    chain: Chain,
    now: StaffFigure,
}

impl AmendPeriod {
    /// Everything that could be amended in a month, by staff member. By [`Basis::Anew`] this is the look at what
    /// computing the closed month anew would come to. Writes nothing.
    ///
    /// # Errors
    /// [`AmendPeriodError`].
    #[tracing::instrument(name = "commission.proposals", skip_all, fields(month = %month))]
    pub async fn proposals(
        &self,
        tenant: TenantId,
        month: Month,
        basis: Basis,
    ) -> Result<Vec<Proposal>, AmendPeriodError> {
        let settings = self.rules.settings(tenant).await?;
        let dismissed = self.book.dismissed(tenant, month).await?;
        let mut proposals = Vec::new();
        for both in self.both(tenant, month).await? {
            if let Some(amendment) = amend::propose(&both.chain, &both.now, basis, &settings)? {
                let same = |dismissal: &&Dismissal| {
                    (dismissal.staff, dismissal.content_hash) == (amendment.staff, amendment.content_hash)
                };
                proposals.push(Proposal {
                    dismissed: dismissed.iter().find(same).cloned(),
                    amendment,
                });
            }
        }
        Ok(proposals)
    }

    /// Freezes the amendment that was looked at, linked to the document that it amends. Of several that approve
    /// it, one succeeds.
    ///
    /// # Errors
    /// [`AmendPeriodError`]; nothing was written but with `Unavailable`.
    #[tracing::instrument(name = "commission.amend_period", skip_all, fields(month = %order.month))]
    pub async fn approve(
        &self,
        tenant: TenantId,
        order: AmendOrder,
    ) -> Result<FrozenDocument, AmendPeriodError> {
        let proposal = self.seen(tenant, &order).await?;
        let (of, at) = (proposal.of, self.clock.now());
        let by = FrozenBy::Person(order.by);
        let document = FrozenDocument::amendment(self.ids.fresh(), order.month, proposal, at, by);
        let change = Amend {
            event: CommissionEvent::PeriodAmended {
                month: order.month,
                staff: order.staff,
                period: document.period().id,
                of,
            },
            document: document.clone(),
        };
        match self.book.amend(tenant, change).await {
            Ok(()) => Ok(document),
            Err(AmendError::Stale) => Err(AmendPeriodError::Stale),
            Err(AmendError::Unavailable(outage)) => Err(outage.into()),
        }
    }

    /// Notes that the proposal that was looked at is not wanted. Other inputs are proposed anew.
    ///
    /// # Errors
    /// [`AmendPeriodError`].
    pub async fn dismiss(
        &self,
        tenant: TenantId,
        order: AmendOrder,
        reason: String,
    ) -> Result<(), AmendPeriodError> {
        let proposal = self.seen(tenant, &order).await?;
        let dismissal = Dismissal {
            month: order.month,
            staff: order.staff,
            content_hash: proposal.content_hash,
            reason,
            by: order.by,
            at: self.clock.now(),
        };
        Ok(self.book.dismiss(tenant, dismissal).await?)
    }

    async fn seen(
        &self,
        tenant: TenantId,
        order: &AmendOrder,
    ) -> Result<ProposedAmendment, AmendPeriodError> {
        let settings = self.rules.settings(tenant).await?;
        let all = self.both(tenant, order.month).await?;
        let both = all.into_iter().find(|both| both.now.staff == order.staff);
        let both = both.ok_or(AmendPeriodError::NotFrozen { month: order.month })?;
        if both.now.content_hash != order.seen {
            return Err(AmendPeriodError::Stale);
        }
        let proposal = amend::propose(&both.chain, &both.now, order.basis, &settings)?;
        proposal.ok_or(AmendPeriodError::NothingToAmend)
    }

    async fn both(&self, tenant: TenantId, month: Month) -> Result<Vec<Both>, AmendPeriodError> {
        let documents = self.book.periods(tenant, month).await?;
        if !documents.iter().any(|period| period.kind == PeriodKind::Close) {
            return Err(AmendPeriodError::NotFrozen { month });
        }
        let preview = PreviewPeriod {
            work: Arc::clone(&self.work),
            rules: Arc::clone(&self.rules),
        };
        let figures = preview.execute(tenant, month).await?;
        let mut all = Vec::new();
        for now in figures.staff {
            // Whoever has no close is told as late; there is nothing to link an amendment to.
            if let Some(chain) = chain_of(&*self.book, tenant, &documents, now.staff).await? {
                all.push(Both { chain, now });
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests;
