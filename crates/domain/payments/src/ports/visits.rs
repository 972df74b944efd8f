//! What payments must know of visits.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use crate::VisitId;

/// The visits, as far as asking for money goes.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait Visits: Send + Sync {
    /// Whether nothing of the visit keeps its time any more, or its hold has run out: money ahead is not asked for then.
    /// A visit that nobody knows is over.
    async fn is_over(&self, tenant: TenantId, visit: VisitId) -> Result<bool, Outage>;
}
