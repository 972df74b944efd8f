use std::sync::Arc;

use ratiba_kernel::Id;
use ratiba_kernel::test_support::{EPOCH, ManualClock, SeededIds, block_on, tenant};
use time::Duration;

use super::*;
use crate::test_support::{InMemoryPrivacyBook, customer_of_tenant_1, privacy_contract};

#[test]
fn each_wish_has_the_time_that_the_law_gives_it() {
    let days: Vec<_> = Wish::ALL
        .into_iter()
        .map(|wish| (wish.name(), wish.days()))
        .collect();
    assert_eq!(
        days,
        [("export", 7), ("correction", 14), ("erasure", 14), ("copy", 30)]
    );
    for wish in Wish::ALL {
        assert_eq!(Wish::parse(wish.name()), Some(wish));
    }
    assert_eq!(Wish::parse("forget"), None);
}

#[test]
fn a_request_is_overdue_after_its_last_moment_and_not_once_it_ended() {
    let due_at = Wish::Erasure.due(EPOCH);
    assert_eq!(due_at, EPOCH + Duration::days(14));
    let open = DataRequest {
        id: Id::from_uuid(Uuid::from_u128(1)),
        customer: Uuid::from_u128(2),
        wish: Wish::Erasure,
        asked_at: EPOCH,
        due_at,
        taken_by: "operator".to_owned(),
        ended: None,
    };
    assert!(!open.is_overdue(due_at));
    assert!(open.is_overdue(due_at + Duration::SECOND));
    let reason = Reason::parse(" nobody of that name ").unwrap();
    assert_eq!(reason.as_str(), "nobody of that name");
    let ended = DataRequest {
        ended: Some((due_at, Ending::Refused(reason))),
        ..open
    };
    assert!(!ended.is_overdue(due_at + Duration::SECOND));
}

#[test]
fn a_reason_has_words_and_an_end() {
    assert_eq!(Reason::parse("  "), None);
    assert!(Reason::parse(&"é".repeat(REASON_MAX)).is_some());
    assert_eq!(Reason::parse(&"é".repeat(REASON_MAX + 1)), None);
}

#[test]
fn what_was_collected_counts_its_rows() {
    let rows = |count: usize| vec![serde_json::json!({}); count];
    let collected = Collected(BTreeMap::from([
        ("customers".to_owned(), rows(1)),
        ("consents".to_owned(), rows(3)),
        ("walk_ins".to_owned(), rows(0)),
    ]));
    assert_eq!(
        collected.rows(),
        BTreeMap::from([("customers".to_owned(), 1), ("consents".to_owned(), 3)])
    );
}

#[test]
fn the_fake_keeps_the_contract() {
    block_on(privacy_contract(async || InMemoryPrivacyBook::default()));
}

#[test]
fn what_is_handed_over_is_proven_by_its_hash_and_handed_over_once() {
    use sha2::{Digest as _, Sha256};

    block_on(async {
        let answering = AnswerRequests {
            book: Arc::new(InMemoryPrivacyBook::default()),
            clock: Arc::new(ManualClock::at(EPOCH)),
            ids: Arc::new(SeededIds::lane(1)),
        };
        let (one, customer) = (tenant(1), customer_of_tenant_1());
        let taken = answering.take(one, customer, Wish::Copy, "token:1").await;
        let copy = taken.unwrap().unwrap();
        assert_eq!(copy.due_at, EPOCH + Duration::days(30));
        let handed = answering.hand_over(one, copy.id).await.unwrap();
        let Some((_, Ending::Done(proof))) = handed.request.ended else {
            panic!("it is done");
        };
        let hash: [u8; 32] = Sha256::digest(handed.document.as_bytes()).into();
        assert_eq!(proof.document, Some(Hash(hash)));
        assert_eq!(answering.hand_over(one, copy.id).await, Err(AnswerError::Ended));
        let erasure = answering.take(one, customer, Wish::Erasure, "token:1").await;
        let erasure = erasure.unwrap().unwrap();
        assert_eq!(
            answering.hand_over(one, erasure.id).await,
            Err(AnswerError::AnotherWish(Wish::Export))
        );
        assert_eq!(
            answering.corrected(one, erasure.id).await,
            Err(AnswerError::AnotherWish(Wish::Correction))
        );
        answering.erase(one, erasure.id).await.unwrap();
        let gone = answering.take(one, customer, Wish::Export, "token:1").await;
        assert_eq!(gone, Ok(None));
    });
}
