use std::collections::BTreeSet;

use time::macros::date;

use super::*;

#[test]
fn easter_falls_where_the_almanacs_say() {
    let known = [
        date!(2024 - 03 - 31),
        date!(2025 - 04 - 20),
        date!(2026 - 04 - 05),
        date!(2027 - 03 - 28),
        date!(2028 - 04 - 16),
        date!(2038 - 04 - 25),
        date!(2049 - 04 - 18),
    ];
    for easter in known {
        assert_eq!(easter_sunday(easter.year()), Some(easter));
    }
    for year in YEARS {
        let easter = easter_sunday(year).unwrap();
        assert_eq!(easter.weekday(), Weekday::Sunday);
        assert!(easter >= Date::from_calendar_date(year, Month::March, 22).unwrap());
        assert!(easter <= Date::from_calendar_date(year, Month::April, 25).unwrap());
    }
}

#[test]
fn a_year_has_ten_public_holidays_by_law() {
    let holidays = public_holidays(2026).unwrap();
    let days: Vec<Date> = holidays.iter().map(|holiday| holiday.day).collect();
    assert_eq!(
        days,
        [
            date!(2026 - 01 - 01),
            date!(2026 - 04 - 03),
            date!(2026 - 04 - 06),
            date!(2026 - 05 - 01),
            date!(2026 - 06 - 01),
            date!(2026 - 10 - 10),
            date!(2026 - 10 - 20),
            date!(2026 - 12 - 12),
            date!(2026 - 12 - 25),
            date!(2026 - 12 - 26),
        ]
    );
}

#[test]
fn a_sunday_moves_to_the_first_day_that_is_no_holiday() {
    let of = |year, name| {
        let holidays = public_holidays(year).unwrap();
        holidays.into_iter().find(|holiday| holiday.name == name).unwrap()
    };
    let mazingira = of(2027, "Mazingira Day");
    assert_eq!(
        (mazingira.day, mazingira.instead_of),
        (date!(2027 - 10 - 11), Some(date!(2027 - 10 - 10)))
    );
    // Christmas on a Sunday: the 26th is Boxing Day, so it is kept on Tuesday.
    assert_eq!(of(2033, "Christmas Day").day, date!(2033 - 12 - 27));
    assert_eq!(of(2033, "Boxing Day").day, date!(2033 - 12 - 26));
    // Boxing Day on a Sunday goes to Monday.
    assert_eq!(of(2027, "Boxing Day").day, date!(2027 - 12 - 27));
}

#[test]
fn no_two_holidays_share_a_day_and_none_is_kept_on_a_sunday() {
    for year in YEARS {
        let holidays = public_holidays(year).unwrap();
        let days: BTreeSet<Date> = holidays.iter().map(|holiday| holiday.day).collect();
        assert_eq!((holidays.len(), days.len()), (10, 10), "{year}");
        assert!(days.iter().all(|day| day.weekday() != Weekday::Sunday), "{year}");
        assert!(days.iter().all(|day| day.year() == year), "{year}");
    }
    assert_eq!(public_holidays(2023), None, "another list was law then");
}
