//! What the queue at the desk needs from outside: a record of who waits.

use async_trait::async_trait;
use ratiba_kernel::{Outage, PhoneNumber, TenantId};
use time::OffsetDateTime;

use super::{Change, RecordError};
use crate::catalogue::CustomerId;
use crate::queue::{FirstName, WalkIn, WalkInId};
use crate::visit::HoldKey;

/// Somebody who becomes a customer by being seated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    /// The identity they get.
    pub id: CustomerId,
    /// What they are called.
    pub name: FirstName,
    /// Their number, if they gave it.
    pub phone: Option<PhoneNumber>,
}

/// Everything that one decision about the queue makes true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueChange {
    /// The entry as it should be from now on; carries the version that it was read at.
    pub entry: WalkIn,
    /// Who becomes a customer, before anything else is written.
    pub newcomer: Option<Newcomer>,
    /// What is booked with it, if anything is.
    pub booking: Option<Change>,
}

/// Why nothing was recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueRefused {
    /// One of the claims meets another one.
    #[error("the time is taken")]
    SlotTaken,
    /// The entry moved on since it was read, or its visit is in the book already, or the newcomer's number
    /// belongs to a customer by now, or the setup that it was decided on is not in force any more.
    #[error("the entry changed since it was read")]
    Stale,
    /// There is no such customer.
    #[error("there is no such customer")]
    UnknownCustomer,
    /// Nobody knows whether it was recorded.
    #[error("the queue is unavailable")]
    Unavailable(#[from] Outage),
}

impl From<RecordError> for QueueRefused {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::SlotTaken => Self::SlotTaken,
            RecordError::UnknownCustomer => Self::UnknownCustomer,
            RecordError::Stale
            | RecordError::KeyUsed
            | RecordError::MonthFrozen
            | RecordError::SetupChanged => Self::Stale,
            RecordError::Unavailable(outage) => Self::Unavailable(outage),
        }
    }
}

/// The record of the queue. One call to [`record`](Self::record) is one transaction.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait WalkInQueue: Send + Sync {
    /// The entry as last recorded; `None` if this tenant never had it.
    async fn entry(&self, tenant: TenantId, id: WalkInId) -> Result<Option<WalkIn>, Outage>;

    /// Those who came at `since` or later and wait, by arrival, then id; at most
    /// [`QUEUE_MOST`](crate::queue::QUEUE_MOST) and one.
    async fn waiting(&self, tenant: TenantId, since: OffsetDateTime) -> Result<Vec<WalkIn>, Outage>;

    /// The customer with a number, if there is one.
    async fn customer_of(&self, tenant: TenantId, phone: &PhoneNumber) -> Result<Option<CustomerId>, Outage>;

    /// The entry that was ordered with a key, if one was.
    async fn entry_of_key(&self, tenant: TenantId, key: &HoldKey) -> Result<Option<WalkIn>, Outage>;

    /// Records a new entry under the key that it was ordered with, and answers it as recorded; if another one has the
    /// key already, even since a moment ago, nothing is recorded and that one is answered.
    async fn join(&self, tenant: TenantId, entry: WalkIn, key: HoldKey) -> Result<WalkIn, QueueRefused>;

    /// Makes the whole change durable, what is booked with it included, or none of it; see [`QueueRefused`].
    /// Recording the same change twice is refused the second time.
    async fn record(&self, tenant: TenantId, change: QueueChange) -> Result<(), QueueRefused>;

    /// Ends the waiting of everybody who came before `day`; answers how many. Safe to repeat.
    async fn end_before(
        &self,
        tenant: TenantId,
        day: OffsetDateTime,
        at: OffsetDateTime,
    ) -> Result<usize, Outage>;
}
