//! Which clock an hour follows: the Swahili one, counted from sunrise, or the English one.
//!
//! A reading must fit the part of the day that was named and the opening hours. Where one reading is left, it stands;
//! where two are, or none, the customer is asked.

use super::clock::{Clock, DayPart, Style};
use super::context::DAY;

/// The hour that a customer most likely means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// Minute of the day; `None` if no value can be proposed.
    pub(super) minute: Option<u16>,
    /// The minute lies after midnight, in the night that belongs to the day named.
    pub(super) next_day: bool,
    /// The reading must be asked.
    pub(super) ask: bool,
    /// The other value worth offering.
    pub(super) alternative: Option<Alternative>,
}

/// A second value of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Alternative {
    pub(super) minute: u16,
    pub(super) next_day: bool,
}

impl Alternative {
    fn same_day(minute: u16) -> Self {
        Self {
            minute,
            next_day: false,
        }
    }

    fn beside(minute: u16, part: DayPart) -> Self {
        Self {
            minute,
            next_day: after_midnight(minute, Some(part)),
        }
    }
}

/// Tells whether an appointment may start at a minute of the day named, or of the next one.
pub(super) trait Openness {
    fn is_open(&self, minute: u16, next_day: bool) -> bool;
}

/// Reads an hour beside a part of the day, if one was named.
pub(super) fn read(clock: Clock, part: Option<DayPart>, hours: &dyn Openness) -> Reading {
    let part = part.filter(|part| !matches!(part, DayPart::AfterWork));
    match (clock.style, part) {
        (Style::Unclear, _) => Reading {
            ask: true,
            ..Reading::default()
        },
        (Style::Literal, _) => literal(clock, hours),
        (Style::Am, _) if clock.hour == 12 => twelve_am(clock, hours),
        (Style::Am, _) => proposed(Some(on_clock(clock.hour % 12, clock.offset)), None, false, hours),
        (Style::Pm, _) => proposed(
            Some(on_clock(clock.hour % 12 + 12, clock.offset)),
            None,
            false,
            hours,
        ),
        (Style::Saa, Some(part)) => saa_with_part(clock, part, hours),
        (Style::Saa, None) => saa_alone(clock, hours),
        (Style::Bare | Style::At | Style::Minutes, Some(part)) if part.is_english() => {
            let value = fitting(clock, part, english_values(clock));
            proposed(value, Some(part), false, hours)
        }
        (Style::Bare | Style::At | Style::Minutes, Some(part)) => number_with_part(clock, part, hours),
        (Style::Bare | Style::At, None) => english_alone(clock, Doubt::Kept, hours),
        (Style::Minutes, None) => english_alone(clock, Doubt::Dispelled, hours),
    }
}

fn on_clock(hour: u32, offset: i32) -> u16 {
    let minute = i64::from(hour)
        .saturating_mul(60)
        .saturating_add(i64::from(offset))
        .rem_euclid(i64::from(DAY));
    u16::try_from(minute).unwrap_or(0)
}

/// The two values of a Swahili hour: six hours before and after the number.
fn swahili_values(clock: Clock) -> [u16; 2] {
    let base = (clock.hour + 6) % 12;
    [on_clock(base, clock.offset), on_clock(base + 12, clock.offset)]
}

fn english_values(clock: Clock) -> [u16; 2] {
    let base = clock.hour % 12;
    [on_clock(base, clock.offset), on_clock(base + 12, clock.offset)]
}

fn within(minute: u16, (first, last): (u16, u16)) -> bool {
    if first <= last {
        (first..=last).contains(&minute)
    } else {
        minute >= first || minute <= last
    }
}

/// The value that goes with the part of the day. The hour may fit where the minutes before or after it do not.
fn fitting(clock: Clock, part: DayPart, values: [u16; 2]) -> Option<u16> {
    let whole_hour = |value: u16| on_clock(0, i32::from(value).saturating_sub(clock.offset));
    let fits = |value: &&u16| within(**value, part.accepted());
    let hour_fits = |value: &&u16| within(whole_hour(**value), part.accepted());
    values
        .iter()
        .find(fits)
        .or_else(|| values.iter().find(hour_fits))
        .copied()
}

fn after_midnight(minute: u16, part: Option<DayPart>) -> bool {
    part.is_some_and(DayPart::passes_midnight) && minute < 240
}

/// One value: asked if it lies outside the opening hours.
fn proposed(value: Option<u16>, part: Option<DayPart>, doubtful: bool, hours: &dyn Openness) -> Reading {
    let next_day = value.is_some_and(|minute| after_midnight(minute, part));
    let open = value.is_some_and(|minute| hours.is_open(minute, next_day));
    Reading {
        minute: value,
        next_day,
        ask: doubtful || !open,
        alternative: None,
    }
}

fn literal(clock: Clock, hours: &dyn Openness) -> Reading {
    let minute = on_clock(clock.hour, clock.offset);
    let next_day = clock.end_of_day || clock.hour == 24;
    Reading {
        minute: Some(minute),
        next_day,
        ask: !hours.is_open(minute, next_day),
        alternative: None,
    }
}

