//! Time as Daraja writes it, and moving the clock of several processes.

use ratiba_system::{ClockAuthority, MovableClock};
use time::macros::datetime;

use super::{ClockControl, fourteen_digits, from_fourteen_digits};

#[test]
fn daraja_time_is_the_wall_clock_of_nairobi() {
    assert_eq!(
        fourteen_digits(datetime!(2026-05-12 05:00:19 UTC)),
        "20260512080019"
    );
    assert_eq!(
        from_fourteen_digits("20260512080019"),
        Some(datetime!(2026-05-12 05:00:19 UTC))
    );
}

#[test]
fn what_is_not_a_time_of_the_calendar_is_not_read() {
    for text in [
        "",
        "2026051208001",
        "20261312080019",
        "20260230080019",
        "20260512250019",
        "2026051208001x",
    ] {
        assert_eq!(from_fourteen_digits(text), None, "{text}");
    }
}

#[tokio::test]
async fn a_follower_has_arrived_when_the_move_is_over() {
    let authority = ClockAuthority::start(MovableClock::default(), "127.0.0.1:0".parse().unwrap()).unwrap();
    let follower = MovableClock::default();
    ratiba_system::follow(follower.clone(), authority.address(), || ()).unwrap();

    let there = datetime!(2026-06-01 02:00 +3);
    ClockControl::move_to(&authority, there).await.unwrap();
    let arrived = ratiba_kernel::Clock::now(&follower);
    assert!(
        there <= arrived && arrived - there < time::Duration::minutes(1),
        "{arrived}"
    );
    assert!(ClockControl::now(&authority) >= arrived);
}
