//! Times of day in words, before it is decided which clock they follow.

use super::measure::Taken;
use super::numeral;
use super::scan::Words;
use super::token::Kind;

/// How an hour was said; the rules of the two clocks differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// *saa* and a number.
    Saa,
    /// A number beside a day part or a date, without *saa*.
    Bare,
    /// *at 3*, *4 o'clock*.
    At,
    /// An English hour with minutes, *half past* or *quarter*.
    Minutes,
    /// *10 am*.
    Am,
    /// *3 pm*.
    Pm,
    /// The 24-hour clock, noon and midnight.
    Literal,
    /// *saa* with words that are no hour.
    Unclear,
}

/// An hour as said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) style: Style,
    pub(super) hour: u32,
    /// Minutes after the hour, or before it if negative.
    pub(super) offset: i32,
    /// Written in digits, which leaves the clock in doubt more often than words do.
    pub(super) digits: bool,
    /// Midnight at the end of the day named.
    pub(super) end_of_day: bool,
}

impl Clock {
    fn new(style: Style, hour: u32, offset: i32, digits: bool) -> Self {
        // Zero and hours above twelve stand on no twelve-hour clock.
        let literal = hour > 12 || (hour == 0 && digits);
        let style = if literal && !matches!(style, Style::Unclear) {
            Style::Literal
        } else {
            style
        };
        Self {
            style,
            hour,
            offset,
            digits,
            end_of_day: false,
        }
    }
}

/// Part of a day, with the words of both languages apart: their borders differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayPart {
    Alfajiri,
    Asubuhi,
    Early,
    Morning,
    Lunch,
    Mchana,
    Alasiri,
    Afternoon,
    Jioni,
    Evening,
    AfterWork,
    Usiku,
    Night,
    DeadOfNight,
}

impl DayPart {
    /// First and last minute meant when no hour is given.
    pub(super) const fn window(self) -> (u16, u16) {
        match self {
            Self::Alfajiri => (240, 359),
            Self::Asubuhi | Self::Morning => (360, 719),
            Self::Early => (360, 599),
            Self::Lunch => (720, 839),
            Self::Mchana => (720, 959),
            Self::Alasiri => (900, 1019),
            Self::Afternoon => (720, 1019),
            Self::Jioni => (960, 1139),
            Self::Evening | Self::AfterWork => (1020, 1259),
            Self::Usiku | Self::Night => (1140, 1439),
            Self::DeadOfNight => (0, 239),
        }
    }

    /// First and last minute of the hours that go with the word; the first is greater where it passes midnight.
    pub(super) const fn accepted(self) -> (u16, u16) {
        match self {
            Self::Alfajiri => (180, 359),
            Self::Asubuhi => (240, 719),
            Self::Early => (240, 659),
            Self::Morning => (0, 719),
            Self::Lunch => (660, 839),
            Self::Mchana => (600, 1019),
            Self::Alasiri => (840, 1079),
            Self::Afternoon => (720, 1139),
            Self::Jioni => (900, 1259),
            Self::Evening | Self::AfterWork => (900, 1439),
            Self::Usiku => (1080, 239),
            Self::Night => (1080, 239),
            Self::DeadOfNight => (1380, 239),
        }
    }

    /// Whether the word is English, so that an English hour beside it is as clear as with am or pm.
    pub(super) const fn is_english(self) -> bool {
        match self {
            Self::Morning | Self::Afternoon | Self::Evening | Self::AfterWork | Self::Night => true,
            Self::Alfajiri
            | Self::Asubuhi
            | Self::Early
            | Self::Lunch
            | Self::Mchana
            | Self::Alasiri
            | Self::Jioni
            | Self::Usiku
            | Self::DeadOfNight => false,
        }
    }

    /// Whether hours after midnight belong to the night of the day before.
    pub(super) const fn passes_midnight(self) -> bool {
        matches!(self, Self::Usiku | Self::Night | Self::DeadOfNight)
    }
}

