//! What payments must know of visits.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use crate::{AppointmentId, VisitId};

/// The visits, as far as asking for money goes.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait Visits: Send + Sync {
    /// Whether nothing of the visit keeps its time any more, or its hold has run out: money ahead is not asked for then.
    /// A visit that nobody knows is over.
    async fn is_over(&self, tenant: TenantId, visit: VisitId) -> Result<bool, Outage>;

    /// Whether this part of the visit does not keep its time any more: nobody is to get a tip for it. A part that nobody
    /// knows is over.
    async fn part_is_over(
        &self,
        tenant: TenantId,
        visit: VisitId,
        part: AppointmentId,
    ) -> Result<bool, Outage>;
}
