use super::*;
use crate::evidence::PushAnswer;
use crate::test_support::builders::{a_payment, an_attempt, failed, provider_ids, second};

fn record(attempts: Vec<Attempt>) -> PaymentRecord {
    PaymentRecord {
        payment: a_payment(),
        attempts,
    }
}

fn awaiting() -> Attempt {
    let sent = an_attempt(1).send(second(0)).unwrap();
    sent.hear_push_answer(&PushAnswer::Accepted(provider_ids(1)), second(1))
        .attempt
}

fn failing(reason: FailureReason, at: i64) -> Attempt {
    let report = failed(provider_ids(1), reason);
    awaiting().hear_callback(&report, second(at)).unwrap().attempt
}

#[test]
fn while_an_attempt_is_open_or_in_doubt_no_other_is_made() {
    let open = awaiting();
    let id = open.id();
    assert_eq!(
        record(vec![open.clone()]).may_ask_again(Provider::Mpesa, second(999)),
        Err(NotNow::StillOpen(id))
    );
    let reviewed = open.give_up_asking(second(3_600)).attempt;
    let checking = record(vec![reviewed]).may_ask_again(Provider::Mpesa, second(9_999));
    assert_eq!(checking, Err(NotNow::BeingChecked(id)));
}

#[test]
fn a_resend_waits_sixty_seconds_from_the_push() {
    let record = record(vec![failing(FailureReason::WrongPin, 20)]);
    assert_eq!(
        record.may_ask_again(Provider::Mpesa, second(59)),
        Err(NotNow::TooSoon { from: second(60) })
    );
    assert_eq!(record.may_ask_again(Provider::Mpesa, second(60)), Ok(()));
}

#[test]
fn a_resend_waits_as_long_as_the_failure_asks_for() {
    let record = record(vec![failing(FailureReason::RepeatedTooSoon, 20)]);
    assert_eq!(
        record.may_ask_again(Provider::Mpesa, second(139)),
        Err(NotNow::TooSoon { from: second(140) })
    );
    assert_eq!(record.may_ask_again(Provider::Mpesa, second(140)), Ok(()));
}

#[test]
fn what_would_fail_again_is_not_tried_again() {
    let reason = FailureReason::Misconfigured;
    let record = record(vec![failing(reason, 20)]);
    assert_eq!(
        record.may_ask_again(Provider::Mpesa, second(9_999)),
        Err(NotNow::Pointless(reason))
    );
}

#[test]
fn an_older_attempt_in_review_forbids_a_new_one() {
    let older = awaiting().give_up_asking(second(3_600)).attempt;
    let newer = an_attempt(2).withdraw(second(1)).attempt;
    let id = older.id();
    let answer = record(vec![older, newer]).may_ask_again(Provider::Mpesa, second(9_999));
    assert_eq!(answer, Err(NotNow::BeingChecked(id)));
}
