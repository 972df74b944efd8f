//! Visits in memory.

use std::collections::BTreeSet;
use std::sync::Mutex;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use super::locked;
use crate::ports::Visits;
use crate::test_support::yield_once;
use crate::{AppointmentId, VisitId};

/// Visits, of which some are over.
#[derive(Default)]
pub struct InMemoryVisits {
    over: Mutex<BTreeSet<VisitId>>,
    parts_over: Mutex<BTreeSet<AppointmentId>>,
}

impl InMemoryVisits {
    /// Ends a visit.
    pub fn end(&self, visit: VisitId) {
        locked(&self.over).insert(visit);
    }

    /// Says that one part of a visit takes place after all.
    pub fn take_part_again(&self, part: AppointmentId) {
        locked(&self.parts_over).remove(&part);
    }

    /// Ends one part of a visit.
    pub fn end_part(&self, part: AppointmentId) {
        locked(&self.parts_over).insert(part);
    }
}

#[async_trait]
impl Visits for InMemoryVisits {
    async fn is_over(&self, _tenant: TenantId, visit: VisitId) -> Result<bool, Outage> {
        yield_once().await;
        Ok(locked(&self.over).contains(&visit))
    }

    async fn part_is_over(
        &self,
        tenant: TenantId,
        visit: VisitId,
        part: AppointmentId,
    ) -> Result<bool, Outage> {
        Ok(self.is_over(tenant, visit).await? || locked(&self.parts_over).contains(&part))
    }
}
