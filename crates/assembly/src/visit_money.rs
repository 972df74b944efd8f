//! The money of a visit as booking and payments know it together: what was paid, what is still to be paid, and what
//! goes back to the customer.

use ratiba_booking::import::ports::ImportGround;
use ratiba_booking::policy::Rounding;
use ratiba_booking::visit::{PaidAhead, Visit, VisitStanding};
use ratiba_conversation::use_cases::ByTheRules;
use ratiba_kernel::{Id, Money, MoneyError, Outage, TenantId};
use ratiba_payments::earning::Rendering;
use ratiba_payments::payment::{PaymentId, Purpose};
use ratiba_payments::ports::{EarnError, RefundBook};
use ratiba_payments::refund::{Refund, RefundCause, RefundWay, standing};
use ratiba_payments::use_cases::{CreditVisitError, GiveBack, PaymentStatus, Prospect, StatusReport};

use crate::Parts;

/// What was paid for a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitMoney {
    /// Received here, and not given back as credit.
    pub kept: Money,
    /// Received here, and given back as credit.
    pub credited: Money,
    /// Received here, and given back by refunds, or on its way back.
    pub refunded: Money,
    /// What of that, and of what was credit before, a manager decided: it is not asked for again. What the provider or a
    /// card's owner took is.
    pub let_off: Money,
    /// Paid before the business came here.
    pub paid_elsewhere: Money,
    /// Whether more than deposits was paid.
    paid_ahead: PaidAhead,
    /// How much of each payment the rules of cancellation gave back.
    by_rule: Vec<(PaymentId, Money)>,
    /// What of that, and of nothing else, is credit.
    credit_by_rule: Money,
    /// What of that goes, or went, back to where it came from.
    sent_back_by_rule: Money,
}

impl VisitMoney {
    fn of(reports: &[StatusReport], refunds: &[Refund], paid_elsewhere: Money) -> Result<Self, MoneyError> {
        let nothing = Money::zero(paid_elsewhere.currency());
        let mut money = Self {
            kept: nothing,
            credited: nothing,
            refunded: nothing,
            let_off: nothing,
            paid_elsewhere,
            paid_ahead: PaidAhead::Deposits,
            by_rule: Vec::with_capacity(reports.len()),
            credit_by_rule: nothing,
            sent_back_by_rule: nothing,
        };
        for report in reports {
            money.kept = money
                .kept
                .checked_add(report.paid.checked_sub(report.credited)?)?;
            money.credited = money.credited.checked_add(report.credited)?;
            money.credit_by_rule = money.credit_by_rule.checked_add(report.credited)?;
            money.by_rule.push((report.payment, report.credited));
            let all = match report.purpose {
                Purpose::Full | Purpose::Balance => true,
                // No tip is among them.
                Purpose::Deposit | Purpose::Tip => false,
            };
            if all && report.paid.is_positive() {
                money.paid_ahead = PaidAhead::Prices;
            }
        }
        for (refund, stands) in standing(refunds)? {
            money.kept = money.kept.checked_sub(stands)?;
            money.refunded = money.refunded.checked_add(stands)?;
            let terms = refund.terms();
            match (terms.cause, terms.way) {
                (RefundCause::Policy, RefundWay::Credit) => {
                    money.credit_by_rule = money.credit_by_rule.checked_add(stands)?;
                }
                (
                    RefundCause::Policy,
                    RefundWay::MpesaReversal
                    | RefundWay::Card
                    | RefundWay::Chargeback
                    | RefundWay::Cash
                    | RefundWay::Outside,
                ) => money.sent_back_by_rule = money.sent_back_by_rule.checked_add(stands)?,
                // Somebody decided that, and knows; of a chargeback a person is told.
                (RefundCause::Manager | RefundCause::Provider, _) => continue,
            }
            money.by_rule.push((terms.payment, stands));
        }
        // What a manager let the customer off stays so, whatever became of the credit.
        for refund in refunds.iter().filter(|refund| refund.takes_of_payment()) {
            let terms = refund.terms();
            if terms.cause == RefundCause::Manager {
                money.let_off = money.let_off.checked_add(terms.amount)?;
            }
        }
        Ok(money)
    }

    /// What is still to be paid; see [`Visit::balance`].
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ.
    pub fn balance(&self, visit: &Visit, rounding: Rounding) -> Result<Option<Money>, MoneyError> {
        visit.balance(self.settled()?, rounding)
    }

    /// What is not asked for any more: paid, or paid and given back by a manager's decision.
    fn settled(&self) -> Result<Money, MoneyError> {
        self.kept
            .checked_add(self.let_off)?
            .checked_add(self.paid_elsewhere)
    }

    /// What became of the money by the business's rules, for whoever is told of it.
    pub(crate) const fn by_the_rules(&self) -> ByTheRules {
        ByTheRules {
            credit: self.credit_by_rule,
            sent_back: self.sent_back_by_rule,
            kept: self.kept,
            paid_elsewhere: self.paid_elsewhere,
        }
    }

    /// Whether money came for it here, and all of it went back.
    pub(crate) const fn went_back_entirely(&self) -> bool {
        let came = self.credited.is_positive() || self.refunded.is_positive();
        came && !self.kept.is_positive() && !self.paid_elsewhere.is_positive()
    }

    /// Whether the rules of cancellation gave some of this payment back.
    pub(crate) fn was_given_back_by_rule(&self, payment: PaymentId) -> bool {
        self.by_rule
            .iter()
            .any(|(of, given)| *of == payment && given.is_positive())
    }

    /// Whether what is kept does not cover what the visit still holds: its fees, and what was paid ahead for the
    /// parts that keep their time.
    pub(crate) fn falls_short(&self, visit: &Visit) -> Result<bool, MoneyError> {
        let bound = visit.bound(self.paid_ahead)?;
        let have = self.settled()?;
        Ok(bound.is_some_and(|bound| have < bound))
    }

