//! What the record promises about people who take conversations over.

use ratiba_kernel::Money;
use ratiba_kernel::test_support::EPOCH;
use time::Duration;
use uuid::Uuid;

use super::super::builders::{a_customer, a_message, a_phone, a_thread};
use super::{CHANNEL, World, letter, one_inbound};
use crate::customer::Customer;
use crate::desk::{PaymentRef, VisitRef};
use crate::event::{ConversationTask, Due};
use crate::handoff::{
    BriefLine, HandoffId, HandoffReason, HandoffStep, LogEntry, Person, PersonWords, Return,
};
use crate::ports::{Change, LetterBox as _, MessageBook as _, RecordError, ThreadBook as _, Who};
use crate::thread::{Driver, Thread};

fn call(number: u128) -> HandoffId {
    HandoffId::from_uuid(Uuid::from_u128(number))
}

fn wanjiku() -> Person {
    Person::Admin {
        phone: a_phone(998),
        name: Some("Wanjiku".to_owned()),
    }
}

fn console() -> Person {
    Person::Console {
        subject: "token:7".to_owned(),
        name: Some("Front desk".to_owned()),
    }
}

async fn put<W: World>(world: &W, thread: Thread) -> Result<(), RecordError> {
    let change = Change {
        threads: vec![thread],
        ..Change::at(EPOCH)
    };
    world.record().record(world.tenant(), change).await
}

async fn read<W: World>(world: &W, customer: &Customer) -> Option<Thread> {
    let who = Who::Id(customer.id);
    let file = world.record().file(world.tenant(), who, CHANNEL).await.unwrap();
    file.unwrap().thread
}

/// A customer whose thread waits for a person.
async fn waiting<W: World>(world: &W) -> (Customer, Thread) {
    let customer = a_customer().build();
    let change = Change {
        customer: Some(customer.clone()),
        threads: vec![a_thread().build().suspended(call(1), HandoffReason::Angry, EPOCH)],
        ..Change::at(EPOCH)
    };
    world.record().record(world.tenant(), change).await.unwrap();
    let thread = read(world, &customer).await.unwrap();
    (customer, thread)
}

pub(super) async fn a_call_is_kept_with_its_thread<W: World>(world: &W) {
    let (customer, thread) = waiting(world).await;
    assert_eq!(thread.driver.handoff().unwrap().reason, HandoffReason::Angry);
    let line = BriefLine::Paid {
        at: EPOCH,
        visit: VisitRef::from_uuid(Uuid::from_u128(3)),
        payment: PaymentRef::from_uuid(Uuid::from_u128(4)),
        amount: Money::kes_minor(105_000),
    };
    let mut written = thread.briefed(line);
    written.turns = 7;
    written.state.angry = 2;
    put(world, written.clone()).await.unwrap();
    let thread = read(world, &customer).await.unwrap();
    assert_eq!((&thread.driver, thread.turns), (&written.driver, 7));
    assert_eq!(thread.state, written.state);

    let taken = thread.taken(wanjiku(), EPOCH).unwrap();
    put(world, taken).await.unwrap();
    let later = EPOCH + Duration::HOUR;
    let spoken = read(world, &customer)
        .await
        .unwrap()
        .spoken(&wanjiku(), later)
        .unwrap();
    put(world, spoken.clone()).await.unwrap();
    let thread = read(world, &customer).await.unwrap();
    assert_eq!(thread.driver, spoken.driver);
    let by = &thread.driver.takeover().unwrap().by;
    assert_eq!(by.shown(), "Wanjiku", "the name is kept, too");

    let back = thread.returned(Return::Untouched, later).unwrap();
    put(world, back).await.unwrap();
    let thread = read(world, &customer).await.unwrap();
    assert_eq!(thread.driver, Driver::Resumed(Return::Untouched));

    let again = thread.suspended(call(2), HandoffReason::Asked, later);
    put(world, again.clone()).await.unwrap();
    let thread = read(world, &customer).await.unwrap();
    assert_eq!(
        thread.driver, again.driver,
        "another call, after the first has ended"
    );
}

