//! The promises about what is kept of conversations, and how long.

use ratiba_kernel::test_support::EPOCH;
use time::Duration;

use super::{CHANNEL, World, one_inbound};
use crate::channel::Address;
use crate::handoff::LogEntry;
use crate::outgoing::Recipient;
use crate::ports::{Change, MessageBook, PostingChange, ThreadBook, Who};
use crate::rail::{Act, Pending, Slate};
use crate::test_support::builders::{a_customer, a_message, a_phone, a_thread};
use crate::thread::Thread;

/// A thread of another customer each, with one message to them that went out.
fn a_conversation(number: u32) -> (Thread, Change) {
    let customer = a_customer().number(number).build();
    let thread = a_thread().of(&customer, number).build();
    let mut message = a_message()
        .number(number)
        .to(Recipient::Customer(customer.id))
        .build();
    message.thread = Some(thread.id);
    let change = Change {
        customer: Some(customer),
        threads: vec![thread.clone()],
        messages: vec![message],
        ..Change::at(EPOCH)
    };
    (thread, change)
}

/// It is on record, was sent, and ended so long after the beginning.
async fn ended<W: World>(world: &W, number: u32, after: Duration) -> Thread {
    let (record, tenant) = (world.record(), world.tenant());
    let (thread, change) = a_conversation(number);
    let message = change.messages[0].id;
    record.record(tenant, change).await.unwrap();
    let posting = record.posting(tenant, message).await.unwrap().unwrap();
    let sent = crate::ports::PostingChange::of(posting.message.accepted(None, EPOCH), EPOCH);
    record.record_posting(tenant, sent).await.unwrap();
    let read = record.thread(tenant, thread.id).await.unwrap().unwrap();
    let closed = read.thread.unwrap().closed(EPOCH + after);
    let change = Change {
        threads: vec![closed],
        ..Change::at(EPOCH + after)
    };
    record.record(tenant, change).await.unwrap();
    thread
}

pub(super) async fn what_ended_is_archived_with_all_that_was_said_and_nothing_else<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let inbound = one_inbound(world).await;
    let old = ended(world, 1, Duration::HOUR).await;
    let younger = ended(world, 2, Duration::DAY).await;
    let (open, change) = a_conversation(3);
    record.record(tenant, change).await.unwrap();
    // Ended, but a message of it has not gone out yet.
    let (unsent, change) = a_conversation(4);
    record.record(tenant, change).await.unwrap();
    let read = record.thread(tenant, unsent.id).await.unwrap().unwrap();
    let change = Change {
        threads: vec![read.thread.unwrap().closed(EPOCH)],
        ..Change::at(EPOCH)
    };
    record.record(tenant, change).await.unwrap();

    let now = EPOCH + Duration::days(100);
    let before = EPOCH + Duration::DAY;
    let theirs = record.archive(world.neighbour(), before, now, 10).await.unwrap();
    assert_eq!(theirs, 0, "a neighbour's night touches nothing");
    assert_eq!(record.archive(tenant, before, now, 10).await.unwrap(), 1);
    assert_eq!(record.archive(tenant, before, now, 10).await.unwrap(), 0, "once");
    assert_eq!(record.thread(tenant, old.id).await.unwrap(), None);
    assert_eq!(record.log(tenant, old.id, 10).await.unwrap(), []);
    let gone = a_message().number(1).build().id;
    assert_eq!(record.posting(tenant, gone).await.unwrap(), None);
    for kept in [&younger, &open, &unsent] {
        assert!(record.thread(tenant, kept.id).await.unwrap().is_some());
        assert_eq!(record.log(tenant, kept.id, 10).await.unwrap().len(), 1);
    }
    assert!(
        record.inbound(tenant, inbound).await.unwrap().is_some(),
        "a message of no thread that ended stays"
    );
    let all = record.archived(tenant, None, None, 10).await.unwrap();
    let [aside] = all.as_slice() else {
        panic!("one thread: {all:?}")
    };
    assert_eq!((aside.thread, aside.archived_at), (old.id, now));
    assert_eq!(aside.closed_at, EPOCH + Duration::HOUR);
    let (found, log) = record.archived_log(tenant, old.id).await.unwrap().unwrap();
    assert_eq!(&found, aside);
    let [LogEntry::Said { message, by: None }] = log.as_slice() else {
        panic!("what was said: {log:?}")
    };
    assert_eq!(message.content, a_message().number(1).build().content);
    let somebody = Some(a_customer().number(2).build().id);
    assert_eq!(record.archived(tenant, somebody, None, 10).await.unwrap(), []);
    assert_eq!(record.archived(tenant, None, Some(old.id), 10).await.unwrap(), []);
    assert_eq!(
        record.archived_log(world.neighbour(), old.id).await.unwrap(),
        None
    );
    assert_eq!(record.archived_log(tenant, younger.id).await.unwrap(), None);
    let who = Who::Id(a_customer().number(1).build().id);
    let file = record.file(tenant, who, CHANNEL).await.unwrap();
    assert!(file.is_some(), "the customer stays");
}

