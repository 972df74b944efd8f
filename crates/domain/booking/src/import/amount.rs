//! Amounts as price lists write them: `3500`, `3,500/=`, `KES 3500.00`, `Ksh2.5k`, `1,500 bob`.
//!
//! Nothing here guesses: what could mean two amounts is no amount.

use ratiba_kernel::Currency;

use super::scan::{Number, Piece, Token, scan};

/// The largest amount that is read, in minor units: a thousand million.
const MOST_MINOR: u64 = 100_000_000_000;

/// The amount that all of a cell stands for, in minor units of `currency`; may be nothing or, with a leading
/// minus, below it. `None` if it is not one amount, or one of another currency.
#[must_use]
pub fn amount_cell(text: &str, currency: Currency) -> Option<i64> {
    let text = text.trim();
    let joined = without_gaps(text);
    let text = joined.as_deref().unwrap_or(text);
    let pieces = scan(text);
    let negative = pieces
        .first()
        .and_then(Piece::mark)
        .is_some_and(|mark| matches!(mark, '-' | '−' | '–'));
    let from = usize::from(negative);
    let found = amount_at(&pieces, from, currency)?;
    let rest = pieces.get(from + found.length..).unwrap_or_default();
    let filler = |piece: &Piece| {
        piece.mark().is_some_and(|mark| matches!(mark, '.' | ','))
            || piece.word().is_some_and(|word| matches!(word, "only" | "tu"))
    };
    let minor = found.minor?;
    rest.iter()
        .all(filler)
        .then_some(if negative { -minor } else { minor })
}

/// Digits in threes with spaces between, as one number: only where the whole cell leaves no doubt.
fn without_gaps(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split([' ', '\u{a0}', '\u{202f}']).collect();
    let digits = |part: &&str| part.chars().all(|c| c.is_ascii_digit());
    let (first, rest) = parts.split_first()?;
    let tail = first.trim_start_matches(|c: char| !c.is_ascii_digit());
    let grouped = (1..=3).contains(&tail.len())
        && digits(&tail)
        && !rest.is_empty()
        && rest.iter().all(|part| part.len() == 3 && digits(part));
    grouped.then(|| parts.concat())
}

/// An amount found in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// In minor units; `None` for one that could mean two things or is of another currency.
    pub(super) minor: Option<i64>,
    /// Whether a currency or a `k` says that it is money.
    pub(super) marked: bool,
    /// How many pieces it takes.
    pub(super) length: usize,
}

/// The amount that begins at a piece, if one does.
pub(super) fn amount_at(pieces: &[Piece], at: usize, currency: Currency) -> Option<Found> {
    let mut next = at;
    let prefix = pieces.get(next).and_then(|piece| named(piece, currency));
    if prefix.is_some() {
        next += 1;
        while pieces
            .get(next)
            .and_then(Piece::mark)
            .is_some_and(|mark| matches!(mark, '.' | ':'))
        {
            next += 1;
        }
    }
    let piece = pieces.get(next)?;
    let number = match piece.token {
        Token::Number(number) => Some(number),
        Token::Ambiguous => None,
        Token::Word(_) | Token::Mark(_) => return None,
    };
    let mut marked = prefix.is_some();
    let mut own = prefix != Some(Named::Foreign);
    let mut end = piece.to;
    next += 1;
    let mut factor = 100;
    if let Some(k) = pieces.get(next)
        && k.from == end
        && k.word() == Some("k")
    {
        (factor, end, marked) = (100_000, k.to, true);
        next += 1;
    }
    let mark = |index: usize| pieces.get(index).and_then(Piece::mark);
    if let (Some('/'), Some('=' | '-')) | (Some('='), Some('/')) = (mark(next), mark(next + 1))
        && pieces.get(next).is_some_and(|slash| slash.from == end)
    {
        next += 2;
        marked = true;
    } else if let Some(suffix) = pieces.get(next).and_then(|piece| named(piece, currency))
        && prefix.is_none()
        && !begins_a_number(pieces, next + 1)
    {
        own &= suffix == Named::Own;
        marked = true;
        next += 1;
        // "3500 KES/="
        if let (Some('/'), Some('=' | '-')) = (mark(next), mark(next + 1)) {
            next += 2;
        }
    }
    Some(Found {
        minor: number.filter(|_| own).and_then(|number| minor(number, factor)),
        marked,
        length: next - at,
    })
}

fn begins_a_number(pieces: &[Piece], at: usize) -> bool {
    pieces.get(at).is_some_and(|piece| match piece.token {
        Token::Number(_) | Token::Ambiguous => true,
        Token::Mark(mark) => {
            matches!(mark, '.' | ':') && pieces.get(at + 1).is_some_and(|next| next.number().is_some())
        }
        Token::Word(_) => false,
    })
}

fn minor(number: Number, factor: u64) -> Option<i64> {
    let minor = number.times(factor).filter(|minor| *minor <= MOST_MINOR)?;
    i64::try_from(minor).ok()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Own,
    Foreign,
}

/// Whether a piece names a currency, and whose.
fn named(piece: &Piece, currency: Currency) -> Option<Named> {
    let (own, shillings): (&[&str], bool) = match currency {
        Currency::Kes => (&["kes", "ksh", "kshs"], true),
        Currency::Ugx => (&["ugx", "ush", "ushs"], true),
        Currency::Tzs => (&["tzs", "tsh", "tshs"], true),
        Currency::Usd => (&["usd", "dollar", "dollars"], false),
    };
    match &piece.token {
        Token::Mark('$') => Some(if currency == Currency::Usd {
            Named::Own
        } else {
            Named::Foreign
        }),
        Token::Mark('€' | '£') => Some(Named::Foreign),
        Token::Word(word) => match word.as_str() {
            word if own.contains(&word) => Some(Named::Own),
            "sh" | "shs" | "shilling" | "shillings" | "shilingi" | "bob" => {
                Some(if shillings { Named::Own } else { Named::Foreign })
            }
            "kes" | "ksh" | "kshs" | "ugx" | "ush" | "ushs" | "tzs" | "tsh" | "tshs" | "usd" | "dollar"
            | "dollars" | "eur" | "euro" | "euros" | "gbp" | "pounds" | "zar" | "rand" => {
                Some(Named::Foreign)
            }
            _other => None,
        },
        Token::Number(_) | Token::Ambiguous | Token::Mark(_) => None,
    }
}

#[cfg(test)]
mod tests;
