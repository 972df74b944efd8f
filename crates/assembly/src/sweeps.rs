//! What the nightly sweep looks for.

use ratiba_kernel::{Outage, TenantId};
use ratiba_postgres::sweeps::{self, Unsettled, UnsettledRefund};
use ratiba_postgres::{Database, identity};
use time::OffsetDateTime;
use uuid::Uuid;

/// Finds what events missed. Each tenant is looked at in its own scope.
#[derive(Clone)]
pub struct Sweeps {
    database: Database,
}

impl Sweeps {
    /// Sweeps over this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// The active tenants.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn tenants(&self) -> Result<Vec<TenantId>, Outage> {
        identity::active_tenants(&self.database).await
    }

    /// Visits with holds whose deadline has passed.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn overdue_visits(
        &self,
        tenant: TenantId,
        now: OffsetDateTime,
        most: u16,
    ) -> Result<Vec<Uuid>, Outage> {
        sweeps::visits_with_overdue_holds(&self.database, tenant, now, most).await
    }

    /// Attempts that were made before `before` and are still open.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn unsettled_attempts(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        most: u16,
    ) -> Result<Vec<Unsettled>, Outage> {
        sweeps::unsettled_attempts(&self.database, tenant, before, most).await
    }

    /// Visits that are over, with payments from before `before` that are still open.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn payments_left_open(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        most: u16,
    ) -> Result<Vec<Uuid>, Outage> {
        sweeps::visits_with_payments_left_open(&self.database, tenant, before, most).await
    }

    /// Refunds that were ordered before `before` and are still open.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn unsettled_refunds(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        most: u16,
    ) -> Result<Vec<UnsettledRefund>, Outage> {
        sweeps::unsettled_refunds(&self.database, tenant, before, most).await
    }

    /// Lets the routes of refunds that are open live at least until `until`.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn keep_routes_of_open_refunds(
        &self,
        tenant: TenantId,
        until: OffsetDateTime,
    ) -> Result<usize, Outage> {
        sweeps::keep_routes_of_open_refunds(&self.database, tenant, until).await
    }

    /// Forgets payment routes that ended before `ended_before`.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn forget_routes(&self, ended_before: OffsetDateTime) -> Result<usize, Outage> {
        sweeps::forget_routes(&self.database, ended_before).await
    }
}
