//! What opens businesses' own accounts at providers. A value comes from standard input, never as an argument, which others see.

use std::io::Read as _;

use anyhow::{Context as _, bail};
use ratiba_assembly::Parts;
use ratiba_assembly::credentials::{CredentialName, CredentialValue, Shut};
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
                let opened = credentials.keep.read(tenant).await?;
                let kept: Vec<Value> = kept
                    .into_iter()
                    .map(|one| {
                        let shut = opened.one(one.name).err().map(|shut| shut.why.to_string());
                        json!({ "name": one.name.to_string(), "key": one.sealed.key, "set_at": one.set_at.to_string(), "shut": shut })
                    })
                    .collect();
                Ok(json!({ "credentials": kept }))
            }
            Self::Remove(tenant, name) => {
                if !credentials.remove(tenant, name).await? {
                    bail!("the business keeps no {name}");
                }
                Ok(json!({ "removed": name.to_string() }))
            }
            Self::Rotate => rotate(parts).await,
        }
    }
}

/// Encrypts anew what is not under the current key, of every business: what cannot be opened holds up none of the rest. Fails at
/// the end if there is any, so that a script notices before somebody takes an old key away.
///
/// # Errors
/// What is left, by name and reason; or whatever stopped it.
pub async fn rotate(parts: &Parts) -> anyhow::Result<Value> {
    let (mut rotated, mut left) = (0, Vec::new());
    let mut leave = |tenant: TenantId, name: String, why: String| {
        left.push(json!({ "tenant": tenant, "name": name, "why": why }));
    };
    // The suspended ones too: an old key is taken away for all.
    for tenant in parts.sweeps.all_tenants().await? {
        let rotation = parts.credentials.keep.rotate(tenant).await;
        let rotation = rotation.with_context(|| format!("the credentials of {tenant}"))?;
        rotated += rotation.done;
        for Shut { name, why } in rotation.left {
            leave(tenant, name.to_string(), why.to_string());
        }
        let sealing = parts.integrations.seal.execute(tenant).await;
        let sealing = sealing.with_context(|| format!("the secrets of webhooks of {tenant}"))?;
        rotated += sealing.done;
        for (endpoint, why) in sealing.left {
            leave(tenant, format!("webhook_endpoint/{endpoint}"), why.to_string());
        }
    }
    let told = json!({ "rotated": rotated, "left": left });
    if !left.is_empty() {
        bail!("some could not be opened and are under older keys still: {told:#}");
    }
    Ok(told)
}
