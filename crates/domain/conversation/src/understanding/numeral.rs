//! Numbers in words and digits, in both languages.

use super::token::{Kind, Token};

/// Swahili units with the agreeing forms that people use; the index is the value.
#[rustfmt::skip]
const SWAHILI_UNITS: &[(&str, u32)] = &[
    ("moja", 1), ("mmoja", 1), ("limoja", 1), ("kimoja", 1), ("mbili", 2), ("wawili", 2), ("mawili", 2),
    ("viwili", 2), ("miwili", 2), ("tatu", 3), ("watatu", 3), ("matatu", 3), ("vitatu", 3), ("mitatu", 3),
    ("nne", 4), ("wanne", 4), ("manne", 4), ("vinne", 4), ("minne", 4), ("tano", 5), ("watano", 5),
    ("matano", 5), ("vitano", 5), ("mitano", 5), ("sita", 6), ("saba", 7), ("nane", 8), ("wanane", 8),
    ("tisa", 9),
];

#[rustfmt::skip]
const SWAHILI_TENS: &[(&str, u32)] = &[
    ("kumi", 10), ("ishirini", 20), ("thelathini", 30), ("thelathin", 30), ("arobaini", 40),
    ("arubaini", 40), ("hamsini", 50), ("sitini", 60), ("sabini", 70), ("themanini", 80), ("tisini", 90),
];

#[rustfmt::skip]
const ENGLISH_UNITS: &[(&str, u32)] = &[
    ("one", 1), ("two", 2), ("three", 3), ("four", 4), ("five", 5), ("six", 6), ("seven", 7), ("eight", 8),
    ("nine", 9),
];

#[rustfmt::skip]
const ENGLISH_TEENS: &[(&str, u32)] = &[
    ("ten", 10), ("eleven", 11), ("twelve", 12), ("thirteen", 13), ("fourteen", 14), ("fifteen", 15),
    ("sixteen", 16), ("seventeen", 17), ("eighteen", 18), ("nineteen", 19),
];

#[rustfmt::skip]
const ENGLISH_TENS: &[(&str, u32)] = &[
    ("twenty", 20), ("thirty", 30), ("forty", 40), ("fourty", 40), ("fifty", 50), ("sixty", 60),
    ("seventy", 70), ("eighty", 80), ("ninety", 90),
];

#[rustfmt::skip]
const ORDINALS: &[(&str, u32)] = &[
    ("kwanza", 1), ("mosi", 1), ("pili", 2), ("tatu", 3), ("nne", 4), ("tano", 5), ("sita", 6), ("saba", 7),
    ("nane", 8), ("tisa", 9), ("kumi", 10), ("first", 1), ("second", 2), ("third", 3), ("fourth", 4),
    ("fifth", 5), ("sixth", 6), ("seventh", 7), ("eighth", 8), ("ninth", 9), ("tenth", 10),
    ("eleventh", 11), ("twelfth", 12), ("thirteenth", 13), ("fourteenth", 14), ("fifteenth", 15),
    ("sixteenth", 16), ("seventeenth", 17), ("eighteenth", 18), ("nineteenth", 19), ("twentieth", 20),
    ("thirtieth", 30),
];

/// A number that was read, and how many tokens it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) value: u32,
    pub(super) length: usize,
    pub(super) digits: bool,
}

fn find(table: &[(&str, u32)], word: &str) -> Option<u32> {
    table
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, value)| *value)
}

/// The value of a single numeral word of either language.
pub(super) fn unit(word: &str) -> Option<u32> {
    [
        SWAHILI_UNITS,
        SWAHILI_TENS,
        ENGLISH_UNITS,
        ENGLISH_TEENS,
        ENGLISH_TENS,
    ]
    .iter()
    .find_map(|table| find(table, word))
}

/// Whether the word is a Swahili numeral.
pub(super) fn is_swahili_numeral(word: &str) -> bool {
    find(SWAHILI_UNITS, word)
        .or_else(|| find(SWAHILI_TENS, word))
        .is_some()
}

/// *Kwanza*, *pili*, *third*, `3rd`.
pub(super) fn ordinal(token: &Token) -> Option<u32> {
    match token.kind {
        Kind::Ordinal(value) => Some(value),
        Kind::Word => find(ORDINALS, &token.text),
        Kind::Number(_) | Kind::Tenths(_) | Kind::Clock { .. } | Kind::Dated { .. } => None,
    }
}

/// An ordinal in words that may have two: *twentieth*, *twenty fifth*; its value and length.
pub(super) fn ordinal_in_words(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    if let Some(tens @ (20 | 30)) = find(ENGLISH_TENS, word(at)) {
        let unit = find(ORDINALS, word(at + 1)).filter(|unit| *unit < 10)?;
        return Some((tens + unit, 2));
    }
    find(ORDINALS, word(at)).map(|value| (value, 1))
}

