//! What the nightly sweep does about card payments whose own jobs were given up, for whatever reason.

use ratiba_assembly::Parts;
use ratiba_assembly::queue::NewJob;
use ratiba_assembly::sweeps::Unsettled;
use ratiba_kernel::{Id, TenantId};
use ratiba_payments::schedule::CARD_LAST_LOOK_IN_DOUBT;
use ratiba_payments::task::PaymentTask;
use time::{Duration, OffsetDateTime};

use super::SWEEP_MOST;
use crate::runner::JobError;

/// A notice that waits for so long was missed by its own job.
const NOTICE_MISSED_AFTER: Duration = Duration::hours(1);
/// A refund that has no end after this time has a job of its own, or gets one.
const REFUND_MISSED_AFTER: Duration = Duration::hours(2);

/// What is to be done about an order that has no end: its page is closed, and only then, and when a day is over, a person
/// has it.
pub(super) fn task_of(found: &Unsettled, now: OffsetDateTime) -> PaymentTask {
    let attempt = Id::from_uuid(found.attempt);
    if found.is_awaited {
        return PaymentTask::AbandonCard {
            attempt,
            at_once: false,
        };
    }
    let next = u8::try_from(found.queries).unwrap_or(CARD_LAST_LOOK_IN_DOUBT);
    let a_day_over = now - found.created_at > Duration::days(1);
    let step = if a_day_over {
        next.max(CARD_LAST_LOOK_IN_DOUBT)
    } else {
        next
    };
    PaymentTask::LookAtCard { attempt, step }
}

/// Ties again what broke: notices that wait, and the daily looks at what was paid.
///
/// # Errors
/// [`JobError`]; the sweep runs again.
pub(super) async fn sweep(parts: &Parts, tenant: TenantId, now: OffsetDateTime) -> Result<(), JobError> {
    let sweeps = &parts.sweeps;
    let notices = sweeps.notices_left(tenant, now - NOTICE_MISSED_AFTER, SWEEP_MOST);
    let notices = notices.await?.into_iter().map(|notice| PaymentTask::ApplyNotice {
        notice: Id::from_uuid(notice),
    });
    let unwatched = sweeps.orders_unwatched(tenant, now, SWEEP_MOST).await?;
    let looks = unwatched.into_iter().map(|found| PaymentTask::LookAtCard {
        attempt: Id::from_uuid(found.attempt),
        step: u8::try_from(found.queries).unwrap_or(u8::MAX),
    });
    let refunds = sweeps.card_refunds_open(tenant, now - REFUND_MISSED_AFTER, SWEEP_MOST);
    let refunds = refunds.await?.into_iter().map(|found| {
        let refund = Id::from_uuid(found.refund);
        let tries = u8::try_from(found.tries).unwrap_or(u8::MAX);
        if found.was_sent {
            let step = u8::try_from(found.asked).unwrap_or(u8::MAX);
            PaymentTask::LookAtCardRefund { refund, step, tries }
        } else {
            PaymentTask::SendCardRefund { refund, tries }
        }
    });
    let jobs = notices.chain(looks).chain(refunds).map(|task| {
        let payload = serde_json::to_value(task)?;
        // A job of the same task that waits does as well.
        Ok(NewJob::new(task.kind(), payload, now)
            .of_tenant(tenant)
            .once(task.key()))
    });
    let jobs = jobs.collect::<Result<Vec<_>, serde_json::Error>>()?;
    let tied = jobs.len();
    parts.queue.enqueue(jobs).await?;
    if tied > 0 {
        tracing::info!(tied, "card payments were swept");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
