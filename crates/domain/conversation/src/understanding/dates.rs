//! From date expressions to dates: what stands together makes one date, what contradicts itself is asked.

use time::{Date, Month, Weekday};

use super::calendar::{
    following_month, last_of_month, month_numbered, next_day_and_month, next_day_of_month, next_weekday,
    nth_weekday, of_month, plus_days, week_start, weekday_in_week,
};
use super::day::{DayExpr, MonthRef, Which};

/// Dates meant, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dates {
    pub(super) first: Date,
    pub(super) last: Date,
    /// The reading is uncertain.
    pub(super) ask: bool,
    /// Today's own weekday was named without more: today or in seven days, as the hour tells.
    pub(super) todays_weekday: bool,
    /// The other date worth offering.
    pub(super) alternative: Option<Date>,
}

impl Dates {
    fn on(date: Date) -> Self {
        Self {
            first: date,
            last: date,
            ask: false,
            todays_weekday: false,
            alternative: None,
        }
    }

    fn asking(self, ask: bool) -> Self {
        Self {
            ask: self.ask || ask,
            ..self
        }
    }
}

/// What the expressions of a message come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    /// No date was named.
    Unnamed,
    /// A date was named that cannot be proposed: it does not exist, or two nights may be meant.
    Unclear,
    Known(Dates),
}

/// Resolves all expressions of a message, in their order. `ranged` tells that *to* or *until* joins them.
pub(super) fn resolve(expressions: &[DayExpr], ranged: bool, today: Date) -> Resolved {
    if expressions.is_empty() {
        return Resolved::Unnamed;
    }
    if expressions.contains(&DayExpr::EveOf) {
        return Resolved::Unclear;
    }
    let groups = grouped(expressions);
    let mut all = Vec::new();
    for group in &groups {
        match group.resolve(today) {
            Some(dates) => all.push(dates),
            None => return Resolved::Unclear,
        }
    }
    let Some(first) = all.first().copied() else {
        return Resolved::Unnamed;
    };
    if all.len() == 1 {
        return Resolved::Known(first);
    }
    let (begin, end) = all.iter().fold((first.first, first.last), |(begin, end), dates| {
        (begin.min(dates.first), end.max(dates.last))
    });
    let ask = all.iter().any(|dates| dates.ask);
    // "From Monday to Wednesday" on a Tuesday: the Wednesday behind that Monday.
    let behind = all.get(1).and_then(|next| {
        plus_days(next.last, 7).filter(|later| next.last < first.first && *later > first.first)
    });
    if let Some(last) = behind.filter(|_| ranged && all.len() == 2) {
        return Resolved::Known(Dates { last, ask, ..first });
    }
    let adjoining = plus_days(first.last, 1) >= Some(end);
    if ranged || adjoining {
        return Resolved::Known(Dates {
            first: begin,
            last: end,
            ask,
            ..first
        });
    }
    let alternative = all.get(1).map(|dates| dates.first);
    Resolved::Known(Dates {
        ask: true,
        alternative,
        ..first
    })
}

/// Parts of one date, each named at most once.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    offset: Option<(i64, bool)>,
    weekday: Option<(Weekday, Which)>,
    week: Option<i64>,
    weekend: Option<Which>,
    day: Option<u32>,
    month: Option<MonthRef>,
    dated: Option<(u32, u32, Option<u32>)>,
    edge: Option<(bool, Option<MonthRef>)>,
    nth: Option<(Option<u32>, Weekday)>,
    holiday: Option<Date>,
    night_before: Option<Weekday>,
}

fn grouped(expressions: &[DayExpr]) -> Vec<Group> {
    let mut groups = vec![Group::default()];
    for expression in expressions {
        let Some(current) = groups.last_mut() else { break };
        if !current.take(*expression) {
            let mut next = Group::default();
            next.take(*expression);
            groups.push(next);
        }
    }
    groups
}

fn fill<T>(slot: &mut Option<T>, value: T) -> bool {
    let free = slot.is_none();
    if free {
        *slot = Some(value);
    }
    free
}

