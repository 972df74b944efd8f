//! Names of people whom a business knows, and where a word is one.
//!
//! A business may have fifty thousand customers, so nobody carries their names about: the words of a text are asked for,
//! each by equality with the words of names ([`NameWords`], [`crate::ports::NameBook`]), and those that are a part of one are
//! masked. A word that everybody says (*May*, *salama*, the name of a service) is a name only beside another one or where a
//! name is told (*my name is May*, *naitwa Salama*). A word that says nothing else (*Grace*, *Baraka*) is masked wherever it
//! stands.

use std::collections::BTreeSet;

use super::{Piece, is_unseen, joined, pieces};
use crate::understanding::{fold, is_everyday};

/// The least letters of a part of a name that is masked by itself.
const NAME_MIN: usize = 3;

/// How many different words are asked for at most. What stands beyond them is masked, whatever it is.
pub const NAMES_ASKED_MAX: usize = 512;

/// Small words: never masked for standing beside a name, though somebody calls themselves *Love and Peace*.
const SMALL: &[&str] = &[
    "and", "are", "for", "from", "kwa", "like", "not", "pia", "sana", "the", "then", "was", "will", "with",
    "yake", "yangu", "you", "your",
];

/// Words behind which a name is told.
const TOLD_BEHIND: &[&str] = &[
    "anaitwa", "called", "miss", "mr", "mrs", "ms", "naitwa", "named", "unaitwa",
];

/// The same, of two words.
const TOLD_BEHIND_BOTH: &[(&str, &str)] = &[
    ("jina", "langu"),
    ("jina", "lake"),
    ("jina", "ni"),
    ("lake", "ni"),
    ("langu", "ni"),
    ("name", "is"),
];

/// The words of texts that may be names, each once, as they are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameWords {
    words: BTreeSet<String>,
    /// Whether there were more than are asked for.
    cut: bool,
}

impl NameWords {
    /// The words of these texts, without case, accents and apostrophes. Of more than [`NAMES_ASKED_MAX`] the first ones.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut asked = Self::default();
        for text in texts {
            for piece in pieces(text).0.iter().filter(|piece| piece.mask.is_none()) {
                for word in spellings(piece.word) {
                    if asked.words.len() < NAMES_ASKED_MAX {
                        asked.words.insert(word);
                    } else {
                        asked.cut |= !asked.words.contains(&word);
                    }
                }
            }
        }
        asked
    }

    /// The words, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// Whether there is nothing to ask for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// The floor with the names of people whom a business knows: their names are masked as well.
#[derive(Clone, Debug, Default)]
pub struct Masker {
    /// Of people at hand, masked wherever they stand.
    names: BTreeSet<String>,
    /// Of anybody, masked unless they are everyday words.
    known: BTreeSet<String>,
    /// What was asked for, where that was not all.
    asked: Option<BTreeSet<String>>,
    /// What everybody says at this business.
    everyday: BTreeSet<String>,
    /// Names that whoever reads it may see.
    shown: BTreeSet<String>,
}

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Somebody's name.
    Name,
    /// A part of somebody's name, and a word that everybody says.
    Everyday,
    /// Neither.
    Word,
}

