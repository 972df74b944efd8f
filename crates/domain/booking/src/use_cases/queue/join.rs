//! Somebody walks in and waits.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, TenantId, Zone};

use super::{line, today};
use crate::appointment::Version;
use crate::availability::{PartRequest, Reason, RequestFault, Slot};
use crate::ports::{Catalogue, QueueRefused, Timetable, WalkInQueue};
use crate::queue::{Estimate, Guest, QUEUE_MOST, QueueStanding, WalkIn, estimates};
use crate::visit::HoldKey;

/// Who walked in, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinOrder {
    /// The caller's key: asking twice makes one entry.
    pub key: HoldKey,
    /// Who.
    pub guest: Guest,
    /// The services, 1 to 8.
    pub parts: Vec<PartRequest>,
}

/// Somebody who waits from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The entry as recorded.
    pub entry: WalkIn,
    /// When they can be served; of somebody who was taken in before that is told by the queue.
    pub slot: Option<Slot>,
    /// The tenant's zone.
    pub zone: Zone,
}

/// Why somebody was not taken into the queue.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinQueueError {
    /// The order names what does not exist.
    #[error(transparent)]
    Request(#[from] RequestFault),
    /// There is no such customer.
    #[error("there is no such customer")]
    UnknownCustomer,
    /// The key named another order before.
    #[error("this key named another order")]
    KeyUsed,
    /// As many wait as may.
    #[error("{QUEUE_MOST} people wait already")]
    Full,
    /// Nobody could serve them today.
    #[error("nobody can serve them today")]
    NotToday {
        /// Why not at once; never empty.
        reasons: BTreeSet<Reason>,
    },
    /// The queue did not answer.
    #[error("the queue is unavailable")]
    Unavailable(#[from] Outage),
}

/// Takes people into the queue.
pub struct JoinQueue {
    /// Where they are recorded.
    pub queue: Arc<dyn WalkInQueue>,
    /// What is known about the day.
    pub timetable: Arc<dyn Timetable>,
    /// The tenant's zone.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
}

impl JoinQueue {
    /// Puts somebody at the end of the queue, if they can be served today. Who was taken in with the same key before
    /// is answered as they are.
    ///
    /// # Errors
    /// [`JoinQueueError`].
    #[tracing::instrument(name = "booking.join_queue", skip_all)]
    pub async fn execute(&self, tenant: TenantId, order: JoinOrder) -> Result<Joined, JoinQueueError> {
        let now = self.clock.now();
        let zone = self.catalogue.policy(tenant).await?.zone;
        if let Some(entry) = self.queue.entry_of_key(tenant, &order.key).await? {
            return order.repeated(entry, zone);
        }
        let waiting = self.queue.waiting(tenant, today(&zone, now)).await?;
        if waiting.len() >= QUEUE_MOST {
            return Err(JoinQueueError::Full);
        }
        let (mut line, _setup) = line(self.timetable.as_ref(), tenant, &waiting, &order.parts, now).await?;
        estimates(&mut line, &waiting);
        let slot = match line.estimate(&order.parts)? {
            Estimate::At(slot) => slot,
            Estimate::NotToday { reasons } => return Err(JoinQueueError::NotToday { reasons }),
        };
        let entry = WalkIn {
            id: self.ids.fresh(),
            guest: order.guest.clone(),
            parts: order.parts.clone(),
            joined_at: now,
            standing: QueueStanding::Waiting,
            version: Version::NEW,
        };
        let id = entry.id;
        match self.queue.join(tenant, entry, order.key.clone()).await {
            Ok(entry) if entry.id == id => Ok(Joined {
                entry,
                slot: Some(slot),
                zone,
            }),
            Ok(entry) => order.repeated(entry, zone),
            Err(QueueRefused::UnknownCustomer) => Err(JoinQueueError::UnknownCustomer),
            Err(QueueRefused::Unavailable(outage)) => Err(outage.into()),
            Err(QueueRefused::SlotTaken | QueueRefused::Stale) => {
                Err(Outage::new("a new entry of the queue met another one").into())
            }
        }
    }
}

impl JoinOrder {
    /// The entry that has the key of this order already. Who was seated may have turned out to be somebody.
    fn repeated(&self, entry: WalkIn, zone: Zone) -> Result<Joined, JoinQueueError> {
        let seated = matches!(entry.standing, QueueStanding::Seated { .. });
        if entry.parts != self.parts || entry.guest != self.guest && !seated {
            return Err(JoinQueueError::KeyUsed);
        }
        Ok(Joined {
            entry,
            slot: None,
            zone,
        })
    }
}
