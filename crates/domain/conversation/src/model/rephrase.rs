//! A question that is asked again, in other words.
//!
//! The model is shown our question without its facts: where a date, a price, a name or what a yes agrees to stands, it sees a
//! place such as `{1}`. What it answers is said only if every place stands in it as often as before and nothing beside them says
//! a number, a day, money, an address or a promise ([`AskedAgain::accept`]); the facts are set in then, word for word, by us.
//! Else our own words go. Buttons, lists and what they mean are never shown to it.

use std::collections::{BTreeMap, BTreeSet};

use time::Duration;

use super::{MicroDollars, Shown};
use crate::texts::Tongue;
use crate::understanding::{folded_words, says_a_number, says_a_time, words_by_language};

/// For how long a turn waits for a model, however often it is asked.
pub const WAIT_MAX: Duration = Duration::seconds(4);
/// With less time than this left, nothing more is asked.
pub const WAIT_MIN: Duration = Duration::seconds(1);
/// A question longer than this is left as it is, in characters.
const QUESTION_CHARACTERS_MAX: usize = 700;
/// How much longer than ours other words may be, in characters, beside half of ours.
const LONGER_MAX: usize = 80;

/// Words that promise, grant or tell what has not happened.
const PROMISES: &[&str] = &[
    "already",
    "bure",
    "booked",
    "cancelled",
    "canceled",
    "cheap",
    "cheaper",
    "confirmed",
    "discount",
    "done",
    "free",
    "gift",
    "guarantee",
    "guaranteed",
    "half",
    "imefutwa",
    "imeghairiwa",
    "imehifadhiwa",
    "imelipwa",
    "imethibitishwa",
    "imewekwa",
    "moved",
    "nafuu",
    "nusu",
    "ofa",
    "offer",
    "paid",
    "pin",
    "prize",
    "promise",
    "promotion",
    "punguzo",
    "refund",
    "refunded",
    "rudishiwa",
    "tayari",
    "umelipa",
    "umepata",
    "win",
    "zawadi",
];

/// Words that turn a sentence round.
const NEGATIONS: &[&str] = &[
    "bila", "cannot", "cant", "didnt", "doesnt", "dont", "hakuna", "hapana", "hutaki", "hutalipa", "isnt",
    "neither", "never", "no", "nor", "not", "nothing", "si", "sio", "siyo", "usilipe", "without", "wont",
];

/// Names of money.
const MONEY: &[&str] = &[
    "bob",
    "cents",
    "dollar",
    "dollars",
    "hela",
    "kes",
    "ksh",
    "kshs",
    "pesa",
    "sh",
    "shilingi",
    "shilling",
    "shillings",
    "usd",
];

/// A question that the machine asks again, as a model may put it in other words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedAgain {
    question: String,
    facts: Vec<String>,
    heard: Option<Shown>,
    tongue: Tongue,
    room: usize,
}

/// Why other words for a question are not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSaid {
    /// There are too few of them, or too many.
    #[error("it is empty or too long")]
    Length,
    /// A fact is missing, or stands there more often than in ours.
    #[error("a fact of the question is missing or repeated")]
    Facts,
    /// A number, a time, an amount, an address or a sign that ours does not have.
    #[error("it says something that the question does not say")]
    Added,
    /// It asks nothing where ours asks.
    #[error("it does not ask")]
    NoQuestion,
    /// It is in another language than ours.
    #[error("it is in another language")]
    Language,
}

/// What asking for other words came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rephrased {
    /// The model's words as it wrote them; `None` if it did not answer, or not as it was asked to.
    pub words: Option<String>,
    /// What asking cost, whatever it came to.
    pub cost: MicroDollars,
}

impl AskedAgain {
    /// What may be shown of a question with these facts, and of the words that were not understood. `room` is how many characters
    /// the whole may have. `None` for a question that is better left as it is: too long, or with signs that places are made of.
    ///
    /// The sentences that ask are kept word for word where `yes_agrees`: nobody says yes to something else than they read.
    #[must_use]
    pub fn of(
        body: &str,
        facts: &[String],
        yes_agrees: bool,
        heard: Option<Shown>,
        tongue: Tongue,
        room: usize,
    ) -> Option<Self> {
        if body.contains(['{', '}']) || body.chars().count() > QUESTION_CHARACTERS_MAX {
            return None;
        }
        let asking = sentences(body).filter(|sentence| yes_agrees && sentence.ends_with('?'));
        let mut kept: Vec<&str> = facts.iter().map(|fact| fact.trim()).chain(asking).collect();
        kept.retain(|fact| !fact.is_empty());
        // The longest first: a name may stand in another fact.
        kept.sort_by_key(|fact| (std::cmp::Reverse(fact.chars().count()), *fact));
        kept.dedup();
        let mut question = body.to_owned();
        let mut facts = Vec::new();
        for fact in kept {
            let place = place(facts.len());
            let with_place = replaced(&question, fact, &place);
            if with_place != question {
                question = with_place;
                facts.push(fact.to_owned());
            }
        }
        Some(Self {
            question,
            facts,
            heard,
            tongue,
            room,
        })
    }

    /// The question, with a place for each fact: `{1}`, `{2}`…
    #[must_use]
    pub fn question(&self) -> &str {
        &self.question
    }

    /// What the customer wrote last, masked.
    #[must_use]
    pub fn heard(&self) -> Option<&str> {
        self.heard.as_ref().map(Shown::words)
    }

