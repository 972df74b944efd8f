//! What is open with people of the business is kept with the message that asks, for each of them alone.

use ratiba_kernel::test_support::EPOCH;
use ratiba_kernel::{BasisPoints, Money, TimeRange};
use time::Duration;
use uuid::Uuid;

use super::{World, one_inbound};
use crate::desk::{StatementRef, VisitRef, WaitingMonth};
use crate::inbound::InboundId;
use crate::ports::{Change, RecordError, ThreadBook};
use crate::rail::{Act, AwaitedReason, Pending, Slate};
use crate::test_support::builders::{a_message, a_phone, massage, wanjiru};

fn with_slate(slate: Slate) -> Change {
    Change {
        slate: Some(slate),
        ..Change::at(EPOCH)
    }
}

fn pending(act: Act) -> Pending {
    Pending {
        key: InboundId::from_uuid(Uuid::from_u128(7)),
        act,
        what: "Cancel Amina's massage \u{2019}".to_owned(),
        asked_at: EPOCH,
    }
}

fn acts() -> Vec<Act> {
    let visit = VisitRef::from_uuid(Uuid::from_u128(9));
    vec![
        Act::Cancel {
            visit,
            starts_at: EPOCH,
        },
        Act::Move {
            visit,
            starts_at: EPOCH,
            to: EPOCH + Duration::HOUR,
        },
        Act::Book {
            phone: a_phone(5),
            service: massage(),
            staff: wanjiru(),
            starts_at: EPOCH,
            price: Money::kes_minor(350_000),
        },
        Act::Block {
            staff: wanjiru(),
            range: TimeRange::starting(EPOCH, Duration::HOUR).unwrap(),
        },
        Act::AddService {
            name: "Hot stone".to_owned(),
            price: Money::kes_minor(450_000),
            minutes: 75,
            staff: vec![wanjiru()],
            category: Some("massage".to_owned()),
            tax: Some(BasisPoints::new(1_600)),
        },
        Act::UpdatePrice {
            service: massage(),
            before: Money::kes_minor(350_000),
            price: Money::kes_minor(400_000),
        },
        Act::Dispute {
            statement: StatementRef::from_uuid(Uuid::from_u128(11)),
            line: 3,
            reason: "It was ninety minutes \u{2019}".to_owned(),
        },
        Act::Close {
            waiting: WaitingMonth {
                month: EPOCH.date().replace_day(1).unwrap(),
                people: 3,
                commission: Money::kes_minor(1_234_500),
                tips: Money::kes_minor(0),
                fingerprint: [7; 32],
            },
        },
    ]
}

pub(super) async fn nothing_is_open_with_somebody_who_was_never_asked<W: World>(world: &W) {
    let slate = world.record().slate(world.tenant(), a_phone(1)).await.unwrap();
    assert_eq!(slate, Slate::blank(a_phone(1)));
}

pub(super) async fn a_question_is_kept_for_one_person_until_it_is_closed<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let mut slate = Slate::blank(a_phone(1));
    for act in acts() {
        slate.listed = vec![
            VisitRef::from_uuid(Uuid::from_u128(3)),
            VisitRef::from_uuid(Uuid::from_u128(1)),
        ];
        slate.pending = Some(pending(act));
        record.record(tenant, with_slate(slate.clone())).await.unwrap();
        slate.version += 1;
        assert_eq!(record.slate(tenant, a_phone(1)).await.unwrap(), slate);
    }
    let other = record.slate(tenant, a_phone(2)).await.unwrap();
    assert_eq!(other, Slate::blank(a_phone(2)), "it is another person's");
    let neighbour = record.slate(world.neighbour(), a_phone(1)).await.unwrap();
    assert_eq!(neighbour, Slate::blank(a_phone(1)), "it is another business's");
    slate.pending = None;
    record.record(tenant, with_slate(slate.clone())).await.unwrap();
    let closed = record.slate(tenant, a_phone(1)).await.unwrap();
    assert_eq!((closed.pending, closed.listed), (None, slate.listed));
}

pub(super) async fn what_the_next_words_are_the_reason_of_is_kept_in_place_of_a_question<W: World>(
    world: &W,
) {
    let (record, tenant) = (world.record(), world.tenant());
    let mut slate = Slate::blank(a_phone(1));
    slate.awaits = Some(AwaitedReason {
        statement: StatementRef::from_uuid(Uuid::from_u128(11)),
        line: 3,
        asked_at: EPOCH,
    });
    record.record(tenant, with_slate(slate.clone())).await.unwrap();
    slate.version += 1;
    assert_eq!(record.slate(tenant, a_phone(1)).await.unwrap(), slate);
    let asked = Slate {
        pending: Some(pending(acts().swap_remove(0))),
        ..slate.closed()
    };
    record.record(tenant, with_slate(asked.clone())).await.unwrap();
    let kept = record.slate(tenant, a_phone(1)).await.unwrap();
    assert_eq!((kept.pending, kept.awaits), (asked.pending, None));
}

pub(super) async fn a_stale_slate_is_refused_with_all_that_goes_with_it<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let inbound = one_inbound(world).await;
    let slate = Slate::blank(a_phone(1));
    record.record(tenant, with_slate(slate.clone())).await.unwrap();
    let message = a_message().number(1).build();
    let change = Change {
        handled: Some(inbound),
        messages: vec![message.clone()],
        ..with_slate(slate)
    };
    let refused = record.record(tenant, change).await;
    assert!(matches!(refused, Err(RecordError::Stale)), "{refused:?}");
    let unhandled = record.inbound(tenant, inbound).await.unwrap().unwrap();
    assert_eq!(unhandled.handled_at, None);
    assert_eq!(record.shown(tenant, message.id).await.unwrap(), None);
}
