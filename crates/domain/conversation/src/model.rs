//! A language model that may be asked what a message wants that the rules gave up on, and to put a question in other words.
//!
//! It has no power: what it answers is one of a closed list of guesses, and each of them leads either to something that is
//! only told (prices, hours, the customer's own bookings) or to a question. Nothing is booked, moved, cancelled, paid or
//! agreed to on its word. Its words for a question ([`AskedAgain`]) go out only with every fact of ours and none of its own, and
//! what follows from the answer is the same as of ours. What it is shown is masked and bounded, and what it costs is counted for each thread.

mod rephrase;

pub use rephrase::{AskedAgain, NotSaid, Rephrased, WAIT_MAX, WAIT_MIN};

use crate::machine::{Facts, Reply, Stage, Step, Wish, Words, inquiry, visit};
use crate::redact::Masker;
use crate::understanding::Intent;

/// What one booking may cost before somebody is warned: 0.05 USD.
pub const SOFT_CEILING: MicroDollars = MicroDollars(50_000);
/// What one booking may cost at most: 0.20 USD. Then a person is called in place of the model.
pub const HARD_CEILING: MicroDollars = MicroDollars(200_000);
/// What of a message is shown, in characters.
pub const SHOWN_CHARACTERS_MAX: usize = 300;

/// Millionths of a US dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MicroDollars(u64);

impl MicroDollars {
    /// So many.
    #[must_use]
    pub const fn new(millionths: u64) -> Self {
        Self(millionths)
    }

    /// How many.
    #[must_use]
    pub const fn millionths(self) -> u64 {
        self.0
    }

    /// Both together; at most what can be counted.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// What the model is shown of a message: its first characters, masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown(String);

impl Shown {
    /// What may be shown of these words; `None` if nothing is left of them.
    #[must_use]
    pub fn of(words: &str, masker: &Masker) -> Option<Self> {
        // Masked as a whole before it is cut: half a number is not known as one.
        let masked = masker.mask(words);
        let plain = masked.chars().map(|c| if c.is_control() { ' ' } else { c });
        let cut: String = plain.take(SHOWN_CHARACTERS_MAX).collect();
        let cut = cut.trim();
        (!cut.is_empty()).then(|| Self(cut.to_owned()))
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.0
    }
}

/// Everything that the model may guess. Nothing in this list agrees to anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// To book.
    Book,
    /// To know prices.
    Prices,
    /// To know the hours.
    Hours,
    /// To know where it is.
    Location,
    /// To know what promotions run.
    Offers,
    /// To see their bookings, perhaps to move or cancel one.
    Bookings,
    /// A person.
    Person,
    /// None of these, or it cannot be told.
    Nothing,
}

impl Guess {
    /// Every guess.
    pub const ALL: [Self; 8] = [
        Self::Book,
        Self::Prices,
        Self::Hours,
        Self::Location,
        Self::Offers,
        Self::Bookings,
        Self::Person,
        Self::Nothing,
    ];

    /// The word that the model answers with.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Book => "book",
            Self::Prices => "prices",
            Self::Hours => "hours",
            Self::Location => "location",
            Self::Offers => "offers",
            Self::Bookings => "bookings",
            Self::Person => "person",
            Self::Nothing => "nothing",
        }
    }

    /// The guess of a word; `None` for any other.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|guess| guess.code() == code)
    }
}

/// What asking the model came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consulted {
    /// Its guess; `None` if it did not answer, or not as it was asked to.
    pub guess: Option<Guess>,
    /// What asking cost, whatever it came to.
    pub cost: MicroDollars,
}

/// What follows from a guess: something that is told, or a question. `None` if the machine goes on as without it.
#[must_use]
pub fn proposed(stage: &Stage, guess: Guess, facts: &Facts<'_>) -> Option<Step> {
    let free = match stage {
        Stage::Open | Stage::Booked { .. } => true,
        Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => false,
    };
    match guess {
        Guess::Book => free.then(|| Step::say(Reply::MeantBooking)),
        Guess::Prices => Some(inquiry::prices(stage, &Words::bare(Intent::AskPrice), facts)),
        Guess::Hours => Some(inquiry::hours(&Words::bare(Intent::AskHours), facts)),
        Guess::Location => Some(Step::say(Reply::Location)),
        Guess::Offers => Some(Step::wish(Wish::Promotions)),
        Guess::Bookings => free.then(|| {
            Step::wish(Wish::Upcoming {
                then: visit::Then::Show,
            })
        }),
        Guess::Person => Some(Step::say(Reply::NotUnderstood(
            crate::machine::Misunderstanding::Third,
        ))),
        Guess::Nothing => None,
    }
}

#[cfg(test)]
mod tests;
