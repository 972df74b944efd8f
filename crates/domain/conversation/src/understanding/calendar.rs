//! Names of days, months and holidays, and the arithmetic of local dates.

use time::{Date, Duration, Month, Weekday};

use super::lexicon::edits_within;

const WEEKDAYS: &[(Weekday, &[&str])] = &[
    (
        Weekday::Monday,
        &["jumatatu", "jtatu", "jtt", "j3", "mon", "monday", "mondays"],
    ),
    (
        Weekday::Tuesday,
        &["jumanne", "jnne", "j4", "tue", "tues", "tuesday", "tuesdays"],
    ),
    (
        Weekday::Wednesday,
        &[
            "jumatano",
            "jtano",
            "j5",
            "wed",
            "weds",
            "wednesday",
            "wednesdays",
            "wensday",
        ],
    ),
    (
        Weekday::Thursday,
        &[
            "alhamisi",
            "alhamis",
            "alhamsi",
            "alh",
            "thu",
            "thur",
            "thurs",
            "thursday",
            "thursdays",
        ],
    ),
    (
        Weekday::Friday,
        &[
            "ijumaa",
            "ijuma",
            "ijm",
            "fri",
            "friday",
            "fridays",
            "furahiday",
            "furahidei",
        ],
    ),
    (
        Weekday::Saturday,
        &[
            "jumamosi",
            "jumamoc",
            "jmosi",
            "j1",
            "sat",
            "saturday",
            "saturdays",
            "sato",
        ],
    ),
    (
        Weekday::Sunday,
        &["jumapili", "jpili", "j2", "sun", "sunday", "sundays"],
    ),
];

const MONTHS: &[(Month, &[&str])] = &[
    (Month::January, &["januari", "january", "jan"]),
    (Month::February, &["februari", "february", "feb"]),
    (Month::March, &["machi", "march"]),
    (Month::April, &["aprili", "april", "apr"]),
    (Month::May, &["mei", "may"]),
    (Month::June, &["juni", "june", "jun"]),
    (Month::July, &["julai", "july", "jul"]),
    (Month::August, &["agosti", "august", "aug"]),
    (Month::September, &["septemba", "september", "sept", "sep"]),
    (Month::October, &["oktoba", "october", "oct"]),
    (Month::November, &["novemba", "november", "nov"]),
    (Month::December, &["desemba", "disemba", "december", "dec"]),
];

/// Dated holidays that people name instead of the date, by the words that name them.
const HOLIDAYS: &[(&[&str], Month, u8)] = &[
    (&["madaraka"], Month::June, 1),
    (&["jamhuri"], Month::December, 12),
    (&["mashujaa"], Month::October, 20),
    (&["mazingira"], Month::October, 10),
    (&["labour", "day"], Month::May, 1),
    (&["labor", "day"], Month::May, 1),
    (&["wafanyakazi"], Month::May, 1),
    (&["christmas", "eve"], Month::December, 24),
    (&["xmas", "eve"], Month::December, 24),
    (&["christmas"], Month::December, 25),
    (&["xmas"], Month::December, 25),
    (&["krismasi"], Month::December, 25),
    (&["krisi"], Month::December, 25),
    (&["boxing", "day"], Month::December, 26),
    (&["new", "years", "eve"], Month::December, 31),
    (&["new", "year", "eve"], Month::December, 31),
    (&["new", "years"], Month::January, 1),
    (&["new", "year"], Month::January, 1),
    (&["mwaka", "mpya"], Month::January, 1),
    (&["valentines"], Month::February, 14),
    (&["valentine"], Month::February, 14),
    (&["womens", "day"], Month::March, 8),
];

/// Holidays that move with Easter, in days from Easter Sunday.
const EASTER_DAYS: &[(&[&str], i64)] = &[
    (&["good", "friday"], -2),
    (&["ijumaa", "kuu"], -2),
    (&["easter", "monday"], 1),
    (&["jumatatu", "ya", "pasaka"], 1),
    (&["easter"], 0),
    (&["pasaka"], 0),
];

/// A weekday by one of its listed names.
pub(super) fn weekday_exact(word: &str) -> Option<Weekday> {
    WEEKDAYS
        .iter()
        .find(|(_, names)| names.contains(&word))
        .map(|(day, _)| *day)
}

/// A weekday by a listed name, or by a long one with one wrong letter.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    if let Some(day) = weekday_exact(word) {
        return Some(day);
    }
    if word.chars().count() < 6 {
        return None;
    }
    let near = |name: &&str| {
        name.len() >= 6 && name.len().abs_diff(word.len()) <= 1 && edits_within(1, name, word) == Some(1)
    };
    // A slip that fits two days names neither.
    let mut fitting = WEEKDAYS.iter().filter(|(_, names)| names.iter().any(near));
    match (fitting.next(), fitting.next()) {
        (Some((day, _)), None) => Some(*day),
        (Some(_) | None, _) => None,
    }
}

