//! What a visit asks for at this moment, as the desk collects it: booking and payments know it together.

use ratiba_booking::visit::{Visit, VisitStanding};
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::payment::Purpose;
use ratiba_payments::ports::{Owed, VisitAsks};

use crate::Parts;

impl Parts {
    /// What a visit asks for now: the deposit while it waits for that, else what is left of its price and its fees.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn visit_asks(&self, tenant: TenantId, visit: &Visit) -> Result<VisitAsks, Outage> {
        let now = self.clock.now();
        let money = self.visit_money(tenant, visit).await?;
        let rounding = self.booking.catalogue.policy(tenant).await?.rules.rounding;
        let have = money
            .kept
            .checked_add(money.paid_elsewhere)
            .map_err(Outage::new)?;
        let balance = money.balance(visit, rounding).map_err(Outage::new)?;
        let (purpose, amount) = match visit.standing() {
            VisitStanding::Requested { .. } => return Ok(VisitAsks::NotAgreed),
            VisitStanding::Waiting { until } if until <= now => return Ok(VisitAsks::NotAgreed),
            VisitStanding::Waiting { .. } => {
                let due = visit.due().map_err(Outage::new)?;
                let all = due == visit.charged().map_err(Outage::new)?;
                let left = due.map(|due| due.checked_sub(have)).transpose();
                let purpose = if all { Purpose::Full } else { Purpose::Deposit };
                (purpose, left.map_err(Outage::new)?)
            }
            // Fees are owed for what is over.
            VisitStanding::Agreed | VisitStanding::Over => (Purpose::Balance, balance),
        };
        let Some(amount) = amount.filter(|amount| amount.is_positive()) else {
            return Ok(VisitAsks::Nothing);
        };
        let customer = visit.head.customer;
        let file = self.imports.customers.file(tenant, customer, now).await?;
        Ok(VisitAsks::For(Owed {
            customer: Id::from_uuid(customer.as_uuid()),
            purpose,
            amount,
            phone: file.and_then(|file| file.customer.phone),
        }))
    }
}
