//! What the inbox of notices promises.

use ratiba_kernel::{Id, TenantId, TokenHash};

use super::{Ground, Stage};
use crate::CallbackId;
use crate::attempt::AttemptId;
use crate::card::{OpenAnswer, PageUrl};
use crate::event::PaymentEvent;
use crate::payment::Purpose;
use crate::ports::{
    CallbackOutcome, Change, NOTICES_WAITING_MAX, NoticeAddress, NoticeArrival, NoticeDoor, NoticeIds,
    NoticeTaken, Owed, RETURNS_PER_DAY_MAX, VisitAsks,
};
use crate::reference::ProviderIds;
use crate::schedule::CARD_ROUTE_LIFE;
use crate::settlement::about;
use crate::task::{Due, PaymentTask};
use crate::test_support::builders::{asha, key, second, shillings};
use crate::test_support::fakes::AlwaysAsks;
use crate::use_cases::{CardLinkOrder, RequestCardLink};

const TRACKING: &str = "b1c2d3e4-0000-4000-8000-1234567890ab";

fn address(text: &str) -> NoticeAddress {
    NoticeAddress {
        key: TokenHash::of(text),
        account: TokenHash::of("account"),
        provider_id: format!("ipn-{text}"),
        at: second(0),
    }
}

fn arrival(number: u128, door: &str, reference: &str) -> NoticeArrival {
    NoticeArrival {
        id: Id::from_uuid(uuid::Uuid::from_u128(0x0a_0000 + number)),
        door: NoticeDoor::Address(TokenHash::of(door)),
        ids: Some(NoticeIds {
            tracking: TRACKING.to_owned(),
            reference: reference.to_owned(),
            kind: "IPNCHANGE".to_owned(),
        }),
        body: b"{ \"OrderTrackingId\": \"\xff\" }".to_vec(),
        source: None,
        at: second(5),
    }
}

/// Two tenants with an address each, and an order of the first one's.
pub(super) async fn order_of<G: Ground>(ground: &G) -> (TenantId, TenantId, AttemptId) {
    let (one, other) = ground.tenants();
    let addresses = ground.addresses();
    for (tenant, text) in [(one, "door-1"), (other, "door-2")] {
        assert!(addresses.add(tenant, address(text)).await.is_ok());
    }
    let stage = Stage::on(ground);
    let (visit, customer) = ground.visit(one).await;
    let request = RequestCardLink {
        book: ground.book(),
        house: ground.house(),
        clock: stage.clock.clone(),
        ids: stage.ids.clone(),
    };
    let order = CardLinkOrder {
        key: key("page"),
        visit,
        contact: Some(asha()),
        amount: None,
        tip: None,
        by: crate::actor::Actor::parse("Wanjiru").unwrap_or_else(|_| panic!("no actor")),
    };
    let owed = Owed {
        customer,
        purpose: Purpose::Deposit,
        amount: shillings(1_500),
        phone: None,
    };
    let owing = AlwaysAsks(VisitAsks::For(owed));
    match request.execute(one, order, &owing).await {
        Ok(asked) => (one, other, asked.attempt),
        Err(error) => panic!("the page is refused: {error}"),
    }
}

fn reference(attempt: AttemptId) -> String {
    crate::reference::MerchantReference::of(attempt)
        .as_str()
        .to_owned()
}

async fn notices_queued<G: Ground>(ground: &G, tenant: TenantId) -> Vec<CallbackId> {
    let tasks = ground.tasks(tenant).await.into_iter();
    tasks
        .filter_map(|due| match due.task {
            PaymentTask::ApplyNotice { notice } => Some(notice),
            PaymentTask::Push { .. }
            | PaymentTask::Query { .. }
            | PaymentTask::ApplyCallback { .. }
            | PaymentTask::SendRefund { .. }
            | PaymentTask::AskRefund { .. }
            | PaymentTask::ApplyResult { .. }
            | PaymentTask::SendCardRefund { .. }
            | PaymentTask::LookAtCardRefund { .. }
            | PaymentTask::OpenCard { .. }
            | PaymentTask::LookAtCard { .. }
            | PaymentTask::NudgeCard { .. }
            | PaymentTask::AbandonCard { .. }
            | PaymentTask::ApplyConfirmation { .. } => None,
        })
        .collect()
}

