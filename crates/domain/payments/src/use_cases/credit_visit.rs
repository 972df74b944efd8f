//! Giving a customer credit for what a visit does not ask for any more after it was paid.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::DECISIONS_MAX;
use crate::VisitId;
use crate::event::PaymentEvent;
use crate::ledger::{Cause, Journal, Place, Transfer};
use crate::payment::{Payment, PaymentRecord, PaymentState};
use crate::ports::{Change, PaymentBook, RecordError, RefundBook, VisitSeen};
use crate::refund::{Refund, refundable};

/// Why nothing was credited. The task may run again.
#[derive(Debug, thiserror::Error)]
pub enum CreditVisitError {
    /// The books cannot take the amount.
    #[error("the amount cannot be booked")]
    Amount(#[from] MoneyError),
    /// Others kept changing the same payment.
    #[error("the payment is busy")]
    Busy,
    /// The book did not answer.
    #[error("payments are unavailable")]
    Unavailable(#[from] Outage),
}

/// Turns what a visit was paid beyond what it still asks for into the customer's credit.
pub struct CreditVisit {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// What went back already.
    pub refunds: Arc<dyn RefundBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl CreditVisit {
    /// Turns whatever the visit's payments hold beyond `keep` into credit, the newest payment's first, books it and tells
    /// of it; answers how much was credited now, payment by payment. If they hold as much as is kept, nothing more is
    /// asked for, and an open payment is content with what it got. Running it again credits nothing.
    ///
    /// # Errors
    /// [`CreditVisitError`]; then nothing was credited, and the task should run again.
    #[tracing::instrument(name = "payments.credit_visit", skip_all, fields(visit.id = %visit))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        visit: VisitId,
        keep: Money,
    ) -> Result<Vec<Money>, CreditVisitError> {
        for _ in 0..DECISIONS_MAX {
            let records = self.book.of_visit(tenant, visit).await?;
            // In this order: a refund that is ordered in between changes its payment, and nothing is recorded.
            let refunds = self.refunds.refunds_of_visit(tenant, visit).await?;
            let mut surplus = held_beyond(&records, &refunds, keep)?;
            if surplus.amount_minor() < 0 {
                return Ok(Vec::new());
            }
            let now = self.clock.now();
            let (mut changes, mut credited) = (Vec::new(), Vec::new());
            for record in records.iter().rev() {
                let most = surplus.min(left(&record.payment, &refunds)?);
                let Some((change, amount)) = self.step(record.payment.clone(), most, now)? else {
                    continue;
                };
                changes.push(change);
                surplus = surplus.checked_sub(amount)?;
                credited.extend(amount.is_positive().then_some(amount));
            }
            let Some(first) = changes.first_mut() else {
                return Ok(credited);
            };
            // The sum rests on all of them: all of it is credited, or none while any of them changes.
            first.seen = Some(VisitSeen::of(visit, &records));
            match self.book.record_all(tenant, changes).await {
                Ok(()) => return Ok(credited),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                // What was left to credit may be another amount by now.
                Err(
                    RecordError::Stale
                    | RecordError::LiveAttempt
                    | RecordError::ReceiptTaken
                    | RecordError::IdsTaken,
                ) => {}
            }
        }
        Err(CreditVisitError::Busy)
    }

    /// What becomes of one payment, and how much of it is credited; `None` if nothing.
    fn step(
        &self,
        payment: Payment,
        most: Money,
        now: OffsetDateTime,
    ) -> Result<Option<(Change, Money)>, MoneyError> {
        let nothing = Money::zero(most.currency());
        let was_open = payment.state() == PaymentState::Open;
        let payment = payment.content(now);
        if let Some((payment, amount)) = payment.clone().credit(most, now)? {
            return Ok(Some((self.booked(payment, amount, now)?, amount)));
        }
        let contented = was_open && payment.state() == PaymentState::Settled;
        Ok(contented.then(|| (Change::of_payment(payment, now), nothing)))
    }

    fn booked(&self, payment: Payment, amount: Money, now: OffsetDateTime) -> Result<Change, MoneyError> {
        let transfer = Transfer {
            debit: Place::deposit(payment.customer(), payment.id()),
            credit: Place::credit(payment.customer()),
            amount,
        };
        let cause = Cause::Credited {
            payment: payment.id(),
            in_all_minor: payment.credited().amount_minor(),
            version: payment.version(),
        };
        let journal = Journal::post(self.ids.fresh(), cause, payment.id(), now, &[transfer])?;
        let event = PaymentEvent::PaymentCredited {
            payment: payment.id(),
            visit: payment.visit(),
            customer: payment.customer(),
            amount,
        };
        let mut change = Change::of_payment(payment, now);
        change.journals.push(journal);
        change.events.push(event);
        Ok(change)
    }
}

/// What of a payment was neither credited nor given back.
fn left(payment: &Payment, refunds: &[Refund]) -> Result<Money, MoneyError> {
    let own: Vec<Refund> = refunds
        .iter()
        .filter(|refund| refund.terms().payment == payment.id())
        .cloned()
        .collect();
    refundable(payment, &own)
}

/// What the payments hold beyond what is kept; less than nothing if they hold less. What came for an open payment counts:
/// its visit may ask for less by now than when it was asked.
pub(super) fn held_beyond(
    records: &[PaymentRecord],
    refunds: &[Refund],
    keep: Money,
) -> Result<Money, MoneyError> {
    let mut held = Money::zero(keep.currency());
    for record in records {
        held = held.checked_add(left(&record.payment, refunds)?)?;
    }
    held.checked_sub(keep)
}
