//! The price list besides the services: packages, promotions, and what goes well together.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use crate::package::{Package, PackageId};
use crate::promotion::{Promotion, PromotionId};
use crate::relation::{Relation, RelationId};

/// The most packages that a tenant keeps, retired ones included; as many promotions, and as many relations
/// between services.
pub const ENTRIES_MOST: usize = 500;

/// Why an entry of the price list was not kept.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// It changed since it was read, or a new one has the id of another.
    #[error("the entry changed since it was read")]
    Stale,
    /// It names a service that the tenant does not have.
    #[error("there is no such service")]
    UnknownService,
    /// The tenant has [`ENTRIES_MOST`] already.
    #[error("there are too many entries")]
    TooMany,
    /// There is one for the same services already.
    #[error("there is such an entry already")]
    Twice,
    /// Nobody knows whether it was kept.
    #[error("the price list is unavailable")]
    Unavailable(#[from] Outage),
}

/// The packages of a tenant.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait PackageBook: Send + Sync {
    /// All of them, retired ones included; by id.
    async fn packages(&self, tenant: TenantId) -> Result<Vec<Package>, Outage>;

    /// One of them; `None` if this tenant never had it.
    async fn package(&self, tenant: TenantId, id: PackageId) -> Result<Option<Package>, Outage>;

    /// Keeps a new package, or a changed one at the version that it was read at.
    ///
    /// Refuses with any other [`KeepError`] but [`Twice`](KeepError::Twice); then nothing was changed.
    async fn keep_package(&self, tenant: TenantId, package: Package) -> Result<(), KeepError>;
}

/// The promotions of a tenant. Those that count on certain days are also among the facts of these days.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait PromotionBook: Send + Sync {
    /// All of them, retired ones included; by id.
    async fn promotions(&self, tenant: TenantId) -> Result<Vec<Promotion>, Outage>;

    /// One of them; `None` if this tenant never had it.
    async fn promotion(&self, tenant: TenantId, id: PromotionId) -> Result<Option<Promotion>, Outage>;

    /// Keeps a new promotion, or a changed one at the version that it was read at.
    ///
    /// Refuses with any other [`KeepError`] but [`Twice`](KeepError::Twice); then nothing was changed.
    async fn keep_promotion(&self, tenant: TenantId, promotion: Promotion) -> Result<(), KeepError>;
}

/// Which services a tenant offers after which.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait RelationBook: Send + Sync {
    /// All relations, retired ones included; by id.
    async fn relations(&self, tenant: TenantId) -> Result<Vec<Relation>, Outage>;

    /// One of them; `None` if this tenant never had it.
    async fn relation(&self, tenant: TenantId, id: RelationId) -> Result<Option<Relation>, Outage>;

    /// Keeps a new relation, or a changed one at the version that it was read at.
    ///
    /// Refuses with any [`KeepError`], with [`Twice`](KeepError::Twice) if another one relates the same
    /// services in the same order; then nothing was changed.
    async fn keep_relation(&self, tenant: TenantId, relation: Relation) -> Result<(), KeepError>;
}
