//! What the schedules do, tick by tick.

use anyhow::anyhow;
use ratiba_access::feature::Feature;
use ratiba_assembly::Parts;
use ratiba_assembly::payroll_directory::DirectoryError;
use ratiba_assembly::queue::{Job, NewJob};
use ratiba_booking::visit::VisitId;
use ratiba_commission::Month;
use ratiba_commission::period::FrozenBy;
use ratiba_commission::use_cases::{CloseOutcome, ClosePeriodError};
use ratiba_conversation::ports::OfficeError;
use ratiba_integrations::safe::SafeError;
use ratiba_kernel::{Id, TenantId};
use ratiba_payments::schedule::ROUTE_LIFE;
use ratiba_payments::task::PaymentTask;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::runner::JobError;
use crate::work::Tick;

mod cards;

/// Dead letters of nobody are kept this long.
const LETTERS_KEPT: Duration = Duration::days(400);
/// What went to other programs is kept this long after it arrived or was given up.
const DELIVERIES_KEPT: Duration = Duration::days(30);
/// What the sweep takes on of each kind, per tenant and night.
const SWEEP_MOST: u16 = 500;
/// An attempt without a final answer, or a message that nobody took in, after this time was missed by its own jobs.
const UNSETTLED_AFTER: Duration = Duration::hours(2);
/// A payment that is open for so long although its visit is over was missed when the visit ended.
const LEFT_OPEN_AFTER: Duration = Duration::hours(24);

/// Runs one tick of a schedule, and notes that it went well.
///
/// # Errors
/// [`JobError`]; the tick's job runs again.
pub async fn run(parts: &Parts, tick: Tick, job: &Job) -> Result<(), JobError> {
    let (id, at) = place_of(job)?;
    let tenant = || {
        job.tenant
            .ok_or_else(|| JobError::Hopeless(anyhow!("the schedule {tick:?} needs a tenant")))
    };
    match tick {
        Tick::Reaper => reap(parts).await?,
        Tick::Digest => parts.digest(tenant()?).await?,
        Tick::AuditVerification => {
            parts.verify_audit(tenant()?).await?;
        }
        Tick::CommissionClose => close_months(parts, tenant()?, at).await?,
    }
    parts.schedules.succeeded(id, at).await?;
    Ok(())
}

/// Leaves one tick out, so that nobody takes it for one that failed.
///
/// # Errors
/// [`JobError`]; the tick's job runs again.
pub async fn leave_out(parts: &Parts, job: &Job) -> Result<(), JobError> {
    let (id, at) = place_of(job)?;
    parts.schedules.succeeded(id, at).await?;
    Ok(())
}

/// Which schedule's job it is, and of which tick.
fn place_of(job: &Job) -> Result<(Uuid, OffsetDateTime), JobError> {
    let hopeless = || JobError::Hopeless(anyhow!("the payload of a schedule's job cannot be read"));
    let id = job.payload.get("schedule_id").and_then(serde_json::Value::as_str);
    let id: Uuid = id.and_then(|text| text.parse().ok()).ok_or_else(hopeless)?;
    let tick = job.payload.get("tick").and_then(serde_json::Value::as_i64);
    let tick = tick
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .ok_or_else(hopeless)?;
    Ok((id, tick))
}

