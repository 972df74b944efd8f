use time::macros::datetime;

use super::*;

#[test]
fn a_last_day_is_included_and_days_follow_the_tenants_clock() {
    let zone = Zone::parse("Africa/Nairobi").unwrap();
    let now = datetime!(2026-05-12 05:00 UTC);
    let found = window(&zone, now, Some("2026-05-13"), Some("2026-05-14"), 92).unwrap();
    assert_eq!(found.start(), datetime!(2026-05-12 21:00 UTC));
    assert_eq!(found.end(), datetime!(2026-05-14 21:00 UTC));
}

#[test]
fn without_ends_it_is_the_week_from_now() {
    let zone = Zone::parse("Africa/Nairobi").unwrap();
    let now = datetime!(2026-05-12 05:00 UTC);
    let found = window(&zone, now, None, None, 92).unwrap();
    assert_eq!(
        (found.start(), found.end()),
        (now, datetime!(2026-05-19 05:00 UTC))
    );
}

#[test]
fn ends_the_wrong_way_round_or_too_far_apart_are_refused() {
    let zone = Zone::parse("Africa/Nairobi").unwrap();
    let now = datetime!(2026-05-12 05:00 UTC);
    assert!(window(&zone, now, Some("2026-05-14"), Some("2026-05-13T00:00:00Z"), 92).is_err());
    assert!(window(&zone, now, Some("2026-01-01"), Some("2026-12-31"), 92).is_err());
    assert!(window(&zone, now, Some("kesho"), None, 92).is_err());
}
