//! No bytes that a channel may deliver make the reader panic, answer twice differently, or answer without bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ratiba_conversation::understanding::{
    Context, Lexicon, LexiconEntry, OpeningHours, When, understand,
};
use ratiba_kernel::zone::Zone;
use time::macros::{datetime, time};
use time::{Duration, Weekday};
use uuid::Uuid;

const SERVICES: [&[&str]; 4] = [
    &["Swedish massage 60", "massage", "masaji"],
    &["Deep tissue 90", "deep tissue"],
    &["Pedicure", "kucha za miguu"],
    &["Facial", "usafi wa uso"],
];

/// The first bytes choose the day, the opening hours and whether a question is open; the rest is the message.
fn context(day: u8, hours: u8, question_open: bool) -> Context {
    let opening = match hours % 4 {
        0 => OpeningHours::daily(time!(09:00), time!(20:00)),
        1 => OpeningHours::around_the_clock(),
        2 => OpeningHours::daily(time!(18:00), time!(02:00)),
        _closed => OpeningHours::default().with_day(Weekday::Monday, Vec::new()),
    };
    let services = (1_u128..).zip(SERVICES);
    let services = services.map(|(id, names)| LexiconEntry::new(Uuid::from_u128(id), names));
    Context {
        now: datetime!(2026-05-12 05:00 UTC) + Duration::hours(i64::from(day) * 31),
        zone: Zone::parse("Africa/Nairobi").expect("the zone of the worked cases is known"),
        opening,
        lexicon: Lexicon {
            services: services.collect(),
            staff: vec![LexiconEntry::new(Uuid::from_u128(11), ["Wanjiru"])],
        },
        question_open,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let [day, hours, question, message @ ..] = bytes else {
        return;
    };
    let context = context(*day, *hours, question % 2 == 0);
    let text = String::from_utf8_lossy(message);
    let understood = understand(&text, &context);
    assert_eq!(understood, understand(&text, &context), "read twice");
    assert!(understood.services.len() <= SERVICES.len());
    assert!(understood.people.is_none_or(|people| (1..=50).contains(&people)));
    assert!(understood.choice.is_none_or(|choice| (1..=20).contains(&choice)));
    if let Some(When::Window { first, last, .. } | When::DateRange { first, last }) = understood.when {
        assert!(first <= last, "{:?}", understood.when);
    }
    assert!(understood.when.is_none_or(|when| when.to_string().len() <= 64));
});