/// A month by name.
pub(super) fn month_named(word: &str) -> Option<Month> {
    MONTHS
        .iter()
        .find(|(_, names)| names.contains(&word))
        .map(|(month, _)| *month)
}

/// A month by number, 1 to 12.
pub(super) fn month_numbered(number: u32) -> Option<Month> {
    u8::try_from(number)
        .ok()
        .and_then(|number| Month::try_from(number).ok())
}

/// Whether the word belongs to the name of a holiday.
pub(super) fn is_holiday_word(word: &str) -> bool {
    let fixed = HOLIDAYS.iter().map(|(name, ..)| name);
    fixed
        .chain(EASTER_DAYS.iter().map(|(name, _)| name))
        .any(|name| name.contains(&word))
}

/// A holiday whose name begins the words; its next date from `today` on, and the number of words.
pub(super) fn holiday(words: &[&str], today: Date) -> Option<(Date, usize)> {
    let starts = |name: &[&str]| words.starts_with(name);
    if let Some((name, offset)) = EASTER_DAYS.iter().find(|(name, _)| starts(name)) {
        let on = |year: i32| easter(year).and_then(|date| date.checked_add(Duration::days(*offset)));
        let date = on(today.year())
            .filter(|date| *date >= today)
            .or_else(|| on(today.year().saturating_add(1)))?;
        return Some((date, name.len()));
    }
    let (name, month, day) = HOLIDAYS.iter().find(|(name, _, _)| starts(name))?;
    let date = next_day_and_month(u32::from(*day), *month, today)?;
    let trailing = usize::from(words.get(name.len()).is_some_and(|word| *word == "day"));
    Some((date, name.len() + trailing))
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm).
fn easter(year: i32) -> Option<Date> {
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let (leap, century_rest) = (century / 4, century % 4);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leap - correction + 15) % 30;
    let weekday = (32 + 2 * century_rest + 2 * (rest / 4) - epact - rest % 4) % 7;
    let shift = (golden + 11 * epact + 22 * weekday) / 451;
    let sum = epact + weekday - 7 * shift + 114;
    let month = month_numbered(u32::try_from(sum / 31).ok()?)?;
    Date::from_calendar_date(year, month, u8::try_from(sum % 31 + 1).ok()?).ok()
}

pub(super) fn plus_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Duration::days(days))
}

/// Monday of the week in which `date` lies.
pub(super) fn week_start(date: Date) -> Date {
    plus_days(date, -i64::from(date.weekday().number_days_from_monday())).unwrap_or(date)
}

/// The weekday in the Monday-to-Sunday week that begins `weeks` after this one.
pub(super) fn weekday_in_week(today: Date, weekday: Weekday, weeks: i64) -> Option<Date> {
    plus_days(
        week_start(today),
        weeks.saturating_mul(7) + i64::from(weekday.number_days_from_monday()),
    )
}

/// The next such weekday after `today`, never `today` itself.
pub(super) fn next_weekday(today: Date, weekday: Weekday) -> Option<Date> {
    (1..=7)
        .filter_map(|days| plus_days(today, days))
        .find(|date| date.weekday() == weekday)
}

pub(super) fn of_month(year: i32, month: Month, day: u32) -> Option<Date> {
    Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()
}

/// This date in the current year if it is still ahead or today, else in the next year.
pub(super) fn next_day_and_month(day: u32, month: Month, today: Date) -> Option<Date> {
    // Four years ahead at most: the 29th of February.
    (0..=4)
        .filter_map(|years| of_month(today.year().saturating_add(years), month, day))
        .find(|date| *date >= today)
}

/// The next date with this day of the month: this month if still ahead or today, else the next month that has it.
pub(super) fn next_day_of_month(day: u32, today: Date) -> Option<Date> {
    let (mut year, mut month) = (today.year(), today.month());
    for _months in 0..3 {
        if let Some(date) = of_month(year, month, day).filter(|date| *date >= today) {
            return Some(date);
        }
        (year, month) = following_month(year, month);
    }
    None
}

pub(super) fn following_month(year: i32, month: Month) -> (i32, Month) {
    let next = month.next();
    (
        if next == Month::January {
            year.saturating_add(1)
        } else {
            year
        },
        next,
    )
}

pub(super) fn last_of_month(year: i32, month: Month) -> Option<Date> {
    Date::from_calendar_date(year, month, month.length(year)).ok()
}

/// The nth weekday of a month; `None` for the last one.
pub(super) fn nth_weekday(year: i32, month: Month, weekday: Weekday, nth: Option<u32>) -> Option<Date> {
    let days: Vec<Date> = (1..=31)
        .filter_map(|day| of_month(year, month, day))
        .filter(|date| date.weekday() == weekday)
        .collect();
    match nth {
        Some(nth) => days.get(usize::try_from(nth.checked_sub(1)?).ok()?).copied(),
        None => days.last().copied(),
    }
}
