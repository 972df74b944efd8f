//! A tip that was chosen, or typed as an amount.

use crate::desk::{TIP_UNITS_MIN, TIP_UNITS_SHOWN};
use crate::machine::{Meaning, Question};

/// How many digits an amount may have; what is longer is a phone number or a mistake.
const DIGITS_MAX: usize = 6;

/// Words that may stand around an amount.
const AROUND: [&str; 12] = [
    "ksh",
    "kshs",
    "kes",
    "sh",
    "shs",
    "shilling",
    "shillings",
    "shilingi",
    "bob",
    "tip",
    "bakshishi",
    "/=",
];

/// What may stand at an amount without a space.
const BEFORE: [&str; 6] = ["kshs.", "ksh.", "kshs", "ksh", "kes", "sh."];
const BEHIND: [&str; 4] = ["/=", "/-", "bob", "sh"];

/// The tip of a token, in whole units: one of those that are shown. It came from a phone.
pub(super) fn shown(digits: &str) -> Option<u32> {
    let units = digits.parse().ok()?;
    TIP_UNITS_SHOWN.contains(&units).then_some(units)
}

/// Up to here a figure with a point in it may be an hour of the day, such as `10.30`, and is read as one.
const HOURS_MAX: u32 = 24;

/// What an amount and nothing else means where the open question is about a tip. A figure that is too small for a tip is
/// read as a choice. One with cents is asked for again: M-Pesa moves whole shillings, and nobody is to guess which.
pub(super) fn typed(text: &str, question: Option<&Question>) -> Option<Meaning> {
    let visit = question?.options.iter().find_map(|meaning| match meaning {
        Meaning::NoTip(visit) => Some(*visit),
        Meaning::Yes
        | Meaning::No
        | Meaning::OtherTime
        | Meaning::Service(_)
        | Meaning::Slot(_)
        | Meaning::Reading(_)
        | Meaning::Each(_)
        | Meaning::Resend
        | Meaning::OtherNumber
        | Meaning::Card
        | Meaning::Coming(_)
        | Meaning::Move(_)
        | Meaning::CancelVisit(_)
        | Meaning::Accept(_)
        | Meaning::Pass(_)
        | Meaning::Tip { .. }
        | Meaning::OtherTip(_)
        | Meaning::Invitation { .. }
        | Meaning::Person
        | Meaning::Book
        | Meaning::Prices => None,
    })?;
    let Typed { units, cents } = amount(text)?;
    match cents {
        true => (units > HOURS_MAX).then_some(Meaning::OtherTip(visit)),
        false => (units >= TIP_UNITS_MIN).then_some(Meaning::Tip { visit, units }),
    }
}

/// An amount as somebody wrote it.
struct Typed {
    units: u32,
    /// Whether it has cents, too.
    cents: bool,
}

/// The amount that a text is made of: `300`, `Ksh 1,000`, `200/=`, `tip 50 bob`, `150.50`.
fn amount(text: &str) -> Option<Typed> {
    let text = text.to_lowercase();
    let mut words = text.split_whitespace().filter(|word| !AROUND.contains(word));
    let mut word = words.next()?;
    if words.next().is_some() {
        return None;
    }
    word = BEFORE
        .iter()
        .find_map(|before| word.strip_prefix(before))
        .unwrap_or(word);
    word = BEHIND
        .iter()
        .find_map(|behind| word.strip_suffix(behind))
        .unwrap_or(word);
    word = word.strip_suffix('.').unwrap_or(word);
    let mut cents = false;
    if let Some((whole, rest)) = word.split_once('.') {
        if !matches!(rest.len(), 1..=2) || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // Some write an amount of nothing but shillings like that.
        cents = rest.bytes().any(|byte| byte != b'0');
        word = whole;
    }
    let grouped = word.split_once(',');
    let plain = match grouped {
        Some((thousands, rest)) if rest.len() == 3 => format!("{thousands}{rest}"),
        Some(_) => return None,
        None => word.to_owned(),
    };
    let digits =
        !plain.is_empty() && plain.len() <= DIGITS_MAX && plain.bytes().all(|byte| byte.is_ascii_digit());
    let units = digits.then(|| plain.parse().ok()).flatten()?;
    Some(Typed { units, cents })
}

#[cfg(test)]
mod tests;
