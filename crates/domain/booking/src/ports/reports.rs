//! What reports need from outside.

use async_trait::async_trait;
use ratiba_kernel::{LocalDays, Outage, TenantId};
use time::OffsetDateTime;

use crate::reports::{Missed, Revenue, StaffTime};

/// Figures about appointments of whole days. Each answer is of one moment.
#[async_trait]
pub trait BookingReports: Send + Sync {
    /// The time of everybody who could be booked or was, by day and name. Days without either are left out. Reckoned by
    /// the schedule as it is on record now.
    async fn utilisation(&self, tenant: TenantId, days: LocalDays) -> Result<Vec<StaffTime>, Outage>;

    /// What was sold: appointments that were completed on these days.
    async fn revenue(&self, tenant: TenantId, days: LocalDays) -> Result<Revenue, Outage>;

    /// Who did not come to what was to begin on these days, and before `now`. By staff and service, by name.
    async fn missed(
        &self,
        tenant: TenantId,
        days: LocalDays,
        now: OffsetDateTime,
    ) -> Result<Vec<Missed>, Outage>;
}
