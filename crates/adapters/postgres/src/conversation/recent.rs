//! What one process remembers of what it stored and looked up: enough to answer a provider that repeats itself without
//! asking the database.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ratiba_conversation::channel::Channel;
use ratiba_conversation::ports::Parcel;
use ratiba_kernel::TenantId;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

/// How many stored rows are remembered.
const STORED_MAX: usize = 16_384;
/// How many addresses are remembered.
const ROUTES_MAX: usize = 4_096;
/// How long an address is believed to lead where it led.
const ROUTE_LIFE: Duration = Duration::from_secs(5);

/// Rows that are known to be on record, the newest of them. A row that is forgotten costs a look into the database; one
/// that is remembered was committed.
#[derive(Default)]
pub(super) struct Stored {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    marks: BTreeSet<Mark>,
    oldest_first: VecDeque<Mark>,
}

/// A digest of what makes a row the same: nobody can make another row that has it.
type Mark = [u8; 32];

impl Stored {
    /// Takes out of a parcel what is on record.
    pub(super) fn leave_out(&self, tenant: TenantId, channel: Channel, parcel: &mut Parcel) {
        let known = self.known();
        parcel.messages.retain(|row| {
            !known
                .marks
                .contains(&mark(tenant, channel, &row.provider_id, None))
        });
        parcel.statuses.retain(|row| {
            let mark = mark(tenant, channel, &row.provider_id, Some(&row.status));
            !known.marks.contains(&mark)
        });
    }

    /// Remembers a parcel whose rows are on record.
    pub(super) fn remember(&self, tenant: TenantId, channel: Channel, parcel: &Parcel) {
        let messages = parcel.messages.iter().map(|row| (&row.provider_id, None));
        let statuses = parcel
            .statuses
            .iter()
            .map(|row| (&row.provider_id, Some(row.status.as_str())));
        let mut known = self.known();
        for (provider_id, status) in messages.chain(statuses) {
            let mark = mark(tenant, channel, provider_id, status);
            if known.marks.insert(mark) {
                known.oldest_first.push_back(mark);
            }
        }
        while known.oldest_first.len() > STORED_MAX {
            if let Some(oldest) = known.oldest_first.pop_front() {
                known.marks.remove(&oldest);
            }
        }
    }

    /// Nothing panics while it is locked, so what it holds is sound even if it says otherwise.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn mark(tenant: TenantId, channel: Channel, provider_id: &str, status: Option<&str>) -> Mark {
    let mut digest = Sha256::new();
    digest.update(tenant.as_uuid().as_bytes());
    // Neither an id nor a word holds a control character, so no two rows read alike.
    for part in [channel.code(), provider_id].into_iter().chain(status) {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    digest.finalize().into()
}

/// To whom the channel's addresses led a moment ago. One that leads nowhere is not remembered.
#[derive(Default)]
pub(super) struct Routes {
    known: Mutex<BTreeMap<Address, (TenantId, Instant)>>,
}

/// A channel, and its own address of a business.
type Address = (&'static str, String);

impl Routes {
    /// The business behind an address, if it was looked up shortly before `now`, which is the machine's.
    pub(super) fn find(&self, channel: Channel, external_id: &str, now: Instant) -> Option<TenantId> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (tenant, since) = known.get(&(channel.code(), external_id.to_owned()))?;
        (now.duration_since(*since) < ROUTE_LIFE).then_some(*tenant)
    }

    /// Remembers where an address leads, as it was looked up at `now`.
    pub(super) fn keep(&self, channel: Channel, external_id: &str, tenant: TenantId, now: Instant) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ROUTES_MAX {
            known.clear();
        }
        known.insert((channel.code(), external_id.to_owned()), (tenant, now));
    }
}

#[cfg(test)]
mod tests;
