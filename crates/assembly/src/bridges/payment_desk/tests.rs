use ratiba_booking::test_support::builders::{AppointmentBuilder, NOW, at, from_to};
use time::Duration;

use super::*;

#[test]
fn money_is_asked_only_while_the_hold_lasts() {
    let builder = AppointmentBuilder::new(1, from_to((10, 0), (11, 0)));
    let held = builder.held(NOW);
    let visit = |appointment| Visit {
        head: builder.head(NOW),
        appointments: vec![appointment],
    };
    let waiting = visit(held.clone());
    let until = NOW + Duration::minutes(5);
    assert_eq!(waits(Some(&waiting), NOW), Waits::ForMoney);
    assert_eq!(
        waits(Some(&waiting), until),
        Waits::NoMore,
        "its end is due, if not yet done"
    );
    let expired = visit(held.clone().expire(until).unwrap());
    assert_eq!(waits(Some(&expired), until), Waits::NoMore);
    assert_eq!(waits(None, NOW), Waits::NoMore);
    let agreed = visit(held.confirm(NOW).unwrap());
    assert_eq!(waits(Some(&agreed), at(9, 0)), Waits::Agreed);
}