/// A part of the day in words.
pub(super) fn day_part(words: Words<'_>, at: usize) -> Taken<DayPart> {
    let (first, second, third) = (words.text(at), words.text(at + 1), words.text(at + 2));
    // "How early do you open?" asks for the time that it does not name.
    if at > 0 && words.text(at - 1) == "how" {
        return None;
    }
    let part = match (first, second, third) {
        ("usiku", "wa", "manane") => (DayPart::DeadOfNight, 3),
        ("asubuhi", "na", "mapema") | ("early", "in", "the") => {
            (DayPart::Early, if first == "early" { 4 } else { 3 })
        }
        ("asubuhi", "mapema", _)
        | ("mapema", "asubuhi", _)
        | ("early", "morning", _)
        | ("morning", "early", _) => (DayPart::Early, 2),
        ("lunch", "time" | "hour" | "break", _) | ("wakati", "wa", "lunch") => {
            (DayPart::Lunch, if first == "lunch" { 2 } else { 3 })
        }
        ("after", "work", _) | ("baada", "ya", "kazi" | "job") => {
            (DayPart::AfterWork, if first == "after" { 2 } else { 3 })
        }
        ("late", "afternoon", _) => (DayPart::Alasiri, 2),
        ("alfajiri" | "dawn" | "alfajir", ..) => (DayPart::Alfajiri, 1),
        ("asubuhi", ..) => (DayPart::Asubuhi, 1),
        ("mapema" | "early", ..) => (DayPart::Early, 1),
        ("morning" | "mornings", ..) => (DayPart::Morning, 1),
        ("adhuhuri" | "lunchtime" | "lunch", ..) => (DayPart::Lunch, 1),
        ("mchana", ..) => (DayPart::Mchana, 1),
        ("alasiri", ..) => (DayPart::Alasiri, 1),
        ("afternoon" | "afternoons", ..) => (DayPart::Afternoon, 1),
        ("jioni", ..) => (DayPart::Jioni, 1),
        ("evening" | "evenings" | "eve", ..) => (DayPart::Evening, 1),
        ("usiku", ..) => (DayPart::Usiku, 1),
        ("night" | "nite", ..) => (DayPart::Night, 1),
        _other => return None,
    };
    Some(part)
}

/// *sasa hivi*, *saa hii*, *sai*, *asap*: the earliest free time from now on.
pub(super) fn now(words: Words<'_>, at: usize) -> Taken<()> {
    let (first, second) = (words.text(at), words.text(at + 1));
    let length = match (first, second) {
        ("sasa", "hivi" | "hii" | "ivi") | ("saa", "hii" | "hizi" | "hivi" | "izi") => 2,
        ("right", "now" | "away") | ("as", "soon") => {
            if first == "as" {
                4
            } else {
                2
            }
        }
        ("the", "earliest" | "soonest") => 2,
        (
            "asap" | "sai" | "saivi" | "sahi" | "saaii" | "saahii" | "saizi" | "sahii" | "sasaivi" | "haraka"
            | "immediately" | "earliest",
            _,
        )
        | ("soonest" | "urgently" | "now", _) => 1,
        _other => return None,
    };
    Some(((), length))
}

/// An hour: with *saa*, or as English says it. `beside_day` tells that a date or a day part stands just before.
pub(super) fn parse(words: Words<'_>, at: usize, beside_day: bool) -> Taken<Clock> {
    if words.text(at) == "saa" {
        return saa(words, at);
    }
    named(words, at)
        .or_else(|| past_or_to(words, at))
        .or_else(|| english(words, at, beside_day))
}

fn saa(words: Words<'_>, at: usize) -> Taken<Clock> {
    let start = at + 1 + usize::from(["kama", "karibu", "za"].contains(&words.text(at + 1)));
    let (hour, offset, digits, mut end) = match words.kind(start)? {
        Kind::Clock { hour, minute, .. } => (u32::from(hour), i32::from(minute), true, start + 1),
        Kind::Number(number) if number <= 24 => (number, 0, true, start + 1),
        Kind::Number(number) if (100..2400).contains(&number) && number % 100 < 60 => (
            number / 100,
            i32::try_from(number % 100).unwrap_or(0),
            true,
            start + 1,
        ),
        // The 25th hour is a slip, and has to be asked.
        Kind::Number(25..=99) => return Some((Clock::new(Style::Unclear, 0, 0, true), start + 1 - at)),
        Kind::Word => match numeral::swahili_hour(words.all(), start) {
            Some((Ok(hour), length)) => (hour, 0, false, start + length),
            Some((Err(()), length)) => {
                return Some((Clock::new(Style::Unclear, 0, 0, false), start + length - at));
            }
            None => (numeral::english_hour(words.text(start))?, 0, true, start + 1),
        },
        Kind::Number(_) | Kind::Tenths(_) | Kind::Dated { .. } | Kind::Ordinal(_) => return None,
    };
    let (more, length) = swahili_minutes(words, end);
    end += length;
    let style = meridiem(words, end);
    end += usize::from(style.is_some());
    let clock = Clock::new(style.unwrap_or(Style::Saa), hour, offset + more, digits);
    Some((clock, end - at))
}

