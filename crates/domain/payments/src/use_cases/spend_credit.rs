//! Spending a customer's credit on a visit.

use std::sync::Arc;

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::DECISIONS_MAX;
use super::asking::{attempts_of, payment_for};
use crate::actor::Actor;
use crate::credit::{Spend, share_of_credit};
use crate::event::PaymentEvent;
use crate::ledger::{Cause, Journal, Place, Transfer};
use crate::payment::{NotNow, Payment, PaymentState, nothing_out};
use crate::ports::{
    Change, CreditBook, CreditFacts, HouseCurrency, Owed, Owing, PaymentBook, RecordError, SpendChange,
    SpendLook, SpendRefused, VisitAsks, VisitSeen,
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
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The tenants' currencies.
    pub house: Arc<dyn HouseCurrency>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl SpendCredit {
    /// Moves as much of the customer's credit to what the visit owes as was ordered, or as makes sense. However many
    /// spend it at once, no more is spent than there is, and however many pay for the visit at once, no more than it
    /// owes: `owing` is asked after the visit's payments were read, and credit is spent only if they are the same still.
    /// The same key gives the same spend, whatever is owed by then.
    ///
    /// # Errors
    /// [`SpendRefused`]; then nothing was spent.
    #[tracing::instrument(name = "payments.spend_credit", skip_all, fields(visit.id = %order.visit))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: CreditOrder,
        owing: &dyn Owing,
    ) -> Result<Spend, SpendRefused> {
        let currency = self.house.house_currency(tenant).await?;
        for _ in 0..DECISIONS_MAX {
            let payments = self.book.of_visit(tenant, order.visit).await?;
            let asks = owing.asks(tenant, order.visit).await?;
            let look = SpendLook {
                customer: order.customer,
                visit: order.visit,
                currency,
                key: order.key.clone(),
                fingerprint: order.fingerprint(),
            };
            let ground = Ground {
                seen: VisitSeen::of(order.visit, &payments),
                asks,
                now: self.clock.now(),
            };
            let (ids, wanted) = (Arc::clone(&self.ids), order.clone());
            let decide = move |facts: &CreditFacts| decide(facts, &wanted, &ground, &*ids);
            match self.credit.spend(tenant, look, Box::new(decide)).await {
                Ok(Some(spend)) => return Ok(spend),
                Ok(None) => return Err(SpendRefused::NothingOwed),
                // Somebody changed the payments meanwhile; what they did decides now.
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

/// What was known before the lock.
struct Ground {
    seen: VisitSeen,
    asks: VisitAsks,
    now: OffsetDateTime,
}

/// What is to be spent.
fn decide(
    facts: &CreditFacts,
    order: &CreditOrder,
    ground: &Ground,
    ids: &dyn IdSource,
) -> Result<Option<SpendChange>, SpendRefused> {
    let Ground { seen, asks, now } = ground;
    let now = *now;
    if VisitSeen::of(order.visit, &facts.payments) != *seen {
        return Err(RecordError::Stale.into());
    }
    nothing_out(attempts_of(&facts.payments)).map_err(refusal)?;
    let owed: Owed = asks.clone().owed().map_err(refusal)?;
    if owed.amount.currency() != facts.credit.currency() {
        let house = facts.credit.currency();
        return Err(SpendRefused::OtherCurrency { house });
    }
    let payment = payment_for(&facts.payments, order.visit, &owed, now, ids).map_err(unbookable)?;
    let outstanding = payment.outstanding().map_err(unbookable)?;
    let amount = match order.amount {
        None => share_of_credit(facts.credit, outstanding).map_err(unbookable)?,
        Some(amount) if amount.currency() != outstanding.currency() => {
            let house = outstanding.currency();
            return Err(SpendRefused::OtherCurrency { house });
        }
        Some(amount) if !amount.is_positive() => return Err(SpendRefused::BadAmount),
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
    let mut change = booked(payment, &spend, now, ids).map_err(unbookable)?;
    change.seen = Some(seen.clone());
    Ok(Some(SpendChange { spend, change }))
}

/// Why nothing is paid now, as it is told of credit.
const fn refusal(why: NotNow) -> SpendRefused {
    match why {
        NotNow::StillOpen(attempt) | NotNow::BeingChecked(attempt) => SpendRefused::StillOpen(attempt),
        NotNow::NotAgreed => SpendRefused::NotAgreed,
        NotNow::AlreadyPaid
        | NotNow::Closed
        | NotNow::TooSoon { .. }
        | NotNow::NumberBusy { .. }
        | NotNow::Pointless(_) => SpendRefused::NothingOwed,
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
