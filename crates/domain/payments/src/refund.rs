//! Money that goes back to a customer: a state machine as a plain value, like an attempt's.
//!
//! A refund counts as gone from the moment it is on record until somebody knows that it did not happen: what is
//! asked for twice at once is given once. It is booked when it is done, and nothing leaves *done*. Taking in the same
//! thing twice is the same as once.

mod amounts;
mod card;
mod hearing;

use ratiba_kernel::{Fingerprint, Id, Money};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::actor::Actor;
use crate::attempt::AttemptId;
use crate::failure::ProviderCode;
use crate::payment::PaymentId;
use crate::reference::{MalformedReference, Receipt, RequestKey};
use crate::{CustomerId, VisitId};

pub use amounts::{given_as_credit, given_beyond, refundable, reversible, standing};
pub use card::{card_original, card_refundable};

/// The identity of a refund.
pub type RefundId = Id<Refund>;

/// How the money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundWay {
    /// M-Pesa takes back the transaction that brought it.
    MpesaReversal,
    /// To the card, by the card provider, where a person approves it.
    Card,
    /// To the card, by its owner's bank: nobody of the business asked for it.
    Chargeback,
    /// Out of the drawer.
    Cash,
    /// As credit for the customer's next visit.
    Credit,
    /// By a way that is not seen from here, such as a bank transfer.
    Outside,
}

impl RefundWay {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::MpesaReversal,
        Self::Card,
        Self::Chargeback,
        Self::Cash,
        Self::Credit,
        Self::Outside,
    ];

    /// The word for it in rows and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MpesaReversal => "mpesa_reversal",
            Self::Card => "card",
            Self::Chargeback => "chargeback",
            Self::Cash => "cash",
            Self::Credit => "credit",
            Self::Outside => "outside",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == word)
    }

    /// Whether a provider must do it; all others are done when they are on record.
    #[must_use]
    pub const fn is_asked_of_a_provider(self) -> bool {
        match self {
            Self::MpesaReversal | Self::Card | Self::Chargeback => true,
            Self::Cash | Self::Credit | Self::Outside => false,
        }
    }
}

/// Who wanted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundCause {
    /// Somebody who runs the business, with a reason.
    Manager,
    /// The rules of cancellation.
    Policy,
    /// The provider, or somebody through it, whom nobody asked.
    Provider,
}

impl RefundCause {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Manager, Self::Policy, Self::Provider];

    /// The word for it in rows and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Policy => "policy",
            Self::Provider => "provider",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word)
    }
}

/// What a refund takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefundSource {
    /// What was paid for the visit.
    Payment,
    /// Credit that its customer was free to spend; it is set aside from the order on.
    Credit,
}

impl RefundSource {
    /// The word for it in rows and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Credit => "credit",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Payment, Self::Credit]
            .into_iter()
            .find(|source| source.as_str() == word)
    }
}

/// The id under which a provider knows our request; its result carries it. 1 to 128 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginatorId(String);

impl OriginatorId {
    /// Reads one.
    ///
    /// # Errors
    /// [`MalformedReference`].
    pub fn parse(text: &str) -> Result<Self, MalformedReference> {
        if (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MalformedReference)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Money that came in and is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// The attempt that brought it.
    pub attempt: AttemptId,
    /// The provider's number for it.
    pub receipt: Receipt,
}

/// What a refund is, from its beginning on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundTerms {
    /// Which refund.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// The visit of that payment.
    pub visit: VisitId,
    /// Who gets it.
    pub customer: CustomerId,
    /// The money that goes back, where a provider must know it.
    pub original: Option<Original>,
    /// How.
    pub way: RefundWay,
    /// What it takes.
    pub source: RefundSource,
    /// Who wanted it.
    pub cause: RefundCause,
    /// Why, in the words of whoever ordered it.
    pub reason: String,
    /// What proves it where it is not seen from here: the number of a transfer, 1 to 64 characters. Refunds of earlier
    /// days have none.
    pub reference: Option<String>,
    /// The request that it answers; unique within the tenant.
    pub key: RequestKey,
    /// What was ordered under that key.
    pub fingerprint: Fingerprint,
    /// How much; above nothing.
    pub amount: Money,
    /// Who ordered it, such as `token:…`.
    pub requested_by: Actor,
    /// When.
    pub created_at: OffsetDateTime,
}

