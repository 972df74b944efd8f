//! Laws: every time that is said clearly reads back, and no text at all does harm.

use proptest::prelude::*;
use time::{Date, Weekday};

use super::cases::{WORKED_CASES, fields};
use super::{context, read, when};
use crate::understanding::{Context, Intent, MONTH_NAMES_SW, OpeningHours, understand};

/// Around the clock, so that no reading is settled by opening hours.
fn always_open() -> Context {
    Context {
        opening: OpeningHours::around_the_clock(),
        ..context()
    }
}

const SWAHILI_HOURS: [&str; 12] = [
    "kumi na mbili",
    "moja",
    "mbili",
    "tatu",
    "nne",
    "tano",
    "sita",
    "saba",
    "nane",
    "tisa",
    "kumi",
    "kumi na moja",
];
const ENGLISH_HOURS: [&str; 12] = [
    "twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
];

/// Day parts with the hours of the usual clock that each is said with in the table of the two clocks, cells with a
/// question left out. An hour above 23 lies after midnight, on the next date.
const SWAHILI_PARTS: [(&str, &[usize]); 6] = [
    ("alfajiri", &[3, 4, 5]),
    ("asubuhi", &[4, 5, 6, 7, 8, 9, 10, 11]),
    ("mchana", &[10, 11, 12, 13, 14, 15, 16]),
    ("alasiri", &[14, 15, 16, 17]),
    ("jioni", &[15, 16, 17, 18, 19, 20]),
    ("usiku", &[18, 19, 20, 21, 22, 23, 24, 25, 26, 27]),
];

/// The date and time of an hour that counts on after midnight of the 13th.
fn expected(hour: usize, minute: usize) -> String {
    format!("2026-05-{:02} {:02}:{minute:02}", 13 + hour / 24, hour % 24)
}

/// A number below sixty in Swahili words.
fn swahili_number(number: usize) -> String {
    const TENS: [&str; 6] = ["", "kumi", "ishirini", "thelathini", "arobaini", "hamsini"];
    const UNITS: [&str; 10] = [
        "", "moja", "mbili", "tatu", "nne", "tano", "sita", "saba", "nane", "tisa",
    ];
    match (number / 10, number % 10) {
        (0, unit) => UNITS[unit].to_owned(),
        (ten, 0) => TENS[ten].to_owned(),
        (ten, unit) => format!("{} na {}", TENS[ten], UNITS[unit]),
    }
}

/// The ways of saying a minute of an hour on the Swahili clock.
fn in_swahili(hour: usize, minute: usize) -> Vec<String> {
    let (name, next) = (SWAHILI_HOURS[(hour + 6) % 12], SWAHILI_HOURS[(hour + 7) % 12]);
    let mut said = match minute {
        0 => vec![format!("saa {name}"), format!("saa {name} kamili")],
        15 => vec![format!("saa {name} na robo")],
        30 => vec![
            format!("saa {name} na nusu"),
            format!("saa {name} u nusu"),
            format!("saa {name} unusu"),
        ],
        45 => vec![
            format!("saa {next} kasoro robo"),
            format!("saa {next} kasorobo"),
            format!("saa {next} kasrobo"),
        ],
        _other => Vec::new(),
    };
    if minute > 0 {
        said.push(format!("saa {name} na dakika {}", swahili_number(minute)));
        said.push(format!("saa {name} na dakika {minute}"));
    }
    if minute > 30 {
        said.push(format!(
            "saa {next} kasoro dakika {}",
            swahili_number(60 - minute)
        ));
        said.push(format!("saa {next} kasoro dakika {}", 60 - minute));
    }
    said
}

#[test]
fn every_quarter_of_an_hour_in_swahili_words_reads_back() {
    let context = always_open();
    for (part, hours) in SWAHILI_PARTS {
        for (hour, minute) in hours
            .iter()
            .flat_map(|hour| [0, 15, 30, 45].map(|minute| (*hour, minute)))
        {
            for words in in_swahili(hour, minute) {
                for text in [
                    format!("kesho {words} {part}"),
                    format!("{words} {part} kesho"),
                    format!("kesho {part} {words}"),
                    format!("naomba nafasi {words} {part} ya kesho tafadhali"),
                ] {
                    let understood = understand(&text, &context);
                    assert_eq!(when(&understood), expected(hour, minute), "{text}");
                    assert!(!understood.ask, "{text}");
                }
            }
        }
    }
}

