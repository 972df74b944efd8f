//! `business`: a new one in one call, and closing and opening one.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use ratiba_assembly::Parts;
use ratiba_assembly::provisioning::{BusinessOrder, ProvisionError};
use ratiba_kernel::TenantId;
use serde_json::{Value, json};

/// What is to be done with a business.
#[derive(Debug, PartialEq, Eq)]
pub enum Business {
    /// Provision the one that this file orders.
    New(PathBuf),
    /// Let nobody act there, until it is resumed.
    Suspend(TenantId),
    /// Open it again.
    Resume(TenantId),
}

impl Business {
    /// Reads `new FILE`, `suspend TENANT` or `resume TENANT`; `None` if they make no command.
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        match words {
            ["new", file] => Some(Self::New(PathBuf::from(file))),
            ["suspend", tenant] => Some(Self::Suspend(tenant.parse().ok()?)),
            ["resume", tenant] => Some(Self::Resume(tenant.parse().ok()?)),
            _other => None,
        }
    }

    pub(crate) async fn run(self, parts: &Parts) -> anyhow::Result<Value> {
        match self {
            Self::New(file) => {
                let text = std::fs::read_to_string(&file);
                let text = text.with_context(|| format!("{} cannot be read", file.display()))?;
                let order = serde_json::from_str(&text).context("the order is no JSON of the right form")?;
                provision(parts, &order).await
            }
            Self::Suspend(tenant) => set_open(parts, tenant, false).await,
            Self::Resume(tenant) => set_open(parts, tenant, true).await,
        }
    }
}

/// Carries an order out, and tells every fault of it at once.
///
/// # Errors
/// Whatever stopped it, for a person to read.
pub async fn provision(parts: &Parts, order: &BusinessOrder) -> anyhow::Result<Value> {
    match parts.provision(order).await {
        Ok(made) => Ok(json!({
            "tenant": made.tenant,
            "made_before": made.before,
            "owner_invitation": made.owner.map(|owner| owner.id),
            "join": made.join,
        })),
        Err(ProvisionError::Faults(faults)) => {
            let problem = json!({ "type": "/problems/validation", "errors": faults });
            bail!("the order is wrong: {problem:#}")
        }
        Err(other) => Err(other.into()),
    }
}

async fn set_open(parts: &Parts, tenant: TenantId, open: bool) -> anyhow::Result<Value> {
    if !parts.set_open(tenant, open).await? {
        bail!("there is no such business, or it was closed for good");
    }
    Ok(json!({ "tenant": tenant, "state": if open { "active" } else { "suspended" } }))
}
