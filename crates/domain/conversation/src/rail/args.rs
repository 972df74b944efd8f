//! What stands behind a command, as far as the rules of understanding do not read it already.

use ratiba_kernel::{PhoneNumber, TimeRange, Zone};
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time};

use crate::understanding::When;

/// The number at the beginning, and what follows. `#2` and `2.` are numbers as well.
#[must_use]
pub fn leading_number(text: &str) -> Option<(usize, &str)> {
    let text = text.trim_start().trim_start_matches('#');
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let rest = rest.strip_prefix(['.', ')']).unwrap_or(rest);
    // `3pm` and `2:30` are no numbers of a list.
    let alone = rest.chars().next().is_none_or(char::is_whitespace);
    let number = digits.parse().ok().filter(|_| alone && digits.len() <= 3)?;
    Some((number, rest.trim()))
}

/// The telephone number at the beginning, and what follows.
#[must_use]
pub fn leading_phone(text: &str) -> Option<(PhoneNumber, &str)> {
    let text = text.trim_start();
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')');
    let run = text.split(|c| !is_part(c)).next().unwrap_or_default().trim_end();
    // What looks like its end may be the hour that follows: a number of this country ends where it is complete.
    let ends = run.match_indices(' ').map(|(at, _)| at).chain([run.len()]);
    let mut found = None;
    for end in ends {
        let candidate = run.get(..end).unwrap_or_default();
        let digits = candidate.chars().filter(char::is_ascii_digit).count();
        let Some(phone) = PhoneNumber::parse(candidate).ok().filter(|_| digits >= 9) else {
            continue;
        };
        let complete = phone.is_kenyan_mobile();
        found = Some((phone, end));
        if complete {
            break;
        }
    }
    let (phone, end) = found?;
    let rest = text.get(end..).unwrap_or_default();
    Some((phone, rest.trim_start_matches([' ', ',', ':']).trim()))
}

/// The whole shillings at the end, and what stands before: `massage to KES 4,000`.
#[must_use]
pub fn split_amount(text: &str) -> Option<(&str, u32)> {
    let text = text
        .trim()
        .trim_end_matches(['.', '!'])
        .trim_end_matches("/=")
        .trim_end_matches("/-");
    let start = text.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let (before, last) = text.split_at(start);
    let bare = last.to_ascii_lowercase();
    let bare = bare
        .trim_start_matches("kes")
        .trim_start_matches("ksh")
        .trim_start_matches("sh");
    let digits: String = bare
        .trim_start_matches('.')
        .chars()
        .filter(|c| *c != ',')
        .collect();
    let amount = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())??;
    let mut before = before.trim_end();
    for word in [
        "kes",
        "ksh",
        "kes.",
        "ksh.",
        "sh",
        "sh.",
        "shillings",
        "to",
        "at",
        "=",
        ":",
        "iwe",
        "kuwa",
        "hadi",
        ",",
    ] {
        if let Some(shorter) = ending(before, word) {
            before = shorter;
        }
    }
    Some((before.trim_end_matches([',', ':', '-', '=']).trim_end(), amount))
}

fn ending<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let start = text.rfind(char::is_whitespace)?;
    let (before, last) = text.split_at(start);
    last.trim().eq_ignore_ascii_case(word).then(|| before.trim_end())
}

/// From when to when, where both are said or a whole day is meant. Hours without a day are those of today, or of
/// tomorrow where they have passed.
#[must_use]
pub fn stretch(when: When, zone: &Zone, now: OffsetDateTime) -> Option<TimeRange> {
    let of_day = |date: Date, from: Time, to: Time| {
        let at = |date: Date, time: Time| zone.instant(PrimitiveDateTime::new(date, time));
        let end_day = if to < from { date.next_day()? } else { date };
        // The last minute of a part of the day is included; an hour that was named ends it.
        let end = at(end_day, to);
        let end = if to.minute() == 59 {
            end + Duration::MINUTE
        } else {
            end
        };
        TimeRange::new(at(date, from), end).ok()
    };
    match when {
        When::Date(date) => zone.day(date),
        When::DateRange { first, last } => {
            TimeRange::new(zone.day(first)?.start(), zone.day(last)?.end()).ok()
        }
        When::Window {
            first,
            last,
            from,
            to,
        } if first == last => of_day(first, from, to),
        When::TimeWindow { from, to } => {
            let today = zone.date(now);
            let range = of_day(today, from, to)?;
            if range.end() > now {
                Some(range)
            } else {
                of_day(today.next_day()?, from, to)
            }
        }
        When::Window { .. } | When::Instant { .. } | When::TimeOnly(_) => None,
    }
}
