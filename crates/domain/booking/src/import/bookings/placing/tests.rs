use std::collections::BTreeSet;

use ratiba_kernel::TimeRange;

use super::{Place, window};
use crate::availability::{BusinessHours, DayBlock};
use crate::import::bookings::Remark;
use crate::test_support::builders::{NOW, SalonBuilder, at, every_day, from_to, staff};

#[test]
fn hours_that_meet_or_cross_midnight_are_one_stretch() {
    let mut weekly = every_day(9 * 60, 13 * 60);
    weekly.extend(every_day(13 * 60, 26 * 60));
    let facts = SalonBuilder::default().staff(1, weekly).build();
    let place = Place::new(&facts, NOW);
    for (range, wanted) in [
        (from_to((12, 0), (14, 0)), BTreeSet::new()),
        (from_to((23, 0), (25, 30)), BTreeSet::new()),
        (from_to((24, 30), (26, 0)), BTreeSet::new()),
        (from_to((25, 30), (26, 30)), BTreeSet::from([Remark::NotAtWork])),
        (from_to((8, 0), (10, 0)), BTreeSet::from([Remark::NotAtWork])),
    ] {
        assert_eq!(place.remarks(staff(1), range), wanted, "{range:?}");
    }
}

#[test]
fn a_holiday_and_a_leave_are_remarked_on() {
    let noon = DayBlock {
        from_minute: 600,
        to_minute: 720,
    };
    let facts = SalonBuilder::default()
        .with(|facts| {
            facts.business = BusinessHours {
                weekly: Some(every_day(8 * 60, 20 * 60)),
                dated: [(time::macros::date!(2026 - 05 - 13), vec![noon])].into(),
            };
            facts.staff[0].leave = vec![from_to((11, 0), (12, 0))];
        })
        .build();
    let place = Place::new(&facts, NOW);
    assert_eq!(
        place.remarks(staff(1), from_to((10, 0), (11, 0))),
        BTreeSet::new()
    );
    assert_eq!(
        place.remarks(staff(1), from_to((11, 0), (12, 0))),
        BTreeSet::from([Remark::NotAtWork])
    );
    assert_eq!(
        place.remarks(staff(1), from_to((14, 0), (15, 0))),
        BTreeSet::from([Remark::Closed])
    );
}

#[test]
fn the_window_holds_all_times() {
    assert_eq!(window([]), None);
    let range = window([from_to((10, 0), (11, 0)), from_to((8, 0), (9, 0))]).unwrap();
    assert_eq!(range, TimeRange::new(at(8, 0), at(11, 0)).unwrap());
}
