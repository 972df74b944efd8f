//! Half-open stretches of time.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// `[start, end)` in UTC, never empty: touching ranges do not overlap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ends", into = "Ends")]
pub struct TimeRange {
    start: OffsetDateTime,
    end: OffsetDateTime,
}

/// The end does not lie after the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stretch of time must end after it starts")]
pub struct EmptyRange;

#[derive(Serialize, Deserialize)]
struct Ends {
    #[serde(with = "time::serde::rfc3339")]
    start: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    end: OffsetDateTime,
}

impl TryFrom<Ends> for TimeRange {
    type Error = EmptyRange;

    fn try_from(ends: Ends) -> Result<Self, EmptyRange> {
        Self::new(ends.start, ends.end)
    }
}

impl From<TimeRange> for Ends {
    fn from(range: TimeRange) -> Self {
        Self {
            start: range.start,
            end: range.end,
        }
    }
}

impl TimeRange {
    /// The stretch from `start` up to, not including, `end`. Kept in UTC whatever the offsets given.
    ///
    /// # Errors
    /// [`EmptyRange`] if `end` is not after `start`.
    pub fn new(start: OffsetDateTime, end: OffsetDateTime) -> Result<Self, EmptyRange> {
        let (start, end) = (
            start.to_offset(time::UtcOffset::UTC),
            end.to_offset(time::UtcOffset::UTC),
        );
        if start < end {
            Ok(Self { start, end })
        } else {
            Err(EmptyRange)
        }
    }

    /// The stretch of `length` from `start`.
    ///
    /// # Errors
    /// [`EmptyRange`] if `length` is not positive or the end lies beyond the calendar.
    pub fn starting(start: OffsetDateTime, length: Duration) -> Result<Self, EmptyRange> {
        Self::new(start, start.checked_add(length).ok_or(EmptyRange)?)
    }

    /// The first instant inside.
    #[must_use]
    pub const fn start(&self) -> OffsetDateTime {
        self.start
    }

    /// The first instant after.
    #[must_use]
    pub const fn end(&self) -> OffsetDateTime {
        self.end
    }

    /// How long it lasts; always positive.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.end - self.start
    }

    /// Whether any instant lies in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether all of `other` lies inside.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the instant lies inside; the end does not.
    #[must_use]
    pub fn holds(&self, instant: OffsetDateTime) -> bool {
        self.start <= instant && instant < self.end
    }

    /// What lies in both, if anything does.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end)).ok()
    }

    /// Sorts and joins ranges that overlap or touch.
    #[must_use]
    pub fn union(mut ranges: Vec<Self>) -> Vec<Self> {
        ranges.sort_unstable();
        let mut joined: Vec<Self> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _none_or_apart => joined.push(range),
            }
        }
        joined
    }

    /// What is left of `free` after taking `busy` away; sorted and apart.
    #[must_use]
    pub fn subtract(free: Vec<Self>, busy: Vec<Self>) -> Vec<Self> {
        let busy = Self::union(busy);
        let mut left = Vec::new();
        let mut next = 0;
        for range in Self::union(free) {
            while busy.get(next).is_some_and(|b| b.end <= range.start) {
                next += 1;
            }
            let mut start = range.start;
            for taken in busy.iter().skip(next).take_while(|b| b.start < range.end) {
                left.extend(Self::new(start, taken.start));
                start = start.max(taken.end);
            }
            left.extend(Self::new(start, range.end));
        }
        left
    }
}

impl fmt::Debug for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.start, self.end)
    }
}

#[cfg(test)]
mod tests;
