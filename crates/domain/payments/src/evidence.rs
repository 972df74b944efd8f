//! What was heard from a provider about an attempt, in the domain's words.

use std::fmt;

use ratiba_kernel::{Money, PhoneNumber};
use time::OffsetDateTime;

use crate::failure::{FailureReason, ProviderCode};
use crate::reference::{ProviderIds, Receipt};

/// What an attempt's state rests on. A success in a verified callback outweighs everything; a query never
/// overwrites a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The answer to the submission.
    PushAnswer,
    /// The answer to a query; it knows no receipt.
    Query,
    /// A callback that came on the attempt's own path and whose ids are the attempt's.
    Callback,
    /// The provider's word on an order when it was asked, with the receipt if it was paid.
    Status,
    /// Somebody of the business counted the money and took it.
    Counter,
    /// A person found it out, by the provider's own records.
    Person,
    /// The provider's statement of what moved.
    Statement,
    /// The provider told of money that came by hand.
    Confirmation,
}

impl Evidence {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PushAnswer,
        Self::Query,
        Self::Callback,
        Self::Status,
        Self::Counter,
        Self::Person,
        Self::Statement,
        Self::Confirmation,
    ];

    /// The word for it in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PushAnswer => "push_answer",
            Self::Query => "query",
            Self::Callback => "callback",
            Self::Status => "status",
            Self::Counter => "counter",
            Self::Person => "person",
            Self::Statement => "statement",
            Self::Confirmation => "confirmation",
        }
    }

    /// Whether money that this speaks of comes without anything having been submitted to a provider. A confirmation, too,
    /// can name the receipt of what was submitted.
    #[must_use]
    pub const fn needs_no_submission(self) -> bool {
        match self {
            Self::Counter | Self::Confirmation => true,
            Self::PushAnswer
            | Self::Query
            | Self::Callback
            | Self::Status
            | Self::Person
            | Self::Statement => false,
        }
    }

    /// Whether it is no answer to anything that we asked or submitted: somebody told of the money.
    #[must_use]
    pub const fn is_told(self) -> bool {
        match self {
            Self::Confirmation | Self::Statement | Self::Person => true,
            Self::PushAnswer | Self::Query | Self::Callback | Self::Status | Self::Counter => false,
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|evidence| evidence.as_str() == word)
    }
}

/// The outcome of a submission. There is no error beside it: what could not be learned is `Unknown`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushAnswer {
    /// Taken for processing, which is not yet a payment.
    Accepted(ProviderIds),
    /// Certainly not taken: nothing was or will be asked of the payer.
    Rejected {
        /// Why, as a class.
        reason: FailureReason,
        /// The provider's code, if it gave one.
        code: Option<ProviderCode>,
    },
    /// No answer, or none that can be trusted. The prompt may be on the payer's screen.
    Unknown,
}

/// The outcome of asking what became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryAnswer {
    /// The payer paid. With which receipt is not known.
    Paid,
    /// The attempt is over without money.
    Failed {
        /// Why, as a class.
        reason: FailureReason,
        /// The provider's code.
        code: ProviderCode,
    },
    /// A code that nobody knows the meaning of: it proves nothing.
    Unrecognised {
        /// The provider's code.
        code: ProviderCode,
    },
    /// Still in process.
    Pending,
    /// The provider did not say: an outage, an error, or an id that it does not know (any more).
    NoAnswer,
}

/// What a callback says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackReport {
    /// Whom it is about; must be the attempt's own.
    pub ids: ProviderIds,
    /// What happened.
    pub verdict: CallbackVerdict,
}

/// What happened, according to a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackVerdict {
    /// Money moved.
    Paid {
        /// How much; the attempt's amount, or else a person must look.
        amount: Money,
        /// Under which number.
        receipt: Receipt,
        /// Who paid, if the provider says so in full.
        payer: Option<PhoneNumber>,
        /// When, by the provider's clock, if it says so legibly.
        at: Option<OffsetDateTime>,
    },
    /// The attempt is over without money.
    Failed {
        /// Why, as a class.
        reason: FailureReason,
        /// The provider's code.
        code: ProviderCode,
    },
    /// A code that nobody knows the meaning of: it proves nothing and a query must confirm it.
    Unrecognised {
        /// The provider's code.
        code: ProviderCode,
    },
}

/// An answer and the raw text it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard<T> {
    /// What it means.
    pub answer: T,
    /// What was said; `None` if nothing came.
    pub raw: Option<RawAnswer>,
}

/// The beginning of what a provider sent, kept with the attempt. It may hold a payer's number: `Debug`
/// shows its length only, and it is never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct RawAnswer(String);

impl RawAnswer {
    /// The most characters that are kept.
    pub const LENGTH_MAX: usize = 1_000;

    /// Keeps the beginning. NUL characters, which PostgreSQL cannot store, are left out.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(
            text.chars()
                .filter(|c| *c != '\0')
                .take(Self::LENGTH_MAX)
                .collect(),
        )
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Takes out of an answer what the provider was sent in confidence, should it repeat that in an error: an answer is kept,
/// and shown to people. It is looked for as it was sent, and with slashes as some write them in JSON.
#[must_use]
pub fn veiled(answer: String, sent_in_confidence: &[&str]) -> String {
    let mut text = answer;
    for secret in sent_in_confidence.iter().filter(|secret| !secret.is_empty()) {
        for written in [(*secret).to_owned(), secret.replace('/', "\\/")] {
            if text.contains(&written) {
                text = text.replace(&written, "[…]");
            }
        }
    }
    text
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawAnswer({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_in_confidence_is_not_kept_when_it_is_repeated() {
        let answer =
            r#"{"errorMessage":"Invalid token tok-1/2 in https:\/\/api.example\/cb\/abc, tok-1/2, tok-1"}"#;
        let kept = veiled(answer.to_owned(), &["tok-1/2", "https://api.example/cb/abc", ""]);
        assert_eq!(kept, r#"{"errorMessage":"Invalid token […] in […], […], tok-1"}"#);
        assert_eq!(veiled("{}".to_owned(), &["tok-1/2"]), "{}");
    }
}
