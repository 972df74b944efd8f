//! Dates, times, stretches of time and hours, as people write them.

use ratiba_kernel::TimeRange;
use serde_json::Value;
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use super::fault::Problem;
use super::reader::{Entry, Form, Note, Reader};
use crate::availability::DayBlock;
use crate::catalogue::Minutes;

const DATE: &str = "a date such as 2026-05-13";
const INSTANT: &str =
    "a time such as 2026-05-13T10:00, 2026-05-13T07:00:00Z, or 10:00 where the case has a day";
pub(super) const BLOCK: &str =
    "hours such as 09:00-17:00, which begin before 24:00 and end by 48:00, midnight of the next day";
const DAY_MINUTES: u16 = 24 * 60;
/// The longest stretch, in minutes, whose end is given by its length: a year.
const STRETCH_MOST: u32 = 366 * 24 * 60;

/// A stretch of time.
pub(super) const SPAN: Form = Form {
    name: "span",
    fields: &["from", "to", "minutes"],
};

/// Digits alone, and no more than four of them.
fn number(text: &str) -> Option<u16> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// `Some(None)` if it looks like a date and is none.
fn date_of(text: &str) -> Option<Option<Date>> {
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
fn minute_of_day(text: &str, most: u16) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute) = (number(hour)?, number(minute)?);
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= most).then_some(minutes)
}

