//! Paying out credit, in memory: over the shelf of the payment book.

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, TenantId};

use super::book::till::CashRefused;
use super::book::{InMemoryBook, Shelf};
use super::locked;
use crate::CustomerId;
use crate::ledger::{Cause, Journal, Place};
use crate::payment::{PaymentId, Purpose};
use crate::payout::{Payout, PayoutWay};
use crate::ports::{
    DecidePayout, PayoutBook, PayoutFacts, PayoutLook, PayoutQuery, RefundFacts, RefundRefused,
};
use crate::reference::names_same_transfer;
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
        if let PayoutWay::Outside { reference } = &change.payout.way {
            let refunds = shelf.refunds.iter().filter(|(owner, _)| *owner == tenant);
            let mut proven = refunds.filter_map(|(_, refund)| refund.terms().reference.as_deref());
            let refunded = proven.any(|other| names_same_transfer(other, reference));
            if refunded || shelf.is_paid_out_by(tenant, reference) {
                return Err(RefundRefused::TransferTaken);
            }
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

    async fn payouts(&self, tenant: TenantId, query: PayoutQuery) -> Result<Vec<Payout>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let own = shelf.payouts.iter().filter(|(owner, _)| *owner == tenant);
        let mut own: Vec<&Payout> = own.map(|(_, payout)| payout).collect();
        own.sort_by_key(|payout| std::cmp::Reverse((payout.at, payout.id)));
        if let Some(before) = query.before {
            let place = own.iter().position(|payout| payout.id == before);
            own = place.map_or_else(Vec::new, |place| own.split_off(place + 1));
        }
        let wanted = |payout: &&&Payout| query.customer.is_none_or(|customer| customer == payout.customer);
        let page = own.iter().filter(wanted).take(usize::from(query.most));
        Ok(page.map(|payout| Payout::clone(payout)).collect())
    }
}

impl Shelf {
    /// Whether a transfer of that number paid out credit.
    pub(super) fn is_paid_out_by(&self, tenant: TenantId, transfer: &str) -> bool {
        let mut own = self.payouts.iter().filter(|(owner, _)| *owner == tenant);
        own.any(|(_, payout)| match &payout.way {
            PayoutWay::Outside { reference } => names_same_transfer(reference, transfer),
            PayoutWay::Cash | PayoutWay::MpesaReversal { .. } | PayoutWay::Withdrawn => false,
        })
    }

    fn reversible_of(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        amount: Money,
    ) -> Result<Option<RefundFacts>, Outage> {
        let mut own: Vec<_> = self
            .records(tenant)
            .filter(|record| {
                record.payment.customer() == customer && record.payment.purpose() != Purpose::Tip
            })
            .map(|record| (record.payment.created_at(), record.payment.id()))
            .collect();
        own.sort();
        for (_, payment) in own.into_iter().rev() {
            let found = self.refund_facts(tenant, payment)?;
            let fits = |found: &RefundFacts| reversible(&found.record, &found.refunds, amount).is_some();
            let credited = self.became_credit(tenant, payment, customer, amount)?;
            if let Some(found) = found.filter(fits).filter(|_| credited >= amount) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// How much of a payment became the customer's credit, less what was set aside of it to go back; in the currency of
    /// `like`.
    fn became_credit(
        &self,
        tenant: TenantId,
        payment: PaymentId,
        customer: CustomerId,
        like: Money,
    ) -> Result<Money, Outage> {
        let mut credited = Money::zero(like.currency());
        let own = self.journals_of(tenant, payment);
        for entry in own.flat_map(|journal| journal.entries()) {
            if entry.place == Place::credit(customer) && entry.amount.currency() == like.currency() {
                credited = credited.checked_sub(entry.amount).map_err(Outage::new)?;
            }
        }
        Ok(credited)
    }

    /// The journals of a payment but those that spent credit on it.
    fn journals_of(&self, tenant: TenantId, payment: PaymentId) -> impl Iterator<Item = &Journal> {
        let own = self.journals.iter().filter(move |(owner, journal)| {
            *owner == tenant
                && journal.payment() == Some(payment)
                && !matches!(journal.cause(), Cause::Spent(_))
        });
        own.map(|(_, journal)| journal)
    }
}