/// Midnight by the letter, mostly meant as noon.
fn twelve_am(clock: Clock, hours: &dyn Openness) -> Reading {
    let (midnight, noon) = (on_clock(0, clock.offset), on_clock(12, clock.offset));
    if hours.is_open(midnight, false) {
        let whole = clock.offset == 0;
        return Reading {
            minute: Some(midnight),
            next_day: false,
            ask: whole,
            alternative: whole.then_some(Alternative::same_day(noon)),
        };
    }
    Reading {
        minute: None,
        next_day: false,
        ask: true,
        alternative: Some(Alternative::same_day(noon)),
    }
}

fn saa_with_part(clock: Clock, part: DayPart, hours: &dyn Openness) -> Reading {
    let swahili = fitting(clock, part, swahili_values(clock));
    // Dawn has no English reading: nobody says "saa tatu alfajiri" for three in the morning.
    let english = fitting(clock, part, english_values(clock)).filter(|_| part != DayPart::Alfajiri);
    let open = |value: &u16| hours.is_open(*value, after_midnight(*value, Some(part)));
    match (swahili.filter(open), english.filter(open)) {
        (Some(first), Some(second)) => {
            let reading = proposed(Some(first), Some(part), clock.digits, hours);
            Reading {
                alternative: clock.digits.then(|| Alternative::beside(second, part)),
                ..reading
            }
        }
        (Some(first), None) => proposed(Some(first), Some(part), false, hours),
        (None, Some(second)) => {
            let reading = proposed(Some(second), Some(part), true, hours);
            Reading {
                alternative: swahili.map(|minute| Alternative::beside(minute, part)),
                ..reading
            }
        }
        (None, None) => proposed(swahili.or(english), Some(part), true, hours),
    }
}

fn saa_alone(clock: Clock, hours: &dyn Openness) -> Reading {
    let values = swahili_values(clock);
    let open: Vec<u16> = values
        .into_iter()
        .filter(|value| hours.is_open(*value, false))
        .collect();
    let &[value] = open.as_slice() else {
        let alternative = open.get(1).copied().map(Alternative::same_day);
        return Reading {
            minute: None,
            next_day: false,
            ask: true,
            alternative,
        };
    };
    // Said for the morning before opening as often as for the evening.
    let evening_left = value >= 19 * 60;
    let english = english_values(clock)
        .into_iter()
        .find(|other| *other != value && hours.is_open(*other, false));
    Reading {
        minute: Some(value),
        next_day: false,
        ask: clock.digits || evening_left,
        alternative: english.filter(|_| clock.digits).map(Alternative::same_day),
    }
}

/// A number with a Swahili part of the day but without *saa*: the English clock first, and always a question.
fn number_with_part(clock: Clock, part: DayPart, hours: &dyn Openness) -> Reading {
    let english = fitting(clock, part, english_values(clock));
    let swahili = fitting(clock, part, swahili_values(clock));
    let open = |value: &u16| hours.is_open(*value, after_midnight(*value, Some(part)));
    let best = english
        .filter(open)
        .or(swahili.filter(open))
        .or(english)
        .or(swahili);
    let other = [english, swahili]
        .into_iter()
        .flatten()
        .find(|value| Some(*value) != best && open(value));
    Reading {
        alternative: other.map(|minute| Alternative::beside(minute, part)),
        ..proposed(best, Some(part), true, hours)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubt {
    /// *at 3*: asked even where one value is open.
    Kept,
    /// *half past three*: one open value is enough.
    Dispelled,
}

fn english_alone(clock: Clock, doubt: Doubt, hours: &dyn Openness) -> Reading {
    let values = english_values(clock);
    let open: Vec<u16> = values
        .into_iter()
        .filter(|value| hours.is_open(*value, false))
        .collect();
    match open[..] {
        [value] => Reading {
            minute: Some(value),
            next_day: false,
            ask: doubt == Doubt::Kept,
            alternative: None,
        },
        [] | [_, _, ..] => Reading {
            minute: None,
            next_day: false,
            ask: true,
            alternative: open.get(1).copied().map(Alternative::same_day),
        },
    }
}

/// The minute of an hour that stands on no twelve-hour clock, or has am or pm.
pub(super) fn literal_minute(clock: Clock) -> u16 {
    match clock.style {
        Style::Am => on_clock(clock.hour % 12, clock.offset),
        Style::Pm => on_clock(clock.hour % 12 + 12, clock.offset),
        Style::Literal | Style::Saa | Style::Bare | Style::At | Style::Minutes | Style::Unclear => {
            on_clock(clock.hour, clock.offset)
        }
    }
}

/// Whether an hour, on the clock that it names, can mean this minute.
pub(super) fn could_mean(clock: Clock, minute: u16) -> bool {
    match clock.style {
        Style::Saa => swahili_values(clock).contains(&minute),
        Style::Bare | Style::At | Style::Minutes => {
            english_values(clock).contains(&minute) || swahili_values(clock).contains(&minute)
        }
        Style::Am | Style::Pm | Style::Literal => literal_minute(clock) == minute,
        Style::Unclear => false,
    }
}
