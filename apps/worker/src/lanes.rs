//! Bulkheads: a provider that hangs holds a part of the worker's places, and never all of them.
//!
//! Jobs that call a provider run in its lane, and a lane has room for three of eight places, at least one; what goes to
//! programs of others has room for one of eight, and for one of each business. One that finds no
//! room is put off for a moment, which is no failed try; jobs of other lanes, and those that need no provider, take the
//! places that are left. Two providers that hang at once still leave a quarter to the third and to everything else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use ratiba_assembly::queue::Job;
use ratiba_kernel::TenantId;
use tokio::sync::Semaphore;

use crate::runner::{JobError, RunJob};

/// Whom a job calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// M-Pesa.
    Mpesa,
    /// The card provider.
    Cards,
    /// WhatsApp.
    Whatsapp,
    /// Other programs, at addresses that businesses named.
    Hooks,
}

impl Lane {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mpesa, Self::Cards, Self::Whatsapp, Self::Hooks];

    /// The lane of a kind of job; `None` if it calls nobody.
    #[must_use]
    pub fn of(kind: &str) -> Option<Self> {
        match kind {
            "payments.push" | "payments.query" | "payments.send_refund" | "payments.ask_refund" => {
                Some(Self::Mpesa)
            }
            "payments.open_card"
            | "payments.look_at_card"
            | "payments.abandon_card"
            | "payments.send_card_refund"
            | "payments.look_at_card_refund"
            | "payments.notice" => Some(Self::Cards),
            "conversation.send" => Some(Self::Whatsapp),
            "integrations.deliver" => Some(Self::Hooks),
            _other => None,
        }
    }
}

/// Runs jobs in lanes.
pub struct Lanes {
    inner: Arc<dyn RunJob>,
    room: BTreeMap<Lane, Semaphore>,
    /// The businesses of whose hooks one is on its way.
    hooked: Mutex<BTreeSet<TenantId>>,
}

/// A business's place in the lane of hooks; given back when it is let go of.
struct Hooked<'a> {
    hooked: &'a Mutex<BTreeSet<TenantId>>,
    tenant: TenantId,
}

impl Drop for Hooked<'_> {
    fn drop(&mut self) {
        let mut hooked = self.hooked.lock().unwrap_or_else(PoisonError::into_inner);
        hooked.remove(&self.tenant);
    }
}

impl Lanes {
    /// Lanes for a worker that runs so many jobs at once.
    #[must_use]
    pub fn new(inner: Arc<dyn RunJob>, jobs_max: u16) -> Self {
        let room = usize::from(Self::room_of(jobs_max));
        let lanes = Lane::ALL.into_iter().map(|lane| {
            let room = match lane {
                Lane::Mpesa | Lane::Cards | Lane::Whatsapp => room,
                // Many who do not answer are the usual thing here, and nobody waits at the other end.
                Lane::Hooks => room.div_ceil(3),
            };
            (lane, Semaphore::new(room))
        });
        Self {
            inner,
            room: lanes.collect(),
            hooked: Mutex::default(),
        }
    }

    /// One place in the lane of hooks for each business: one whose addresses do not answer delays its own messages alone.
    fn hooked(&self, tenant: TenantId) -> Option<Hooked<'_>> {
        let mut hooked = self.hooked.lock().unwrap_or_else(PoisonError::into_inner);
        hooked.insert(tenant).then(|| Hooked {
            hooked: &self.hooked,
            tenant,
        })
    }

    /// How many jobs of one lane a worker runs at once, of so many in all.
    #[must_use]
    pub const fn room_of(jobs_max: u16) -> u16 {
        let room = jobs_max.saturating_mul(3) / 8;
        if room == 0 { 1 } else { room }
    }
}

#[async_trait]
impl RunJob for Lanes {
    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let lane = Lane::of(&job.kind);
        let _own = match (lane, job.tenant) {
            (Some(Lane::Hooks), Some(tenant)) => Some(self.hooked(tenant).ok_or(JobError::NoRoom)?),
            (Some(Lane::Hooks), None) | (Some(Lane::Mpesa | Lane::Cards | Lane::Whatsapp) | None, _) => None,
        };
        let room = lane.and_then(|lane| self.room.get(&lane));
        let _place = match room.map(Semaphore::try_acquire) {
            Some(Ok(place)) => Some(place),
            Some(Err(_full)) => return Err(JobError::NoRoom),
            None => None,
        };
        self.inner.run(job).await
    }

    async fn gave_up(&self, job: &Job) -> anyhow::Result<()> {
        self.inner.gave_up(job).await
    }
}

#[cfg(test)]
mod tests;
