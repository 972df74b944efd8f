use ratiba_kernel::test_support::EPOCH;
use time::Duration;

use super::{BOTH_COUNT_FOR, Endpoint, GIVEN_UP_AFTER, OffBecause, Standing};
use crate::delivery::{Failure, Outcome};
use crate::event::EventName;
use crate::signing::SigningSecret;
use crate::test_support::{endpoint, order};

const FAILED: Outcome = Outcome::Failed(Failure::TooSlow);
const TAKEN: Outcome = Outcome::Arrived { status: 204 };

#[test]
fn five_days_of_nothing_but_failure_switch_it_off() {
    let first = EPOCH + Duration::hours(1);
    let failing = endpoint(1).after(FAILED, first);
    assert_eq!(failing.failing_since, Some(first));
    let nearly = first + GIVEN_UP_AFTER - Duration::SECOND;
    let failing = failing.after(FAILED, nearly);
    assert_eq!(failing.standing, Standing::On);
    let at = first + GIVEN_UP_AFTER;
    let because = OffBecause::Failing;
    assert_eq!(
        failing.after(FAILED, at).standing,
        Standing::SwitchedOff { at, because }
    );
}

#[test]
fn anything_that_arrives_begins_the_five_days_anew() {
    let failing = endpoint(1).after(FAILED, EPOCH);
    let taken = failing.after(TAKEN, EPOCH + Duration::days(4));
    assert_eq!(taken.failing_since, None);
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
    assert_eq!((on.standing, on.failing_since), (Standing::On, None));
    let moved = endpoint(1).after(FAILED, EPOCH).changed(super::EndpointOrder {
        url: "https://elsewhere.example/".to_owned(),
        ..order()
    });
    assert_eq!(moved.failing_since, None);
}

#[test]
fn two_secrets_count_for_a_day_after_a_rotation() {
    let (old, new) = (endpoint(1).secrets.now, SigningSecret::from_bytes([9; 32]));
    let rotated: Endpoint = endpoint(1).rotated(new.clone(), EPOCH);
    assert_eq!(rotated.secrets_at(EPOCH), [&new, &old]);
    let end = EPOCH + BOTH_COUNT_FOR;
    assert_eq!(rotated.secrets_at(end - Duration::SECOND), [&new, &old]);
    assert_eq!(rotated.secrets_at(end), [&new]);
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
