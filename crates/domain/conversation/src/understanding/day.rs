//! Dates in words: *kesho kutwa*, *Ijumaa ijayo*, *tarehe mosi mwezi wa sita*, *first Saturday of June*.

use time::{Date, Month, Weekday};

use super::measure::Taken;
use super::scan::Words;
use super::token::Kind;
use super::{calendar, numeral};

/// Which of several: the coming one, the one of next week, the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Bare,
    This,
    Next,
    /// *next next Friday*: of the week after the next.
    AfterNext,
    Last,
}

/// A month by name or by its distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MonthRef {
    Named(Month),
    This,
    Next,
}

/// One expression that bears on the date; several of them together may make one date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayExpr {
    /// Days from today; `certain` if nobody reads it otherwise.
    Offset {
        days: i64,
        certain: bool,
    },
    Weekday(Weekday, Which),
    /// Weeks from this one, Monday to Sunday.
    Week(i64),
    Weekend(Which),
    DayOfMonth(u32),
    Month(MonthRef),
    DayMonth {
        day: u32,
        month: u32,
        year: Option<u32>,
    },
    MonthStart(Option<MonthRef>),
    MonthEnd(Option<MonthRef>),
    /// The nth weekday of a month, the last one for `None`.
    NthWeekday(Option<u32>, Weekday),
    Holiday(Date),
    /// *usiku wa Ijumaa*: the night before Friday or Friday night.
    EveOf,
    /// *usiku wa kuamkia Ijumaa*: certainly the night before.
    NightBefore(Weekday),
}

const NEXT: &[&str] = &["ijayo", "ujao", "lijalo", "zijazo", "ijao", "yajayo", "ingine"];
const COMING: &[&str] = &[
    "hii",
    "hili",
    "huu",
    "inayokuja",
    "inayofuata",
    "inakuja",
    "hiihii",
];
const PAST: &[&str] = &["iliyopita", "uliopita", "jana", "imepita", "lililopita"];

/// The longest date expression that begins at `at`.
pub(super) fn parse(words: Words<'_>, at: usize, today: Date) -> Taken<DayExpr> {
    relative_word(words, at)
        .or_else(|| counted_days(words, at))
        .or_else(|| month_edge(words, at))
        .or_else(|| nth_weekday(words, at))
        .or_else(|| holiday(words, at, today))
        .or_else(|| week(words, at))
        .or_else(|| weekday(words, at))
        .or_else(|| day_of_month(words, at))
        .or_else(|| month(words, at).map(|(month, length)| (DayExpr::Month(month), length)))
}

/// *leo*, *kesho kutwa*, *day after tomorrow*, *juzi*.
fn relative_word(words: Words<'_>, at: usize) -> Taken<DayExpr> {
    let (first, second, third) = (words.text(at), words.text(at + 1), words.text(at + 2));
    let offset = |days, certain, length| Some((DayExpr::Offset { days, certain }, length));
    match (first, second, third) {
        ("leo", "hii", _) => offset(0, true, 2),
        ("leo" | "today" | "leohii" | "todays", ..) => offset(0, true, 1),
        ("kesho", "kutwa", _) => offset(2, true, 2),
        ("the", "day", "after") | ("day", "after", "tomorrow") => {
            let length = if first == "the" { 4 } else { 3 };
            (words.text(at + length - 1) == "tomorrow").then_some((
                DayExpr::Offset {
                    days: 2,
                    certain: true,
                },
                length,
            ))
        }
        ("keshokutwa" | "overmorrow", ..) => offset(2, true, 1),
        ("kesho" | "tomorrow" | "tomorrows", ..) => offset(1, true, 1),
        ("mtondo", "goo", _) => offset(4, false, 2),
        ("mtondo", ..) => offset(3, false, 1),
        ("mtondogoo", ..) => offset(4, false, 1),
        ("day", "before", "yesterday") => offset(-2, true, 3),
        ("jana" | "yesterday", ..) => offset(-1, true, 1),
        ("juzi", ..) => offset(-2, true, 1),
        _other => None,
    }
}

