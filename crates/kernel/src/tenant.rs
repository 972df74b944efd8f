//! The business whose rows are meant.

/// Marks ids of tenants.
#[derive(Debug)]
pub enum Tenant {}

/// One business. The first argument of every port's method; never a global and never a default.
pub type TenantId = crate::Id<Tenant>;
