//! The walk over a message that finds what bears on time, number and money, and where it stands.

use time::Date;

use super::clock::{self, Clock, DayPart, Style};
use super::context::Context;
use super::day::{self, DayExpr};
use super::greeting;
use super::measure;
use super::numeral;
use super::token::{Kind, Token};
use super::verb;
use super::vocabulary;

/// The tokens, asked by position; beyond the ends there are empty words.
#[derive(Clone, Copy)]
pub(super) struct Words<'t>(&'t [Token]);

impl<'t> Words<'t> {
    pub(super) fn new(tokens: &'t [Token]) -> Self {
        Self(tokens)
    }

    pub(super) fn all(self) -> &'t [Token] {
        self.0
    }

    pub(super) fn token(self, at: usize) -> Option<&'t Token> {
        self.0.get(at)
    }

    pub(super) fn text(self, at: usize) -> &'t str {
        self.0.get(at).map_or("", |token| token.text.as_str())
    }

    pub(super) fn kind(self, at: usize) -> Option<Kind> {
        self.0.get(at).map(|token| token.kind)
    }

    pub(super) fn is_number(self, at: usize) -> bool {
        self.kind(at).is_some_and(|kind| kind != Kind::Word)
    }
}

/// Something that the message mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mention {
    Day(DayExpr),
    Clock(Clock, Relation),
    Part(DayPart),
    /// From now on.
    Now,
    /// In so many minutes from now.
    Relative(u32),
    Duration(u32),
    People(u32),
    Amount(u32),
    /// *habari za asubuhi*: its time is none.
    Greeting,
    /// *saa ngapi*, *what time*.
    TimeQuestion,
}

/// How a time bounds what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    At,
    After,
    Before,
}

/// A mention with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) mention: Mention,
    pub(super) start: usize,
    pub(super) end: usize,
    /// *sitaki saa nne*, *not on Friday*.
    pub(super) negated: bool,
}

/// A message, cut and walked.
pub(super) struct Sentence {
    pub(super) tokens: Vec<Token>,
    pub(super) found: Vec<Found>,
    /// For each token whether it is a word that everybody says: such a word is no misspelt name.
    pub(super) known: Vec<bool>,
    pub(super) question: bool,
}

impl Sentence {
    pub(super) fn read(tokens: Vec<Token>, question: bool, context: &Context) -> Self {
        let found = find(Words::new(&tokens), context.today());
        let known = tokens.iter().map(|token| vocabulary::is_known(&token.text));
        Self {
            known: known.collect(),
            tokens,
            found,
            question,
        }
    }

    pub(super) fn words(&self) -> Words<'_> {
        Words::new(&self.tokens)
    }

    /// Whether some mention bears on the time, negated ones left out.
    pub(super) fn mentions_time(&self) -> bool {
        self.found
            .iter()
            .any(|found| !found.negated && found.bears_on_time())
    }
}

impl Found {
    pub(super) fn bears_on_time(&self) -> bool {
        match self.mention {
            Mention::Day(_) | Mention::Clock(..) | Mention::Part(_) | Mention::Now | Mention::Relative(_) => {
                true
            }
            Mention::Duration(_)
            | Mention::People(_)
            | Mention::Amount(_)
            | Mention::Greeting
            | Mention::TimeQuestion => false,
        }
    }
}

fn find(words: Words<'_>, today: Date) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < words.all().len() {
        let beside_day = found
            .last()
            .is_some_and(|last| last.end == at && matches!(last.mention, Mention::Day(_) | Mention::Part(_)));
        match mentions_at(words, at, beside_day, today) {
            Some((mentions, length)) => {
                let negated = is_negated(words, at) || continues_a_refusal(words, &found, &mentions, at);
                let end = at + length.max(1);
                found.extend(mentions.into_iter().map(|mention| Found {
                    mention,
                    start: at,
                    end,
                    negated,
                }));
                at = end;
            }
            None => at += 1,
        }
    }
    refuse_afterwards(words, &mut found);
    found
}

