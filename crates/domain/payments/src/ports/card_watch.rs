//! What looking after orders puts on record that changes no payment.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};
use time::OffsetDateTime;

use crate::attempt::AttemptId;
use crate::event::PaymentEvent;
use crate::task::Due;

/// Keeps the looks at orders going. Nothing here touches what is owed or was paid, so that nobody who decides about a
/// payment at the same time has to decide again.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait CardWatch: Send + Sync {
    /// Notes that look number `step` (from 0) was made and told nothing new, and queues the next one, in one transaction.
    /// Answers whether this look was noted now; one that was noted before queues nothing.
    async fn note_look(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        step: u8,
        next: Option<Due>,
    ) -> Result<bool, Outage>;

    /// Tells that the customer has not paid on the attempt's page so far, unless that was told before or the page waits
    /// for nobody any more. Answers whether it was told now.
    async fn tell_unpaid(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        event: PaymentEvent,
        at: OffsetDateTime,
    ) -> Result<bool, Outage>;

    /// Queues a task; one that waits already is not queued again.
    async fn plan(&self, tenant: TenantId, due: Due) -> Result<(), Outage>;
}
