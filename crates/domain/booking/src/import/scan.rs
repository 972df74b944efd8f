//! A line cut into numbers, words and marks, each with its place.

use super::text::{fold, is_mark};

/// A number as written, without a sign: `digits` shifted right by `scale` decimal places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) digits: u64,
    pub(super) scale: u32,
}

impl Number {
    /// Its value times `by`, if that is a whole number.
    pub(super) fn times(self, by: u64) -> Option<u64> {
        let divisor = 10_u64.checked_pow(self.scale)?;
        let product = self.digits.checked_mul(by)?;
        product.is_multiple_of(divisor).then(|| product / divisor)
    }

    pub(super) const fn is_whole(self) -> bool {
        self.scale == 0
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Number(Number),
    /// Digits that could mean two numbers: `3.500`, `3,50`.
    Ambiguous,
    /// A word, folded.
    Word(String),
    Mark(char),
}

/// A token and the bytes that it was written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) token: Token,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Piece {
    pub(super) fn word(&self) -> Option<&str> {
        match &self.token {
            Token::Word(word) => Some(word),
            Token::Number(_) | Token::Ambiguous | Token::Mark(_) => None,
        }
    }

    pub(super) const fn number(&self) -> Option<Number> {
        match &self.token {
            Token::Number(number) => Some(*number),
            Token::Word(_) | Token::Ambiguous | Token::Mark(_) => None,
        }
    }

    pub(super) const fn mark(&self) -> Option<char> {
        match &self.token {
            Token::Mark(mark) => Some(*mark),
            Token::Word(_) | Token::Ambiguous | Token::Number(_) => None,
        }
    }
}

pub(super) fn scan(text: &str) -> Vec<Piece> {
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let end_of = |index: usize| characters.get(index).map_or(text.len(), |(at, _)| *at);
    let is = |index: usize, test: fn(char) -> bool| characters.get(index).is_some_and(|(_, c)| test(*c));
    let digit: fn(char) -> bool = |c| c.is_ascii_digit();
    let joins: fn(char) -> bool = |c| matches!(c, ',' | '.' | '\'' | '’');
    let letter: fn(char) -> bool = |c| c.is_alphabetic() || is_mark(c);
    let mut pieces = Vec::new();
    let mut index = 0;
    while let Some((from, character)) = characters.get(index).copied() {
        let begin = index;
        index += 1;
        let token = if character.is_ascii_digit() {
            while is(index, digit) || (is(index, joins) && is(index + 1, digit)) {
                index += 1;
            }
            number(&text[from..end_of(index)]).map_or(Token::Ambiguous, Token::Number)
        } else if let Some(token) = fraction(character) {
            token
        } else if character.is_alphabetic() {
            while is(index, letter) || (is(index, |c| matches!(c, '\'' | '’')) && is(index + 1, letter)) {
                index += 1;
            }
            Token::Word(fold(&text[from..end_of(index)]))
        } else if character.is_whitespace() || is_mark(character) {
            continue;
        } else {
            Token::Mark(character)
        };
        debug_assert!(begin < index, "every character is passed once");
        pieces.push(Piece {
            token,
            from,
            to: end_of(index),
        });
    }
    pieces
}

const fn fraction(character: char) -> Option<Token> {
    let digits = match character {
        '¼' => 25,
        '½' => 50,
        '¾' => 75,
        _other => return None,
    };
    Some(Token::Number(Number { digits, scale: 2 }))
}

/// A number with thousands in threes and at most two decimal places; `None` where it could mean two things.
pub(super) fn number(text: &str) -> Option<Number> {
    let separators: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !c.is_ascii_digit()).collect();
    let (whole, decimals) = match separators.last() {
        Some((at, '.' | ',')) => {
            let last = text[*at..].chars().next()?;
            let after = &text[at + 1..];
            let same = separators.iter().filter(|(_, c)| *c == last).count();
            match (last, same, separators.len(), after.len()) {
                // 3500.5, 3,500.00 and 3.500,00; but 3,50 may have lost a digit.
                ('.', 1, _, 1 | 2) | (',', 1, 2.., 2) => (&text[..*at], after),
                (',', _, count, 3) if same == count => (text, ""),
                ('.', 2.., count, 3) if same == count => (text, ""),
                _two_ways => return None,
            }
        }
        Some(_) | None => (text, ""),
    };
    let groups: Vec<&str> = whole.split([',', '.', '\'', '’']).collect();
    let sound = match groups.split_first() {
        Some((first, rest)) if !rest.is_empty() => {
            (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3)
        }
        _one_group => true,
    };
    let digits: String = groups.concat() + decimals;
    let number = Number {
        digits: digits.parse().ok()?,
        scale: u32::try_from(decimals.len()).ok()?,
    };
    (sound && digits.len() <= 15).then_some(number)
}

#[cfg(test)]
mod tests;
