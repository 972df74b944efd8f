//! A small language for phrases, so that the rules of intent are data.
//!
//! A pattern is words with spaces between. Each is one of these, or several of them joined by `|`:
//!
//! | written | matches one token that |
//! | --- | --- |
//! | `bei` | is this word |
//! | `promo*` | begins so |
//! | `+pay`, `-pay` | is a positive or negative verb form of this root |
//! | `~pay` | is a form of this root that tells what has happened: *nimelipa*, *tumeshalipa* |
//! | `<call` | is a form of this root that is done to the speaker: *nipigie*, *mnaweza kunipigia* |
//! | `=book` | is a passive form of this root that tells what has happened, or has not yet: *imebookiwa* |
//! | `@booking` | is in the class of that name |
//! | `#` | is a number |
//!
//! `!` before the whole element turns it round, `..` is a gap of up to four tokens, `^` and `$` are the message's ends.

use std::sync::OnceLock;

use super::numeral;
use super::token::{Kind, Token};
use super::verb::Verb;

const GAP_TOKENS_MAX: usize = 4;

/// Named classes of words for patterns.
const CLASSES: &[(&str, &[&str])] = &[
    (
        "booking",
        &[
            "booking",
            "bookings",
            "appointment",
            "appointments",
            "miadi",
            "nafasi",
            "slot",
            "reservation",
            "session",
            "bookin",
            "ahadi",
        ],
    ),
    (
        "slot",
        &[
            "slot",
            "slots",
            "nafasi",
            "space",
            "spaces",
            "opening",
            "openings",
            "appointment",
            "appointments",
            "availability",
            "chance",
            "room",
            "vacancy",
            "time",
        ],
    ),
    (
        "message",
        &[
            "message",
            "messages",
            "meseji",
            "ujumbe",
            "jumbe",
            "sms",
            "smses",
            "text",
            "texts",
            "texting",
            "messaging",
            "matangazo",
            "promo",
            "promos",
            "promotions",
            "notifications",
            "updates",
            "marketing",
            "adverts",
            "ads",
            "whatsapp",
            "spam",
        ],
    ),
    (
        "prompt",
        &[
            "prompt", "stk", "popup", "pop", "mpesa", "toolkit", "prompts", "push",
        ],
    ),
    // Of the words that say yes, those with which a sentence about something else begins.
    (
        "yes",
        &["ok", "okay", "okey", "sawa", "poa", "yes", "haya", "fiti", "basi"],
    ),
    (
        "money",
        &[
            "pesa", "money", "hela", "doh", "chapaa", "ganji", "cash", "deposit", "fedha", "payment",
            "malipo", "amount", "shilingi", "fee",
        ],
    ),
    (
        "mine",
        &["my", "our", "yangu", "zangu", "yetu", "langu", "wangu", "zetu"],
    ),
    ("you", &["you", "u", "ya", "guys", "y'all", "yall"]),
    ("be", &["is", "are", "r", "am", "was", "be"]),
    (
        "person",
        &[
            "person",
            "human",
            "someone",
            "somebody",
            "mtu",
            "mhudumu",
            "meneja",
            "manager",
            "agent",
            "owner",
            "boss",
            "mwenyewe",
            "staff",
            "receptionist",
            "reception",
            "supervisor",
            "people",
            "watu",
            "operator",
            "msimamizi",
            "mkubwa",
            "attendant",
            "representative",
            "binadamu",
        ],
    ),
    (
        "cannot",
        &["cant", "cannot", "wont", "not", "unable", "couldnt", "never"],
    ),
    (
        "other",
        &[
            "nyingine",
            "ingine",
            "mwingine",
            "ingineyo",
            "tofauti",
            "another",
            "different",
            "other",
            "lingine",
        ],
    ),
    (
        "day",
        &[
            "leo",
            "kesho",
            "keshokutwa",
            "jumatatu",
            "jumanne",
            "jumatano",
            "alhamisi",
            "ijumaa",
            "jumamosi",
            "jumapili",
            "wikendi",
            "weekend",
            "today",
            "tomorrow",
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
            "sundays",
            "saturdays",
        ],
    ),
    ("again", &["again", "tena", "twice", "double"]),
    // Of money that the business took.
    (
        "taken",
        &[
            "charged",
            "deducted",
            "debited",
            "billed",
            "took",
            "taken",
            "deduction",
        ],
    ),
    (
        "excess",
        &[
            "more",
            "extra",
            "double",
            "duplicate",
            "wrong",
            "wrongly",
            "zaidi",
            "again",
            "twice",
        ],
    ),
    // Which of several, in words or as *2nd*.
    (
        "nth",
        &[
            "first", "second", "third", "fourth", "fifth", "sixth", "1st", "2nd", "3rd", "4th", "5th", "6th",
            "last", "final", "middle", "top", "bottom",
        ],
    ),
    (
        "nth_sw",
        &[
            "kwanza", "pili", "tatu", "nne", "tano", "sita", "saba", "nane", "tisa", "kumi", "mwisho",
            "katikati",
        ],
    ),
    (
        "pick",
        &[
            "pick", "choose", "chose", "take", "select", "want", "prefer", "like", "give", "with", "go",
            "for",
        ],
    ),
    (
        "settled",
        &[
            "confirmed",
            "booked",
            "reserved",
            "scheduled",
            "secured",
            "moved",
            "changed",
            "rescheduled",
            "postponed",
            "cancelled",
            "canceled",
        ],
    ),
];

