//! Cancelling an order that nobody is to pay any more.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, TenantId};

use super::look_at_card::{Learned, read, settled};
use super::{CardError, CardLook, DECISIONS_MAX, LookAtCard};
use crate::attempt::{Attempt, AttemptId, Provider, StateName};
use crate::card::{CancelAnswer, CardStatus};
use crate::evidence::Heard;
use crate::payment::{PaymentRecord, PaymentState};
use crate::ports::{CardWatch, PaymentBook, RecordError};
use crate::task::{Due, PaymentTask};

/// Cancels an order that nobody is to pay any more.
pub struct AbandonCard {
    /// Takes in how the order stands afterwards.
    pub look: LookAtCard,
}

impl AbandonCard {
    /// Cancels the order, and then asks once more how it stands, because payment and cancellation can cross:
    /// what was paid is paid. An order of which the provider does not say stays in doubt, and is looked at
    /// again.
    ///
    /// Running it again after it came to an end does nothing.
    ///
    /// # Errors
    /// [`CardError`]; the task should run again. [`CardError::StillOpening`] as long as the order's id is not known, and
    /// [`CardError::NoAnswer`] if the cancellation was certainly not made: then the page takes money as before.
    #[tracing::instrument(name = "payments.abandon_card", skip_all, fields(attempt.id = %attempt))]
    pub async fn execute(&self, tenant: TenantId, attempt: AttemptId) -> Result<CardLook, CardError> {
        let (_, found) = read(&*self.look.book, tenant, attempt).await?;
        if !can_be_open(&found) {
            return Ok(CardLook::NotNeeded);
        }
        let ids = found.progress().ids.as_ref().ok_or(CardError::StillOpening)?;
        let learned = self.look.end_order(tenant, ids.tracking()).await;
        let look = self.look.take_in(tenant, attempt, &learned, None).await?;
        let not_made = learned
            .cancelled
            .is_some_and(|cancelled| cancelled.answer == CancelAnswer::NotMade);
        if not_made {
            return Err(CardError::NoAnswer);
        }
        Ok(look)
    }
}

impl LookAtCard {
    /// Cancels an order and asks how it stands then. One whose cancellation was certainly not made was not asked about.
    pub(super) async fn end_order(&self, tenant: TenantId, tracking: &str) -> Learned {
        let cancelled = self.cards.cancel(tenant, tracking).await;
        let heard = match cancelled.answer {
            CancelAnswer::NotMade => Heard {
                answer: CardStatus::NoAnswer,
                raw: None,
            },
            CancelAnswer::Cancelled | CancelAnswer::Refused | CancelAnswer::Unknown => {
                self.cards.status(tenant, tracking).await
            }
        };
        Learned {
            heard,
            cancelled: Some(cancelled),
        }
    }
}

/// Whether there can be an order of the attempt's that takes money.
pub(super) fn can_be_open(attempt: &Attempt) -> bool {
    let by_card = attempt.terms().provider == Provider::Pesapal;
    match attempt.state().name() {
        StateName::Sent | StateName::AwaitingCustomer | StateName::Unknown => by_card,
        StateName::Created
        | StateName::InReview
        | StateName::Paid
        | StateName::Failed
        | StateName::Cancelled => false,
    }
}

/// What became of the wish to withdraw a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageWithdrawn {
    /// Its order is about to be cancelled; what comes of it shows in the attempt.
    Begun,
    /// It was cancelled before, or never opened.
    Before,
    /// Too late: it was paid, has failed, or a person has it.
    Over(StateName),
}

/// Withdraws pages on which nobody is to pay any more.
pub struct WithdrawCard {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// Where what is to be done is put on record.
    pub watch: Arc<dyn CardWatch>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl WithdrawCard {
    /// Has one attempt's order cancelled, because the customer is to pay another way. Asking again does no more.
    ///
    /// # Errors
    /// [`CardError`]; then nothing was done.
    #[tracing::instrument(name = "payments.withdraw_card", skip_all, fields(attempt.id = %attempt))]
    pub async fn execute(&self, tenant: TenantId, attempt: AttemptId) -> Result<PageWithdrawn, CardError> {
        for _ in 0..DECISIONS_MAX {
            let (record, found) = read(&*self.book, tenant, attempt).await?;
            match found.state().name() {
                StateName::Created => {
                    let now = self.clock.now();
                    let change = settled(record, found.withdraw(now), now, &*self.ids)?;
                    match self.book.record(tenant, change).await {
                        Ok(()) => return Ok(PageWithdrawn::Before),
                        Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                        // It may have gone out meanwhile.
                        Err(
                            RecordError::Stale
                            | RecordError::LiveAttempt
                            | RecordError::ReceiptTaken
                            | RecordError::IdsTaken,
                        ) => {}
                    }
                }
                StateName::Sent | StateName::AwaitingCustomer | StateName::Unknown => {
                    self.watch.plan(tenant, self.cancel(attempt)).await?;
                    return Ok(PageWithdrawn::Begun);
                }
                StateName::Cancelled => return Ok(PageWithdrawn::Before),
                over @ (StateName::InReview | StateName::Paid | StateName::Failed) => {
                    return Ok(PageWithdrawn::Over(over));
                }
            }
        }
        Err(CardError::Busy)
    }

    /// Has every order cancelled whose payment is settled by other money, so that nobody pays twice. Running it again
    /// does no more.
    ///
    /// # Errors
    /// [`CardError`]; the task should run again.
    pub async fn of_settled(&self, tenant: TenantId, records: &[PaymentRecord]) -> Result<(), CardError> {
        let settled = records
            .iter()
            .filter(|record| record.payment.state() == PaymentState::Settled);
        for attempt in settled.flat_map(|record| &record.attempts) {
            if can_be_open(attempt) {
                self.watch.plan(tenant, self.cancel(attempt.id())).await?;
            }
        }
        Ok(())
    }

    fn cancel(&self, attempt: AttemptId) -> Due {
        Due {
            at: self.clock.now(),
            task: PaymentTask::AbandonCard {
                attempt,
                at_once: true,
            },
        }
    }
}
