//! The record of who changed what, as the apps use it.

use ratiba_access::audit::Verified;
use ratiba_kernel::{Outage, TenantId};
pub use ratiba_postgres::acting::acting;
pub use ratiba_postgres::audit::{AuditQuery, AuditTrail, Refusal, ShownEntry, Standing};

use crate::Parts;

/// A chain that was not verified for so many hours is overdue: a day, and some for a late worker.
pub const VERIFIED_WITHIN_HOURS: u16 = 30;

impl Parts {
    /// Seals what can be sealed, business by business; answers how many entries. One business's trouble stops nobody else's.
    ///
    /// # Errors
    /// [`Outage`] if it cannot be asked whose entries wait.
    pub async fn seal_audit(&self) -> Result<usize, Outage> {
        // That a business was suspended is an entry of its own record.
        let tenants = self.sweeps.all_tenants().await?;
        let mut sealed = 0;
        for tenant in self.audit.waiting(&tenants).await? {
            match self.audit.seal(tenant).await {
                Ok(entries) => sealed += entries,
                Err(outage) => {
                    tracing::error!(%tenant, error = ?outage, "entries of the audit were not sealed")
                }
            }
        }
        Ok(sealed)
    }

    /// Verifies a business's record, and tells the log where its chain ends: whoever keeps the log can tell a chain that was
    /// written anew.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn verify_audit(&self, tenant: TenantId) -> Result<Verified, Outage> {
        let verified = self.audit.verify(tenant).await?;
        let (head, unsealed) = (verified.head, verified.unsealed);
        if verified.is_sound() {
            tracing::info!(%tenant, head.position, head.hash = %head.hash, unsealed, "the audit's chain is sound");
        } else {
            let (findings, first) = (verified.findings.len(), verified.findings.first());
            tracing::error!(
                %tenant, head.position, head.hash = %head.hash, unsealed, findings, ?first,
                "the audit's chain is broken: a person must look"
            );
        }
        Ok(verified)
    }

    /// How many requests of customers about their data are open past their time, of all businesses together: the law does not
    /// wait for one that is suspended.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn overdue_data_requests(&self) -> Result<i64, Outage> {
        let now = self.clock.now();
        let mut overdue = 0;
        for tenant in self.sweeps.all_tenants().await? {
            overdue += i64::from(self.privacy.book.overdue(tenant, now).await?);
        }
        Ok(overdue)
    }

    /// How the chains of all businesses stand.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn audit_standing(&self) -> Result<Standing, Outage> {
        let tenants = self.sweeps.tenants().await?;
        self.audit.standing(&tenants, VERIFIED_WITHIN_HOURS).await
    }
}
