//! Ends threads that fell silent.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};

use crate::ports::ThreadBook;
use crate::thread::IDLE_AFTER;

/// Closes every thread that has been silent for a day. Part of the nightly sweep; a customer who writes in the
/// meantime begins a new thread anyway.
pub struct CloseIdleThreads {
    /// The record of conversations.
    pub book: Arc<dyn ThreadBook>,
    /// The business's time.
    pub clock: Arc<dyn Clock>,
}

impl CloseIdleThreads {
    /// Closes them; answers how many there were.
    ///
    /// # Errors
    /// [`Outage`] if the record did not answer.
    #[tracing::instrument(name = "conversation.close_idle_threads", skip_all)]
    pub async fn execute(&self, tenant: TenantId) -> Result<u64, Outage> {
        let now = self.clock.now();
        self.book.close_idle(tenant, now - IDLE_AFTER, now).await
    }
}
