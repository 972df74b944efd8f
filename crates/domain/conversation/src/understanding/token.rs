//! Words and numbers of a folded message, with the clause that each stands in.

use super::normalise;

/// Numbers with more digits are no hours, days or prices, but phone numbers and codes.
const NUMBER_DIGITS_MAX: usize = 7;

/// More words than this are not read: what a customer wants stands in the first hundred, and the cost of the rules
/// grows with each.
const TOKENS_MAX: usize = 300;

/// Letters that may follow a number without a space and are a word of their own.
const SUFFIXES: &[&str] = &[
    "am", "pm", "a", "p", "h", "hr", "hrs", "hour", "hours", "m", "min", "mins", "minutes", "k", "x", "pax",
    "people", "bob", "ksh", "kes", "sh", "ish", "oclock", "days", "wks", "weeks", "jioni", "asubuhi",
    "mchana", "usiku", "na",
];

/// Currencies that are written close before an amount.
const CURRENCIES: &[&str] = &["ksh", "kes", "kshs", "sh"];

/// What a token is, beside its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number(u32),
    /// A number with one decimal digit, in tenths.
    Tenths(u32),
    /// Hour and minutes; `padded` if the hour was written with a leading zero.
    Clock {
        hour: u8,
        minute: u8,
        padded: bool,
    },
    /// Day, month and year, as far as written; not checked against the calendar.
    Dated {
        day: u32,
        month: u32,
        year: Option<u32>,
    },
    /// `20th`.
    Ordinal(u32),
}

/// One word or number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) kind: Kind,
    /// Counts the commas, full stops and brackets before it.
    pub(super) clause: usize,
}

impl Token {
    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn number(&self) -> Option<u32> {
        match self.kind {
            Kind::Number(number) => Some(number),
            Kind::Word | Kind::Tenths(_) | Kind::Clock { .. } | Kind::Dated { .. } | Kind::Ordinal(_) => None,
        }
    }
}

/// Cuts a folded message into tokens.
pub(super) fn tokens(folded: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        characters: folded.chars().collect(),
        at: 0,
        clause: 0,
        tokens: Vec::new(),
    };
    while let Some(character) = lexer.peek(0).filter(|_| lexer.tokens.len() < TOKENS_MAX) {
        if character.is_ascii_digit() {
            lexer.number();
        } else if character.is_alphanumeric() {
            lexer.word();
        } else {
            lexer.sign(character);
        }
    }
    lexer.tokens
}

