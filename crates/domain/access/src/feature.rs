//! Features that a business may have switched off, and that the operator may switch off for everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};
use time::OffsetDateTime;

use crate::ports::FeatureBook;
use crate::principal::Principal;

/// The closed list of what can be switched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Tell other programs what happens.
    Webhooks,
    /// Hand months over to payroll.
    Payroll,
    /// Invite customers to the beta.
    Cohort,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 3] = [Self::Webhooks, Self::Payroll, Self::Cohort];

    /// The name in rows, settings and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Webhooks => "webhooks",
            Self::Payroll => "payroll",
            Self::Cohort => "cohort",
        }
    }

    /// What it is, in a line.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Webhooks => "other programs are told what happens",
            Self::Payroll => "months are handed over to payroll",
            Self::Cohort => "customers are invited to the beta",
        }
    }

    /// Whether a business has it that never said.
    #[must_use]
    pub const fn default_on(self) -> bool {
        match self {
            Self::Webhooks | Self::Payroll | Self::Cohort => true,
        }
    }

    /// The feature of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.name() == name)
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Feature {
    type Err = UnknownFeature;

    fn from_str(name: &str) -> Result<Self, UnknownFeature> {
        Self::parse(name).ok_or(UnknownFeature)
    }
}

/// No feature has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of webhooks, payroll and cohort")]
pub struct UnknownFeature;

/// What a business said about a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Whether it wants it.
    pub on: bool,
    /// Who said so, as records name them.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// A feature as it stands for a business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub feature: Feature,
    /// What the business said, if it said anything.
    pub said: Option<Said>,
    /// Whether the operator lets anybody have it.
    pub instance_on: bool,
}

impl Standing {
    /// Whether the business has it: both say so.
    #[must_use]
    pub fn is_on(&self) -> bool {
        let wanted = self
            .said
            .as_ref()
            .map_or(self.feature.default_on(), |said| said.on);
        self.instance_on && wanted
    }
}

/// Reads and switches features: the one place that says whether a business has one.
#[derive(Clone)]
pub struct Features {
    /// Where what businesses said is on record.
    pub book: Arc<dyn FeatureBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What the operator switched off for everybody.
    pub off: BTreeSet<Feature>,
}

impl Features {
    /// Every feature as it stands for a business.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn list(&self, tenant: TenantId) -> Result<Vec<Standing>, Outage> {
        let mut said: BTreeMap<Feature, Said> = self.book.said(tenant).await?;
        let standings = Feature::ALL.into_iter().map(|feature| Standing {
            feature,
            said: said.remove(&feature),
            instance_on: !self.off.contains(&feature),
        });
        Ok(standings.collect())
    }

    /// Whether a business has a feature.
    ///
    /// # Errors
    /// [`Outage`]; nobody has it then.
    pub async fn is_on(&self, tenant: TenantId, feature: Feature) -> Result<bool, Outage> {
        if self.off.contains(&feature) {
            return Ok(false);
        }
        let all = self.list(tenant).await?;
        Ok(all.iter().any(|one| one.feature == feature && one.is_on()))
    }

    /// Switches a feature for the business of whoever asks, and answers with how it stands then.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn switch(&self, by: &Principal, feature: Feature, on: bool) -> Result<Standing, Outage> {
        self.switch_as(by.tenant, feature, on, by.name.clone()).await
    }

    /// The same as the operator does, under a name of theirs.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn switch_as(
        &self,
        tenant: TenantId,
        feature: Feature,
        on: bool,
        by: String,
    ) -> Result<Standing, Outage> {
        let at = self.clock.now();
        self.book.say(tenant, feature, Said { on, by, at }).await?;
        let all = self.list(tenant).await?;
        let now = all.into_iter().find(|one| one.feature == feature);
        now.ok_or_else(|| Outage::new("a feature is not listed"))
    }
}

#[cfg(test)]
mod tests;
