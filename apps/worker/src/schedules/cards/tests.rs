use ratiba_payments::attempt::AttemptId;
use uuid::Uuid;

use super::*;

const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

fn found(is_awaited: bool, age: Duration, queries: i16) -> Unsettled {
    Unsettled {
        attempt: Uuid::from_u128(1),
        was_sent: true,
        is_card: true,
        is_awaited,
        created_at: NOW - age,
        queries,
    }
}

#[test]
fn a_page_that_is_still_open_is_closed_before_anybody_calls_it_a_doubt() {
    let attempt = AttemptId::from_uuid(Uuid::from_u128(1));
    for age in [Duration::hours(3), Duration::days(9)] {
        let task = task_of(&found(true, age, 3), NOW);
        let at_once = false;
        assert_eq!(task, PaymentTask::AbandonCard { attempt, at_once });
    }
}

#[test]
fn an_order_in_doubt_gets_its_next_look_and_a_person_after_a_day() {
    let attempt = AttemptId::from_uuid(Uuid::from_u128(1));
    let step = |age, queries| {
        let task = task_of(&found(false, age, queries), NOW);
        let PaymentTask::LookAtCard { attempt: of, step } = task else {
            panic!("{task:?}")
        };
        assert_eq!(of, attempt);
        step
    };
    assert_eq!(
        step(Duration::hours(3), 4),
        4,
        "its own next look, which ends nothing"
    );
    assert_eq!(step(Duration::hours(25), 4), CARD_LAST_LOOK_IN_DOUBT);
    assert_eq!(step(Duration::days(9), 9), 9);
}
