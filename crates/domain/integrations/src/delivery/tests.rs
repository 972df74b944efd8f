use proptest::prelude::*;
use ratiba_kernel::Id;
use ratiba_kernel::test_support::EPOCH;
use time::Duration;

use super::{DeadBecause, Delivery, DeliveryState, Failure, Outcome, PAUSES, TRIES_KEPT};
use crate::event::{EventName, Message};

fn fresh() -> Delivery {
    let id = |text: &str| text.parse().unwrap();
    let message = Message {
        event: Id::from_uuid(id("019d0000-0000-7000-8000-000000000001")),
        name: EventName::AppointmentBooked,
        occurred_at: EPOCH,
        body: "{}".to_owned(),
    };
    let (own, endpoint) = (
        id("019d0000-0000-7000-8000-000000000002"),
        id("019d0000-0000-7000-8000-000000000003"),
    );
    Delivery::new(Id::from_uuid(own), Id::from_uuid(endpoint), message, EPOCH)
}

const FAILED: Outcome = Outcome::Failed(Failure::Status(500));

#[test]
fn the_pauses_between_tries_are_those_of_the_plan_and_then_it_is_given_up() {
    let mut delivery = fresh();
    let mut now = EPOCH;
    let plan = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
    for pause in plan {
        delivery = delivery.after(FAILED, now);
        let next_at = now + Duration::seconds(pause);
        assert_eq!(delivery.state, DeliveryState::Waiting { next_at });
        now = next_at;
    }
    delivery = delivery.after(FAILED, now);
    let because = DeadBecause::Exhausted;
    assert_eq!(delivery.state, DeliveryState::Dead { at: now, because });
    assert_eq!(delivery.tries.len(), PAUSES.len() + 1);
}

#[test]
fn any_status_of_success_ends_it_and_no_other_does() {
    for status in [200, 201, 204, 299] {
        let done = fresh().after(Outcome::of_status(status), EPOCH);
        assert_eq!(done.state, DeliveryState::Delivered { at: EPOCH }, "{status}");
    }
    // Redirects are not followed, and so are failures.
    for status in [100, 199, 300, 301, 302, 307, 308, 400, 404, 429, 500, 503] {
        let outcome = Outcome::of_status(status);
        assert_eq!(outcome, Outcome::Failed(Failure::Status(status)));
        assert!(matches!(
            fresh().after(outcome, EPOCH).state,
            DeliveryState::Waiting { .. }
        ));
    }
}

#[test]
fn whoever_is_gone_is_not_tried_again() {
    let because = DeadBecause::EndpointOff;
    let state = fresh().after(Outcome::of_status(410), EPOCH).state;
    assert_eq!(state, DeliveryState::Dead { at: EPOCH, because });
}

#[test]
fn what_ended_can_be_sent_again_from_its_first_try() {
    assert_eq!(fresh().replayed(EPOCH), None, "it is on its way");
    let mut delivery = fresh();
    for _ in 0..=PAUSES.len() {
        delivery = delivery.after(FAILED, EPOCH);
    }
    let later = EPOCH + Duration::days(3);
    let again = delivery.replayed(later).unwrap();
    assert_eq!(
        (again.state, again.round),
        (DeliveryState::Waiting { next_at: later }, 0)
    );
    assert_eq!(
        again.tries.len(),
        PAUSES.len() + 1,
        "what was tried is remembered"
    );
    let next_at = later + PAUSES[0];
    assert_eq!(
        again.after(FAILED, later).state,
        DeliveryState::Waiting { next_at }
    );
}

proptest! {
    /// Whatever happens, the tries that are remembered stay few, and a failure ends in the plan's time.
    #[test]
    fn tries_are_bounded(outcomes in prop::collection::vec(0_u16..600, 0..80)) {
        let mut delivery = fresh();
        for status in outcomes {
            if let Some(again) = delivery.clone().replayed(EPOCH) {
                delivery = again;
            }
            delivery = delivery.after(Outcome::of_status(status), EPOCH);
            prop_assert!(delivery.tries.len() <= TRIES_KEPT);
            prop_assert!(usize::from(delivery.round) <= PAUSES.len() + 1);
        }
    }
}
