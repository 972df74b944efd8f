//! Puts date and hour together, and decides whether the reading must be asked.

use time::{Date, PrimitiveDateTime, Time};

use super::calendar::plus_days;
use super::clock_rules::{Alternative, Openness, Reading};
use super::context::{Context, DAY, minute_of};
use super::dates::{self, Dates, Resolved};
use super::intent::Heard;
use super::said::Said;
use super::scan::{Mention, Sentence};
use super::span::{DayHours, Span};
use super::{Intent, Understood, When, language, numeral};

/// The whole reading of a sentence.
pub(super) fn assemble(sentence: &Sentence, heard: Heard, context: &Context) -> Understood {
    let timed = Timed::of(sentence, heard.intent, context);
    let number =
        |pick: fn(Mention) -> Option<u32>| sentence.found.iter().find_map(|found| pick(found.mention));
    let duration = super::intent::duration(sentence);
    let late = heard.intent == Intent::RunningLate;
    // "I arrive at nine" says when, not how late.
    let names_no_time = timed.when.is_none();
    Understood {
        language: language::detect(sentence),
        asks_language: language::asked_for(sentence),
        intent: heard.intent,
        when: timed.when,
        alternative: timed.alternative,
        ask: timed.ask || heard.ask,
        // "Give me five minutes" asks for patience, not for a service of that length.
        duration_minutes: duration.filter(|_| !late && heard.intent != Intent::NotYet),
        people: number(people),
        services: heard.services,
        wishes: heard.wishes,
        shares: heard.shares.counts,
        shares_name_people: heard.shares.name_people,
        dropped: heard.dropped,
        naming: heard.naming,
        staff: heard.staff,
        choice: heard.choice,
        amount: number(amount),
        minutes_late: late
            .then(|| duration.or_else(|| bare_minutes(sentence).filter(|_| names_no_time)))
            .flatten(),
        books: heard.books,
        asks_who: heard.asks_who,
    }
}

fn people(mention: Mention) -> Option<u32> {
    if let Mention::People(people) = mention {
        Some(people)
    } else {
        None
    }
}

fn amount(mention: Mention) -> Option<u32> {
    if let Mention::Amount(amount) = mention {
        Some(amount)
    } else {
        None
    }
}

/// *in 20 minutes* said by somebody who is late, and a number alone.
fn bare_minutes(sentence: &Sentence) -> Option<u32> {
    let relative = sentence.found.iter().find_map(|found| {
        if let Mention::Relative(minutes) = found.mention {
            Some(minutes)
        } else {
            None
        }
    });
    // A matatu is what one is stuck in; three of something only behind its noun.
    let is_vehicle = |at: usize| {
        let text = |at: usize| sentence.tokens.get(at).map(|token| token.text.as_str());
        text(at) == Some("matatu") && at.checked_sub(1).and_then(text) != Some("masaa")
    };
    let counted = || {
        let mut places = (0..sentence.tokens.len()).filter(|at| !is_vehicle(*at));
        places.find_map(|at| numeral::cardinal(&sentence.tokens, at))
    };
    relative.or_else(|| {
        counted()
            .map(|read| read.value)
            .filter(|minutes| (2..=120).contains(minutes))
    })
}

/// What is said of the time.
#[derive(Default)]
struct Timed {
    when: Option<When>,
    alternative: Option<When>,
    ask: bool,
}

impl Timed {
    fn of(sentence: &Sentence, intent: Intent, context: &Context) -> Self {
        match intent {
            Intent::Greet
            | Intent::Thanks
            | Intent::Confirm
            | Intent::Deny
            | Intent::NotYet
            | Intent::ChooseOption
            | Intent::OptOut
            | Intent::OptIn => return Self::default(),
            Intent::Book
            | Intent::Availability
            | Intent::Reschedule
            | Intent::ChangeDate
            | Intent::ChangeService
            | Intent::Cancel
            | Intent::RunningLate
            | Intent::ShowBooking
            | Intent::AskPrice
            | Intent::AskPromo
            | Intent::AskHours
            | Intent::AskLocation
            | Intent::AskInfo
            | Intent::PaymentClaim
            | Intent::PaymentResend
            | Intent::PayByCard
            | Intent::PaymentDispute
            | Intent::Refund
            | Intent::Human
            | Intent::None => {}
        }
        let mut said = Said::of(sentence, intent);
        // "I paid just now" is no wish for a time.
        said.now &= proposes_a_time(intent) || intent == Intent::AskHours;
        let mut timed = Self::from(&said, intent, context);
        timed.ask |= timed.is_past(context) && proposes_a_time(intent);
        timed
    }