/// *sitaki saa nne asubuhi*: what belongs to a refused hour or day is refused with it.
fn continues_a_refusal(words: Words<'_>, found: &[Found], mentions: &[Mention], at: usize) -> bool {
    let clause = |at: usize| words.token(at).map(|token| token.clause);
    let kind = |mention: &Mention| std::mem::discriminant(mention);
    found.last().is_some_and(|last| {
        last.negated
            && last.end == at
            && clause(last.start) == clause(at)
            && mentions
                .iter()
                .all(|mention| kind(mention) != kind(&last.mention))
    })
}

/// *Ijumaa haiwezekani, Jumamosi je?* refuses the first, since there is a second.
fn refuse_afterwards(words: Words<'_>, found: &mut [Found]) {
    const REFUSALS: &[&str] = &[
        "haiwezekani",
        "siwezi",
        "sitaweza",
        "haitafaa",
        "haifai",
        "hainifai",
        "haitawezekana",
    ];
    let refused = |found: &Found| {
        let same_clause =
            words.token(found.start).map(|token| token.clause) == words.token(found.end).map(|t| t.clause);
        found.bears_on_time() && same_clause && REFUSALS.contains(&words.text(found.end))
    };
    if found
        .iter()
        .any(|found| found.bears_on_time() && !found.negated && !refused(found))
    {
        for one in found {
            one.negated |= refused(one);
        }
    }
}

type Mentions = Option<(Vec<Mention>, usize)>;

fn mentions_at(words: Words<'_>, at: usize, beside_day: bool, today: Date) -> Mentions {
    let one = |mention: Mention, length: usize| Some((vec![mention], length));
    if let Some(length) = greeting::length(words, at) {
        return one(Mention::Greeting, length);
    }
    if let Some(length) = time_question(words, at) {
        return one(Mention::TimeQuestion, length);
    }
    if let Some(((), length)) = clock::now(words, at) {
        return one(Mention::Now, length);
    }
    if let Some(mentions) = night_of(words, at) {
        return Some(mentions);
    }
    if let Some((minutes, length)) = duration_as_hours(words, at) {
        return one(Mention::Duration(minutes), length);
    }
    if let Some((minutes, length)) = relative(words, at) {
        return one(Mention::Relative(minutes), length);
    }
    if let Some((DayExpr::Offset { days, certain }, length)) = counted_only(words, at, today) {
        return one(Mention::Day(DayExpr::Offset { days, certain }), length);
    }
    if let Some((clock, length)) = clock::minutes_past_or_to(words, at) {
        return one(Mention::Clock(clock, Relation::At), length);
    }
    if words.text(at) != "saa"
        && let Some((minutes, length)) = measure::duration(words, at)
    {
        return one(Mention::Duration(minutes), length);
    }
    if let Some((people, length)) = measure::people(words, at) {
        return one(Mention::People(people), length);
    }
    if let Some((part, length)) = clock::day_part(words, at)
        && matches!(part, DayPart::AfterWork)
    {
        return one(Mention::Part(part), length);
    }
    if let Some((date, length)) = dotted_date(words, at) {
        return one(Mention::Day(date), length);
    }
    if let Some((clock, relation, length)) = bounded_clock(words, at, beside_day) {
        if let Some((part, minutes, more)) = clock::minutes_behind_part(words, at + length)
            && clock.style == Style::Saa
            && clock.offset == 0
        {
            let clock = Clock {
                offset: minutes,
                ..clock
            };
            return Some((
                vec![Mention::Clock(clock, relation), Mention::Part(part)],
                length + more,
            ));
        }
        return one(Mention::Clock(clock, relation), length);
    }
    if let Some((expr, length)) = day::parse(words, at, today) {
        return one(Mention::Day(expr), length);
    }
    if let Some((part, length)) = part_of_today(words, at) {
        let today = DayExpr::Offset {
            days: 0,
            certain: true,
        };
        return Some((vec![Mention::Day(today), Mention::Part(part)], length));
    }
    if let Some((part, length)) = clock::day_part(words, at) {
        return one(Mention::Part(part), length);
    }
    measure::amount(words, at).and_then(|(amount, length)| one(Mention::Amount(amount), length))
}

/// *tonight*, *this afternoon*, *jioni hii*.
fn part_of_today(words: Words<'_>, at: usize) -> measure::Taken<DayPart> {
    if words.text(at) == "tonight" {
        return Some((DayPart::Night, 1));
    }
    if words.text(at) == "this" {
        return clock::day_part(words, at + 1).map(|(part, length)| (part, length + 1));
    }
    let (part, length) = clock::day_part(words, at)?;
    let this = ["hii", "huu", "hiihii"].contains(&words.text(at + length));
    this.then_some((part, length + 1))
}

