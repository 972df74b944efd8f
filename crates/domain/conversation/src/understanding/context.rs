//! What the reader must know beside the words: the time, the opening hours, the names of services and staff.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratiba_kernel::zone::Zone;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, Weekday};
use uuid::Uuid;

use super::normalise;
use super::token::{self, Token};

pub(super) const DAY: u16 = 1440;

/// The circumstances in which a message is read.
#[derive(Clone, Debug)]
pub struct Context {
    /// The instant at which the message is read, UTC.
    pub now: OffsetDateTime,
    /// The tenant's zone: every date and time in a message is local to it.
    pub zone: Zone,
    /// The weekly hours in which an appointment may start; they settle most ambiguities of the two clocks.
    pub opening: OpeningHours,
    /// The tenant's names of services and staff.
    pub lexicon: Lexicon,
    /// Whether the dialogue has asked something: only then do yes, no and bare choices count.
    pub question_open: bool,
}

impl Context {
    /// Now, on the tenant's wall clock, without seconds.
    pub(super) fn local_now(&self) -> PrimitiveDateTime {
        let local = self.zone.local(self.now);
        let time = Time::from_hms(local.hour(), local.minute(), 0).unwrap_or(Time::MIDNIGHT);
        PrimitiveDateTime::new(local.date(), time)
    }

    pub(super) fn today(&self) -> Date {
        self.local_now().date()
    }
}

/// A stretch of a day in which an appointment may start: from the first minute, included, to the last, excluded.
///
/// Minutes are counted from local midnight; an end after 1440 reaches into the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSpan {
    /// First minute, included.
    pub from_minute: u16,
    /// Last minute, excluded.
    pub to_minute: u16,
}

/// Opening hours: weekly ones, Monday first, and those of dates that have their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpeningHours {
    days: [Vec<OpenSpan>; 7],
    dated: BTreeMap<Date, Vec<OpenSpan>>,
}

impl OpeningHours {
    /// The same hours every day. An end at or before the start means that it lies in the next day.
    pub fn daily(from: Time, to: Time) -> Self {
        let (from_minute, mut to_minute) = (minute_of(from), minute_of(to));
        if to_minute <= from_minute {
            to_minute = to_minute.saturating_add(DAY);
        }
        Self {
            days: std::array::from_fn(|_| {
                vec![OpenSpan {
                    from_minute,
                    to_minute,
                }]
            }),
            dated: BTreeMap::new(),
        }
    }

    /// Open every minute of the week.
    pub fn around_the_clock() -> Self {
        Self::daily(Time::MIDNIGHT, Time::MIDNIGHT)
    }

    /// The same hours, but `day` has these spans; none means closed.
    #[must_use]
    pub fn with_day(mut self, day: Weekday, spans: Vec<OpenSpan>) -> Self {
        if let Some(slot) = self.days.get_mut(usize::from(day.number_days_from_monday())) {
            *slot = spans;
        }
        self
    }

    /// The same hours, but on this date, such as a holiday, there are these spans in their place; none means closed.
    #[must_use]
    pub fn with_date(mut self, date: Date, spans: Vec<OpenSpan>) -> Self {
        self.dated.insert(date, spans);
        self
    }

    /// The spans of this very date.
    pub fn spans_on(&self, date: Date) -> &[OpenSpan] {
        self.dated
            .get(&date)
            .map_or_else(|| self.spans(date.weekday()), Vec::as_slice)
    }

    /// The spans of `day`, as they were given.
    pub fn spans(&self, day: Weekday) -> &[OpenSpan] {
        self.days
            .get(usize::from(day.number_days_from_monday()))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether an appointment may start at this minute of `day`, the end of the day before included.
    pub fn is_open(&self, day: Weekday, minute: u16) -> bool {
        let holds = |spans: &[OpenSpan], minute: u16| {
            spans
                .iter()
                .any(|span| span.from_minute <= minute && minute < span.to_minute)
        };
        holds(self.spans(day), minute) || holds(self.spans(day.previous()), minute.saturating_add(DAY))
    }

    /// Whether some day of the week is open at this minute.
    pub(super) fn is_open_some_day(&self, minute: u16) -> bool {
        (0..7).any(|n| self.is_open(Weekday::Monday.nth_next(n), minute))
    }
}

pub(super) fn minute_of(time: Time) -> u16 {
    u16::from(time.hour()) * 60 + u16::from(time.minute())
}

/// A name that a customer may use, with its other spellings.
#[derive(Clone, Debug)]
pub struct LexiconEntry {
    /// The id that a [`super::Match`] carries.
    pub id: Uuid,
    phrases: Arc<[Vec<String>]>,
}

impl LexiconEntry {
    /// An entry known by these names: the name, the Swahili name, aliases. Empty names are left out.
    pub fn new<I, S>(id: Uuid, names: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        let phrases = names
            .into_iter()
            .map(|name| words(name.as_ref()))
            .filter(|words| !words.is_empty())
            .collect();
        Self { id, phrases }
    }

    pub(super) fn phrases(&self) -> &[Vec<String>] {
        &self.phrases
    }
}

fn words(name: &str) -> Vec<String> {
    token::tokens(&normalise::fold(name))
        .into_iter()
        .map(Token::into_text)
        .collect()
}

/// The tenant's names of services and staff.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    /// What is sold.
    pub services: Vec<LexiconEntry>,
    /// Who renders it.
    pub staff: Vec<LexiconEntry>,
}
