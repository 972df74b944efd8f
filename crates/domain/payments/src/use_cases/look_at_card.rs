//! Looking how an order at the card provider stands.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::abandon_card::can_be_open;
use super::{DECISIONS_MAX, Reversals};
use crate::attempt::{Attempt, AttemptId, Moved, News, NotThisAttempt, Provider, StateName};
use crate::card::{CancelAnswer, CardStatus};
use crate::evidence::{Heard, RawAnswer};
use crate::payment::PaymentRecord;
use crate::ports::{
    CardPage, CardWatch, Change, MoneyFinder, Occasion, PaymentBook, RecordError, RefundRefused, Saying,
};
use crate::schedule::{CARD_ABANDON_AFTER, CARD_LAST_LOOK_IN_DOUBT, card_look_from};
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
    /// The provider did not say how the order of a notice stands, or did not cancel one.
    #[error("the card provider did not answer")]
    NoAnswer,
    /// The order is being opened at this moment: its id is not known so far.
    #[error("the order is still being opened")]
    StillOpening,
    /// The refund could not be changed.
    #[error("the refund was not changed")]
    Refund(#[from] RefundRefused),
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
    /// Finds what holds a number of the provider's.
    pub finder: Arc<dyn MoneyFinder>,
    /// Where looks are noted that tell nothing new.
    pub watch: Arc<dyn CardWatch>,
    /// The provider.
    pub cards: Arc<dyn CardPage>,
    /// Takes in that money went back.
    pub reversals: Reversals,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

/// What was heard of an order.
pub(super) struct Learned {
    /// How it stands; after its cancellation, if that was asked for.
    pub(super) heard: Heard<CardStatus>,
    /// The answer to the wish to cancel it.
    pub(super) cancelled: Option<Heard<CancelAnswer>>,
}

impl Learned {
    const fn by_looking(heard: Heard<CardStatus>) -> Self {
        Self {
            heard,
            cancelled: None,
        }
    }
}

impl LookAtCard {
    /// Looks for the `step`th time, from 0, and puts the next look on record. An order whose time is over and that is
    /// still open is cancelled with the look. One that is paid goes on being looked at once a day, because its money
    /// can go back. A look that tells nothing new leaves the payment as it is.
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
        let opened_at = found.progress().sent_at.unwrap_or(found.terms().created_at);
        let abandoned = can_be_open(&found) && self.clock.now() - opened_at > CARD_ABANDON_AFTER;
        let learned = match &found.progress().ids {
            Some(ids) if abandoned => self.end_order(tenant, ids.tracking()).await,
            Some(ids) => Learned::by_looking(self.cards.status(tenant, ids.tracking()).await),
            None => Learned::by_looking(Heard {
                answer: CardStatus::NoAnswer,
                raw: None,
            }),
        };
        self.take_in(tenant, attempt, &learned, Some(step)).await
    }

    /// Looks once more, out of turn, at the order of that tracking id. If it is another than the attempt's own, nobody
    /// is asked.
    ///
    /// # Errors
    /// [`CardError`]; the task should run again.
    pub(super) async fn out_of_turn(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        tracking: &str,
    ) -> Result<CardLook, CardError> {
        let (_, found) = read(&*self.book, tenant, attempt).await?;
        let known = found.progress().ids.as_ref();
        if known.is_some_and(|known| known.tracking() != tracking) {
            return Ok(CardLook::AnotherOrder);
        }
        let heard = self.cards.status(tenant, tracking).await;
        if heard.answer == CardStatus::NoAnswer {
            return Ok(CardLook::NoAnswer);
        }
        self.take_in(tenant, attempt, &Learned::by_looking(heard), None)
            .await
    }

    pub(super) async fn take_in(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        learned: &Learned,
        step: Option<u8>,
    ) -> Result<CardLook, CardError> {
        let mut refused = None;
        for _ in 0..DECISIONS_MAX {
            let (record, found) = read(&*self.book, tenant, attempt).await?;
            // Who else made this look has put the next one on record as well.
            if step.is_some_and(|step| found.progress().queries > step) {
                return Ok(CardLook::NotNeeded);
            }
            let now = self.clock.now();
            let before = found.clone();
            let (mut moved, foreign) = hear(found, learned, refused, now);
            if let CardStatus::Reversed(report) = &learned.heard.answer
                && !foreign
                && before.state().name() == StateName::Paid
                && self.reversals.take(tenant, &before, report, now).await?
            {
                // The business wanted it.
                moved = Moved {
                    attempt: before.clone(),
                    news: None,
                };
            }
            if foreign && step.is_none() {
                return Ok(CardLook::AnotherOrder);
            }
            let (moved, next) = match step {
                Some(step) => step_on(moved, step, now),
                None => resume_looks(moved, &before, now),
            };
            let ended = if foreign {
                CardLook::AnotherOrder
            } else {
                CardLook::Stands(moved.attempt.state().name())
            };
            let unchanged = match step {
                Some(step) => before.asked(step),
                None => before,
            };
            if moved.news.is_none() && moved.attempt == unchanged {
                if let Some(step) = step {
                    self.watch.note_look(tenant, attempt, step, next).await?;
                }
                return Ok(ended);
            }
            let of_money = matches!(moved.news, Some(News::Paid { .. }));
            let mut change = settle(record.payment, moved, now, &*self.ids)?;
            change.tasks.extend(next);
            change.saying = learned.saying(of_money, now);
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(ended),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                Err(RecordError::ReceiptTaken) => refused = Some(self.refused(tenant, learned).await?),
                // Another attempt's order: nothing of it is believed.
                Err(RecordError::IdsTaken) => return Ok(CardLook::AnotherOrder),
                Err(RecordError::Stale | RecordError::LiveAttempt) => {}
            }
        }
        Err(CardError::Busy)
    }

    async fn refused(&self, tenant: TenantId, learned: &Learned) -> Result<NumberRefused, Outage> {
        let told = match &learned.heard.answer {
            CardStatus::Paid(report) => report.receipt.as_ref(),
            CardStatus::Pending
            | CardStatus::Failed { .. }
            | CardStatus::Reversed(_)
            | CardStatus::NoAnswer => None,
        };
        let Some(told) = told else {
            return Ok(NumberRefused::Reused);
        };
        let gone = self.finder.went_back(tenant, Provider::Pesapal, told).await?;
        Ok(if gone {
            NumberRefused::GivenBack
        } else {
            NumberRefused::Reused
        })
    }
}

