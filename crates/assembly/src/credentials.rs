//! What opens a business's own accounts at providers, as the adapters read it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use ratiba_access::credentials::{
    CredentialError, CredentialName, CredentialValue, KeepCredentials, NotACredential, OpenedCredentials,
    Rotation, Shut, StoredCredential, WhyShut,
};
use ratiba_kernel::{Clock, Outage, TenantId, Vault};
use ratiba_postgres::Database;
use ratiba_postgres::credentials::PgCredentialBook;
use tokio::time::Instant;

/// How long what was read is believed; so long at most a credential is used that was replaced by another process.
const REMEMBERED: Duration = Duration::from_secs(5);

type Values = Arc<OpenedCredentials>;

/// The credentials of businesses. Clones share what they remember.
#[derive(Clone)]
pub struct TenantCredentials {
    /// Sets, lists, removes and rotates them.
    pub keep: Arc<KeepCredentials>,
    seen: Arc<Mutex<BTreeMap<TenantId, (Instant, Values)>>>,
}

impl TenantCredentials {
    /// Those in this database, under these keys.
    #[must_use]
    pub fn new(database: Database, vault: Option<Arc<dyn Vault>>, clock: Arc<dyn Clock>) -> Self {
        Self {
            keep: Arc::new(KeepCredentials {
                book: Arc::new(PgCredentialBook::new(database)),
                vault,
                clock,
            }),
            seen: Arc::default(),
        }
    }

    /// A business's own credentials; nothing for those that it does not keep, and the instance's serve. One that is kept and cannot
    /// be opened is no reason to use anybody else's in its place, and none not to use the others.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn of(&self, tenant: TenantId) -> Result<Arc<OpenedCredentials>, Outage> {
        let seen = self.seen().get(&tenant).cloned();
        if let Some((_, values)) = seen.filter(|(at, _)| at.elapsed() < REMEMBERED) {
            return Ok(values);
        }
        let values = Arc::new(self.keep.read(tenant).await?);
        for Shut { name, why } in values.shut() {
            tracing::error!(%tenant, credential = %name, %why, "a credential cannot be opened: what needs it stops");
        }
        // bookkeeping: how old a look is
        self.seen().insert(tenant, (Instant::now(), Arc::clone(&values)));
        Ok(values)
    }

    /// Keeps a credential; this process uses it at once.
    ///
    /// # Errors
    /// [`CredentialError`].
    pub async fn set(
        &self,
        tenant: TenantId,
        name: CredentialName,
        value: &CredentialValue,
    ) -> Result<(), CredentialError> {
        self.keep.set(tenant, name, value).await?;
        self.seen().remove(&tenant);
        Ok(())
    }

    /// Takes one away; false if there was none.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn remove(&self, tenant: TenantId, name: CredentialName) -> Result<bool, Outage> {
        let removed = self.keep.remove(tenant, name).await?;
        self.seen().remove(&tenant);
        Ok(removed)
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, BTreeMap<TenantId, (Instant, Values)>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
