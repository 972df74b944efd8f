//! What visits ask for, as payments asks it of booking.

use async_trait::async_trait;
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::VisitId;
use ratiba_payments::ports::Owing;
use ratiba_payments::use_cases::Owed;

use crate::Parts;
use crate::desk_prompts::VisitAsks;

#[async_trait]
impl Owing for Parts {
    async fn owed(&self, tenant: TenantId, visit: VisitId) -> Result<Option<Owed>, Outage> {
        let id = Id::from_uuid(visit.as_uuid());
        let Some(visit) = self.booking.book.visit(tenant, id).await? else {
            return Ok(None);
        };
        Ok(match self.visit_asks(tenant, &visit).await? {
            VisitAsks::For(owed) => Some(owed),
            VisitAsks::Nothing | VisitAsks::NotAgreed => None,
        })
    }
}