/// Why the book does not take the number of a paid order.
#[derive(Clone, Copy)]
enum NumberRefused {
    Reused,
    GivenBack,
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

/// The attempt after it took in what was learned, and whether that is about another order; then it is as before.
fn hear(
    found: Attempt,
    learned: &Learned,
    refused: Option<NumberRefused>,
    now: OffsetDateTime,
) -> (Moved, bool) {
    match refused {
        Some(NumberRefused::Reused) => return (found.refuse_receipt(now), false),
        Some(NumberRefused::GivenBack) => return (found.refuse_given_back(now), false),
        None => {}
    }
    let status = &learned.heard.answer;
    let moved = match found.clone().hear_card_status(status, now) {
        Ok(moved) => moved,
        Err(NotThisAttempt::ForeignIds | NotThisAttempt::NeverSent) => {
            let attempt = found;
            return (Moved { attempt, news: None }, true);
        }
    };
    match &learned.cancelled {
        Some(cancelled) if moved.news.is_none() => {
            let moved = moved.attempt.hear_cancel_answer(cancelled.answer, status, now);
            (moved, false)
        }
        Some(_) | None => (moved, false),
    }
}

impl Learned {
    /// What was said, for the record; of two answers the one that decided.
    fn saying(&self, of_money: bool, at: OffsetDateTime) -> Option<Saying> {
        let status = said(self.heard.raw.as_ref(), Occasion::Status, at);
        let cancelled = self.cancelled.as_ref();
        let cancelled = cancelled.and_then(|heard| said(heard.raw.as_ref(), Occasion::Cancel, at));
        if of_money {
            status.or(cancelled)
        } else {
            cancelled.or(status)
        }
    }
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
fn step_on(moved: Moved, step: u8, now: OffsetDateTime) -> (Moved, Option<Due>) {
    let Moved { attempt, news } = moved;
    let attempt = attempt.asked(step);
    let moved = if news.is_none() && attempt.progress().ids.is_none() {
        attempt.close_without_page(now)
    } else if news.is_none() && can_be_open(&attempt) && step >= CARD_LAST_LOOK_IN_DOUBT {
        attempt.give_up_asking(now)
    } else {
        Moved { attempt, news }
    };
    let next = next_look(&moved.attempt, step.checked_add(1), now);
    (moved, next)
}

/// An attempt that is paid by what was learned out of turn is looked at daily from then on, because its money can go back.
fn resume_looks(moved: Moved, before: &Attempt, now: OffsetDateTime) -> (Moved, Option<Due>) {
    let resumed = moved.attempt.evidence().is_some() && before.evidence().is_none();
    let step = resumed.then(|| moved.attempt.progress().queries);
    let next = next_look(&moved.attempt, step, now);
    (moved, next)
}

fn next_look(attempt: &Attempt, step: Option<u8>, now: OffsetDateTime) -> Option<Due> {
    let opened_at = attempt.progress().sent_at.unwrap_or(now);
    let (step, at) = card_look_from(step?, can_be_open(attempt), opened_at, now)?;
    needs_look(attempt, step).then_some(Due {
        at,
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
