//! Who listens to the stream of events: how many there may be, what wakes them, and what ends them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ratiba_kernel::TenantId;
use tokio::sync::{Notify, Semaphore, SemaphorePermit, watch};
use uuid::Uuid;

/// The limits of the streams of one process.
#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    /// Listeners of all businesses together.
    pub listeners_max: usize,
    /// Listeners of one business.
    pub of_tenant_max: usize,
    /// Listeners of one person, or by one token, in a business: tabs that were left open take nobody else's places.
    pub of_one_max: usize,
    /// How often a listener looks although nobody woke it: a lost notification costs this much, not an event.
    pub poll: Duration,
    /// How soon after a look the next one may be.
    pub pause: Duration,
    /// How many look at the same moment. All are woken together, and the others wait here: before the database they would
    /// be a crowd for which requests are turned away.
    pub looks_max: usize,
    /// How often it is asked whether a listener's token still counts.
    pub ask_again: Duration,
    /// How often a sign of life is sent where nothing happens.
    pub beat: Duration,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            listeners_max: 256,
            of_tenant_max: 32,
            of_one_max: 8,
            poll: Duration::from_secs(1),
            pause: Duration::from_millis(200),
            looks_max: 16,
            ask_again: Duration::from_secs(30),
            beat: Duration::from_secs(15),
        }
    }
}

/// Places that are taken, by business and by whoever listens there.
type Taken = BTreeMap<(TenantId, Uuid), usize>;

/// The streams of one process. Clones share everything.
#[derive(Clone)]
pub struct Streams {
    limits: StreamLimits,
    taken: Arc<Mutex<Taken>>,
    bell: Arc<Notify>,
    looks: Arc<Semaphore>,
    draining: Arc<watch::Sender<bool>>,
}

impl Streams {
    /// Streams within these limits.
    #[must_use]
    pub fn new(limits: StreamLimits) -> Self {
        Self {
            limits,
            taken: Arc::default(),
            bell: Arc::default(),
            looks: Arc::new(Semaphore::new(limits.looks_max)),
            draining: Arc::new(watch::Sender::new(false)),
        }
    }

    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> StreamLimits {
        self.limits
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more listener in a business, who is the person or the token of this id; `None` if there is none.
    #[must_use]
    pub fn take_place(&self, tenant: TenantId, who: Uuid) -> Option<Place> {
        let mut taken = self.taken();
        let all: usize = taken.values().sum();
        let of_tenant = taken.iter().filter(|((of, _), _)| *of == tenant);
        let of_tenant: usize = of_tenant.map(|(_, count)| count).sum();
        let own = taken.get(&(tenant, who)).copied().unwrap_or_default();
        if all >= self.limits.listeners_max
            || of_tenant >= self.limits.of_tenant_max
            || own >= self.limits.of_one_max
        {
            return None;
        }
        taken.insert((tenant, who), own + 1);
        Some(Place {
            streams: self.clone(),
            key: (tenant, who),
        })
    }

    /// Waits until it is a listener's turn to look; the turn ends when it is dropped.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.looks.acquire().await.ok()
    }

    /// Has every listener look soon.
    pub fn wake(&self) {
        self.bell.notify_waiters();
    }

    /// Ends every stream: the process stops. Those who listen come back to another one, with the place where they were.
    pub fn drain(&self) {
        self.draining.send_replace(true);
    }

    /// Whether the process stops.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }

    /// Waits until it is time for another look, or the process stops.
    pub async fn wait(&self) {
        let mut draining = self.draining.subscribe();
        let soon = async {
            let rung = self.bell.notified();
            tokio::time::sleep(self.limits.pause).await;
            rung.await;
        };
        tokio::select! {
            _ended = draining.wait_for(|draining| *draining) => {}
            () = soon => {}
            () = tokio::time::sleep(self.limits.poll) => {}
        }
    }
}

/// The place of one listener; given back when it is let go of.
pub struct Place {
    streams: Streams,
    key: (TenantId, Uuid),
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.streams.taken();
        if let Some(own) = taken.get_mut(&self.key) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests;