/// *baada ya siku tatu*, *siku tatu zijazo*, *in 3 days*, *two weeks from now*.
fn counted_days(words: Words<'_>, at: usize) -> Taken<DayExpr> {
    let prefix = match (words.text(at), words.text(at + 1)) {
        ("baada", "ya") => 2,
        ("in" | "after" | "within", _) => 1,
        _other => 0,
    };
    let start = at + prefix;
    let unit = |word: &str| match word {
        "siku" | "day" | "days" => Some(1_i64),
        "wiki" | "week" | "weeks" | "majuma" | "juma" => Some(7),
        _other => None,
    };
    let swahili = unit(words.text(start)).and_then(|days| {
        numeral::cardinal(words.all(), start + 1).map(|read| (days, read.value, 1 + read.length))
    });
    let english = || {
        let article = ["a", "an"].contains(&words.text(start)).then_some((1, 1));
        let (count, length) = article
            .or_else(|| numeral::cardinal(words.all(), start).map(|read| (read.value, read.length)))?;
        unit(words.text(start + length)).map(|days| (days, count, length + 1))
    };
    let (days, count, length) = swahili.or_else(english)?;
    if count > 400 {
        return None;
    }
    let mut end = start + length;
    let suffix = match (words.text(end), words.text(end + 1)) {
        ("zijazo" | "ijayo" | "time" | "kutoka" | "hence" | "mbele", next) => {
            1 + usize::from(next == "leo" || next == "sasa")
        }
        ("from", "now" | "today") => 2,
        _other => 0,
    };
    end += suffix;
    // "Two weeks" may be a week from then on; "two weeks from today" is a day.
    let certain = days == 1 || suffix == 2;
    let total = days.saturating_mul(i64::from(count));
    (prefix > 0 || suffix > 0).then_some((DayExpr::Offset { days: total, certain }, end - at))
}

/// *mwisho wa mwezi*, *end of June*, *beginning of next month*, *month end*.
fn month_edge(words: Words<'_>, at: usize) -> Taken<DayExpr> {
    let start = at + usize::from(words.text(at) == "the");
    let (first, second) = (words.text(start), words.text(start + 1));
    if matches!((first, second), ("month", "end")) {
        return Some((DayExpr::MonthEnd(None), start + 2 - at));
    }
    if first == "mwezi" && second == "ukiisha" {
        return Some((DayExpr::MonthEnd(None), start + 2 - at));
    }
    let ends = match first {
        "mwisho" | "mwishoni" | "end" | "ending" => true,
        "mwanzo" | "mwanzoni" | "beginning" | "start" => false,
        _other => return None,
    };
    let mut inner = start + 1;
    while ["wa", "mwa", "of", "the", "ya"].contains(&words.text(inner)) {
        inner += 1;
    }
    if ends && ["wiki", "week"].contains(&words.text(inner)) {
        let which = which_after(words, inner + 1).map_or((Which::Bare, 0), |found| found);
        return Some((DayExpr::Weekend(which.0), inner + 1 + which.1 - at));
    }
    let named = month(words, inner);
    let bare = ["mwezi", "month"].contains(&words.text(inner)).then_some(1);
    // "Mwezi ujao mwanzoni": the month stands before.
    let month_before = at.checked_sub(1).is_some_and(|at| {
        ["ujao", "huu"].contains(&words.text(at)) || calendar::month_named(words.text(at)).is_some()
    });
    let alone = (month_before && ["mwanzoni", "mwishoni"].contains(&first)).then_some(0);
    let length = named.map(|(_, length)| length).or(bare).or(alone)?;
    let month = named.map(|(month, _)| month);
    let edge = if ends {
        DayExpr::MonthEnd(month)
    } else {
        DayExpr::MonthStart(month)
    };
    Some((edge, inner + length - at))
}

