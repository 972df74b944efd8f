//! The rules in small cases; the worked cases and the laws stand in files of their own.

mod care;
mod cases;
mod intents;
mod laws;
mod names;
mod other_days;
mod salon;

use ratiba_kernel::zone::Zone;
use time::macros::{datetime, time};
use uuid::Uuid;

use super::*;

const MASSAGE: Uuid = Uuid::from_u128(1);
const SWEDISH: Uuid = Uuid::from_u128(2);
const PEDICURE: Uuid = Uuid::from_u128(3);
const FACIAL: Uuid = Uuid::from_u128(4);
const WANJIRU: Uuid = Uuid::from_u128(11);

fn lexicon() -> Lexicon {
    Lexicon {
        services: vec![
            LexiconEntry::new(MASSAGE, ["Full body massage", "Massage", "Kukandwa"]),
            LexiconEntry::new(SWEDISH, ["Swedish massage 60"]),
            LexiconEntry::new(PEDICURE, ["Pedicure", "Kucha za miguu"]),
            LexiconEntry::new(FACIAL, ["Facial", "Usafi wa uso"]),
        ],
        staff: vec![
            LexiconEntry::new(WANJIRU, ["Wanjiru"]),
            LexiconEntry::new(Uuid::from_u128(12), ["Achieng"]),
        ],
    }
}

/// Tuesday 12 May 2026, 08:00 in Nairobi, open daily from 9 to 20, a question is open.
fn context() -> Context {
    Context {
        now: datetime!(2026-05-12 05:00 UTC),
        zone: Zone::parse("Africa/Nairobi").unwrap(),
        opening: OpeningHours::daily(time!(09:00), time!(20:00)),
        lexicon: lexicon(),
        question_open: true,
    }
}

fn read(text: &str) -> Understood {
    understand(text, &context())
}

fn when(understood: &Understood) -> String {
    understood.when.map_or_else(String::new, |when| when.to_string())
}

#[test]
fn nothing_counts_as_an_answer_where_nothing_was_asked() {
    let context = Context {
        question_open: false,
        ..context()
    };
    for text in ["Ndio", "Poa", "hapana", "bado", "ya pili", "2", "👍"] {
        assert_eq!(understand(text, &context).intent, Intent::None, "{text}");
    }
}

#[test]
fn the_other_reading_is_offered_beside_an_uncertain_one() {
    let offered = |text: &str| read(text).alternative.map(|when| when.to_string());
    assert_eq!(offered("kesho saa 4 mchana").as_deref(), Some("2026-05-13 16:00"));
    assert_eq!(offered("kesho saa 3").as_deref(), Some("2026-05-13 15:00"));
    assert_eq!(
        offered("Ijumaa ijayo saa nane mchana").as_deref(),
        Some("2026-05-15 14:00")
    );
    assert_eq!(
        offered("kesho saa sita usiku").as_deref(),
        Some("2026-05-14 00:00")
    );
    assert_eq!(offered("Tuesday 9am").as_deref(), Some("2026-05-19 09:00"));
    assert_eq!(offered("kesho saa nane mchana"), None);
}

#[test]
fn lengths_people_amounts_and_choices_are_read() {
    assert_eq!(read("Nataka massage ya lisaa limoja").duration_minutes, Some(60));
    assert_eq!(
        read("Facial ya dakika tisini Alhamisi 2pm").duration_minutes,
        Some(90)
    );
    assert_eq!(
        read("massage ya saa moja na nusu kesho").duration_minutes,
        Some(90)
    );
    assert_eq!(read("an hour and a half massage").duration_minutes, Some(90));
    assert_eq!(read("1.5 hours massage tomorrow 3pm").duration_minutes, Some(90));
    assert_eq!(read("Naomba nafasi ya watu wawili kesho").people, Some(2));
    assert_eq!(read("me and my friend tomorrow 2pm").people, Some(2));
    assert_eq!(read("massage for 2 kesho saa nane").people, Some(2));
    assert_eq!(read("Nimelipa elfu mbili mia tano").amount, Some(2500));
    assert_eq!(read("nimetuma Ksh1,500").amount, Some(1500));
    assert_eq!(read("Jana niliambiwa 2000").amount, Some(2000));
    assert_eq!(read("Ya pili").choice, Some(2));
    assert_eq!(read("option 3").choice, Some(3));
    assert_eq!(read("Running 20 mins late").minutes_late, Some(20));
    assert_eq!(read("nitachelewa kama nusu saa").minutes_late, Some(30));
}

