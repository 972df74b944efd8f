//! Putting what a visit earned into the books.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, TenantId};

use crate::VisitId;
use crate::earning::{Holding, Rendering, earn_all};
use crate::ports::{EarnError, EarningBook};

/// Recognises revenue.
pub struct EarnVisit {
    /// The books.
    pub book: Arc<dyn EarningBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl EarnVisit {
    /// Moves what was kept of a visit's payments from the customer's deposits to revenue once nothing of it is to come, and
    /// back if it turns out that something is. Fees that were kept count; tips never do. Running it again, or at the same
    /// time, moves nothing more.
    ///
    /// # Errors
    /// [`EarnError`]; then nothing was posted.
    #[tracing::instrument(name = "payments.earn_visit", skip_all, fields(visit.id = %visit))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        visit: VisitId,
        rendering: Rendering,
    ) -> Result<(), EarnError> {
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let decide = move |holdings: &[Holding]| earn_all(holdings, rendering, now, &*ids);
        self.book.earn(tenant, visit, Box::new(decide)).await
    }
}
