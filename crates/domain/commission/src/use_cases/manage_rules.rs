//! Rules come and go, and what is frozen stays.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};
use time::Date;

use crate::ports::{AddRuleError, CommissionBook, CommissionRules, EndRule, EndRuleError, PutSettingsError};
use crate::rule::Rule;
use crate::settings::CommissionSettings;
use crate::{Month, RuleId};

/// Adds, ends and takes away rules.
pub struct ManageRules {
    /// The rules.
    pub rules: Arc<dyn CommissionRules>,
    /// Tells which months are frozen.
    pub book: Arc<dyn CommissionBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

/// Why the rules are as they were.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManageRulesError {
    /// It would hold, or end, on a day of a month that is frozen. What is still to be said of that month is an
    /// amendment.
    #[error("{month} is frozen: a rule can begin or end after it")]
    MonthFrozen {
        /// The latest month that is frozen.
        month: Month,
    },
    /// Another rule of the same person or category holds on one of its days.
    #[error("another rule of the same person or category holds on one of these days")]
    Overlaps,
    /// The rule is somebody's whom the tenant does not know.
    #[error("there is no such staff member")]
    UnknownStaff,
    /// What it would replace is another person's or category's rule, and would leave them without one.
    #[error("a rule replaces one of the same person or category only")]
    ReplacesAnother,
    /// There is no such rule that holds on that day.
    #[error("there is no such rule that holds on that day")]
    Unknown,
    /// It holds since a day that has come, so it can be ended and not taken away.
    #[error("the rule has begun: end it instead")]
    HasBegun,
    /// It is not known whether it was written.
    #[error("the rules are unavailable")]
    Unavailable(#[from] Outage),
}

impl From<AddRuleError> for ManageRulesError {
    fn from(error: AddRuleError) -> Self {
        match error {
            AddRuleError::Overlaps => Self::Overlaps,
            AddRuleError::UnknownStaff => Self::UnknownStaff,
            AddRuleError::Unavailable(outage) => Self::Unavailable(outage),
        }
    }
}

impl From<EndRuleError> for ManageRulesError {
    fn from(error: EndRuleError) -> Self {
        match error {
            EndRuleError::Unknown => Self::Unknown,
            EndRuleError::Next(refused) => refused.into(),
            EndRuleError::Unavailable(outage) => Self::Unavailable(outage),
        }
    }
}

impl ManageRules {
    /// The tenant's switches with their version.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn settings(&self, tenant: TenantId) -> Result<(CommissionSettings, i32), Outage> {
        self.rules.settings_at(tenant).await
    }

    /// Puts other switches in the place of those that were seen. What is frozen stays as it was frozen.
    ///
    /// # Errors
    /// [`PutSettingsError`]; nothing is changed then.
    pub async fn change_settings(
        &self,
        tenant: TenantId,
        settings: CommissionSettings,
        seen: i32,
    ) -> Result<i32, PutSettingsError> {
        self.rules.put_settings(tenant, settings, seen).await
    }

    /// Every rule, by its first day.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn list(&self, tenant: TenantId) -> Result<Vec<Rule>, Outage> {
        self.rules.all(tenant).await
    }

    /// Writes a rule; the one that it replaces ends as it begins.
    ///
    /// # Errors
    /// [`ManageRulesError`]; nothing is written then.
    pub async fn add(
        &self,
        tenant: TenantId,
        rule: Rule,
        replaces: Option<RuleId>,
    ) -> Result<(), ManageRulesError> {
        let from = rule.validity.from();
        self.after_what_is_frozen(tenant, from).await?;
        let written = match replaces {
            None => self.rules.add(tenant, rule).await.map_err(Into::into),
            Some(replaced) => {
                // Whose a rule is never changes, so that this may be looked up before.
                let known = self.rules.all(tenant).await?;
                if let Some(known) = known.iter().find(|known| known.id == replaced)
                    && known.scope != rule.scope
                {
                    return Err(ManageRulesError::ReplacesAnother);
                }
                let ending = EndRule {
                    rule: replaced,
                    on: from,
                    next: Some(rule),
                };
                self.rules.end(tenant, ending).await.map_err(Into::into)
            }
        };
        self.said_of_what_is_frozen(tenant, from, written).await
    }

    /// Ends a rule: `on` is the first local day on which it does not hold any more.
    ///
    /// # Errors
    /// [`ManageRulesError`]; nothing is written then.
    pub async fn end(&self, tenant: TenantId, rule: RuleId, on: Date) -> Result<(), ManageRulesError> {
        self.after_what_is_frozen(tenant, on).await?;
        let ending = EndRule { rule, on, next: None };
        let ended = self.rules.end(tenant, ending).await.map_err(Into::into);
        self.said_of_what_is_frozen(tenant, on, ended).await
    }

    /// Takes a rule away of which no day has come.
    ///
    /// # Errors
    /// [`ManageRulesError`]; nothing is changed then.
    pub async fn remove(&self, tenant: TenantId, rule: RuleId) -> Result<(), ManageRulesError> {
        let settings = self.rules.settings(tenant).await?;
        let known = self.rules.all(tenant).await?;
        let known = known.into_iter().find(|known| known.id == rule);
        let known = known.ok_or(ManageRulesError::Unknown)?;
        if known.validity.from() <= settings.zone.date(self.clock.now()) {
            return Err(ManageRulesError::HasBegun);
        }
        Ok(self.rules.remove(tenant, rule).await?)
    }

    /// The outcome of a write. What writes rules refuses a day that was frozen since it was looked at; the reason is told then.
    async fn said_of_what_is_frozen(
        &self,
        tenant: TenantId,
        day: Date,
        written: Result<(), ManageRulesError>,
    ) -> Result<(), ManageRulesError> {
        if let Err(ManageRulesError::Overlaps | ManageRulesError::Unknown) = written {
            self.after_what_is_frozen(tenant, day).await?;
        }
        written
    }

    async fn after_what_is_frozen(&self, tenant: TenantId, day: Date) -> Result<(), ManageRulesError> {
        match self.book.last_frozen(tenant).await? {
            Some(month) if day < month.end() => Err(ManageRulesError::MonthFrozen { month }),
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
