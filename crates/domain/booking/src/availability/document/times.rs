//! Dates, times, stretches of time and hours, as people write them.

use ratiba_kernel::TimeRange;
use ratiba_kernel::casefile::times::{DAY_MINUTES, clock, date_of, minute_of_day, offset};
use serde_json::Value;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use super::fault::Problem;
use super::reader::{Entry, Form, Note, Reader};
use crate::availability::DayBlock;
use crate::catalogue::Minutes;

const DATE: &str = "a date such as 2026-05-13";
const INSTANT: &str =
    "a time such as 2026-05-13T10:00, 2026-05-13T07:00:00Z, or 10:00 where the case has a day";
pub(super) const BLOCK: &str =
    "hours such as 09:00-17:00, which begin before 24:00 and end by 48:00, midnight of the next day";
/// The longest stretch, in minutes, whose end is given by its length: a year.
const STRETCH_MOST: u32 = 366 * 24 * 60;

/// A stretch of time.
pub(super) const SPAN: Form = Form {
    name: "span",
    fields: &["from", "to", "minutes"],
};

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
