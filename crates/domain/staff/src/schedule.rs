//! Weekly hours: which stretches of a week somebody works, on the wall clock of the business.

use ratiba_kernel::{TimeRange, Zone};
use time::{Date, Duration, PrimitiveDateTime, Time, Weekday};

/// Minutes in a day.
const DAY: u16 = 1_440;

/// One stretch of a weekday `[from, to)` in minutes after midnight. One that crosses midnight ends after
/// minute 1440.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    weekday: Weekday,
    from_minute: u16,
    to_minute: u16,
}

/// Somebody's week. Holding one is the proof that no two blocks overlap, Sunday night into Monday included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeeklyHours(Vec<Block>);

/// Why hours are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursRefused {
    /// A block begins within its day, ends after it begins, and lasts a day at most.
    #[error("a block begins within its day, ends after it begins, and lasts a day at most")]
    NotABlock,
    /// Two blocks claim the same time.
    #[error("two blocks of the week overlap")]
    Overlap,
}

impl Block {
    /// A stretch of a weekday.
    ///
    /// # Errors
    /// [`HoursRefused::NotABlock`].
    pub fn new(weekday: Weekday, from_minute: u16, to_minute: u16) -> Result<Self, HoursRefused> {
        let length = to_minute.saturating_sub(from_minute);
        if from_minute < DAY && (1..=DAY).contains(&length) {
            Ok(Self {
                weekday,
                from_minute,
                to_minute,
            })
        } else {
            Err(HoursRefused::NotABlock)
        }
    }

    /// The day on which it begins.
    #[must_use]
    pub const fn weekday(&self) -> Weekday {
        self.weekday
    }

    /// Minutes after midnight at which it begins.
    #[must_use]
    pub const fn from_minute(&self) -> u16 {
        self.from_minute
    }

    /// Minutes after that midnight at which it ends; above 1440 on the next day.
    #[must_use]
    pub const fn to_minute(&self) -> u16 {
        self.to_minute
    }

    /// Minutes after Monday's midnight.
    fn span(&self) -> (u16, u16) {
        let midnight = u16::from(self.weekday.number_days_from_monday()) * DAY;
        (midnight + self.from_minute, midnight + self.to_minute)
    }
}

impl WeeklyHours {
    /// A week of blocks, in any order.
    ///
    /// # Errors
    /// [`HoursRefused::Overlap`].
    pub fn new(mut blocks: Vec<Block>) -> Result<Self, HoursRefused> {
        blocks.sort_unstable_by_key(Block::span);
        let spans: Vec<(u16, u16)> = blocks.iter().map(Block::span).collect();
        let overlaps = spans.windows(2).any(|pair| match pair {
            [one, next] => next.0 < one.1,
            _other => false,
        });
        let wraps = match (spans.first(), spans.last()) {
            (Some(first), Some(last)) => first.0 + 7 * DAY < last.1,
            (None, _) | (_, None) => false,
        };
        if overlaps || wraps {
            Err(HoursRefused::Overlap)
        } else {
            Ok(Self(blocks))
        }
    }

    /// The blocks, from Monday on.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.0
    }

    /// The stretches that begin on a local day, in UTC. On a day of a clock change the wall clock counts.
    #[must_use]
    pub fn on(&self, day: Date, zone: &Zone) -> Vec<TimeRange> {
        let at = |minute: u16| {
            let local = PrimitiveDateTime::new(day, Time::MIDNIGHT) + Duration::minutes(i64::from(minute));
            zone.instant(local)
        };
        let of_day = self.0.iter().filter(|block| block.weekday == day.weekday());
        of_day
            .filter_map(|block| TimeRange::new(at(block.from_minute), at(block.to_minute)).ok())
            .collect()
    }
}

#[cfg(test)]
mod tests;
