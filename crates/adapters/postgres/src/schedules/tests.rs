use time::macros::datetime;

use super::*;

const NIGHTLY: WallClockRule = WallClockRule {
    hour: 3,
    minute: 0,
    day_of_month: None,
};
const FIRST: WallClockRule = WallClockRule {
    hour: 2,
    minute: 0,
    day_of_month: Some(1),
};

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

#[test]
fn a_daily_rule_is_due_at_its_local_hour_today_or_tomorrow() {
    let nairobi = zone("Africa/Nairobi");
    let before = datetime!(2026-05-11 23:59 UTC);
    assert_eq!(
        NIGHTLY.next_after(&nairobi, before),
        Some(datetime!(2026-05-12 00:00 UTC))
    );
    assert_eq!(
        NIGHTLY.next_after(&nairobi, datetime!(2026-05-12 00:00 UTC)),
        Some(datetime!(2026-05-13 00:00 UTC))
    );
}

#[test]
fn a_monthly_rule_is_due_on_its_day_of_the_next_month() {
    let nairobi = zone("Africa/Nairobi");
    let in_may = datetime!(2026-05-12 05:00 UTC);
    assert_eq!(
        FIRST.next_after(&nairobi, in_may),
        Some(datetime!(2026-05-31 23:00 UTC))
    );
    assert_eq!(
        FIRST.next_after(&nairobi, datetime!(2026-12-01 00:00 UTC)),
        Some(datetime!(2026-12-31 23:00 UTC))
    );
}

#[test]
fn the_local_hour_is_kept_when_the_clock_changes() {
    let new_york = zone("America/New_York");
    let rule = WallClockRule {
        hour: 9,
        minute: 0,
        day_of_month: None,
    };
    assert_eq!(
        rule.next_after(&new_york, datetime!(2026-10-31 20:00 UTC)),
        Some(datetime!(2026-11-01 14:00 UTC))
    );
}

#[test]
fn a_rule_that_names_no_time_of_day_is_never_due() {
    let rule = WallClockRule {
        hour: 24,
        minute: 0,
        day_of_month: None,
    };
    assert_eq!(
        rule.next_after(&zone("UTC"), datetime!(2026-05-12 05:00 UTC)),
        None
    );
}
