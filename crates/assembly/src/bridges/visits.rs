//! Visits as payments ask about them, played by booking.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_booking::ports::AppointmentBook;
use ratiba_booking::visit::{Visit, VisitStanding};
use ratiba_kernel::{Clock, Id, Outage, TenantId};
use ratiba_payments::ports::Visits;
use ratiba_payments::{AppointmentId, VisitId};

/// Plays [`Visits`].
pub struct VisitsBridge {
    /// The visits.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Visits for VisitsBridge {
    async fn is_over(&self, tenant: TenantId, visit: VisitId) -> Result<bool, Outage> {
        let visit = self.book.visit(tenant, Id::from_uuid(visit.as_uuid())).await?;
        Ok(match visit.as_ref().map(Visit::standing) {
            Some(VisitStanding::Waiting { until }) => until <= self.clock.now(),
            Some(VisitStanding::Requested { .. } | VisitStanding::Agreed) => false,
            Some(VisitStanding::Over) | None => true,
        })
    }

    async fn part_is_over(
        &self,
        tenant: TenantId,
        visit: VisitId,
        part: AppointmentId,
    ) -> Result<bool, Outage> {
        let visit = self.book.visit(tenant, Id::from_uuid(visit.as_uuid())).await?;
        let mut parts = visit.iter().flat_map(|visit| &visit.appointments);
        Ok(!parts.any(|found| found.id().as_uuid() == part.as_uuid() && found.state().keeps_its_time()))
    }
}
