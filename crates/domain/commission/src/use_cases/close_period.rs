//! Freezes a month, once; asked again, compares and reports what came late.
//!
//! A frozen month that was found to be what it comes to is not computed again until the mark of its inputs is another.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::amend_period::opening_of;
use super::preview_period::{PreviewPeriod, PreviewPeriodError};
use crate::amend::{self, Basis, Chain, ProposedAmendment, takeable};
use crate::engine::{ComputeError, MonthFigures, StaffFigure};
use crate::event::CommissionEvent;
use crate::hash::ContentHash;
use crate::period::{FrozenBy, FrozenDocument, FrozenPeriod, PeriodKind};
use crate::ports::{
    Agreed, CommissionBook, CommissionRules, CompletedWork, Draft, DraftFigure, Freeze, FreezeError,
};
use crate::settings::{CloseMode, CommissionSettings};
use crate::terms::{Names, Terms};
use crate::{Month, PeriodId, StaffId};

/// How often what is carried is looked at again: each time the close of another month has taken some of it in.
const CARRIED_TRIES: usize = 12;

/// Closes a month for all staff of a tenant.
pub struct ClosePeriod {
    /// What was rendered.
    pub work: Arc<dyn CompletedWork>,
    /// What it pays.
    pub rules: Arc<dyn CommissionRules>,
    /// Where it is frozen.
    pub book: Arc<dyn CommissionBook>,
    /// Tells whether the month is over.
    pub clock: Arc<dyn Clock>,
    /// Names the documents.
    pub ids: Arc<dyn IdSource>,
}

/// What closing a month came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseOutcome {
    /// It is frozen now.
    Frozen {
        /// One document for each person, by id of the person.
        documents: Vec<FrozenDocument>,
    },
    /// It was frozen before; nothing was written.
    AlreadyFrozen(Comparison),
    /// The tenant wants a person to look first; a draft was left and nothing frozen.
    AwaitsReview {
        /// What would be frozen.
        figures: MonthFigures,
    },
}

/// What is frozen, beside what the month would come to now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The closes, by id of the person.
    pub periods: Vec<FrozenPeriod>,
    /// Whose inputs are not what they were; empty when nothing changed.
    pub late: Vec<LateInputs>,
}

/// Somebody's inputs changed after their month was frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateInputs {
    /// Whose.
    pub staff: StaffId,
    /// What is frozen; `None` for somebody who had no figure at all.
    pub frozen: Option<(PeriodId, ContentHash)>,
    /// The fingerprint now; `None` if the person would have no figure any more.
    pub now: Option<ContentHash>,
    /// What an amendment would say; `None` if no line differs (a rule was edited). For somebody of whom nothing is frozen
    /// it amends a close that approving freezes first.
    pub proposal: Option<ProposedAmendment>,
}

