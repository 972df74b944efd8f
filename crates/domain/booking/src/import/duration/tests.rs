use proptest::prelude::*;

use super::duration_cell;

#[test]
fn a_duration_is_read_however_it_is_written() {
    for (text, minutes) in [
        ("60", 60),
        ("60min", 60),
        ("60 Mins.", 60),
        ("90 dk", 90),
        ("dakika 45", 45),
        ("dakika thelathini na tano", 35),
        ("90'", 90),
        ("45m", 45),
        ("1hr", 60),
        ("1 hour", 60),
        ("2 hrs", 120),
        ("1h30", 90),
        ("1h 30m", 90),
        ("1 hr 30 mins", 90),
        ("1hr30min", 90),
        ("1.5 hours", 90),
        ("1½ hrs", 90),
        ("1 1/2 hrs", 90),
        ("½ hr", 30),
        ("1:30", 90),
        ("0:45", 45),
        ("an hour", 60),
        ("one hour and a half", 90),
        ("1 hour and 15 minutes", 75),
        ("half an hour", 30),
        ("saa moja", 60),
        ("Saa moja na nusu", 90),
        ("masaa mawili", 120),
        ("saa 2 na dakika 15", 135),
        ("nusu saa", 30),
        ("robo saa", 15),
        ("24 hrs", 1_440),
    ] {
        assert_eq!(duration_cell(text), Some(minutes), "{text}");
    }
}

#[test]
fn what_is_not_one_duration_of_a_day_at_most_is_none() {
    for text in [
        "",
        "0",
        "-5",
        "1441",
        "25 hours",
        "long",
        "60-90",
        "60/90 min",
        "saa nane mchana",
        "saa tatu asubuhi",
        "1:75",
        "1.25.3",
        "3000000000000 min",
    ] {
        assert_eq!(duration_cell(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn every_length_is_read_in_minutes_and_in_hours(minutes in 1u32..=1_440) {
        prop_assert_eq!(duration_cell(&format!("{minutes} mins")), Some(minutes));
        prop_assert_eq!(duration_cell(&format!("{}h{:02}", minutes / 60, minutes % 60)), Some(minutes));
        prop_assert_eq!(duration_cell(&format!("{}:{:02}", minutes / 60, minutes % 60)), Some(minutes));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[0-9hrminsaadknusu .:/'½-]{0,20}") {
        let _ = duration_cell(&text);
    }
}
