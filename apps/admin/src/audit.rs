//! Whether the record of who changed what is still what it was.

use anyhow::bail;
use ratiba_access::audit::Verified;
use ratiba_assembly::Parts;
use ratiba_kernel::TenantId;
use serde_json::{Value, json};

/// What is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audit {
    /// The record of one business, or of every one.
    Verify(Option<TenantId>),
}

impl Audit {
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        match words {
            ["verify"] => Some(Self::Verify(None)),
            ["verify", "--tenant", tenant] => Some(Self::Verify(Some(tenant.parse().ok()?))),
            _other => None,
        }
    }

    /// Verifies, and fails if anything was found, so that a script notices.
    pub(crate) async fn run(self, parts: &Parts) -> anyhow::Result<Value> {
        let Self::Verify(tenant) = self;
        let tenants = match tenant {
            Some(tenant) => vec![tenant],
            None => parts.sweeps.all_tenants().await?,
        };
        let (mut told, mut sound) = (Vec::new(), true);
        for tenant in tenants {
            let verified = parts.verify_audit(tenant).await?;
            sound &= verified.is_sound();
            told.push(tell(tenant, &verified));
        }
        let told = json!({ "sound": sound, "businesses": told });
        if !sound {
            bail!("the record was changed: {told:#}");
        }
        Ok(told)
    }
}

fn tell(tenant: TenantId, verified: &Verified) -> Value {
    let findings = verified.findings.iter();
    let findings: Vec<_> = findings
        .map(|finding| json!({ "kind": finding.word(), "place": finding.place() }))
        .collect();
    json!({
        "tenant": tenant, "sound": verified.is_sound(), "head_position": verified.head.position,
        "head_hash": verified.head.hash.to_string(), "unsealed": verified.unsealed, "findings": findings,
    })
}
