//! Earnings in memory, over the same books.

use async_trait::async_trait;
use ratiba_kernel::{Money, TenantId};

use super::InMemoryBook;
use crate::VisitId;
use crate::earning::Holding;
use crate::ledger::{Cause, Place};
use crate::payment::Purpose;
use crate::ports::{DecideEarnings, EarnError, EarningBook};
use crate::refund::RefundState;
use crate::test_support::fakes::locked;
use crate::test_support::yield_once;

#[async_trait]
impl EarningBook for InMemoryBook {
    async fn earn(&self, tenant: TenantId, visit: VisitId, decide: DecideEarnings) -> Result<(), EarnError> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let mut holdings = Vec::new();
        for record in shelf
            .records(tenant)
            .filter(|record| record.payment.visit() == visit && record.payment.purpose() != Purpose::Tip)
        {
            let payment = &record.payment;
            let (id, customer) = (payment.id(), payment.customer());
            let nothing = Money::zero(payment.currency());
            let credit = |place| {
                let lies = shelf.lies_at(tenant, place, nothing)?;
                Ok::<_, EarnError>(nothing.checked_sub(lies)?)
            };
            let own = shelf.refunds.iter().filter(|(owner, refund)| {
                let done = matches!(refund.state(), RefundState::Done { .. });
                *owner == tenant && refund.terms().payment == id && refund.takes_of_payment() && !done
            });
            let steps = shelf.journals.iter().filter(|(owner, journal)| {
                let earned = matches!(journal.cause(), Cause::Earned { payment, .. } if payment == id);
                *owner == tenant && earned
            });
            holdings.push(Holding {
                payment: id,
                customer,
                purpose: payment.purpose(),
                on_deposit: credit(Place::deposit(customer, id))?,
                earned: credit(Place::revenue(customer, id))?,
                going_back: Money::sum(payment.currency(), own.map(|(_, refund)| refund.terms().amount))?,
                steps: u32::try_from(steps.count()).unwrap_or(u32::MAX),
            });
        }
        for journal in decide(&holdings)? {
            shelf.post(tenant, journal);
        }
        Ok(())
    }
}