/// Why a person must look at a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundDoubt {
    /// The provider never said how it ended.
    NoAnswer,
    /// The provider speaks of another amount or another transaction.
    ResultDiffers,
    /// The provider says that it was done after it, or a person, had said that it was not.
    DoneAfterAll,
    /// For a day the request could not be made.
    NeverSent,
    /// The money went back to a card although nobody of the business asked for it.
    ChargedBack,
}

impl RefundDoubt {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::NoAnswer,
        Self::ResultDiffers,
        Self::DoneAfterAll,
        Self::NeverSent,
        Self::ChargedBack,
    ];

    /// The word for it in rows and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoAnswer => "no_answer",
            Self::ResultDiffers => "result_differs",
            Self::DoneAfterAll => "done_after_all",
            Self::ChargedBack => "charged_back",
            Self::NeverSent => "never_sent",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|doubt| doubt.as_str() == word)
    }
}

/// Where a refund stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// On record, and nothing sent.
    Requested,
    /// About to be asked of the provider, or asked; its result is awaited.
    Sent,
    /// Nobody knows what became of it. It is asked about.
    Unknown,
    /// A person has it.
    InReview {
        /// Why.
        why: RefundDoubt,
    },
    /// The money went back. Nothing leaves this state.
    Done {
        /// The provider's number for this movement; `None` where there is none, or it was not told.
        receipt: Option<Receipt>,
    },
    /// It did not happen, and will not.
    Rejected {
        /// The provider's code, if it was the provider.
        code: Option<ProviderCode>,
    },
    /// Withdrawn before anything was sent.
    Cancelled,
}

impl RefundState {
    /// The word for it in rows and answers.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::InReview { .. } => "in_review",
            Self::Done { .. } => "done",
            Self::Rejected { .. } => "rejected",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How far a refund has come. A row holds exactly this beside the terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundProgress {
    /// Where it stands.
    pub state: RefundState,
    /// Since when.
    pub state_at: OffsetDateTime,
    /// When it was sent, or was about to be.
    pub sent_at: Option<OffsetDateTime>,
    /// The provider's id of our request, as soon as it was learned.
    pub originator: Option<OriginatorId>,
    /// How often it was asked about, or could not be, since it was sent.
    pub asked: u8,
    /// How often it was to be sent, and certainly was not.
    pub tries: u8,
    /// How much of it the customer has twice: it became credit when it seemed rejected, and was spent before it turned
    /// out to be done.
    pub given_twice: Option<Money>,
    /// How much of the credit that other refunds of its payment gave was taken back for it, since it was not spent.
    pub taken_of_credit: Option<Money>,
    /// Who decided it by hand, or withdrew it, and why.
    pub resolved: Option<Resolved>,
}

/// A person's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Who, such as `token:…`.
    pub by: Actor,
    /// Why, in their words.
    pub reason: String,
}

/// What the provider answers to our request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReversalAnswer {
    /// Taken on; the result follows.
    Accepted(OriginatorId),
    /// The provider refused it.
    Rejected {
        /// The provider's code.
        code: Option<ProviderCode>,
    },
    /// Certainly not asked: nothing left the house, or the provider's door turned it away unread. It may be tried again.
    NotSent,
    /// It may have been taken on, or not.
    Unknown,
}

/// What a provider's message says about a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReversalReport {
    /// The id of the request that it answers.
    pub originator: OriginatorId,
    /// What happened.
    pub verdict: ReversalVerdict,
}

/// What happened, according to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReversalVerdict {
    /// The money went back.
    Done {
        /// The number of this movement, which is not the original's.
        receipt: Option<Receipt>,
        /// How much, if it is told.
        amount: Option<Money>,
        /// The transaction that was taken back, if it is told.
        original: Option<Receipt>,
    },
    /// It had gone back by an earlier try.
    DoneBefore,
    /// It was not done.
    Refused {
        /// The provider's code.
        code: ProviderCode,
    },
    /// Proves nothing.
    Unclear,
}