    fn from(said: &Said, intent: Intent, context: &Context) -> Self {
        if let Some(minutes) = said.relative.filter(|_| said.clocks.is_empty()) {
            return from_now(minutes, intent, context);
        }
        let resolved = dates::resolve(&said.days, said.ranged && said.clocks.len() < 2, context.today());
        let dates = match resolved {
            Resolved::Unclear => {
                return Self {
                    ask: true,
                    ..Self::default()
                };
            }
            Resolved::Unnamed => None,
            Resolved::Known(dates) => Some(dates),
        };
        if said.now && said.clocks.is_empty() && dates.is_none_or(|dates| dates.first == context.today()) {
            return rest_of_today(context);
        }
        match (said.span(dates, context), dates) {
            (Span::None, None) => Self::default(),
            (Span::None, Some(dates)) => date_alone(dates),
            (Span::Unknown(reading), dates) => without_hour(reading, dates),
            (Span::Point(reading), dates) => at_a_point(reading, dates, intent, context),
            (Span::Stretch { from, to, ask }, dates) => {
                over_a_stretch((from, to), ask, dates, intent, context)
            }
        }
    }

    /// A time or date that lies behind us.
    fn is_past(&self, context: &Context) -> bool {
        let now = context.local_now();
        match self.when {
            Some(When::Instant { date, time }) => PrimitiveDateTime::new(date, time) < now,
            Some(When::Date(date)) => date < now.date(),
            Some(When::DateRange { last, .. }) => last < now.date(),
            Some(When::Window { last, to, .. }) => PrimitiveDateTime::new(last, to) < now,
            Some(When::TimeOnly(_) | When::TimeWindow { .. }) | None => false,
        }
    }
}

fn proposes_a_time(intent: Intent) -> bool {
    matches!(
        intent,
        Intent::Book | Intent::Availability | Intent::Reschedule | Intent::ChangeDate
    )
}

fn time_at(minute: u16) -> Time {
    let (hour, minute) = (
        u8::try_from(minute / 60 % 24).unwrap_or(0),
        u8::try_from(minute % 60).unwrap_or(0),
    );
    Time::from_hms(hour, minute, 0).unwrap_or(Time::MIDNIGHT)
}

/// A length from now, to the minute.
fn from_now(minutes: u32, intent: Intent, context: &Context) -> Timed {
    if intent == Intent::RunningLate {
        return Timed::default();
    }
    let then = context
        .local_now()
        .checked_add(time::Duration::minutes(i64::from(minutes)));
    let Some(then) = then else {
        return Timed {
            ask: true,
            ..Timed::default()
        };
    };
    let hours = DayHours {
        context,
        date: Some(then.date()),
    };
    let ask = !hours.is_open(minute_of(then.time()), false);
    Timed {
        when: Some(When::Instant {
            date: then.date(),
            time: then.time(),
        }),
        alternative: None,
        ask,
    }
}

/// From now, or from opening, to closing; the next open day once today is over.
fn rest_of_today(context: &Context) -> Timed {
    let now = context.local_now();
    for days in 0..7 {
        let Some(date) = plus_days(now.date(), days) else {
            break;
        };
        let earliest = if days == 0 { minute_of(now.time()) } else { 0 };
        let spans = context.opening.spans(date.weekday());
        let open = spans.iter().filter(|span| span.to_minute > earliest);
        let from = open.clone().map(|span| span.from_minute.max(earliest)).min();
        let to = open.map(|span| span.to_minute.min(DAY).saturating_sub(1)).max();
        if let (Some(from), Some(to)) = (from, to) {
            let when = When::Window {
                first: date,
                last: date,
                from: time_at(from),
                to: time_at(to),
            };
            return Timed {
                when: Some(when),
                ..Timed::default()
            };
        }
    }
    Timed {
        when: Some(When::Date(now.date())),
        alternative: None,
        ask: true,
    }
}