/// The longest number at `at`: digits (*2*, *2k*), Swahili (*elfu mbili mia tano*) or English (*two hundred*).
pub(super) fn cardinal(tokens: &[Token], at: usize) -> Option<Read> {
    let token = tokens.get(at)?;
    let thousands = tokens.get(at + 1).is_some_and(|next| next.text == "k");
    match token.kind {
        Kind::Number(value) if thousands => Some(Read {
            value: value.saturating_mul(1000),
            length: 2,
            digits: true,
        }),
        Kind::Number(value) => Some(Read {
            value,
            length: 1,
            digits: true,
        }),
        Kind::Tenths(tenths) if thousands => Some(Read {
            value: tenths.saturating_mul(100),
            length: 2,
            digits: true,
        }),
        Kind::Word => swahili(tokens, at).or_else(|| english(tokens, at)),
        Kind::Tenths(_) | Kind::Clock { .. } | Kind::Dated { .. } | Kind::Ordinal(_) => None,
    }
}

/// A Swahili number: thousands, hundreds, tens and units, joined by *na* or not.
fn swahili(tokens: &[Token], start: usize) -> Option<Read> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let (mut value, mut at) = (0_u32, start);
    for (name, size) in [("laki", 100_000_u32), ("elfu", 1000), ("mia", 100)] {
        let from = if at > start && word(at) == "na" {
            at + 1
        } else {
            at
        };
        if word(from) != name {
            continue;
        }
        let many = below_hundred(tokens, from + 1).filter(|_| word(from + 1) != "na");
        let digits = tokens.get(from + 1).and_then(Token::number);
        let (count, length) = match (many, digits) {
            (Some((count, length)), _) => (count, length),
            (None, Some(count)) => (count, 1),
            (None, None) => (1, 0),
        };
        value = value.saturating_add(count.saturating_mul(size));
        at = from + 1 + length;
    }
    let from = if at > start && word(at) == "na" {
        at + 1
    } else {
        at
    };
    if let Some((rest, length)) = below_hundred(tokens, from) {
        value = value.saturating_add(rest);
        at = from + length;
    }
    (at > start).then_some(Read {
        value,
        length: at - start,
        digits: false,
    })
}

/// *Ishirini na tano*, *kumi*, *sita*: the longest.
fn below_hundred(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    if let Some(tens) = find(SWAHILI_TENS, word(at)) {
        let unit = find(SWAHILI_UNITS, word(at + 2)).filter(|_| word(at + 1) == "na");
        return Some(unit.map_or((tens, 1), |unit| (tens + unit, 3)));
    }
    find(SWAHILI_UNITS, word(at)).map(|unit| (unit, 1))
}

fn english(tokens: &[Token], start: usize) -> Option<Read> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let (mut value, mut length) = english_below_hundred(word(start), word(start + 1))?;
    for (name, size) in [("hundred", 100_u32), ("thousand", 1000)] {
        if word(start + length) != name {
            continue;
        }
        value = value.saturating_mul(size);
        length += 1;
        let joined = usize::from(word(start + length) == "and");
        let at = start + length + joined;
        if let Some((rest, rest_length)) = english_below_hundred(word(at), word(at + 1)) {
            if word(at + rest_length) == "hundred" {
                value = value.saturating_add(rest.saturating_mul(100));
                length += joined + rest_length + 1;
            } else {
                value = value.saturating_add(rest);
                length += joined + rest_length;
            }
        }
    }
    Some(Read {
        value,
        length,
        digits: false,
    })
}

fn english_below_hundred(word: &str, next: &str) -> Option<(u32, usize)> {
    if let Some(tens) = find(ENGLISH_TENS, word) {
        return Some(find(ENGLISH_UNITS, next).map_or((tens, 1), |unit| (tens + unit, 2)));
    }
    find(ENGLISH_UNITS, word)
        .or_else(|| find(ENGLISH_TEENS, word))
        .map(|value| (value, 1))
}

/// An English hour in words: *one* to *twelve*.
pub(super) fn english_hour(word: &str) -> Option<u32> {
    find(ENGLISH_UNITS, word)
        .or_else(|| find(ENGLISH_TEENS, word))
        .filter(|hour| *hour <= 12)
}

/// A Swahili hour in words, and its length: *kumi na moja* before *kumi*.
///
/// *Kumi na tano* is no hour: the second value says that the words went on and made it none.
pub(super) fn swahili_hour(tokens: &[Token], at: usize) -> Option<(Result<u32, ()>, usize)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    if word(at) == "kumi" && word(at + 1) == "na" {
        match find(SWAHILI_UNITS, word(at + 2)) {
            Some(unit @ (1 | 2)) => return Some((Ok(10 + unit), 3)),
            Some(_none) => return Some((Err(()), 3)),
            None => return Some((Ok(10), 1)),
        }
    }
    let (value, length) = below_hundred(tokens, at)?;
    let hour = if value <= 12 { Ok(value) } else { Err(()) };
    // Only a unit counts as an hour with what follows: *nne na ishirini* is four and twenty minutes.
    Some((hour, if value <= 12 { 1 } else { length }))
}