/// A reading of the clock: hours, minutes, and perhaps seconds and a fraction; 24:00 is the next midnight.
fn clock(text: &str) -> Option<Duration> {
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
fn offset(text: &str) -> Option<UtcOffset> {
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

/// `09:00-17:00`; one whose end is not later than its beginning goes on to the next day.
pub(super) fn block(text: &str) -> Result<DayBlock, Problem> {
    let wanted = || Problem::MustBe(BLOCK.to_owned());
    let (from, to) = text.split_once(['-', '\u{2013}']).ok_or_else(wanted)?;
    let from = minute_of_day(from.trim(), DAY_MINUTES - 1).ok_or_else(wanted)?;
    let to = minute_of_day(to.trim(), 2 * DAY_MINUTES).ok_or_else(wanted)?;
    Ok(DayBlock {
        from_minute: from,
        to_minute: if to <= from { to + DAY_MINUTES } else { to },
    })
}

impl Reader {
    pub(super) fn date(&mut self, path: &str, value: &Value) -> Option<Date> {
        match value.as_str().and_then(date_of) {
            Some(Some(date)) => Some(date),
            Some(None) => self.fault(path, Problem::NoSuchTime("date")),
            None => self.must_be(path, DATE),
        }
    }

    /// An instant: with an offset, on the tenant's wall clock, or a time of the case's day.
    pub(super) fn instant(&mut self, path: &str, value: &Value) -> Option<OffsetDateTime> {
        let Some(text) = value.as_str() else {
            return self.must_be(path, INSTANT);
        };
        let (date, rest) = match text.split_once(['T', 't', ' ']) {
            Some((date, rest)) => match date_of(date) {
                Some(Some(date)) => (Some(date), rest),
                Some(None) => return self.fault(path, Problem::NoSuchTime("date")),
                None => return self.must_be(path, INSTANT),
            },
            None => (None, text),
        };
        let zoned = rest.find(['Z', 'z', '+', '-']).filter(|_| date.is_some());
        let (reading, of) = rest.split_at_checked(zoned.unwrap_or(rest.len()))?;
        // A time of day may be written with one digit for the hour, as hours may.
        let one_digit = reading.find(':') == Some(1);
        let reading = if one_digit {
            format!("0{reading}")
        } else {
            reading.to_owned()
        };
        let Some(reading) = clock(&reading) else {
            return self.must_be(path, INSTANT);
        };
        let Some(date) = date.or(self.day) else {
            return self.fault(path, Problem::WhichDay);
        };
        let local = PrimitiveDateTime::new(date, Time::MIDNIGHT).saturating_add(reading);
        if zoned.is_none() {
            return Some(self.local(path, text, local));
        }
        match offset(of) {
            Some(offset) => Some(local.assume_offset(offset).to_offset(UtcOffset::UTC)),
            None => self.must_be(path, INSTANT),
        }
    }

    /// The instant of a wall clock's reading, with a note if the clock shows it never or twice.
    fn local(&mut self, path: &str, text: &str, local: PrimitiveDateTime) -> OffsetDateTime {
        let instant = self.zone.instant(local);
        let day_after = self
            .zone
            .with_offset(instant.saturating_add(Duration::DAY))
            .offset();
        let later = local.assume_offset(day_after);
        let shown = self.zone.with_offset(instant);
        let how = if self.zone.local(instant) != local {
            "does not happen"
        } else if later > instant && self.zone.local(later) == local {
            "happens twice"
        } else {
            return instant;
        };
        let (hour, minute) = (shown.hour(), shown.minute());
        self.notes.push(Note {
            path: path.to_owned(),
            note: format!(
                "{text} {how} in {}; read as {}T{hour:02}:{minute:02}{}",
                self.zone,
                shown.date(),
                shown_offset(shown.offset()),
            ),
        });
        instant
    }

    /// The beginning of a stretch: an instant, or a date for its first moment.
    pub(super) fn beginning(&mut self, path: &str, value: &Value) -> Option<OffsetDateTime> {
        match value.as_str().and_then(date_of) {
            Some(Some(date)) => Some(self.zone.day_start(date)),
            Some(None) => self.fault(path, Problem::NoSuchTime("date")),
            None => self.instant(path, value),
        }
    }

    /// The end of a stretch: an instant, or a date for all of it.
    pub(super) fn ending(&mut self, path: &str, value: &Value) -> Option<OffsetDateTime> {
        match value.as_str().and_then(date_of) {
            Some(Some(date)) => Some(self.zone.day_start(date.next_day()?)),
            Some(None) => self.fault(path, Problem::NoSuchTime("date")),
            None => self.instant(path, value),
        }
    }

    /// A stretch between the members `from` and `to`, or of `minutes` after `from`.
    pub(super) fn stretch(&mut self, entry: &Entry<'_>) -> Option<TimeRange> {
        let from = self.needed(entry, "from", Self::beginning);
        let to = match (entry.has("to"), entry.has("minutes")) {
            (true, true) => self.fault(
                entry.at("minutes"),
                Problem::Misplaced("`to` says already when it ends"),
            ),
            (false, true) => {
                let minutes = self.field(entry, "minutes", |reader, path, value| {
                    reader.whole(path, value, 1..=STRETCH_MOST)
                });
                from.zip(minutes)
                    .map(|(from, minutes)| from + Minutes::new(minutes).duration())
            }
            (_, false) => self.needed(entry, "to", Self::ending),
        };
        match TimeRange::new(from?, to?) {
            Ok(range) => Some(range),
            Err(_) => self.fault(entry.path.clone(), Problem::EndsBeforeItBegins),
        }
    }

    /// A stretch: an object, a date for a whole day, or hours of the case's day.
    pub(super) fn span(&mut self, path: &str, value: &Value) -> Option<TimeRange> {
        let Some(text) = value.as_str() else {
            let entry = self.entry(path, value, &SPAN)?;
            return self.stretch(&entry);
        };
        if date_of(text).is_some() {
            let date = self.date(path, value)?;
            return self.zone.day(date);
        }
        let block = match block(text) {
            Ok(block) => block,
            Err(Problem::MustBe(_)) => {
                return self.must_be(path, format!("{{\"from\", \"to\"}}, {DATE}, or {BLOCK}"));
            }
            Err(problem) => return self.fault(path, problem),
        };
        let Some(day) = self.day else {
            return self.fault(path, Problem::WhichDay);
        };
        let at = |minute: u16| {
            let local = PrimitiveDateTime::new(day, Time::MIDNIGHT);
            self.zone
                .instant(local.saturating_add(Duration::minutes(i64::from(minute))))
        };
        let range = TimeRange::new(at(block.from_minute), at(block.to_minute));
        match range {
            Ok(range) => Some(range),
            // Both ends lie in the hour that a clock change skips.
            Err(_) => self.fault(path, Problem::EndsBeforeItBegins),
        }
    }
}

/// An offset as RFC 3339 writes it.
fn shown_offset(offset: UtcOffset) -> String {
    let minutes = offset.whole_minutes();
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}
