//! The addresses for notices, in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TokenHash};

use super::locked;
use crate::ports::{NoticeAddress, NoticeAddresses};
use crate::test_support::yield_once;

/// Addresses in memory.
#[derive(Default)]
pub struct InMemoryAddresses {
    rows: Mutex<BTreeMap<TenantId, Vec<NoticeAddress>>>,
}

impl InMemoryAddresses {
    /// The hashes of the secrets of all addresses, oldest first.
    #[must_use]
    pub fn keys(&self, tenant: TenantId) -> Vec<TokenHash> {
        let rows = locked(&self.rows);
        let addresses = rows.get(&tenant).into_iter().flatten();
        addresses.map(|address| address.key).collect()
    }
}

#[async_trait]
impl NoticeAddresses for InMemoryAddresses {
    async fn registered(&self, tenant: TenantId, account: &TokenHash) -> Result<Option<String>, Outage> {
        yield_once().await;
        let rows = locked(&self.rows);
        let mut own = rows.get(&tenant).into_iter().flatten();
        Ok(own
            .rfind(|address| address.account == *account)
            .map(|address| address.provider_id.clone()))
    }

    async fn add(&self, tenant: TenantId, address: NoticeAddress) -> Result<(), Outage> {
        yield_once().await;
        locked(&self.rows).entry(tenant).or_default().push(address);
        yield_once().await;
        Ok(())
    }
}
