//! Spending a customer's credit on a visit.

use std::sync::Arc;

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::DECISIONS_MAX;
use crate::actor::Actor;
use crate::attempt::AttemptState;
use crate::credit::{Spend, share_of_credit};
use crate::event::PaymentEvent;
use crate::ledger::{Cause, Journal, Place, Transfer};
use crate::payment::{Payment, PaymentRecord, PaymentState, Purpose};
use crate::ports::{
    Change, CreditBook, CreditFacts, HouseCurrency, RecordError, SpendChange, SpendLook, SpendRefused,
};
use crate::reference::RequestKey;
use crate::{CustomerId, VisitId};

/// Whose credit goes to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditOrder {
    /// Makes it repeatable: the same key is the same spend.
    pub key: RequestKey,
    /// The visit.
    pub visit: VisitId,
    /// Whose visit and credit it is.
    pub customer: CustomerId,
    /// What the visit asks for now, and how much of it is still to come; `None` if nothing. An order that came before is
    /// answered all the same.
    pub owed: Option<(Purpose, Money)>,
    /// Exactly how much is to be spent; as much as makes sense if left out.
    pub amount: Option<Money>,
    /// Who orders it.
    pub by: Actor,
}

impl CreditOrder {
    fn fingerprint(&self) -> Fingerprint {
        let amount = self
            .amount
            .map(|amount| format!("{} {}", amount.amount_minor(), amount.currency().code()));
        Fingerprint::of(&format!("{}\n{}", self.visit, amount.unwrap_or_default()))
    }
}

/// Spends a customer's credit on a visit.
pub struct SpendCredit {
    /// Where credit is spent.
    pub credit: Arc<dyn CreditBook>,
    /// The tenants' currencies.
    pub house: Arc<dyn HouseCurrency>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl SpendCredit {
    /// Moves as much of the customer's credit to what the visit owes as was ordered, or as makes sense. However many
    /// spend it at once, no more is spent than there is. The same key gives the same spend.
    ///
    /// # Errors
    /// [`SpendRefused`]; then nothing was spent.
    #[tracing::instrument(name = "payments.spend_credit", skip_all, fields(visit.id = %order.visit))]
    pub async fn execute(&self, tenant: TenantId, order: CreditOrder) -> Result<Spend, SpendRefused> {
        let currency = self.house.house_currency(tenant).await?;
        if order.owed.is_some_and(|(_, owed)| owed.currency() != currency) {
            return Err(SpendRefused::BadAmount);
        }
        for _ in 0..DECISIONS_MAX {
            let look = SpendLook {
                customer: order.customer,
                visit: order.visit,
                currency,
                key: order.key.clone(),
                fingerprint: order.fingerprint(),
            };
            let (now, ids, wanted) = (self.clock.now(), Arc::clone(&self.ids), order.clone());
            let decide = move |facts: &CreditFacts| decide(facts, &wanted, now, &*ids);
            match self.credit.spend(tenant, look, Box::new(decide)).await {
                Ok(Some(spend)) => return Ok(spend),
                Ok(None) => return Err(SpendRefused::NothingOwed),
                // Somebody changed the payment meanwhile; what they did decides now.
                Err(SpendRefused::NotRecorded(
                    RecordError::Stale
                    | RecordError::LiveAttempt
                    | RecordError::ReceiptTaken
                    | RecordError::IdsTaken,
                )) => {}
                Err(other) => return Err(other),
            }
        }
        Err(Outage::new("the payment is busy").into())
    }
}

/// What is to be spent.
fn decide(
    facts: &CreditFacts,
    order: &CreditOrder,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Option<SpendChange>, SpendRefused> {
    for record in &facts.payments {
        if let Some(open) = record
            .attempts
            .iter()
            .find(|attempt| may_bring_money(attempt.state()))
        {
            return Err(SpendRefused::StillOpen(open.id()));
        }
    }
    let payment = owed_payment(&facts.payments, order, now, ids)?;
    let outstanding = payment.outstanding().map_err(unbookable)?;
    let amount = match order.amount {
        None => share_of_credit(facts.credit, outstanding).map_err(unbookable)?,
        Some(amount) if amount.currency() != outstanding.currency() || !amount.is_positive() => {
            return Err(SpendRefused::BadAmount);
        }
        Some(amount) if amount > outstanding => return Err(SpendRefused::MoreThanOwed { owed: outstanding }),
        Some(amount) if amount > facts.credit => {
            return Err(SpendRefused::MoreThanCredit { credit: facts.credit });
        }
        Some(amount) => amount,
    };
    if !amount.is_positive() {
        return Err(SpendRefused::NoCredit);
    }
    let spend = Spend {
        id: ids.fresh(),
        customer: order.customer,
        visit: order.visit,
        payment: payment.id(),
        amount,
        key: order.key.clone(),
        fingerprint: order.fingerprint(),
        by: order.by.clone(),
        at: now,
    };
    let change = booked(payment, &spend, now, ids).map_err(unbookable)?;
    Ok(Some(SpendChange { spend, change }))
}

/// Whether an attempt may still bring money for what the credit is to pay.
const fn may_bring_money(state: &AttemptState) -> bool {
    match state {
        AttemptState::Created
        | AttemptState::Sent
        | AttemptState::AwaitingCustomer
        | AttemptState::Unknown
        | AttemptState::InReview { .. } => true,
        AttemptState::Paid { .. } | AttemptState::Failed { .. } | AttemptState::Cancelled => false,
    }
}

/// The payment that the credit goes to: the open one for that purpose, or a new one if nothing was asked for it yet.
fn owed_payment(
    payments: &[PaymentRecord],
    order: &CreditOrder,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Payment, SpendRefused> {
    let (purpose, owed) = order.owed.ok_or(SpendRefused::NothingOwed)?;
    // What was paid ahead is not paid ahead again, however late the visit hears of it; only a balance can grow.
    let paid_ahead = |record: &PaymentRecord| {
        record.payment.purpose() == purpose && record.payment.state() == PaymentState::Settled
    };
    if purpose != Purpose::Balance && payments.iter().any(paid_ahead) {
        return Err(SpendRefused::NothingOwed);
    }
    let open = payments
        .iter()
        .rfind(|record| record.payment.purpose() == purpose && record.payment.state() == PaymentState::Open);
    match open {
        Some(record) => record.payment.clone().restate(owed).map_err(unbookable),
        None if owed.is_positive() => {
            let payment = Payment::owe(ids.fresh(), order.visit, order.customer, purpose, owed, now);
            Ok(payment)
        }
        None => Err(SpendRefused::NothingOwed),
    }
}

fn booked(
    payment: Payment,
    spend: &Spend,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Change, MoneyError> {
    let (payment, received) = payment.receive(spend.amount, now)?;
    let transfer = Transfer {
        debit: Place::credit(spend.customer),
        credit: Place::deposit(spend.customer, payment.id()),
        amount: received.applied,
    };
    let journal = Journal::post(
        ids.fresh(),
        Cause::Spent(spend.id),
        payment.id(),
        now,
        &[transfer],
    )?;
    let event = PaymentEvent::CreditSpent {
        payment: payment.id(),
        visit: payment.visit(),
        customer: payment.customer(),
        amount: received.applied,
        settled: payment.state() == PaymentState::Settled,
    };
    let mut change = Change::of_payment(payment, now);
    change.journals.push(journal);
    change.events.push(event);
    Ok(change)
}

fn unbookable(error: MoneyError) -> SpendRefused {
    Outage::new(error).into()
}
