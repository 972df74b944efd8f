//! What visits ask for, and that it is still so when something is recorded.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, PhoneNumber, TenantId};

use crate::payment::{NotNow, PaymentId, PaymentRecord, Purpose};
use crate::{CustomerId, VisitId};

/// What a visit owes now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Whose visit it is.
    pub customer: CustomerId,
    /// What the money is for.
    pub purpose: Purpose,
    /// How much is still to come for it; above nothing.
    pub amount: Money,
    /// The customer's own number, if it is known.
    pub phone: Option<PhoneNumber>,
}

/// What a visit asks for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VisitAsks {
    /// Money.
    For(Owed),
    /// Nothing: it is paid, or nothing of it is to be paid.
    Nothing,
    /// Nothing yet: it is not agreed, or its time is not held any more.
    NotAgreed,
}

impl VisitAsks {
    /// What is owed.
    ///
    /// # Errors
    /// [`NotNow::AlreadyPaid`] or [`NotNow::NotAgreed`] if nothing is.
    pub fn owed(self) -> Result<Owed, NotNow> {
        match self {
            Self::For(owed) => Ok(owed),
            Self::Nothing => Err(NotNow::AlreadyPaid),
            Self::NotAgreed => Err(NotNow::NotAgreed),
        }
    }
}

/// What visits ask for, as whoever knows their prices says.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait Owing: Send + Sync {
    /// What a visit asks for now, less what was paid for it until now.
    async fn asks(&self, tenant: TenantId, visit: VisitId) -> Result<VisitAsks, Outage>;
}

/// The payments of a visit as they were read: which, and each at which version. What is owed is derived from all of them,
/// so that whoever records money for it says which ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitSeen {
    visit: VisitId,
    versions: BTreeMap<PaymentId, i32>,
}

impl VisitSeen {
    /// All payments of a visit, as they were read.
    #[must_use]
    pub fn of(visit: VisitId, payments: &[PaymentRecord]) -> Self {
        let versions = payments
            .iter()
            .map(|record| (record.payment.id(), record.payment.version()));
        Self::at(visit, versions)
    }

    /// All payments of a visit, each with its version.
    #[must_use]
    pub fn at(visit: VisitId, versions: impl IntoIterator<Item = (PaymentId, i32)>) -> Self {
        Self {
            visit,
            versions: versions.into_iter().collect(),
        }
    }

    /// The visit.
    #[must_use]
    pub const fn visit(&self) -> VisitId {
        self.visit
    }

    /// The same after one of them was changed by whoever saw them.
    #[must_use]
    pub fn after(mut self, changed: PaymentId) -> Self {
        *self.versions.entry(changed).or_insert(0) += 1;
        self
    }
}

#[cfg(test)]
mod tests;
