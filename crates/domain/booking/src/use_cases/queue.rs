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
use crate::ports::Timetable;
use crate::queue::{Line, WalkIn};

/// Facts for everybody who waits, and for one wish more, before anybody is placed.
async fn line(
    timetable: &dyn Timetable,
    tenant: TenantId,
    waiting: &[WalkIn],
    wish: &[PartRequest],
    now: OffsetDateTime,
) -> Result<Line, Outage> {
    let parts = waiting.iter().flat_map(|entry| &entry.parts).chain(wish);
    // Today has not more than 25 hours left; the query adds its own margin.
    let window = TimeRange::starting(now, Duration::hours(25));
    let window = window.map_err(|error| Outage::new(error.to_string()))?;
    let query = facts_query(parts.map(|part| part.service), window);
    Ok(Line::new(timetable.facts(tenant, query).await?, now))
}

/// When the local day began: who came earlier belongs to another day.
fn today(zone: &Zone, now: OffsetDateTime) -> OffsetDateTime {
    zone.day_start(zone.date(now))
}

#[cfg(test)]
mod tests;
