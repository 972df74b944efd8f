use ratiba_kernel::Zone;
use time::macros::{date, datetime};

use super::*;

fn nairobi() -> Zone {
    Zone::parse("Africa/Nairobi").unwrap()
}

#[test]
fn a_month_reads_back_what_it_shows() {
    let may: Month = "2026-05".parse().unwrap();
    assert_eq!(may.to_string(), "2026-05");
    assert_eq!(
        (may.first_day(), may.last_day(), may.end()),
        (
            date!(2026 - 05 - 01),
            date!(2026 - 05 - 31),
            date!(2026 - 06 - 01)
        )
    );
    assert_eq!("2026-12".parse::<Month>().unwrap().end(), date!(2027 - 01 - 01));
    assert_eq!(
        "2026-01".parse::<Month>().unwrap().previous(),
        Some("2025-12".parse().unwrap())
    );
}

#[test]
fn what_is_not_a_month_is_refused() {
    for text in [
        "2026-13",
        "2026-00",
        "2026-5",
        "26-05",
        "2026/05",
        "2026-05-01",
        "+026-05",
        "",
        "9999-12",
    ] {
        assert_eq!(text.parse::<Month>(), Err(NotAMonth), "{text}");
    }
}

#[test]
fn a_month_is_over_at_midnight_where_the_tenant_is() {
    let may: Month = "2026-05".parse().unwrap();
    assert!(!may.is_over(datetime!(2026-05-31 20:59:59 UTC), &nairobi()));
    assert!(may.is_over(datetime!(2026-05-31 21:00 UTC), &nairobi()));
    assert_eq!(
        may.range(&nairobi()).unwrap().start(),
        datetime!(2026-04-30 21:00 UTC)
    );
}
