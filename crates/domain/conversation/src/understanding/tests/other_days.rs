//! The same rules on other days and with other hours: at the end of a month and of a year, on a Sunday, in February, in
//! the evening, and where the door opens early or closes late.

use super::{lexicon, when};
use crate::understanding::{Context, OpeningHours, understand};
use ratiba_kernel::zone::Zone;
use time::macros::{datetime, time};
use time::{OffsetDateTime, Time};

/// Reads each row at a moment, with hours that are the same every day; returns the misses.
fn misses(now: OffsetDateTime, (opens, closes): (Time, Time), rows: &[(&str, &str, bool)]) -> Vec<String> {
    let context = Context {
        now,
        zone: Zone::parse("Africa/Nairobi").unwrap(),
        opening: OpeningHours::daily(opens, closes),
        lexicon: lexicon(),
        question_open: true,
    };
    let read = |text: &str| {
        let understood = understand(text, &context);
        (when(&understood), understood.ask)
    };
    rows.iter()
        .map(|(text, expected, ask)| (*text, (String::from(*expected), *ask), read(text)))
        .filter(|(_, expected, got)| expected != got)
        .map(|(text, expected, got)| format!("{text:?}: expected {expected:?}, got {got:?}"))
        .collect()
}

fn assert_read(now: OffsetDateTime, hours: (Time, Time), rows: &[(&str, &str, bool)]) {
    let misses = misses(now, hours, rows);
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn the_last_friday_of_a_month_in_the_evening() {
    assert_read(
        datetime!(2026-05-29 15:30 UTC),
        (time!(09:00), time!(20:00)),
        &[
            ("kesho saa nne asubuhi", "2026-05-30 10:00", false),
            ("kesho kutwa 2pm", "2026-05-31 14:00", false),
            ("leo saa moja", "2026-05-29 19:00", true),
            ("leo saa tisa mchana", "2026-05-29 15:00", true),
            ("today at 3pm", "2026-05-29 15:00", true),
            ("Monday at 11am", "2026-06-01 11:00", false),
            ("tarehe mbili saa nne asubuhi", "2026-06-02 10:00", false),
            ("tarehe 30 saa nane mchana", "2026-05-30 14:00", false),
            (
                "mwezi ujao tarehe tano saa tano asubuhi",
                "2026-06-05 11:00",
                false,
            ),
            ("next Tuesday 10am", "2026-06-02 10:00", false),
            ("wiki ijayo", "2026-06-01..2026-06-07", false),
            ("wikendi hii", "2026-05-30..2026-05-31", false),
            ("mwisho wa mwezi", "2026-05-31", true),
            ("Ijumaa ijayo 10am", "2026-06-05 10:00", false),
            ("on the 1st at 9am", "2026-06-01 09:00", false),
        ],
    );
}

#[test]
fn days_that_lie_in_the_next_year() {
    assert_read(
        datetime!(2026-12-30 07:15 UTC),
        (time!(08:00), time!(18:00)),
        &[
            ("kesho saa mbili asubuhi", "2026-12-31 08:00", false),
            ("tarehe tatu saa nne asubuhi", "2027-01-03 10:00", false),
            ("tarehe 2 Januari saa tano asubuhi", "2027-01-02 11:00", false),
            ("mwezi ujao tarehe 4 2pm", "2027-01-04 14:00", false),
            ("next Monday 9am", "2027-01-04 09:00", false),
            ("Ijumaa saa kumi", "2027-01-01 16:00", false),
            ("kesho saa 2", "2026-12-31 08:00", true),
            ("kesho saa moja", "2026-12-31", true),
            ("day after tomorrow 4pm", "2027-01-01 16:00", false),
            ("tomorrow at 8", "2026-12-31 08:00", true),
            ("leo saa nane", "2026-12-30 14:00", false),
            ("15 Feb 10am", "2027-02-15 10:00", false),
            ("wiki ijayo Jumatano saa nane mchana", "2027-01-06 14:00", false),
            ("today at 9am", "2026-12-30 09:00", true),
        ],
    );
}

#[test]
fn a_sunday_with_late_hours_keeps_swahili_evenings() {
    assert_read(
        datetime!(2026-06-14 10:00 UTC),
        (time!(10:00), time!(22:00)),
        &[
            ("Jumapili saa kumi jioni", "2026-06-14 16:00", true),
            ("Sunday 10am", "2026-06-21 10:00", true),
            ("kesho saa mbili usiku", "2026-06-15 20:00", false),
            ("kesho saa tatu usiku", "2026-06-15 21:00", false),
            ("kesho saa tatu asubuhi", "2026-06-15 09:00", true),
            ("kesho saa mbili", "2026-06-15 20:00", true),
            ("Jumatatu ijayo saa nane mchana", "2026-06-15 14:00", false),
            ("Monday at 8", "2026-06-15 20:00", true),
            ("leo usiku saa moja", "2026-06-14 19:00", false),
            ("next Saturday 12pm", "2026-06-20 12:00", false),
        ],
    );
}

#[test]
fn a_wednesday_near_the_end_of_a_month() {
    assert_read(
        datetime!(2026-08-26 06:40 UTC),
        (time!(08:00), time!(19:00)),
        &[
            (
                "Ningependa kuwekewa miadi kesho saa tatu asubuhi",
                "2026-08-27 09:00",
                false,
            ),
            ("Leo saa kumi jioni nitakuja", "2026-08-26 16:00", false),
            ("Ijumaa saa moja jioni", "2026-08-28 19:00", true),
            ("tutakuja kesho saa mbili", "2026-08-27 08:00", false),
            ("Alhamisi hii saa saba mchana", "2026-08-27 13:00", false),
            (
                "mwezi wa kumi tarehe nne saa sita mchana",
                "2026-10-04 12:00",
                false,
            ),
            ("Ijumaa saa tisa na nusu mchana", "2026-08-28 15:30", false),
            ("naja baada ya masaa matatu", "2026-08-26 12:40", false),
            ("leo saa 11 jioni", "2026-08-26 17:00", false),
            ("kesho saa 8:30", "2026-08-27 14:30", true),
            ("Jumamosi saa 6 jioni", "2026-08-29 18:00", true),
            ("Please slot me in on Saturday 9am", "2026-08-29 09:00", false),
            ("1st Sept 8am", "2026-09-01 08:00", false),
            ("in four hours", "2026-08-26 13:40", false),
            ("Wednesday 8am", "2026-09-02 08:00", true),
            ("last Saturday of September 2pm", "2026-09-26 14:00", false),
            (
                "Naomba kubook facial Ijumaa saa nane mchana",
                "2026-08-28 14:00",
                false,
            ),
            ("Ijumaa 9 asubuhi", "2026-08-28 09:00", true),
            ("wikendi ijayo Jumapili saa nane", "2026-09-06 14:00", true),
            ("J4 3pm", "2026-09-01 15:00", false),
            ("mchana wa kesho", "2026-08-27 12:00..15:59", false),
            ("Nataka facial ya masaa mawili", "", false),
        ],
    );
}

#[test]
fn the_last_evening_of_a_year() {
    assert_read(
        datetime!(2026-12-31 16:15 UTC),
        (time!(09:00), time!(21:00)),
        &[
            ("kesho saa nne asubuhi niwekee", "2027-01-01 10:00", false),
            ("new year's day 2pm", "2027-01-01 14:00", false),
            ("leo saa mbili usiku", "2026-12-31 20:00", false),
            ("leo saa moja jioni", "2026-12-31 19:00", true),
            ("Jumatatu ijayo 9am", "2027-01-04 09:00", false),
            ("tarehe 5 saa nane mchana", "2027-01-05 14:00", false),
            ("kesho saa mbili", "2027-01-01 20:00", true),
            ("kesho saa tatu", "2027-01-01 09:00", false),
            ("kesho saa 2", "2027-01-01 20:00", true),
            ("Thursday 8pm", "2026-12-31 20:00", true),
            ("wiki ijayo", "2027-01-04..2027-01-10", false),
            (
                "mwezi ujao tarehe kumi na tano saa tano asubuhi",
                "2027-01-15 11:00",
                false,
            ),
            ("next Friday 3pm", "2027-01-08 15:00", true),
            ("Ijumaa hii saa tisa mchana", "2027-01-01 15:00", false),
            ("14th February 11am", "2027-02-14 11:00", false),
            ("in an hour", "2026-12-31 20:15", false),
            ("tomorrow evening", "2027-01-01 17:00..20:59", false),
            ("wikendi hii", "2027-01-02..2027-01-03", false),
            ("mwisho wa mwezi ujao", "2027-01-31", true),
            ("today at 2pm", "2026-12-31 14:00", true),
        ],
    );
}

#[test]
fn the_last_day_of_february() {
    assert_read(
        datetime!(2026-02-28 08:00 UTC),
        (time!(10:00), time!(18:00)),
        &[
            ("kesho saa tano asubuhi", "2026-03-01 11:00", false),
            ("Jumamosi saa nane mchana", "2026-02-28 14:00", true),
            ("Saturday 10am", "2026-03-07 10:00", true),
            ("kesho kutwa 3pm", "2026-03-02 15:00", false),
            ("tarehe mosi saa saba mchana", "2026-03-01 13:00", false),
            ("tarehe 29 saa nne asubuhi", "2026-03-29 10:00", false),
            (
                "mwezi ujao tarehe mbili saa kumi jioni",
                "2026-03-02 16:00",
                false,
            ),
            ("wiki ijayo Ijumaa saa nane mchana", "2026-03-06 14:00", false),
            ("next Sunday 2pm", "2026-03-08 14:00", true),
            ("Jumapili hii saa nane", "2026-03-01 14:00", false),
            ("leo saa kumi na moja jioni", "2026-02-28 17:00", false),
            ("leo saa kumi na mbili jioni", "2026-02-28 18:00", true),
            ("kesho saa tatu asubuhi", "2026-03-01 09:00", true),
            ("kesho saa tatu", "2026-03-01", true),
            ("kesho saa kumi na mbili", "2026-03-01", true),
            ("tomorrow at 9", "2026-03-01", true),
            ("tomorrow at 5", "2026-03-01 17:00", true),
            ("today after 2", "2026-02-28 14:00..16:59", false),
            ("29/3 at noon", "2026-03-29 12:00", false),
            ("mwisho wa mwezi", "2026-02-28", true),
            ("wikendi hii", "2026-02-28..2026-03-01", false),
            ("baada ya siku tatu saa sita mchana", "2026-03-03 12:00", false),
        ],
    );
}

#[test]
fn hours_from_dawn_to_night_leave_two_readings() {
    assert_read(
        datetime!(2026-11-29 17:05 UTC),
        (time!(06:30), time!(22:00)),
        &[
            ("kesho saa moja asubuhi", "2026-11-30 07:00", false),
            ("kesho saa moja jioni", "2026-11-30 19:00", false),
            ("kesho saa tatu usiku", "2026-11-30 21:00", false),
            ("kesho saa 3 usiku", "2026-11-30 21:00", false),
            ("kesho saa 12 asubuhi", "2026-11-30 06:00", true),
            (
                "kesho saa kumi na mbili na nusu asubuhi",
                "2026-11-30 06:30",
                false,
            ),
            ("leo saa tatu usiku", "2026-11-29 21:00", false),
            ("leo saa nne usiku", "2026-11-29 22:00", true),
            ("leo saa mbili usiku", "2026-11-29 20:00", true),
            ("Sunday at 9pm", "2026-11-29 21:00", true),
            ("tomorrow at 6", "2026-11-30 18:00", true),
            ("tarehe 1 saa nne asubuhi", "2026-12-01 10:00", false),
            ("mwisho wa mwezi", "2026-11-30", true),
            ("end of next month", "2026-12-31", true),
            ("mwezi ujao", "2026-12-01..2026-12-31", false),
            ("wiki ijayo", "2026-11-30..2026-12-06", false),
            ("wiki hii", "2026-11-29", false),
            ("next Monday 8am", "2026-11-30 08:00", false),
            ("next Sunday 8am", "2026-12-06 08:00", false),
            ("this weekend", "2026-11-29", false),
            ("in 2 hours", "2026-11-29 22:05", true),
            ("jamhuri 11am", "2026-12-12 11:00", false),
        ],
    );
}

#[test]
fn a_friday_before_opening() {
    assert_read(
        datetime!(2027-02-26 03:10 UTC),
        (time!(10:00), time!(19:30)),
        &[
            ("Friday 5pm", "2027-02-26 17:00", true),
            ("kesho saa moja jioni", "2027-02-27 19:00", false),
            ("kesho saa moja na nusu jioni", "2027-02-27 19:30", true),
            ("tarehe 30 saa nne asubuhi", "2027-03-30 10:00", false),
            ("tarehe mosi saa sita mchana", "2027-03-01 12:00", false),
            ("mwisho wa mwezi", "2027-02-28", true),
            ("asap", "2027-02-26 10:00..19:29", false),
            ("baada ya masaa manne", "2027-02-26 10:10", false),
            ("good friday 2pm", "2027-03-26 14:00", false),
            ("1 Mei saa nne asubuhi", "2027-05-01 10:00", false),
        ],
    );
}
