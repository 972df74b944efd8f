//! What opens businesses' own accounts at providers. A value comes from standard input, never as an argument, which others see.

use std::io::Read as _;

use anyhow::{Context as _, bail};
use ratiba_assembly::Parts;
use ratiba_assembly::credentials::{CredentialName, CredentialValue};
use ratiba_kernel::TenantId;
use serde_json::{Value, json};

/// What is done with credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Keep one; its value is read from standard input.
    Set(TenantId, CredentialName),
    /// Tell which are kept.
    List(TenantId),
    /// Take one away.
    Remove(TenantId, CredentialName),
    /// Encrypt anew whatever is not under the current key.
    Rotate,
}

/// More than any value, and a little.
const READ_MOST: u64 = 8_192;

impl Credentials {
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        Some(match words {
            ["set", tenant, provider, name] => {
                Self::Set(tenant.parse().ok()?, CredentialName::parse(provider, name)?)
            }
            ["list", tenant] => Self::List(tenant.parse().ok()?),
            ["remove", tenant, provider, name] => {
                Self::Remove(tenant.parse().ok()?, CredentialName::parse(provider, name)?)
            }
            ["rotate"] => Self::Rotate,
            _other => return None,
        })
    }

    pub(crate) async fn run(self, parts: &Parts) -> anyhow::Result<Value> {
        let credentials = &parts.credentials;
        match self {
            Self::Set(tenant, name) => {
                let mut text = String::new();
                let read = std::io::stdin().take(READ_MOST).read_to_string(&mut text);
                read.context("standard input cannot be read")?;
                let value = CredentialValue::parse(&text)?;
                credentials.set(tenant, name, &value).await?;
                Ok(json!({ "kept": name.to_string() }))
            }
            Self::List(tenant) => {
                let kept = credentials.keep.list(tenant).await?;
                let kept: Vec<Value> = kept
                    .into_iter()
                    .map(|one| json!({ "name": one.name.to_string(), "key": one.sealed.key, "set_at": one.set_at.to_string() }))
                    .collect();
                Ok(json!({ "credentials": kept }))
            }
            Self::Remove(tenant, name) => {
                if !credentials.remove(tenant, name).await? {
                    bail!("the business keeps no {name}");
                }
                Ok(json!({ "removed": name.to_string() }))
            }
            Self::Rotate => {
                let mut rotated = 0;
                // The suspended ones too: an old key is taken away for all.
                for tenant in parts.sweeps.all_tenants().await? {
                    let done = credentials.keep.rotate(tenant).await;
                    rotated += done.with_context(|| format!("the credentials of {tenant}"))?;
                    let sealed = parts.integrations.seal.execute(tenant).await;
                    rotated += sealed.with_context(|| format!("the secrets of webhooks of {tenant}"))?;
                }
                Ok(json!({ "rotated": rotated }))
            }
        }
    }
}
