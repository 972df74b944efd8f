//! What a visit does not ask for any more after it was paid goes back, by the business's rules.

use std::sync::Arc;

use ratiba_kernel::{Money, MoneyError, Outage, TenantId};

use super::credit_visit::held_beyond;
use super::{CreditVisit, CreditVisitError, RefundOrder, RequestRefund};
use crate::VisitId;
use crate::actor::Actor;
use crate::attempt::{Attempt, Provider};
use crate::payment::PaymentRecord;
use crate::ports::{GivenBack, PaymentBook, PaymentRuleBook, RefundRefused, VisitSeen};
use crate::reference::RequestKey;
use crate::refund::{Original, Refund, RefundCause, RefundWay, card_original, refundable, reversible};

/// What would go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prospect {
    /// All of it.
    pub all: Money,
    /// What of that would become the customer's credit; the rest would go to where it came from.
    pub credit: Money,
}

/// Gives back what a visit does not ask for any more.
pub struct GiveBack {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// What the business decided.
    pub rules: Arc<dyn PaymentRuleBook>,
    /// Orders refunds.
    pub order: RequestRefund,
    /// Gives credit.
    pub credit: CreditVisit,
}

impl GiveBack {
    /// Gives back whatever the visit's payments hold beyond `keep`: to where it came from if the business wants that, as
    /// far as whole transactions fit into it and can be taken back; the rest, or else all of it, as credit. What a
    /// provider refused to take back becomes credit the next time. Answers whether anything was given back now. Running
    /// it again gives nothing back.
    ///
    /// # Errors
    /// [`CreditVisitError`]; what was given back before it stays so, and the task should run again.
    #[tracing::instrument(name = "payments.give_back", skip_all, fields(visit.id = %visit))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        visit: VisitId,
        keep: Money,
    ) -> Result<bool, CreditVisitError> {
        let (rules, _) = self.rules.payment_rules(tenant).await?;
        let sent_back = match rules.given_back {
            GivenBack::AsCredit => false,
            GivenBack::ToItsOrigin => self.to_its_origin(tenant, visit, keep).await?,
        };
        let credited = self.credit.execute(tenant, visit, keep).await?;
        Ok(sent_back || !credited.is_empty())
    }

    /// What [`Self::execute`] would give back now if so much were kept, and how; nothing is given back by it. A provider
    /// may still refuse what is asked of it: that becomes credit.
    ///
    /// # Errors
    /// [`CreditVisitError`].
    pub async fn prospect(
        &self,
        tenant: TenantId,
        visit: VisitId,
        keep: Money,
    ) -> Result<Prospect, CreditVisitError> {
        let (rules, _) = self.rules.payment_rules(tenant).await?;
        let records = self.book.of_visit(tenant, visit).await?;
        let refunds = self.order.book.refunds_of_visit(tenant, visit).await?;
        let all = held_beyond(&records, &refunds, keep)?.max(Money::zero(keep.currency()));
        let reverses = match rules.given_back {
            GivenBack::AsCredit => return Ok(Prospect { all, credit: all }),
            GivenBack::ToItsOrigin => self.order.back.offers_reversal(tenant).await?,
        };
        let mut credit = all;
        for record in records.iter().rev() {
            let own = of_payment(&refunds, record);
            let mut left = refundable(&record.payment, &own)?;
            for attempt in &record.attempts {
                let way_back = self.way_back(reverses, (record, attempt), &own, credit.min(left))?;
                // What a provider refused to take back is not asked of it again.
                let asked = way_back.filter(|(original, ..)| !was_refused(&own, original));
                if let Some((_, _, amount)) = asked {
                    credit = credit.checked_sub(amount)?;
                    left = left.checked_sub(amount)?;
                }
            }
        }
        Ok(Prospect { all, credit })
    }

    /// How an attempt's money goes to where it came from, and how much of it, if at most so much is to go back; `None` if
    /// it cannot.
    fn way_back(
        &self,
        reverses: bool,
        (record, attempt): (&PaymentRecord, &Attempt),
        own: &[Refund],
        most: Money,
    ) -> Result<Option<(Original, RefundWay, Money)>, MoneyError> {
        let whole = attempt.terms().amount;
        // A card takes a part back, M-Pesa a whole transaction only.
        Ok(match attempt.terms().provider {
            Provider::Mpesa if reverses && whole <= most => {
                reversible(record, own, whole).map(|original| (original, RefundWay::MpesaReversal, whole))
            }
            Provider::Pesapal if self.order.cards && most.is_positive() => {
                let most = most.min(attempt.for_payment()?);
                card_original(attempt, own).map(|original| (original, RefundWay::Card, most))
            }
            Provider::Mpesa | Provider::Pesapal | Provider::Cash => None,
        })
    }

    async fn to_its_origin(
        &self,
        tenant: TenantId,
        visit: VisitId,
        keep: Money,
    ) -> Result<bool, CreditVisitError> {
        let reverses = self.order.back.offers_reversal(tenant).await?;
        if !reverses && !self.order.cards {
            return Ok(false);
        }
        let by = Actor::parse("policy").map_err(Outage::new)?;
        let mut any = false;
        let records = self.book.of_visit(tenant, visit).await?;
        let refunds = self.order.book.refunds_of_visit(tenant, visit).await?;
        let mut surplus = held_beyond(&records, &refunds, keep)?;
        let mut seen = VisitSeen::of(visit, &records);
        for record in records.iter().rev() {
            let payment = record.payment.id();
            let mut own = of_payment(&refunds, record);
            for attempt in &record.attempts {
                let most = surplus.min(refundable(&record.payment, &own)?);
                let found = self.way_back(reverses, (record, attempt), &own, most)?;
                let Some((original, way, amount)) = found else {
                    continue;
                };
                let order = RefundOrder {
                    key: RequestKey::parse(&format!("policy:{}", original.attempt)).map_err(Outage::new)?,
                    payment,
                    way,
                    cause: RefundCause::Policy,
                    amount,
                    reason: "the rules of cancellation".to_owned(),
                    reference: None,
                    by: by.clone(),
                };
                match self.order.execute_upon(tenant, order, Some(&seen)).await {
                    Ok(refund) if refund.counts() => {
                        seen = seen.after(payment);
                        surplus = surplus.checked_sub(amount)?;
                        own.push(refund);
                        any = true;
                    }
                    // It was tried before, and the provider does not take it back.
                    Ok(_rejected) => {}
                    Err(RefundRefused::Unavailable(outage)) => return Err(outage.into()),
                    // What is beyond the rest is another sum by now: all of it is derived anew.
                    Err(RefundRefused::Overtaken) => return Err(CreditVisitError::Busy),
                    // Somebody else gave some of it back meanwhile: what is left is looked at below.
                    Err(refused) => {
                        tracing::info!(payment.id = %payment, reason = %refused, "no reversal by the rules");
                    }
                }
            }
        }
        Ok(any)
    }
}

/// Whether the rules asked a provider for this money before, in vain.
fn was_refused(own: &[Refund], money: &Original) -> bool {
    own.iter().any(|refund| {
        let terms = refund.terms();
        terms.original.as_ref() == Some(money) && terms.cause == RefundCause::Policy && !refund.counts()
    })
}

fn of_payment(refunds: &[Refund], record: &PaymentRecord) -> Vec<Refund> {
    let own = refunds
        .iter()
        .filter(|refund| refund.terms().payment == record.payment.id());
    own.cloned().collect()
}