/// What happened to a refund that others want to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundNews {
    /// The money went back.
    Done,
    /// It will not happen.
    Rejected,
    /// A person withdrew it before it was sent.
    Cancelled,
    /// A person must look.
    InReview(RefundDoubt),
}

/// A refund after it took something in, and what is new about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundMoved {
    /// The refund as it is now.
    pub refund: Refund,
    /// What others want to hear of.
    pub news: Option<RefundNews>,
}

/// A person's answer to what became of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The money went back.
    Done {
        /// Under which number, if it is known.
        receipt: Option<Receipt>,
    },
    /// It did not.
    Rejected,
}

/// A message that says nothing about this refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message is about another refund")]
pub struct NotThisRefund;

/// The state forbids the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the refund is not in a person's hands")]
pub struct NotInReview;

/// It was sent, or is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the refund does not wait to be sent any more")]
pub struct NotWithdrawn;

/// A row that no sequence of transitions leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the refund's state and its other facts contradict each other")]
pub struct ImpossibleRefund;

/// Money that goes back to a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    terms: RefundTerms,
    progress: RefundProgress,
}

impl Refund {
    /// A new one: on record, and nothing sent.
    #[must_use]
    pub const fn request(terms: RefundTerms) -> Self {
        let state_at = terms.created_at;
        Self {
            terms,
            progress: RefundProgress {
                state: RefundState::Requested,
                state_at,
                sent_at: None,
                originator: None,
                asked: 0,
                tries: 0,
                given_twice: None,
                taken_of_credit: None,
                resolved: None,
            },
        }
    }

    /// Puts a refund together from its row.
    ///
    /// # Errors
    /// [`ImpossibleRefund`] if no sequence of transitions leads to it.
    pub fn restore(terms: RefundTerms, progress: RefundProgress) -> Result<Self, ImpossibleRefund> {
        let asked_of_one = terms.way.is_asked_of_a_provider();
        let fits = match progress.state {
            RefundState::Requested | RefundState::Cancelled => asked_of_one && progress.sent_at.is_none(),
            RefundState::Sent
            | RefundState::Unknown
            | RefundState::InReview { .. }
            | RefundState::Rejected { .. } => asked_of_one && progress.sent_at.is_some(),
            RefundState::Done { .. } => asked_of_one == progress.sent_at.is_some(),
        };
        let whose = asked_of_one == terms.original.is_some();
        let sourced = asked_of_one || terms.source == RefundSource::Payment;
        if fits && whose && sourced && terms.amount.is_positive() {
            Ok(Self { terms, progress })
        } else {
            Err(ImpossibleRefund)
        }
    }

    /// What it is, from its beginning on.
    #[must_use]
    pub const fn terms(&self) -> &RefundTerms {
        &self.terms
    }

    /// How far it has come.
    #[must_use]
    pub const fn progress(&self) -> &RefundProgress {
        &self.progress
    }

    /// Its identity.
    #[must_use]
    pub const fn id(&self) -> RefundId {
        self.terms.id
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> &RefundState {
        &self.progress.state
    }

    /// Whether its amount counts as gone: it went back, or may have, or will.
    #[must_use]
    pub const fn counts(&self) -> bool {
        match self.progress.state {
            RefundState::Requested
            | RefundState::Sent
            | RefundState::Unknown
            | RefundState::InReview { .. }
            | RefundState::Done { .. } => true,
            RefundState::Rejected { .. } | RefundState::Cancelled => false,
        }
    }

    /// Whether its amount counts as gone from what was paid for the visit.
    #[must_use]
    pub const fn takes_of_payment(&self) -> bool {
        match self.terms.source {
            RefundSource::Payment => self.counts(),
            RefundSource::Credit => false,
        }
    }

    /// Whether it is waited for: sent, and no end known.
    #[must_use]
    pub const fn is_awaited(&self) -> bool {
        match self.progress.state {
            RefundState::Sent | RefundState::Unknown => true,
            RefundState::Requested
            | RefundState::InReview { .. }
            | RefundState::Done { .. }
            | RefundState::Rejected { .. }
            | RefundState::Cancelled => false,
        }
    }
}

#[cfg(test)]
mod tests;
