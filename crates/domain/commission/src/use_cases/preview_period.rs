//! Computes a month without writing anything.

use std::sync::Arc;

use ratiba_kernel::{Outage, TenantId};

use crate::Month;
use crate::engine::{ComputeError, MonthFigures, compute};
use crate::ports::{CommissionRules, CompletedWork};
use crate::resolve::{RuleTable, RulesOverlap};
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
        let range = month
            .range(&settings.zone)
            .ok_or(ComputeError::OutsideTheCalendar)?;
        let rules = RuleTable::new(self.rules.in_force(tenant, month).await?)?;
        let roster = self.work.roster(tenant).await?;
        let work = self.work.in_period(tenant, range).await?;
        Ok(compute(month, &work, &rules, settings, &roster)?)
    }
}

#[cfg(test)]
mod tests;
