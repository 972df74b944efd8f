//! The masking floor: what no log, brief or export shows of what somebody wrote.
//!
//! Phone numbers, national ids, card numbers, KRA PINs, M-Pesa receipts and e-mail addresses are replaced by a word in
//! brackets. It errs on the side of masking: a long number that means nothing is masked as well, an amount or an hour
//! is not. A [`Masker`] masks names as well, for whatever leaves the business.

mod names;

pub use names::{Masker, NAMES_ASKED_MAX, NameWords};

/// The shortest run of digits that is masked whatever it means; prices and times are shorter.
const DIGITS_MIN: usize = 7;

/// The text with everything masked that the floor knows, and nobody's name.
#[must_use]
pub fn redact(text: &str) -> String {
    let (pieces, rest) = pieces(text);
    joined(&pieces, rest, |_place, piece| piece.mask.map(str::to_owned))
}

/// The text with what nobody of the business needs to see: numbers of cards and of identity documents. For the eyes of
/// whoever answers the customer; what leaves the house passes [`redact`].
#[must_use]
pub fn without_secrets(text: &str) -> String {
    let (pieces, rest) = pieces(text);
    joined(&pieces, rest, |_place, piece| {
        let secret = piece
            .mask
            .filter(|mask| ["[card]", "[id]", "[pin]"].contains(mask));
        secret.map(str::to_owned)
    })
}

/// A word of a text, or a number in groups, with the space before it.
struct Piece<'t> {
    space: &'t str,
    word: &'t str,
    /// What the floor shows in its place.
    mask: Option<&'static str>,
}

/// The words of a text, and the space behind the last one.
fn pieces(text: &str) -> (Vec<Piece<'_>>, &str) {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
        let (space, from) = rest.split_at(start);
        let (word, after) = from.split_at(run_end(from));
        let mask = mask(word);
        pieces.push(Piece { space, word, mask });
        rest = after;
    }
    (pieces, rest)
}

/// The text again, with what is shown in the place of each word; as it is where that is nothing.
fn joined(pieces: &[Piece<'_>], rest: &str, shown: impl Fn(usize, &Piece<'_>) -> Option<String>) -> String {
    let mut text = String::new();
    for (place, piece) in pieces.iter().enumerate() {
        text.push_str(piece.space);
        match shown(place, piece) {
            Some(shown) => text.push_str(&shown),
            None => text.push_str(piece.word),
        }
    }
    text.push_str(rest);
    text
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
