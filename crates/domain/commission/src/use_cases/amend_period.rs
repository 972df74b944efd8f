//! What came to light after a month was frozen: looked at, approved, or put aside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::close_period::chain_of;
use super::preview_period::{PreviewPeriod, PreviewPeriodError};
use crate::amend::{self, Basis, Chain, ProposedAmendment};
use crate::engine::StaffFigure;
use crate::event::CommissionEvent;
use crate::hash::ContentHash;
use crate::period::{FrozenBy, FrozenDocument, PeriodKind};
use crate::ports::{Agreed, Amend, AmendError, CommissionBook, CommissionRules, CompletedWork, Dismissal};
use crate::rule::Rule;
use crate::settings::CommissionSettings;
use crate::terms::{Names, Terms};
use crate::{Month, PeriodId, PersonId, StaffId};

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
    /// Whether nothing is frozen of this person's month: approving opens it with a close without anything in it, which
    /// is what is amended then.
    pub opens: bool,
    /// Whoever looked at the very same and put it aside.
    pub dismissed: Option<Dismissal>,
}

/// How the differences of a frozen month are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// At the rates that are recorded.
    RecordedRates,
    /// As if the month were computed anew, by the rules on record but on the days on which these hold: a rule that was
    /// forgotten, or is raised for the past, comes into a frozen month by nothing else.
    Anew(Vec<Rule>),
}

impl Look {
    /// By what it reckons.
    #[must_use]
    pub const fn basis(&self) -> Basis {
        match self {
            Self::RecordedRates => Basis::RecordedRate,
            Self::Anew(_) => Basis::Anew,
        }
    }

    fn proposed(&self) -> &[Rule] {
        match self {
            Self::RecordedRates => &[],
            Self::Anew(rules) => rules,
        }
    }
}

/// Which proposal somebody means: the one that they looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmendOrder {
    /// Of which month.
    pub month: Month,
    /// Whose.
    pub staff: StaffId,
    /// How it was looked at; with the same rules under the same ids.
    pub look: Look,
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
    /// The close that is not frozen yet, where nothing of the person's month is.
    opening: Option<FrozenDocument>,
}

/// The close of somebody for whom nothing was frozen when everybody else's month was: nothing is in it, so that there is a
/// document for what came to light to amend.
pub(super) fn opening_of(
    id: PeriodId,
    (month, staff): (Month, StaffId),
    names: &Names,
    settings: &CommissionSettings,
    (at, by): (OffsetDateTime, FrozenBy),
) -> FrozenDocument {
    let nothing = StaffFigure::nothing(staff, month, settings);
    let terms = Terms::of(staff, names, settings);
    FrozenDocument::close(id, month, nothing, Money::zero(settings.currency), terms, at, by)
}

impl AmendPeriod {
    /// Everything that could be amended in a month, by staff member. By [`Look::Anew`] this is the look at what
    /// computing the closed month anew would come to. Writes nothing.
    ///
    /// # Errors
    /// [`AmendPeriodError`].
    #[tracing::instrument(name = "commission.proposals", skip_all, fields(month = %month))]
    pub async fn proposals(
        &self,
        tenant: TenantId,
        month: Month,
        look: &Look,
    ) -> Result<Vec<Proposal>, AmendPeriodError> {
        let settings = self.rules.settings(tenant).await?;
        let dismissed = self.book.dismissed(tenant, month).await?;
        let mut proposals = Vec::new();
        for both in self
            .both(tenant, month, look, &settings, &FrozenBy::System)
            .await?
        {
            if let Some(amendment) = amend::propose(&both.chain, &both.now, look.basis(), &settings)? {
                let same = |dismissal: &&Dismissal| {
                    (dismissal.staff, dismissal.content_hash) == (amendment.staff, amendment.content_hash)
                };
                proposals.push(Proposal {
                    dismissed: dismissed.iter().find(same).cloned(),
                    opens: both.opening.is_some(),
                    amendment,
                });
            }
        }
        Ok(proposals)
    }

    /// For how many people something came to light in a frozen month that nobody has approved or put aside; nobody where the
    /// month is not frozen. Costs little where nothing changed since it was found to agree.
    ///
    /// # Errors
    /// [`AmendPeriodError`].
    pub async fn waiting(&self, tenant: TenantId, month: Month) -> Result<usize, AmendPeriodError> {
        let documents = self.book.periods(tenant, month).await?.len();
        let settings = self.rules.settings(tenant).await?;
        let Some(range) = month.range(&settings.zone).filter(|_| documents > 0) else {
            return Ok(0);
        };
        let inputs = self.work.inputs(tenant, range).await?;
        if self.book.agreed(tenant, month).await? == Some(Agreed { inputs, documents }) {
            return Ok(0);
        }
        let proposals = self.proposals(tenant, month, &Look::RecordedRates).await?;
        Ok(proposals
            .iter()
            .filter(|proposal| proposal.dismissed.is_none())
            .count())
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
        let (proposal, opening) = self.seen(tenant, &order).await?;
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
            opening,
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
        let (proposal, _) = self.seen(tenant, &order).await?;
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
    ) -> Result<(ProposedAmendment, Option<FrozenDocument>), AmendPeriodError> {
        let settings = self.rules.settings(tenant).await?;
        let by = FrozenBy::Person(order.by);
        let all = self
            .both(tenant, order.month, &order.look, &settings, &by)
            .await?;
        let both = all.into_iter().find(|both| both.now.staff == order.staff);
        let both = both.ok_or(AmendPeriodError::NotFrozen { month: order.month })?;
        if both.now.content_hash != order.seen {
            return Err(AmendPeriodError::Stale);
        }
        let proposal = amend::propose(&both.chain, &both.now, order.look.basis(), &settings)?;
        Ok((proposal.ok_or(AmendPeriodError::NothingToAmend)?, both.opening))
    }

    /// Everybody of whom a month is frozen, or should be.
    async fn both(
        &self,
        tenant: TenantId,
        month: Month,
        look: &Look,
        settings: &CommissionSettings,
        by: &FrozenBy,
    ) -> Result<Vec<Both>, AmendPeriodError> {
        let documents = self.book.periods(tenant, month).await?;
        if !documents.iter().any(|period| period.kind == PeriodKind::Close) {
            return Err(AmendPeriodError::NotFrozen { month });
        }
        let preview = PreviewPeriod {
            work: Arc::clone(&self.work),
            rules: Arc::clone(&self.rules),
        };
        let names = self.work.names(tenant).await?;
        let figures = preview
            .figures_with(tenant, month, settings, look.proposed())
            .await?;
        let now = figures.staff.into_iter().map(|figure| (figure.staff, figure));
        let mut now: BTreeMap<StaffId, StaffFigure> = now.collect();
        let people: BTreeSet<StaffId> = documents.iter().map(|document| document.staff).collect();
        let people: BTreeSet<StaffId> = people.into_iter().chain(now.keys().copied()).collect();
        let mut all = Vec::new();
        for staff in people {
            let now = now.remove(&staff);
            let now = now.unwrap_or_else(|| StaffFigure::nothing(staff, month, settings));
            let frozen = chain_of(&*self.book, tenant, &documents, staff).await?;
            let (chain, opening) = match frozen {
                Some(chain) => (chain, None),
                // Somebody who came after the close and rendered nothing in the month is no news.
                None if now.lines.is_empty() => continue,
                None => {
                    let frozen = (self.clock.now(), by.clone());
                    let opening = opening_of(self.ids.fresh(), (month, staff), &names, settings, frozen);
                    (Chain::from_close(opening.clone()), Some(opening))
                }
            };
            all.push(Both { chain, now, opening });
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests;
