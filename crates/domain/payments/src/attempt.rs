//! One try at collecting a payment through one provider: a state machine as a plain value.
//!
//! What is heard is taken in by consuming the attempt and giving it back with the news. The order of
//! evidence is: a success in a verified callback, a success in a query, a failure in a callback, a failure
//! in a query, silence. Taking in the same thing twice is the same as once.

mod cards;
mod confirming;
mod hearing;
mod receiving;
mod resolving;
mod stating;
mod tipping;
mod unmatching;

use ratiba_kernel::{Fingerprint, Id, Money, PhoneNumber};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::actor::Actor;
use crate::card::PageUrl;
use crate::evidence::Evidence;
use crate::failure::{FailureReason, ProviderCode};
use crate::payment::PaymentId;
use crate::reference::{MerchantReference, ProviderIds, Receipt, RequestKey};
use crate::tip::Tip;

pub use resolving::{NotDisputed, NotResolved, Resolution, Resolved};
pub use unmatching::Unmatched;

/// The identity of an attempt.
pub type AttemptId = Id<Attempt>;

/// Through whom the money is collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Safaricom's M-Pesa.
    Mpesa,
    /// PesaPal, on whose page customers pay by card.
    Pesapal,
    /// Nobody but the business itself: notes and coins in its drawer.
    Cash,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mpesa, Self::Pesapal, Self::Cash];

    /// The word for it in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mpesa => "mpesa",
            Self::Pesapal => "pesapal",
            Self::Cash => "cash",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == word)
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
    /// How much is asked or was received; asked in whole units where the provider moves no others.
    pub amount: Money,
    /// Whose handset gets the prompt; `None` where the money comes without one.
    pub payer: Option<PhoneNumber>,
    /// Who of the business asked for it or took it; `None` if the customer did, or a provider told of it.
    pub by: Option<Actor>,
    /// What was ordered with the key, where it came over the API: the same key with another order is refused.
    pub ordered: Option<Fingerprint>,
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
    /// Money was received. Nothing leaves this state but a refund or a reversal, and a person who takes back that they
    /// matched a dead letter to it.
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
    /// Withdrawn before anything was sent, an order that was cancelled before it was paid, or ended by a person who found
    /// no money and no reason.
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
    /// The provider says that the money went back: refunded there, or charged back by the card's owner.
    MoneyWentBack,
    /// A person noted that its money was given back before it was booked.
    GivenBack,
    /// A person had matched money to it that is not its own, and took that back.
    MatchTakenBack,
}

impl ReviewReason {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::NoAnswer,
        Self::AmountDiffers,
        Self::PayerDiffers,
        Self::AnswersDisagree,
        Self::ReceiptReused,
        Self::MoneyWentBack,
        Self::GivenBack,
        Self::MatchTakenBack,
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
            Self::MoneyWentBack => "money_went_back",
            Self::GivenBack => "given_back",
            Self::MatchTakenBack => "match_taken_back",
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
    /// Where the customer pays, if the provider has a page for it.
    pub page: Option<PageUrl>,
    /// How many queries were answered or given up.
    pub queries: u8,
    /// Why a person should look although the state stands.
    pub dispute: Option<ReviewReason>,
    /// Who ended it when it was in review, if a person did.
    pub resolved: Option<Resolved>,
    /// How often money was taken back from it that a person had matched wrongly.
    pub taken_back: u8,
    /// Whether the provider's last word on its money, since it was paid, is that it went back. It is news each time that
    /// this becomes true.
    pub reversed: bool,
}

/// One try at collecting a payment through one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    terms: AttemptTerms,
    progress: AttemptProgress,
    tip: Option<Tip>,
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
    /// Withdrawn before anything was sent, cancelled before it was paid, or ended by a person.
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
                page: None,
                queries: 0,
                dispute: None,
                resolved: None,
                taken_back: 0,
                reversed: false,
            },
            tip: None,
        }
    }

    /// Puts an attempt together from its row.
    ///
    /// # Errors
    /// [`ImpossibleAttempt`] if no sequence of transitions leads to it.
    pub fn restore(terms: AttemptTerms, progress: AttemptProgress) -> Result<Self, ImpossibleAttempt> {
        let unsent = match progress.state {
            AttemptState::Created => true,
            // What was sent is cancelled by a person alone; but for an order, which can be cancelled at the provider.
            AttemptState::Cancelled => {
                progress.resolved.is_none()
                    && (terms.provider != Provider::Pesapal || progress.sent_at.is_none())
            }
            // A person, a statement or a confirmation may know of money that was never asked for.
            AttemptState::Paid {
                evidence: Evidence::Person | Evidence::Statement | Evidence::Confirmation,
                ..
            } => progress.sent_at.is_none(),
            AttemptState::Paid { evidence, .. } => evidence.needs_no_submission(),
            AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::InReview { .. }
            | AttemptState::Failed { .. } => false,
        };
        if unsent == progress.sent_at.is_none() && terms.amount.is_positive() {
            Ok(Self {
                terms,
                progress,
                tip: None,
            })
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

    /// What says that money was received, if it was.
    #[must_use]
    pub const fn evidence(&self) -> Option<Evidence> {
        match &self.progress.state {
            AttemptState::Paid { evidence, .. } => Some(*evidence),
            AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::InReview { .. }
            | AttemptState::Failed { .. }
            | AttemptState::Cancelled => None,
        }
    }

    /// The provider's number for its money, if it brought some and the number is known.
    #[must_use]
    pub const fn receipt(&self) -> Option<&Receipt> {
        match &self.progress.state {
            AttemptState::Paid { receipt, .. } => receipt.as_ref(),
            AttemptState::Created
            | AttemptState::Sent
            | AttemptState::AwaitingCustomer
            | AttemptState::Unknown
            | AttemptState::InReview { .. }
            | AttemptState::Failed { .. }
            | AttemptState::Cancelled => None,
        }
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
}

#[cfg(test)]
mod tests;