/// Why a month was not closed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClosePeriodError {
    /// It is not over yet where the tenant is.
    #[error("the month {month} is still running")]
    StillRunning {
        /// Which month.
        month: Month,
    },
    /// The tenant wants a person to look first, and whoever closes it did not say which figures they looked at.
    #[error("the month {month} is closed by somebody who looked at its figures")]
    Unseen {
        /// Which month.
        month: Month,
    },
    /// It does not come to what was looked at any more.
    #[error("the month {month} does not come to what was looked at any more")]
    Changed {
        /// Which month.
        month: Month,
    },
    /// Something recorded must be put right first.
    #[error("the month cannot be computed")]
    NotComputable(#[source] PreviewPeriodError),
    /// A difference to what is frozen does not fit into an amount.
    #[error("the difference to the frozen month is too large")]
    Difference(#[source] MoneyError),
    /// It is not known whether it was frozen; asking again tells.
    #[error("the book of commission is unavailable")]
    Unavailable(#[from] Outage),
}

impl From<PreviewPeriodError> for ClosePeriodError {
    fn from(error: PreviewPeriodError) -> Self {
        match error {
            PreviewPeriodError::Unavailable(outage) => Self::Unavailable(outage),
            other @ (PreviewPeriodError::Compute(_) | PreviewPeriodError::Rules(_)) => {
                Self::NotComputable(other)
            }
        }
    }
}

impl ClosePeriod {
    /// Computes and freezes a month that is over. Safe to repeat, also from several places at once: one of
    /// them freezes, and everybody else is told what is frozen and what came late.
    ///
    /// # Errors
    /// [`ClosePeriodError`]; nothing was written but with `Unavailable`.
    pub async fn execute(
        &self,
        tenant: TenantId,
        month: Month,
        by: FrozenBy,
    ) -> Result<CloseOutcome, ClosePeriodError> {
        self.close(tenant, month, by, None).await
    }

    /// The same by somebody who looked at the month: it is frozen only as long as it comes to what they saw.
    ///
    /// # Errors
    /// [`ClosePeriodError`]; nothing was written but with `Unavailable`.
    pub async fn execute_seen(
        &self,
        tenant: TenantId,
        month: Month,
        by: FrozenBy,
        seen: ContentHash,
    ) -> Result<CloseOutcome, ClosePeriodError> {
        self.close(tenant, month, by, Some(seen)).await
    }

    #[tracing::instrument(name = "commission.close_period", skip_all, fields(month = %month))]
    async fn close(
        &self,
        tenant: TenantId,
        month: Month,
        by: FrozenBy,
        seen: Option<ContentHash>,
    ) -> Result<CloseOutcome, ClosePeriodError> {
        let settings = self.rules.settings(tenant).await?;
        let now = self.clock.now();
        if !month.is_over(now, &settings.zone) {
            return Err(ClosePeriodError::StillRunning { month });
        }
        let range = month
            .range(&settings.zone)
            .ok_or(PreviewPeriodError::Compute(ComputeError::OutsideTheCalendar))?;
        // Taken before anything is read: what changes in between makes another mark, and is looked at next time.
        let inputs = self.work.inputs(tenant, range).await?;
        let documents = self.book.periods(tenant, month).await?;
        let agreed = Agreed {
            inputs,
            documents: documents.len(),
        };
        if !documents.is_empty() && self.book.agreed(tenant, month).await? == Some(agreed) {
            return Ok(CloseOutcome::AlreadyFrozen(Comparison {
                periods: closes_of(documents),
                late: Vec::new(),
            }));
        }
        let preview = PreviewPeriod {
            work: Arc::clone(&self.work),
            rules: Arc::clone(&self.rules),
        };
        let figures = preview.figures(tenant, month, &settings).await?;
        if documents.iter().any(|period| period.kind == PeriodKind::Close) {
            let comparison = self.compare(tenant, figures, &settings).await?;
            if comparison.late.is_empty() {
                self.book.note_agreed(tenant, month, agreed).await?;
            }
            return Ok(CloseOutcome::AlreadyFrozen(comparison));
        }
        match (settings.close_mode, &by, seen) {
            (CloseMode::Review, FrozenBy::Person(_) | FrozenBy::Admin(_), None) => {
                return Err(ClosePeriodError::Unseen { month });
            }
            (_, _, Some(seen)) if seen != figures.content_hash() => {
                return Err(ClosePeriodError::Changed { month });
            }
            (CloseMode::Automatic | CloseMode::Review, _, _) => {}
        }
        for _ in 0..CARRIED_TRIES {
            let written = match (settings.close_mode, &by) {
                (CloseMode::Review, FrozenBy::System) => {
                    let draft = draft_of(&figures, now);
                    let left = self.book.leave_draft(tenant, draft).await;
                    left.map(|()| CloseOutcome::AwaitsReview {
                        figures: figures.clone(),
                    })
                }
                (CloseMode::Automatic, _) | (CloseMode::Review, FrozenBy::Person(_) | FrozenBy::Admin(_)) => {
                    let change = self.change(tenant, figures.clone(), &settings, now, &by).await?;
                    let documents = change.documents.clone();
                    // Without anybody to freeze for there is nothing to write, and nothing happened.
                    let frozen = if documents.is_empty() {
                        Ok(())
                    } else {
                        self.book.freeze(tenant, change).await
                    };
                    if frozen.is_ok() && !documents.is_empty() {
                        let documents = documents.len();
                        let agreed = Agreed { inputs, documents };
                        self.book.note_agreed(tenant, month, agreed).await?;
                    }
                    frozen.map(|()| CloseOutcome::Frozen { documents })
                }
            };
            return match written {
                Ok(outcome) => Ok(outcome),
                // The close of another month was quicker: what is left of it is looked at again.
                Err(FreezeError::CarriedTaken) => continue,
                Err(FreezeError::AlreadyFrozen(_)) => {
                    let comparison = self.compare(tenant, figures, &settings).await?;
                    Ok(CloseOutcome::AlreadyFrozen(comparison))
                }
                Err(FreezeError::Unavailable(outage)) => Err(ClosePeriodError::Unavailable(outage)),
            };
        }
        Err(Outage::new("closes of other months keep taking in what is carried").into())
    }

    async fn change(
        &self,
        tenant: TenantId,
        figures: MonthFigures,
        settings: &CommissionSettings,
        at: OffsetDateTime,
        by: &FrozenBy,
    ) -> Result<Freeze, Outage> {
        let carried = self.book.carried(tenant).await?;
        let names = self.work.names(tenant).await?;
        let month = figures.month;
        let documents: Vec<FrozenDocument> = figures
            .staff
            .into_iter()
            .map(|figure| {
                let taken = taken_in(&figure, carried.get(&figure.staff).copied(), settings);
                let terms = Terms::of(figure.staff, &names, settings);
                FrozenDocument::close(self.ids.fresh(), month, figure, taken, terms, at, by.clone())
            })
            .collect();
        let periods = documents.iter().map(|document| document.period().id).collect();
        Ok(Freeze {
            month,
            documents,
            events: vec![CommissionEvent::MonthFrozen { month, periods }],
        })
    }

    async fn compare(
        &self,
        tenant: TenantId,
        figures: MonthFigures,
        settings: &CommissionSettings,
    ) -> Result<Comparison, ClosePeriodError> {
        let documents = self.book.periods(tenant, figures.month).await?;
        let periods = closes_of(documents.clone());
        let mut now: BTreeMap<StaffId, StaffFigure> = figures
            .staff
            .into_iter()
            .map(|figure| (figure.staff, figure))
            .collect();
        let mut late = Vec::new();
        for period in &periods {
            let current = now.remove(&period.staff);
            let current_hash = current.as_ref().map(|figure| figure.content_hash);
            // What an amendment has taken in is not late any more.
            let own = documents.iter().filter(|document| document.staff == period.staff);
            let newest = own.max_by_key(|document| (document.kind != PeriodKind::Close, document.frozen_at));
            if current_hash == newest.map(|newest| newest.content_hash) {
                continue;
            }
            // Somebody who left and had rendered nothing has no figure any more, and nothing is late.
            if current.is_none() && period.services_rendered == 0 {
                continue;
            }
            let current =
                current.unwrap_or_else(|| StaffFigure::nothing(period.staff, figures.month, settings));
            let proposal = match chain_of(&*self.book, tenant, &documents, period.staff).await? {
                Some(chain) => propose(&chain, &current, settings)?,
                None => None,
            };
            late.push(LateInputs {
                staff: period.staff,
                frozen: Some((period.id, period.content_hash)),
                now: current_hash,
                proposal,
            });
        }
        // Somebody who came after the close is no news, unless work is recorded for them in the month.
        for figure in now.into_values().filter(|figure| !figure.lines.is_empty()) {
            let (whose, frozen) = (
                (figures.month, figure.staff),
                (self.clock.now(), FrozenBy::System),
            );
            let opening = opening_of(self.ids.fresh(), whose, &Names::default(), settings, frozen);
            late.push(LateInputs {
                staff: figure.staff,
                frozen: None,
                now: Some(figure.content_hash),
                proposal: propose(&Chain::from_close(opening), &figure, settings)?,
            });
        }
        Ok(Comparison { periods, late })
    }
}

fn propose(
    chain: &Chain,
    now: &StaffFigure,
    settings: &CommissionSettings,
) -> Result<Option<ProposedAmendment>, ClosePeriodError> {
    amend::propose(chain, now, Basis::RecordedRate, settings).map_err(ClosePeriodError::Difference)
}

fn closes_of(mut documents: Vec<FrozenPeriod>) -> Vec<FrozenPeriod> {
    documents.retain(|document| document.kind == PeriodKind::Close);
    documents
}

/// What a close takes in of earlier clawbacks: as much as leaves the pay at the floor, and never more than is paid; the rest
/// is carried on.
fn taken_in(figure: &StaffFigure, carried: Option<Money>, settings: &CommissionSettings) -> Money {
    let wanted = carried.map_or(0, |carried| carried.amount_minor().max(0));
    let (commission, top_up) = (figure.commission.amount_minor(), figure.top_up.amount_minor());
    let pay = commission.saturating_add(top_up);
    let taken = takeable(pay, wanted, settings.clawback_floor).min(pay.max(0));
    Money::new(taken, settings.currency)
}

/// The chain of one person's documents among those of a month, with their lines.
///
/// # Errors
/// [`Outage`].
pub(super) async fn chain_of(
    book: &dyn CommissionBook,
    tenant: TenantId,
    documents: &[FrozenPeriod],
    staff: StaffId,
) -> Result<Option<Chain>, Outage> {
    let mut own = Vec::new();
    for period in documents.iter().filter(|period| period.staff == staff) {
        own.extend(book.period(tenant, period.id).await?);
    }
    Ok(Chain::of(own))
}

fn draft_of(figures: &MonthFigures, drafted_at: OffsetDateTime) -> Draft {
    Draft {
        month: figures.month,
        staff: figures
            .staff
            .iter()
            .map(|figure| DraftFigure {
                staff: figure.staff,
                commission: figure.commission,
                tip: figure.tip,
                hours: figure.hours,
                services_rendered: figure.services_rendered,
            })
            .collect(),
        content_hash: figures.content_hash(),
        drafted_at,
    }
}

#[cfg(test)]
mod tests;
