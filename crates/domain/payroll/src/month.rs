//! A month of payroll.

use std::fmt;
use std::str::FromStr;

use time::{Date, Month};

/// A calendar month as payroll counts, written `2026-05`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayMonth(Date);

/// The text is not a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a calendar month of the form 2026-05")]
pub struct NotAMonth;

impl PayMonth {
    /// The month of a local date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        Self(date.replace_day(1).unwrap_or(date))
    }

    /// Its first local day.
    #[must_use]
    pub const fn first_day(self) -> Date {
        self.0
    }
}

impl fmt::Display for PayMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), u8::from(self.0.month()))
    }
}

impl fmt::Debug for PayMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PayMonth {
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
        let month: u8 = month.parse().map_err(|_| NotAMonth)?;
        let month = Month::try_from(month).map_err(|_| NotAMonth)?;
        Date::from_calendar_date(year, month, 1)
            .map(Self)
            .map_err(|_| NotAMonth)
    }
}

#[cfg(test)]
mod tests;