pub(super) async fn the_first_has_the_conversation<W: World>(world: &W) {
    let (customer, thread) = waiting(world).await;
    put(world, thread.clone().taken(wanjiku(), EPOCH).unwrap())
        .await
        .unwrap();
    let late = put(world, thread.taken(console(), EPOCH).unwrap()).await;
    assert_eq!(late, Err(RecordError::Stale));
    let thread = read(world, &customer).await.unwrap();
    assert_eq!(thread.driver.takeover().unwrap().by, wanjiku());
}

pub(super) async fn threads_with_people_are_listed_until_they_end<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let (customer, thread) = waiting(world).await;
    let listed = async |after| record.with_people(tenant, after, 10).await.unwrap();
    let files = listed(None).await;
    assert_eq!(files.len(), 1);
    assert_eq!(
        (&files[0].customer, files[0].thread.as_ref()),
        (&customer, Some(&thread))
    );
    assert_eq!(listed(Some(thread.id)).await, vec![], "from behind it");
    assert_eq!(record.with_people(tenant, None, 0).await.unwrap(), vec![]);
    let neighbour = world.neighbour();
    assert_eq!(record.with_people(neighbour, None, 10).await.unwrap(), vec![]);
    assert_eq!(record.thread(neighbour, thread.id).await.unwrap(), None);

    let id = thread.id;
    let closed = record
        .close_idle(tenant, EPOCH, EPOCH + Duration::DAY)
        .await
        .unwrap();
    assert_eq!(closed, 1);
    assert_eq!(listed(None).await, vec![]);
    let found = record.thread(tenant, id).await.unwrap().unwrap().thread.unwrap();
    assert_eq!(found.closed_at, Some(EPOCH + Duration::DAY));
    assert_eq!(found.driver.code(), "suspended", "how it ended is known");
}

pub(super) async fn the_log_has_both_sides_and_who_said_what<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let inbound = one_inbound(world).await;
    let customer = a_customer().build();
    let thread = a_thread().build().suspended(call(1), HandoffReason::Asked, EPOCH);
    let id = thread.id;
    let change = Change {
        handled: Some(inbound),
        customer: Some(customer.clone()),
        threads: vec![thread],
        ..Change::at(EPOCH)
    };
    record.record(tenant, change).await.unwrap();
    let mut machine = a_message().build();
    machine.thread = Some(id);
    machine.created_at = EPOCH + Duration::MINUTE;
    let mut person = a_message().number(2).build();
    person.thread = Some(id);
    person.created_at = EPOCH + Duration::HOUR;
    let mut aside = a_message()
        .number(3)
        .to(crate::outgoing::Recipient::Business(
            crate::channel::Address::of_phone(a_phone(998)),
        ))
        .build();
    aside.thread = Some(id);
    let words = PersonWords {
        message: person.id,
        handoff: call(1),
        by: "Wanjiku".to_owned(),
    };
    let change = Change {
        messages: vec![machine.clone(), person.clone(), aside],
        said: vec![words],
        ..Change::at(EPOCH)
    };
    record.record(tenant, change).await.unwrap();
    // What an admin writes about the conversation is handled in it, and is not the customer's.
    let mut admin = letter(9);
    admin.messages[0].sender = crate::channel::SenderKey::parse(a_phone(998).digits()).unwrap();
    record.keep(tenant, CHANNEL, admin, EPOCH).await.unwrap();
    let handled = world
        .tasks(tenant)
        .await
        .into_iter()
        .rev()
        .find_map(|due| match due.task {
            ConversationTask::Turn { inbound } => Some(inbound),
            ConversationTask::Send { .. }
            | ConversationTask::Status { .. }
            | ConversationTask::Handoff { .. } => None,
        });
    let change = Change {
        handled,
        threads: vec![record.thread(tenant, id).await.unwrap().unwrap().thread.unwrap()],
        ..Change::at(EPOCH)
    };
    record.record(tenant, change).await.unwrap();

    let log = record.log(tenant, id, 10).await.unwrap();
    let told: Vec<(Option<crate::outgoing::MessageId>, Option<String>)> = log
        .iter()
        .map(|entry| match entry {
            LogEntry::Heard(_) => (None, None),
            LogEntry::Said { message, by } => (Some(message.id), by.clone()),
        })
        .collect();
    assert_eq!(
        told,
        [
            (None, None),
            (Some(machine.id), None),
            (Some(person.id), Some("Wanjiku".to_owned())),
        ]
    );
    let last = record.log(tenant, id, 1).await.unwrap();
    assert!(matches!(&last[..], [LogEntry::Said { message, .. }] if message.id == person.id));
    assert_eq!(record.log(world.neighbour(), id, 10).await.unwrap(), vec![]);
    let found = record.by_cause(tenant, &person.cause).await.unwrap().unwrap();
    assert_eq!((found.id, found.thread), (person.id, Some(id)));
    assert_eq!(record.by_cause(tenant, "nothing").await.unwrap(), None);
    assert_eq!(
        record.by_cause(world.neighbour(), &person.cause).await.unwrap(),
        None
    );
}