    /// In which language it is asked.
    #[must_use]
    pub const fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// How many characters an answer may have.
    #[must_use]
    pub fn characters_max(&self) -> usize {
        let ours = self.question.chars().count();
        ours + ours / 2 + LONGER_MAX
    }

    /// The model's words with the facts in their places, if they say what ours say and nothing else.
    ///
    /// # Errors
    /// [`NotSaid`]: then our own words go.
    pub fn accept(&self, words: &str) -> Result<String, NotSaid> {
        let words = words.trim();
        if words.is_empty() || words.chars().count() > self.characters_max() {
            return Err(NotSaid::Length);
        }
        let (ours, theirs) = (self.split(&self.question), self.split(words));
        if ours.places != theirs.places {
            return Err(NotSaid::Facts);
        }
        if !adds_nothing(&ours.rest, &theirs.rest) {
            return Err(NotSaid::Added);
        }
        if self.question.contains('?') && !words.contains('?') {
            return Err(NotSaid::NoQuestion);
        }
        if !is_in(&theirs.rest, self.tongue) {
            return Err(NotSaid::Language);
        }
        let said = self
            .facts
            .iter()
            .enumerate()
            .fold(words.to_owned(), |said, (at, fact)| {
                said.replace(&place(at), fact)
            });
        if said.chars().count() > self.room {
            return Err(NotSaid::Length);
        }
        Ok(said)
    }

    /// How often each place stands in a text, and the text without them.
    fn split(&self, text: &str) -> Split {
        let places = (0..self.facts.len()).map(|at| (at, text.matches(&place(at)).count()));
        let places = places.collect();
        let rest = (0..self.facts.len()).fold(text.to_owned(), |rest, at| rest.replace(&place(at), " ; "));
        Split { places, rest }
    }
}

struct Split {
    places: BTreeMap<usize, usize>,
    rest: String,
}

fn place(at: usize) -> String {
    format!("{{{}}}", at + 1)
}

/// The sentences of a text, each with its mark.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines();
    lines
        .flat_map(|line| line.split_inclusive(['?', '!', '.']))
        .map(str::trim)
}

/// The text with a place for each time that the fact stands in it as words of its own.
fn replaced(text: &str, fact: &str, place: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(fact) {
        replaced.push_str(before);
        let last = replaced.chars().next_back();
        let within = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        // A place that was set in before has a number between its braces.
        if within(last) && within(fact.chars().next())
            || within(after.chars().next()) && within(fact.chars().next_back())
            || last == Some('{')
        {
            replaced.push_str(fact);
        } else {
            replaced.push_str(place);
        }
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

/// Whether a text says no number, time, money, address, promise or negation beside those that ours says.
fn adds_nothing(ours: &str, theirs: &str) -> bool {
    let (said, new) = (loaded(ours), loaded(theirs));
    // A number may be said once for each time that we say it.
    let numbers = |text: &str| -> Vec<String> {
        let mut numbers: Vec<String> = runs_of_digits(text).collect();
        numbers.sort_unstable();
        numbers
    };
    let signs = |text: &str| -> BTreeSet<char> { text.chars().filter(|c| is_sign(*c)).collect() };
    let glued = |text: &str| {
        let characters: Vec<char> = text.chars().collect();
        // `wa.me/x` and `a@b` have no space where a sentence has one.
        characters.windows(3).any(|three| match three {
            [a, '.' | ':' | '/' | '@', b] => a.is_alphanumeric() && b.is_alphanumeric(),
            _other => false,
        })
    };
    new.is_subset(&said)
        && numbers(ours) == numbers(theirs)
        && signs(theirs).is_subset(&signs(ours))
        && (glued(ours) || !glued(theirs))
        && theirs.lines().count() <= ours.lines().count() + 2
}

/// The words of a text that say more than how something is asked.
fn loaded(text: &str) -> BTreeSet<String> {
    let words = folded_words(text);
    let is_loaded = |at: usize, word: &str| {
        let (before, after) = (
            at.checked_sub(1).and_then(|before| words.get(before)),
            words.get(at + 1),
        );
        let beside =
            |word: Option<&String>, of: &[&str]| word.is_some_and(|word| of.contains(&word.as_str()));
        // *which one* and *may I* say neither a number nor a month.
        let harmless = match word {
            "one" => beside(before, &["which", "this", "that", "of", "another", "right"]),
            "may" => beside(after, &["i", "we"]),
            _other => false,
        };
        let listed = [PROMISES, NEGATIONS, MONEY]
            .iter()
            .any(|list| list.contains(&word));
        !harmless && (listed || says_a_number(word) || says_a_time(word))
    };
    let loaded = words.iter().enumerate().filter(|(at, word)| is_loaded(*at, word));
    loaded.map(|(_, word)| word.clone()).collect()
}

fn runs_of_digits(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_numeric())
        .filter(|run| !run.is_empty())
        .map(str::to_owned)
}

/// Signs that belong to no plain sentence.
fn is_sign(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(
            c,
            '@' | '#'
                | '$'
                | '€'
                | '£'
                | '%'
                | '+'
                | '='
                | '/'
                | '\\'
                | '<'
                | '>'
                | '['
                | ']'
                | '{'
                | '}'
                | '|'
                | '^'
                | '~'
                | '_'
                | '*'
                | '`'
                | '&'
        )
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether most words that tell a language tell this one.
fn is_in(text: &str, tongue: Tongue) -> bool {
    let (swahili, english) = words_by_language(text);
    match tongue {
        Tongue::English => english > swahili * 2,
        Tongue::Swahili => swahili > english * 2,
    }
}

#[cfg(test)]
mod tests;
