use time::macros::datetime;

use super::*;

const DEMO: OffsetDateTime = datetime!(2026-05-12 05:00 UTC);
const MINUTE: Duration = Duration::minutes(1);

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn near(clock: &impl Clock, wanted: OffsetDateTime) -> bool {
    (clock.now() - wanted).abs() < MINUTE
}

#[test]
fn a_follower_shows_the_authoritys_time_from_the_start() {
    let authority = ClockAuthority::start(MovableClock::at(DEMO), loopback()).unwrap();
    let follower = MovableClock::default();
    follow(follower.clone(), authority.address(), || ()).unwrap();
    assert!(near(&follower, DEMO));
}

#[test]
fn a_move_is_over_when_every_follower_shows_it() {
    let authority = ClockAuthority::start(MovableClock::at(DEMO), loopback()).unwrap();
    let followers: Vec<MovableClock> = (0..3).map(|_| MovableClock::default()).collect();
    for follower in &followers {
        follow(follower.clone(), authority.address(), || ()).unwrap();
    }
    for days in [1, 20, -3] {
        let wanted = DEMO + Duration::days(days);
        assert_eq!(authority.move_to(wanted), 3);
        assert!(followers.iter().all(|follower| near(follower, wanted)));
        assert!(near(&authority.clock(), wanted));
    }
}

#[test]
fn a_follower_is_told_of_each_move() {
    let authority = ClockAuthority::start(MovableClock::at(DEMO), loopback()).unwrap();
    let (told, heard) = std::sync::mpsc::channel();
    follow(MovableClock::default(), authority.address(), move || {
        told.send(()).unwrap_or_default()
    })
    .unwrap();
    authority.move_to(DEMO + MINUTE);
    assert_eq!(heard.recv_timeout(StdDuration::from_secs(5)), Ok(()));
}

#[test]
fn another_machine_can_neither_lead_nor_follow() {
    let foreign = SocketAddr::from(([0, 0, 0, 0], 0));
    assert!(ClockAuthority::start(MovableClock::default(), foreign).is_err());
    assert!(
        follow(
            MovableClock::default(),
            SocketAddr::from(([10, 0, 0, 1], 9)),
            || ()
        )
        .is_err()
    );
}

#[test]
fn no_clock_shows_more_than_the_database_keeps() {
    let clocks: [&dyn Clock; 3] = [&SystemClock, &MovableClock::at(DEMO), &MovableClock::default()];
    for clock in clocks {
        assert_eq!(clock.now().nanosecond() % 1_000, 0);
    }
}

#[test]
fn a_clock_that_was_stopped_goes_on_only_by_being_moved_and_by_a_microsecond_with_each_look() {
    let clock = MovableClock::at(datetime!(2026-05-12 05:00 UTC));
    clock.stop();
    let first = clock.now();
    assert_eq!(clock.now() - first, Duration::microseconds(1));
    clock.set(datetime!(2026-05-12 06:00 UTC));
    assert_eq!(clock.now(), datetime!(2026-05-12 06:00 UTC));
    clock.advance(Duration::minutes(5));
    assert!(clock.now() < datetime!(2026-05-12 06:05:00.001 UTC));
    assert!(clock.now() > datetime!(2026-05-12 06:05 UTC));
}