/// *12.05 saa nane*: what looks like an hour with a dot is a date if an hour follows it.
fn dotted_date(words: Words<'_>, at: usize) -> measure::Taken<DayExpr> {
    let (day, month) = match words.kind(at)? {
        Kind::Clock { hour, minute, .. } if words.text(at).contains('.') => {
            (u32::from(hour), u32::from(minute))
        }
        Kind::Tenths(tenths) => (tenths / 10, tenths % 10),
        Kind::Word | Kind::Number(_) | Kind::Clock { .. } | Kind::Dated { .. } | Kind::Ordinal(_) => {
            return None;
        }
    };
    let is_date = (1..=31).contains(&day) && (1..=12).contains(&month);
    let introduced = at > 0 && ["at", "saa", "kwa", "ksh", "kes"].contains(&words.text(at - 1));
    let hour_follows = || {
        let next = at + 1;
        let clock_word = ["saa", "at"].contains(&words.text(next));
        let meridiem = ["am", "pm"].contains(&words.text(next + 1));
        (clock_word || meridiem && words.is_number(next)) && clock::parse(words, next, true).is_some()
    };
    (is_date && !introduced && hour_follows()).then_some((
        DayExpr::DayMonth {
            day,
            month,
            year: None,
        },
        1,
    ))
}

/// A date counted from today has to be tried before the number in it is taken for something else.
fn counted_only(words: Words<'_>, at: usize, today: Date) -> measure::Taken<DayExpr> {
    let counted = ["baada", "in", "after", "within", "siku", "wiki", "majuma"].contains(&words.text(at))
        || numeral::cardinal(words.all(), at).is_some()
        || ["a", "an"].contains(&words.text(at));
    let (expr, length) = day::parse(words, at, today).filter(|_| counted)?;
    matches!(expr, DayExpr::Offset { .. }).then_some((expr, length))
}

fn time_question(words: Words<'_>, at: usize) -> Option<usize> {
    match (words.text(at), words.text(at + 1)) {
        ("saa" | "masaa", "ngapi" | "gani") | ("what", "time" | "times") => Some(2),
        _other => None,
    }
}

/// *usiku wa Ijumaa* may be the night before Friday's daylight; *usiku wa kuamkia Ijumaa* is.
fn night_of(words: Words<'_>, at: usize) -> Mentions {
    if words.text(at) != "usiku" || !["wa", "ya"].contains(&words.text(at + 1)) {
        return None;
    }
    if words.text(at + 2) == "kuamkia" {
        let (day, length) = day::weekday_name(words, at + 3)?;
        let mentions = vec![
            Mention::Day(DayExpr::NightBefore(day)),
            Mention::Part(DayPart::Usiku),
        ];
        return Some((mentions, 3 + length));
    }
    let (_, length) = day::weekday_name(words, at + 2)?;
    Some((
        vec![Mention::Day(DayExpr::EveOf), Mention::Part(DayPart::Usiku)],
        2 + length,
    ))
}

/// Nouns that have an hour as their time, not as their length.
const TIMED_NOUNS: &[&str] = &[
    "booking",
    "appointment",
    "miadi",
    "nafasi",
    "slot",
    "ile",
    "session",
    "treni",
    "wakati",
    "muda",
    "baada",
    "kabla",
    "yangu",
    "reservation",
    "kuanzia",
    "kati",
    "mida",
    "majira",
    "za",
    "habari",
];