pub(super) async fn equal_notices_are_each_stored_and_concluded_together<G: Ground>(ground: &G) {
    let (tenant, _, attempt) = order_of(ground).await;
    let inbox = ground.notices();
    let mut stored = Vec::new();
    for number in 0..2 {
        let notice = arrival(number, "door-1", &reference(attempt));
        stored.push(notice.id);
        assert_eq!(
            inbox.take_notice(notice).await.ok(),
            Some(NoticeTaken::Stored { tenant })
        );
    }
    let mut queued = notices_queued(ground, tenant).await;
    queued.sort();
    assert_eq!(queued, stored);
    let found = inbox.notice(tenant, stored[1]).await.ok().flatten();
    let found = found.unwrap_or_else(|| panic!("the notice is not found"));
    assert_eq!((found.attempt, found.tracking.as_str()), (attempt, TRACKING));
    assert_eq!(found.waiting, stored);
    let done = inbox
        .conclude_notices(tenant, &stored, CallbackOutcome::Applied, second(9))
        .await;
    assert!(done.is_ok());
    let again = inbox
        .conclude_notices(tenant, &stored, CallbackOutcome::ForeignIds, second(9))
        .await;
    assert!(again.is_ok());
    let after = inbox.notice(tenant, stored[0]).await.ok().flatten();
    assert_eq!(after.map(|found| found.waiting), Some(Vec::new()));
    assert!(ground.dead_letters(Some(tenant)).await.is_empty());
}

pub(super) async fn an_address_opens_its_own_tenants_orders_only<G: Ground>(ground: &G) {
    let (one, other, attempt) = order_of(ground).await;
    let inbox = ground.notices();
    let known = reference(attempt);
    let letters = [
        (arrival(1, "door-2", &known), Some(other), "unknown_reference"),
        (arrival(2, "door-1", "NOBODYS"), Some(one), "unknown_reference"),
        (arrival(3, "nowhere", &known), None, "unknown_address"),
    ];
    for (notice, tenant, reason) in letters {
        let taken = inbox.take_notice(notice).await.ok();
        assert_eq!(taken, Some(NoticeTaken::Unrouted { tenant }));
        assert_eq!(ground.dead_letters(tenant).await, [reason]);
    }
    let mut unread = arrival(4, "door-1", &known);
    unread.ids = None;
    assert_eq!(
        inbox.take_notice(unread).await.ok(),
        Some(NoticeTaken::Unrouted { tenant: Some(one) })
    );
    let mut late = arrival(5, "door-1", &known);
    late.at = second(1) + CARD_ROUTE_LIFE;
    assert_eq!(
        inbox.take_notice(late).await.ok(),
        Some(NoticeTaken::Unrouted { tenant: Some(one) })
    );
    assert_eq!(notices_queued(ground, one).await, []);
}

pub(super) async fn the_return_knows_orders_and_keeps_nothing_else<G: Ground>(ground: &G) {
    let (tenant, _, attempt) = order_of(ground).await;
    let inbox = ground.notices();
    let mut back = arrival(1, "", &reference(attempt));
    back.door = NoticeDoor::Return;
    assert_eq!(
        inbox.take_notice(back).await.ok(),
        Some(NoticeTaken::Stored { tenant })
    );
    let mut stray = arrival(2, "", "NOBODYS");
    stray.door = NoticeDoor::Return;
    assert_eq!(inbox.take_notice(stray).await.ok(), Some(NoticeTaken::Dropped));
    assert!(ground.dead_letters(None).await.is_empty());
}