/// Patterns of which one is enough; they are parsed at their first use.
pub(super) struct Patterns {
    sources: &'static [&'static str],
    parsed: OnceLock<Vec<Pattern>>,
}

/// A pattern, and a mark of the words of which it needs one, for each step that takes nothing but words. A message without
/// such a mark is not looked through: few messages have the words of any one pattern.
struct Pattern {
    elements: Vec<Element>,
    needed: Vec<Marks>,
}

/// A set of words as bits, one for each word; some words share a bit.
#[derive(Clone, Copy, Default)]
struct Marks(u128);

impl Marks {
    fn of(word: &str) -> Self {
        // FNV-1a: short words, and nobody gains by a clash.
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(1 << (hash >> 57))
    }

    fn union(marks: impl Iterator<Item = Self>) -> Self {
        Self(marks.fold(0, |all, marks| all | marks.0))
    }

    const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl Pattern {
    fn parse(source: &'static str) -> Self {
        let elements: Vec<Element> = source.split(' ').map(Element::parse).collect();
        let needed = elements.iter().filter_map(Element::words).collect();
        Self { elements, needed }
    }
}

/// One step of a pattern.
enum Element {
    Start,
    End,
    Gap,
    OneOf(Vec<Alternative>),
    NoneOf(Vec<Alternative>),
}

/// What one token may be.
enum Alternative {
    Word(&'static str),
    Prefix(&'static str),
    Verb { root: &'static str, negative: bool },
    Undergone(&'static str),
    Done(&'static str),
    ToMe(&'static str),
    Class(&'static [&'static str]),
    Number,
}

impl Patterns {
    pub(super) const fn new(sources: &'static [&'static str]) -> Self {
        Self {
            sources,
            parsed: OnceLock::new(),
        }
    }

    fn parsed(&self) -> &[Pattern] {
        self.parsed
            .get_or_init(|| self.sources.iter().map(|source| Pattern::parse(source)).collect())
    }
}

impl Element {
    fn parse(source: &'static str) -> Self {
        let alternatives = |source: &'static str| source.split('|').map(Alternative::parse).collect();
        match source {
            "^" => Self::Start,
            "$" => Self::End,
            ".." => Self::Gap,
            source => match source.strip_prefix('!') {
                Some(source) => Self::NoneOf(alternatives(source)),
                None => Self::OneOf(alternatives(source)),
            },
        }
    }
}

impl Element {
    /// The words of which a step takes one; `None` if it takes other things too, or nothing.
    fn words(&self) -> Option<Marks> {
        let Self::OneOf(alternatives) = self else {
            return None;
        };
        let marks: Option<Vec<Marks>> = alternatives.iter().map(Alternative::words).collect();
        Some(Marks::union(marks?.into_iter()))
    }
}

impl Alternative {
    fn words(&self) -> Option<Marks> {
        match self {
            Self::Word(word) => Some(Marks::of(word)),
            Self::Class(words) => Some(Marks::union(words.iter().map(|word| Marks::of(word)))),
            Self::Prefix(_)
            | Self::Verb { .. }
            | Self::Undergone(_)
            | Self::Done(_)
            | Self::ToMe(_)
            | Self::Number => None,
        }
    }

    fn parse(source: &'static str) -> Self {
        if let Some(class) = source.strip_prefix('@') {
            let words = CLASSES
                .iter()
                .find(|(name, _)| *name == class)
                .map(|(_, words)| *words);
            return Self::Class(words.unwrap_or_default());
        }
        if let Some(root) = source.strip_prefix('+') {
            return Self::Verb {
                root,
                negative: false,
            };
        }
        if let Some(root) = source.strip_prefix('-') {
            return Self::Verb { root, negative: true };
        }
        if let Some(root) = source.strip_prefix('~') {
            return Self::Done(root);
        }
        if let Some(root) = source.strip_prefix('<') {
            return Self::ToMe(root);
        }
        if let Some(root) = source.strip_prefix('=') {
            return Self::Undergone(root);
        }
        match source.strip_suffix('*') {
            Some(head) => Self::Prefix(head),
            None if source == "#" => Self::Number,
            None => Self::Word(source),
        }
    }

    fn fits(&self, token: &Token, verb: Option<Verb>) -> bool {
        match self {
            Self::Word(word) => token.text == *word,
            Self::Prefix(head) => token.text.starts_with(head),
            Self::Verb { root, negative } => {
                verb.is_some_and(|verb| verb.root == *root && verb.negative == *negative)
            }
            Self::Undergone(root) => verb.is_some_and(|verb| verb.root == *root && verb.undergone),
            Self::ToMe(root) => verb.is_some_and(|verb| verb.root == *root && verb.to_me && !verb.negative),
            Self::Done(root) => verb.is_some_and(|verb| verb.root == *root && verb.done),
            Self::Class(words) => words.contains(&token.text.as_str()),
            Self::Number => token.kind != Kind::Word || numeral::unit(&token.text).is_some(),
        }
    }
}

/// A message as patterns see it: one entry for each token that is not a filler.
pub(super) struct Phrase<'t> {
    tokens: Vec<(&'t Token, Option<Verb>)>,
    said: Marks,
}

impl<'t> Phrase<'t> {
    pub(super) fn new(tokens: impl Iterator<Item = (&'t Token, Option<Verb>)>) -> Self {
        let tokens: Vec<_> = tokens.collect();
        let said = Marks::union(tokens.iter().map(|(token, _)| Marks::of(&token.text)));
        Self { tokens, said }
    }

    pub(super) fn tokens(&self) -> &[(&'t Token, Option<Verb>)] {
        &self.tokens
    }

    /// Whether one of the patterns occurs.
    pub(super) fn has_any(&self, patterns: &Patterns) -> bool {
        patterns.parsed().iter().any(|pattern| self.has(pattern))
    }

    fn has(&self, pattern: &Pattern) -> bool {
        if !pattern.needed.iter().all(|needed| needed.meets(self.said)) {
            return false;
        }
        let pattern = &pattern.elements;
        // A pattern that begins at the beginning need not be tried anywhere else.
        let last = if let Some(Element::Start) = pattern.first() {
            0
        } else {
            self.tokens.len()
        };
        (0..=last).any(|at| self.matches(pattern, at))
    }

    fn matches(&self, pattern: &[Element], at: usize) -> bool {
        let Some((element, rest)) = pattern.split_first() else {
            return true;
        };
        let fits = |alternatives: &[Alternative], wanted: bool| {
            self.tokens
                .get(at)
                .is_some_and(|(token, verb)| alternatives.iter().any(|one| one.fits(token, *verb)) == wanted)
        };
        match element {
            Element::Start => at == 0 && self.matches(rest, at),
            Element::End => at == self.tokens.len() && self.matches(rest, at),
            Element::Gap => {
                let furthest = at.saturating_add(GAP_TOKENS_MAX).min(self.tokens.len());
                (at..=furthest).any(|next| self.matches(rest, next))
            }
            Element::OneOf(alternatives) => {
                fits(alternatives, true) && self.matches(rest, at.saturating_add(1))
            }
            Element::NoneOf(alternatives) => {
                fits(alternatives, false) && self.matches(rest, at.saturating_add(1))
            }
        }
    }
}

#[cfg(test)]
mod tests;