#[test]
fn services_and_staff_are_found_despite_slips_of_the_thumb() {
    assert_eq!(read("nataka swedish masage kesho").service(), Some(SWEDISH));
    assert_eq!(read("padicure kesho 3pm").service(), Some(PEDICURE));
    assert_eq!(read("usafi wa uso kesho").service(), Some(FACIAL));
    assert_eq!(
        read("Nataka Wanjiru anifanyie nywele kesho asubuhi")
            .staff
            .map(|found| found.id),
        Some(WANJIRU)
    );
    assert_eq!(read("na wanjiro").staff.map(|found| found.id), Some(WANJIRU));
    assert_eq!(read("nataka kesho saa nane").services, []);
}

#[test]
fn the_language_is_told_by_the_words() {
    let language = |text: &str| read(text).language;
    assert_eq!(language("Naomba nafasi kesho saa nne asubuhi"), Language::Swahili);
    assert_eq!(language("Book me in for Friday 10am"), Language::English);
    assert_eq!(
        language("Nibookie manicure next week Wednesday 2pm"),
        Language::Mixed
    );
    assert_eq!(language("Niaje, nataka kunyoa kesho mapema"), Language::Sheng);
}

#[test]
fn a_day_that_is_closed_does_not_blur_the_clock() {
    let opening = OpeningHours::daily(time!(09:00), time!(20:00)).with_day(time::Weekday::Sunday, Vec::new());
    let context = Context { opening, ..context() };
    let understood = understand("Jumapili saa nane mchana", &context);
    assert_eq!(when(&understood), "2026-05-17 14:00");
    assert!(!understood.ask);
}

#[test]
fn hours_past_midnight_stay_open_with_the_evening_before() {
    let hours = OpeningHours::daily(time!(18:00), time!(02:00));
    assert!(hours.is_open(time::Weekday::Monday, 30));
    assert!(hours.is_open(time::Weekday::Monday, 1439));
    assert!(!hours.is_open(time::Weekday::Monday, 120));
    assert!(!hours.is_open(time::Weekday::Monday, 600));
}

#[test]
fn hostile_text_is_read_as_nothing_and_in_bounded_time() {
    let long = "🙂".repeat(16_000);
    for text in [
        "",
        "   ",
        "'; DROP TABLE customers; --",
        "{{7*7}}",
        "\u{202E}abc",
        "\u{200B}",
        long.as_str(),
    ] {
        assert_eq!(read(text).when, None, "{text:.40}");
    }
    assert_eq!(read("A\u{200B}CHA\u{202E}").intent, Intent::OptOut);
}

