//! Visits that ask for money.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, TenantId};

use crate::VisitId;
use crate::ports::{Owed, Owing, PaymentBook, VisitAsks};
use crate::test_support::yield_once;

/// A visit that asks for the same whatever was paid.
pub struct AlwaysAsks(pub VisitAsks);

#[async_trait]
impl Owing for AlwaysAsks {
    async fn asks(&self, _tenant: TenantId, _visit: VisitId) -> Result<VisitAsks, Outage> {
        yield_once().await;
        Ok(self.0.clone())
    }
}

/// Visits of one price each, and a book that knows what was paid for them.
pub struct LeftOfPrice {
    /// Where it is on record what was paid.
    pub book: Arc<dyn PaymentBook>,
    /// What is owed while nothing is paid.
    pub whole: Owed,
}

#[async_trait]
impl Owing for LeftOfPrice {
    async fn asks(&self, tenant: TenantId, visit: VisitId) -> Result<VisitAsks, Outage> {
        let payments = self.book.of_visit(tenant, visit).await?;
        let mut left = self.whole.amount;
        for record in payments {
            let kept = record.payment.kept().map_err(Outage::new)?;
            left = left.checked_sub(kept).map_err(Outage::new)?;
        }
        let nothing = Money::zero(left.currency());
        Ok(if left > nothing {
            VisitAsks::For(Owed {
                amount: left,
                ..self.whole.clone()
            })
        } else {
            VisitAsks::Nothing
        })
    }
}