/// Closes every month that is over and not frozen: the one before the tick's own day, those that a downtime
/// skipped, and those whose close was given up after an earlier one was frozen. A month that is frozen already
/// stays as it is, and one that cannot be closed stops no other: each is told.
async fn close_months(parts: &Parts, tenant: TenantId, tick: OffsetDateTime) -> Result<(), JobError> {
    let zone = parts.booking.catalogue.policy(tenant).await?.zone;
    let before = |instant| {
        zone.date(instant)
            .replace_day(1)
            .ok()
            .and_then(Month::of)
            .and_then(Month::previous)
    };
    let due = before(tick).zip(before(parts.clock.now()));
    let (of_tick, last) =
        due.ok_or_else(|| JobError::Hopeless(anyhow!("the calendar does not go that far")))?;
    let mut months = Vec::new();
    let mut month = Some(last);
    let mut first_frozen = None;
    for _ in 0..LOOK_BACK_MONTHS {
        let Some(current) = month else { break };
        if current < of_tick && !parts.commission.book.periods(tenant, current).await?.is_empty() {
            first_frozen = Some(current);
        } else {
            months.push(current);
        }
        month = current.previous();
    }
    // A business begins with the first month that it froze; one that never did, with the one that is due now.
    months.retain(|month| *month >= of_tick || first_frozen.is_some_and(|first| *month > first));
    let mut hopeless = Vec::new();
    for month in months.into_iter().rev() {
        match close_month(parts, tenant, month).await {
            Ok(()) => {}
            Err(JobError::Hopeless(error)) => {
                tracing::error!(%month, error = format!("{error:#}"), "the month cannot be closed");
                hopeless.push(format!("{month}: {error:#}"));
            }
            // Nothing is known of the others either; the next try closes them all.
            Err(again @ (JobError::Again(_) | JobError::NoRoom | JobError::NotYet)) => return Err(again),
        }
    }
    if hopeless.is_empty() {
        Ok(())
    } else {
        Err(JobError::Hopeless(anyhow!("{}", hopeless.join("; "))))
    }
}

/// How far back a month that was never frozen is looked for.
const LOOK_BACK_MONTHS: usize = 12;

async fn close_month(parts: &Parts, tenant: TenantId, month: Month) -> Result<(), JobError> {
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
        Err(
            error @ (ClosePeriodError::NotComputable(_)
            | ClosePeriodError::Difference(_)
            | ClosePeriodError::Unseen { .. }
            | ClosePeriodError::Changed { .. }),
        ) => Err(JobError::Hopeless(error.into())),
        Err(error @ (ClosePeriodError::StillRunning { .. } | ClosePeriodError::Unavailable(_))) => {
            Err(error.into())
        }
    }
}

/// The kind of the job that sweeps one tenant.
pub const SWEEP_JOB: &str = "sweep.tenant";
/// The kind of the job that lets go of what was kept of one tenant for its time.
pub const RETENTION_JOB: &str = "retention.tenant";

/// Puts right what events missed: the instance's own part, and a job for each tenant, so that one tenant's
/// trouble stops nobody else's sweep.
async fn reap(parts: &Parts) -> Result<(), JobError> {
    let now = parts.clock.now();
    let freed = parts.queue.rescue(now).await?;
    let gone = parts.sweeps.let_go_of_nobodys(now).await?;
    let nobodys = parts
        .sweeps
        .forget_letters_of_nobody(now - LETTERS_KEPT, SWEEP_MOST)
        .await?;
    // What is kept of a suspended business is not kept any longer for it, and its money is settled like all other.
    let tenants = parts.sweeps.all_tenants().await?;
    let jobs = tenants.iter().map(|tenant| {
        NewJob::new(SWEEP_JOB, serde_json::json!({}), now)
            .of_tenant(*tenant)
            .once(format!("{SWEEP_JOB}:{tenant}"))
    });
    let retention = tenants.iter().map(|tenant| {
        NewJob::new(RETENTION_JOB, serde_json::json!({}), now)
            .of_tenant(*tenant)
            .once(format!("{RETENTION_JOB}:{tenant}"))
    });
    parts.queue.enqueue(jobs.chain(retention).collect()).await?;
    tracing::info!(
        freed,
        ?gone,
        nobodys,
        tenants = tenants.len(),
        "the nightly sweep has begun"
    );
    Ok(())
}

/// Lets go of what was kept of one tenant for its time, as the list of what is kept says it.
///
/// # Errors
/// [`JobError`]; it runs again.
pub async fn let_go(parts: &Parts, tenant: TenantId) -> Result<(), JobError> {
    let gone = parts.sweeps.let_go(tenant, parts.clock.now()).await?;
    let logs = parts.conversation.archive.execute(tenant).await?;
    tracing::info!(
        ?gone,
        archived = logs.archived,
        loose = logs.loose,
        wiped = logs.wiped,
        deleted = logs.deleted,
        "what was kept for its time is gone"
    );
    Ok(())
}

