//! What customers ask of what is kept of them, for whoever runs an instance.

use std::io::Read as _;

use anyhow::{Context as _, bail};
use ratiba_access::privacy::{DataRequest, DataRequestId, Ending, Reason, Wish};
use ratiba_assembly::Parts;
use ratiba_kernel::{Id, TenantId};
use serde_json::{Value, json};
use uuid::Uuid;

/// What is done about requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// Tell which there are.
    List(TenantId),
    /// Take one down.
    Take(TenantId, Uuid, Wish),
    /// Hand over what is kept.
    Document(TenantId, DataRequestId),
    /// Forget the customer.
    Erase(TenantId, DataRequestId),
    /// A correction was made.
    Corrected(TenantId, DataRequestId),
    /// Refuse one; the reason is read from standard input.
    Refuse(TenantId, DataRequestId),
}

impl Privacy {
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        let request = |id: &str| id.parse().ok().map(Id::from_uuid);
        Some(match words {
            ["list", tenant] => Self::List(tenant.parse().ok()?),
            ["take", tenant, customer, wish] => {
                Self::Take(tenant.parse().ok()?, customer.parse().ok()?, Wish::parse(wish)?)
            }
            ["document", tenant, id] => Self::Document(tenant.parse().ok()?, request(id)?),
            ["erase", tenant, id] => Self::Erase(tenant.parse().ok()?, request(id)?),
            ["corrected", tenant, id] => Self::Corrected(tenant.parse().ok()?, request(id)?),
            ["refuse", tenant, id] => Self::Refuse(tenant.parse().ok()?, request(id)?),
            _other => return None,
        })
    }

    pub(crate) async fn run(self, parts: &Parts) -> anyhow::Result<Value> {
        let privacy = &parts.privacy;
        Ok(match self {
            Self::List(tenant) => {
                let requests = privacy.list(tenant).await?;
                json!({ "requests": requests.iter().map(tell).collect::<Vec<_>>() })
            }
            Self::Take(tenant, customer, wish) => {
                let Some(request) = privacy.take(tenant, customer, wish, "operator").await? else {
                    bail!("the business has no such customer");
                };
                tell(&request)
            }
            Self::Document(tenant, id) => {
                let handed = privacy.hand_over(tenant, id).await?;
                json!({ "request": tell(&handed.request), "document": handed.document })
            }
            Self::Erase(tenant, id) => tell(&privacy.erase(tenant, id).await?),
            Self::Corrected(tenant, id) => tell(&privacy.corrected(tenant, id).await?),
            Self::Refuse(tenant, id) => {
                let mut text = String::new();
                let read = std::io::stdin().take(4_096).read_to_string(&mut text);
                read.context("standard input cannot be read")?;
                let reason = Reason::parse(&text).context("a reason has 1 to 500 characters")?;
                tell(&privacy.refuse(tenant, id, reason).await?)
            }
        })
    }
}

fn tell(request: &DataRequest) -> Value {
    let (state, proof) = match &request.ended {
        None => ("open", Value::Null),
        Some((_, Ending::Done(proof))) => (
            "done",
            json!({ "document_sha256": proof.document.map(|hash| hash.to_string()), "rows": proof.rows }),
        ),
        Some((_, Ending::Refused(reason))) => ("refused", json!({ "reason": reason.as_str() })),
    };
    json!({
        "id": request.id.as_uuid(), "customer": request.customer, "wish": request.wish.name(),
        "due_at": request.due_at.to_string(), "state": state, "proof": proof,
    })
}
