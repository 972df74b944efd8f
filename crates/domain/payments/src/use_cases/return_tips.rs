//! Tips that nobody is to get: the part of the visit that they were given for is rendered by nobody.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Money, Outage, TenantId};

use super::RefundOrder;
use super::request_refund::decide;
use crate::VisitId;
use crate::actor::Actor;
use crate::payment::PaymentId;
use crate::ports::{RefundBook, RefundFacts, RefundQuery, RefundRefused, TipBook, Visits};
use crate::reference::RequestKey;
use crate::refund::{Refund, RefundCause, RefundWay, refundable};
use crate::tip::TipRecord;

/// A tip that nobody is to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TipReturned {
    /// What of it became the customer's credit now; `None` if nothing was left of it.
    pub now: Option<Money>,
    /// What of it became credit for that reason, now or before; `None` if nothing did.
    pub ever: Option<Money>,
    /// Whether it came along with what the visit was paid.
    pub along: bool,
}

/// How many refunds of one tip are looked at, the newest first.
const REFUNDS_MAX: u16 = 100;

/// Gives tips back that nobody is to get.
pub struct ReturnTips {
    /// Where refunds are kept.
    pub book: Arc<dyn RefundBook>,
    /// The tips.
    pub tips: Arc<dyn TipBook>,
    /// What became of the visits.
    pub visits: Arc<dyn Visits>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl ReturnTips {
    /// Makes the customer's credit of what came for a tip, if the part that it was given for is over without having been
    /// rendered; what was shared out goes from everybody who got some. `None` if the payment is no tip of such a part. What
    /// comes later of it needs another call; running it again gives nothing back.
    ///
    /// # Errors
    /// [`RefundRefused`]; then nothing was given back, and the task should run again.
    #[tracing::instrument(name = "payments.return_tip", skip_all, fields(payment.id = %payment))]
    pub async fn of_payment(
        &self,
        tenant: TenantId,
        visit: VisitId,
        payment: PaymentId,
    ) -> Result<Option<TipReturned>, RefundRefused> {
        let tips = self.tips.tips_of_visit(tenant, visit).await?;
        match tips.iter().find(|found| found.tip.payment == payment) {
            Some(found) => self.if_over(tenant, visit, found).await,
            None => Ok(None),
        }
    }

    /// The same for all tips of a visit of which something has ended.
    ///
    /// # Errors
    /// [`RefundRefused`]; what was given back before it stays so, and the task should run again.
    #[tracing::instrument(name = "payments.return_tips", skip_all, fields(visit.id = %visit))]
    pub async fn of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<(), RefundRefused> {
        for found in self.tips.tips_of_visit(tenant, visit).await? {
            if found.record.payment.paid().is_positive() {
                self.if_over(tenant, visit, &found).await?;
            }
        }
        Ok(())
    }

    async fn if_over(
        &self,
        tenant: TenantId,
        visit: VisitId,
        found: &TipRecord,
    ) -> Result<Option<TipReturned>, RefundRefused> {
        let part = found.tip.appointment;
        if !self.visits.part_is_over(tenant, visit, part).await? {
            return Ok(None);
        }
        let (payment, by) = (found.tip.payment, Actor::parse("policy").map_err(Outage::new)?);
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        // The amount is derived under the lock: of two at once one gives it back, and the other finds nothing left.
        let all_of_it = move |facts: &RefundFacts| {
            let amount = refundable(&facts.record.payment, &facts.refunds).map_err(Outage::new)?;
            if !amount.is_positive() {
                return Ok(None);
            }
            let key = format!("policy:tip:{payment}:{}", facts.refunds.len());
            let order = RefundOrder {
                key: RequestKey::parse(&key).map_err(Outage::new)?,
                payment,
                way: RefundWay::Credit,
                cause: RefundCause::Policy,
                amount,
                reason: "nobody renders what the tip was for".to_owned(),
                reference: None,
                by: by.clone(),
            };
            decide(facts, &order, true, now, &*ids).map(Some)
        };
        let refund = self.book.amend(tenant, payment, Box::new(all_of_it)).await?;
        Ok(Some(TipReturned {
            now: refund.map(|refund| refund.terms().amount),
            ever: self.ever_returned(tenant, payment).await?,
            along: found.along.is_some(),
        }))
    }

    /// Whether a tip of the visit went back because its part was over, which somebody renders after all. It stays the
    /// customer's credit, which they were told of and may have spent: a person should ask them.
    ///
    /// # Errors
    /// [`Outage`]; the same may be asked again.
    pub async fn were_returned(&self, tenant: TenantId, visit: VisitId) -> Result<bool, Outage> {
        for found in self.tips.tips_of_visit(tenant, visit).await? {
            let tip = found.tip;
            if self.ever_returned(tenant, tip.payment).await?.is_some()
                && !self.visits.part_is_over(tenant, visit, tip.appointment).await?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn ever_returned(&self, tenant: TenantId, payment: PaymentId) -> Result<Option<Money>, Outage> {
        let of_tip = RefundQuery {
            payment: Some(payment),
            most: REFUNDS_MAX,
            ..RefundQuery::default()
        };
        let refunds = self.book.refunds(tenant, of_tip).await?;
        let by_policy = |refund: &Refund| refund.terms().cause == RefundCause::Policy && refund.counts();
        let mut returned: Option<Money> = None;
        for refund in refunds.iter().filter(|refund| by_policy(refund)) {
            let amount = refund.terms().amount;
            returned = Some(match returned {
                Some(sum) => sum.checked_add(amount).map_err(Outage::new)?,
                None => amount,
            });
        }
        Ok(returned)
    }
}