/// Every hour of the day has its words, so that the law above is about all of them.
#[test]
fn every_hour_has_a_part_of_the_day_that_is_said_with_it() {
    let said = |hour: usize| {
        SWAHILI_PARTS
            .iter()
            .any(|(_, hours)| hours.iter().any(|other| other % 24 == hour))
    };
    assert!((0..24).all(said));
}

/// A date in each of the ways in which it is written without doubt.
fn said_dates(date: Date) -> Vec<String> {
    const ENGLISH_MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const ORDINALS: [&str; 12] = [
        "kwanza",
        "pili",
        "tatu",
        "nne",
        "tano",
        "sita",
        "saba",
        "nane",
        "tisa",
        "kumi",
        "kumi na moja",
        "kumi na mbili",
    ];
    let (year, day) = (date.year(), usize::from(date.day()));
    let month = usize::from(u8::from(date.month()));
    let (english, swahili) = (ENGLISH_MONTHS[month - 1], MONTH_NAMES_SW[month - 1]);
    let words = swahili_number(day);
    let suffix = match (day / 10, day % 10) {
        (0 | 2 | 3, 1) => "st",
        (0 | 2, 2) => "nd",
        (0 | 2, 3) => "rd",
        _other => "th",
    };
    let mut said = vec![
        format!("tarehe {words} mwezi wa {}", ORDINALS[month - 1]),
        format!("mwezi wa {} tarehe {words}", ORDINALS[month - 1]),
        format!("tarehe {day} {swahili}"),
        format!("tarehe {words} {swahili}"),
        format!("{swahili} tarehe {day}"),
        format!("{day} {english}"),
        format!("the {day}{suffix} of {english}"),
        format!("{english} {day}{suffix}"),
        format!("{english} {day}"),
        format!("{day}/{month}"),
        format!("{day}/{month}/{year}"),
        format!("{day:02}-{month:02}-{year}"),
        format!("{year}-{month:02}-{day:02}"),
    ];
    if day == 1 {
        said.push(format!("tarehe mosi {swahili}"));
    }
    if day == 2 {
        said.push(format!("tarehe pili {swahili}"));
    }
    said
}

