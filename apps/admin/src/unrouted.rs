//! Dead letters of no tenant: shown, given to a business, or put aside.

use anyhow::{Context as _, bail};
use ratiba_assembly::Parts;
use ratiba_assembly::dead_letters::{self, DeadLetter};
use ratiba_kernel::TenantId;
use ratiba_payments::actor::Actor;
use ratiba_payments::dead_letter::masked;
use ratiba_payments::remark::Remark;
use serde_json::{Value, json};
use uuid::Uuid;

/// How many are listed.
const LISTED_MOST: u16 = 100;

/// What is to be done about letters of no tenant.
#[derive(Debug, PartialEq, Eq)]
pub enum Unrouted {
    /// List the newest.
    List,
    /// Show one.
    Show(Uuid),
    /// Give one to a business.
    Assign {
        /// Which.
        letter: Uuid,
        /// Whose it is.
        to: TenantId,
        /// Who decides.
        by: Actor,
        /// Why.
        why: Remark,
    },
    /// One means nothing.
    Dismiss {
        /// Which.
        letter: Uuid,
        /// Who decides.
        by: Actor,
        /// Why.
        why: Remark,
    },
}

impl Unrouted {
    /// Reads the arguments after the command; `None` if they make none.
    #[must_use]
    pub fn parse(words: &[&str]) -> Option<Self> {
        match words {
            [] => Some(Self::List),
            ["show", letter] => Some(Self::Show(letter.parse().ok()?)),
            ["assign", letter, tenant, who, why @ ..] => Some(Self::Assign {
                letter: letter.parse().ok()?,
                to: tenant.parse().ok()?,
                by: operator(who)?,
                why: Remark::parse(&why.join(" ")).ok()?,
            }),
            ["dismiss", letter, who, why @ ..] => Some(Self::Dismiss {
                letter: letter.parse().ok()?,
                by: operator(who)?,
                why: Remark::parse(&why.join(" ")).ok()?,
            }),
            _other => None,
        }
    }

    /// Does it, and tells.
    ///
    /// # Errors
    /// Whatever stopped it, for a person to read.
    pub async fn run(self, parts: &Parts) -> anyhow::Result<Value> {
        let (database, now) = (&parts.database, parts.clock.now());
        match self {
            Self::List => {
                let letters = dead_letters::of_no_tenant(database, LISTED_MOST).await?;
                let shown: Vec<Value> = letters.iter().map(line).collect();
                Ok(json!({ "unrouted": shown }))
            }
            Self::Show(letter) => {
                let found = dead_letters::one_of_no_tenant(database, letter).await?;
                let found = found.context("there is no such letter of nobody")?;
                let mut shown = line(&found);
                shown["body"] = Value::String(masked(&found.body));
                Ok(shown)
            }
            Self::Assign { letter, to, by, why } => {
                if !dead_letters::assign(database, letter, to, &by, &why, now).await? {
                    bail!("there is no new letter {letter} of nobody, or no business {to}");
                }
                Ok(json!({ "assigned": letter, "tenant": to }))
            }
            Self::Dismiss { letter, by, why } => {
                if !dead_letters::dismiss(database, letter, &by, &why, now).await? {
                    bail!("there is no new letter {letter} of nobody");
                }
                Ok(json!({ "dismissed": letter }))
            }
        }
    }
}

/// The name of an operator, as records have it.
fn operator(name: &str) -> Option<Actor> {
    Actor::parse(&format!("operator:{name}")).ok()
}

fn line(letter: &DeadLetter) -> Value {
    json!({
        "id": letter.id,
        "provider": letter.provider,
        "reason": letter.reason,
        "state": letter.state,
        "received_at": letter.received_at.unix_timestamp(),
        "handled_by": letter.handled_by,
        "handled_reason": letter.handled_reason,
    })
}