    /// How much of what came here the business keeps, the visit being as it is; `None` if nothing came, or nothing is
    /// known to be bound. What was paid elsewhere serves first, since nobody here can give it back.
    fn keeps(&self, visit: &Visit) -> Result<Option<Money>, MoneyError> {
        if !self.kept.is_positive() {
            return Ok(None);
        }
        let Some(bound) = visit.bound(self.paid_ahead)? else {
            return Ok(None);
        };
        let keep = bound.checked_sub(self.paid_elsewhere)?;
        Ok(Some(keep.max(Money::zero(bound.currency()))))
    }
}

/// Where the money of visits is looked up.
pub(crate) struct VisitBooks<'a> {
    /// What was paid here.
    pub(crate) status: &'a PaymentStatus,
    /// What went back.
    pub(crate) refunds: &'a dyn RefundBook,
    /// What was paid elsewhere.
    pub(crate) ground: &'a dyn ImportGround,
    /// Gives back.
    pub(crate) give: &'a GiveBack,
}

impl VisitBooks<'_> {
    /// What was paid for a visit so far.
    pub(crate) async fn money(&self, tenant: TenantId, visit: &Visit) -> Result<VisitMoney, Outage> {
        let id = visit.head.id;
        let paid_for = Id::from_uuid(id.as_uuid());
        let reports = self.status.execute(tenant, paid_for).await?;
        let refunds = self.refunds.refunds_of_visit(tenant, paid_for).await?;
        let elsewhere = self.ground.paid_elsewhere(tenant, id).await?;
        let charged = visit.charged().map_err(Outage::new)?;
        let elsewhere = elsewhere.or_else(|| charged.map(|charged| Money::zero(charged.currency())));
        let elsewhere = elsewhere.ok_or_else(|| Outage::new("a visit without appointments"))?;
        VisitMoney::of(&reports, &refunds, elsewhere).map_err(Outage::new)
    }

    /// What [`Self::settle`] would give back if the visit came to stand like this, and whether what was paid covers what
    /// it would then hold; nothing is given back by it. `None` for nothing.
    pub(crate) async fn prospect(
        &self,
        tenant: TenantId,
        visit: &Visit,
    ) -> Result<(VisitMoney, Option<Prospect>), CreditVisitError> {
        let money = self.money(tenant, visit).await?;
        let Some(keep) = money.keeps(visit)? else {
            return Ok((money, None));
        };
        let id = Id::from_uuid(visit.head.id.as_uuid());
        let prospect = self.give.prospect(tenant, id, keep).await?;
        Ok((money, Some(prospect)))
    }

    /// Gives the customer back, as the business's rules say, whatever was paid for a visit beyond its fees and what was paid
    /// ahead for the parts that keep their time; answers how its money stands then. Safe to repeat.
    async fn settle(&self, tenant: TenantId, visit: &Visit) -> Result<VisitMoney, CreditVisitError> {
        let money = self.money(tenant, visit).await?;
        let Some(keep) = money.keeps(visit)? else {
            return Ok(money);
        };
        let id = Id::from_uuid(visit.head.id.as_uuid());
        if !self.give.execute(tenant, id, keep).await? {
            return Ok(money);
        }
        Ok(self.money(tenant, visit).await?)
    }
}

impl Parts {
    /// What was paid for a visit so far.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn visit_money(&self, tenant: TenantId, visit: &Visit) -> Result<VisitMoney, Outage> {
        self.visit_books().money(tenant, visit).await
    }

    fn visit_books(&self) -> VisitBooks<'_> {
        VisitBooks {
            status: &self.payments.status,
            refunds: self.money_back.book.as_ref(),
            ground: self.imports.ground.as_ref(),
            give: &self.money_back.give,
        }
    }

    /// Puts into the books what a visit earned, as soon as nothing of it is to come. Safe to repeat, and beside others who
    /// know of a visit what is over by now.
    ///
    /// # Errors
    /// [`EarnError`].
    pub(crate) async fn earn_visit(&self, tenant: TenantId, visit: &Visit) -> Result<(), EarnError> {
        let id = Id::from_uuid(visit.head.id.as_uuid());
        let mut rendering = rendering_of(visit)?;
        for _ in 0..LOOKS_MAX {
            if !self.payments.earn.execute(tenant, id, rendering).await? {
                return Ok(());
            }
            let Some(found) = self.booking.book.visit(tenant, visit.head.id).await? else {
                return Ok(());
            };
            let by_now = rendering_of(&found)?;
            if by_now == rendering {
                return Ok(());
            }
            rendering = by_now;
        }
        Err(Outage::new("a visit kept changing while its earnings were booked").into())
    }

    /// Gives back what a visit does not hold any more; see [`VisitBooks::settle`]. Safe to repeat.
    ///
    /// # Errors
    /// [`CreditVisitError`].
    pub(crate) async fn settle_visit(
        &self,
        tenant: TenantId,
        visit: &Visit,
    ) -> Result<VisitMoney, CreditVisitError> {
        self.visit_books().settle(tenant, visit).await
    }
}

/// How often a visit is looked at whose earnings are booked.
const LOOKS_MAX: usize = 4;

/// What of a visit is earned.
fn rendering_of(visit: &Visit) -> Result<Rendering, EarnError> {
    let lost = visit.standing() == VisitStanding::Over;
    Ok(match visit.fees()?.filter(|_| lost) {
        Some(fees) => Rendering::Lost { fees },
        None if visit.is_finished() => Rendering::Finished,
        None => Rendering::ToCome,
    })
}
