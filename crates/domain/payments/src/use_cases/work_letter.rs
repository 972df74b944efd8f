//! Working through dead letters: each is decided once.

mod reading;

use std::sync::Arc;

use ratiba_kernel::{Clock, Currency, Fingerprint, IdSource, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::DECISIONS_MAX;
use crate::actor::Actor;
use crate::attempt::{Attempt, AttemptId, AttemptState, AttemptTerms, Moved, Resolution, Resolved};
use crate::dead_letter::{
    BuiltOn, DeadLetter, Handled, LetterDecision, LetterId, LetterMatch, LetterState, LetterVerdict,
    TakeBack, TakenBack, Told, unmatch,
};
use crate::payment::{PaymentId, PaymentRecord};
use crate::ports::{
    CallbackReader, Change, ConfirmationReader, DeadLetters, DecideUnmatch, LetterDecided, LetterReopened,
    MoneyFinder, PaymentBook, RecordError, UnmatchError,
};
use crate::reference::{Receipt, RequestKey};
use crate::remark::Remark;
use crate::settlement::settle;

use reading::Claim;

/// Where the money of a letter belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchTo {
    /// It is money for this payment, by whatever way it came.
    Payment(PaymentId),
    /// It is the money that this attempt asked for.
    Attempt(AttemptId),
}

/// What a person found in a dead letter, and made sure of by the provider's own records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchOrder {
    /// The letter.
    pub letter: LetterId,
    /// What the money is for.
    pub to: MatchTo,
    /// The provider's number for the money.
    pub receipt: Receipt,
    /// How much it is.
    pub amount: Money,
    /// Where both are known from; must be there if nobody can read the letter.
    pub known_from: Option<Remark>,
    /// Who decides.
    pub by: Actor,
    /// Why, in their own words.
    pub why: Remark,
}

/// What a person decides about a letter whose money is not booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterOrder {
    /// The letter.
    pub letter: LetterId,
    /// What became of it.
    pub verdict: LetterVerdict,
    /// Where the number is known from that the money had come by; must be there if one is named and nobody can read the
    /// letter.
    pub known_from: Option<Remark>,
    /// Who decides.
    pub by: Actor,
    /// Why, in their own words.
    pub why: Remark,
}

/// What a person decided wrongly: that a letter's money went back, or what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeBackOrder {
    /// The letter.
    pub letter: LetterId,
    /// Makes it repeatable.
    pub key: RequestKey,
    /// Who takes it back.
    pub by: Actor,
    /// Why, in their own words.
    pub why: Remark,
}

/// Why a letter was not decided. Nothing changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// There is no such letter.
    #[error("there is no such letter")]
    NoSuchLetter,
    /// There is no such payment or attempt.
    #[error("there is no such payment or attempt")]
    NoSuchPayment,
    /// Somebody dealt with the letter before, in another way.
    #[error("somebody has dealt with the letter in another way")]
    HandledBefore,
    /// An attempt of the payment is still open or in review, and may bring the same money.
    #[error("an attempt of the payment is still open")]
    StillOpen(AttemptId),
    /// The money under that receipt is booked already: it is there once, and nothing is missing.
    #[error("the money under that receipt is booked for the payment {0} already")]
    BookedFor(PaymentId),
    /// The money under that receipt went back, as a person noted.
    #[error("the money under that receipt is noted as given back")]
    WentBack,
    /// Nobody says what became of it.
    #[error(
        "nobody says that the letter's money went back or is booked for a payment, or that it means nothing"
    )]
    NothingSaid,
    /// Something was built on the money since it was booked, so that the match stays.
    #[error("{}", why_it_stays(*.0))]
    BuiltOn(BuiltOn),
    /// The key was used for another order.
    #[error("the key belongs to another order")]
    KeyReused,
    /// The money came under another number, as the letter itself tells.
    #[error("the letter tells of money under another number")]
    OtherReceipt,
    /// Nobody can read the letter, so that whatever is said of its money is believed: it must be said how that is known.
    #[error("nobody can read the letter: say where the number and the amount are known from")]
    NotKnownFrom,
    /// The letter tells of another amount.
    #[error("the letter tells of {0}")]
    OtherAmount(Money),
    /// The amount is nothing, or not what was paid.
    #[error("the amount is nothing, or not what was paid")]
    BadAmount,
    /// The amount is in another currency than the payment.
    #[error("the payment is in {}", .house.code())]
    OtherCurrency {
        /// That of the payment.
        house: Currency,
    },
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

