//! Who waits, and when each can be served.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId, Zone};

use super::{line, today};
use crate::ports::{Catalogue, Timetable, WalkInQueue};
use crate::queue::{Estimate, QueueStanding, WalkIn, WalkInId, estimates};

/// One who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// The entry.
    pub entry: WalkIn,
    /// When they can be served; `None` for somebody who does not wait any more.
    pub estimate: Option<Estimate>,
}

/// The queue of today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TheQueue {
    /// The tenant's zone.
    pub zone: Zone,
    /// Everybody who waits, in the order of arrival.
    pub waiting: Vec<Queued>,
}

/// Shows the queue.
pub struct ListQueue {
    /// Where they are recorded.
    pub queue: Arc<dyn WalkInQueue>,
    /// What is known about the day.
    pub timetable: Arc<dyn Timetable>,
    /// The tenant's zone.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl ListQueue {
    /// Everybody who came today and waits, each with an estimate that takes those before into account.
    ///
    /// # Errors
    /// [`Outage`].
    #[tracing::instrument(name = "booking.list_queue", skip_all)]
    pub async fn execute(&self, tenant: TenantId) -> Result<TheQueue, Outage> {
        let now = self.clock.now();
        let zone = self.catalogue.policy(tenant).await?.zone;
        let waiting = self.queue.waiting(tenant, today(&zone, now)).await?;
        if waiting.is_empty() {
            return Ok(TheQueue {
                zone,
                waiting: Vec::new(),
            });
        }
        let (mut line, _setup) = line(self.timetable.as_ref(), tenant, &waiting, &[], now).await?;
        let found = estimates(&mut line, &waiting);
        let waiting = waiting.into_iter().zip(found).map(|(entry, estimate)| Queued {
            entry,
            estimate: Some(estimate),
        });
        Ok(TheQueue {
            zone,
            waiting: waiting.collect(),
        })
    }

    /// One entry, whatever became of it; `None` if the tenant never had it.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn one(&self, tenant: TenantId, id: WalkInId) -> Result<Option<(Zone, Queued)>, Outage> {
        let Some(entry) = self.queue.entry(tenant, id).await? else {
            return Ok(None);
        };
        if entry.standing == QueueStanding::Waiting {
            let all = self.execute(tenant).await?;
            let mut waiting = all.waiting.into_iter();
            if let Some(found) = waiting.find(|queued| queued.entry.id == id) {
                return Ok(Some((all.zone, found)));
            }
        }
        let zone = self.catalogue.policy(tenant).await?.zone;
        Ok(Some((
            zone,
            Queued {
                entry,
                estimate: None,
            },
        )))
    }
}
