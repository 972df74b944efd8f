//! Phone numbers in international form: who a customer is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A phone number in E.164: `+` and 8 to 15 digits, the first of them not zero.
///
/// Holding one is the proof that the text was a number. `Debug` shows the last three digits only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// The text is not a phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number in international or Kenyan form")]
pub struct NotAPhoneNumber;

impl PhoneNumber {
    /// Reads a number as people and providers write it: `+254…`, `254…`, `00254…`, and the Kenyan local
    /// forms `07…`, `01…`, `7…`, `1…` (nine digits). Spaces, dashes, dots and brackets are ignored.
    ///
    /// # Errors
    /// [`NotAPhoneNumber`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotAPhoneNumber> {
        let trimmed = text.trim();
        let international = trimmed.starts_with('+');
        let mut digits = String::with_capacity(trimmed.len());
        for (index, character) in trimmed.chars().enumerate() {
            match character {
                '0'..='9' => digits.push(character),
                '+' if index == 0 => {}
                ' ' | '-' | '.' | '(' | ')' | '\u{a0}' => {}
                _other => return Err(NotAPhoneNumber),
            }
        }
        let full = if international {
            digits
        } else if let Some(rest) = digits.strip_prefix("00") {
            rest.to_owned()
        } else {
            match (digits.len(), digits.as_bytes().first(), digits.as_bytes().get(1)) {
                (10, Some(b'0'), Some(b'7' | b'1')) => format!("254{}", &digits[1..]),
                (9, Some(b'7' | b'1'), _) => format!("254{digits}"),
                _other => digits,
            }
        };
        let starts_with_zero = full.starts_with('0');
        if (8..=15).contains(&full.len()) && !starts_with_zero {
            Ok(Self(full))
        } else {
            Err(NotAPhoneNumber)
        }
    }

    /// With a leading `+`.
    #[must_use]
    pub fn e164(&self) -> String {
        format!("+{}", self.0)
    }

    /// Digits only, as WhatsApp's `wa_id` and Daraja's `PartyA` want it.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// Whether M-Pesa could take it: the shape of a Kenyan mobile number. Prefix tables go stale, so the
    /// network is left to refuse the rest.
    #[must_use]
    pub fn is_kenyan_mobile(&self) -> bool {
        self.0.len() == 12 && (self.0.starts_with("2547") || self.0.starts_with("2541"))
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = self.0.get(self.0.len().saturating_sub(3)..).unwrap_or_default();
        write!(f, "PhoneNumber(…{tail})")
    }
}

impl FromStr for PhoneNumber {
    type Err = NotAPhoneNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = NotAPhoneNumber;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.e164()
    }
}

#[cfg(test)]
mod tests;