fn date_alone(dates: Dates) -> Timed {
    let when = if dates.first == dates.last {
        When::Date(dates.first)
    } else {
        When::DateRange {
            first: dates.first,
            last: dates.last,
        }
    };
    Timed {
        when: Some(when),
        alternative: dates.alternative.map(When::Date),
        ask: dates.ask || dates.todays_weekday,
    }
}

fn without_hour(reading: Reading, dates: Option<Dates>) -> Timed {
    let Some(dates) = dates else {
        return Timed {
            ask: true,
            ..Timed::default()
        };
    };
    let offered = reading.alternative.map(|other| instant_of(other, dates.first));
    Timed {
        alternative: offered,
        ask: true,
        ..date_alone(dates)
    }
}

fn at_a_point(reading: Reading, dates: Option<Dates>, intent: Intent, context: &Context) -> Timed {
    let Some(minute) = reading.minute else {
        return without_hour(reading, dates);
    };
    let time = time_at(minute);
    let Some(dates) = dates else {
        if intent.changes_a_booking() {
            let alternative = reading
                .alternative
                .map(|other| When::TimeOnly(time_at(other.minute)));
            return Timed {
                when: Some(When::TimeOnly(time)),
                alternative,
                ask: reading.ask,
            };
        }
        return on_date(reading, time, context.today(), true);
    };
    if dates.first != dates.last {
        let when = When::Window {
            first: dates.first,
            last: dates.last,
            from: time,
            to: time,
        };
        return Timed {
            when: Some(when),
            alternative: None,
            ask: dates.ask || reading.ask,
        };
    }
    let ahead = PrimitiveDateTime::new(context.today(), time) > context.local_now();
    let date = if dates.todays_weekday && ahead {
        context.today()
    } else {
        dates.first
    };
    let mut timed = on_date(reading, time, date, dates.ask || dates.todays_weekday);
    let other_date = if dates.todays_weekday && ahead {
        Some(dates.first)
    } else {
        dates.alternative
    };
    timed.alternative = timed
        .alternative
        .or(other_date.map(|date| When::Instant { date, time }));
    timed
}

fn on_date(reading: Reading, time: Time, date: Date, ask: bool) -> Timed {
    let alternative = reading.alternative.map(|other| instant_of(other, date));
    let date = if reading.next_day {
        date.next_day().unwrap_or(date)
    } else {
        date
    };
    Timed {
        when: Some(When::Instant { date, time }),
        alternative,
        ask: ask || reading.ask,
    }
}

fn instant_of(other: Alternative, date: Date) -> When {
    let date = if other.next_day {
        date.next_day().unwrap_or(date)
    } else {
        date
    };
    When::Instant {
        date,
        time: time_at(other.minute),
    }
}

fn over_a_stretch(
    (from, to): (Option<u16>, u16),
    ask: bool,
    dates: Option<Dates>,
    intent: Intent,
    context: &Context,
) -> Timed {
    let from = from.unwrap_or_else(|| opening(dates, context).min(to));
    let (from, to) = (time_at(from), time_at(to));
    let Some(dates) = dates else {
        if intent.changes_a_booking() {
            return Timed {
                when: Some(When::TimeWindow { from, to }),
                alternative: None,
                ask,
            };
        }
        let today = context.today();
        return Timed {
            when: Some(When::Window {
                first: today,
                last: today,
                from,
                to,
            }),
            alternative: None,
            ask: true,
        };
    };
    let ahead = PrimitiveDateTime::new(context.today(), to) > context.local_now();
    let today = dates.todays_weekday && ahead;
    let (first, last) = if today {
        (context.today(), context.today())
    } else {
        (dates.first, dates.last)
    };
    Timed {
        when: Some(When::Window {
            first,
            last,
            from,
            to,
        }),
        alternative: None,
        ask: ask || dates.ask || dates.todays_weekday,
    }
}

/// The first minute at which the day named is open.
fn opening(dates: Option<Dates>, context: &Context) -> u16 {
    let date = dates.map_or_else(|| context.today(), |dates| dates.first);
    context
        .opening
        .spans(date.weekday())
        .iter()
        .map(|span| span.from_minute)
        .min()
        .unwrap_or(0)
}
