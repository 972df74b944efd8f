use time::macros::datetime;
use uuid::Uuid;

use super::*;
use crate::engine::ENGINE_VERSION;
use crate::hash::ContentHash;
use crate::hours::HoursWorked;
use crate::period::{FrozenBy, PeriodRecord};
use crate::test_support::{kes, month, staff};

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

fn document(number: u128, of: StaffId, kind: PeriodKind, frozen_at: OffsetDateTime) -> FrozenPeriod {
    FrozenPeriod::restore(PeriodRecord {
        id: Id::from_uuid(Uuid::from_u128(number)),
        staff: of,
        month: month("2026-05"),
        kind,
        commission: kes(0),
        top_up: kes(0),
        carried: kes(0),
        tip: kes(0),
        hours: HoursWorked::from_hundredths(0),
        services_rendered: 0,
        frozen_at,
        frozen_by: FrozenBy::System,
        content_hash: ContentHash::from_bytes([0; 32]),
        engine_version: ENGINE_VERSION.to_owned(),
        groups: Vec::new(),
        terms: None,
        vendor_period_id: None,
    })
}

#[test]
fn an_accepted_dispute_waits_for_an_amendment_until_one_follows_it() {
    let closed = document(2, staff(1), PeriodKind::Close, datetime!(2026-06-01 02:00 UTC));
    let amended = |at| {
        let of = PeriodKind::Amendment { of: closed.id };
        vec![closed.clone(), document(3, staff(1), of, at)]
    };
    let accepted = opened()
        .decide(
            Decision::Accept { answer: None },
            "token:2",
            datetime!(2026-06-02 06:00 UTC),
        )
        .unwrap();
    let answer = Words::parse("the recorded end is right").unwrap();
    let rejected = opened()
        .decide(
            Decision::Reject { answer },
            "token:2",
            datetime!(2026-06-02 06:00 UTC),
        )
        .unwrap();
    let all = [opened(), accepted.clone(), rejected];
    let waiting = |periods: &[FrozenPeriod], of| to_be_amended(&all, periods, of).len();
    assert_eq!(
        to_be_amended(&all, std::slice::from_ref(&closed), staff(1)),
        [&accepted]
    );
    assert_eq!(
        waiting(&amended(datetime!(2026-06-01 09:00 UTC)), staff(1)),
        1,
        "it came before"
    );
    assert_eq!(waiting(&amended(datetime!(2026-06-03 09:00 UTC)), staff(1)), 0);
    assert_eq!(
        waiting(std::slice::from_ref(&closed), staff(2)),
        0,
        "it is somebody else's"
    );
    assert_eq!(waiting(&[], staff(1)), 0, "it is about another month");
}
