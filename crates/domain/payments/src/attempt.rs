//! One try at collecting a payment through one provider: a state machine as a plain value.
//!
//! What is heard is taken in by consuming the attempt and giving it back with the news. The order of
//! evidence is: a success in a verified callback, a success in a query, a failure in a callback, a failure
//! in a query, silence. Taking in the same thing twice is the same as once.

use ratiba_kernel::{Id, Money, PhoneNumber};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::evidence::{CallbackReport, CallbackVerdict, Evidence, PushAnswer, QueryAnswer};
use crate::failure::{FailureReason, ProviderCode};
use crate::payment::PaymentId;
use crate::reference::{MerchantReference, ProviderIds, Receipt, RequestKey};
use crate::schedule::{PROMPT_LIFE, QUERY_MAY_CLOSE_AFTER};

/// The identity of an attempt.
pub type AttemptId = Id<Attempt>;

/// Through whom the money is collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Safaricom's M-Pesa.
    Mpesa,
}

impl Provider {
    /// The word for it in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mpesa => "mpesa",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        (word == Self::Mpesa.as_str()).then_some(Self::Mpesa)
    }
}

/// What an attempt is, from its beginning on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptTerms {
    /// Which attempt.
    pub id: AttemptId,
    /// For which payment.
    pub payment: PaymentId,
    /// The request that it answers; unique within the tenant.
    pub key: RequestKey,
    /// Through whom.
    pub provider: Provider,
    /// How much is asked, in whole units where the provider moves no others.
    pub amount: Money,
    /// Whose handset gets the prompt.
    pub payer: PhoneNumber,
    /// When it was asked for.
    pub created_at: OffsetDateTime,
}

/// Where an attempt stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptState {
    /// On record, and nothing sent.
    Created,
    /// About to be submitted, or submitted without an answer so far.
    Sent,
    /// Accepted by the provider; the customer has, or will have, the prompt.
    AwaitingCustomer,
    /// Nobody knows what became of it. Queries run.
    Unknown,
    /// A person has it.
    InReview {
        /// Why.
        why: ReviewReason,
    },
    /// Money was received. Nothing leaves this state but a refund or a reversal.
    Paid {
        /// What says so.
        evidence: Evidence,
        /// The provider's number for the money; `None` as long as only a query knows of it.
        receipt: Option<Receipt>,
    },
    /// Over, without money.
    Failed {
        /// Why.
        reason: FailureReason,
        /// The provider's code.
        code: Option<ProviderCode>,
        /// What says so.
        evidence: Evidence,
    },
    /// Withdrawn before anything was sent.
    Cancelled,
}

/// Why a person must look at an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// The provider never said how it ended.
    NoAnswer,
    /// A callback speaks of another amount.
    AmountDiffers,
    /// A callback speaks of another payer.
    PayerDiffers,
    /// A callback and a query, or two callbacks, contradict each other.
    AnswersDisagree,
    /// The receipt was already booked for another attempt.
    ReceiptReused,
}

impl ReviewReason {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::NoAnswer,
        Self::AmountDiffers,
        Self::PayerDiffers,
        Self::AnswersDisagree,
        Self::ReceiptReused,
    ];

    /// The word for it in rows and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoAnswer => "no_answer",
            Self::AmountDiffers => "amount_differs",
            Self::PayerDiffers => "payer_differs",
            Self::AnswersDisagree => "answers_disagree",
            Self::ReceiptReused => "receipt_reused",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// The name of a state, without what it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// See [`AttemptState::Created`].
    Created,
    /// See [`AttemptState::Sent`].
    Sent,
    /// See [`AttemptState::AwaitingCustomer`].
    AwaitingCustomer,
    /// See [`AttemptState::Unknown`].
    Unknown,
    /// See [`AttemptState::InReview`].
    InReview,
    /// See [`AttemptState::Paid`].
    Paid,
    /// See [`AttemptState::Failed`].
    Failed,
    /// See [`AttemptState::Cancelled`].
    Cancelled,
}

