//! The hours of a message together: one moment, a stretch of the day, or none that can be proposed.

use time::Date;

use super::clock::{Clock, DayPart, Style};
use super::clock_rules::{self, Alternative, Openness, Reading};
use super::context::{Context, DAY};
use super::scan::Relation;

/// Opening hours as seen from the date that was named.
pub(super) struct DayHours<'c> {
    pub(super) context: &'c Context,
    pub(super) date: Option<Date>,
}

impl Openness for DayHours<'_> {
    fn is_open(&self, minute: u16, next_day: bool) -> bool {
        let hours = &self.context.opening;
        let date = self
            .date
            .and_then(|date| if next_day { date.next_day() } else { Some(date) });
        match date {
            // On a day that is closed the usual hours still tell which clock is meant.
            Some(date) if !hours.spans(date.weekday()).is_empty() => hours.is_open(date.weekday(), minute),
            Some(_) | None => hours.is_open_some_day(minute),
        }
    }
}

/// The hours of a message.
pub(super) enum Span {
    None,
    /// An hour was named, and none can be proposed.
    Unknown(Reading),
    Point(Reading),
    Stretch {
        /// `None` stands for the opening.
        from: Option<u16>,
        to: u16,
        ask: bool,
    },
}

impl Span {
    /// What the hours of a message come to; `ranged` tells that the first two are joined by *to* or *hadi*.
    pub(super) fn of(readings: &[HourRead], ranged: bool, hours: &dyn Openness) -> Self {
        match readings {
            [] => Self::None,
            [from, to, ..] if ranged => range(*from, *to, hours),
            readings => agreeing(readings),
        }
    }
}

/// An hour with what it was read from.
#[derive(Clone, Copy)]
pub(super) struct HourRead {
    pub(super) reading: Reading,
    pub(super) relation: Relation,
    pub(super) part: Option<DayPart>,
    pub(super) clock: Clock,
}

/// Several hours that say the same moment are one, and the one in am or pm settles it.
fn agreeing(readings: &[HourRead]) -> Span {
    if let Some(reading) = settled(readings) {
        return Span::Point(reading);
    }
    let Some(HourRead {
        reading,
        relation,
        part,
        clock,
    }) = readings.first().copied()
    else {
        return Span::None;
    };
    let Some(minute) = reading.minute else {
        return Span::Unknown(reading);
    };
    let differing = readings
        .iter()
        .map(|other| other.reading)
        .find(|other| other.minute != reading.minute);
    match relation {
        Relation::At => {
            let alternative = reading.alternative.or_else(|| {
                let other = differing?;
                other.minute.map(|minute| Alternative {
                    minute,
                    next_day: other.next_day,
                })
            });
            Span::Point(Reading {
                ask: reading.ask || differing.is_some(),
                alternative,
                ..reading
            })
        }
        Relation::After => Span::Stretch {
            from: Some(minute),
            to: end_of_part(minute, part, clock),
            ask: reading.ask && is_doubtful(clock),
        },
        Relation::Before => Span::Stretch {
            from: None,
            to: minute.saturating_sub(1),
            ask: reading.ask && is_doubtful(clock),
        },
    }
}

/// *saa nane mchana (2:00 pm)*: the exact form, where another form can mean the same minute.
///
/// Whoever writes both has settled the date as well: the minute is of the day named, not of the night after it.
fn settled(readings: &[HourRead]) -> Option<Reading> {
    let exact = |read: &&HourRead| matches!(read.clock.style, Style::Am | Style::Pm | Style::Literal);
    let HourRead { reading, clock, .. } = readings.iter().find(exact)?;
    let minute = clock_rules::literal_minute(*clock);
    let mut others = readings.iter().filter(|read| !exact(read));
    let ask = reading.ask && reading.minute.is_some() && reading.alternative.is_none();
    others
        .any(|other| clock_rules::could_mean(other.clock, minute))
        .then_some(Reading {
            minute: Some(minute),
            next_day: false,
            ask,
            alternative: None,
        })
}

/// *after 5* is clear where *at 5* is asked; only Swahili digits stay in doubt.
fn is_doubtful(clock: Clock) -> bool {
    !matches!(clock.style, Style::At)
}

/// The last minute of the part of the day in which a minute lies.
fn end_of_part(minute: u16, named: Option<DayPart>, clock: Clock) -> u16 {
    if let Some((_, to)) = named.map(DayPart::window).filter(|(_, to)| *to > minute) {
        return to;
    }
    let swahili = matches!(clock.style, Style::Saa | Style::Bare);
    let parts: &[DayPart] = if swahili {
        &[
            DayPart::Alfajiri,
            DayPart::Asubuhi,
            DayPart::Mchana,
            DayPart::Jioni,
            DayPart::Usiku,
        ]
    } else {
        &[
            DayPart::Alfajiri,
            DayPart::Morning,
            DayPart::Afternoon,
            DayPart::Evening,
            DayPart::Night,
        ]
    };
    let ends = parts.iter().map(|part| part.window().1);
    ends.filter(|end| *end > minute).min().unwrap_or(DAY - 1)
}

/// *between 2 and 4pm*, *saa nane hadi saa kumi*: where one end is clear, it settles the other.
fn range(first: HourRead, second: HourRead, hours: &dyn Openness) -> Span {
    let HourRead {
        reading: from,
        part,
        clock,
        ..
    } = first;
    let to = second.reading;
    let Some(end) = to.minute else {
        return Span::Unknown(to);
    };
    let meridiem = matches!(clock.style, Style::At | Style::Bare | Style::Minutes) && part.is_none();
    let same_half = |minute: u16| {
        let other = if minute >= 720 { minute - 720 } else { minute + 720 };
        [minute, other]
            .into_iter()
            .filter(|m| *m < end)
            .max_by_key(|m| (hours.is_open(*m, false), *m))
    };
    let begin = match from.minute {
        Some(minute) if minute < end && !meridiem => Some(minute),
        Some(minute) => same_half(minute),
        None => from
            .alternative
            .map(|other| other.minute)
            .filter(|minute| *minute < end),
    };
    match begin {
        Some(from_minute) => Span::Stretch {
            from: Some(from_minute),
            to: end,
            ask: to.ask && from.ask && (is_doubtful(clock) || is_doubtful(second.clock)),
        },
        None => Span::Unknown(to),
    }
}
