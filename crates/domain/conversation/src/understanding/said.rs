//! The mentions of a message that bear on its time: which of them count, and which belong together.

use super::Intent;
use super::clock::{Clock, DayPart};
use super::clock_rules;
use super::context::Context;
use super::dates::Dates;
use super::day::DayExpr;
use super::scan::{Found, Mention, Relation, Sentence};
use super::span::{DayHours, HourRead, Span};

/// The mentions that bear on the time, sorted by kind.
pub(super) struct Said {
    pub(super) days: Vec<DayExpr>,
    pub(super) clocks: Vec<(Clock, Relation, Option<DayPart>)>,
    parts: Vec<DayPart>,
    pub(super) now: bool,
    pub(super) relative: Option<u32>,
    /// *to*, *until*, *hadi* between two mentions.
    pub(super) ranged: bool,
}

/// Words behind which the new time of a change stands.
const TOWARDS: &[&str] = &[
    "hadi", "mpaka", "to", "iwe", "ikuwe", "mpk", "badala", "into", "iwekwe", "book",
];

impl Said {
    pub(super) fn of(sentence: &Sentence, intent: Intent) -> Self {
        let mut found: Vec<Found> = sentence
            .found
            .iter()
            .copied()
            .filter(|found| !found.negated && found.bears_on_time())
            .collect();
        if matches!(intent, Intent::Reschedule | Intent::ChangeDate) {
            found = behind_the_turn(sentence, found);
        }
        let days: Vec<DayExpr> = found.iter().filter_map(day).collect();
        let parts: Vec<(usize, DayPart)> = found.iter().filter_map(part).collect();
        let clock_places: Vec<(Found, Clock, Relation)> = found.iter().filter_map(clock).collect();
        let only_one = clock_places.len() == 1;
        let clocks = clock_places
            .iter()
            .map(|(place, clock, relation)| (*clock, *relation, part_of(*place, &parts, only_one)))
            .collect();
        let joined = |pair: &[Found]| match pair {
            [one, other] => (one.end..=other.start).any(|at| {
                ["hadi", "mpaka", "to", "until", "till"].contains(&sentence.words().text(at))
                    || at + 1 < other.start && sentence.words().text(at) == "between"
            }),
            _other => false,
        };
        let between = sentence
            .tokens
            .iter()
            .any(|token| token.text == "between" || token.text == "kati");
        Self {
            days,
            clocks,
            parts: parts.into_iter().map(|(_, part)| part).collect(),
            now: found.iter().any(|found| found.mention == Mention::Now),
            relative: found.iter().find_map(|found| {
                if let Mention::Relative(minutes) = found.mention {
                    Some(minutes)
                } else {
                    None
                }
            }),
            ranged: between || found.windows(2).any(joined),
        }
    }

    pub(super) fn span(&self, dates: Option<Dates>, context: &Context) -> Span {
        let date = dates.map(|dates| {
            if dates.todays_weekday {
                context.today()
            } else {
                dates.first
            }
        });
        let hours = DayHours { context, date };
        let readings: Vec<HourRead> = self
            .clocks
            .iter()
            .map(|(clock, relation, part)| HourRead {
                reading: clock_rules::read(*clock, *part, &hours),
                relation: *relation,
                part: *part,
                clock: *clock,
            })
            .collect();
        match (readings.is_empty(), self.parts.first()) {
            (true, Some(part)) => {
                let (from, to) = part.window();
                Span::Stretch {
                    from: Some(from),
                    to,
                    ask: false,
                }
            }
            (true, None) | (false, _) => Span::of(&readings, self.ranged, &hours),
        }
    }
}

fn day(found: &Found) -> Option<DayExpr> {
    if let Mention::Day(expression) = found.mention {
        Some(expression)
    } else {
        None
    }
}

fn part(found: &Found) -> Option<(usize, DayPart)> {
    if let Mention::Part(part) = found.mention {
        Some((found.start, part))
    } else {
        None
    }
}

fn clock(found: &Found) -> Option<(Found, Clock, Relation)> {
    if let Mention::Clock(clock, relation) = found.mention {
        Some((*found, clock, relation))
    } else {
        None
    }
}

/// The part of the day that goes with an hour: just behind it, else just before it, else the only one there is.
fn part_of(place: Found, parts: &[(usize, DayPart)], only_clock: bool) -> Option<DayPart> {
    let behind = parts
        .iter()
        .find(|(start, _)| (place.end..=place.end + 2).contains(start));
    let before = parts
        .iter()
        .rev()
        .find(|(start, _)| *start < place.start && place.start - start <= 3);
    behind
        .or(before)
        .or(if only_clock { parts.first() } else { None })
        .map(|(_, part)| *part)
}

/// Whether a time stands behind a word that leads to it: *iwe Alhamisi*, *to the 20th*.
pub(super) fn names_new_time(sentence: &Sentence) -> bool {
    let led_to = |found: &Found| {
        let before = (1..=2).filter_map(|back| found.start.checked_sub(back));
        before
            .into_iter()
            .any(|at| TOWARDS.contains(&sentence.words().text(at)))
    };
    let mut times = sentence
        .found
        .iter()
        .filter(|found| found.bears_on_time() && !found.negated);
    times.any(led_to)
}

/// In a change only what stands behind *to* or *hadi* is the new time, if anything does.
fn behind_the_turn(sentence: &Sentence, found: Vec<Found>) -> Vec<Found> {
    let words = sentence.words();
    // "Make it Sunday" leads to a new time, "I can't make it Sunday" to none.
    let makes = |at: usize| {
        let before = at.checked_sub(1).map_or("", |at| words.text(at));
        words.text(at) == "make"
            && words.text(at + 1) == "it"
            && !["cant", "cannot", "wont", "not", "to", "couldnt", "never"].contains(&before)
    };
    let turn = (0..sentence.tokens.len()).rev().find(|at| {
        (TOWARDS.contains(&words.text(*at)) || makes(*at))
            && !found.iter().any(|f| (f.start..f.end).contains(at))
            && found.iter().any(|f| f.start > *at)
    });
    match turn {
        Some(turn) => found.into_iter().filter(|found| found.start > turn).collect(),
        None => keep_the_last_date(sentence, found),
    }
}

/// *badilisha ya Ijumaa, nataka Jumamosi*: of two dates in two clauses the later one is wanted.
fn keep_the_last_date(sentence: &Sentence, found: Vec<Found>) -> Vec<Found> {
    let clause = |found: &Found| sentence.words().token(found.start).map(|token| token.clause);
    let Some(last) = found.last().and_then(clause) else {
        return found;
    };
    let days = |in_last: bool| {
        found
            .iter()
            .filter(|f| (clause(f) == Some(last)) == in_last)
            .any(|f| matches!(f.mention, Mention::Day(_)))
    };
    if days(true) && days(false) {
        return found.into_iter().filter(|f| clause(f) == Some(last)).collect();
    }
    found
}
