//! A month of commission: looked at, or closed as the schedule would.

use anyhow::Context as _;
use ratiba_assembly::Parts;
use ratiba_commission::Month;
use ratiba_commission::engine::StaffFigure;
use ratiba_commission::period::{FrozenBy, FrozenDocument};
use ratiba_commission::use_cases::CloseOutcome;
use ratiba_kernel::TenantId;
use serde_json::{Value, json};

/// What is done with a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commission {
    /// Whose.
    pub tenant: TenantId,
    /// Which month.
    pub month: Month,
    /// Freeze it; otherwise only look.
    pub close: bool,
}

impl Commission {
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        let (close, tenant, month) = match words {
            ["preview", tenant, month] => (false, tenant, month),
            ["close", tenant, month] => (true, tenant, month),
            _other => return None,
        };
        Some(Self {
            tenant: tenant.parse().ok()?,
            month: month.parse().ok()?,
            close,
        })
    }

    pub(crate) async fn run(self, parts: &Parts) -> anyhow::Result<Value> {
        let Self { tenant, month, close } = self;
        if !close {
            let figures = parts.commission.preview.execute(tenant, month).await;
            let figures = figures.context("the month cannot be computed")?;
            let staff: Vec<Value> = figures.staff.iter().map(figure).collect();
            return Ok(json!({ "month": month, "staff": staff }));
        }
        let closed = parts
            .commission
            .close
            .execute(tenant, month, FrozenBy::System)
            .await;
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
