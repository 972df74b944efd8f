//! Local days as seconds: where each begins, and which second a reading of its wall clock is.
//!
//! Asking the zone is slow; a week without a clock change is asked for once.

use std::collections::BTreeMap;

use ratiba_kernel::Zone;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time};

use super::facts::{BusinessHours, DayBlock, Hours, WeeklyBlock};
use super::span::{Span, floor, instant, union};
use super::starts::OPENING_MOST;

pub(super) const DAY: i64 = 24 * 60 * 60;

/// Days on either side of what is asked for: a block may end a day after its own, and the hole beside a slot
/// is reckoned up to a day.
const MARGIN_DAYS: i64 = 2;

#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) start: i64,
    pub(super) end: i64,
    /// Whether every reading of this day and of the next lies as far from its start as the clock says.
    plain: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Calendar {
    zone: Zone,
    days: Vec<Day>,
}

impl Calendar {
    /// The local days that touch `[from, to]`, with two more on either side, or more before them.
    pub(super) fn covering(zone: &Zone, from: OffsetDateTime, to: OffsetDateTime, days_before: i64) -> Self {
        let before = Duration::days(days_before.max(MARGIN_DAYS));
        let after = Duration::days(MARGIN_DAYS);
        let first = zone.date(from).checked_sub(before).unwrap_or(Date::MIN);
        let last = zone.date(to).checked_add(after).unwrap_or(Date::MAX);
        let zone = zone.clone();
        // One day more gives the end of the last, one more again tells whether the day after is plain.
        let starts = day_starts(&zone, first, last.saturating_add(Duration::days(2)));
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

    /// The days that a window touches.
    pub(super) fn days_of(&self, window: Span) -> &[Day] {
        let first = self.days.partition_point(|day| day.end <= window.from);
        let past = self.days.partition_point(|day| day.start < window.to);
        self.days.get(first..past).unwrap_or_default()
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

    /// The stretches of a day in which the clock runs evenly, each with the second at which it would have
    /// shown midnight: one on most days, two where the clock changes.
    pub(super) fn even_stretches(&self, day: Day) -> Vec<(Span, i64)> {
        let midnight_at = |second: i64| {
            let local = self.zone.local(instant(second)).time();
            let (hour, minute, whole) = local.as_hms();
            second - i64::from(hour) * 3_600 - i64::from(minute) * 60 - i64::from(whole)
        };
        let mut stretches = Vec::with_capacity(2);
        let mut from = day.start;
        while from < day.end {
            let midnight = midnight_at(from);
            // The first second of the day that is reckoned from another midnight.
            let (mut same, mut other) = (from, day.end);
            while same + 1 < other {
                let middle = same + (other - same) / 2;
                if midnight_at(middle) == midnight {
                    same = middle;
                } else {
                    other = middle;
                }
            }
            stretches.push((Span { from, to: other }, midnight));
            from = other;
        }
        stretches
    }

    /// The seconds of one day at which its clock shows a multiple of `step`, as far as they lie in one of
    /// `among`: an hour that is skipped has none, and one that comes twice has them twice.
    pub(super) fn grid(&self, day: Day, step: i64, among: &[Span], each: impl FnMut(i64)) {
        let all = Span {
            from: day.start,
            to: day.end,
        };
        self.shown((day, all), 0, step, among, each);
    }

    /// The same for an opening of several days: the seconds at which the clock shows a multiple of `step` after
    /// what it showed when the opening began.
    pub(super) fn grid_from(&self, opening: Span, step: i64, among: &[Span], mut each: impl FnMut(i64)) {
        let Some(begun) = self.day_of(opening.from) else {
            return;
        };
        let stretches = self.even_stretches(begun);
        let of_opening = stretches.iter().find(|(stretch, _)| opening.from < stretch.to);
        let Some(shown) = of_opening.map(|(_, midnight)| opening.from - midnight) else {
            return;
        };
        for day in self.days_of(opening) {
            let whole = Span {
                from: day.start.max(opening.from),
                to: day.end.min(opening.to),
            };
            let days = i64::from(day.date.to_julian_day()) - i64::from(begun.date.to_julian_day());
            self.shown((*day, whole), shown - days * DAY, step, among, &mut each);
        }
    }

    /// The seconds of a part of a day at which its clock shows a multiple of `step` after the reading `zero`.
    fn shown(
        &self,
        (day, whole): (Day, Span),
        zero: i64,
        step: i64,
        among: &[Span],
        mut each: impl FnMut(i64),
    ) {
        if step <= 0 {
            return;
        }
        let mut along = |stretch: Span, midnight: i64| {
            let stretch = Span {
                from: stretch.from.max(whole.from),
                to: stretch.to.min(whole.to),
            };
            if stretch.from >= stretch.to {
                return;
            }
            let midnight = midnight + zero;
            for span in super::span::within(among, stretch) {
                let from = span.from.max(stretch.from) - midnight;
                let first = from + (step - from.rem_euclid(step)) % step;
                let to = span.to.min(stretch.to);
                let mut at = midnight.saturating_add(first);
                while at < to {
                    each(at);
                    at = at.saturating_add(step);
                }
            }
        };
        if day.plain {
            let stretch = Span {
                from: day.start,
                to: day.end,
            };
            along(stretch, day.start);
        } else {
            for (stretch, midnight) in self.even_stretches(day) {
                along(stretch, midnight);
            }
        }
    }

    /// All of somebody's hours, joined.
    pub(super) fn at_work(&self, hours: &Hours) -> Vec<Span> {
        let mut spans = Vec::with_capacity(self.days.len());
        for day in &self.days {
            self.blocks(*day, Some(&hours.weekly), &hours.dated, &mut spans);
        }
        union(spans)
    }

    /// When the business is open, joined: a night shift on the eve of a holiday goes on to its end. A day
    /// without rules is open from end to end.
    pub(super) fn business_open(&self, hours: &BusinessHours) -> Vec<Span> {
        let mut spans = Vec::with_capacity(self.days.len());
        for day in &self.days {
            if !self.blocks(*day, hours.weekly.as_deref(), &hours.dated, &mut spans) {
                let (from, to) = (day.start, day.end);
                spans.push(Span { from, to });
            }
        }
        union(spans)
    }

    /// A joined opening, cut where it begins anew: at each midnight after it has lasted for a week.
    pub(super) fn begun_anew(&self, run: Span) -> Vec<Span> {
        // What was open on the first day that is known was open before.
        let known = self.days.first().is_some_and(|first| run.from > first.start);
        let lasted = if known { run.from + OPENING_MOST } else { run.from };
        let mut beginnings = vec![run.from];
        let midnights = self.days.iter().map(|day| day.start);
        beginnings.extend(midnights.filter(|at| *at > run.from && *at >= lasted && *at < run.to));
        let ends = beginnings.iter().copied().skip(1).chain([run.to]);
        let cut = beginnings.iter().zip(ends);
        cut.map(|(from, to)| Span { from: *from, to }).collect()
    }

    /// The openings of the business on one day, joined; `None` on a day without rules.
    pub(super) fn business_openings(&self, day: Day, hours: &BusinessHours) -> Option<Vec<Span>> {
        let mut spans = Vec::new();
        self.blocks(day, hours.weekly.as_deref(), &hours.dated, &mut spans)
            .then(|| union(spans))
    }

    /// The openings of somebody's hours on one day, joined.
    pub(super) fn openings(&self, day: Day, hours: &Hours) -> Vec<Span> {
        let mut spans = Vec::new();
        self.blocks(day, Some(&hours.weekly), &hours.dated, &mut spans);
        union(spans)
    }

    /// Adds the blocks that begin on a day; says whether there is any rule for that day.
    fn blocks(
        &self,
        day: Day,
        weekly: Option<&[WeeklyBlock]>,
        dated: &BTreeMap<Date, Vec<DayBlock>>,
        spans: &mut Vec<Span>,
    ) -> bool {
        let span = |block: &DayBlock| Span {
            from: self.reading(day, block.from_minute),
            to: self.reading(day, block.to_minute),
        };
        if let Some(blocks) = dated.get(&day.date) {
            spans.extend(blocks.iter().map(span));
            return true;
        }
        let Some(weekly) = weekly else { return false };
        let weekday = day.date.weekday();
        let today = weekly.iter().filter(|block| block.weekday == weekday);
        spans.extend(today.map(|block| span(&block.block)));
        true
    }
}

/// The days from `first` to `last` with their beginnings. A week whose ends lie seven times 24 hours apart is
/// taken to be plain: no zone puts its clock one way and back again within a week.
fn day_starts(zone: &Zone, first: Date, last: Date) -> Vec<(Date, i64)> {
    let start_of = |date: Date| floor(zone.day_start(date));
    let mut starts = Vec::new();
    let mut week = first;
    let mut start = start_of(first);
    while week <= last {
        let next = week.checked_add(Duration::WEEK);
        let next_start = next.map(start_of);
        let plain = next_start.is_some_and(|next| next - start == 7 * DAY);
        for (date, past) in std::iter::successors(Some(week), |date| date.next_day())
            .take(7)
            .take_while(|date| *date <= last)
            .zip(0_i64..)
        {
            let at = if plain || past == 0 {
                start + past * DAY
            } else {
                start_of(date)
            };
            starts.push((date, at));
        }
        let (Some(after), Some(after_start)) = (next, next_start) else {
            break;
        };
        (week, start) = (after, after_start);
    }
    starts
}