pub(super) async fn the_archive_is_bounded_and_forgets_in_the_end<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    for number in 1..=3 {
        ended(world, number, Duration::minutes(i64::from(number))).await;
    }
    let now = EPOCH + Duration::days(100);
    let before = EPOCH + Duration::DAY;
    assert_eq!(record.archive(tenant, before, now, 2).await.unwrap(), 2);
    assert_eq!(record.archive(tenant, before, now, 2).await.unwrap(), 1);
    let forget = |before| record.forget_archived(tenant, before, 2);
    assert_eq!(forget(now).await.unwrap(), 0, "not before its time");
    let later = now + Duration::SECOND;
    let theirs = record.forget_archived(world.neighbour(), later, 2).await.unwrap();
    assert_eq!(theirs, 0);
    assert_eq!(forget(later).await.unwrap(), 2);
    assert_eq!(forget(later).await.unwrap(), 1);
    assert_eq!(forget(later).await.unwrap(), 0);
}

pub(super) async fn messages_of_no_thread_are_archived_like_the_rest<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let heard = one_inbound(world).await;
    let alert = |number: u32| {
        let phone = Address::of_phone(a_phone(9));
        let message = a_message().number(number).because(&format!("alert:{number}"));
        let mut message = message.to(Recipient::Business(phone)).build();
        message.thread = None;
        message.about = Some(a_customer().number(4).build().id);
        message
    };
    let (_, mut of_thread) = a_conversation(4);
    of_thread.messages.extend([alert(1), alert(2)]);
    record.record(tenant, of_thread).await.unwrap();
    let sent = alert(1).id;
    let posting = record.posting(tenant, sent).await.unwrap().unwrap();
    assert_eq!(posting.message.about, alert(1).about);
    let accepted = posting.message.accepted(Some("out.1".to_owned()), EPOCH);
    record
        .record_posting(tenant, PostingChange::of(accepted, EPOCH))
        .await
        .unwrap();
    let (now, after) = (EPOCH + Duration::days(100), EPOCH + Duration::SECOND);
    let night = async |before, most| record.archive_loose(tenant, before, now, most).await.unwrap();
    assert_eq!(night(EPOCH, 10).await, 0, "not before its time");
    assert_eq!(
        night(after, 10).await,
        1,
        "what is not handled or not sent yet stays"
    );
    let handled = Change {
        handled: Some(heard),
        ..Change::at(EPOCH)
    };
    record.record(tenant, handled).await.unwrap();
    assert_eq!(
        record.archive_loose(world.neighbour(), after, now, 10).await,
        Ok(0)
    );
    assert_eq!(night(after, 0).await, 0, "bounded");
    assert_eq!(night(after, 10).await, 1);
    assert_eq!(night(after, 10).await, 0, "once");
    assert_eq!(record.inbound(tenant, heard).await.unwrap(), None);
    assert_eq!(record.posting(tenant, sent).await.unwrap(), None);
    assert!(record.posting(tenant, alert(2).id).await.unwrap().is_some());
    let forget = |before| record.forget_archived(tenant, before, 10);
    assert_eq!(forget(now).await.unwrap(), 0, "not before its time");
    assert_eq!(forget(now + Duration::SECOND).await.unwrap(), 2);
}

pub(super) async fn a_question_that_is_over_loses_its_words<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let pending = Pending {
        key: one_inbound(world).await,
        act: Act::Invite { phone: a_phone(5) },
        what: "Invite +254700000005 to the beta".to_owned(),
        asked_at: EPOCH,
    };
    let change = Change {
        slate: Some(Slate {
            pending: Some(pending),
            ..Slate::blank(a_phone(9))
        }),
        ..Change::at(EPOCH)
    };
    record.record(tenant, change).await.unwrap();
    let now = EPOCH + Duration::HOUR;
    let wipe = async |before| record.wipe_slates(tenant, before, now).await.unwrap();
    assert_eq!(wipe(EPOCH - Duration::SECOND).await, 0, "it is not over");
    assert_eq!(record.wipe_slates(world.neighbour(), EPOCH, now).await, Ok(0));
    assert_eq!(wipe(EPOCH).await, 1);
    assert_eq!(wipe(EPOCH).await, 0, "once");
    let slate = record.slate(tenant, a_phone(9)).await.unwrap();
    assert_eq!((slate.pending, slate.version), (None, 2));
}
