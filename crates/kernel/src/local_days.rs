//! A run of whole days on the clock of a business, as reports are asked for.

use time::Date;

use crate::{TimeRange, Zone};

/// The most days of one run: a leap year.
pub const DAYS_MAX: u16 = 366;

/// A day of a business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalDay {
    /// Its date on the business's clock.
    pub date: Date,
    /// From midnight to midnight there: 23 to 25 hours.
    pub range: TimeRange,
}

/// Days of a business that follow each other: at least one, and [`DAYS_MAX`] at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalDays {
    zone: Zone,
    days: Vec<LocalDay>,
    range: TimeRange,
}

/// Why there is no such run of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDays {
    /// The last day lies before the first.
    #[error("the last day must not lie before the first")]
    Backwards,
    /// There are more than [`DAYS_MAX`].
    #[error("{DAYS_MAX} days at most")]
    TooMany,
    /// The calendar ends there.
    #[error("the calendar does not go that far")]
    CalendarEnds,
}

impl LocalDays {
    /// The days from the first to the last, both included.
    ///
    /// # Errors
    /// [`NoDays`].
    pub fn new(zone: &Zone, first: Date, last: Date) -> Result<Self, NoDays> {
        if last < first {
            return Err(NoDays::Backwards);
        }
        if (last - first).whole_days() >= i64::from(DAYS_MAX) {
            return Err(NoDays::TooMany);
        }
        let mut days = Vec::new();
        let mut next = Some(first);
        while let Some(date) = next.filter(|date| *date <= last) {
            let range = zone.day(date).ok_or(NoDays::CalendarEnds)?;
            days.push(LocalDay { date, range });
            next = date.next_day();
        }
        let ends = days.first().zip(days.last());
        let range = ends.and_then(|(first, last)| TimeRange::new(first.range.start(), last.range.end()).ok());
        Ok(Self {
            zone: zone.clone(),
            days,
            range: range.ok_or(NoDays::CalendarEnds)?,
        })
    }

    /// On whose clock.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The days in order.
    #[must_use]
    pub fn days(&self) -> &[LocalDay] {
        &self.days
    }

    /// From the first midnight to the last.
    #[must_use]
    pub const fn range(&self) -> TimeRange {
        self.range
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    fn days(zone: &str, first: Date, last: Date) -> Result<LocalDays, NoDays> {
        LocalDays::new(&Zone::parse(zone).expect("a zone"), first, last)
    }

    #[test]
    fn days_begin_and_end_on_the_clock_of_the_business() {
        let two = days("Africa/Nairobi", date!(2026 - 05 - 12), date!(2026 - 05 - 13)).expect("two days");
        assert_eq!(two.days().len(), 2);
        assert_eq!(two.range().start(), datetime!(2026-05-11 21:00 UTC));
        assert_eq!(two.range().end(), datetime!(2026-05-13 21:00 UTC));
    }

    #[test]
    fn a_day_on_which_the_clock_changes_has_its_own_length() {
        let one = days("Europe/Berlin", date!(2026 - 03 - 29), date!(2026 - 03 - 29)).expect("a day");
        assert_eq!(one.range().length(), time::Duration::hours(23));
    }

    #[test]
    fn a_run_is_neither_backwards_nor_longer_than_a_leap_year() {
        let first = date!(2028 - 01 - 01);
        assert_eq!(
            days("Africa/Nairobi", first, date!(2027 - 12 - 31)),
            Err(NoDays::Backwards)
        );
        let year = days("Africa/Nairobi", first, date!(2028 - 12 - 31)).expect("a leap year");
        assert_eq!(year.days().len(), usize::from(DAYS_MAX));
        assert_eq!(
            days("Africa/Nairobi", first, date!(2029 - 01 - 01)),
            Err(NoDays::TooMany)
        );
    }
}
