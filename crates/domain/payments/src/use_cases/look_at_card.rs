//! Looking how an order at the card provider stands.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::DECISIONS_MAX;
use crate::attempt::{Attempt, AttemptId, AttemptState, Moved, NotThisAttempt, Provider, StateName};
use crate::card::CardStatus;
use crate::evidence::{Heard, RawAnswer};
use crate::payment::PaymentRecord;
use crate::ports::{CardPage, Change, Occasion, PaymentBook, RecordError, Saying};
use crate::schedule::{CARD_ABANDON_AFTER, CARD_LAST_LOOK_IN_DOUBT, card_look_at};
use crate::settlement::settle;
use crate::task::{Due, PaymentTask};

/// What a look came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardLook {
    /// The attempt stands there now.
    Stands(StateName),
    /// Nothing was asked: the attempt needs no more looks, or this look was made before.
    NotNeeded,
    /// The provider speaks of another order; nothing changed.
    AnotherOrder,
    /// The provider did not say.
    NoAnswer,
}

/// Why work at an order did not come to an end. The task may run again.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// There is no such attempt, or it is none with an order.
    #[error("there is no such attempt at a card payment")]
    NoSuchAttempt,
    /// There is no such notice.
    #[error("there is no such notice")]
    NoSuchNotice,
    /// The provider did not say how the order of a notice stands.
    #[error("the card provider did not answer")]
    NoAnswer,
    /// The books cannot take the amount.
    #[error("the amount cannot be booked")]
    Amount(#[from] MoneyError),
    /// Others kept changing the same payment.
    #[error("the payment is busy")]
    Busy,
    /// The book or the inbox did not answer.
    #[error("payments are unavailable")]
    Unavailable(#[from] Outage),
}

/// Looks how an order stands.
pub struct LookAtCard {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The provider.
    pub cards: Arc<dyn CardPage>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl LookAtCard {
    /// Looks for the `step`th time, from 0, and puts the next look on record. An order that is paid goes on
    /// being looked at once a day, because its money can go back.
    ///
    /// Running the same step again asks nothing.
    ///
    /// # Errors
    /// [`CardError`]; the task should run again.
    #[tracing::instrument(name = "payments.look_at_card", skip_all, fields(attempt.id = %attempt, step))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        step: u8,
    ) -> Result<CardLook, CardError> {
        let (_, found) = read(&*self.book, tenant, attempt).await?;
        if found.progress().queries > step || !needs_look(&found, step) {
            return Ok(CardLook::NotNeeded);
        }
        let heard = match &found.progress().ids {
            Some(ids) => self.cards.status(tenant, ids.tracking()).await,
            None => Heard {
                answer: CardStatus::NoAnswer,
                raw: None,
            },
        };
        self.take_in(tenant, attempt, &heard, Some(step)).await
    }

    /// Looks once more, out of turn, at the order of that tracking id.
    ///
    /// # Errors
    /// [`CardError`]; the task should run again.
    pub(super) async fn out_of_turn(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        tracking: &str,
    ) -> Result<CardLook, CardError> {
        let heard = self.cards.status(tenant, tracking).await;
        if heard.answer == CardStatus::NoAnswer {
            return Ok(CardLook::NoAnswer);
        }
        self.take_in(tenant, attempt, &heard, None).await
    }

    pub(super) async fn take_in(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        heard: &Heard<CardStatus>,
        step: Option<u8>,
    ) -> Result<CardLook, CardError> {
        let mut receipt_taken = false;
        for _ in 0..DECISIONS_MAX {
            let (record, found) = read(&*self.book, tenant, attempt).await?;
            // Who else made this look has put the next one on record as well.
            if step.is_some_and(|step| found.progress().queries > step) {
                return Ok(CardLook::NotNeeded);
            }
            let now = self.clock.now();
            let moved = if receipt_taken {
                Ok(found.clone().refuse_receipt(now))
            } else {
                found.clone().hear_card_status(&heard.answer, now)
            };
            let (moved, foreign) = match moved {
                Ok(moved) => (moved, false),
                Err(NotThisAttempt::ForeignIds | NotThisAttempt::NeverSent) => {
                    let attempt = found;
                    (Moved { attempt, news: None }, true)
                }
            };
            if foreign && step.is_none() {
                return Ok(CardLook::AnotherOrder);
            }
            // What is said of another order closes nothing.
            let heard_of = if foreign {
                &CardStatus::NoAnswer
            } else {
                &heard.answer
            };
            let (moved, next) = match step {
                Some(step) => step_on(moved, heard_of, step, now),
                None => (moved, None),
            };
            let name = moved.attempt.state().name();
            let mut change = settle(record.payment, moved, now, &*self.ids)?;
            change.tasks.extend(next);
            change.saying = said(heard.raw.as_ref(), Occasion::Status, now);
            match self.book.record(tenant, change).await {
                Ok(()) if foreign => return Ok(CardLook::AnotherOrder),
                Ok(()) => return Ok(CardLook::Stands(name)),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                Err(RecordError::ReceiptTaken) => receipt_taken = true,
                // Another attempt's order: nothing of it is believed.
                Err(RecordError::IdsTaken) => return Ok(CardLook::AnotherOrder),
                Err(RecordError::Stale | RecordError::LiveAttempt) => {}
            }
        }
        Err(CardError::Busy)
    }
}

/// The attempt with its payment.
pub(super) async fn read(
    book: &dyn PaymentBook,
    tenant: TenantId,
    attempt: AttemptId,
) -> Result<(PaymentRecord, Attempt), CardError> {
    let record = book.of_attempt(tenant, attempt).await?;
    let record = record.ok_or(CardError::NoSuchAttempt)?;
    let found = record.attempt(attempt).cloned();
    let found = found.filter(|found| found.terms().provider == Provider::Pesapal);
    Ok((record, found.ok_or(CardError::NoSuchAttempt)?))
}

/// What was heard, for the record.
pub(super) fn said(raw: Option<&RawAnswer>, occasion: Occasion, at: OffsetDateTime) -> Option<Saying> {
    let raw = raw?.clone();
    Some(Saying { at, occasion, raw })
}

/// Whether a look can still tell something new.
fn needs_look(attempt: &Attempt, step: u8) -> bool {
    match attempt.state().name() {
        StateName::Sent | StateName::AwaitingCustomer | StateName::Unknown | StateName::Paid => true,
        // A payment can cross with the order's end.
        StateName::Failed | StateName::Cancelled => {
            attempt.progress().sent_at.is_some() && step <= CARD_LAST_LOOK_IN_DOUBT
        }
        StateName::Created | StateName::InReview => false,
    }
}

/// The attempt after a look in turn, and the next one. An order that stays in doubt for a day is a person's.
fn step_on(moved: Moved, status: &CardStatus, step: u8, now: OffsetDateTime) -> (Moved, Option<Due>) {
    let Moved { attempt, news } = moved;
    let attempt = attempt.asked(step);
    if news.is_some() {
        let next = next_look(&attempt, step, now);
        return (Moved { attempt, news }, next);
    }
    let opened_at = attempt.progress().sent_at.unwrap_or(now);
    let abandoned = now - opened_at > CARD_ABANDON_AFTER;
    let moved = if attempt.progress().ids.is_none() {
        attempt.close_without_page(now)
    } else if abandoned {
        attempt.close_in_doubt(status, now)
    } else {
        Moved { attempt, news: None }
    };
    let next = next_look(&moved.attempt, step, now);
    match moved.attempt.state() {
        AttemptState::Sent | AttemptState::AwaitingCustomer | AttemptState::Unknown
            if step >= CARD_LAST_LOOK_IN_DOUBT =>
        {
            (moved.attempt.give_up_asking(now), None)
        }
        AttemptState::Created
        | AttemptState::Sent
        | AttemptState::AwaitingCustomer
        | AttemptState::Unknown
        | AttemptState::InReview { .. }
        | AttemptState::Paid { .. }
        | AttemptState::Failed { .. }
        | AttemptState::Cancelled => (moved, next),
    }
}

fn next_look(attempt: &Attempt, step: u8, now: OffsetDateTime) -> Option<Due> {
    let step = step.checked_add(1)?;
    if !needs_look(attempt, step) {
        return None;
    }
    let at = card_look_at(step, attempt.progress().sent_at.unwrap_or(now))?;
    Some(Due {
        at: at.max(now),
        task: PaymentTask::LookAtCard {
            attempt: attempt.id(),
            step,
        },
    })
}

/// A change of nothing but the attempt, as settlement makes it.
pub(super) fn settled(
    record: PaymentRecord,
    moved: Moved,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<Change, CardError> {
    Ok(settle(record.payment, moved, now, ids)?)
}
