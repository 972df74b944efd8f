//! Changes what the engine reads: services, people's weeks, rooms, opening hours, holidays, rules.
//!
//! One use case for all of it, since all of it is one intention with one shape: an order as somebody writes
//! it becomes a step or all of its faults, and the book records the step and lists the bookings it meets.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, TenantId};

use crate::ports::PaymentMeans;
use crate::setup::{Fault, Recorded, SetupBook, SetupChange, SetupRefused, SetupShelf, SetupStep};

mod order;

pub use order::{BlockOrder, ResourceForm, SetupOrder, Stretch};

/// Changes the setup of a tenant.
pub struct ChangeSetup {
    /// What there is.
    pub shelf: Arc<dyn SetupShelf>,
    /// Where changes are recorded.
    pub book: Arc<dyn SetupBook>,
    /// What money is taken.
    pub means: Arc<dyn PaymentMeans>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Names what is new.
    pub ids: Arc<dyn IdSource>,
}

/// A step that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupChanged {
    /// The step, with the ids of what is new.
    pub step: SetupStep,
    /// What it did.
    pub recorded: Recorded,
}

/// Why the setup was not changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeSetupError {
    /// Values that cannot be, every one of them.
    #[error("the order has {} faults", .0.len())]
    Faulty(Vec<Fault>),
    /// The book refuses.
    #[error(transparent)]
    Refused(#[from] SetupRefused),
}

impl From<Outage> for ChangeSetupError {
    fn from(outage: Outage) -> Self {
        Self::Refused(SetupRefused::Unavailable(outage))
    }
}

impl From<Vec<Fault>> for ChangeSetupError {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Faulty(faults)
    }
}

impl ChangeSetup {
    /// Carries out an order of `by`, who stands in records as given (`token:<id>`).
    ///
    /// # Errors
    /// [`ChangeSetupError`]; nothing is changed then.
    #[tracing::instrument(name = "booking.change_setup", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        by: &str,
        order: SetupOrder,
    ) -> Result<SetupChanged, ChangeSetupError> {
        let step = self.step(tenant, order).await?;
        let change = SetupChange {
            at: self.clock.now(),
            by: by.to_owned(),
            step: step.clone(),
        };
        let recorded = self.book.record(tenant, change).await?;
        if !recorded.hits.is_empty() {
            tracing::info!(
                bookings = recorded.hits.len(),
                "a change of the setup met bookings"
            );
        }
        Ok(SetupChanged { step, recorded })
    }
}

#[cfg(test)]
mod tests;
