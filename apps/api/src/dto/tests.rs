use time::macros::datetime;

use super::*;

#[test]
fn a_moment_is_shown_by_the_tenants_clock_and_reads_back() {
    let zone = Zone::parse("Asia/Kathmandu").unwrap();
    let at = datetime!(2026-05-13 11:05:09 UTC);
    let shown = Moment::of(&zone, at).to_string();
    assert_eq!(shown, "2026-05-13T16:50:09+05:45");
    assert_eq!(parse_moment(&shown), Some(at));
    let west = Moment::of(&Zone::parse("America/St_Johns").unwrap(), at).to_string();
    assert_eq!(west, "2026-05-13T08:35:09-02:30");
    assert_eq!(parse_moment(&west), Some(at));
}

#[test]
fn times_without_an_offset_or_beyond_any_business_are_refused() {
    assert_eq!(parse_moment("2026-05-13T14:00:00"), None);
    assert_eq!(parse_moment("0001-01-01T00:00:00Z"), None);
    assert_eq!(parse_day("2026-02-30"), None);
    assert_eq!(parse_day("9999-01-01"), None);
}

#[test]
fn a_moment_is_as_fine_as_what_is_kept_of_it() {
    let at = |text: &str| parse_moment(text);
    assert_eq!(
        at("2026-05-13T14:00:00.123456789Z"),
        Some(datetime!(2026-05-13 14:00:00.123456 UTC))
    );
    assert_eq!(at("2026-05-13T14:00:00.0000001Z"), at("2026-05-13T14:00:00Z"));
    assert_ne!(at("2026-05-13T14:00:00.000001Z"), at("2026-05-13T14:00:00Z"));
}

#[test]
fn a_leap_second_is_refused() {
    assert_eq!(parse_moment("2016-12-31T23:59:60Z"), None);
    assert_eq!(parse_moment("2017-01-01T02:59:60+03:00"), None);
}
