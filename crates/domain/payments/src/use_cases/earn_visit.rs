//! Putting what a visit earned into the books.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
    /// Answers whether anything was moved. Whoever moved something by what they knew of the visit looks at it again: it may
    /// have ended meanwhile, and whoever knew that may have been first.
    ///
    /// # Errors
    /// [`EarnError`]; then nothing was posted.
    #[tracing::instrument(name = "payments.earn_visit", skip_all, fields(visit.id = %visit))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        visit: VisitId,
        rendering: Rendering,
    ) -> Result<bool, EarnError> {
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let moved = Arc::new(AtomicBool::new(false));
        let moving = Arc::clone(&moved);
        let decide = move |holdings: &[Holding]| {
            let journals = earn_all(holdings, rendering, now, &*ids)?;
            moving.store(!journals.is_empty(), Ordering::Release);
            Ok(journals)
        };
        self.book.earn(tenant, visit, Box::new(decide)).await?;
        Ok(moved.load(Ordering::Acquire))
    }
}
