//! Local days as seconds: where each begins, and which second a reading of its wall clock is.
//!
//! Asking the zone is slow; a day without a clock change is asked for once.

use ratiba_kernel::Zone;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time};

use super::facts::{BusinessHours, DayBlock, Hours, WeeklyBlock};
use super::span::{Span, floor, union};

const DAY: i64 = 24 * 60 * 60;

#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) start: i64,
    pub(super) end: i64,
    /// Whether every reading of this day and of the next lies as far from its start as the clock says.
    plain: bool,
}

pub(super) struct Calendar<'a> {
    zone: &'a Zone,
    days: Vec<Day>,
}

impl<'a> Calendar<'a> {
    /// The local days that touch `[from, to]`, with one more on either side for what crosses midnight.
    pub(super) fn covering(zone: &'a Zone, from: OffsetDateTime, to: OffsetDateTime) -> Self {
        let earlier = zone.date(from).previous_day().unwrap_or(Date::MIN);
        let last = zone.date(to).next_day().unwrap_or(Date::MAX);
        let starts: Vec<(Date, i64)> = std::iter::successors(Some(earlier), |date| date.next_day())
            .take_while(|date| *date <= last)
            // One day more gives the end of the last, one more again tells whether the day after is plain.
            .chain(last.next_day())
            .chain(last.next_day().and_then(Date::next_day))
            .map(|date| (date, floor(zone.day_start(date))))
            .collect();
        let days = starts
            .windows(3)
            .filter_map(|window| match window {
                [(date, start), (_, end), (_, after)] => Some(Day {
                    date: *date,
                    start: *start,
                    end: *end,
                    plain: end - start == DAY && after - end == DAY,
                }),
                _never => None,
            })
            .collect();
        Self { zone, days }
    }

    pub(super) fn days(&self) -> &[Day] {
        &self.days
    }

    pub(super) fn day_of(&self, second: i64) -> Option<Day> {
        let next = self.days.partition_point(|day| day.start <= second);
        self.days
            .get(next.checked_sub(1)?)
            .copied()
            .filter(|day| second < day.end)
    }

    /// The second at which the wall clock of `day` shows `minute`, which may lie on the next day.
    fn reading(&self, day: Day, minute: u16) -> i64 {
        if day.plain {
            return day.start + i64::from(minute) * 60;
        }
        let midnight = PrimitiveDateTime::new(day.date, Time::MIDNIGHT);
        let local = midnight.checked_add(Duration::minutes(i64::from(minute)));
        local.map_or(day.end, |local| floor(self.zone.instant(local)))
    }

    /// All readings of the grid on one day: each multiple of `step` that its clock shows, once.
    pub(super) fn grid(&self, day: Day, step: i64) -> Vec<i64> {
        if step <= 0 {
            return Vec::new();
        }
        let readings = (0..DAY).step_by(usize::try_from(step).unwrap_or(usize::MAX));
        if day.plain {
            return readings.map(|second| day.start + second).collect();
        }
        let midnight = PrimitiveDateTime::new(day.date, Time::MIDNIGHT);
        readings
            .filter_map(|second| {
                let local = midnight.checked_add(Duration::seconds(second))?;
                let instant = self.zone.instant(local);
                // A reading that the change skips does not happen.
                (self.zone.local(instant) == local).then(|| floor(instant))
            })
            .collect()
    }

    /// Every block of somebody's hours, day by day and not joined.
    pub(super) fn blocks(&self, hours: &Hours) -> Vec<Span> {
        let blocks_of = |day: &Day| match hours.dated.get(&day.date) {
            Some(blocks) => self.spans(*day, blocks),
            None => self.weekly(*day, &hours.weekly),
        };
        self.days.iter().flat_map(blocks_of).collect()
    }

    /// When the business is open: every block, not joined. A day without rules is open from end to end.
    pub(super) fn business_blocks(&self, hours: &BusinessHours) -> Vec<Span> {
        let blocks_of = |day: &Day| match (hours.dated.get(&day.date), &hours.weekly) {
            (Some(blocks), _) => self.spans(*day, blocks),
            (None, Some(weekly)) => self.weekly(*day, weekly),
            (None, None) => vec![Span {
                from: day.start,
                to: day.end,
            }],
        };
        self.days.iter().flat_map(blocks_of).collect()
    }

    fn weekly(&self, day: Day, weekly: &[WeeklyBlock]) -> Vec<Span> {
        let weekday = day.date.weekday();
        let blocks = weekly.iter().filter(|block| block.weekday == weekday);
        blocks.map(|block| self.span(day, block.block)).collect()
    }

    fn spans(&self, day: Day, blocks: &[DayBlock]) -> Vec<Span> {
        blocks.iter().map(|block| self.span(day, *block)).collect()
    }

    fn span(&self, day: Day, block: DayBlock) -> Span {
        Span {
            from: self.reading(day, block.from_minute),
            to: self.reading(day, block.to_minute),
        }
    }
}

/// When the business is open, joined; a night shift on the eve of a holiday goes on to its end.
pub(super) fn business_open(calendar: &Calendar<'_>, hours: &BusinessHours) -> Vec<Span> {
    union(calendar.business_blocks(hours))
}
