//! The one access token of all processes, in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use super::locked;
use crate::ports::{AccessToken, Credential, RefreshLease, TokenStore};
use crate::test_support::yield_once;

/// Access tokens in memory. Leases end by [`InMemoryTokens::let_leases_end`] alone.
#[derive(Default)]
pub struct InMemoryTokens {
    rows: Mutex<BTreeMap<(TenantId, Credential), TokenRow>>,
}

#[derive(Default)]
struct TokenRow {
    token: Option<AccessToken>,
    leased: bool,
    generation: i64,
}

impl InMemoryTokens {
    /// Ends all leases, as time does.
    pub fn let_leases_end(&self) {
        for row in locked(&self.rows).values_mut() {
            row.leased = false;
        }
    }
}

#[async_trait]
impl TokenStore for InMemoryTokens {
    async fn token(&self, tenant: TenantId, credential: &Credential) -> Result<Option<AccessToken>, Outage> {
        yield_once().await;
        let rows = locked(&self.rows);
        let row = rows.get(&(tenant, credential.clone()));
        Ok(row.and_then(|row| row.token.clone()))
    }

    async fn lease(&self, tenant: TenantId, credential: &Credential) -> Result<Option<RefreshLease>, Outage> {
        yield_once().await;
        let mut rows = locked(&self.rows);
        let row = rows.entry((tenant, credential.clone())).or_default();
        if row.leased {
            return Ok(None);
        }
        row.leased = true;
        row.generation += 1;
        Ok(Some(RefreshLease(row.generation)))
    }

    async fn put(
        &self,
        tenant: TenantId,
        credential: &Credential,
        lease: RefreshLease,
        token: Option<AccessToken>,
    ) -> Result<bool, Outage> {
        yield_once().await;
        let mut rows = locked(&self.rows);
        let row = rows.entry((tenant, credential.clone())).or_default();
        if row.generation != lease.0 || !row.leased {
            return Ok(false);
        }
        row.leased = false;
        row.token = token;
        Ok(true)
    }
}
