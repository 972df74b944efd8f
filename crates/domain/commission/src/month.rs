//! The calendar month, the only period that commission closes.

use std::fmt;
use std::str::FromStr;

use ratiba_kernel::{TimeRange, Zone};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

/// A calendar month, written `2026-05`. Which instants belong to it depends on the tenant's zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month(Date);

/// The text is not a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a calendar month of the form 2026-05")]
pub struct NotAMonth;

impl Month {
    /// The month that a local date lies in; `None` for the last month of the calendar, which has no end.
    #[must_use]
    pub fn of(date: Date) -> Option<Self> {
        let first = date.replace_day(1).ok()?;
        let month = Self(first);
        month.day_after_last().map(|_| month)
    }

    /// Its first local day.
    #[must_use]
    pub const fn first_day(self) -> Date {
        self.0
    }

    /// Its last local day.
    #[must_use]
    pub fn last_day(self) -> Date {
        self.end().previous_day().unwrap_or(self.0)
    }

    /// The first local day after it: validity and ranges of days are half-open.
    #[must_use]
    pub fn end(self) -> Date {
        self.day_after_last().unwrap_or(Date::MAX)
    }

    /// The instants that belong to it where the tenant is.
    #[must_use]
    pub fn range(self, zone: &Zone) -> Option<TimeRange> {
        zone.month(self.0.year(), self.0.month())
    }

    /// The month before; `None` at the beginning of the calendar.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        self.0.previous_day().and_then(Self::of)
    }

    /// Whether the month has ended where the tenant is.
    #[must_use]
    pub fn is_over(self, now: OffsetDateTime, zone: &Zone) -> bool {
        zone.date(now) >= self.end()
    }

    fn day_after_last(self) -> Option<Date> {
        let length = self.0.month().length(self.0.year());
        self.0.replace_day(length).ok()?.next_day()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), u8::from(self.0.month()))
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let (year, month) = text.split_once('-').ok_or(NotAMonth)?;
        let digits = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(month, 2) {
            return Err(NotAMonth);
        }
        let year: i32 = year.parse().map_err(|_| NotAMonth)?;
        let number: u8 = month.parse().map_err(|_| NotAMonth)?;
        let month = time::Month::try_from(number).map_err(|_| NotAMonth)?;
        Date::from_calendar_date(year, month, 1)
            .ok()
            .and_then(Self::of)
            .ok_or(NotAMonth)
    }
}

impl TryFrom<String> for Month {
    type Error = NotAMonth;

    fn try_from(text: String) -> Result<Self, NotAMonth> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

#[cfg(test)]
mod tests;