impl Group {
    /// Adds an expression; `false` if its like is there already.
    fn take(&mut self, expression: DayExpr) -> bool {
        match expression {
            DayExpr::Offset { days, certain } => fill(&mut self.offset, (days, certain)),
            DayExpr::Weekday(day, which) => fill(&mut self.weekday, (day, which)),
            DayExpr::Week(weeks) => fill(&mut self.week, weeks),
            DayExpr::Weekend(which) => fill(&mut self.weekend, which),
            DayExpr::DayOfMonth(day) => self.dated.is_none() && fill(&mut self.day, day),
            DayExpr::Month(month) => fill(&mut self.month, month),
            DayExpr::DayMonth { day, month, year } => {
                self.day.is_none() && fill(&mut self.dated, (day, month, year))
            }
            DayExpr::MonthStart(month) => fill(&mut self.edge, (false, month)),
            DayExpr::MonthEnd(month) => fill(&mut self.edge, (true, month)),
            DayExpr::NthWeekday(nth, day) => fill(&mut self.nth, (nth, day)),
            DayExpr::Holiday(date) => fill(&mut self.holiday, date),
            DayExpr::NightBefore(day) => fill(&mut self.night_before, day),
            DayExpr::EveOf => true,
        }
    }

    fn resolve(&self, today: Date) -> Option<Dates> {
        if let Some(day) = self.night_before {
            return next_weekday(today, day)
                .and_then(|date| plus_days(date, -1))
                .map(Dates::on);
        }
        let calendar_date = self.calendar_date(today)?;
        let relative = self
            .offset
            .and_then(|(days, certain)| plus_days(today, days).map(|date| Dates::on(date).asking(!certain)));
        let named = match (calendar_date, relative) {
            (Some(dates), Some(other)) => Some(dates.asking(dates.first != other.first)),
            (dates, other) => dates.or(other),
        };
        // "Wiki mbili zijazo Ijumaa": the Friday of that week, which not everybody counts alike.
        if let (Some((days, false)), Some((day, _)), None) = (self.offset, self.weekday, calendar_date)
            && days > 0
            && days % 7 == 0
        {
            return weekday_in_week(today, day, days / 7).map(|date| Dates::on(date).asking(true));
        }
        match (named, self.weekday) {
            // A weekday that does not match its date.
            (Some(dates), Some((day, _))) => Some(dates.asking(dates.first.weekday() != day)),
            (Some(dates), None) => Some(dates),
            (None, Some((day, which))) => self.weekday(day, which, today),
            (None, None) => self.span(today),
        }
    }