/// *first Saturday*, *last Friday*, *Jumamosi ya kwanza*, *Ijumaa ya mwisho*; the month stands beside it.
fn nth_weekday(words: Words<'_>, at: usize) -> Taken<DayExpr> {
    let start = at + usize::from(words.text(at) == "the");
    if let Some(day) = calendar::weekday(words.text(start + 1)) {
        let joined = ["of", "in"].contains(&words.text(start + 2));
        let nth = words
            .token(start)
            .and_then(numeral::ordinal)
            .filter(|nth| *nth <= 5);
        match (nth, words.text(start)) {
            (Some(nth), _) => return Some((DayExpr::NthWeekday(Some(nth), day), start + 2 - at)),
            (None, "last") if joined => return Some((DayExpr::NthWeekday(None, day), start + 2 - at)),
            (None, _) => {}
        }
    }
    let day = calendar::weekday(words.text(at))?;
    if words.text(at + 1) != "ya" {
        return None;
    }
    if words.text(at + 2) == "mwisho" {
        return Some((DayExpr::NthWeekday(None, day), 3));
    }
    let nth = words
        .token(at + 2)
        .and_then(numeral::ordinal)
        .filter(|nth| *nth <= 5)?;
    Some((DayExpr::NthWeekday(Some(nth), day), 3))
}

fn holiday(words: Words<'_>, at: usize, today: Date) -> Taken<DayExpr> {
    let start =
        at + usize::from(["siku", "sikukuu"].contains(&words.text(at)) && words.text(at + 1) == "ya") * 2;
    let ahead: Vec<&str> = (start..start + 4).map(|at| words.text(at)).collect();
    let (date, length) = calendar::holiday(&ahead, today)?;
    Some((DayExpr::Holiday(date), start + length - at))
}

/// *wiki hii*, *wiki ijayo*, *next week*, *wikendi ijayo*, *this weekend*.
fn week(words: Words<'_>, at: usize) -> Taken<DayExpr> {
    let (before, start) = which_before(words, at);
    let word = words.text(start);
    let weekend = ["wikendi", "weekend", "weekends", "wikiendi"].contains(&word);
    if !weekend && !["wiki", "week", "juma"].contains(&word) {
        return None;
    }
    let after = which_after(words, start + 1);
    let which = before.or(after.map(|(which, _)| which));
    let length = start + 1 + after.map_or(0, |(_, length)| length) - at;
    if weekend {
        return Some((DayExpr::Weekend(which.unwrap_or(Which::Bare)), length));
    }
    if word == "week" && words.text(start + 1) == "after" && words.text(start + 2) == "next" {
        return Some((DayExpr::Week(2), start + 3 - at));
    }
    let weeks = match which? {
        Which::Bare | Which::This => 0,
        Which::Next => 1,
        Which::AfterNext => 2,
        Which::Last => -1,
    };
    Some((DayExpr::Week(weeks), length))
}

fn weekday(words: Words<'_>, at: usize) -> Taken<DayExpr> {
    let (before, start) = which_before(words, at);
    let (day, length) = weekday_name(words, start)?;
    let after = which_after(words, start + length);
    let which = before.or(after.map(|(which, _)| which)).unwrap_or(Which::Bare);
    Some((
        DayExpr::Weekday(day, which),
        start + length + after.map_or(0, |(_, length)| length) - at,
    ))
}

/// A weekday, also in two words: *juma tano*.
pub(super) fn weekday_name(words: Words<'_>, at: usize) -> Taken<Weekday> {
    if let Some(day) = calendar::weekday(words.text(at)) {
        return Some((day, 1));
    }
    let joined = format!("juma{}", words.text(at + 1));
    (words.text(at) == "juma")
        .then(|| calendar::weekday_exact(&joined))
        .flatten()
        .map(|day| (day, 2))
}

/// *this*, *next*, *last*, *coming* and where the noun stands after them.
fn which_before(words: Words<'_>, at: usize) -> (Option<Which>, usize) {
    match (words.text(at), words.text(at + 1)) {
        ("this", "coming" | "next") => (Some(Which::This), at + 2),
        ("this" | "coming" | "hii", _) => (Some(Which::This), at + 1),
        ("next", "next") => (Some(Which::AfterNext), at + 2),
        ("next" | "following", _) => (Some(Which::Next), at + 1),
        ("last", _) => (Some(Which::Last), at + 1),
        _other => (None, at),
    }
}

