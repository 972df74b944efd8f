//! Giving a customer credit for a visit that was lost after it was paid.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Money, MoneyError, Outage, TenantId};

use super::DECISIONS_MAX;
use crate::VisitId;
use crate::event::PaymentEvent;
use crate::ledger::{Cause, Journal, Place, Transfer};
use crate::ports::{Change, PaymentBook, RecordError};

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

/// Turns what was paid for a lost visit into the customer's credit.
pub struct CreditVisit {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl CreditVisit {
    /// Turns every settled payment of the visit into credit, books it and tells of it; answers how much was
    /// credited now, payment by payment. Running it again credits nothing.
    ///
    /// # Errors
    /// [`CreditVisitError`]; what was credited before it stays credited, and the task should run again.
    #[tracing::instrument(name = "payments.credit_visit", skip_all, fields(visit.id = %visit))]
    pub async fn execute(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<Money>, CreditVisitError> {
        let mut credited = Vec::new();
        for _ in 0..DECISIONS_MAX {
            let records = self.book.of_visit(tenant, visit).await?;
            let mut overtaken = false;
            for record in records {
                let now = self.clock.now();
                let Some(payment) = record.payment.credit(now) else {
                    continue;
                };
                let amount = payment.paid();
                let transfer = Transfer {
                    debit: Place::deposit(payment.customer(), payment.id()),
                    credit: Place::credit(payment.customer()),
                    amount,
                };
                let cause = Cause::Credited(payment.id());
                let journal = Journal::post(self.ids.fresh(), cause, payment.id(), now, &[transfer])?;
                let event = PaymentEvent::PaymentCredited {
                    payment: payment.id(),
                    visit,
                    customer: payment.customer(),
                    amount,
                };
                let mut change = Change::of_payment(payment, now);
                change.journals.push(journal);
                change.events.push(event);
                match self.book.record(tenant, change).await {
                    Ok(()) => credited.push(amount),
                    Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                    Err(
                        RecordError::Stale
                        | RecordError::LiveAttempt
                        | RecordError::ReceiptTaken
                        | RecordError::IdsTaken,
                    ) => overtaken = true,
                }
            }
            if !overtaken {
                return Ok(credited);
            }
        }
        Err(CreditVisitError::Busy)
    }
}