/// *na nusu*, *kasorobo*, *na dakika ishirini* behind a Swahili hour.
fn swahili_minutes(words: Words<'_>, at: usize) -> (i32, usize) {
    let (first, second) = (words.text(at), words.text(at + 1));
    let small = |at: usize| {
        numeral::cardinal(words.all(), at)
            .filter(|read| read.value < 60)
            .and_then(|read| Some((i32::try_from(read.value).ok()?, read.length)))
    };
    match (first, second) {
        ("kamili", _) => (0, 1),
        ("kasorobo", _) => (-15, 1),
        ("unusu" | "nanusu" | "nusu", _) => (30, 1),
        ("na" | "u", "nusu") => (30, 2),
        ("na" | "u", "robo") => (15, 2),
        ("robo", _) => (15, 1),
        ("kasoro", "robo") => (-15, 2),
        ("kasoro", "nusu") => (-30, 2),
        ("kasoro", "dakika") => small(at + 2).map_or((0, 0), |(minutes, length)| (-minutes, 2 + length)),
        ("kasoro", _) => small(at + 1).map_or((0, 0), |(minutes, length)| (-minutes, 1 + length)),
        ("na", "dakika") => small(at + 2).map_or((0, 0), |(minutes, length)| (minutes, 2 + length)),
        ("dakika", _) => small(at + 1).map_or((0, 0), |(minutes, length)| (minutes, 1 + length)),
        // Without "dakika" only what cannot be an hour is taken for minutes.
        ("na", _) => small(at + 1)
            .filter(|(m, _)| *m > 12)
            .map_or((0, 0), |(m, length)| (m, 1 + length)),
        _other => (0, 0),
    }
}

fn meridiem(words: Words<'_>, at: usize) -> Option<Style> {
    match words.text(at) {
        "am" | "a" => Some(Style::Am),
        "pm" | "p" => Some(Style::Pm),
        _other => None,
    }
    .filter(|_| at > 0 && (!["a", "p"].contains(&words.text(at)) || words.is_number(at - 1)))
}

fn named(words: Words<'_>, at: usize) -> Taken<Clock> {
    let noon = Clock::new(Style::Literal, 12, 0, false);
    match words.text(at) {
        "noon" | "midday" => Some((noon, 1)),
        "midnight" => Some((
            Clock {
                hour: 0,
                end_of_day: true,
                ..noon
            },
            1,
        )),
        _other => None,
    }
}

/// *half past four*, *quarter to 5*, *ten past three*, *20 minutes to 6 pm*.
fn past_or_to(words: Words<'_>, at: usize) -> Taken<Clock> {
    let start = at + usize::from(words.text(at) == "a");
    let (minutes, length) = match words.text(start) {
        // "half 3" is half past three to those who learned English from the British.
        "half" if hour_number(words, start + 1).is_some() && words.text(start + 2) != "hours" => {
            let (hour, digits) = hour_number(words, start + 1)?;
            let style = meridiem(words, start + 2);
            let end = start + 2 + usize::from(style.is_some());
            return Some((
                Clock::new(style.unwrap_or(Style::Minutes), hour, 30, digits),
                end - at,
            ));
        }
        "half" => (30, 1),
        "quarter" => (15, 1),
        _number => {
            let read = numeral::cardinal(words.all(), start).filter(|read| (1..=59).contains(&read.value))?;
            let noun = usize::from(words.text(start + read.length) == "minutes");
            (i32::try_from(read.value).ok()?, read.length + noun)
        }
    };
    let counted = words.text(start + length - 1) == "minutes";
    let sign = match words.text(start + length) {
        "past" => 1,
        "to" | "till" if (minutes != 30 || counted) && !ranged(words, at) => -1,
        _other => return None,
    };
    let hour_at = start + length + 1;
    let (hour, digits) = hour_number(words, hour_at)?;
    // "2 to 4" is a range, unless the minutes are such as only a clock has.
    if sign < 0 && digits && !counted && words.text(start) != "quarter" && minutes % 5 != 0 {
        return None;
    }
    let style = meridiem(words, hour_at + 1);
    let end = hour_at + 1 + usize::from(style.is_some());
    Some((
        Clock::new(style.unwrap_or(Style::Minutes), hour, sign * minutes, digits),
        end - at,
    ))
}