/// Decides about dead letters.
pub struct WorkLetter {
    /// What is owed and was tried.
    pub book: Arc<dyn PaymentBook>,
    /// The letters.
    pub letters: Arc<dyn DeadLetters>,
    /// Finds what holds a receipt.
    pub finder: Arc<dyn MoneyFinder>,
    /// Reads those that are callbacks.
    pub callbacks: Arc<dyn CallbackReader>,
    /// Reads those that tell of money by hand.
    pub confirmations: Arc<dyn ConfirmationReader>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl WorkLetter {
    /// Books the money that a letter tells of, in one transaction with the mark on the letter. For an attempt in review it
    /// is how that attempt ended, for one that is paid without a receipt it is its receipt, also if only the payment was
    /// named; otherwise it becomes an attempt of its own, and what is more than owed the customer's credit. Money that the payment has booked under the same
    /// receipt is not booked again. Matching the same again changes nothing.
    ///
    /// # Errors
    /// [`LetterError`]; then nothing was booked.
    #[tracing::instrument(name = "payments.match_letter", skip_all, fields(letter.id = %order.letter))]
    pub async fn to_payment(&self, tenant: TenantId, order: MatchOrder) -> Result<(), LetterError> {
        for _ in 0..DECISIONS_MAX {
            let letter = self.letter(tenant, order.letter).await?;
            let record = match order.to {
                MatchTo::Payment(payment) => self.book.find(tenant, payment).await?,
                MatchTo::Attempt(attempt) => self.book.of_attempt(tenant, attempt).await?,
            };
            let record = record.ok_or(LetterError::NoSuchPayment)?;
            if letter.state != LetterState::New {
                let same = letter.state == LetterState::Matched
                    && letter.payment == Some(record.payment.id())
                    && booked(&record, &order.receipt).is_some_and(|it| it.terms().amount == order.amount);
                return if same {
                    Ok(())
                } else {
                    Err(LetterError::HandledBefore)
                };
            }
            let change = self.booking(record, &letter, &order)?;
            match self.book.record(tenant, change).await {
                Ok(()) => return Ok(()),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                Err(RecordError::ReceiptTaken) => {
                    let told = self.read(&letter).and_then(|claim| claim.told);
                    let refused = self.not_free(tenant, &letter, &order.receipt, told.as_ref());
                    if let Some(refused) = refused.await? {
                        return Err(refused);
                    }
                }
                Err(RecordError::Stale | RecordError::LiveAttempt | RecordError::IdsTaken) => {}
            }
        }
        Err(LetterError::Busy)
    }

    /// Records that a letter's money went back without being booked, or that it means nothing. Under the number that the
    /// money had come by, which is the one that the letter claims or, of one that nobody can read, the one that the order names, no other message
    /// about it is booked any more. A mistyped number would outlaw somebody else's money, so it is refused. Deciding the same again changes nothing.
    ///
    /// # Errors
    /// [`LetterError`]; then nothing changed.
    #[tracing::instrument(name = "payments.decide_letter", skip_all, fields(letter.id = %order.letter))]
    pub async fn decide(&self, tenant: TenantId, order: LetterOrder) -> Result<(), LetterError> {
        let letter = self.letter(tenant, order.letter).await?;
        if letter.state == LetterState::New {
            let claim = self.read(&letter);
            let verdict = known(order.verdict.clone(), claim.as_ref())?;
            if claim.is_none() && verdict.came().is_some() && order.known_from.is_none() {
                return Err(LetterError::NotKnownFrom);
            }
            let decision = LetterDecision {
                verdict,
                told: claim.and_then(|claim| claim.told),
                known_from: order.known_from.clone(),
                handled: Handled {
                    by: order.by.clone(),
                    why: order.why.clone(),
                    at: self.clock.now(),
                },
            };
            match self.letters.decide(tenant, order.letter, decision).await? {
                LetterDecided::Now => return Ok(()),
                LetterDecided::Booked(payment) => return Err(LetterError::BookedFor(payment)),
                LetterDecided::Before => {}
            }
        }
        let letter = self.letter(tenant, order.letter).await?;
        let came = order.verdict.came();
        let same = letter.state == order.verdict.state()
            && letter.receipt.as_ref() == order.verdict.receipt()
            && (came.is_none() || letter.came.as_ref() == came);
        if same {
            Ok(())
        } else {
            Err(LetterError::HandledBefore)
        }
    }

    /// Takes back that a letter's money went back, what it was matched to, or that it means nothing, where somebody mistook a
    /// number or the letter: it is new again. Money under the number of what went back is taken again; what was refused meanwhile is in a
    /// person's hands, who can book it now. Money that was booked by the match leaves the payment, as long as nothing was built
    /// on it: the attempt that had asked for it is in review again. The same order again under its key changes nothing, whatever was decided since.
    ///
    /// # Errors
    /// [`LetterError`]; then nothing changed.
    #[tracing::instrument(name = "payments.take_letter_back", skip_all, fields(letter.id = %order.letter))]
    pub async fn take_back(&self, tenant: TenantId, order: TakeBackOrder) -> Result<(), LetterError> {
        let letter = self.letter(tenant, order.letter).await?;
        let ordered = Fingerprint::of(&format!("take-back|{}|{}", order.letter, order.why));
        let take_back = TakeBack {
            letter: order.letter,
            key: order.key,
            ordered,
            by: Handled {
                by: order.by,
                why: order.why,
                at: self.clock.now(),
            },
        };
        let reopened = if letter.state == LetterState::Matched {
            self.unmatch(tenant, take_back).await?
        } else {
            self.letters.take_back(tenant, take_back).await?
        };
        match reopened {
            LetterReopened::Now | LetterReopened::Before => Ok(()),
            LetterReopened::KeyReused => Err(LetterError::KeyReused),
            LetterReopened::NothingSaid => Err(LetterError::NothingSaid),
        }
    }

    async fn unmatch(&self, tenant: TenantId, order: TakeBack) -> Result<LetterReopened, LetterError> {
        for _ in 0..DECISIONS_MAX {
            let (now, ids) = (order.by.at, Arc::clone(&self.ids));
            let decide: DecideUnmatch =
                Box::new(move |matched| unmatch(matched, now, &*ids)?.map_err(UnmatchError::BuiltOn));
            match self.letters.unmatch(tenant, order.clone(), decide).await {
                Ok(reopened) => return Ok(reopened),
                Err(UnmatchError::BuiltOn(built)) => return Err(LetterError::BuiltOn(built)),
                Err(UnmatchError::Amount(error)) => return Err(error.into()),
                Err(
                    UnmatchError::Unavailable(outage)
                    | UnmatchError::NotRecorded(RecordError::Unavailable(outage)),
                ) => return Err(outage.into()),
                Err(UnmatchError::NotRecorded(
                    RecordError::Stale
                    | RecordError::LiveAttempt
                    | RecordError::ReceiptTaken
                    | RecordError::IdsTaken,
                )) => {}
            }
        }
        Err(LetterError::Busy)
    }

    /// What was taken back about a letter, the oldest first.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn taken_back(&self, tenant: TenantId, letter: LetterId) -> Result<Vec<TakenBack>, Outage> {
        self.letters.taken_back(tenant, letter).await
    }

