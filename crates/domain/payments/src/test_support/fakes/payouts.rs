//! Paying out credit, in memory: over the shelf of the payment book.

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, TenantId};

use super::book::till::CashRefused;
use super::book::{InMemoryBook, Shelf};
use super::locked;
use crate::CustomerId;
use crate::ledger::Place;
use crate::payout::Payout;
use crate::ports::{DecidePayout, PayoutBook, PayoutFacts, PayoutLook, RefundFacts, RefundRefused};
use crate::refund::reversible;
use crate::test_support::yield_once;

#[async_trait]
impl PayoutBook for InMemoryBook {
    async fn pay_out(
        &self,
        tenant: TenantId,
        look: PayoutLook,
        decide: DecidePayout,
    ) -> Result<Payout, RefundRefused> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let before = shelf
            .payouts
            .iter()
            .find(|(owner, payout)| *owner == tenant && payout.key == look.key);
        if let Some((_, before)) = before {
            return if before.fingerprint == look.fingerprint {
                Ok(before.clone())
            } else {
                Err(RefundRefused::KeyReused)
            };
        }
        let nothing = Money::zero(look.currency);
        let lies = shelf.lies_at(tenant, Place::credit(look.customer), nothing)?;
        let facts = PayoutFacts {
            credit: nothing.checked_sub(lies).map_err(Outage::new)?,
            reversible: match look.reversal_of {
                Some(amount) => shelf.reversible_of(tenant, look.customer, amount)?,
                None => None,
            },
        };
        let change = decide(&facts)?;
        match shelf.cash_refused(tenant, &change.journal) {
            None => {}
            Some(CashRefused::Closed) => return Err(RefundRefused::TillClosed),
            Some(CashRefused::Short) => return Err(RefundRefused::NotInDrawer),
        }
        if let (Some(refund), Some(facts)) = (change.refund, &facts.reversible) {
            shelf.write_refund(tenant, facts, refund)?;
        }
        if let Some(journal) = change.journal {
            shelf.post(tenant, journal);
        }
        shelf.payouts.push((tenant, change.payout.clone()));
        Ok(change.payout)
    }
}

impl Shelf {
    fn reversible_of(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        amount: Money,
    ) -> Result<Option<RefundFacts>, Outage> {
        let mut own: Vec<_> = self
            .records(tenant)
            .filter(|record| record.payment.customer() == customer)
            .map(|record| (record.payment.created_at(), record.payment.id()))
            .collect();
        own.sort();
        for (_, payment) in own.into_iter().rev() {
            let found = self.refund_facts(tenant, payment)?;
            let fits = |found: &RefundFacts| reversible(&found.record, &found.refunds, amount).is_some();
            if let Some(found) = found.filter(fits) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}