/// *20 minutes to 6*, *10 minutes past 3*: with the word for minutes it is no length.
pub(super) fn minutes_past_or_to(words: Words<'_>, at: usize) -> Taken<Clock> {
    let read = numeral::cardinal(words.all(), at)?;
    let counted = words.text(at + read.length) == "minutes";
    past_or_to(words, at).filter(|_| counted)
}

/// *from 10 to 4* is a range, *10 to 4* a time.
fn ranged(words: Words<'_>, at: usize) -> bool {
    at > 0 && ["from", "between", "kuanzia", "kutoka"].contains(&words.text(at - 1))
}

fn hour_number(words: Words<'_>, at: usize) -> Option<(u32, bool)> {
    match words.kind(at)? {
        Kind::Number(number) if (1..=12).contains(&number) => Some((number, true)),
        Kind::Word => numeral::english_hour(words.text(at)).map(|hour| (hour, false)),
        Kind::Number(_) | Kind::Tenths(_) | Kind::Clock { .. } | Kind::Dated { .. } | Kind::Ordinal(_) => {
            None
        }
    }
}

/// Words after which a number is no hour but a count of them.
const COUNTED: &[&str] = &[
    "people", "persons", "pax", "watu", "minutes", "hours", "hour", "days", "day", "weeks", "week", "months",
    "times", "guests", "ladies", "adults", "friends", "dakika", "masaa", "siku", "k", "ksh", "kes", "bob",
    "sh", "slots", "mins",
];

/// *3pm*, *9:30*, *at 4*, *four o'clock*, *three thirty*, and a number beside a day or a day part.
fn english(words: Words<'_>, at: usize, beside_day: bool) -> Taken<Clock> {
    // "Late by 10" is late by minutes.
    let late_by = words.text(at) == "by" && at > 0 && ["late", "delayed"].contains(&words.text(at - 1));
    let prefixed =
        ["at", "by", "around", "about", "ni", "saa", "round"].contains(&words.text(at)) && !late_by;
    let introduced = prefixed && words.text(at) != "ni" || for_an_hour(words, at, beside_day);
    let start = at + usize::from(introduced);
    let relation = at > 0
        && ["after", "before", "from", "till", "until", "between", "kuanzia"].contains(&words.text(at - 1))
        || is_new_hour(words, at)
        || ends_a_range(words, at);
    if introduced && let Some((clock, length)) = named(words, start).or_else(|| past_or_to(words, start)) {
        return Some((clock, length + 1));
    }
    if let Some(clock) = swahili_word_with_part(words, at, beside_day) {
        return Some(clock);
    }
    if let Some(Kind::Clock { hour, minute, padded }) = words.kind(start) {
        let style = meridiem(words, start + 1);
        let end = start + 1 + usize::from(style.is_some());
        let plain = if padded { Style::Literal } else { Style::Minutes };
        return Some((
            Clock::new(style.unwrap_or(plain), u32::from(hour), i32::from(minute), true),
            end - at,
        ));
    }
    let number = words.token(start).and_then(super::token::Token::number);
    // "At 1500", "1500 hours".
    let military = usize::from(words.text(start + 1) == "hours");
    if let Some(number) = number.filter(|n| {
        (introduced || military > 0)
            && (100..2400).contains(n)
            && n % 100 < 60
            && words.text(start + 1) != "bob"
    }) {
        let minute = i32::try_from(number % 100).unwrap_or(0);
        return Some((
            Clock::new(Style::Literal, number / 100, minute, true),
            start + 1 + military - at,
        ));
    }
    let (hour, digits) = match (number, numeral::english_hour(words.text(start))) {
        (Some(number), _) if number <= 24 => (number, true),
        (None, Some(hour)) => (hour, false),
        (Some(_) | None, _) => return None,
    };
    let mut end = start + 1;
    if hour == 0 && !introduced {
        return None;
    }
    let (offset, spoken_minutes) = if digits {
        (0, 0)
    } else {
        minutes_in_words(words, end)
    };
    end += spoken_minutes;
    if let Some(style) = meridiem(words, end) {
        return Some((Clock::new(style, hour, offset, digits), end + 1 - at));
    }
    if spoken_minutes > 0 {
        return Some((Clock::new(Style::Minutes, hour, offset, digits), end - at));
    }
    let oclock = match (words.text(end), words.text(end + 1)) {
        ("oclock" | "ish", _) => 1,
        ("o", "clock") => 2,
        _other => 0,
    };
    if COUNTED.contains(&words.text(end)) || calendar_follows(words, end) {
        return None;
    }
    let part_follows = day_part(words, end).is_some() || in_the_part(words, end);
    let part_before = at > 0 && day_part(words, at - 1).is_some();
    let style = if part_follows || part_before {
        Style::Bare
    } else {
        Style::At
    };
    let beside = digits && (part_follows || part_before || beside_day);
    (introduced || relation || oclock > 0 || beside || (!digits && part_follows))
        .then(|| (Clock::new(style, hour, offset, digits), end + oclock - at))
}