    /// Why nothing can be booked under a receipt; `None` if it is free by now.
    async fn not_free(
        &self,
        tenant: TenantId,
        letter: &DeadLetter,
        receipt: &Receipt,
        told: Option<&Told>,
    ) -> Result<Option<LetterError>, Outage> {
        if let Some((payment, _)) = self.holder(tenant, letter, receipt, told).await? {
            return Ok(Some(LetterError::BookedFor(payment)));
        }
        let gone = self.finder.went_back(tenant, letter.provider, receipt).await?;
        Ok(gone.then_some(LetterError::WentBack))
    }

    async fn letter(&self, tenant: TenantId, id: LetterId) -> Result<DeadLetter, LetterError> {
        let letter = self.letters.find(tenant, id).await?;
        letter.ok_or(LetterError::NoSuchLetter)
    }

    fn booking(
        &self,
        record: PaymentRecord,
        letter: &DeadLetter,
        order: &MatchOrder,
    ) -> Result<Change, LetterError> {
        if order.amount.currency() != record.payment.currency() {
            let house = record.payment.currency();
            return Err(LetterError::OtherCurrency { house });
        }
        if !order.amount.is_positive() {
            return Err(LetterError::BadAmount);
        }
        // A mistyped number would let the same money be booked again under its own, and a mistyped amount would make some
        // of nothing. Who knows that the letter lies dismisses it.
        let claim = self.read(letter);
        if let Some(claim) = &claim {
            if claim.receipt != order.receipt {
                return Err(LetterError::OtherReceipt);
            }
            if claim.amount != order.amount {
                return Err(LetterError::OtherAmount(claim.amount));
            }
        } else if order.known_from.is_none() {
            return Err(LetterError::NotKnownFrom);
        }
        let now = self.clock.now();
        let resolved = Resolved {
            by: order.by.clone(),
            why: order.why.clone(),
            at: now,
        };
        let mut change = match booked(&record, &order.receipt) {
            Some(known) if known.terms().amount == order.amount => Change::of_payment(record.payment, now),
            Some(_) => return Err(LetterError::BadAmount),
            None => {
                let PaymentRecord { payment, attempts } = record;
                let moved = self.moved(attempts, payment.id(), letter, order, resolved)?;
                settle(payment, moved, now, &*self.ids)?
            }
        };
        change.letter = Some(LetterMatch {
            letter: order.letter,
            receipt: order.receipt.clone(),
            told: claim.and_then(|claim| claim.told),
            known_from: order.known_from.clone(),
            handled: Handled {
                by: order.by.clone(),
                why: order.why.clone(),
                at: now,
            },
        });
        Ok(change)
    }

