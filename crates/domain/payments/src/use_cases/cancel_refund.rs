//! A person withdraws a refund.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, TenantId};

use super::refunds::booked;
use crate::ports::{RefundBook, RefundFacts, RefundRefused};
use crate::refund::{Refund, RefundId, RefundState, Resolved};

/// Withdraws a refund before it is sent.
pub struct CancelRefund {
    /// Where refunds are kept.
    pub book: Arc<dyn RefundBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl CancelRefund {
    /// Withdraws a refund that waits to be sent, for the first time or again, so that its amount does not count as gone
    /// any more. Withdrawing it again changes nothing.
    ///
    /// # Errors
    /// [`RefundRefused::NotWithdrawn`] if it was sent or is over; then nothing changed.
    #[tracing::instrument(name = "payments.cancel_refund", skip_all, fields(refund.id = %refund))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        refund: RefundId,
        who: Resolved,
    ) -> Result<Refund, RefundRefused> {
        let found = self.book.refund(tenant, refund).await?;
        let found = found.ok_or(RefundRefused::NoSuchRefund)?;
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let decide = move |facts: &RefundFacts| {
            let found = facts.refund(refund).ok_or(RefundRefused::NoSuchRefund)?;
            if found.state() == &RefundState::Cancelled {
                return Ok(None);
            }
            let moved = found.clone().cancel(who.clone(), now)?;
            booked(facts, moved, now, &*ids)
                .map(Some)
                .map_err(|error| Outage::new(error).into())
        };
        let payment = found.terms().payment;
        match self.book.amend(tenant, payment, Box::new(decide)).await? {
            Some(refund) => Ok(refund),
            None => {
                let found = self.book.refund(tenant, refund).await?;
                found.ok_or(RefundRefused::NoSuchRefund)
            }
        }
    }
}