/// *between 10 and 12*, *from 9 to 11*.
fn ends_a_range(words: Words<'_>, at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map_or("", |at| words.text(at));
    let begun = ["between", "from", "kuanzia", "kutoka", "kati"].contains(&before(3));
    let joined = ["till", "until", "hadi", "mpaka"].contains(&before(1));
    let hour_before = || {
        let begin = at.checked_sub(2).and_then(|at| words.token(at));
        begin
            .and_then(super::token::Token::number)
            .is_some_and(|hour| (1..=24).contains(&hour))
    };
    begun && (joined || ["and", "na", "to"].contains(&before(1))) || joined && hour_before()
}

/// *do 4 instead of 3*, *shift it to 3*, *make it 5*: a small number that replaces an hour.
fn is_new_hour(words: Words<'_>, at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map_or("", |at| words.text(at));
    let small = words
        .token(at)
        .and_then(super::token::Token::number)
        .is_some_and(|number| (1..=12).contains(&number));
    let towards = match before(1) {
        "do" => true,
        "to" => !at.checked_sub(2).is_some_and(|at| words.is_number(at)),
        "it" => ["make", "move", "push", "shift", "bring", "change"].contains(&before(2)),
        _other => false,
    };
    small && (towards || ["instead", "badala"].contains(&words.text(at + 1)))
}

/// *kesho nane mchana*: a Swahili number beside a Swahili part of the day, without *saa*.
fn swahili_word_with_part(words: Words<'_>, at: usize, beside_day: bool) -> Taken<Clock> {
    let (hour, length) = numeral::swahili_hour(words.all(), at).filter(|_| beside_day)?;
    let (part, _) = day_part(words, at + length)?;
    let clock = Clock::new(Style::Bare, hour.ok()?, 0, true);
    (!part.is_english()).then_some((clock, length))
}

/// *saa nne asubuhi na nusu*: the minutes behind the part of the day; the part, and the length of both.
pub(super) fn minutes_behind_part(words: Words<'_>, at: usize) -> Option<(DayPart, i32, usize)> {
    let (part, length) = day_part(words, at)?;
    let explicit = match (words.text(at + length), words.text(at + length + 1)) {
        ("na", "nusu" | "robo" | "dakika") | ("kasoro" | "kasorobo", _) => true,
        _other => false,
    };
    let (minutes, more) = swahili_minutes(words, at + length);
    (explicit && more > 0).then_some((part, minutes, length + more))
}

/// *book me for 2*, *tomorrow for 3*; but *massage for 2* is for two people.
fn for_an_hour(words: Words<'_>, at: usize, beside_day: bool) -> bool {
    let booked = at > 0 && ["me", "us", "booking", "slot", "appointment", "it"].contains(&words.text(at - 1));
    words.text(at) == "for" && words.is_number(at + 1) && (booked || beside_day)
}

/// *three thirty*, *nine fifteen*, *ten oh five*.
fn minutes_in_words(words: Words<'_>, at: usize) -> (i32, usize) {
    let zero = usize::from(["oh", "o"].contains(&words.text(at)));
    match numeral::cardinal(words.all(), at + zero) {
        Some(read) if !read.digits && (10..60).contains(&read.value) && zero == 0 => {
            (i32::try_from(read.value).unwrap_or(0), read.length)
        }
        Some(read) if !read.digits && read.value < 10 && zero == 1 => {
            (i32::try_from(read.value).unwrap_or(0), read.length + 1)
        }
        Some(_) | None => (0, 0),
    }
}

fn in_the_part(words: Words<'_>, at: usize) -> bool {
    match (words.text(at), words.text(at + 1)) {
        ("in", "the") => day_part(words, at + 2).is_some(),
        ("at" | "in" | "ya" | "za", _) => day_part(words, at + 1).is_some(),
        _other => false,
    }
}

fn calendar_follows(words: Words<'_>, at: usize) -> bool {
    super::calendar::month_named(words.text(at)).is_some()
}