/// Sweeps one tenant: holds past their deadline, attempts that nobody settled and, while it is open, threads that fell
/// silent and whatever else is no money under way.
///
/// # Errors
/// [`JobError`]; the sweep runs again.
pub async fn sweep_tenant(parts: &Parts, tenant: TenantId, is_open: bool) -> Result<(), JobError> {
    sweep_money(parts, tenant).await?;
    let tells = is_open && parts.access.features.is_on(tenant, Feature::Webhooks).await?;
    let now = parts.clock.now();
    let late = tells.then_some(now - UNSETTLED_AFTER);
    let hooks = &parts.integrations.book;
    let unsent = hooks
        .sweep(tenant, late, now - DELIVERIES_KEPT, now, SWEEP_MOST)
        .await?;
    if is_open {
        sweep_business(parts, tenant).await?;
    }
    tracing::info!(unsent, is_open, "a tenant was swept");
    Ok(())
}

async fn sweep_money(parts: &Parts, tenant: TenantId) -> Result<(), JobError> {
    let now = parts.clock.now();
    let visits = parts.sweeps.overdue_visits(tenant, now, SWEEP_MOST).await?;
    for visit in &visits {
        let visit: VisitId = Id::from_uuid(*visit);
        parts.booking.expire.execute(tenant, visit).await?;
    }
    let attempts = parts
        .sweeps
        .unsettled_attempts(tenant, now - UNSETTLED_AFTER, SWEEP_MOST)
        .await?;
    let asked = attempts.len();
    let jobs = attempts.into_iter().map(|found| {
        let attempt = Id::from_uuid(found.attempt);
        // One that never left is pushed, which withdraws it by now; the others are asked about once more.
        let task = match (found.is_card, found.was_sent) {
            (false, true) => PaymentTask::Query {
                attempt,
                step: LAST_STEP,
            },
            (false, false) => PaymentTask::Push { attempt },
            (true, true) => cards::task_of(&found, now),
            (true, false) => PaymentTask::OpenCard { attempt },
        };
        let payload = serde_json::to_value(task)?;
        Ok(NewJob::new(task.kind(), payload, now)
            .of_tenant(tenant)
            .once(format!("sweep:{}", task.key())))
    });
    let jobs = jobs.collect::<Result<Vec<_>, serde_json::Error>>()?;
    parts.queue.enqueue(jobs).await?;
    let left_open = parts
        .sweeps
        .payments_left_open(tenant, now - LEFT_OPEN_AFTER, SWEEP_MOST)
        .await?;
    for visit in &left_open {
        parts.end_left_open(tenant, Id::from_uuid(*visit)).await?;
    }
    sweep_refunds(parts, tenant, now).await?;
    let messages = sweep_messages(parts, tenant, now).await?;
    cards::sweep(parts, tenant, now).await?;
    tracing::info!(
        expired = visits.len(),
        asked,
        left_open = left_open.len(),
        messages,
        "a tenant's money was swept"
    );
    Ok(())
}

/// What is neither money nor kept for its time; of features that are off nothing.
async fn sweep_business(parts: &Parts, tenant: TenantId) -> Result<(), JobError> {
    let features = &parts.access.features;
    let closed = parts.conversation.close_idle.execute(tenant).await?;
    sync_templates(parts, tenant).await;
    seal_secrets(parts, tenant).await;
    if features.is_on(tenant, Feature::Payroll).await? {
        adopt_directory(parts, tenant).await;
        parts.payroll.order.resume(tenant).await?;
    }
    let left = parts.desk.close_queue.execute(tenant).await?;
    // Should the chain of looks through the waitlist ever have broken, it is tied again here.
    parts.desk.watch_waitlist.execute(tenant).await?;
    tracing::info!(closed, left, "a tenant's desk was swept");
    Ok(())
}

