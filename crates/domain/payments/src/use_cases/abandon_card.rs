//! Cancelling an order that nobody paid.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, TenantId};

use super::look_at_card::{read, said, settled};
use super::{CardError, CardLook, DECISIONS_MAX, LookAtCard};
use crate::attempt::{Attempt, AttemptId, StateName};
use crate::ports::{CardPage, Occasion, PaymentBook, RecordError};

/// Cancels an order that nobody paid.
pub struct AbandonCard {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The provider.
    pub cards: Arc<dyn CardPage>,
    /// Takes in how the order stands afterwards.
    pub look: LookAtCard,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl AbandonCard {
    /// Cancels the order, and then asks once more how it stands, because payment and cancellation can cross:
    /// what was paid is paid. An order of which the provider does not say stays in doubt, and is looked at
    /// again.
    ///
    /// Running it again after it came to an end does nothing.
    ///
    /// # Errors
    /// [`CardError`]; the task should run again.
    #[tracing::instrument(name = "payments.abandon_card", skip_all, fields(attempt.id = %attempt))]
    pub async fn execute(&self, tenant: TenantId, attempt: AttemptId) -> Result<CardLook, CardError> {
        let (_, found) = read(&*self.book, tenant, attempt).await?;
        let tracking = match tracking_of_open(&found) {
            Some(tracking) => tracking,
            None => return Ok(CardLook::NotNeeded),
        };
        let cancelled = self.cards.cancel(tenant, &tracking).await;
        let afterwards = self.cards.status(tenant, &tracking).await;
        let look = self.look.take_in(tenant, attempt, &afterwards, None).await?;
        if look == CardLook::AnotherOrder {
            return Ok(look);
        }
        for _ in 0..DECISIONS_MAX {
            let (record, found) = read(&*self.book, tenant, attempt).await?;
            let now = self.clock.now();
            let moved = found.hear_cancel_answer(cancelled.answer, &afterwards.answer, now);
            let name = moved.attempt.state().name();
            let mut change = settled(record, moved, now, &*self.ids)?;
            change.saying = said(cancelled.raw.as_ref(), Occasion::Cancel, now);
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(CardLook::Stands(name)),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                Err(
                    RecordError::Stale
                    | RecordError::LiveAttempt
                    | RecordError::ReceiptTaken
                    | RecordError::IdsTaken,
                ) => {}
            }
        }
        Err(CardError::Busy)
    }
}

/// The order to cancel; `None` if there is none, or it has ended.
fn tracking_of_open(attempt: &Attempt) -> Option<String> {
    match attempt.state().name() {
        StateName::Sent | StateName::AwaitingCustomer | StateName::Unknown => {
            let ids = attempt.progress().ids.as_ref()?;
            Some(ids.tracking().to_owned())
        }
        StateName::Created
        | StateName::InReview
        | StateName::Paid
        | StateName::Failed
        | StateName::Cancelled => None,
    }
}
