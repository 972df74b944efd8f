use proptest::prelude::*;
use time::macros::{date, datetime, time};

use super::*;

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

#[test]
fn a_zone_that_does_not_exist_is_refused() {
    assert_eq!(Zone::parse("Africa/Atlantis"), Err(UnknownZone));
    assert_eq!(Zone::parse(""), Err(UnknownZone));
}

#[test]
fn nairobi_is_three_hours_ahead_all_year() {
    let nairobi = zone("Africa/Nairobi");
    assert_eq!(
        nairobi.local(datetime!(2026-05-12 05:00 UTC)),
        datetime!(2026-05-12 08:00)
    );
    assert_eq!(
        nairobi.instant(datetime!(2026-12-12 08:00)),
        datetime!(2026-12-12 05:00 UTC)
    );
    assert_eq!(
        nairobi.date(datetime!(2026-05-31 21:30 UTC)),
        date!(2026 - 06 - 01)
    );
}

#[test]
fn a_day_has_23_or_25_hours_when_the_clock_changes() {
    let new_york = zone("America/New_York");
    assert_eq!(
        new_york.day(date!(2026 - 03 - 08)).unwrap().length(),
        Duration::hours(23)
    );
    assert_eq!(
        new_york.day(date!(2026 - 11 - 01)).unwrap().length(),
        Duration::hours(25)
    );
}

#[test]
fn a_reading_in_the_gap_moves_forward_and_a_repeated_one_is_the_earlier() {
    let new_york = zone("America/New_York");
    assert_eq!(
        new_york
            .local(new_york.instant(datetime!(2026-03-08 02:30)))
            .time(),
        time!(03:30)
    );
    assert_eq!(
        new_york.instant(datetime!(2026-11-01 01:30)),
        datetime!(2026-11-01 05:30 UTC)
    );
}

#[test]
fn half_hour_zones_are_exact() {
    assert_eq!(
        zone("Asia/Kolkata").instant(datetime!(2026-05-12 08:00)),
        datetime!(2026-05-12 02:30 UTC)
    );
}

#[test]
fn a_month_is_local() {
    let may = zone("Africa/Nairobi").month(2026, Month::May).unwrap();
    assert_eq!(may.start(), datetime!(2026-04-30 21:00 UTC));
    assert_eq!(may.end(), datetime!(2026-05-31 21:00 UTC));
    let december = zone("Africa/Nairobi").month(2026, Month::December).unwrap();
    assert_eq!(december.end(), datetime!(2026-12-31 21:00 UTC));
}

proptest! {
    #[test]
    fn an_instant_read_on_the_wall_leads_back(minutes in 0i64..(5 * 366 * 24 * 60), name in prop::sample::select(vec![
        "Africa/Nairobi", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Europe/London", "UTC",
    ])) {
        let zone = zone(name);
        let instant = datetime!(2025-01-01 00:00 UTC) + Duration::minutes(minutes);
        let back = zone.instant(zone.local(instant));
        // Where the clock was put back the earlier of two instants is named.
        prop_assert!(back == instant || zone.local(back) == zone.local(instant) && back < instant);
    }
}
