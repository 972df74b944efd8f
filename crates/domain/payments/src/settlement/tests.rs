use ratiba_kernel::test_support::SeededIds;

use super::*;
use crate::attempt::ReviewReason;
use crate::test_support::builders::{a_payment, an_attempt, paid, provider_ids, receipt, second, shillings};

fn sent() -> Attempt {
    an_attempt(1).send(second(0)).unwrap()
}

#[test]
fn money_is_booked_told_of_and_settles_the_payment_in_one_change() {
    let report = paid(provider_ids(1), shillings(1_500), receipt(1));
    let moved = sent().hear_callback(&report, second(5)).unwrap();
    let change = settle(a_payment(), moved, second(5), &SeededIds::default()).unwrap();
    assert_eq!(change.payment.state(), PaymentState::Settled);
    assert_eq!(
        change.payment.version(),
        a_payment().version(),
        "the version stays the one it was read at"
    );
    assert_eq!(change.journals.len(), 1);
    let entries = change.journals[0].entries();
    assert_eq!(entries.len(), 2, "{entries:?}");
    assert!(matches!(
        change.events[..],
        [PaymentEvent::PaymentSettled { reopened: None, .. }]
    ));
}

#[test]
fn what_a_person_must_judge_is_not_booked() {
    let report = paid(provider_ids(1), shillings(1), receipt(1));
    let moved = sent().hear_callback(&report, second(5)).unwrap();
    let change = settle(a_payment(), moved, second(5), &SeededIds::default()).unwrap();
    assert!(change.journals.is_empty());
    assert_eq!(change.payment, a_payment());
    let why = ReviewReason::AmountDiffers;
    assert!(matches!(change.events[..], [PaymentEvent::AttemptInReview { why: told, .. }] if told == why));
}

#[test]
fn events_hold_ids_amounts_and_codes_only() {
    let report = paid(provider_ids(1), shillings(1_500), receipt(1));
    let moved = sent().hear_callback(&report, second(5)).unwrap();
    let change = settle(a_payment(), moved, second(5), &SeededIds::default()).unwrap();
    let told = serde_json::to_value(&change.events[0]).unwrap();
    assert_eq!(told["type"], "payment_settled");
    let text = told.to_string();
    assert!(!text.contains(receipt(1).as_str()) && !text.contains("254") && !text.contains("ws_CO"));
}
