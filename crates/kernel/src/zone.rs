//! Time zones: local days and wall clocks, from a database that is compiled in and never the machine's.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use crate::TimeRange;

/// An IANA zone such as `Africa/Nairobi`, known to the bundled database.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(TimeZone);

/// There is no zone of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone of that name")]
pub struct UnknownZone;

impl Zone {
    /// The zone of an IANA name.
    ///
    /// # Errors
    /// [`UnknownZone`] if the bundled database has none of that name.
    pub fn parse(name: &str) -> Result<Self, UnknownZone> {
        TimeZoneDatabase::bundled()
            .get(name)
            .map(Self)
            .map_err(|_| UnknownZone)
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The wall clock at an instant.
    #[must_use]
    pub fn local(&self, instant: OffsetDateTime) -> PrimitiveDateTime {
        let shifted = instant.to_offset(self.offset_at(instant));
        PrimitiveDateTime::new(shifted.date(), shifted.time())
    }

    /// The local date at an instant.
    #[must_use]
    pub fn date(&self, instant: OffsetDateTime) -> Date {
        self.local(instant).date()
    }

    /// The instant, with this zone's offset at that moment; for showing.
    #[must_use]
    pub fn with_offset(&self, instant: OffsetDateTime) -> OffsetDateTime {
        instant.to_offset(self.offset_at(instant))
    }

    /// The instant, in UTC, of a wall clock's reading.
    ///
    /// Where the clock is put forward, a reading that never happens is taken by the offset before the gap
    /// (so 02:30 becomes 03:30); where it is put back, the earlier of the two is taken.
    #[must_use]
    pub fn instant(&self, local: PrimitiveDateTime) -> OffsetDateTime {
        let offset = self
            .0
            .to_ambiguous_timestamp(civil_of(local))
            .compatible()
            .map_or(0, |timestamp| self.0.to_offset(timestamp).seconds());
        // In a gap the offset found is the one after it; the reading is kept on the line before it.
        let guess = local.assume_offset(utc_offset(offset)).to_offset(UtcOffset::UTC);
        if self.local(guess) == local {
            return guess;
        }
        let before = self.offset_at(guess - Duration::hours(3));
        local.assume_offset(before).to_offset(UtcOffset::UTC)
    }

    /// The instant at which a local day begins.
    #[must_use]
    pub fn day_start(&self, date: Date) -> OffsetDateTime {
        self.instant(PrimitiveDateTime::new(date, Time::MIDNIGHT))
    }

    /// All of a local day: 23 to 25 hours. `None` at the end of the calendar.
    #[must_use]
    pub fn day(&self, date: Date) -> Option<TimeRange> {
        TimeRange::new(self.day_start(date), self.day_start(date.next_day()?)).ok()
    }

    /// All of a local calendar month. `None` at the end of the calendar.
    #[must_use]
    pub fn month(&self, year: i32, month: Month) -> Option<TimeRange> {
        let first = Date::from_calendar_date(year, month, 1).ok()?;
        let next_year = if month == Month::December {
            year.checked_add(1)?
        } else {
            year
        };
        let next = Date::from_calendar_date(next_year, month.next(), 1).ok()?;
        TimeRange::new(self.day_start(first), self.day_start(next)).ok()
    }

    fn offset_at(&self, instant: OffsetDateTime) -> UtcOffset {
        let seconds = jiff::Timestamp::from_second(instant.unix_timestamp())
            .map_or(0, |timestamp| self.0.to_offset(timestamp).seconds());
        utc_offset(seconds)
    }
}

fn utc_offset(seconds: i32) -> UtcOffset {
    UtcOffset::from_whole_seconds(seconds).unwrap_or(UtcOffset::UTC)
}

fn civil_of(local: PrimitiveDateTime) -> civil::DateTime {
    let small = |value: u8| i8::try_from(value).unwrap_or(1);
    let year = i16::try_from(local.year()).unwrap_or(i16::MAX);
    civil::DateTime::new(
        year,
        small(u8::from(local.month())),
        small(local.day()),
        small(local.hour()),
        small(local.minute()),
        small(local.second()),
        0,
    )
    .unwrap_or(civil::DateTime::MAX)
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        Self::parse(name)
    }
}
impl TryFrom<String> for Zone {
    type Error = UnknownZone;

    fn try_from(name: String) -> Result<Self, UnknownZone> {
        Self::parse(&name)
    }
}
impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

#[cfg(test)]
mod tests;
