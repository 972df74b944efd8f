use super::*;
use crate::failure::ProviderCode;
use crate::refund::{RefundNews, ReversalVerdict};
use crate::test_support::builders::{receipt, second, shillings};
use ratiba_kernel::Id;
use uuid::Uuid;

fn requested() -> Refund {
    let id = |number| Id::from_uuid(Uuid::from_u128(number));
    Refund::request(RefundTerms {
        id: Id::from_uuid(Uuid::from_u128(1)),
        payment: Id::from_uuid(Uuid::from_u128(2)),
        visit: Id::from_uuid(Uuid::from_u128(3)),
        customer: Id::from_uuid(Uuid::from_u128(4)),
        original: Some(Original {
            attempt: id(5),
            receipt: receipt(1),
        }),
        way: RefundWay::Card,
        source: RefundSource::Payment,
        cause: RefundCause::Manager,
        reason: "cancelled in time".to_owned(),
        reference: None,
        key: RequestKey::parse("key").unwrap(),
        fingerprint: Fingerprint::of("order"),
        amount: shillings(1_500),
        requested_by: Actor::parse("Wanjiru").unwrap(),
        created_at: second(0),
    })
}

fn sent() -> Refund {
    requested().send(second(1)).unwrap()
}

#[test]
fn that_the_request_was_received_is_not_that_it_was_done() {
    let heard = sent().hear_card_answer(&CardRefundAnswer::Received, second(2));
    assert_eq!((heard.refund.clone(), heard.news), (sent(), None));
    let done = heard.refund.hear_status(&ReversalVerdict::DoneBefore, second(3));
    assert_eq!(done.news, Some(RefundNews::Done));
    let late = CardRefundAnswer::Rejected { code: None };
    assert_eq!(
        done.refund.hear_card_answer(&late, second(4)).news,
        None,
        "nothing leaves done"
    );
}

#[test]
fn what_was_not_made_is_made_again_and_what_was_lost_is_not() {
    let again = sent()
        .hear_card_answer(&CardRefundAnswer::NotMade, second(2))
        .refund;
    assert_eq!(again.state(), &RefundState::Requested);
    assert!(again.send(second(3)).is_some());
    let lost = sent()
        .hear_card_answer(&CardRefundAnswer::Unknown, second(2))
        .refund;
    assert_eq!(lost.state(), &RefundState::Unknown);
    assert_eq!(lost.clone().send(second(3)), None);
    assert!(lost.counts());
}

#[test]
fn a_refusal_ends_it_with_the_providers_words() {
    let code = Some(ProviderCode::new("more_than_was_paid"));
    let refused = sent().hear_card_answer(&CardRefundAnswer::Rejected { code: code.clone() }, second(2));
    assert_eq!(refused.news, Some(RefundNews::Rejected));
    assert_eq!(refused.refund.state(), &RefundState::Rejected { code });
    assert!(!refused.refund.counts());
    // The money went back after all: a person looks.
    let after_all = refused
        .refund
        .hear_status(&ReversalVerdict::DoneBefore, second(9));
    assert_eq!(
        after_all.news,
        Some(RefundNews::InReview(RefundDoubt::DoneAfterAll))
    );
}
