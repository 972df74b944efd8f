//! The owner's daily digest: figures of several domains, told by conversation.

use ratiba_commission::Month;
use ratiba_commission::use_cases::{AmendPeriodError, PreviewPeriodError};
use ratiba_conversation::desk::DayMoney;
use ratiba_conversation::use_cases::{DigestFigures, Notice, TellError};
use ratiba_kernel::{Money, Outage, TenantId};
use ratiba_postgres::figures;
use time::Date;

use crate::Parts;
use crate::audit::VERIFIED_WITHIN_HOURS;

/// In how many of the latest months the digest looks for what came late.
const LATE_MONTHS: usize = 3;

/// Why the digest was not told. Its job may run again.
#[derive(Debug, thiserror::Error)]
pub enum DigestError {
    /// The calendar ends.
    #[error("the calendar does not go that far")]
    OutOfCalendar,
    /// The owners were not told.
    #[error("the owners were not told")]
    Tell(#[from] TellError),
    /// Something did not answer.
    #[error("the figures are unavailable")]
    Unavailable(#[from] Outage),
}

impl Parts {
    /// Tells the owners of a tenant yesterday's figures and today's list, once for each local day.
    ///
    /// # Errors
    /// [`DigestError`].
    pub async fn digest(&self, tenant: TenantId) -> Result<(), DigestError> {
        let policy = self.booking.catalogue.policy(tenant).await?;
        let now = self.clock.now();
        // The present day, also when the job comes late: yesterday's news is told once, not in the past.
        let day = policy.zone.date(now);
        let yesterday = day.previous_day().ok_or(DigestError::OutOfCalendar)?;
        let (Some(before), Some(today)) = (policy.zone.day(yesterday), policy.zone.day(day)) else {
            return Err(DigestError::OutOfCalendar);
        };
        let found = figures::of_day(&self.database, tenant, before, today).await?;
        let month = yesterday
            .replace_day(1)
            .ok()
            .and_then(Month::of)
            .ok_or(DigestError::OutOfCalendar)?;
        // The digest is how the owner hears of trouble: one that cannot be reckoned must not silence it.
        let commission = match self.commission.preview.execute(tenant, month).await {
            Ok(preview) => Money::sum(
                policy.currency,
                preview.staff.iter().map(|figure| figure.commission),
            )
            .ok(),
            Err(PreviewPeriodError::Unavailable(outage)) => return Err(outage.into()),
            Err(refused @ (PreviewPeriodError::Compute(_) | PreviewPeriodError::Rules(_))) => {
                tracing::error!(error = %refused, "the commission of the month to date cannot be computed");
                None
            }
        };
        let drafts = self.commission.book.drafts(tenant).await?;
        let late = self.came_late(tenant, month).await?;
        let overdue = self
            .schedules
            .list()
            .await?
            .iter()
            .filter(|schedule| schedule.next_run_at < now)
            .count();
        let standing = self.audit.standing(&[tenant], VERIFIED_WITHIN_HOURS).await?;
        let digest = DigestFigures {
            day,
            bookings: count(found.bookings),
            no_shows: count(found.no_shows),
            takings: found
                .takings
                .into_iter()
                .filter_map(|(word, amount)| Some((DayMoney::parse(&word)?, amount)))
                .collect(),
            open_payments: count(found.open_payments),
            unrouted: count(found.unrouted),
            handoffs: count(found.handoffs),
            dead_jobs: count(found.dead_jobs),
            overdue: u32::try_from(overdue).unwrap_or(u32::MAX),
            audit_in_doubt: standing.broken + standing.overdue > 0,
            overdue_requests: self.privacy.book.overdue(tenant, now).await?,
            commission,
            waiting: drafts.iter().map(|draft| draft.month.first_day()).collect(),
            late,
            today: found
                .today
                .iter()
                .map(|line| {
                    let local = policy.zone.local(line.start_at);
                    let (hour, minute) = (local.hour(), local.minute());
                    format!(
                        "{hour:02}:{minute:02} {} · {} · {}",
                        line.service, line.staff, line.customer
                    )
                })
                .collect(),
        };
        let occasion = tenant.as_uuid();
        Ok(self
            .conversation
            .tell
            .execute(tenant, occasion, Notice::Digest(digest))
            .await?)
    }
}

impl Parts {
    /// The latest frozen months before one for which something came late that nobody has decided on.
    async fn came_late(&self, tenant: TenantId, before: Month) -> Result<Vec<(Date, u32)>, Outage> {
        let mut late = Vec::new();
        let mut month = before.previous();
        for _ in 0..LATE_MONTHS {
            let Some(current) = month else { break };
            match self.commission.amend.waiting(tenant, current).await {
                Ok(0) | Err(AmendPeriodError::NotFrozen { .. }) => {}
                Ok(people) => late.push((current.first_day(), u32::try_from(people).unwrap_or(u32::MAX))),
                Err(AmendPeriodError::Unavailable(outage)) => return Err(outage),
                Err(
                    refused @ (AmendPeriodError::NotComputable(_)
                    | AmendPeriodError::Difference(_)
                    | AmendPeriodError::NothingToAmend
                    | AmendPeriodError::Stale),
                ) => {
                    tracing::error!(month = %current, error = %refused, "a frozen month cannot be computed");
                }
            }
            month = current.previous();
        }
        late.reverse();
        Ok(late)
    }
}

fn count(rows: i64) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
