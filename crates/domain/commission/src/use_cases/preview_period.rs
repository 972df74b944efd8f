//! Computes a month without writing anything.

use std::sync::Arc;

use ratiba_kernel::{Outage, TenantId};

use crate::Month;
use crate::engine::{ComputeError, MonthFigures, compute};
use crate::ports::{CommissionRules, CompletedWork, EarlierWork};
use crate::resolve::{RuleTable, RulesOverlap};
use crate::rule::{Rule, Validity};
use crate::settings::CommissionSettings;

/// Computes a month as it stands, running ones too.
pub struct PreviewPeriod {
    /// What was rendered.
    pub work: Arc<dyn CompletedWork>,
    /// What it pays.
    pub rules: Arc<dyn CommissionRules>,
}

/// Why there is no preview.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreviewPeriodError {
    /// Something recorded must be put right first; the cause names it.
    #[error("the month cannot be computed")]
    Compute(#[from] ComputeError),
    /// Two rules of one key hold on one day.
    #[error("the rules contradict each other")]
    Rules(#[from] RulesOverlap),
    /// Nothing is known.
    #[error("work or rules are unavailable")]
    Unavailable(#[from] Outage),
}

impl PreviewPeriod {
    /// The figures of everybody. Safe to ask at any time, any number of times.
    ///
    /// # Errors
    /// [`PreviewPeriodError`].
    #[tracing::instrument(name = "commission.preview_period", skip_all, fields(month = %month))]
    pub async fn execute(&self, tenant: TenantId, month: Month) -> Result<MonthFigures, PreviewPeriodError> {
        let settings = self.rules.settings(tenant).await?;
        self.figures(tenant, month, &settings).await
    }

    pub(super) async fn figures(
        &self,
        tenant: TenantId,
        month: Month,
        settings: &CommissionSettings,
    ) -> Result<MonthFigures, PreviewPeriodError> {
        // All of them: what is paid in a month may have been rendered on a day of any other.
        let rules = self.rules.all(tenant).await?;
        self.with_rules(tenant, month, settings, rules, EarlierWork::AsRulesSay)
            .await
    }

    /// A month by the rules as they are, and by proposed ones: on the days on which a proposed rule holds it takes
    /// the place of the one for the same person or category.
    ///
    /// # Errors
    /// [`PreviewPeriodError`], also for proposed rules that overlap one another.
    #[tracing::instrument(name = "commission.what_if", skip_all, fields(month = %month))]
    pub async fn what_if(
        &self,
        tenant: TenantId,
        month: Month,
        proposed: &[Rule],
    ) -> Result<(MonthFigures, MonthFigures), PreviewPeriodError> {
        let settings = self.rules.settings(tenant).await?;
        let now = self.figures(tenant, month, &settings).await?;
        let then = self.figures_with(tenant, month, &settings, proposed).await?;
        Ok((now, then))
    }

    /// By the rules on record, but on the days on which a proposed one for the same person or category holds.
    pub(super) async fn figures_with(
        &self,
        tenant: TenantId,
        month: Month,
        settings: &CommissionSettings,
        proposed: &[Rule],
    ) -> Result<MonthFigures, PreviewPeriodError> {
        if proposed.is_empty() {
            return self.figures(tenant, month, settings).await;
        }
        let on_record = self.rules.all(tenant).await?;
        let mut rules: Vec<Rule> = on_record
            .into_iter()
            .flat_map(|rule| without_days_of(rule, proposed))
            .collect();
        rules.extend(proposed.iter().cloned());
        self.with_rules(tenant, month, settings, rules, EarlierWork::Always)
            .await
    }

    async fn with_rules(
        &self,
        tenant: TenantId,
        month: Month,
        settings: &CommissionSettings,
        rules: Vec<Rule>,
        earlier: EarlierWork,
    ) -> Result<MonthFigures, PreviewPeriodError> {
        let range = month
            .range(&settings.zone)
            .ok_or(ComputeError::OutsideTheCalendar)?;
        let rules = RuleTable::new(rules)?;
        let roster = self.work.roster(tenant).await?;
        let work = self.work.in_period(tenant, range, earlier).await?;
        Ok(compute(month, &work, &rules, settings, &roster)?)
    }
}

/// What is left of a rule beside proposed ones for the same person or category.
fn without_days_of(rule: Rule, proposed: &[Rule]) -> Vec<Rule> {
    let mut pieces = vec![rule];
    for other in proposed {
        let split = |piece: Rule| {
            if piece.scope != other.scope || !piece.validity.overlaps(&other.validity) {
                return vec![piece];
            }
            let (from, to) = (piece.validity.from(), piece.validity.to());
            let before = Validity::new(from, Some(other.validity.from()));
            let after = other.validity.to().map(|end| Validity::new(end, to));
            let left = [before.ok(), after.and_then(Result::ok)];
            let left = left.into_iter().flatten();
            left.map(|validity| Rule {
                validity,
                ..piece.clone()
            })
            .collect()
        };
        pieces = pieces.into_iter().flat_map(split).collect();
    }
    pieces
}

#[cfg(test)]
mod tests;