/// The table of the Swahili clock, cell by cell, read between 9 and 20 o'clock: hours in words, the day named is the
/// 13th. `?` is asked, `+` is the next date, `-` is no hour at all.
#[test]
fn every_cell_of_the_clock_table_is_read_by_the_rules() {
    const PARTS: [&str; 6] = ["alfajiri", "asubuhi", "mchana", "alasiri", "jioni", "usiku"];
    const TABLE: [(&str, [&str; 6]); 12] = [
        ("moja", ["-", "07:00?", "13:00?", "-", "19:00", "19:00"]),
        ("mbili", ["-", "08:00?", "14:00?", "14:00?", "20:00?", "20:00?"]),
        ("tatu", ["-", "09:00", "15:00?", "15:00?", "15:00?", "21:00?"]),
        ("nne", ["-", "10:00", "10:00", "16:00?", "16:00?", "22:00?"]),
        ("tano", ["-", "11:00", "11:00", "17:00?", "17:00?", "23:00?"]),
        ("sita", ["-", "06:00?", "12:00", "-", "18:00?", "18:00?"]),
        ("saba", ["-", "07:00?", "13:00", "-", "19:00?", "19:00?"]),
        ("nane", ["-", "08:00?", "14:00", "14:00", "20:00?", "+02:00?"]),
        ("tisa", ["03:00?", "09:00?", "15:00", "15:00", "15:00", "+03:00?"]),
        ("kumi", ["04:00?", "10:00?", "16:00", "16:00", "16:00", "22:00?"]),
        (
            "kumi na moja",
            ["05:00?", "11:00?", "11:00?", "17:00", "17:00", "23:00?"],
        ),
        ("kumi na mbili", ["-", "06:00?", "12:00?", "-", "18:00", "18:00"]),
    ];
    let mut misses = Vec::new();
    for (hour, cells) in TABLE {
        for (part, cell) in PARTS.into_iter().zip(cells) {
            let text = format!("kesho saa {hour} {part}");
            let ask = cell.ends_with('?') || cell == "-";
            let date = if cell.starts_with('+') {
                "2026-05-14"
            } else {
                "2026-05-13"
            };
            let time = cell.trim_matches(['+', '?', '-']);
            let expected = format!("{date} {time}").trim_end().to_owned();
            let understood = read(&text);
            if (when(&understood), understood.ask) != (expected.clone(), ask) {
                misses.push(format!(
                    "{text}: expected {expected} {ask}, got {} {}",
                    when(&understood),
                    understood.ask
                ));
            }
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn every_name_of_a_day_is_known() {
    let rows = [
        ("2026-05-18", "Jumatatu Jtatu J3 Mon J'3 juma-tatu"),
        (
            "2026-05-13",
            "Jumatano Jtano J5 Wed kesho tmrw tmw 2moro kexho tomorrow",
        ),
        ("2026-05-14", "Alhamisi Alhamis Alh Thur keshokutwa"),
        ("2026-05-15", "Ijumaa Ijm Fri furahiday"),
        ("2026-05-16", "Jumamosi Jmosi J1 Sat Sato"),
        ("2026-05-17", "Jumapili Jpili J'pili J2 Sun"),
        ("2026-05-12", "leo today"),
    ];
    for (date, names) in rows {
        for name in names.split(' ') {
            assert_eq!(when(&read(&format!("nataka massage {name}"))), date, "{name}");
        }
    }
}

#[test]
fn counted_and_rare_days_are_known() {
    let rows = [
        ("mtondo saa nane mchana", "2026-05-15 14:00", true),
        ("mtondogoo saa nane mchana", "2026-05-16 14:00", true),
        ("siku tatu zijazo saa nane mchana", "2026-05-15 14:00", false),
        ("mwezi huu", "2026-05-12..2026-05-31", false),
        ("mwezi ujao", "2026-06-01..2026-06-30", false),
        ("end month", "2026-05-31", true),
        ("wikendi", "2026-05-16..2026-05-17", false),
        ("wikendi ijayo", "2026-05-23..2026-05-24", true),
        ("wiki ijayo", "2026-05-18..2026-05-24", false),
        ("lunch time kesho", "2026-05-13 12:00..13:59", false),
        ("kesho alfajiri", "2026-05-13 04:00..05:59", false),
        ("kesho alasiri", "2026-05-13 15:00..16:59", false),
        ("kesho usiku wa manane", "2026-05-13 00:00..03:59", false),
        ("Jumatano tarehe 14 saa nane mchana", "2026-05-14 14:00", true),
    ];
    for (text, expected, ask) in rows {
        let understood = read(text);
        assert_eq!(
            (when(&understood).as_str(), understood.ask),
            (expected, ask),
            "{text}"
        );
    }
}
