use time::macros::datetime;
use uuid::Uuid;

use super::*;
use crate::test_support::staff;

fn opened() -> Dispute {
    Dispute {
        id: Id::from_uuid(Uuid::from_u128(1)),
        period: Id::from_uuid(Uuid::from_u128(2)),
        line: LineNumber::new(3).unwrap(),
        staff: staff(1),
        reason: Words::parse(" it was 90 minutes ").unwrap(),
        opened_by: "token:1".to_owned(),
        opened_at: datetime!(2026-06-01 06:00 UTC),
        state: DisputeState::Open,
        version: 1,
    }
}

#[test]
fn a_dispute_is_decided_once() {
    let at = datetime!(2026-06-02 06:00 UTC);
    let answer = || Words::parse("the recorded end is right").unwrap();
    let rejected = opened()
        .decide(Decision::Reject { answer: answer() }, "token:2", at)
        .unwrap();
    assert_eq!((rejected.state.as_str(), rejected.version), ("rejected", 2));
    let accept = Decision::Accept { answer: None };
    assert_eq!(rejected.decide(accept, "token:2", at), Err(DecidedBefore));
}

#[test]
fn a_reason_is_said_in_so_many_words() {
    assert_eq!(Words::parse("  "), Err(NoReason));
    assert_eq!(Words::parse(&"x".repeat(501)), Err(NoReason));
    assert_eq!(Words::parse(" y ").unwrap().as_str(), "y");
    assert_eq!(LineNumber::new(0), None);
}
