//! Ends a hold that nobody paid for in time.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};

use super::TRIES;
use crate::ports::{AppointmentBook, RecordError};
use crate::visit::{VisitId, expiry};

/// Why nobody knows whether it has ended.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// It changed under every try. Try again.
    #[error("the visit keeps changing")]
    Contended,
    /// The book did not answer.
    #[error("the appointment book is unavailable")]
    Unavailable(#[from] Outage),
}

/// Ends overdue holds.
pub struct ExpireHold {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl ExpireHold {
    /// Ends what is overdue of a visit; does nothing if nothing is. Safe to repeat.
    ///
    /// # Errors
    /// [`TaskError`].
    #[tracing::instrument(name = "booking.expire_hold", skip_all, fields(visit.id = %id))]
    pub async fn execute(&self, tenant: TenantId, id: VisitId) -> Result<(), TaskError> {
        for _try in 0..TRIES {
            let Some(visit) = self.book.visit(tenant, id).await? else {
                return Ok(());
            };
            let Some(change) = expiry(&visit, self.clock.now()) else {
                return Ok(());
            };
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(()),
                Err(
                    RecordError::Stale
                    | RecordError::SlotTaken
                    | RecordError::KeyUsed
                    | RecordError::MonthFrozen
                    | RecordError::UnknownCustomer
                    | RecordError::SetupChanged,
                ) => {}
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        Err(TaskError::Contended)
    }
}