struct Lexer {
    characters: Vec<char>,
    at: usize,
    clause: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at.saturating_add(ahead)).copied()
    }

    fn push(&mut self, text: impl Into<String>, kind: Kind) {
        self.tokens.push(Token {
            text: text.into(),
            kind,
            clause: self.clause,
        });
    }

    fn sign(&mut self, character: char) {
        match character {
            ',' | ';' | '.' | '!' | '?' | '\n' | '(' | ')' | ':' => self.clause += 1,
            '–' | '—' | '-' if self.stands_between_digits() => self.push("hadi", Kind::Word),
            '–' | '—' => self.clause += 1,
            '&' => self.push("na", Kind::Word),
            // "Haircut + manicure", and no telephone number.
            '+' if !self.peek(1).is_some_and(|c| c.is_ascii_digit()) => self.push("na", Kind::Word),
            '@' => self.push("at", Kind::Word),
            _other => {}
        }
        self.at += 1;
    }

    fn stands_between_digits(&self) -> bool {
        let before = self
            .at
            .checked_sub(1)
            .and_then(|at| self.characters.get(at))
            .copied();
        let solid = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let spaced = before == Some(' ') && self.peek(1) == Some(' ');
        (solid(before) && self.peek(1).is_some_and(|c| c.is_ascii_digit()))
            || (spaced && self.peek(2).is_some_and(|c| c.is_ascii_digit()))
    }

    fn word(&mut self) {
        let mut word = String::new();
        while let Some(character) = self.peek(0) {
            if character.is_ascii_digit() && (CURRENCIES.contains(&word.as_str()) || word == "saa") {
                break; // "ksh1,000" is a currency and an amount, "saa8" an hour
            }
            if character.is_alphanumeric() {
                word.push(character);
                self.at += 1;
            } else if character == '.' && word.chars().count() == 1 && self.dotted_letter() {
                self.at += 1; // "p.m." is one word
            } else if character == '-'
                && self.peek(1).is_some_and(char::is_alphabetic)
                && self.hyphen_joins(&word)
            {
                self.at += 1;
            } else {
                break;
            }
        }
        let word = normalise::canonical(&word);
        self.push(word, Kind::Word);
    }

    fn dotted_letter(&self) -> bool {
        self.peek(1).is_some_and(char::is_alphabetic) && !self.peek(2).is_some_and(char::is_alphanumeric)
    }

    /// *m-pesa*, *kesho-kutwa* and *check-in* are one word; *twenty-five* is two.
    fn hyphen_joins(&self, head: &str) -> bool {
        ["m", "kesho", "check", "co", "e", "u"].contains(&head)
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some(digit) = self.peek(0).filter(char::is_ascii_digit) {
            digits.push(digit);
            self.at += 1;
        }
        digits
    }

    /// How many digits stand from `ahead` on.
    fn digits_ahead(&self, ahead: usize) -> usize {
        (ahead..)
            .take_while(|n| self.peek(*n).is_some_and(|c| c.is_ascii_digit()))
            .count()
    }

    fn number(&mut self) {
        let mut digits = self.digits();
        while self.peek(0) == Some(',') && self.digits_ahead(1) == 3 && digits.len() <= 3 {
            self.at += 1;
            digits.push_str(&self.digits());
        }
        if digits.len() > NUMBER_DIGITS_MAX {
            return self.push(digits, Kind::Word);
        }
        let number: u32 = digits.parse().unwrap_or(0);
        if self.clock(number, digits.len()) || self.dated(number, digits.len()) || self.decimal(number) {
            return;
        }
        if self.peek(0) == Some('/') && self.peek(1) == Some('=') {
            self.at += 2;
            self.push(digits, Kind::Number(number));
            return self.push("ksh", Kind::Word);
        }
        self.with_suffix(number, digits);
    }

    /// `9:30`, `9.30`, `9h30`.
    fn clock(&mut self, number: u32, length: usize) -> bool {
        let separator = self.peek(0);
        let separated = matches!(separator, Some(':' | '.' | 'h')) && self.digits_ahead(1) == 2;
        let dated = separator == Some('.') && self.peek(3) == Some('.') && self.digits_ahead(4) > 0;
        if !separated || dated || number > 24 || length > 2 {
            return false;
        }
        let minute: String = self.characters.iter().skip(self.at + 1).take(2).collect();
        let (Ok(hour), Ok(minute)) = (u8::try_from(number), minute.parse::<u8>()) else {
            return false;
        };
        if minute > 59 {
            return false;
        }
        self.at += 3;
        let padded = length == 2 && hour < 10;
        // The dot is kept: "12.05" may be a date.
        let sign = if separator == Some('.') { '.' } else { ':' };
        self.push(
            format!("{hour}{sign}{minute:02}"),
            Kind::Clock { hour, minute, padded },
        );
        self.suffix_word();
        true
    }

    /// `25/12`, `25/12/2026`, `25-12-2026`, `25.12.2026`, `2026-12-25`.
    fn dated(&mut self, first: u32, length: usize) -> bool {
        let Some(separator) = self.peek(0).filter(|c| matches!(c, '/' | '-' | '.')) else {
            return false;
        };
        let second_length = self.digits_ahead(1);
        let third = self.peek(1 + second_length) == Some(separator);
        let third_length = if third {
            self.digits_ahead(2 + second_length)
        } else {
            0
        };
        let whole = third && (third_length == 1 || third_length == 2 || third_length == 4);
        // No clock has 31 hours, and no price so few cents.
        let second: String = self
            .characters
            .iter()
            .skip(self.at + 1)
            .take(second_length)
            .collect();
        let only_a_date = separator == '.'
            && second_length == 2
            && (25..=31).contains(&first)
            && second.parse::<u32>().is_ok_and(|month| (1..=12).contains(&month));
        if !(1..=2).contains(&second_length) || (separator != '/' && !whole && !only_a_date) {
            return false;
        }
        self.at += 1;
        let second: u32 = self.digits().parse().unwrap_or(0);
        let mut last = None;
        if whole {
            self.at += 1;
            last = self.digits().parse().ok();
        }
        let (day, month, year) = if length == 4 {
            (last.unwrap_or(0), second, Some(first))
        } else {
            (first, second, last)
        };
        let year = year.map(|year| if year < 100 { year + 2000 } else { year });
        self.push(format!("{day}/{month}"), Kind::Dated { day, month, year });
        true
    }

    fn decimal(&mut self, number: u32) -> bool {
        if self.peek(0) != Some('.') || self.digits_ahead(1) != 1 {
            return false;
        }
        self.at += 1;
        let tenth: u32 = self.digits().parse().unwrap_or(0);
        self.push(
            format!("{number}.{tenth}"),
            Kind::Tenths(number.saturating_mul(10).saturating_add(tenth)),
        );
        self.suffix_word();
        true
    }

    fn with_suffix(&mut self, number: u32, digits: String) {
        let letters: String = (0..)
            .map_while(|n| self.peek(n))
            .take_while(|c| c.is_alphanumeric())
            .collect();
        if ["st", "nd", "rd", "th"].contains(&letters.as_str()) {
            self.at += letters.chars().count();
            return self.push(format!("{number}{letters}"), Kind::Ordinal(number));
        }
        let military = ["h", "hr", "hrs"].contains(&letters.as_str()) && digits.len() >= 3 && number < 2400;
        if let (true, Ok(hour), Ok(minute)) = (
            military && number % 100 < 60,
            u8::try_from(number / 100),
            u8::try_from(number % 100),
        ) {
            self.at += letters.chars().count();
            return self.push(
                format!("{hour}:{minute:02}"),
                Kind::Clock {
                    hour,
                    minute,
                    padded: true,
                },
            );
        }
        if !letters.is_empty() && !SUFFIXES.contains(&letters.as_str()) {
            self.at += letters.chars().count();
            let word = if digits == "2" {
                normalise::canonical(&normalise::two_as_sound(&letters))
            } else {
                normalise::canonical(&format!("{digits}{letters}"))
            };
            return self.push(word, Kind::Word);
        }
        self.push(digits, Kind::Number(number));
        self.suffix_word();
    }

    /// The letters that stand close behind a number, as a word: `am`, `hrs`, `k`. `a.m.` too.
    fn suffix_word(&mut self) {
        if self.peek(0).is_some_and(char::is_alphabetic) {
            self.word();
        }
    }
}
