//! How a time is said, for the texts: the Swahili clock in words, and names of days and months.

/// Swahili names of the days, Monday first.
pub(crate) const DAY_NAMES_SW: [&str; 7] = [
    "Jumatatu", "Jumanne", "Jumatano", "Alhamisi", "Ijumaa", "Jumamosi", "Jumapili",
];

/// Swahili names of the months.
pub(crate) const MONTH_NAMES_SW: [&str; 12] = [
    "Januari", "Februari", "Machi", "Aprili", "Mei", "Juni", "Julai", "Agosti", "Septemba", "Oktoba",
    "Novemba", "Desemba",
];

const HOURS: [&str; 12] = [
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

const TENS: [&str; 6] = ["", "kumi", "ishirini", "thelathini", "arobaini", "hamsini"];

const UNITS: [&str; 10] = [
    "", "moja", "mbili", "tatu", "nne", "tano", "sita", "saba", "nane", "tisa",
];

/// The part of the day that is said with an hour of the usual clock, 0 to 23.
pub(crate) const fn day_part_word(hour: u8) -> &'static str {
    match hour {
        4..=5 => "alfajiri",
        6..=11 => "asubuhi",
        12..=15 => "mchana",
        16..=18 => "jioni",
        _night => "usiku",
    }
}

/// A time on the Swahili clock, without its part of the day: `saa nane na robo`, `saa nne kasorobo`.
pub(crate) fn spoken_saa(hour: u8, minute: u8) -> String {
    let before = minute == 45;
    let counted = u16::from(hour) + 6 + u16::from(before);
    let name = HOURS.get(usize::from(counted % 12)).copied().unwrap_or_default();
    match minute {
        0 => format!("saa {name}"),
        15 => format!("saa {name} na robo"),
        30 => format!("saa {name} na nusu"),
        45 => format!("saa {name} kasorobo"),
        other => format!("saa {name} na dakika {}", in_words(other)),
    }
}

fn in_words(number: u8) -> String {
    let tens = TENS.get(usize::from(number / 10)).copied().unwrap_or_default();
    let unit = UNITS.get(usize::from(number % 10)).copied().unwrap_or_default();
    match (tens, unit) {
        (tens, "") => tens.to_owned(),
        ("", unit) => unit.to_owned(),
        (tens, unit) => format!("{tens} na {unit}"),
    }
}