    /// The attempt that the money makes or ends.
    fn moved(
        &self,
        attempts: Vec<Attempt>,
        payment: PaymentId,
        letter: &DeadLetter,
        order: &MatchOrder,
        resolved: Resolved,
    ) -> Result<Moved, LetterError> {
        if let Some(live) = attempts.iter().find(|attempt| attempt.is_live()) {
            return Err(LetterError::StillOpen(live.id()));
        }
        // A letter does not always say when its money moved.
        let found = (order.amount, self.moved_at(letter));
        let tip = Attempt::tip_of_found(&attempts, letter.provider, found, &*self.ids);
        let meant = match order.to {
            MatchTo::Attempt(id) => {
                let meant = attempts.into_iter().find(|attempt| attempt.id() == id);
                Some(meant.ok_or(LetterError::NoSuchPayment)?)
            }
            MatchTo::Payment(_) => waits_for(attempts, letter, order)?,
        };
        if let Some(meant) = meant {
            match meant.state() {
                AttemptState::InReview { .. } => {
                    let received = Resolution::Paid {
                        receipt: order.receipt.clone(),
                        amount: Some(order.amount),
                    };
                    return meant
                        .resolve(received, resolved)
                        .map_err(|_| LetterError::BadAmount);
                }
                AttemptState::Paid { receipt: None, .. } if meant.terms().amount == order.amount => {
                    let named = meant.name_receipt(order.receipt.clone(), resolved);
                    return named.ok_or(LetterError::HandledBefore);
                }
                AttemptState::Paid { receipt: None, .. } => return Err(LetterError::BadAmount),
                // Money beside what the attempt brought, or after it ended without any.
                AttemptState::Paid { receipt: Some(_), .. }
                | AttemptState::Failed { .. }
                | AttemptState::Cancelled
                | AttemptState::Created
                | AttemptState::Sent
                | AttemptState::AwaitingCustomer
                | AttemptState::Unknown => {}
            }
        }
        // A letter can be matched again after its match was taken back.
        let id: AttemptId = self.ids.fresh();
        let terms = AttemptTerms {
            id,
            payment,
            key: RequestKey::of(id),
            provider: letter.provider,
            amount: order.amount,
            payer: None,
            by: Some(order.by.clone()),
            ordered: None,
            created_at: resolved.at,
        };
        Ok(Attempt::found(terms, order.receipt.clone(), resolved).with_tip(tip))
    }

