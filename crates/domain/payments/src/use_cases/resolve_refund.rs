//! A person decides about a refund.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, TenantId};

use super::refunds::booked;
use crate::ports::{RefundBook, RefundFacts, RefundRefused};
use crate::refund::{Refund, RefundId, RefundState, Resolution, Resolved};

/// What a person says became of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundDecision {
    /// Of which refund.
    pub refund: RefundId,
    /// What became of it.
    pub resolution: Resolution,
    /// Who says so, and why.
    pub who: Resolved,
}

/// Lets a person say what became of a refund that nobody knows the end of.
pub struct ResolveRefund {
    /// Where refunds are kept.
    pub book: Arc<dyn RefundBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl ResolveRefund {
    /// Ends a refund that is in review, and books it if it was done. Saying the same again changes nothing.
    ///
    /// # Errors
    /// [`RefundRefused`]; then nothing changed.
    #[tracing::instrument(name = "payments.resolve_refund", skip_all, fields(refund.id = %decision.refund))]
    pub async fn execute(&self, tenant: TenantId, decision: RefundDecision) -> Result<Refund, RefundRefused> {
        let id = decision.refund;
        let found = self.book.refund(tenant, id).await?;
        let found = found.ok_or(RefundRefused::NoSuchRefund)?;
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let decide = move |facts: &RefundFacts| {
            let found = facts.refund(id).ok_or(RefundRefused::NoSuchRefund)?;
            if said_before(found, &decision) {
                return Ok(None);
            }
            let moved = found
                .clone()
                .resolve(decision.resolution.clone(), decision.who.clone(), now)?;
            let change = booked(facts, moved, now, &*ids).map_err(Outage::new)?;
            Ok(Some(change))
        };
        let amended = self
            .book
            .amend(tenant, found.terms().payment, Box::new(decide))
            .await?;
        match amended {
            Some(refund) => Ok(refund),
            None => {
                let found = self.book.refund(tenant, id).await?;
                found.ok_or(RefundRefused::NoSuchRefund)
            }
        }
    }
}

fn said_before(refund: &Refund, decision: &RefundDecision) -> bool {
    let same_end = match (&decision.resolution, refund.state()) {
        (Resolution::Done { receipt: said }, RefundState::Done { receipt: known }) => said == known,
        (Resolution::Rejected, RefundState::Rejected { .. }) => true,
        (
            Resolution::Done { .. } | Resolution::Rejected,
            RefundState::Requested
            | RefundState::Sent
            | RefundState::Unknown
            | RefundState::InReview { .. }
            | RefundState::Done { .. }
            | RefundState::Rejected { .. }
            | RefundState::Cancelled,
        ) => false,
    };
    same_end && refund.progress().resolved.as_ref() == Some(&decision.who)
}