/// Asks what became of the templates. That WhatsApp does not answer is no reason to sweep all of it again.
async fn sync_templates(parts: &Parts, tenant: TenantId) {
    match parts.conversation.work_templates.sync(tenant).await {
        Ok(_standing) => {}
        Err(OfficeError::NoAccount) => tracing::debug!("a business has no WhatsApp account yet"),
        Err(OfficeError::Unavailable(outage)) => {
            tracing::warn!(error = ?outage, "what became of the templates is not known");
        }
    }
}

/// Takes over what payroll decides about people. That payroll does not answer is no reason to sweep all of it again.
async fn adopt_directory(parts: &Parts, tenant: TenantId) {
    match parts.adopt_payroll_directory(tenant).await {
        Ok(0) | Err(DirectoryError::NoSystem) => {}
        Ok(changed) => tracing::info!(changed, "terms of employment were taken over from payroll"),
        Err(error @ (DirectoryError::Gateway(_) | DirectoryError::Unavailable(_))) => {
            tracing::warn!(error = %error, "payroll's directory is not known");
        }
    }
}

/// Seals secrets of webhooks that a program of before kept in plain, or under an older key. That a key is missing is no reason
/// to sweep all of it again.
async fn seal_secrets(parts: &Parts, tenant: TenantId) {
    match parts.integrations.seal.execute(tenant).await {
        Ok(sealing) => {
            for (endpoint, why) in &sealing.left {
                tracing::error!(%endpoint, %why, "the secret of a webhook is not sealed under the current key");
            }
            if sealing.done > 0 {
                tracing::info!(sealed = sealing.done, "secrets of webhooks were sealed");
            }
        }
        Err(error @ (SafeError::NoKeys | SafeError::Locked { .. })) => {
            tracing::error!(error = %error, "secrets of webhooks are not sealed under the current key");
        }
        Err(SafeError::Unavailable(outage)) => {
            tracing::warn!(error = ?outage, "secrets of webhooks are not sealed under the current key");
        }
    }
}

/// A refund that never left is sent; of one that was sent and has no end a person hears. Their routes live on.
async fn sweep_refunds(parts: &Parts, tenant: TenantId, now: OffsetDateTime) -> Result<(), JobError> {
    parts
        .sweeps
        .keep_routes_of_open_refunds(tenant, now + ROUTE_LIFE)
        .await?;
    let refunds = parts
        .sweeps
        .unsettled_refunds(tenant, now - UNSETTLED_AFTER, SWEEP_MOST)
        .await?;
    let jobs = refunds.into_iter().map(|found| {
        let refund = Id::from_uuid(found.refund);
        let tries = u8::try_from(found.tries).unwrap_or(u8::MAX);
        let task = if found.was_sent {
            PaymentTask::AskRefund {
                refund,
                step: LAST_REFUND_STEP,
                tries,
            }
        } else {
            PaymentTask::SendRefund { refund, tries }
        };
        let payload = serde_json::to_value(task)?;
        Ok(NewJob::new(task.kind(), payload, now)
            .of_tenant(tenant)
            .once(format!("sweep:{}", task.key())))
    });
    let jobs = jobs.collect::<Result<Vec<_>, serde_json::Error>>()?;
    parts.queue.enqueue(jobs).await?;
    Ok(())
}

/// Messages of providers whose jobs were given up are taken in once more; answers how many.
async fn sweep_messages(parts: &Parts, tenant: TenantId, now: OffsetDateTime) -> Result<usize, JobError> {
    let tasks = parts
        .sweeps
        .messages_left(tenant, now - UNSETTLED_AFTER, SWEEP_MOST)
        .await?;
    let jobs = tasks.into_iter().map(|task| {
        let payload = serde_json::to_value(task)?;
        // A job of the same task that waits does as well.
        Ok(NewJob::new(task.kind(), payload, now)
            .of_tenant(tenant)
            .once(task.key()))
    });
    let jobs = jobs.collect::<Result<Vec<_>, serde_json::Error>>()?;
    let found = jobs.len();
    parts.queue.enqueue(jobs).await?;
    Ok(found)
}

/// The step after which a person has a refund.
const LAST_REFUND_STEP: u8 = 3;

/// The last of an attempt's queries, after which a person has it.
const LAST_STEP: u8 = 5;
