//! What the staff domain needs from outside.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use crate::member::{Member, StaffId};

/// The people of a tenant.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait StaffDirectory: Send + Sync {
    /// Somebody as last recorded, whether or not they still work here; `None` if there never was one.
    ///
    /// # Errors
    /// [`Outage`].
    async fn find(&self, tenant: TenantId, staff: StaffId) -> Result<Option<Member>, Outage>;

    /// Everybody who works here, by id.
    ///
    /// # Errors
    /// [`Outage`].
    async fn active(&self, tenant: TenantId) -> Result<Vec<Member>, Outage>;

    /// Records somebody with hours and employment, all of it or nothing. Version 0 is somebody new; the
    /// recorded version is one above the one that was read.
    ///
    /// # Errors
    /// [`RecordError::Stale`] if somebody else recorded the member since; nothing is written then.
    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError>;
}

/// Everything that one decision about a member makes true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The member, with the version that it was read at.
    pub member: Member,
}

/// Why nothing was recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The member moved on since it was read.
    #[error("the member changed since it was read")]
    Stale,
    /// It is not known whether it was recorded.
    #[error("the staff directory is unavailable")]
    Unavailable(#[from] Outage),
}