fn which_after(words: Words<'_>, at: usize) -> Taken<Which> {
    let word = words.text(at);
    if NEXT.contains(&word) {
        return Some((Which::Next, 1));
    }
    if COMING.contains(&word) {
        return Some((Which::This, 1));
    }
    PAST.contains(&word).then_some((Which::Last, 1))
}

/// *tarehe ishirini*, *the 20th*, *1st June*, *June 20*, *25/12*.
fn day_of_month(words: Words<'_>, at: usize) -> Taken<DayExpr> {
    if let Some(Kind::Dated { day, month, year }) = words.kind(at) {
        return Some((DayExpr::DayMonth { day, month, year }, 1));
    }
    if ["tarehe", "tar", "trh", "tareh", "date"].contains(&words.text(at)) {
        let linked = usize::from(words.text(at + 1) == "ya");
        let at = at + linked;
        if let Some(Kind::Dated { day, month, year }) = words.kind(at + 1) {
            return Some((DayExpr::DayMonth { day, month, year }, 2 + linked));
        }
        if let Some(day) = ["mosi", "pili"]
            .iter()
            .position(|word| *word == words.text(at + 1))
        {
            return Some((
                DayExpr::DayOfMonth(u32::try_from(day).unwrap_or(0) + 1),
                2 + linked,
            ));
        }
        if let Some(day) = words
            .token(at + 1)
            .and_then(numeral::ordinal)
            .filter(|day| (1..=31).contains(day))
            && words.text(at + 2) != "na"
        {
            return Some((DayExpr::DayOfMonth(day), 2 + linked));
        }
        // "tarehe 32" names a date that does not exist, which has to be asked.
        let read = numeral::cardinal(words.all(), at + 1).filter(|read| (1..=99).contains(&read.value))?;
        return Some((DayExpr::DayOfMonth(read.value), 1 + linked + read.length));
    }
    named_day(words, at).or_else(|| day_in_words(words, at))
}

/// *kumi na tano Juni*, *May twentieth*, *the twenty fifth*.
fn day_in_words(words: Words<'_>, at: usize) -> Taken<DayExpr> {
    let start = at + usize::from(words.text(at) == "the");
    let month_at = |at: usize| calendar::month_named(words.text(at)).map(|month| u32::from(u8::from(month)));
    let dated = |day: u32, month: u32| DayExpr::DayMonth {
        day,
        month,
        year: None,
    };
    // "Kumi na tano" begins with the tenth, "twenty fifth" with twenty: the longer one is meant.
    let longest = |at: usize| {
        let cardinal = numeral::cardinal(words.all(), at)
            .filter(|read| !read.digits && read.value <= 31)
            .map(|read| (read.value, read.length));
        [numeral::ordinal_in_words(words.all(), at), cardinal]
            .into_iter()
            .flatten()
            .max_by_key(|(_, length)| *length)
    };
    if let Some(month) = month_at(at) {
        let (day, length) = longest(at + 1)?;
        return Some((dated(day, month), 1 + length));
    }
    let ordinal = numeral::ordinal_in_words(words.all(), start);
    let (day, length) = longest(start)?;
    let of = start + length + usize::from(["of", "ya", "wa"].contains(&words.text(start + length)));
    if let Some(month) = month_at(of) {
        return Some((dated(day, month), of + 1 - at));
    }
    // "The first" is an option, "the twentieth" a day.
    let alone = ordinal.is_some() && start > at && day > 5;
    alone.then_some((DayExpr::DayOfMonth(day), start + length - at))
}

