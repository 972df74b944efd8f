//! Dates and readings of clocks, as people write them.

use time::{Date, Duration, Month, UtcOffset};

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 24 * 60;

/// Digits alone, and no more than four of them.
fn number(text: &str) -> Option<u16> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// A date such as `2026-05-13` between the years 1970 and 2199: `None` if the text is written otherwise, `Some(None)` if it looks like a date and is none.
#[must_use]
pub fn date_of(text: &str) -> Option<Option<Date>> {
    let [year, month, day] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
    if year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    let month = u8::try_from(month)
        .ok()
        .and_then(|month| Month::try_from(month).ok());
    let date = month
        .zip(u8::try_from(day).ok())
        .and_then(|(month, day)| Date::from_calendar_date(i32::from(year), month, day).ok());
    Some(date.filter(|_| (1970..=2199).contains(&year)))
}

/// `HH:MM` as minutes after midnight, up to `most`.
#[must_use]
pub fn minute_of_day(text: &str, most: u16) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute) = (number(hour)?, number(minute)?);
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= most).then_some(minutes)
}

/// A reading of the clock: hours, minutes, and perhaps seconds and a fraction; 24:00 is the next midnight.
#[must_use]
pub fn clock(text: &str) -> Option<Duration> {
    let minutes = text.get(..5)?;
    let rest = text.get(5..)?;
    let minutes = i64::from(minute_of_day(minutes, DAY_MINUTES)?);
    if rest.is_empty() {
        return Some(Duration::minutes(minutes));
    }
    let (seconds, fraction) = rest.strip_prefix(':')?.split_at_checked(2)?;
    let seconds = number(seconds).filter(|seconds| *seconds < 60)?;
    let nanoseconds = match fraction.strip_prefix('.') {
        None if fraction.is_empty() => 0,
        Some(digits) if (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{digits:0<9}").parse().ok()?
        }
        None | Some(_) => return None,
    };
    let in_day = minutes < i64::from(DAY_MINUTES);
    in_day.then(|| {
        Duration::minutes(minutes)
            + Duration::seconds(i64::from(seconds))
            + Duration::nanoseconds(nanoseconds)
    })
}

/// `Z` or `+03:00`.
#[must_use]
pub fn offset(text: &str) -> Option<UtcOffset> {
    if text == "Z" || text == "z" {
        return Some(UtcOffset::UTC);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        (_, _) => return None,
    };
    let minutes = minute_of_day(rest, 23 * 60 + 59).filter(|_| rest.len() == 5)?;
    UtcOffset::from_whole_seconds(sign * i32::from(minutes) * 60).ok()
}
