//! `feature`: which features a business has, and switching one.

use ratiba_access::feature::{Feature, Standing};
use ratiba_assembly::Parts;
use ratiba_kernel::TenantId;
use serde_json::{Value, json};

/// What is to be done with a business's features.
#[derive(Debug, PartialEq, Eq)]
pub struct FeatureOrder {
    tenant: TenantId,
    /// Which, and whether it is to be on; all are shown if nothing is to be switched.
    switch: Option<(Feature, bool)>,
}

impl FeatureOrder {
    /// Reads `TENANT` or `TENANT NAME on|off`; `None` if they make no order, or there is no such feature.
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        let (tenant, switch) = match words {
            [tenant] => (tenant, None),
            [tenant, name, word @ ("on" | "off")] => (tenant, Some((Feature::parse(name)?, *word == "on"))),
            _other => return None,
        };
        Some(Self {
            tenant: tenant.parse().ok()?,
            switch,
        })
    }

    pub(crate) async fn run(self, parts: &Parts) -> anyhow::Result<Value> {
        let features = &parts.access.features;
        if let Some((feature, on)) = self.switch {
            let by = "operator".to_owned();
            features.switch_as(self.tenant, feature, on, by).await?;
        }
        let standings = features.list(self.tenant).await?;
        Ok(standings.iter().map(shown).collect())
    }
}

fn shown(standing: &Standing) -> Value {
    json!({
        "feature": standing.feature.name(),
        "on": standing.is_on(),
        "instance_on": standing.instance_on,
        "wanted": standing.said.as_ref().map(|said| said.on),
        "changed_by": standing.said.as_ref().map(|said| said.by.as_str()),
    })
}
