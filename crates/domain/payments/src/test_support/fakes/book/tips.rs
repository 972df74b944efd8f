//! Tips in memory, over the same books.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ratiba_kernel::{Currency, Money, Outage, TenantId};

use super::{InMemoryBook, Shelf};
use crate::ledger::{Account, Cause, Place};
use crate::payment::{PaymentId, Purpose};
use crate::ports::{Change, DecideTip, EarnError, RecordError, TipBook};
use crate::test_support::fakes::locked;
use crate::test_support::yield_once;
use crate::tip::{Tip, TipHolding, TipRecord};
use crate::{StaffId, VisitId};

impl Shelf {
    /// What of tips is owed to everybody.
    pub(super) fn tips_owed(&self, tenant: TenantId, currency: Currency) -> BTreeMap<StaffId, Money> {
        let mut minors: BTreeMap<StaffId, i64> = BTreeMap::new();
        let own = self.journals.iter().filter(|(owner, _)| *owner == tenant);
        for entry in own.flat_map(|(_, journal)| journal.entries()) {
            if let (Account::TipsPayable, Some(staff)) = (entry.place.account, entry.place.staff)
                && entry.amount.currency() == currency
            {
                *minors.entry(staff).or_insert(0) -= entry.amount.amount_minor();
            }
        }
        minors.retain(|_, minor| *minor != 0);
        let owed = minors.into_iter();
        owed.map(|(staff, minor)| (staff, Money::new(minor, currency)))
            .collect()
    }
}

#[async_trait]
impl TipBook for InMemoryBook {
    async fn record_tip(&self, tenant: TenantId, tip: Tip, change: Change) -> Result<(), RecordError> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        shelf.check(tenant, &change)?;
        shelf.write(tenant, change);
        shelf.tips.push((tenant, tip));
        Ok(())
    }

    async fn tips_of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<TipRecord>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let own = shelf.tips.iter().filter(|(owner, _)| *owner == tenant);
        let tips = own.filter_map(|(_, tip)| {
            let record = shelf.payments.get(&(tenant, tip.payment))?;
            let mut attempts = shelf.records(tenant).flat_map(|record| &record.attempts);
            let along = attempts.find(|attempt| {
                let taken = attempt.tip().map(|own| own.payment);
                taken == Some(tip.payment)
            });
            (record.payment.visit() == visit).then(|| TipRecord {
                tip: tip.clone(),
                record: record.clone(),
                along: along.cloned(),
            })
        });
        Ok(tips.collect())
    }

    async fn share_tip(
        &self,
        tenant: TenantId,
        payment: PaymentId,
        decide: DecideTip,
    ) -> Result<bool, EarnError> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let record = shelf.payments.get(&(tenant, payment));
        let Some(record) = record.filter(|record| record.payment.purpose() == Purpose::Tip) else {
            return Ok(false);
        };
        let nothing = Money::zero(record.payment.currency());
        let mut own = shelf.tips.iter().filter(|(owner, _)| *owner == tenant);
        let Some((_, tip)) = own.find(|(_, tip)| tip.payment == payment).cloned() else {
            return Ok(false);
        };
        let steps = shelf.journals.iter().filter(|(owner, journal)| {
            let shared = matches!(journal.cause(), Cause::TipShared { payment: of, .. } if of == payment);
            *owner == tenant && shared
        });
        let steps = u32::try_from(steps.count()).unwrap_or(u32::MAX);
        let lies = shelf.lies_at(tenant, Place::tip(payment), nothing)?;
        let holding = TipHolding {
            tip,
            unshared: nothing.checked_sub(lies)?,
            steps,
        };
        let journal = decide(&holding)?;
        let shared = steps > 0 || journal.is_some();
        if let Some(journal) = journal {
            shelf.post(tenant, journal);
        }
        Ok(shared)
    }

    async fn tips_owed(
        &self,
        tenant: TenantId,
        currency: Currency,
    ) -> Result<BTreeMap<StaffId, Money>, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).tips_owed(tenant, currency))
    }
}
