use std::sync::Arc;

use ratiba_kernel::test_support::block_on;

use super::*;
use crate::test_support::{Ground, staff_directory_contract};

struct Fake(Arc<InMemoryDirectory>);

#[async_trait(?Send)]
impl Ground for Fake {
    fn directory(&self) -> Arc<dyn StaffDirectory> {
        Arc::<InMemoryDirectory>::clone(&self.0)
    }

    async fn open(&self, _tenant: TenantId) {}
}

#[test]
fn the_fake_keeps_the_contract() {
    block_on(staff_directory_contract(async || {
        Fake(Arc::new(InMemoryDirectory::default()))
    }));
}
