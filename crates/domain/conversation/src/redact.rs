//! The masking floor: what no log, brief or export shows of what somebody wrote.
//!
//! Phone numbers, national ids, card numbers, KRA PINs, M-Pesa receipts and e-mail addresses are replaced by a word in
//! brackets. It errs on the side of masking: a long number that means nothing is masked as well, an amount or an hour
//! is not. A [`Masker`] masks names as well, for whatever leaves the business.

use std::collections::BTreeSet;

/// The shortest run of digits that is masked whatever it means; prices and times are shorter.
const DIGITS_MIN: usize = 7;

/// The text with everything masked that the floor knows, and nobody's name.
#[must_use]
pub fn redact(text: &str) -> String {
    floor(text, &|_word| false, &|_mask| true)
}

/// The text with what nobody of the business needs to see: numbers of cards and of identity documents. For the eyes of
/// whoever answers the customer; what leaves the house passes [`redact`].
#[must_use]
pub fn without_secrets(text: &str) -> String {
    floor(text, &|_word| false, &|mask| {
        ["[card]", "[id]", "[pin]"].contains(&mask)
    })
}

/// The floor with the names of people whom a business knows: their names are masked as well.
#[derive(Clone, Debug, Default)]
pub struct Masker {
    names: BTreeSet<String>,
}

impl Masker {
    /// Whose names are to be masked, each as a whole or in parts. A part of one or two letters is no name by itself.
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        let parts = |name: N| -> Vec<String> {
            let words = name.as_ref().split(|c: char| !is_of_name(c));
            let told = words.filter(|word| word.chars().count() >= NAME_MIN);
            told.map(str::to_lowercase).collect()
        };
        Self {
            names: names.into_iter().flat_map(parts).collect(),
        }
    }

    /// The text with everything masked that the floor knows, and these names.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        floor(text, &|word| self.is_named(word), &|_mask| true)
    }

    /// Whether a name is in it: by itself, with whatever hangs on it (*Asha's*), or in a greeting that was run together.
    fn is_named(&self, word: &str) -> bool {
        let mut parts = word.split(|c: char| !is_of_name(c));
        !self.names.is_empty() && parts.any(|part| self.names.contains(&part.to_lowercase()))
    }
}

/// The least letters of a part of a name that is masked by itself.
const NAME_MIN: usize = 3;

fn is_of_name(c: char) -> bool {
    c.is_alphabetic()
}

fn floor(text: &str, is_named: &dyn Fn(&str) -> bool, wanted: &dyn Fn(&str) -> bool) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
        let (space, from) = rest.split_at(start);
        masked.push_str(space);
        let end = run_end(from);
        let (word, after) = from.split_at(end);
        match mask(word).filter(|mask| wanted(mask)) {
            Some(mask) => masked.push_str(mask),
            None if is_named(word) => masked.push_str(&unnamed(word)),
            None => masked.push_str(word),
        }
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// Where the word at the beginning ends. A number written in groups is one word.
fn run_end(text: &str) -> usize {
    let starts_number = text.starts_with(|c: char| c.is_numeric() || is_unseen(c) || matches!(c, '+' | '('));
    if starts_number {
        let is_part = |c: char| {
            c.is_numeric() || is_unseen(c) || matches!(c, '+' | '(' | ')' | '-' | '.' | ' ' | '\u{a0}')
        };
        let end = text.find(|c: char| !is_part(c)).unwrap_or(text.len());
        let number = text[..end].trim_end_matches([' ', '.', '-', '(', '+', '\u{a0}']);
        let glued = text[number.len()..].starts_with(char::is_alphanumeric);
        if digits(number) >= DIGITS_MIN && !glued {
            return number.len();
        }
    }
    text.find(char::is_whitespace).unwrap_or(text.len())
}

/// A word with a name in it: what stands around is kept, so that a sentence keeps its shape.
fn unnamed(word: &str) -> String {
    let core = word.trim_matches(|c: char| !is_of_name(c));
    match word.split_once(core) {
        Some((before, after)) if !core.is_empty() => format!("{before}[name]{after}"),
        Some(_) | None => "[name]".to_owned(),
    }
}

/// Digits of any script: who writes a number in another one shows it all the same.
fn digits(text: &str) -> usize {
    text.chars().filter(|c| c.is_numeric()).count()
}

/// What is not seen and parts a number all the same.
const fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn mask(word: &str) -> Option<&'static str> {
    let core = word.trim_matches(|c: char| !c.is_alphanumeric());
    let upper = core.to_ascii_uppercase();
    if is_email(word) {
        return Some("[e-mail]");
    }
    if is_kra_pin(&upper) {
        return Some("[pin]");
    }
    if is_receipt(&upper) {
        return Some("[receipt]");
    }
    let count = digits(word);
    if count < DIGITS_MIN || is_date(core) {
        return None;
    }
    if (13..=19).contains(&count) && luhn(word) {
        return Some("[card]");
    }
    let bare = core.chars().all(|c| c.is_ascii_digit());
    if (7..=8).contains(&count) && bare {
        return Some("[id]");
    }
    Some("[number]")
}

fn is_email(word: &str) -> bool {
    word.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && host.len() >= 3)
}

/// `13/5/2026`.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split('/').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    matches!(lengths.as_slice(), [1..=2, 1..=2, 4] | [4, 1..=2, 1..=2])
        && digits(word) == lengths.iter().sum::<usize>()
}

/// A letter, nine digits, a letter.
fn is_kra_pin(word: &str) -> bool {
    let characters: Vec<char> = word.chars().collect();
    matches!(characters.as_slice(), ['A' | 'P', middle @ .., last]
        if middle.len() == 9 && middle.iter().all(char::is_ascii_digit) && last.is_ascii_uppercase())
}

/// Ten characters, capital letters and digits, both of them, beginning with a letter.
fn is_receipt(word: &str) -> bool {
    word.len() == 10
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && digits(word) >= 1
}

/// The check digit of card numbers.
fn luhn(word: &str) -> bool {
    let sum: u32 = word
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests;