    fn moved_at(&self, letter: &DeadLetter) -> Option<OffsetDateTime> {
        self.confirmations.read(&letter.body).ok()?.moved_at
    }
}

/// Why a match stays, in words.
const fn why_it_stays(built: BuiltOn) -> &'static str {
    match built {
        BuiltOn::Credited => "the visit is over, and the money became the customer's credit",
        BuiltOn::CreditSpent => "what was more than owed became the customer's credit, and is spent",
        BuiltOn::Refunded => "some of the money went back, or is going",
        BuiltOn::Earned => "the service was rendered, and the money is earned",
        BuiltOn::Tip => "a tip came with the money, or it is one",
        BuiltOn::Stated => "a statement was compared with the money",
        BuiltOn::AskedAnew => "the visit was asked for the same anew",
    }
}

/// The verdict with the number that the money had come by, as far as anybody tells.
fn known(verdict: LetterVerdict, claim: Option<&Claim>) -> Result<LetterVerdict, LetterError> {
    let (back, named) = match verdict {
        LetterVerdict::Refunded { back, came } => (back, came),
        LetterVerdict::Dismissed => return Ok(verdict),
    };
    let claimed = claim.map(|claim| claim.receipt.clone());
    let came = match (named, claimed) {
        (Some(named), Some(claimed)) if named != claimed => return Err(LetterError::OtherReceipt),
        (named, claimed) => named.or(claimed),
    };
    Ok(LetterVerdict::Refunded { back, came })
}

/// The attempt whose money the letter tells of, although only the payment was named: the one that is paid with this much
/// and lacks its receipt. While a person has an attempt of the provider's, the money may be that one's.
fn waits_for(
    attempts: Vec<Attempt>,
    letter: &DeadLetter,
    order: &MatchOrder,
) -> Result<Option<Attempt>, LetterError> {
    let mut nameless = None;
    for attempt in attempts {
        if attempt.terms().provider != letter.provider {
            continue;
        }
        match attempt.state() {
            AttemptState::InReview { .. } => return Err(LetterError::StillOpen(attempt.id())),
            AttemptState::Paid { receipt: None, .. } if attempt.terms().amount == order.amount => {
                nameless = nameless.or(Some(attempt));
            }
            AttemptState::Paid { .. }
            | AttemptState::Failed { .. }
            | AttemptState::Cancelled
            | AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown => {}
        }
    }
    Ok(nameless)
}

/// The attempt of the payment that holds the receipt.
fn booked<'r>(record: &'r PaymentRecord, receipt: &Receipt) -> Option<&'r Attempt> {
    let mut attempts = record.attempts.iter();
    attempts.find(|attempt| attempt.receipt() == Some(receipt))
}