/// *massage ya saa moja* lasts one hour; *booking ya saa moja* begins at one.
fn duration_as_hours(words: Words<'_>, at: usize) -> measure::Taken<u32> {
    let before = at.checked_sub(1).map(|at| words.text(at))?;
    let linked = ["ya", "la", "za"].contains(&words.text(at)) && words.text(at + 1) == "saa";
    // "Nitachelewa saa moja": by an hour.
    let late = words.text(at) == "saa" && verb::analyse(before).is_some_and(|verb| verb.root == "late");
    if !(linked || late) || TIMED_NOUNS.contains(&before) {
        return None;
    }
    let number_at = at + 1 + usize::from(linked);
    let (hour, length) = numeral::swahili_hour(words.all(), number_at)
        .and_then(|(hour, length)| hour.ok().map(|hour| (hour, length)))
        .or_else(|| {
            words
                .token(number_at)
                .and_then(Token::number)
                .map(|hour| (hour, 1))
        })?;
    let mut end = number_at + length;
    let half = words.text(end) == "na" && words.text(end + 1) == "nusu";
    end += if half { 2 } else { 0 };
    // Nobody lies on a couch for four hours; and with a part of the day it is a time.
    let timed = hour > 3 || clock::day_part(words, end).is_some();
    (!timed).then_some((hour * 60 + if half { 30 } else { 0 }, end - at))
}

/// *baada ya masaa mawili*, *in half an hour*, *dakika kumi zijazo*.
fn relative(words: Words<'_>, at: usize) -> measure::Taken<u32> {
    let prefix = match (words.text(at), words.text(at + 1)) {
        ("baada", "ya") => 2,
        ("in" | "after" | "within", _) => 1,
        _other => 0,
    };
    let start = at + prefix + usize::from(["about", "kama", "like"].contains(&words.text(at + prefix)));
    if words.text(start) == "saa" {
        return None;
    }
    let (minutes, length) = measure::duration(words, start)?;
    let end = start + length;
    let suffix = match (words.text(end), words.text(end + 1)) {
        ("yajayo" | "zijazo" | "lijalo" | "time", _) => 1,
        ("from", "now") | ("kutoka", "sasa") => 2,
        _other => 0,
    };
    (prefix > 0 || suffix > 0).then_some((minutes, end + suffix - at))
}

/// A time with what bounds it: *baada ya saa kumi*, *before 5pm*, *from 2pm onwards*.
fn bounded_clock(words: Words<'_>, at: usize, beside_day: bool) -> Option<(Clock, Relation, usize)> {
    let (relation, prefix) = match (words.text(at), words.text(at + 1)) {
        ("baada", "ya" | "za") | ("kutoka" | "kuanzia", "kwa") => (Relation::After, 2),
        ("after" | "from" | "kuanzia" | "kutoka" | "past", _) => (Relation::After, 1),
        ("kabla", "ya" | "za") => (Relation::Before, 2),
        ("before", _) => (Relation::Before, 1),
        // "Not before 2pm" is from then on; "not after" is until then.
        ("not", "before") => (Relation::After, 2),
        ("not", "after") => (Relation::Before, 2),
        ("mida" | "majira" | "mwendo", "ya" | "wa") => (Relation::At, 2),
        _other => (Relation::At, 0),
    };
    let (clock, length) = clock::parse(words, at + prefix, beside_day || prefix > 0)?;
    let end = at + prefix + length;
    let (onwards, tail) = match (words.text(end), words.text(end + 1)) {
        ("onwards" | "kuendelea" | "onward", _) => (true, 1),
        ("na" | "and", "kuendelea" | "onwards" | "above" | "after") => (true, 2),
        ("going", "up" | "on" | "forward") => (true, 2),
        _other => (false, 0),
    };
    let relation = if onwards { Relation::After } else { relation };
    Some((clock, relation, end + tail - at))
}

const NEGATORS: &[&str] = &[
    "sitaki", "sio", "siyo", "si", "not", "hatutaki", "badala", "instead", "hapana",
];
const BETWEEN_NEGATOR_AND_TIME: &[&str] = &[
    "ya", "of", "at", "on", "the", "for", "hiyo", "ile", "kwa", "kuja", "iwe",
];

/// Whether the words just before refuse what begins at `at`.
fn is_negated(words: Words<'_>, at: usize) -> bool {
    let Some(clause) = words.token(at).map(|token| token.clause) else {
        return false;
    };
    let before = (0..at).rev().map_while(|index| words.token(index)).take(3);
    for token in before {
        if token.clause != clause {
            return false;
        }
        if NEGATORS.contains(&token.text.as_str()) {
            return true;
        }
        // "5pm rather than 3pm"
        if token.text == "than" {
            return (0..at).any(|index| words.text(index) == "rather" && words.text(index + 1) == "than");
        }
        if !BETWEEN_NEGATOR_AND_TIME.contains(&token.text.as_str()) {
            return false;
        }
    }
    false
}
