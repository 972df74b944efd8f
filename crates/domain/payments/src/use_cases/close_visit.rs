//! Ending what is asked for a visit that is over, so that no payment stays open for ever.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::DECISIONS_MAX;
use super::abandon_card::can_be_open;
use crate::VisitId;
use crate::attempt::{Attempt, StateName};
use crate::payment::PaymentRecord;
use crate::ports::{Change, PaymentBook, RecordError};
use crate::settlement::settle;
use crate::task::{Due, PaymentTask};

/// Why not everything was closed. The task may run again.
#[derive(Debug, thiserror::Error)]
pub enum CloseVisitError {
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

/// Closes the open payments of a visit that is over.
pub struct CloseVisit {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl CloseVisit {
    /// Closes every open payment of the visit and withdraws what was not sent; answers how many were closed now. A prompt
    /// that is out runs out: what comes of it late is taken in as ever. Running it again changes nothing.
    ///
    /// # Errors
    /// [`CloseVisitError`]; what was closed before it stays closed, and the task should run again.
    #[tracing::instrument(name = "payments.close_visit", skip_all, fields(visit.id = %visit))]
    pub async fn execute(&self, tenant: TenantId, visit: VisitId) -> Result<usize, CloseVisitError> {
        let mut closed = 0;
        for _ in 0..DECISIONS_MAX {
            let mut overtaken = false;
            for record in self.book.of_visit(tenant, visit).await? {
                let Some(change) = self.closing(record)? else {
                    continue;
                };
                match self.book.record(tenant, change).await {
                    Ok(()) => closed += 1,
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
                return Ok(closed);
            }
        }
        Err(CloseVisitError::Busy)
    }

    fn closing(&self, record: PaymentRecord) -> Result<Option<Change>, MoneyError> {
        let now = self.clock.now();
        // A prompt cannot be taken back; an order at the card provider can.
        let orders: Vec<Due> = record
            .attempts
            .iter()
            .filter_map(|attempt| cancel(attempt, now))
            .collect();
        let mut attempts = record.attempts.into_iter();
        let unsent = attempts.find(|attempt| attempt.state().name() == StateName::Created);
        let Some(payment) = record.payment.close(now) else {
            return Ok(None);
        };
        let mut change = match unsent {
            Some(attempt) => settle(payment, attempt.withdraw(now), now, &*self.ids)?,
            None => Change::of_payment(payment, now),
        };
        change.tasks.extend(orders);
        Ok(Some(change))
    }
}

/// The task that cancels an attempt's order, if one can be open.
fn cancel(attempt: &Attempt, now: OffsetDateTime) -> Option<Due> {
    can_be_open(attempt).then_some(Due {
        at: now,
        task: PaymentTask::AbandonCard {
            attempt: attempt.id(),
            at_once: true,
        },
    })
}
