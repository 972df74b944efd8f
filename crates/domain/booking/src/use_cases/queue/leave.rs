//! Leaving the queue without being served.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};

use super::{super::TRIES, today};
use crate::ports::{Catalogue, QueueChange, QueueRefused, WalkInQueue};
use crate::queue::{Departure, NotWaiting, QueueStanding, WalkIn, WalkInId};

/// Why nobody left.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeaveQueueError {
    /// There is no such entry.
    #[error("there is no such entry")]
    Unknown,
    /// They were seated already.
    #[error(transparent)]
    NotWaiting(#[from] NotWaiting),
    /// The entry changed under every try. Try again.
    #[error("the entry keeps changing")]
    Contended,
    /// The queue did not answer.
    #[error("the queue is unavailable")]
    Unavailable(#[from] Outage),
}

/// Lets people leave.
pub struct LeaveQueue {
    /// Where they are recorded.
    pub queue: Arc<dyn WalkInQueue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl LeaveQueue {
    /// Ends the waiting of somebody. Who left already is answered as they are, so repeating is safe.
    ///
    /// # Errors
    /// [`LeaveQueueError`].
    #[tracing::instrument(name = "booking.leave_queue", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: WalkInId,
        how: Departure,
    ) -> Result<WalkIn, LeaveQueueError> {
        for _try in 0..TRIES {
            let entry = self
                .queue
                .entry(tenant, id)
                .await?
                .ok_or(LeaveQueueError::Unknown)?;
            if matches!(entry.standing, QueueStanding::Left { .. }) {
                return Ok(entry);
            }
            let mut left = entry.leave(how, self.clock.now())?;
            let change = QueueChange {
                entry: left.clone(),
                newcomer: None,
                booking: None,
            };
            match self.queue.record(tenant, change).await {
                Ok(()) => {
                    left.version = left.version.next();
                    return Ok(left);
                }
                Err(QueueRefused::Stale | QueueRefused::SlotTaken | QueueRefused::UnknownCustomer) => {}
                Err(QueueRefused::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        Err(LeaveQueueError::Contended)
    }
}

/// Ends what is left of the queues of earlier days.
pub struct CloseQueue {
    /// Where they are recorded.
    pub queue: Arc<dyn WalkInQueue>,
    /// The tenant's zone.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl CloseQueue {
    /// Ends the waiting of everybody who came before today; answers how many. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`].
    #[tracing::instrument(name = "booking.close_queue", skip_all)]
    pub async fn execute(&self, tenant: TenantId) -> Result<usize, Outage> {
        let now = self.clock.now();
        let zone = self.catalogue.policy(tenant).await?.zone;
        self.queue.end_before(tenant, today(&zone, now), now).await
    }
}