pub(super) async fn tasks_are_queued_with_the_change<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let (_customer, thread) = waiting(world).await;
    let due = Due {
        at: EPOCH + Duration::MINUTE,
        task: ConversationTask::Handoff {
            thread: thread.id,
            handoff: call(1),
            step: HandoffStep::FirstRepage,
        },
    };
    let mut stale = thread.clone();
    stale.version = 9;
    for (thread, recorded) in [(stale, false), (thread, true)] {
        let change = Change {
            threads: vec![thread],
            tasks: vec![due.clone()],
            ..Change::at(EPOCH)
        };
        assert_eq!(record.record(tenant, change).await.is_ok(), recorded);
        assert_eq!(world.tasks(tenant).await.contains(&due), recorded);
    }
}

pub(super) async fn the_window_of_a_number_is_known_by_the_channels_own_id<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let key = crate::channel::SenderKey::parse("KE.1042").unwrap();
    let customer = Customer {
        user_id: Some(key.clone()),
        ..a_customer().build()
    };
    let phone = customer.phone.clone().unwrap();
    let message = a_message()
        .number(5)
        .to(crate::outgoing::Recipient::Business(
            crate::channel::Address::of_phone(phone),
        ))
        .build();
    let change = Change {
        customer: Some(customer),
        messages: vec![message.clone()],
        ..Change::at(EPOCH)
    };
    record.record(tenant, change).await.unwrap();
    let mut parcel = letter(1);
    parcel.messages[0].sender = key;
    record.keep(tenant, CHANNEL, parcel, EPOCH).await.unwrap();
    let posting = record.posting(tenant, message.id).await.unwrap().unwrap();
    assert_eq!(posting.last_inbound_at, Some(EPOCH));
}

pub(super) async fn the_window_of_an_admin_who_was_never_a_customer_is_known<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let key = crate::channel::SenderKey::parse("KE.999").unwrap();
    let message = a_message()
        .number(5)
        .to(crate::outgoing::Recipient::Business(
            crate::channel::Address::of_phone(a_phone(9)),
        ))
        .build();
    let slate = crate::rail::Slate {
        user_id: Some(key.clone()),
        ..crate::rail::Slate::blank(a_phone(9))
    };
    let change = Change {
        slate: Some(slate),
        messages: vec![message.clone()],
        ..Change::at(EPOCH)
    };
    record.record(tenant, change).await.unwrap();
    let kept = record.slate(tenant, a_phone(9)).await.unwrap();
    assert_eq!(kept.user_id, Some(key.clone()));
    let posting = record.posting(tenant, message.id).await.unwrap().unwrap();
    assert_eq!(posting.last_inbound_at, None);
    let mut parcel = letter(1);
    parcel.messages[0].sender = key;
    record.keep(tenant, CHANNEL, parcel, EPOCH).await.unwrap();
    let posting = record.posting(tenant, message.id).await.unwrap().unwrap();
    assert_eq!(posting.last_inbound_at, Some(EPOCH));
}