/// A day beside the name of its month, or an ordinal alone (*the 20th*).
fn named_day(words: Words<'_>, at: usize) -> Taken<DayExpr> {
    let start = at + usize::from(words.text(at) == "the");
    let month_at = |at: usize| calendar::month_named(words.text(at)).map(|month| u32::from(u8::from(month)));
    let day_at = |at: usize| -> Option<u32> {
        let ordinal = words.token(at).and_then(numeral::ordinal);
        let number = words.token(at).and_then(super::token::Token::number);
        ordinal.or(number).filter(|day| (1..=99).contains(day))
    };
    let year_at = |at: usize| {
        words
            .token(at)
            .and_then(super::token::Token::number)
            .filter(|y| (2020..=2099).contains(y))
    };
    if let Some(day) = day_at(start) {
        let of = start + 1 + usize::from(["of", "ya", "wa"].contains(&words.text(start + 1)));
        if let Some(month) = month_at(of) {
            let year = year_at(of + 1);
            return Some((
                DayExpr::DayMonth { day, month, year },
                of + 1 + usize::from(year.is_some()) - at,
            ));
        }
        let plain = matches!(words.kind(start), Some(Kind::Ordinal(_)));
        let counts = ["one", "option", "slot", "time", "choice"].contains(&words.text(start + 1));
        return (plain && !counts && day <= 31).then_some((DayExpr::DayOfMonth(day), start + 1 - at));
    }
    let month = month_at(at)?;
    let day_from = at + 1 + usize::from(words.text(at + 1) == "the");
    let day = day_at(day_from).filter(|_| !["am", "pm"].contains(&words.text(day_from + 1)))?;
    let year = year_at(day_from + 1);
    Some((
        DayExpr::DayMonth { day, month, year },
        day_from + 1 + usize::from(year.is_some()) - at,
    ))
}

/// *the last Saturday of the month*, *Jumamosi ya mwisho ya mwezi*: this month, seen from its last word but one.
fn month_of_weekday(words: Words<'_>, at: usize) -> Taken<MonthRef> {
    let weekday = |back: usize| {
        at.checked_sub(back)
            .is_some_and(|at| calendar::weekday(words.text(at)).is_some())
    };
    let before = at.checked_sub(1).map_or("", |at| words.text(at));
    match (words.text(at), words.text(at + 1)) {
        ("the", "month") if before == "of" && weekday(2) => Some((MonthRef::This, 2)),
        ("mwezi", next) if ["ya", "wa"].contains(&before) && weekday(4) => {
            let named = next == "wa" || NEXT.contains(&next) || COMING.contains(&next);
            (!named).then_some((MonthRef::This, 1))
        }
        _other => None,
    }
}

/// *mwezi wa sita*, *mwezi ujao*, *next month*, *Juni*, *in May*.
fn month(words: Words<'_>, at: usize) -> Taken<MonthRef> {
    if let Some(found) = month_of_weekday(words, at) {
        return Some(found);
    }
    let (before, start) = which_before(words, at);
    match (before, words.text(start)) {
        (Some(Which::Next), "month") => return Some((MonthRef::Next, start + 1 - at)),
        (Some(Which::This | Which::Bare), "month") => return Some((MonthRef::This, start + 1 - at)),
        (Some(Which::AfterNext | Which::Last), _) => return None,
        _other => {}
    }
    if words.text(at) == "mwezi" {
        if let Some((which, length)) = which_after(words, at + 1) {
            return match which {
                Which::Next => Some((MonthRef::Next, 1 + length)),
                Which::This | Which::Bare => Some((MonthRef::This, 1 + length)),
                Which::AfterNext | Which::Last => None,
            };
        }
        let from = at + 1 + usize::from(words.text(at + 1) == "wa");
        if let Some(month) = calendar::month_named(words.text(from)) {
            return Some((MonthRef::Named(month), from + 1 - at));
        }
        let ordinal = ["kwanza", "pili"]
            .iter()
            .position(|word| *word == words.text(from));
        let read = numeral::cardinal(words.all(), from);
        let (number, length) = match (ordinal, read) {
            (Some(index), _) => (u32::try_from(index).unwrap_or(0) + 1, 1),
            (None, Some(read)) => (read.value, read.length),
            (None, None) => return None,
        };
        return calendar::month_numbered(number).map(|month| (MonthRef::Named(month), from + length - at));
    }
    let month = calendar::month_named(words.text(at))?;
    // "may" and "march" are also verbs: alone they are months only behind a preposition.
    let verb = ["may", "march"].contains(&words.text(at));
    let introduced = at > 0 && ["in", "of", "this", "next", "by"].contains(&words.text(at - 1));
    (!verb || introduced).then_some((MonthRef::Named(month), 1))
}
