use std::sync::Arc;

use ratiba_kernel::test_support::block_on;

use super::*;
use crate::hash::ContentHash;
use crate::test_support::{Ground, commission_contract};

struct Fake(Arc<InMemoryCommission>);

#[async_trait(?Send)]
impl Ground for Fake {
    fn work(&self) -> Arc<dyn CompletedWork> {
        Arc::<InMemoryCommission>::clone(&self.0)
    }

    fn teams(&self) -> Arc<dyn Teams> {
        Arc::<InMemoryCommission>::clone(&self.0)
    }

    fn rules(&self) -> Arc<dyn CommissionRules> {
        Arc::<InMemoryCommission>::clone(&self.0)
    }

    fn book(&self) -> Arc<dyn CommissionBook> {
        Arc::<InMemoryCommission>::clone(&self.0)
    }

    async fn open(&self, tenant: TenantId, settings: CommissionSettings) {
        self.0.set(tenant, settings);
    }

    async fn hire(&self, tenant: TenantId, staff: StaffId) {
        self.0.hire(tenant, staff);
    }

    async fn rename(&self, tenant: TenantId, staff: StaffId, name: &str) {
        self.0.call(tenant, staff, name);
    }

    async fn record(&self, tenant: TenantId, work: &CompletedAppointment) {
        self.0.record_work(tenant, work.clone());
    }

    async fn events(&self, tenant: TenantId) -> Vec<CommissionEvent> {
        self.0.events(tenant)
    }

    async fn drafts(&self, tenant: TenantId) -> Vec<(Month, ContentHash)> {
        self.0.with(tenant, |rows| {
            rows.drafts
                .values()
                .map(|draft| (draft.month, draft.content_hash))
                .collect()
        })
    }
}

#[test]
fn the_fake_keeps_the_contract() {
    block_on(commission_contract(async || {
        Fake(Arc::new(InMemoryCommission::default()))
    }));
}
