//! What the nightly sweep looks for.

use ratiba_kernel::{Outage, TenantId};
use ratiba_payments::schedule::{CARD_DAILY_LOOKS, CARD_LAST_LOOK_IN_DOUBT};
use ratiba_payments::task::PaymentTask;
use ratiba_postgres::privacy::retention;
pub use ratiba_postgres::privacy::retention::LetGo;
pub use ratiba_postgres::sweeps::Unsettled;
use ratiba_postgres::sweeps::cards::{OpenCardRefund, Unwatched};
use ratiba_postgres::sweeps::{self, UnsettledRefund};
use ratiba_postgres::{Database, identity};
use time::{Duration, OffsetDateTime};
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

    /// All tenants, the suspended ones too: what is kept of them is looked after all the same.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn all_tenants(&self) -> Result<Vec<TenantId>, Outage> {
        identity::tenants(&self.database).await
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

    /// Lets go of what is kept of a tenant and whose time is over.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn let_go(&self, tenant: TenantId, now: OffsetDateTime) -> Result<LetGo, Outage> {
        retention::let_go(&self.database, tenant, now).await
    }

    /// Lets go of what is of no tenant and whose time is over.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn let_go_of_nobodys(&self, now: OffsetDateTime) -> Result<LetGo, Outage> {
        retention::let_go_of_nobodys(&self.database, now).await
    }

    /// What is to be done about messages that came before `before` and that nobody has dealt with.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn messages_left(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        most: u16,
    ) -> Result<Vec<PaymentTask>, Outage> {
        sweeps::messages::left(&self.database, tenant, before, most).await
    }

    /// Forgets old dead letters of no tenant.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn forget_letters_of_nobody(&self, before: OffsetDateTime, most: u16) -> Result<i32, Outage> {
        sweeps::forget_letters_of_nobody(&self.database, before, most).await
    }

    /// One notice of each order at the card provider whose notices came before `before` and still wait.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn notices_left(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        most: u16,
    ) -> Result<Vec<Uuid>, Outage> {
        sweeps::cards::notices_left(&self.database, tenant, before, most).await
    }

    /// Paid orders at the card provider that should be looked at daily, and are not.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn orders_unwatched(
        &self,
        tenant: TenantId,
        now: OffsetDateTime,
        most: u16,
    ) -> Result<Vec<Unwatched>, Outage> {
        let since = now - Duration::days(i64::from(CARD_DAILY_LOOKS));
        let (database, first) = (&self.database, CARD_LAST_LOOK_IN_DOUBT);
        sweeps::cards::orders_unwatched(database, tenant, since, now, first, most).await
    }

    /// Refunds by card that were ordered before `before` and have no end.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn card_refunds_open(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        most: u16,
    ) -> Result<Vec<OpenCardRefund>, Outage> {
        sweeps::cards::card_refunds_open(&self.database, tenant, before, most).await
    }
}
