use ratiba_kernel::test_support::EPOCH;
use time::Duration;

use time::OffsetDateTime;

use super::{BOTH_COUNT_FOR, Endpoint, FAILING_GAP, GIVEN_UP_AFTER, OffBecause, Standing};
use crate::delivery::{Failure, Outcome};
use crate::event::EventName;
use crate::test_support::{endpoint, kept, order, secret_order};

const FAILED: Outcome = Outcome::Failed(Failure::TooSlow);
const TAKEN: Outcome = Outcome::Arrived { status: 204 };

/// Since when an endpoint takes nothing.
fn since(endpoint: &Endpoint) -> Option<OffsetDateTime> {
    endpoint.failing.map(|failing| failing.since)
}

/// An endpoint that fails every ten hours from a time on, up to another.
fn failing(from: OffsetDateTime, to: OffsetDateTime) -> Endpoint {
    let (mut failing, mut at) = (endpoint(1), from);
    while at < to {
        failing = failing.after(FAILED, at);
        at += Duration::hours(10);
    }
    failing
}

#[test]
fn five_days_of_nothing_but_failure_switch_it_off() {
    let first = EPOCH + Duration::hours(1);
    let at = first + GIVEN_UP_AFTER;
    let failing = failing(first, at).after(FAILED, at - Duration::SECOND);
    assert_eq!((failing.standing, since(&failing)), (Standing::On, Some(first)));
    let because = OffBecause::Failing;
    assert_eq!(
        failing.after(FAILED, at).standing,
        Standing::SwitchedOff { at, because }
    );
}

#[test]
fn a_failure_of_long_ago_and_a_new_one_are_not_five_days_of_failure() {
    let blip = EPOCH + GIVEN_UP_AFTER + Duration::DAY;
    let quiet = endpoint(1).after(FAILED, EPOCH).after(FAILED, blip);
    assert_eq!((quiet.standing, since(&quiet)), (Standing::On, Some(blip)));
    let gap = endpoint(1)
        .after(FAILED, EPOCH)
        .after(FAILED, EPOCH + FAILING_GAP);
    assert_eq!(since(&gap), Some(EPOCH + FAILING_GAP));
    let within = EPOCH + FAILING_GAP - Duration::SECOND;
    assert_eq!(
        since(&endpoint(1).after(FAILED, EPOCH).after(FAILED, within)),
        Some(EPOCH)
    );
    let longest = crate::delivery::PAUSES.into_iter().max().unwrap();
    assert!(
        longest * 2 < FAILING_GAP,
        "a message that is tried keeps a failing going"
    );
}

#[test]
fn anything_that_arrives_begins_the_five_days_anew() {
    let failing = endpoint(1).after(FAILED, EPOCH);
    let taken = failing.after(TAKEN, EPOCH + Duration::days(4));
    assert_eq!(taken.failing, None);
    let later = taken.after(FAILED, EPOCH + Duration::days(6));
    assert_eq!(later.standing, Standing::On);
}

#[test]
fn whoever_is_gone_is_switched_off_at_once() {
    let because = OffBecause::Gone;
    let gone = endpoint(1).after(Outcome::Gone, EPOCH);
    assert_eq!(gone.standing, Standing::SwitchedOff { at: EPOCH, because });
}

#[test]
fn a_try_that_ends_late_changes_nothing_of_one_that_was_turned_off() {
    let off = endpoint(1).changed(super::EndpointOrder {
        is_on: false,
        ..order()
    });
    assert_eq!(off.clone().after(Outcome::Gone, EPOCH), off);
}

#[test]
fn turning_it_on_again_gives_it_another_five_days() {
    let gone = endpoint(1).after(Outcome::Gone, EPOCH);
    let still = gone.clone().changed(super::EndpointOrder {
        is_on: false,
        ..order()
    });
    assert_eq!(
        still.standing, gone.standing,
        "that Ratiba did it remains to be seen"
    );
    let on = still.changed(order());
    assert_eq!((on.standing, on.failing), (Standing::On, None));
    let moved = endpoint(1).after(FAILED, EPOCH).changed(super::EndpointOrder {
        url: "https://elsewhere.example/".to_owned(),
        ..order()
    });
    assert_eq!(moved.failing, None);
}

#[test]
fn two_secrets_count_for_a_day_after_a_rotation() {
    let (old, new) = (endpoint(1).secrets.now, kept(9));
    let rotated: Endpoint = endpoint(1).rotated(new.clone(), secret_order("one"), EPOCH);
    assert_eq!(rotated.secrets_at(EPOCH), [&new, &old]);
    let end = EPOCH + BOTH_COUNT_FOR;
    assert_eq!(rotated.secrets_at(end - Duration::SECOND), [&new, &old]);
    assert_eq!(rotated.secrets_at(end), [&new]);
    assert!(endpoint(1).tells_its_maker(end - Duration::SECOND) && !endpoint(1).tells_its_maker(end));
    assert!(!rotated.tells_its_maker(EPOCH), "it has another secret");
}

#[test]
fn it_hears_of_what_it_named_and_of_tests() {
    let endpoint = endpoint(1);
    assert!(endpoint.hears(EventName::AppointmentBooked) && endpoint.hears(EventName::EndpointTested));
    assert!(!endpoint.hears(EventName::PaymentSettled));
    let off = endpoint.changed(super::EndpointOrder {
        is_on: false,
        ..order()
    });
    assert!(!off.hears(EventName::AppointmentBooked));
}