pub(super) async fn notices_of_one_order_are_bounded<G: Ground>(ground: &G) {
    let (tenant, _, attempt) = order_of(ground).await;
    let inbox = ground.notices();
    for number in 0..=NOTICES_WAITING_MAX {
        let notice = arrival(u128::try_from(number).unwrap_or(0), "door-1", &reference(attempt));
        let taken = inbox.take_notice(notice).await.ok();
        let expected = if number < NOTICES_WAITING_MAX {
            NoticeTaken::Stored { tenant }
        } else {
            NoticeTaken::Waiting { tenant }
        };
        assert_eq!(taken, Some(expected));
    }
    // What waits for long takes no room.
    let mut later = arrival(100, "door-1", &reference(attempt));
    later.at = second(2 * 3_600);
    let taken = inbox.take_notice(later).await.ok();
    assert_eq!(taken, Some(NoticeTaken::Stored { tenant }));
}

pub(super) async fn what_comes_by_the_return_takes_no_room_from_the_provider<G: Ground>(ground: &G) {
    let (tenant, _, attempt) = order_of(ground).await;
    let inbox = ground.notices();
    let mut outcomes = std::collections::BTreeMap::new();
    for number in 0..60 {
        let mut back = arrival(number, "", &reference(attempt));
        back.door = NoticeDoor::Return;
        back.at = second(30 * i64::try_from(number).unwrap_or(0));
        if let Some(ids) = &mut back.ids {
            ids.tracking = format!("made-up-{number}");
        }
        let taken = inbox.take_notice(back).await.ok();
        *outcomes.entry(format!("{taken:?}")).or_insert(0) += 1;
    }
    let stored = format!("{:?}", Some(NoticeTaken::Stored { tenant }));
    let few = i64::from(outcomes.get(&stored).copied().unwrap_or(0));
    assert_eq!(few, RETURNS_PER_DAY_MAX, "{outcomes:?}");
    let mut genuine = arrival(100, "door-1", &reference(attempt));
    genuine.at = second(30 * 60);
    let taken = inbox.take_notice(genuine).await.ok();
    assert_eq!(taken, Some(NoticeTaken::Stored { tenant }));
}

pub(super) async fn another_tracking_id_than_the_known_one_is_refused_at_the_door<G: Ground>(ground: &G) {
    let (tenant, _, attempt) = order_of(ground).await;
    let book = ground.book();
    let record = book.of_attempt(tenant, attempt).await.ok().flatten();
    let record = record.unwrap_or_else(|| panic!("the payment is not found"));
    let found = record.attempt(attempt).cloned();
    let sent = found.and_then(|found| found.send(second(1)));
    let sent = sent.unwrap_or_else(|| panic!("the attempt is not new"));
    let answer = OpenAnswer::Created {
        ids: ProviderIds::new(TRACKING, None).unwrap_or_else(|_| panic!("no ids")),
        page: PageUrl::parse("https://pay.example/1").unwrap_or_else(|_| panic!("no page")),
    };
    let opened = sent.hear_open_answer(&answer, second(2)).attempt;
    let change = Change::of_attempt(record.payment, opened);
    assert_eq!(book.record(tenant, change).await, Ok(()));
    let inbox = ground.notices();
    for (number, by_return) in [(1, true), (2, false)] {
        let mut odd = arrival(number, "door-1", &reference(attempt));
        if let Some(ids) = &mut odd.ids {
            ids.tracking = "made-up".to_owned();
        }
        let expected = if by_return {
            odd.door = NoticeDoor::Return;
            NoticeTaken::Dropped
        } else {
            NoticeTaken::Unrouted { tenant: Some(tenant) }
        };
        assert_eq!(inbox.take_notice(odd).await.ok(), Some(expected));
    }
    assert_eq!(ground.dead_letters(Some(tenant)).await, ["foreign_ids"]);
    assert_eq!(notices_queued(ground, tenant).await, []);
    // A look that tells nothing new is noted once, and moves nothing else.
    let watch = ground.watch();
    let task = PaymentTask::LookAtCard { attempt, step: 1 };
    let next = Due {
        at: second(300),
        task,
    };
    for first in [true, false] {
        let noted = watch.note_look(tenant, attempt, 0, Some(next)).await;
        assert_eq!(noted.ok(), Some(first));
    }
    let after = book.of_attempt(tenant, attempt).await.ok().flatten();
    let after = after.unwrap_or_else(|| panic!("the payment is not found"));
    assert_eq!(
        after.attempt(attempt).map(|found| found.progress().queries),
        Some(1)
    );
    assert_eq!(after.payment.version(), 2);
    let queued = ground.tasks(tenant).await;
    assert_eq!(queued.iter().filter(|due| **due == next).count(), 1);
}

