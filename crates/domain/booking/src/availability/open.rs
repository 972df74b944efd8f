//! How long somebody was there to be booked, day by day: what a share of time is reckoned of.

use ratiba_kernel::{LocalDays, TimeRange};

use super::calendar::Calendar;
use super::facts::{BusinessHours, Hours};
use super::span::{Span, intersection, union, without};

/// The whole minutes of each day in which somebody works and the business is open, without their leave. What goes over
/// midnight counts on either day for its part.
#[must_use]
pub fn open_minutes(
    days: &LocalDays,
    business: &BusinessHours,
    hours: &Hours,
    leave: &[TimeRange],
) -> Vec<i64> {
    let range = days.range();
    let calendar = Calendar::covering(days.zone(), range.start(), range.end(), 0);
    let there = intersection(&calendar.at_work(hours), &calendar.business_open(business));
    let away = union(leave.iter().copied().map(Span::around).collect());
    let open = without(&there, away.into_iter());
    let of_day = |day: Span| {
        let seconds: i64 = intersection(&open, &[day])
            .iter()
            .map(|span| span.to - span.from)
            .sum();
        seconds / 60
    };
    days.days()
        .iter()
        .map(|day| of_day(Span::around(day.range)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ratiba_kernel::Zone;
    use time::Weekday;
    use time::macros::{date, datetime};

    use super::super::{DayBlock, WeeklyBlock};
    use super::*;

    fn block(from_minute: u16, to_minute: u16) -> DayBlock {
        DayBlock {
            from_minute,
            to_minute,
        }
    }

    fn tuesday_and_wednesday() -> LocalDays {
        let zone = Zone::parse("Africa/Nairobi").expect("a zone");
        LocalDays::new(&zone, date!(2026 - 05 - 12), date!(2026 - 05 - 13)).expect("two days")
    }

    /// Tuesdays with these minutes.
    fn tuesdays(blocks: &[(u16, u16)]) -> Hours {
        let weekly = blocks.iter().map(|(from, to)| WeeklyBlock {
            weekday: Weekday::Tuesday,
            block: block(*from, *to),
        });
        Hours {
            weekly: weekly.collect(),
            dated: BTreeMap::new(),
        }
    }

    #[test]
    fn leave_takes_away_open_minutes_and_two_leaves_at_once_take_them_once() {
        let hours = tuesdays(&[(9 * 60, 17 * 60)]);
        let always = BusinessHours::default();
        let days = tuesday_and_wednesday();
        assert_eq!(open_minutes(&days, &always, &hours, &[]), [480, 0]);
        let leave = [
            (datetime!(2026-05-12 09:00 UTC), datetime!(2026-05-12 11:00 UTC)),
            (datetime!(2026-05-12 10:00 UTC), datetime!(2026-05-12 12:00 UTC)),
        ]
        .map(|(from, to)| TimeRange::new(from, to).expect("a leave"));
        assert_eq!(open_minutes(&days, &always, &hours, &leave), [300, 0]);
    }

    #[test]
    fn a_closed_holiday_has_no_open_minutes_and_a_dated_day_has_its_own() {
        let mut hours = tuesdays(&[(9 * 60, 17 * 60)]);
        hours
            .dated
            .insert(date!(2026 - 05 - 13), vec![block(10 * 60, 11 * 60)]);
        let closed = BusinessHours {
            weekly: None,
            dated: BTreeMap::from([(date!(2026 - 05 - 12), Vec::new())]),
        };
        assert_eq!(
            open_minutes(&tuesday_and_wednesday(), &closed, &hours, &[]),
            [0, 60]
        );
    }

    #[test]
    fn a_night_shift_counts_on_either_day_for_its_part() {
        let hours = tuesdays(&[(22 * 60, 26 * 60)]);
        assert_eq!(
            open_minutes(&tuesday_and_wednesday(), &BusinessHours::default(), &hours, &[]),
            [120, 120]
        );
    }
}
