//! What the waitlist needs from outside: a record of who waits and of what was offered.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TimeRange};
use time::OffsetDateTime;

use super::{Change, RecordError};
use crate::catalogue::CustomerId;
use crate::visit::{HoldKey, VisitId};
use crate::waitlist::{WaitlistEntry, WaitlistEntryId};

/// Everything that one decision about the waitlist makes true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitlistChange {
    /// The entry as it should be from now on; carries the version that it was read at.
    pub entry: WaitlistEntry,
    /// What is booked or freed with it, what happened and what is due, if anything.
    pub booking: Option<Change>,
    /// When the list should be looked through, if at a time of its own.
    pub watch_at: Option<OffsetDateTime>,
}

/// Why nothing was recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WaitlistRefused {
    /// One of the claims meets another one.
    #[error("the time is taken")]
    SlotTaken,
    /// Entry or visit moved on since they were read.
    #[error("the entry changed since it was read")]
    Stale,
    /// The setup that it was decided on is not in force any more.
    #[error("the setup changed since it was read")]
    SetupChanged,
    /// The customer has an open offer already.
    #[error("the customer has an open offer already")]
    HasOffer,
    /// There is no such customer.
    #[error("there is no such customer")]
    UnknownCustomer,
    /// Nobody knows whether it was recorded.
    #[error("the waitlist is unavailable")]
    Unavailable(#[from] Outage),
}

impl From<RecordError> for WaitlistRefused {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::SlotTaken => Self::SlotTaken,
            RecordError::UnknownCustomer => Self::UnknownCustomer,
            RecordError::SetupChanged => Self::SetupChanged,
            RecordError::Stale | RecordError::KeyUsed | RecordError::MonthFrozen => Self::Stale,
            RecordError::Unavailable(outage) => Self::Unavailable(outage),
        }
    }
}

/// Which entries are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitlistPage {
    /// Only those of one customer, if named.
    pub customer: Option<CustomerId>,
    /// Whether those that are over are wanted too.
    pub ended: EndedEntries,
    /// Those after this one.
    pub after: Option<WaitlistEntryId>,
    /// How many at most.
    pub most: u16,
}

/// Whether entries that are over are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedEntries {
    /// They are not.
    LeftOut,
    /// They are.
    Included,
}

/// The record of the waitlist. One call to [`record`](Self::record) is one transaction.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait Waitlist: Send + Sync {
    /// The entry as last recorded; `None` if this tenant never had it.
    async fn entry(&self, tenant: TenantId, id: WaitlistEntryId) -> Result<Option<WaitlistEntry>, Outage>;

    /// The entry to which a visit was offered; `None` for a visit that is no offer.
    async fn entry_of_visit(&self, tenant: TenantId, visit: VisitId)
    -> Result<Option<WaitlistEntry>, Outage>;

    /// All entries that are not over, by the time they joined, then id; a bounded number.
    async fn active(&self, tenant: TenantId) -> Result<Vec<WaitlistEntry>, Outage>;

    /// A page of entries by id.
    async fn page(&self, tenant: TenantId, page: WaitlistPage) -> Result<Vec<WaitlistEntry>, Outage>;

    /// The entry that was ordered with a key, if one was.
    async fn entry_of_key(&self, tenant: TenantId, key: &HoldKey) -> Result<Option<WaitlistEntry>, Outage>;

    /// Records a change that makes a new entry, under the key that it was ordered with, and answers the entry as
    /// recorded; if another one has the key already, even since a moment ago, nothing is recorded and that one is
    /// answered.
    async fn join(
        &self,
        tenant: TenantId,
        change: WaitlistChange,
        key: HoldKey,
    ) -> Result<WaitlistEntry, WaitlistRefused>;

    /// Makes the whole change durable, what is booked with it included, or none of it; see
    /// [`WaitlistRefused`]. Two offers to one customer are refused however they race. Recording the same
    /// change twice is refused the second time.
    async fn record(&self, tenant: TenantId, change: WaitlistChange) -> Result<(), WaitlistRefused>;

    /// Sees to it that the list is looked through at an instant; once, however often that is asked.
    async fn watch(&self, tenant: TenantId, at: OffsetDateTime) -> Result<(), Outage>;

    /// Sees to it that a time that became free is offered at an instant; once, however often that is asked.
    async fn offer_later(&self, tenant: TenantId, freed: TimeRange, at: OffsetDateTime)
    -> Result<(), Outage>;
}
