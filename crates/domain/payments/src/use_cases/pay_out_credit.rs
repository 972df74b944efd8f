//! Paying out a customer's credit.

use std::sync::Arc;

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use crate::CustomerId;
use crate::actor::Actor;
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::payout::{Payout, PayoutId, PayoutWay};
use crate::ports::{
    HouseCurrency, MoneyBack, PayoutBook, PayoutChange, PayoutFacts, PayoutLook, RefundChange, RefundRefused,
};
use crate::reference::RequestKey;
use crate::refund::{Refund, RefundCause, RefundId, RefundSource, RefundTerms, RefundWay, reversible};
use crate::task::{Due, PaymentTask};

/// How credit is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayoutBy {
    /// Out of the drawer.
    Cash,
    /// By a way that is not seen from here, under this number; 1 to 100 characters.
    Outside(String),
    /// M-Pesa takes back one of the customer's payments of exactly that amount, whose money became credit.
    MpesaReversal,
    /// Nowhere: it should not be there.
    Withdrawal,
}

/// Whose credit is to go, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutOrder {
    /// Makes it repeatable: the same key is the same payout.
    pub key: RequestKey,
    /// Whose credit.
    pub customer: CustomerId,
    /// How.
    pub by_way: PayoutBy,
    /// How much.
    pub amount: Money,
    /// Why; 1 to 500 characters.
    pub reason: String,
    /// Who orders it.
    pub by: Actor,
}

impl PayoutOrder {
    fn fingerprint(&self) -> Fingerprint {
        let way = match &self.by_way {
            PayoutBy::Cash => "cash",
            PayoutBy::Outside(reference) => &format!("outside {reference}"),
            PayoutBy::MpesaReversal => "mpesa_reversal",
            PayoutBy::Withdrawal => "withdrawn",
        };
        Fingerprint::of(&format!(
            "{}\n{way}\n{}\n{}\n{}",
            self.customer,
            self.amount.amount_minor(),
            self.amount.currency().code(),
            self.reason
        ))
    }
}

/// Pays out a customer's credit.
pub struct PayOutCredit {
    /// Where credit is paid out.
    pub book: Arc<dyn PayoutBook>,
    /// Who is asked to take money back.
    pub back: Arc<dyn MoneyBack>,
    /// The tenants' currencies.
    pub house: Arc<dyn HouseCurrency>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl PayOutCredit {
    /// Pays out so much of what a customer is free to spend, or withdraws it. However many are ordered at once, no more
    /// goes than there is. A reversal sets the credit aside and goes out by a task of its own; if it does not happen, the
    /// credit is there again. The same key gives the same payout.
    ///
    /// # Errors
    /// [`RefundRefused`]; then nothing was paid out.
    #[tracing::instrument(name = "payments.pay_out_credit", skip_all, fields(customer.id = %order.customer))]
    pub async fn execute(&self, tenant: TenantId, order: PayoutOrder) -> Result<Payout, RefundRefused> {
        let currency = self.house.house_currency(tenant).await?;
        if order.amount.currency() != currency {
            return Err(RefundRefused::OtherCurrency { house: currency });
        }
        if !order.amount.is_positive() {
            return Err(RefundRefused::BadAmount);
        }
        let reverses = order.by_way == PayoutBy::MpesaReversal;
        let set_up = !reverses || self.back.offers_reversal(tenant).await?;
        let look = PayoutLook {
            customer: order.customer,
            currency,
            key: order.key.clone(),
            fingerprint: order.fingerprint(),
            reversal_of: reverses.then_some(order.amount),
        };
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let decide = move |facts: &PayoutFacts| {
            if order.amount > facts.credit {
                return Err(RefundRefused::MoreThanCredit { credit: facts.credit });
            }
            if !set_up {
                return Err(RefundRefused::NotSetUp);
            }
            decide(facts, &order, now, &*ids)
        };
        self.book.pay_out(tenant, look, Box::new(decide)).await
    }
}

fn decide(
    facts: &PayoutFacts,
    order: &PayoutOrder,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<PayoutChange, RefundRefused> {
    let id = ids.fresh();
    let (way, to) = match &order.by_way {
        PayoutBy::Cash => (PayoutWay::Cash, Account::CashDrawer),
        PayoutBy::Outside(reference) => {
            let reference = reference.clone();
            // Whoever paid it out has to be paid back; nobody here knows from where.
            (PayoutWay::Outside { reference }, Account::Suspense)
        }
        PayoutBy::Withdrawal => (PayoutWay::Withdrawn, Account::Refunds),
        PayoutBy::MpesaReversal => {
            let change = reversal(facts, order, id, now, ids)?;
            let refund = change.refund.id();
            return Ok(PayoutChange {
                payout: payout(order, id, PayoutWay::MpesaReversal { refund }, now),
                journal: None,
                refund: Some(change),
            });
        }
    };
    let transfer = Transfer {
        debit: Place::credit(order.customer),
        credit: Place::plain(to),
        amount: order.amount,
    };
    let journal = Journal::of_house(ids.fresh(), Cause::PaidOut(id), now, &[transfer]);
    Ok(PayoutChange {
        payout: payout(order, id, way, now),
        journal: Some(journal.map_err(unbookable)?),
        refund: None,
    })
}

fn payout(order: &PayoutOrder, id: PayoutId, way: PayoutWay, at: OffsetDateTime) -> Payout {
    Payout {
        id,
        customer: order.customer,
        way,
        amount: order.amount,
        reason: order.reason.clone(),
        key: order.key.clone(),
        fingerprint: order.fingerprint(),
        by: order.by.clone(),
        at,
    }
}

/// A refund of the whole transaction that takes the credit, which is set aside for it from now on.
fn reversal(
    facts: &PayoutFacts,
    order: &PayoutOrder,
    payout: PayoutId,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<RefundChange, RefundRefused> {
    let found = facts.reversible.as_ref().ok_or(RefundRefused::NothingToReverse)?;
    let original = reversible(&found.record, &found.refunds, order.amount);
    let original = original.ok_or(RefundRefused::NothingToReverse)?;
    let payment = &found.record.payment;
    let id: RefundId = ids.fresh();
    let key = RequestKey::parse(&format!("payout:{payout}")).map_err(Outage::new)?;
    let refund = Refund::request(RefundTerms {
        id,
        payment: payment.id(),
        visit: payment.visit(),
        customer: payment.customer(),
        original: Some(original),
        way: RefundWay::MpesaReversal,
        source: RefundSource::Credit,
        cause: RefundCause::Manager,
        reason: order.reason.clone(),
        reference: None,
        key,
        fingerprint: order.fingerprint(),
        amount: order.amount,
        requested_by: order.by.clone(),
        created_at: now,
    });
    let transfer = Transfer {
        debit: Place::credit(order.customer),
        credit: Place::plain(Account::Suspense),
        amount: order.amount,
    };
    let journal = Journal::post(ids.fresh(), Cause::SetAside(id), payment.id(), now, &[transfer]);
    let mut change = RefundChange::of(refund, now);
    change.journals.push(journal.map_err(unbookable)?);
    change.tasks.push(Due {
        at: now,
        task: PaymentTask::SendRefund { refund: id, tries: 0 },
    });
    Ok(change)
}

fn unbookable(error: MoneyError) -> RefundRefused {
    Outage::new(error).into()
}