#[test]
fn every_date_of_the_coming_year_reads_back() {
    let context = always_open();
    let mut date = context.today().next_day().unwrap();
    for day in 0..364_usize {
        let expected = format!("{}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day());
        for words in said_dates(date) {
            let (text, time) = match day % 4 {
                0 => (words, ""),
                1 => (format!("{words} saa nane mchana"), " 14:00"),
                2 => (format!("saa kumi na moja jioni {words}"), " 17:00"),
                _other => (format!("{words} at 3pm"), " 15:00"),
            };
            let understood = understand(&text, &context);
            assert_eq!(when(&understood), format!("{expected}{time}"), "{text}");
            assert!(!understood.ask, "{text}");
        }
        date = date.next_day().unwrap();
    }
}

#[test]
fn every_day_of_the_two_coming_weeks_by_its_name_is_read_by_the_calendar() {
    let context = always_open();
    let names = [
        (Weekday::Monday, "Jumatatu", "Monday"),
        (Weekday::Wednesday, "Jumatano", "Wednesday"),
        (Weekday::Thursday, "Alhamisi", "Thursday"),
        (Weekday::Friday, "Ijumaa", "Friday"),
        (Weekday::Saturday, "Jumamosi", "Saturday"),
        (Weekday::Sunday, "Jumapili", "Sunday"),
    ];
    for (day, swahili, english) in names {
        let coming = context.today().next_occurrence(day);
        // Weeks begin on Monday, and today is a Tuesday: only Monday is of next week and nearest at once.
        let in_next_week = if day == Weekday::Monday {
            coming
        } else {
            coming.saturating_add(time::Duration::WEEK)
        };
        let rows = [
            (format!("{swahili} saa nane mchana"), coming, false),
            (format!("{swahili} hii saa nane mchana"), coming, false),
            (format!("this {english} 2pm"), coming, false),
            (format!("{english} at 2pm"), coming, false),
            (
                format!("{swahili} ijayo saa nane mchana"),
                in_next_week,
                day != Weekday::Monday,
            ),
            (
                format!("next {english} 2pm"),
                in_next_week,
                day != Weekday::Monday,
            ),
            (format!("next week {english} 2pm"), in_next_week, false),
            (
                format!("wiki ijayo {swahili} saa nane mchana"),
                in_next_week,
                false,
            ),
        ];
        for (text, date, ask) in rows {
            let understood = understand(&text, &context);
            let expected = format!(
                "{}-{:02}-{:02} 14:00",
                date.year(),
                u8::from(date.month()),
                date.day()
            );
            assert_eq!((when(&understood), understood.ask), (expected, ask), "{text}");
        }
    }
}

#[test]
fn every_quarter_of_an_hour_in_english_words_reads_back() {
    let context = always_open();
    for hour in 0..24_usize {
        let (name, next) = (ENGLISH_HOURS[hour % 12], ENGLISH_HOURS[(hour + 1) % 12]);
        let part = match hour {
            0..12 => "in the morning",
            12..18 => "in the afternoon",
            18..24 => "in the evening",
            other => panic!("{other} is no hour"),
        };
        let spoken = [
            (0, format!("at {name} {part}")),
            (15, format!("quarter past {name} {part}")),
            (30, format!("half past {name} {part}")),
            (30, format!("{name} thirty {part}")),
            (45, format!("quarter to {next} {part}")),
            (45, format!("{name} forty five {part}")),
        ];
        for (minute, words) in spoken {
            let text = format!("tomorrow {words}");
            let understood = understand(&text, &context);
            assert_eq!(
                when(&understood),
                format!("2026-05-13 {hour:02}:{minute:02}"),
                "{text}"
            );
            assert!(!understood.ask, "{text}");
        }
    }
}

#[test]
fn every_quarter_of_an_hour_with_am_or_pm_reads_back() {
    let context = always_open();
    for hour in 0..24_u8 {
        for minute in [0_u8, 15, 30, 45] {
            let (half, twelve) = (
                if hour < 12 { "am" } else { "pm" },
                if hour % 12 == 0 { 12 } else { hour % 12 },
            );
            for text in [
                format!("tomorrow {twelve}:{minute:02}{half}"),
                format!("kesho {twelve}.{minute:02} {half}"),
                format!("at {twelve}:{minute:02} {half} tomorrow"),
                format!("kesho saa {twelve}:{minute:02} {half}"),
            ] {
                let understood = understand(&text, &context);
                assert_eq!(
                    when(&understood),
                    format!("2026-05-13 {hour:02}:{minute:02}"),
                    "{text}"
                );
                // Twelve sharp in the morning is midnight by the letter, and mostly meant as noon.
                assert_eq!(understood.ask, hour == 0 && minute == 0, "{text}");
            }
        }
    }
}

proptest! {
    /// Not only quarters: each minute of the day.
    #[test]
    fn every_minute_in_swahili_words_reads_back(hour in 0_usize..24, minute in 0_usize..60, way in any::<prop::sample::Index>()) {
        let (part, hours) = SWAHILI_PARTS
            .iter()
            .rev()
            .find(|(_, hours)| hours.iter().any(|other| other % 24 == hour))
            .unwrap();
        let said = in_swahili(hour, minute);
        let text = format!("kesho {} {part}", way.get(&said));
        let understood = understand(&text, &always_open());
        let counted_on = if hours.contains(&hour) { hour } else { hour + 24 };
        prop_assert_eq!(when(&understood), expected(counted_on, minute), "{}", text);
        prop_assert!(!understood.ask, "{}", text);
    }

    /// The same with am and pm, and on the 24-hour clock.
    #[test]
    fn every_minute_in_digits_reads_back(hour in 0_usize..24, minute in 1_usize..60) {
        let half = |hour: usize| if hour % 24 < 12 { "am" } else { "pm" };
        let twelve = |hour: usize| if hour.is_multiple_of(12) { 12 } else { hour % 12 };
        let mut said = vec![
            format!("tomorrow at {}:{minute:02} {}", twelve(hour), half(hour)),
            format!("kesho saa {}.{minute:02}{}", twelve(hour), half(hour)),
            format!("tomorrow {minute} minutes past {} {}", twelve(hour), half(hour)),
            format!("tomorrow {} minutes to {} {}", 60 - minute, twelve(hour + 1), half(hour + 1)),
        ];
        if hour == 0 || hour > 12 {
            said.push(format!("kesho saa {hour:02}:{minute:02}"));
            said.push(format!("tomorrow {hour:02}{minute:02}hrs"));
        }
        for text in said {
            let understood = understand(&text, &always_open());
            prop_assert_eq!(when(&understood), expected(hour, minute), "{}", text);
            prop_assert!(!understood.ask, "{}", text);
        }
    }

    #[test]
    fn no_text_panics_and_the_same_text_reads_the_same(text in any::<String>()) {
        prop_assert_eq!(read(&text), read(&text));
    }

    #[test]
    fn no_heap_of_known_words_panics(words in proptest::collection::vec(proptest::sample::select(HEAP), 0..12)) {
        let text = words.join(" ");
        let understood = read(&text);
        if understood.ask {
            prop_assert!(understood.intent != Intent::Greet, "{}", text);
        }
    }

    /// Case, drawn-out letters at the end, punctuation around and invisible characters change nothing.
    #[test]
    fn dress_does_not_change_the_meaning(index in 0_usize..143, shout in any::<bool>(), marks in "[!.,🙏 ]{0,3}") {
        let row = WORKED_CASES.lines().nth(index + 1).map(fields).unwrap_or_default();
        let plain = row[1].clone();
        let dressed = if shout { plain.to_uppercase() } else { plain.replace(' ', " \u{200B}") };
        let (plain, dressed) = (read(&plain), read(&format!("{dressed}{marks}")));
        prop_assert_eq!((plain.intent, plain.when, plain.ask), (dressed.intent, dressed.when, dressed.ask), "{:?}", row[1]);
    }
}

proptest! {
    // Each of them reads much.
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Much of any alphabet costs no more than the words that are read, and gives an answer of bounded size.
    #[test]
    fn a_message_as_long_as_a_body_may_be_is_read_as_its_beginning(unit in "\\PC{1,4}", words in any::<bool>()) {
        let unit = if words { format!("{unit} ") } else { unit };
        let text = unit.repeat(64 * 1024 / unit.len());
        let understood = read(&text);
        let beginning: String = text.chars().take(1500).collect();
        prop_assert_eq!(&understood, &read(&beginning));
        prop_assert!(understood.services.len() <= 4);
        prop_assert!(when(&understood).len() <= 40);
    }
}

/// Words that carry structure, to be thrown together.
const HEAP: &[&str] = &[
    "saa",
    "kumi",
    "na",
    "moja",
    "nusu",
    "kasoro",
    "robo",
    "kesho",
    "kutwa",
    "leo",
    "Ijumaa",
    "ijayo",
    "usiku",
    "wa",
    "mchana",
    "asubuhi",
    "tarehe",
    "mwezi",
    "31",
    "0",
    "24:00",
    "9:30",
    "99",
    "31/2",
    "2026-13-40",
    "next",
    "week",
    "friday",
    "after",
    "baada",
    "ya",
    "before",
    "between",
    "hadi",
    "to",
    "at",
    "pm",
    "12am",
    "half",
    "past",
    "quarter",
    "masaa",
    "dakika",
    "elfu",
    "mia",
    "sitaki",
    "ndio",
    "hapana",
    "habari",
    "za",
    "first",
    "last",
    "june",
    "mwisho",
    "in",
    "weeks",
    "400",
    "9999999",
    "99999999999",
    "1.5",
    "k",
    "ksh",
    "watu",
    "for",
    "sasa",
    "hivi",
    "jana",
];
