//! Providers' messages that matched no attempt, and what a person made of them.

mod told;
mod unmatching;

use std::fmt;

use ratiba_kernel::{Fingerprint, Id};
use time::OffsetDateTime;

use crate::actor::Actor;
use crate::attempt::Provider;
use crate::payment::PaymentId;
use crate::reference::{Receipt, RequestKey};
use crate::remark::Remark;

pub use told::{Told, lacks_its_receipt};
pub use unmatching::{BuiltOn, Matched, unmatch};

/// The identity of a dead letter.
pub type LetterId = Id<DeadLetter>;

/// Whether somebody has dealt with a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LetterState {
    /// Nobody has.
    New,
    /// It told of money, which is booked for a payment.
    Matched,
    /// It told of money, which went back to whoever sent it without ever being booked.
    Refunded,
    /// It means nothing.
    Dismissed,
}

impl LetterState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::New, Self::Matched, Self::Refunded, Self::Dismissed];

    /// The word for it in rows and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Matched => "matched",
            Self::Refunded => "refunded",
            Self::Dismissed => "dismissed",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Who dealt with a dead letter, when, and why so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handled {
    /// Who.
    pub by: Actor,
    /// Why, in their own words.
    pub why: Remark,
    /// When.
    pub at: OffsetDateTime,
}

/// What a person decided about a letter that is not booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetterVerdict {
    /// The money went back.
    Refunded {
        /// The provider's number of the movement back.
        back: Receipt,
        /// The provider's number under which the money had come, if it is known: nothing that tells of it books it any more.
        came: Option<Receipt>,
    },
    /// It means nothing.
    Dismissed,
}

impl LetterVerdict {
    /// The state that it leads to.
    #[must_use]
    pub const fn state(&self) -> LetterState {
        match self {
            Self::Refunded { .. } => LetterState::Refunded,
            Self::Dismissed => LetterState::Dismissed,
        }
    }

    /// The provider's number of the movement back.
    #[must_use]
    pub const fn receipt(&self) -> Option<&Receipt> {
        match self {
            Self::Refunded { back, .. } => Some(back),
            Self::Dismissed => None,
        }
    }

    /// The provider's number under which money had come that went back.
    #[must_use]
    pub const fn came(&self) -> Option<&Receipt> {
        match self {
            Self::Refunded { came, .. } => came.as_ref(),
            Self::Dismissed => None,
        }
    }
}

/// What is decided about a letter, and what is to be known of it later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterDecision {
    /// What became of it.
    pub verdict: LetterVerdict,
    /// Whose money it tells of, as far as it can be read.
    pub told: Option<Told>,
    /// Where the number is known from that the money had come by, if the letter itself does not say.
    pub known_from: Option<Remark>,
    /// Who decided, and why.
    pub handled: Handled,
}

/// Taking back what was said of a letter: that its money went back, what that is for, or that it means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeBack {
    /// Which letter's.
    pub letter: LetterId,
    /// Makes it repeatable: the same key takes back once.
    pub key: RequestKey,
    /// What was ordered under that key.
    pub ordered: Fingerprint,
    /// Who takes it back, and why.
    pub by: Handled,
}

/// What somebody said of a letter who was wrong: that its money is for a payment, went back under a number, or, where there
/// is neither, that the letter means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// Who had said so, and why.
    pub said: Handled,
    /// The provider's number of the movement back, or of the money that was booked, as it was said; `None` if it was said
    /// that the letter means nothing.
    pub receipt: Option<Receipt>,
    /// The number under which the money had come, as it was said.
    pub came: Option<Receipt>,
    /// The payment that it was booked for, if it was.
    pub payment: Option<PaymentId>,
    /// Who took it back, and why.
    pub by: Handled,
}

/// Money of a payment that a dead letter told of; recorded in one transaction with the money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterMatch {
    /// The letter; must be new.
    pub letter: LetterId,
    /// The provider's number for the money.
    pub receipt: Receipt,
    /// Whose money it is by the letter itself; the prompt's of another payment is not booked a second time.
    pub told: Option<Told>,
    /// Where the number and the amount are known from, if the letter itself does not say.
    pub known_from: Option<Remark>,
    /// Who decided, and why.
    pub handled: Handled,
}

/// A provider's message that matched no attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its id.
    pub id: LetterId,
    /// Whose form it has.
    pub provider: Provider,
    /// Why it matched nothing, as a word.
    pub reason: String,
    /// The body, byte for byte. Nothing vouches for what it says.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: OffsetDateTime,
    /// Whether somebody has dealt with it.
    pub state: LetterState,
    /// Who, if somebody has.
    pub handled: Option<Handled>,
    /// The provider's number for the money that was booked for it, or of the movement back.
    pub receipt: Option<Receipt>,
    /// The provider's number under which money had come that went back, if it is known.
    pub came: Option<Receipt>,
    /// The payment that it was matched to.
    pub payment: Option<PaymentId>,
    /// Where the number and the amount are known from, if nobody can read them in the letter: a person's word for them.
    pub known_from: Option<Remark>,
}

impl TakenBack {
    /// Where the letter stood by what was said.
    #[must_use]
    pub const fn state(&self) -> LetterState {
        match (&self.receipt, &self.payment) {
            (_, Some(_)) => LetterState::Matched,
            (Some(_), None) => LetterState::Refunded,
            (None, None) => LetterState::Dismissed,
        }
    }
}

impl DeadLetter {
    /// The most characters of a body that are shown.
    pub const SHOWN_MAX: usize = 4_000;

    /// The beginning of the body as people may see it: runs of digits that may hold a phone number show their first four
    /// and last three digits only. Times of 14 digits stay.
    #[must_use]
    pub fn masked_body(&self) -> String {
        masked(&self.body)
    }
}

impl fmt::Debug for DeadLetter {
    /// The body may hold a payer's number, so only its length is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter")
            .field("id", &self.id)
            .field("reason", &self.reason)
            .field("body_bytes", &self.body.len())
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// The shortest run of digits that may be a phone number.
const PHONE_DIGITS_MIN: usize = 9;

/// The beginning of a body without phone numbers; see [`DeadLetter::masked_body`].
#[must_use]
pub fn masked(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut shown = String::new();
    let mut run = String::new();
    for c in text.chars().take(DeadLetter::SHOWN_MAX) {
        if c.is_ascii_digit() {
            run.push(c);
        } else {
            shown.push_str(&masked_digits(&run));
            run.clear();
            // What cannot be seen is not shown: it could move the rest about.
            shown.push(if c.is_control() && c != '\n' { ' ' } else { c });
        }
    }
    shown.push_str(&masked_digits(&run));
    shown
}

fn masked_digits(run: &str) -> String {
    let is_time = run.len() == 14 && run.starts_with("20");
    match (run.get(..4), run.get(run.len().saturating_sub(3)..)) {
        (Some(head), Some(tail)) if run.len() >= PHONE_DIGITS_MIN && !is_time => {
            format!("{head}{}{tail}", "*".repeat(run.len().saturating_sub(7)))
        }
        (Some(_) | None, Some(_) | None) => run.to_owned(),
    }
}

#[cfg(test)]
mod tests;
