use time::macros::datetime;
use uuid::Uuid;

use super::*;

const NOW: OffsetDateTime = datetime!(2026-05-12 05:00 UTC);

fn job(attempt: i32, first_failed_at: Option<OffsetDateTime>) -> Job {
    Job {
        id: Uuid::from_u128(1),
        kind: "conversation.turn".to_owned(),
        tenant: None,
        is_open: true,
        payload: serde_json::Value::Null,
        attempt,
        ordering_key: None,
        first_failed_at,
    }
}

#[test]
fn a_customers_message_is_tried_for_a_minute_at_most_and_then_goes_to_a_person() {
    let (mut now, mut attempt, mut first) = (NOW, 1, None);
    while let Some(next) = RetryPlan::Conversation.next(&job(attempt, first), now) {
        assert!(next > now);
        first = first.or(Some(now));
        now = next;
        attempt += 1;
    }
    assert!(now - NOW <= time::Duration::seconds(61), "{now}");
    assert!(attempt > 4, "it was tried several times");
}

#[test]
fn other_jobs_are_tried_with_growing_pauses_and_then_given_up() {
    let pauses: Vec<_> = (1..12)
        .map(|n| RetryPlan::Patient.next(&job(n, Some(NOW)), NOW).unwrap() - NOW)
        .collect();
    assert!(pauses.windows(2).all(|pair| pair[0] < pair[1]), "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= time::Duration::minutes(75)));
    assert_eq!(RetryPlan::Patient.next(&job(12, Some(NOW)), NOW), None);
}

#[test]
fn a_loop_goes_on_a_little_before_where_it_came_to_until_the_queue_ends() {
    let mut way = Way::default();
    assert_eq!(way.since(), None, "the first look is from the beginning");
    way.went(None, Some(NOW));
    assert_eq!(way.since(), Some(NOW - time::Duration::SECOND));
    let began = way.0.unwrap().began;
    way.went(way.since(), Some(NOW + time::Duration::MINUTE));
    assert_eq!(
        way.0.unwrap().began,
        began,
        "a look from the middle is not one from the beginning"
    );
    way.0 = way.0.map(|mark| Mark {
        began: mark.began.checked_sub(BEGIN_EVERY).unwrap(),
        ..mark
    });
    assert_eq!(way.since(), None, "now and then the look is from the beginning");
    way.went(None, Some(NOW));
    way.went(way.since(), None);
    assert_eq!(
        way.since(),
        None,
        "where there was room for more, the next look is for all"
    );
}

#[test]
fn only_customers_messages_are_in_a_hurry() {
    assert_eq!(RetryPlan::of("conversation.turn"), RetryPlan::Conversation);
    for kind in [
        "conversation.send",
        "payments.push",
        "booking.remind",
        "outbox.event",
    ] {
        assert_eq!(RetryPlan::of(kind), RetryPlan::Patient);
    }
}

#[test]
fn a_job_that_kills_its_workers_is_given_up_and_not_begun_for_ever() {
    let exhausted = |attempt, first| RetryPlan::Conversation.is_exhausted(&job(attempt, first), NOW);
    assert!(!exhausted(1, None));
    assert!(!exhausted(3, Some(NOW - time::Duration::minutes(4))));
    assert!(exhausted(3, Some(NOW - time::Duration::minutes(6))));
    assert!(exhausted(13, None));
    assert!(RetryPlan::Patient.is_exhausted(&job(17, None), NOW));
    assert!(
        !RetryPlan::Patient.is_exhausted(&job(12, Some(NOW)), NOW),
        "the plan itself ends before"
    );
}