pub(super) async fn that_a_page_is_not_paid_is_told_once_and_only_while_it_waits<G: Ground>(ground: &G) {
    let (tenant, _, attempt) = order_of(ground).await;
    let (book, watch) = (ground.book(), ground.watch());
    let read = async || {
        let record = book.of_attempt(tenant, attempt).await.ok().flatten();
        let record = record.unwrap_or_else(|| panic!("the payment is not found"));
        let found = record.attempt(attempt).cloned();
        let found = found.unwrap_or_else(|| panic!("the attempt is not found"));
        (record.payment, found)
    };
    let tell = async || {
        let (payment, found) = read().await;
        let event = PaymentEvent::CardUnpaid {
            about: about(&payment, &found),
        };
        watch.tell_unpaid(tenant, attempt, event, second(480)).await.ok()
    };
    assert_eq!(tell().await, Some(false), "it has not gone out");
    let (payment, found) = read().await;
    let sent = found.send(second(1)).unwrap_or_else(|| panic!("not new"));
    let answer = OpenAnswer::Created {
        ids: ProviderIds::new(TRACKING, None).unwrap_or_else(|_| panic!("no ids")),
        page: PageUrl::parse("https://pay.example/1").unwrap_or_else(|_| panic!("no page")),
    };
    let opened = sent.hear_open_answer(&answer, second(2)).attempt;
    let change = Change::of_attempt(payment, opened);
    assert_eq!(book.record(tenant, change).await, Ok(()));
    assert_eq!(tell().await, Some(true));
    assert_eq!(tell().await, Some(false), "once");
    let told = ground.events(tenant).await;
    let told = told
        .iter()
        .filter(|event| matches!(event, PaymentEvent::CardUnpaid { .. }));
    assert_eq!(told.count(), 1);
}

pub(super) async fn an_address_that_the_provider_refuses_is_named_no_more<G: Ground>(ground: &G) {
    let (one, _) = ground.tenants();
    let (addresses, account) = (ground.addresses(), TokenHash::of("account"));
    let mut newer = address("newer");
    newer.at = second(60);
    for address in [address("older"), newer] {
        assert!(addresses.add(one, address).await.is_ok());
    }
    for _ in 0..2 {
        assert!(
            addresses
                .retire(one, &account, "ipn-newer", second(90))
                .await
                .is_ok()
        );
    }
    let found = addresses.registered(one, &account).await.ok().flatten();
    assert_eq!(found.as_deref(), Some("ipn-older"));
}

pub(super) async fn a_notice_of_another_order_is_copied_to_the_dead_letters_once<G: Ground>(ground: &G) {
    let (tenant, _, attempt) = order_of(ground).await;
    let inbox = ground.notices();
    let notice = arrival(1, "door-1", &reference(attempt));
    let id = notice.id;
    assert!(inbox.take_notice(notice).await.is_ok());
    for _ in 0..2 {
        let done = inbox
            .conclude_notices(tenant, &[id], CallbackOutcome::ForeignIds, second(9))
            .await;
        assert!(done.is_ok());
    }
    assert_eq!(ground.dead_letters(Some(tenant)).await, ["foreign_ids"]);
}

pub(super) async fn the_newest_address_of_an_account_is_used<G: Ground>(ground: &G) {
    let (one, other) = ground.tenants();
    let addresses = ground.addresses();
    let account = TokenHash::of("account");
    assert_eq!(addresses.registered(one, &account).await.ok(), Some(None));
    let mut newer = address("newer");
    newer.at = second(60);
    for address in [address("older"), newer] {
        assert!(addresses.add(one, address).await.is_ok());
    }
    let found = addresses.registered(one, &account).await.ok().flatten();
    assert_eq!(found.as_deref(), Some("ipn-newer"));
    assert_eq!(addresses.registered(other, &account).await.ok(), Some(None));
    assert_eq!(
        addresses.registered(one, &TokenHash::of("moved")).await.ok(),
        Some(None)
    );
}
