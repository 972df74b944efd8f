//! Visits in memory.

use std::collections::BTreeSet;
use std::sync::Mutex;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use super::locked;
use crate::VisitId;
use crate::ports::Visits;
use crate::test_support::yield_once;

/// Visits, of which some are over.
#[derive(Default)]
pub struct InMemoryVisits {
    over: Mutex<BTreeSet<VisitId>>,
}

impl InMemoryVisits {
    /// Ends a visit.
    pub fn end(&self, visit: VisitId) {
        locked(&self.over).insert(visit);
    }
}

#[async_trait]
impl Visits for InMemoryVisits {
    async fn is_over(&self, _tenant: TenantId, visit: VisitId) -> Result<bool, Outage> {
        yield_once().await;
        Ok(locked(&self.over).contains(&visit))
    }
}