    /// A date named by the calendar. The outer `None` says that there is no such date.
    #[expect(
        clippy::option_option,
        reason = "no date named and no such date are two answers, and private to this file"
    )]
    fn calendar_date(&self, today: Date) -> Option<Option<Dates>> {
        let in_month = |month: MonthRef| match month {
            MonthRef::Named(month) => (next_year_of(month, today), month),
            MonthRef::This => (today.year(), today.month()),
            MonthRef::Next => following_month(today.year(), today.month()),
        };
        if let Some((day, month, year)) = self.dated {
            let month = month_numbered(month)?;
            return match year.and_then(|year| i32::try_from(year).ok()) {
                Some(year) => of_month(year, month, day).map(|date| Some(Dates::on(date))),
                None => next_day_and_month(day, month, today).map(|date| Some(Dates::on(date))),
            };
        }
        if let Some(day) = self.day {
            let date = match self.month {
                Some(MonthRef::Named(month)) => next_day_and_month(day, month, today)?,
                Some(MonthRef::This) => of_month(today.year(), today.month(), day)?,
                Some(MonthRef::Next) => {
                    let (year, month) = in_month(MonthRef::Next);
                    of_month(year, month, day)?
                }
                None => next_day_of_month(day, today)?,
            };
            return Some(Some(Dates::on(date)));
        }
        if let Some((nth, day)) = self.nth {
            let (year, month) = in_month(self.month.unwrap_or(MonthRef::This));
            let mut date = nth_weekday(year, month, day, nth)?;
            if date < today && self.month.is_none() {
                let (year, month) = following_month(year, month);
                date = nth_weekday(year, month, day, nth)?;
            }
            return Some(Some(Dates::on(date).asking(self.month.is_none())));
        }
        if let Some((ends, month)) = self.edge {
            let (year, month) = match (month.or(self.month), ends) {
                (Some(month), _) => in_month(month),
                (None, true) => (today.year(), today.month()),
                (None, false) => following_month(today.year(), today.month()),
            };
            let date = if ends {
                last_of_month(year, month)?
            } else {
                of_month(year, month, 1)?
            };
            return Some(Some(Dates::on(date).asking(true)));
        }
        Some(self.holiday.map(Dates::on))
    }

    fn weekday(&self, day: Weekday, which: Which, today: Date) -> Option<Dates> {
        if let Some(weeks) = self.week {
            let date = weekday_in_week(today, day, weeks)?;
            return Some(Dates::on(date).asking(date < today));
        }
        if let Some(weekend) = self
            .weekend
            .filter(|_| matches!(day, Weekday::Saturday | Weekday::Sunday))
        {
            let weeks = match weekend {
                Which::Bare | Which::This | Which::Last => 0,
                Which::Next => 1,
                Which::AfterNext => 2,
            };
            let date = weekday_in_week(today, day, weeks)?;
            let sooner = weekday_in_week(today, day, 0).filter(|sooner| *sooner != date);
            return Some(Dates {
                alternative: sooner,
                ..Dates::on(date).asking(weeks > 0 || date < today)
            });
        }
        if let Some(month) = self.month {
            // "Jumamosi mwezi ujao": the first of them, and a question.
            let (year, month) = match month {
                MonthRef::Named(month) => (next_year_of(month, today), month),
                MonthRef::This => (today.year(), today.month()),
                MonthRef::Next => following_month(today.year(), today.month()),
            };
            let date = (1..=5)
                .find_map(|nth| nth_weekday(year, month, day, Some(nth)).filter(|date| *date >= today))?;
            return Some(Dates::on(date).asking(true));
        }
        let next = next_weekday(today, day)?;
        match which {
            Which::Bare | Which::This if day == today.weekday() => Some(Dates {
                todays_weekday: true,
                ..Dates::on(next)
            }),
            Which::Bare | Which::This => Some(Dates::on(next)),
            Which::Next => {
                let date = weekday_in_week(today, day, 1)?;
                let nearest = next == date;
                Some(Dates {
                    alternative: (!nearest).then_some(next),
                    ..Dates::on(date).asking(!nearest)
                })
            }
            Which::AfterNext => {
                let date = weekday_in_week(today, day, 2)?;
                Some(Dates {
                    alternative: weekday_in_week(today, day, 1),
                    ..Dates::on(date).asking(true)
                })
            }
            Which::Last => plus_days(next, if day == today.weekday() { -14 } else { -7 }).map(Dates::on),
        }
    }

    /// A weekend, a week or a month.
    fn span(&self, today: Date) -> Option<Dates> {
        if let Some(which) = self.weekend {
            let weeks = match which {
                Which::Bare | Which::This => 0,
                Which::Next => 1,
                Which::AfterNext => 2,
                Which::Last => -1,
            };
            let saturday = weekday_in_week(today, Weekday::Saturday, weeks)?;
            let sunday = plus_days(saturday, 1)?;
            let first = if weeks == 0 { saturday.max(today) } else { saturday };
            return Some(Dates {
                last: sunday,
                ..Dates::on(first).asking(weeks > 0)
            });
        }
        if let Some(weeks) = self.week {
            let monday = plus_days(week_start(today), weeks.saturating_mul(7))?;
            let first = if weeks == 0 { today } else { monday };
            return Some(Dates {
                last: plus_days(monday, 6)?,
                ..Dates::on(first)
            });
        }
        let (year, month) = match self.month? {
            MonthRef::Named(month) => (next_year_of(month, today), month),
            MonthRef::This => (today.year(), today.month()),
            MonthRef::Next => following_month(today.year(), today.month()),
        };
        let first = of_month(year, month, 1)?.max(today);
        Some(Dates {
            last: last_of_month(year, month)?,
            ..Dates::on(first)
        })
    }
}

/// The year in which the month next ends at or after today.
fn next_year_of(month: Month, today: Date) -> i32 {
    let past = u8::from(month) < u8::from(today.month());
    if past {
        today.year().saturating_add(1)
    } else {
        today.year()
    }
}