impl Masker {
    /// Whose names are to be masked, each as a whole or in parts. A part of one or two letters is no name by itself.
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        Self {
            names: spellings_of(names),
            ..Self::default()
        }
    }

    /// …and which of the words that were asked for are parts of names that the business knows.
    #[must_use]
    pub fn knowing(mut self, asked: &NameWords, known: BTreeSet<String>) -> Self {
        self.known = known;
        self.asked = asked.cut.then(|| asked.words.clone());
        self
    }

    /// …where everybody says these names, such as those of services.
    #[must_use]
    pub fn everyday<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.everyday.extend(spellings_of(names));
        self
    }

    /// …but not these names, which whoever reads it knows: their colleagues', and that of whose conversation it is.
    #[must_use]
    pub fn showing<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.shown.extend(spellings_of(names));
        self
    }

    /// The text with everything masked that the floor knows, and these names.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        let (pieces, rest) = pieces(text);
        let standing: Vec<Standing> = pieces.iter().map(|piece| self.standing(piece)).collect();
        let is_name = |place: usize| standing.get(place) == Some(&Standing::Name);
        joined(&pieces, rest, |place, piece| {
            let beside = || {
                let small = spellings(piece.word)
                    .iter()
                    .all(|word| SMALL.contains(&word.as_str()));
                !small && (is_name(place + 1) || place.checked_sub(1).is_some_and(is_name))
            };
            let named = match standing.get(place) {
                Some(Standing::Name) => true,
                Some(Standing::Everyday) => beside() || is_told(&pieces, place),
                Some(Standing::Word) | None => false,
            };
            match piece.mask {
                Some(mask) => Some(mask.to_owned()),
                None => named.then(|| unnamed(piece.word)),
            }
        })
    }

    fn standing(&self, piece: &Piece<'_>) -> Standing {
        let mut standing = Standing::Word;
        if piece.mask.is_some() || is_mask(piece.word) {
            return standing;
        }
        for word in spellings(piece.word) {
            let doubtful = self.asked.as_ref().is_some_and(|asked| !asked.contains(&word));
            let known = self.known.contains(&word);
            if self.shown.contains(&word) {
                continue;
            } else if self.names.contains(&word) || doubtful {
                return Standing::Name;
            } else if known && (self.everyday.contains(&word) || is_everyday(&word)) {
                standing = Standing::Everyday;
            } else if known {
                return Standing::Name;
            }
        }
        standing
    }
}

/// Whether the words before say that a name follows.
fn is_told(pieces: &[Piece<'_>], place: usize) -> bool {
    let word = |back: usize| {
        let piece = place.checked_sub(back).and_then(|place| pieces.get(place));
        piece.map_or_else(String::new, |piece| bare(piece.word))
    };
    let (last, before) = (word(1), word(2));
    TOLD_BEHIND.contains(&last.as_str()) || TOLD_BEHIND_BOTH.contains(&(before.as_str(), last.as_str()))
}

/// What the masker left in the place of a word, and nothing else.
fn is_mask(word: &str) -> bool {
    let Some((before, from)) = word.split_once('[') else {
        return false;
    };
    let Some((inner, after)) = from.split_once(']') else {
        return false;
    };
    let masks = ["card", "e-mail", "id", "name", "number", "pin", "receipt"];
    masks.contains(&inner) && !before.contains(is_of_name) && !after.contains(is_of_name)
}

fn spellings_of<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> BTreeSet<String> {
    let words = |name: N| -> Vec<String> { name.as_ref().split_whitespace().flat_map(spellings).collect() };
    names.into_iter().flat_map(words).collect()
}

/// The spellings under which a word may be a name: its parts (*Asha* of *Asha's*, *Mary* and *Anne* of *Mary-Anne*), and those
/// with what an apostrophe parts (*nganga* of *Ng'ang'a*).
fn spellings(word: &str) -> Vec<String> {
    let whole = word.split(|c: char| !is_of_name(c) && !is_apostrophe(c));
    let parts = word.split(|c: char| !is_of_name(c));
    let mut spellings: Vec<String> = whole
        .chain(parts)
        .map(fold)
        .filter(|spelling| spelling.chars().count() >= NAME_MIN)
        .collect();
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

fn bare(word: &str) -> String {
    fold(word.trim_matches(|c: char| !is_of_name(c)))
}

/// A letter, or what changes how one is shown.
fn is_of_name(c: char) -> bool {
    c.is_alphabetic() || is_unseen(c) || matches!(c, '\u{300}'..='\u{36f}')
}

const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '`' | '\u{b4}' | '\u{2bc}')
}

/// A word with a name in it: what stands around is kept, so that a sentence keeps its shape.
fn unnamed(word: &str) -> String {
    let core = word.trim_matches(|c: char| !is_of_name(c));
    match word.split_once(core) {
        Some((before, after)) if !core.is_empty() => format!("{before}[name]{after}"),
        Some(_) | None => "[name]".to_owned(),
    }
}

#[cfg(test)]
mod tests;