impl StateName {
    /// The word for it in rows and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Sent => "sent",
            Self::AwaitingCustomer => "awaiting_customer",
            Self::Unknown => "unknown",
            Self::InReview => "in_review",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl AttemptState {
    /// The state's name.
    #[must_use]
    pub const fn name(&self) -> StateName {
        match self {
            Self::Created => StateName::Created,
            Self::Sent => StateName::Sent,
            Self::AwaitingCustomer => StateName::AwaitingCustomer,
            Self::Unknown => StateName::Unknown,
            Self::InReview { .. } => StateName::InReview,
            Self::Paid { .. } => StateName::Paid,
            Self::Failed { .. } => StateName::Failed,
            Self::Cancelled => StateName::Cancelled,
        }
    }
}

/// How far an attempt has come. A row holds exactly this beside the terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptProgress {
    /// Where it stands.
    pub state: AttemptState,
    /// Since when.
    pub state_at: OffsetDateTime,
    /// When it was submitted, or was about to be.
    pub sent_at: Option<OffsetDateTime>,
    /// The provider's ids, as soon as they were learned.
    pub ids: Option<ProviderIds>,
    /// How many queries were answered or given up.
    pub queries: u8,
    /// Why a person should look although the state stands.
    pub dispute: Option<ReviewReason>,
}

/// One try at collecting a payment through one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    terms: AttemptTerms,
    progress: AttemptProgress,
}

/// An attempt after it took something in, and what is new about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The attempt as it is now.
    pub attempt: Attempt,
    /// What others want to hear of; `None` if nothing, even if the attempt learned something.
    pub news: Option<News>,
}

/// What happened to an attempt that others want to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The provider took it: the prompt is out.
    PromptOut,
    /// Money was received.
    Paid {
        /// The state that a callback moved it out of although it had been given up or handed on.
        reopened: Option<StateName>,
    },
    /// The receipt of money that only a query had told of.
    ReceiptKnown,
    /// Over, without money.
    Failed(FailureReason),
    /// Nobody knows; it is being looked into.
    Unknown,
    /// A person must look.
    InReview(ReviewReason),
    /// The state stands, and a person should look.
    Disputed(ReviewReason),
    /// Withdrawn before anything was sent.
    Cancelled,
}

/// A callback that says nothing about this attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThisAttempt {
    /// Nothing was ever sent, so that nothing can have come of it.
    #[error("the attempt was never sent")]
    NeverSent,
    /// The provider's ids are another attempt's.
    #[error("the provider's ids are not the attempt's")]
    ForeignIds,
}

/// A row that no sequence of transitions leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the attempt's state and its other facts contradict each other")]
pub struct ImpossibleAttempt;

impl Attempt {
    /// A new one: on record, and nothing sent.
    #[must_use]
    pub const fn create(terms: AttemptTerms) -> Self {
        let state_at = terms.created_at;
        Self {
            terms,
            progress: AttemptProgress {
                state: AttemptState::Created,
                state_at,
                sent_at: None,
                ids: None,
                queries: 0,
                dispute: None,
            },
        }
    }

    /// Puts an attempt together from its row.
    ///
    /// # Errors
    /// [`ImpossibleAttempt`] if no sequence of transitions leads to it.
    pub fn restore(terms: AttemptTerms, progress: AttemptProgress) -> Result<Self, ImpossibleAttempt> {
        let unsent = match progress.state {
            AttemptState::Created | AttemptState::Cancelled => true,
            AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::InReview { .. }
            | AttemptState::Paid { .. }
            | AttemptState::Failed { .. } => false,
        };
        if unsent == progress.sent_at.is_none() && terms.amount.is_positive() {
            Ok(Self { terms, progress })
        } else {
            Err(ImpossibleAttempt)
        }
    }

    /// What it is, from its beginning on.
    #[must_use]
    pub const fn terms(&self) -> &AttemptTerms {
        &self.terms
    }

    /// How far it has come.
    #[must_use]
    pub const fn progress(&self) -> &AttemptProgress {
        &self.progress
    }

    /// Its identity.
    #[must_use]
    pub const fn id(&self) -> AttemptId {
        self.terms.id
    }

