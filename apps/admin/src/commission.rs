//! A month of commission: looked at, or closed as the schedule would.

use anyhow::Context as _;
use futures_util::{StreamExt as _, stream};
use ratiba_assembly::Parts;
use ratiba_commission::Month;
use ratiba_commission::engine::StaffFigure;
use ratiba_commission::period::{FrozenBy, FrozenDocument};
use ratiba_commission::use_cases::{CloseOutcome, ClosePeriodError};
use ratiba_kernel::TenantId;
use serde_json::{Value, json};

/// What is done with a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commission {
    /// Look at what it comes to.
    Preview {
        /// Whose.
        tenant: TenantId,
        /// Which month.
        month: Month,
    },
    /// Freeze it.
    Close {
        /// Whose.
        tenant: TenantId,
        /// Which month.
        month: Month,
    },
    /// Freeze it for every business.
    CloseAll {
        /// Which month.
        month: Month,
    },
}

/// How many businesses are closed at the same time: one is read while another is written, and no more than these are in
/// memory.
const CLOSED_AT_ONCE: usize = 2;

impl Commission {
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        Some(match words {
            ["preview", tenant, month] => Self::Preview {
                tenant: tenant.parse().ok()?,
                month: month.parse().ok()?,
            },
            ["close", "all", month] => Self::CloseAll {
                month: month.parse().ok()?,
            },
            ["close", tenant, month] => Self::Close {
                tenant: tenant.parse().ok()?,
                month: month.parse().ok()?,
            },
            _other => return None,
        })
    }

    pub(crate) async fn run(self, parts: &Parts) -> anyhow::Result<Value> {
        match self {
            Self::Preview { tenant, month } => {
                let figures = parts.commission.preview.execute(tenant, month).await;
                let figures = figures.context("the month cannot be computed")?;
                let staff: Vec<Value> = figures.staff.iter().map(figure).collect();
                Ok(json!({ "month": month, "staff": staff }))
            }
            Self::Close { tenant, month } => {
                let closed = close(parts, tenant, month).await;
                Ok(match closed.context("the month was not closed")? {
                    CloseOutcome::Frozen { documents } => json!({
                        "month": month, "outcome": "frozen",
                        "periods": documents.iter().map(document).collect::<Vec<_>>(),
                    }),
                    CloseOutcome::AlreadyFrozen(comparison) => json!({
                        "month": month, "outcome": "already_frozen",
                        "late": comparison.late.iter().map(|late| late.staff).collect::<Vec<_>>(),
                    }),
                    CloseOutcome::AwaitsReview { figures } => json!({
                        "month": month, "outcome": "awaits_review",
                        "staff": figures.staff.iter().map(figure).collect::<Vec<_>>(),
                    }),
                })
            }
            Self::CloseAll { month } => close_all(parts, month).await,
        }
    }
}

async fn close(parts: &Parts, tenant: TenantId, month: Month) -> Result<CloseOutcome, ClosePeriodError> {
    let close = &parts.commission.close;
    close.execute(tenant, month, FrozenBy::System).await
}

/// Closes a month for every active business. One that cannot be closed is told with its reason, and stops nobody else's;
/// asking again closes those that are left.
async fn close_all(parts: &Parts, month: Month) -> anyhow::Result<Value> {
    let tenants = parts.sweeps.tenants().await?;
    let closes =
        stream::iter(tenants).map(|tenant| async move { (tenant, close(parts, tenant, month).await) });
    let mut told = closes.buffer_unordered(CLOSED_AT_ONCE);
    let (mut frozen, mut periods, mut frozen_before, mut await_review) = (0_u64, 0_usize, 0_u64, 0_u64);
    let (mut late, mut failed) = (Vec::new(), Vec::new());
    while let Some((tenant, closed)) = told.next().await {
        match closed {
            Ok(CloseOutcome::Frozen { documents }) => {
                frozen += 1;
                periods += documents.len();
            }
            Ok(CloseOutcome::AlreadyFrozen(comparison)) => {
                frozen_before += 1;
                let staff: Vec<_> = comparison.late.iter().map(|late| late.staff).collect();
                if !staff.is_empty() {
                    late.push(json!({ "tenant": tenant, "staff": staff }));
                }
            }
            Ok(CloseOutcome::AwaitsReview { .. }) => await_review += 1,
            Err(error) => {
                failed.push(json!({ "tenant": tenant, "why": format!("{:#}", anyhow::Error::from(error)) }))
            }
        }
    }
    Ok(json!({
        "month": month, "frozen": frozen, "periods": periods, "already_frozen": frozen_before,
        "awaits_review": await_review, "late": late, "failed": failed,
    }))
}

fn figure(figure: &StaffFigure) -> Value {
    json!({
        "staff": figure.staff, "commission": figure.commission, "top_up": figure.top_up, "tip": figure.tip,
        "hours": figure.hours.to_string(), "services": figure.services_rendered, "gaps": figure.gaps(),
        "content_hash": figure.content_hash.to_string(),
    })
}

fn document(document: &FrozenDocument) -> Value {
    let period = document.period();
    json!({
        "id": period.id, "staff": period.staff, "commission": period.commission, "top_up": period.top_up,
        "carried": period.carried, "tip": period.tip, "content_hash": period.content_hash.to_string(),
    })
}
