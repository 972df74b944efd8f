//! Kenya's public holidays of a year, as far as the law itself fixes them.
//!
//! Source: Public Holidays Act (cap. 110, Laws of Kenya), sections 2 and 4 and part I of the schedule, as it
//! stands since 2024, when 10 October became Mazingira Day. Idd-ul-Fitr and Idd-ul-Azha depend on the moon
//! and on a notice in the Gazette, and so do days that the government adds: nothing here guesses them.

use std::collections::BTreeSet;

use time::{Date, Duration, Month, Weekday};

/// The years for which the law's present list is taken to hold.
pub const YEARS: std::ops::RangeInclusive<i32> = 2024..=2099;

/// Public holidays that somebody must add by hand once they are gazetted.
pub const BY_HAND: [&str; 2] = ["Idd-ul-Fitr", "Idd-ul-Azha"];

/// One public holiday.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicHoliday {
    /// The day on which it is kept.
    pub day: Date,
    /// Its name.
    pub name: &'static str,
    /// The date that it is named after, when that is a Sunday: the day then moves (section 4).
    pub instead_of: Option<Date>,
}

const FIXED: [(Month, u8, &str); 8] = [
    (Month::January, 1, "New Year's Day"),
    (Month::May, 1, "Labour Day"),
    (Month::June, 1, "Madaraka Day"),
    (Month::October, 10, "Mazingira Day"),
    (Month::October, 20, "Mashujaa Day"),
    (Month::December, 12, "Jamhuri Day"),
    (Month::December, 25, "Christmas Day"),
    (Month::December, 26, "Boxing Day"),
];

/// The public holidays of a year by day: the fixed ones and those that follow Easter. One that falls on a
/// Sunday is kept on the first day after that is not a public holiday itself, and no longer on the Sunday.
/// `None` outside of [`YEARS`].
#[must_use]
pub fn public_holidays(year: i32) -> Option<Vec<PublicHoliday>> {
    if !YEARS.contains(&year) {
        return None;
    }
    let easter = easter_sunday(year)?;
    let fixed = FIXED
        .iter()
        .map(|(month, day, name)| Some((Date::from_calendar_date(year, *month, *day).ok()?, *name)));
    let moving = [
        Some((easter.checked_sub(Duration::days(2))?, "Good Friday")),
        Some((easter.checked_add(Duration::DAY)?, "Easter Monday")),
    ];
    let named: Vec<(Date, &'static str)> = fixed.chain(moving).collect::<Option<_>>()?;
    let mut taken: BTreeSet<Date> = named
        .iter()
        .map(|(day, _)| *day)
        .filter(|day| day.weekday() != Weekday::Sunday)
        .collect();
    let mut holidays = Vec::with_capacity(named.len());
    for (date, name) in named {
        let mut day = date;
        if date.weekday() == Weekday::Sunday {
            while day == date || taken.contains(&day) {
                day = day.next_day()?;
            }
            taken.insert(day);
        }
        let instead_of = (day != date).then_some(date);
        holidays.push(PublicHoliday {
            day,
            name,
            instead_of,
        });
    }
    holidays.sort();
    Some(holidays)
}

/// Easter Sunday of the Gregorian calendar (the computation of Meeus, Jones and Butcher).
fn easter_sunday(year: i32) -> Option<Date> {
    let (golden, century, rest) = (year.rem_euclid(19), year.div_euclid(100), year.rem_euclid(100));
    let leaps = (century.div_euclid(4), century.rem_euclid(4));
    let correction = (century + 8).div_euclid(25);
    let drift = (century - correction + 1).div_euclid(3);
    let epact = (19 * golden + century - leaps.0 - drift + 15).rem_euclid(30);
    let years = (rest.div_euclid(4), rest.rem_euclid(4));
    let weekday = (32 + 2 * leaps.1 + 2 * years.0 - epact - years.1).rem_euclid(7);
    let exception = (golden + 11 * epact + 22 * weekday).div_euclid(451);
    let sum = epact + weekday - 7 * exception + 114;
    let month = Month::try_from(u8::try_from(sum.div_euclid(31)).ok()?).ok()?;
    Date::from_calendar_date(year, month, u8::try_from(sum.rem_euclid(31) + 1).ok()?).ok()
}

#[cfg(test)]
mod tests;
