//! What visits ask for, as payments asks it of booking.

use async_trait::async_trait;
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::VisitId;
use ratiba_payments::ports::{Owing, VisitAsks};

use crate::Parts;

#[async_trait]
impl Owing for Parts {
    async fn asks(&self, tenant: TenantId, visit: VisitId) -> Result<VisitAsks, Outage> {
        let id = Id::from_uuid(visit.as_uuid());
        match self.booking.book.visit(tenant, id).await? {
            Some(visit) => self.visit_asks(tenant, &visit).await,
            None => Ok(VisitAsks::NotAgreed),
        }
    }
}