    /// Its public id.
    #[must_use]
    pub fn reference(&self) -> MerchantReference {
        MerchantReference::of(self.terms.id)
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> &AttemptState {
        &self.progress.state
    }

    /// Whether money can still come of it without a person: while it is live no other may be made.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        match self.progress.state {
            AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown => true,
            AttemptState::InReview { .. }
            | AttemptState::Paid { .. }
            | AttemptState::Failed { .. }
            | AttemptState::Cancelled => false,
        }
    }

    /// Records that the submission is about to be made. Only a created attempt gets here, so that nothing
    /// is ever submitted twice; `None` for any other.
    #[must_use]
    pub fn send(mut self, at: OffsetDateTime) -> Option<Self> {
        if self.progress.state == AttemptState::Created {
            self.enter(AttemptState::Sent, at);
            self.progress.sent_at = Some(at);
            Some(self)
        } else {
            None
        }
    }

    /// Withdraws it if nothing was sent yet; otherwise nothing changes.
    #[must_use]
    pub fn withdraw(mut self, at: OffsetDateTime) -> Moved {
        if self.progress.state == AttemptState::Created {
            self.enter(AttemptState::Cancelled, at);
            self.with(News::Cancelled)
        } else {
            self.quietly()
        }
    }

    /// Takes in that whoever submitted it never came back with an answer.
    #[must_use]
    pub fn lose_answer(self, at: OffsetDateTime) -> Moved {
        if self.progress.state == AttemptState::Sent {
            self.become_unknown(at)
        } else {
            self.quietly()
        }
    }

    /// Takes in the answer to the submission. A callback may have overtaken it; then only the provider's
    /// ids are new.
    #[must_use]
    pub fn hear_push_answer(mut self, answer: &PushAnswer, at: OffsetDateTime) -> Moved {
        let state = self.progress.state.name();
        match answer {
            PushAnswer::Accepted(ids) => {
                self.learn(ids);
                if state == StateName::Sent {
                    self.enter(AttemptState::AwaitingCustomer, at);
                    return self.with(News::PromptOut);
                }
                self.quietly()
            }
            PushAnswer::Rejected { reason, code } => match state {
                StateName::Sent | StateName::Unknown => {
                    self.fail(*reason, code.clone(), Evidence::PushAnswer, at)
                }
                StateName::Created
                | StateName::AwaitingCustomer
                | StateName::InReview
                | StateName::Paid
                | StateName::Failed
                | StateName::Cancelled => self.quietly(),
            },
            PushAnswer::Unknown => self.lose_answer(at),
        }
    }

    /// Takes in a callback that came on this attempt's own path.
    ///
    /// # Errors
    /// [`NotThisAttempt`] if it cannot be about this attempt; then nothing may change.
    pub fn hear_callback(
        mut self,
        report: &CallbackReport,
        at: OffsetDateTime,
    ) -> Result<Moved, NotThisAttempt> {
        if self.progress.sent_at.is_none() {
            return Err(NotThisAttempt::NeverSent);
        }
        if let Some(known) = &self.progress.ids
            && !known.agree_with(&report.ids)
        {
            return Err(NotThisAttempt::ForeignIds);
        }
        self.learn(&report.ids);
        Ok(match &report.verdict {
            CallbackVerdict::Paid {
                amount,
                receipt,
                payer,
                at: _,
            } => {
                let doubt = if *amount != self.terms.amount {
                    Some(ReviewReason::AmountDiffers)
                } else if payer.as_ref().is_some_and(|payer| *payer != self.terms.payer) {
                    Some(ReviewReason::PayerDiffers)
                } else {
                    None
                };
                self.callback_success(receipt, doubt, at)
            }
            CallbackVerdict::Failed { reason, code } => self.callback_failure(*reason, code, at),
            CallbackVerdict::Unrecognised { .. } => match self.progress.state.name() {
                StateName::Sent | StateName::AwaitingCustomer => self.become_unknown(at),
                StateName::Created
                | StateName::Unknown
                | StateName::InReview
                | StateName::Paid
                | StateName::Failed
                | StateName::Cancelled => self.quietly(),
            },
        })
    }

    /// Takes in the answer to a query. It never overwrites what a callback said: where they contradict
    /// each other a person looks.
    #[must_use]
    pub fn hear_query_answer(self, answer: &QueryAnswer, at: OffsetDateTime) -> Moved {
        let age = self.progress.sent_at.map(|sent| at - sent);
        let Some(age) = age else { return self.quietly() };
        match answer {
            QueryAnswer::Paid => self.query_success(at),
            QueryAnswer::Failed { reason, code } => {
                if self.is_open_to_answers() {
                    if age >= QUERY_MAY_CLOSE_AFTER {
                        return self.fail(*reason, Some(code.clone()), Evidence::Query, at);
                    }
                    return self.lose_answer(at);
                }
                match self.progress.state.name() {
                    StateName::Paid => self.dispute(ReviewReason::AnswersDisagree),
                    StateName::Created
                    | StateName::Sent
                    | StateName::AwaitingCustomer
                    | StateName::Unknown
                    | StateName::InReview
                    | StateName::Failed
                    | StateName::Cancelled => self.quietly(),
                }
            }
            QueryAnswer::Pending if age < PROMPT_LIFE => self.lose_answer(at),
            QueryAnswer::Pending | QueryAnswer::NoAnswer | QueryAnswer::Unrecognised { .. } => {
                match self.progress.state.name() {
                    StateName::Sent | StateName::AwaitingCustomer => self.become_unknown(at),
                    StateName::Created
                    | StateName::Unknown
                    | StateName::InReview
                    | StateName::Paid
                    | StateName::Failed
                    | StateName::Cancelled => self.quietly(),
                }
            }
        }
    }

    /// Notes that query number `step` (counted from 0) was answered or given up.
    #[must_use]
    pub fn asked(mut self, step: u8) -> Self {
        self.progress.queries = self.progress.queries.max(step.saturating_add(1));
        self
    }

    /// Takes in that the last query went by without a final answer: a person has it from here.
    #[must_use]
    pub fn give_up_asking(self, at: OffsetDateTime) -> Moved {
        match self.progress.state.name() {
            StateName::Sent | StateName::AwaitingCustomer | StateName::Unknown => {
                self.review(ReviewReason::NoAnswer, at)
            }
            StateName::Created
            | StateName::InReview
            | StateName::Paid
            | StateName::Failed
            | StateName::Cancelled => self.quietly(),
        }
    }

    /// Takes in that the receipt of a success was already booked for another attempt.
    #[must_use]
    pub fn refuse_receipt(self, at: OffsetDateTime) -> Moved {
        match self.progress.state.name() {
            StateName::Paid => self.dispute(ReviewReason::ReceiptReused),
            StateName::Created | StateName::Cancelled => self.quietly(),
            StateName::Sent
            | StateName::AwaitingCustomer
            | StateName::Unknown
            | StateName::InReview
            | StateName::Failed => self.review(ReviewReason::ReceiptReused, at),
        }
    }

    fn callback_success(
        mut self,
        receipt: &Receipt,
        doubt: Option<ReviewReason>,
        at: OffsetDateTime,
    ) -> Moved {
        let from = self.progress.state.name();
        if let AttemptState::Paid {
            evidence,
            receipt: known,
        } = &mut self.progress.state
        {
            let contradiction = match known {
                Some(known) if known != receipt => Some(ReviewReason::AnswersDisagree),
                Some(_) | None => None,
            };
            if let Some(why) = doubt.or(contradiction) {
                return self.dispute(why);
            }
            if known.is_some() {
                return self.quietly();
            }
            *known = Some(receipt.clone());
            *evidence = Evidence::Callback;
            return self.with(News::ReceiptKnown);
        }
        if let Some(why) = doubt {
            return self.review(why, at);
        }
        self.enter(
            AttemptState::Paid {
                evidence: Evidence::Callback,
                receipt: Some(receipt.clone()),
            },
            at,
        );
        let reopened = match from {
            StateName::Unknown | StateName::InReview | StateName::Failed | StateName::Cancelled => Some(from),
            StateName::Created | StateName::Sent | StateName::AwaitingCustomer | StateName::Paid => None,
        };
        self.with(News::Paid { reopened })
    }

    fn callback_failure(mut self, reason: FailureReason, code: &ProviderCode, at: OffsetDateTime) -> Moved {
        if self.is_open_to_answers() {
            return self.fail(reason, Some(code.clone()), Evidence::Callback, at);
        }
        match &mut self.progress.state {
            // The reason is better known now; that it failed is no news.
            AttemptState::Failed {
                reason: known_reason,
                code: known_code,
                evidence: evidence @ (Evidence::PushAnswer | Evidence::Query),
            } => {
                *known_reason = reason;
                *known_code = Some(code.clone());
                *evidence = Evidence::Callback;
                self.quietly()
            }
            AttemptState::Paid { .. } => self.dispute(ReviewReason::AnswersDisagree),
            AttemptState::Failed {
                evidence: Evidence::Callback,
                ..
            }
            | AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::InReview { .. }
            | AttemptState::Cancelled => self.quietly(),
        }
    }

    fn query_success(mut self, at: OffsetDateTime) -> Moved {
        if self.is_open_to_answers() {
            self.enter(
                AttemptState::Paid {
                    evidence: Evidence::Query,
                    receipt: None,
                },
                at,
            );
            return self.with(News::Paid { reopened: None });
        }
        match self.progress.state.name() {
            // Neither answer is taken for the truth, and nobody is asked to pay again meanwhile.
            StateName::Failed => self.review(ReviewReason::AnswersDisagree, at),
            StateName::Created
            | StateName::Sent
            | StateName::AwaitingCustomer
            | StateName::Unknown
            | StateName::InReview
            | StateName::Paid
            | StateName::Cancelled => self.quietly(),
        }
    }

    /// Whether an answer of any kind may still decide it: it was sent, and nothing but silence was heard.
    const fn is_open_to_answers(&self) -> bool {
        match self.progress.state {
            AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::InReview {
                why: ReviewReason::NoAnswer,
            } => true,
            AttemptState::Created
            | AttemptState::InReview {
                why:
                    ReviewReason::AmountDiffers
                    | ReviewReason::PayerDiffers
                    | ReviewReason::AnswersDisagree
                    | ReviewReason::ReceiptReused,
            }
            | AttemptState::Paid { .. }
            | AttemptState::Failed { .. }
            | AttemptState::Cancelled => false,
        }
    }

    fn learn(&mut self, ids: &ProviderIds) {
        match &self.progress.ids {
            None => self.progress.ids = Some(ids.clone()),
            Some(known) if known.request().is_none() && known.tracking() == ids.tracking() => {
                self.progress.ids = Some(ids.clone());
            }
            Some(_) => {}
        }
    }

    fn enter(&mut self, state: AttemptState, at: OffsetDateTime) {
        self.progress.state = state;
        self.progress.state_at = at;
    }

    fn fail(
        mut self,
        reason: FailureReason,
        code: Option<ProviderCode>,
        evidence: Evidence,
        at: OffsetDateTime,
    ) -> Moved {
        self.enter(
            AttemptState::Failed {
                reason,
                code,
                evidence,
            },
            at,
        );
        self.with(News::Failed(reason))
    }

    fn become_unknown(mut self, at: OffsetDateTime) -> Moved {
        self.enter(AttemptState::Unknown, at);
        self.with(News::Unknown)
    }

    fn review(mut self, why: ReviewReason, at: OffsetDateTime) -> Moved {
        match self.progress.state {
            // The first reason that is more than silence stands.
            AttemptState::InReview {
                why:
                    ReviewReason::AmountDiffers
                    | ReviewReason::PayerDiffers
                    | ReviewReason::AnswersDisagree
                    | ReviewReason::ReceiptReused,
            } => self.quietly(),
            AttemptState::InReview {
                why: ReviewReason::NoAnswer,
            }
            | AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::Paid { .. }
            | AttemptState::Failed { .. }
            | AttemptState::Cancelled => {
                self.enter(AttemptState::InReview { why }, at);
                self.with(News::InReview(why))
            }
        }
    }

    fn dispute(mut self, why: ReviewReason) -> Moved {
        if self.progress.dispute.is_some() {
            return self.quietly();
        }
        self.progress.dispute = Some(why);
        self.with(News::Disputed(why))
    }

    const fn with(self, news: News) -> Moved {
        Moved {
            attempt: self,
            news: Some(news),
        }
    }

    const fn quietly(self) -> Moved {
        Moved {
            attempt: self,
            news: None,
        }
    }
}

#[cfg(test)]
mod tests;
