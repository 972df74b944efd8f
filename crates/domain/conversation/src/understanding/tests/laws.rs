//! Laws: every time that is said clearly reads back, and no text at all does harm.

use proptest::prelude::*;

use super::cases::{WORKED_CASES, fields};
use super::{context, read, when};
use crate::understanding::{Context, Intent, OpeningHours, understand};

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

/// Day parts with the hours of the usual clock for which each is said without doubt.
const SWAHILI_PARTS: [(&str, std::ops::Range<usize>); 6] = [
    ("alfajiri", 3..6),
    ("asubuhi", 6..12),
    ("mchana", 12..16),
    ("alasiri", 15..17),
    ("jioni", 16..19),
    ("usiku", 19..24),
];

#[test]
fn every_quarter_of_an_hour_in_swahili_words_reads_back() {
    let context = always_open();
    for (part, hours) in SWAHILI_PARTS {
        for hour in hours {
            let name = SWAHILI_HOURS[(hour + 6) % 12];
            let next = SWAHILI_HOURS[(hour + 7) % 12];
            let spoken = [
                (0, format!("saa {name} {part}")),
                (0, format!("saa {name} kamili {part}")),
                (15, format!("saa {name} na robo {part}")),
                (30, format!("saa {name} na nusu {part}")),
                (30, format!("saa {name} u nusu {part}")),
                (45, format!("saa {name} na dakika arobaini na tano {part}")),
                (45, format!("saa {next} kasoro robo {part}")),
                (45, format!("saa {next} kasorobo {part}")),
                (45, format!("saa {next} kasoro dakika kumi na tano {part}")),
            ];
            for (minute, words) in spoken {
                for text in [format!("kesho {words}"), format!("{words} kesho")] {
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
