//! The queue at the desk: joining, looking, being seated, leaving.

mod join;
mod leave;
mod list;
mod seat;

pub use join::{JoinOrder, JoinQueue, JoinQueueError, Joined};
pub use leave::{CloseQueue, LeaveQueue, LeaveQueueError};
pub use list::{ListQueue, Queued, TheQueue};
pub use seat::{SeatOrder, SeatTurn, SeatWalkIn, SeatWalkInError, Seated, Sitter};

use ratiba_kernel::{Outage, TenantId, TimeRange, Zone};
use time::{Duration, OffsetDateTime};

use super::facts_query;
use crate::availability::PartRequest;
use crate::ports::{SetupVersion, Timetable};
use crate::queue::{Line, WalkIn};

/// Facts for everybody who waits, and for one wish more, before anybody is placed; and the setup among them.
async fn line(
    timetable: &dyn Timetable,
    tenant: TenantId,
    waiting: &[WalkIn],
    wish: &[PartRequest],
    now: OffsetDateTime,
) -> Result<(Line, SetupVersion), Outage> {
    let parts = waiting.iter().flat_map(|entry| &entry.parts).chain(wish);
    let parts: Vec<PartRequest> = parts.copied().collect();
    // Today has not more than 25 hours left.
    let window = TimeRange::starting(now, Duration::hours(25));
    let window = window.map_err(|error| Outage::new(error.to_string()))?;
    let outlook = timetable.outlook(tenant, facts_query(&parts, window)).await?;
    Ok((Line::new(outlook.facts, now), outlook.setup))
}

/// When the local day began: who came earlier belongs to another day.
fn today(zone: &Zone, now: OffsetDateTime) -> OffsetDateTime {
    zone.day_start(zone.date(now))
}

#[cfg(test)]
mod tests;
