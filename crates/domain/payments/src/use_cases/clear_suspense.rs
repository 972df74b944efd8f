//! Saying what something in suspense was.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, TenantId};

use crate::ports::{ClearError, ClearingLook, HouseCurrency, SuspenseBook, UndoError, UndoLook};
use crate::suspense::{ClearOrder, Clearing, InSuspense, UndoOrder};

/// Clears what lies in suspense, by a person's word.
pub struct ClearSuspense {
    /// What lies there.
    pub book: Arc<dyn SuspenseBook>,
    /// The tenants' currencies.
    pub house: Arc<dyn HouseCurrency>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl ClearSuspense {
    /// Puts so much of what a journal left in suspense on the account that it belonged to. However many do it at once, no
    /// more is cleared than was left. The same key gives the same clearing.
    ///
    /// # Errors
    /// [`ClearError`]; then nothing was cleared.
    #[tracing::instrument(name = "payments.clear_suspense", skip_all, fields(journal.id = %order.journal))]
    pub async fn execute(&self, tenant: TenantId, order: ClearOrder) -> Result<Clearing, ClearError> {
        let look = ClearingLook {
            journal: order.journal,
            currency: self.house.house_currency(tenant).await?,
            key: order.key.clone(),
            fingerprint: order.fingerprint(),
        };
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let decide = move |lying: &InSuspense| lying.clear(&order, now, &*ids);
        self.book.clear(tenant, look, Box::new(decide)).await
    }

    /// Takes a word back that was wrong: what it had cleared lies in suspense again, and waits for another. The word stays on
    /// record, with who took it back and why. The same key takes back once.
    ///
    /// # Errors
    /// [`UndoError`]; then the word stands.
    #[tracing::instrument(name = "payments.undo_clearing", skip_all, fields(clearing.id = %order.clearing))]
    pub async fn undo(&self, tenant: TenantId, order: UndoOrder) -> Result<Clearing, UndoError> {
        let look = UndoLook {
            clearing: order.clearing,
            key: order.key.clone(),
            fingerprint: order.fingerprint(),
        };
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let decide = move |said: &Clearing, gone: bool| said.undo(gone, &order, now, &*ids);
        self.book.undo(tenant, look, Box::new(decide)).await
    }
}
