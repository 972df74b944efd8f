//! What the schedules do, tick by tick.

use anyhow::anyhow;
use ratiba_assembly::Parts;
use ratiba_assembly::queue::Job;
use ratiba_booking::visit::VisitId;
use ratiba_commission::Month;
use ratiba_commission::period::FrozenBy;
use ratiba_commission::use_cases::{CloseOutcome, ClosePeriodError};
use ratiba_kernel::{Id, TenantId};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::runner::JobError;

/// Routes are kept this long after their end, so that a late message still finds its tenant.
const ROUTES_KEPT: Duration = Duration::days(30);
/// What the sweep takes on of each kind, per tenant and night.
const SWEEP_MOST: u16 = 500;
/// An attempt without a final answer after this time was missed by its own queries.
const UNSETTLED_AFTER: Duration = Duration::hours(2);

/// Runs one tick of a schedule, and notes that it went well.
///
/// # Errors
/// [`JobError`]; the tick's job runs again.
pub async fn run(parts: &Parts, name: &str, job: &Job) -> Result<(), JobError> {
    let hopeless = || JobError::Hopeless(anyhow!("the payload of a schedule's job cannot be read"));
    let id = job.payload.get("schedule_id").and_then(serde_json::Value::as_str);
    let id: Uuid = id.and_then(|text| text.parse().ok()).ok_or_else(hopeless)?;
    let tick = job.payload.get("tick").and_then(serde_json::Value::as_i64);
    let tick = tick
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .ok_or_else(hopeless)?;
    let tenant = || {
        job.tenant
            .ok_or_else(|| JobError::Hopeless(anyhow!("the schedule {name} needs a tenant")))
    };
    match name {
        "reaper" => reap(parts).await?,
        "digest" => parts.digest(tenant()?, tick).await?,
        "commission_close" => close_month_before(parts, tenant()?, tick).await?,
        other => return Err(JobError::Hopeless(anyhow!("there is no schedule {other}"))),
    }
    parts.schedules.succeeded(id, tick).await?;
    Ok(())
}

/// Closes the month before the tick's own local day. A month that is frozen already stays as it is.
async fn close_month_before(parts: &Parts, tenant: TenantId, tick: OffsetDateTime) -> Result<(), JobError> {
    let zone = parts.booking.catalogue.policy(tenant).await?.zone;
    let today = zone.date(tick);
    let month = today
        .replace_day(1)
        .ok()
        .and_then(Month::of)
        .and_then(Month::previous);
    let month = month.ok_or_else(|| JobError::Hopeless(anyhow!("the calendar does not go that far")))?;
    match parts
        .commission
        .close
        .execute(tenant, month, FrozenBy::System)
        .await
    {
        Ok(CloseOutcome::Frozen { documents }) => {
            tracing::info!(%month, documents = documents.len(), "the month was frozen");
            Ok(())
        }
        Ok(CloseOutcome::AlreadyFrozen(comparison)) => {
            if !comparison.late.is_empty() {
                tracing::warn!(%month, late = comparison.late.len(), "something came late for a frozen month");
            }
            Ok(())
        }
        Ok(CloseOutcome::AwaitsReview { .. }) => {
            tracing::info!(%month, "the month waits for its reviewer");
            Ok(())
        }
        Err(error @ (ClosePeriodError::NotComputable(_) | ClosePeriodError::Difference(_))) => {
            Err(JobError::Hopeless(error.into()))
        }
        Err(error @ (ClosePeriodError::StillRunning { .. } | ClosePeriodError::Unavailable(_))) => {
            Err(error.into())
        }
    }
}

/// Puts right what events missed, tenant by tenant.
async fn reap(parts: &Parts) -> Result<(), JobError> {
    let now = parts.clock.now();
    let freed = parts.queue.rescue(now).await?;
    let forgotten = parts.sweeps.forget_routes(now - ROUTES_KEPT).await?;
    let (mut expired, mut queried, mut closed) = (0, 0, 0);
    for tenant in parts.sweeps.tenants().await? {
        for visit in parts.sweeps.overdue_visits(tenant, now, SWEEP_MOST).await? {
            let visit: VisitId = Id::from_uuid(visit);
            parts.booking.expire.execute(tenant, visit).await?;
            expired += 1;
        }
        for attempt in parts
            .sweeps
            .unsettled_attempts(tenant, now - UNSETTLED_AFTER, SWEEP_MOST)
            .await?
        {
            parts
                .payments
                .query
                .execute(tenant, Id::from_uuid(attempt), LAST_STEP)
                .await?;
            queried += 1;
        }
        closed += parts.conversation.close_idle.execute(tenant).await?;
    }
    tracing::info!(
        freed,
        forgotten,
        expired,
        queried,
        closed,
        "the nightly sweep is done"
    );
    Ok(())
}

/// The last of an attempt's queries, after which a person has it.
const LAST_STEP: u8 = 5;
