//! The promises of the record of conversations, once, for every implementation.

mod cohort;
mod handoffs;
pub mod knowledge;
mod names;
pub mod personality;
mod retention;
mod slates;
mod templates;

use ratiba_kernel::TenantId;
use ratiba_kernel::test_support::EPOCH;
use serde_json::json;
use time::Duration;

use super::builders::{a_customer, a_message, a_phone, a_slot, a_thread};
use crate::channel::{Channel, SenderKey};
use crate::consent::{ConsentAction, ConsentId, ConsentRecord};
use crate::delivery::{InboundRow, Leftover, LeftoverReason, StatusRow};
use crate::event::{ConversationEvent, ConversationTask, Due};
use crate::inbound::InboundId;
use crate::model::MicroDollars;
use crate::outgoing::{MessageId, OutgoingMessage, Recipient, SendState, StatusKind, StatusReport};
use crate::ports::{
    Change, CohortBook, Kept, LetterBox, MessageBook, NameBook, Parcel, PostingChange, RecordError,
    TemplateBook, TemplateRegister, ThreadBook, Who,
};

/// A fresh record with two businesses, and the doors that only its implementation can open.
pub trait World {
    /// The record.
    type Record: ThreadBook
        + MessageBook
        + LetterBox
        + CohortBook
        + TemplateBook
        + TemplateRegister
        + NameBook;

    /// The record.
    fn record(&self) -> &Self::Record;

    /// The business that has the address `number-1`.
    fn tenant(&self) -> TenantId;

    /// Another business.
    fn neighbour(&self) -> TenantId;

    /// All tasks that were queued for a business and not run, in order.
    fn tasks(&self, tenant: TenantId) -> impl Future<Output = Vec<Due<ConversationTask>>>;

    /// All events of a business, in order.
    fn events(&self, tenant: TenantId) -> impl Future<Output = Vec<ConversationEvent>>;
}

const CHANNEL: Channel = Channel::Whatsapp;

fn row(number: u32) -> InboundRow {
    InboundRow {
        provider_id: format!("in.{number}"),
        sender: SenderKey::parse(a_phone(123).digits()).unwrap(),
        sent_at: EPOCH,
        raw: json!({ "phone": a_phone(123), "text": "Niaje \u{0}" }),
    }
}

fn status(word: &str) -> StatusRow {
    StatusRow {
        provider_id: "out.1".to_owned(),
        status: word.to_owned(),
        callback_data: None,
        occurred_at: EPOCH,
        raw: json!({ "id": "out.1", "status": word }),
    }
}

fn letter(number: u32) -> Parcel {
    Parcel {
        messages: vec![row(number)],
        statuses: Vec::new(),
    }
}

async fn one_inbound<W: World>(world: &W) -> InboundId {
    world
        .record()
        .keep(world.tenant(), CHANNEL, letter(1), EPOCH)
        .await
        .unwrap();
    match world.tasks(world.tenant()).await.as_slice() {
        [
            Due {
                task: ConversationTask::Turn { inbound },
                ..
            },
        ] => *inbound,
        other => panic!("not one turn: {other:?}"),
    }
}

/// Runs the whole contract; each promise on a world of its own.
///
/// # Panics
/// If a promise is broken.
pub async fn conversation_record_contract<W: World>(fresh: impl AsyncFn() -> W) {
    a_repeated_delivery_is_stored_once(&fresh().await).await;
    a_turn_is_recorded_whole_or_not_at_all(&fresh().await).await;
    a_handled_message_is_never_handled_twice(&fresh().await).await;
    a_stale_thread_is_refused(&fresh().await).await;
    a_customer_has_one_open_thread(&fresh().await).await;
    a_customer_is_found_by_number_and_by_user_id(&fresh().await).await;
    a_cause_is_recorded_once(&fresh().await).await;
    what_a_queued_message_shows_is_known_to_its_business(&fresh().await).await;
    a_stale_message_is_refused(&fresh().await).await;
    the_furthest_status_is_kept(&fresh().await).await;
    the_last_word_of_the_recipient_is_known(&fresh().await).await;
    silent_threads_are_closed(&fresh().await).await;
    retention::what_ended_is_archived_with_all_that_was_said_and_nothing_else(&fresh().await).await;
    retention::the_archive_is_bounded_and_forgets_in_the_end(&fresh().await).await;
    retention::messages_of_no_thread_are_archived_like_the_rest(&fresh().await).await;
    retention::a_question_that_is_over_loses_its_words(&fresh().await).await;
    templates::where_templates_stand_is_kept(&fresh().await).await;
    templates::that_a_template_is_missed_is_told_once_with_the_message(&fresh().await).await;
    handoffs::a_call_is_kept_with_its_thread(&fresh().await).await;
    handoffs::the_first_has_the_conversation(&fresh().await).await;
    handoffs::threads_with_people_are_listed_until_they_end(&fresh().await).await;
    handoffs::the_log_has_both_sides_and_who_said_what(&fresh().await).await;
    handoffs::tasks_are_queued_with_the_change(&fresh().await).await;
    handoffs::the_window_of_a_number_is_known_by_the_channels_own_id(&fresh().await).await;
    handoffs::the_window_of_an_admin_who_was_never_a_customer_is_known(&fresh().await).await;
    slates::nothing_is_open_with_somebody_who_was_never_asked(&fresh().await).await;
    slates::a_question_is_kept_for_one_person_until_it_is_closed(&fresh().await).await;
    slates::what_the_next_words_are_the_reason_of_is_kept_in_place_of_a_question(&fresh().await).await;
    slates::a_stale_slate_is_refused_with_all_that_goes_with_it(&fresh().await).await;
    cohort::the_last_place_is_given_once(&fresh().await).await;
    cohort::an_answer_moves_the_invitation_and_the_customer(&fresh().await).await;
    cohort::what_was_taken_back_cannot_be_answered(&fresh().await).await;
    cohort::what_was_taken_back_is_not_sent_any_more(&fresh().await).await;
    cohort::who_left_can_be_invited_again(&fresh().await).await;
    cohort::an_invitation_that_waits_for_its_answer_is_not_archived(&fresh().await).await;
    cohort::who_opts_out_meanwhile_is_not_invited(&fresh().await).await;
    cohort::a_neighbours_cohort_is_not_seen(&fresh().await).await;
    names::words_of_names_are_known_in_any_spelling(&fresh().await).await;
    names::a_part_of_a_word_is_no_name(&fresh().await).await;
    names::nobody_knows_the_names_of_another_business(&fresh().await).await;
    names::a_name_that_was_given_up_is_not_known_any_more(&fresh().await).await;
    businesses_are_apart(&fresh().await).await;
    what_has_no_route_is_kept_apart(&fresh().await).await;
}

async fn a_repeated_delivery_is_stored_once<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let both = Parcel {
        messages: vec![row(1), row(2), row(1)],
        statuses: vec![status("sent"), status("delivered"), status("sent")],
    };
    let first = record.keep(tenant, CHANNEL, both.clone(), EPOCH).await.unwrap();
    assert_eq!(
        first,
        Kept {
            messages: 2,
            statuses: 2
        }
    );
    let again = record.keep(tenant, CHANNEL, both, EPOCH).await.unwrap();
    assert_eq!(again, Kept::default());
    let tasks = world.tasks(tenant).await;
    assert_eq!(tasks.len(), 4, "one task for each row: {tasks:?}");
    let named = tasks.iter().find_map(|task| match task.task {
        ConversationTask::Status { status } => Some(status),
        ConversationTask::Turn { .. } | ConversationTask::Send { .. } | ConversationTask::Handoff { .. } => {
            None
        }
    });
    let stored = record.status(tenant, named.unwrap()).await.unwrap().unwrap();
    assert_eq!((stored.channel, &stored.raw["id"]), (CHANNEL, &json!("out.1")));
    assert_eq!(stored.occurred_at, EPOCH, "by the provider's clock");
    let queued = serde_json::to_string(&tasks.iter().map(|due| &due.task).collect::<Vec<_>>()).unwrap();
    assert!(
        !queued.contains("out.1"),
        "the provider's id tells the recipient's number: {queued}"
    );
}

async fn a_turn_is_recorded_whole_or_not_at_all<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let inbound = one_inbound(world).await;
    let customer = a_customer().build();
    let mut thread = a_thread().confirming(a_slot().build()).build();
    thread.model_cost = MicroDollars::new(1_234);
    let consent = ConsentRecord::of_words(
        ConsentId::from_uuid(customer.id.as_uuid()),
        customer.id,
        ConsentAction::Given,
        "ANZA",
        CHANNEL,
        EPOCH,
    );
    let change = Change {
        handled: Some(inbound),
        customer: Some(customer.clone()),
        threads: vec![thread.clone()],
        consents: vec![consent],
        messages: vec![a_message().build()],
        events: vec![ConversationEvent::OptedIn {
            customer: customer.id,
        }],
        ..Change::at(EPOCH)
    };
    let mut wrong = change.clone();
    wrong.threads = vec![{
        let mut thread = thread.clone();
        thread.version = 7;
        thread
    }];
    assert_eq!(record.record(tenant, wrong).await, Err(RecordError::Stale));
    let untouched = record.inbound(tenant, inbound).await.unwrap().unwrap();
    assert_eq!(untouched.handled_at, None);
    assert_eq!(
        record.file(tenant, Who::Id(customer.id), CHANNEL).await.unwrap(),
        None
    );
    assert_eq!(
        record.posting(tenant, a_message().build().id).await.unwrap(),
        None
    );
    assert_eq!(world.tasks(tenant).await.len(), 1);
    assert_eq!(world.events(tenant).await, vec![]);

    record.record(tenant, change).await.unwrap();
    let file = record
        .file(tenant, Who::Id(customer.id), CHANNEL)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(file.customer, customer);
    let stored = file.thread.unwrap();
    assert_eq!(stored.state, thread.state);
    assert_eq!(stored.version, 1);
    assert_eq!(stored.model_cost, thread.model_cost);
    assert!(file.known);
    let handled = record.inbound(tenant, inbound).await.unwrap().unwrap();
    assert_eq!(handled.handled_at, Some(EPOCH));
    let posting = record
        .posting(tenant, a_message().build().id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(posting.message.content, a_message().build().content);
    assert_eq!(posting.customer, Some(customer.clone()));
    let tasks = world.tasks(tenant).await;
    let send = ConversationTask::Send {
        message: posting.message.id,
    };
    assert!(tasks.contains(&Due::now(EPOCH, send)), "{tasks:?}");
    assert_eq!(
        world.events(tenant).await,
        vec![ConversationEvent::OptedIn {
            customer: customer.id
        }]
    );
}

async fn a_handled_message_is_never_handled_twice<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let inbound = one_inbound(world).await;
    let change = Change {
        handled: Some(inbound),
        customer: Some(a_customer().build()),
        messages: vec![a_message().build()],
        ..Change::at(EPOCH)
    };
    record.record(tenant, change.clone()).await.unwrap();
    let again = Change {
        messages: vec![a_message().number(2).build()],
        ..change
    };
    assert_eq!(
        record.record(tenant, again).await,
        Err(RecordError::AlreadyHandled)
    );
    let second = record
        .posting(tenant, a_message().number(2).build().id)
        .await
        .unwrap();
    assert_eq!(second, None);
}

fn with_thread(thread: crate::thread::Thread) -> Change {
    Change {
        customer: Some(a_customer().build()),
        threads: vec![thread],
        ..Change::at(EPOCH)
    }
}

async fn a_stale_thread_is_refused<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    record
        .record(tenant, with_thread(a_thread().build()))
        .await
        .unwrap();
    let file = record
        .file(tenant, Who::Id(a_customer().build().id), CHANNEL)
        .await
        .unwrap()
        .unwrap();
    let read = file.thread.unwrap();
    record.record(tenant, with_thread(read.clone())).await.unwrap();
    assert_eq!(
        record.record(tenant, with_thread(read)).await,
        Err(RecordError::Stale)
    );
}

async fn a_customer_has_one_open_thread<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let customer = a_customer().build();
    record
        .record(tenant, with_thread(a_thread().build()))
        .await
        .unwrap();
    let another = a_thread().of(&customer, 2).build();
    assert_eq!(
        record.record(tenant, with_thread(another.clone())).await,
        Err(RecordError::Stale)
    );
    let inbound = one_inbound(world).await;
    let of_the_turn = Change {
        handled: Some(inbound),
        messages: vec![OutgoingMessage {
            thread: Some(another.id),
            ..a_message().build()
        }],
        ..with_thread(another.clone())
    };
    assert_eq!(
        record.record(tenant, of_the_turn).await,
        Err(RecordError::Stale),
        "also with what refers to the thread that does not begin"
    );
    let file = record
        .file(tenant, Who::Id(customer.id), CHANNEL)
        .await
        .unwrap()
        .unwrap();
    let change = Change {
        threads: vec![file.thread.unwrap().closed(EPOCH), another.clone()],
        ..Change::at(EPOCH)
    };
    record.record(tenant, change).await.unwrap();
    let file = record
        .file(tenant, Who::Id(customer.id), CHANNEL)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(file.thread.map(|thread| thread.id), Some(another.id));
}

async fn a_customer_is_found_by_number_and_by_user_id<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let shown = a_customer().build();
    let hidden = a_customer().number(2).only_user_id("KE.hidden").build();
    for customer in [&shown, &hidden] {
        let change = Change {
            customer: Some(customer.clone()),
            ..Change::at(EPOCH)
        };
        record.record(tenant, change).await.unwrap();
    }
    let find = async |sender: &str, phone| {
        let who = Who::Sender {
            sender: SenderKey::parse(sender).unwrap(),
            phone,
        };
        record
            .file(tenant, who, CHANNEL)
            .await
            .unwrap()
            .map(|file| file.customer.id)
    };
    assert_eq!(find("KE.hidden", None).await, Some(hidden.id));
    assert_eq!(
        find(a_phone(123).digits(), Some(a_phone(123))).await,
        Some(shown.id)
    );
    assert_eq!(find("KE.unknown", Some(a_phone(123))).await, Some(shown.id));
    assert_eq!(find("KE.unknown", None).await, None);
    let twin = Change {
        customer: Some(crate::customer::Customer {
            phone: shown.phone.clone(),
            ..a_customer().number(3).build()
        }),
        ..Change::at(EPOCH)
    };
    assert_eq!(record.record(tenant, twin).await, Err(RecordError::Stale));
}

async fn what_a_queued_message_shows_is_known_to_its_business<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let message = a_message().build();
    assert_eq!(record.shown(tenant, message.id).await.unwrap(), None);
    let queued = queue_one(world).await;
    let posted = record.posting(tenant, queued).await.unwrap().unwrap();
    assert_eq!(
        record.shown(tenant, queued).await.unwrap(),
        Some(posted.message.content)
    );
    assert_eq!(record.shown(world.neighbour(), queued).await.unwrap(), None);
}

async fn a_cause_is_recorded_once<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let say = |number| Change {
        customer: Some(a_customer().build()),
        messages: vec![a_message().number(number).because("visit_confirmed:1").build()],
        ..Change::at(EPOCH)
    };
    record.record(tenant, say(1)).await.unwrap();
    let again = Change {
        events: vec![ConversationEvent::OptedOut {
            customer: a_customer().build().id,
        }],
        ..say(2)
    };
    assert_eq!(
        record.record(tenant, again).await,
        Err(RecordError::AlreadyHandled)
    );
    assert_eq!(
        world.events(tenant).await,
        vec![],
        "nothing of a repeated occasion is on record"
    );
    assert!(
        record
            .posting(tenant, a_message().number(2).build().id)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(world.tasks(tenant).await.len(), 1);
}

async fn a_stale_message_is_refused<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let id = queue_one(world).await;
    let read = record.posting(tenant, id).await.unwrap().unwrap().message;
    let sending =
        |message: crate::outgoing::OutgoingMessage| PostingChange::of(message.handing_over(EPOCH), EPOCH);
    record
        .record_posting(tenant, sending(read.clone()))
        .await
        .unwrap();
    assert_eq!(
        record.record_posting(tenant, sending(read)).await,
        Err(RecordError::Stale)
    );
    let now = record.posting(tenant, id).await.unwrap().unwrap().message;
    assert_eq!(
        now.state,
        SendState::Sending {
            since: EPOCH,
            attempts: 1
        }
    );
}

async fn queue_one<W: World>(world: &W) -> MessageId {
    let message = a_message().build();
    let id = message.id;
    let change = Change {
        customer: Some(a_customer().build()),
        messages: vec![message],
        ..Change::at(EPOCH)
    };
    world.record().record(world.tenant(), change).await.unwrap();
    id
}

async fn the_furthest_status_is_kept<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let id = queue_one(world).await;
    let read = async || record.posting(tenant, id).await.unwrap().unwrap().message;
    let settle = async |message: crate::outgoing::OutgoingMessage| {
        let change = PostingChange::of(message, EPOCH);
        record.record_posting(tenant, change).await.unwrap();
    };
    settle(read().await.handing_over(EPOCH)).await;
    settle(read().await.accepted(Some("out.1".to_owned()), EPOCH)).await;
    assert_eq!(
        record.by_provider_id(tenant, CHANNEL, "out.1").await.unwrap(),
        Some(id)
    );
    assert_eq!(
        record.by_provider_id(tenant, CHANNEL, "out.2").await.unwrap(),
        None
    );
    for kind in [StatusKind::Read, StatusKind::Sent, StatusKind::Delivered] {
        let report = StatusReport {
            provider_id: "out.1".to_owned(),
            message: None,
            outcome: Ok(kind),
            at: EPOCH,
        };
        settle(read().await.reported(&report, EPOCH)).await;
    }
    let message = read().await;
    assert_eq!(message.delivery.reached, Some(StatusKind::Read));
    assert_eq!(message.state.code(), "sent");
}

async fn the_last_word_of_the_recipient_is_known<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    let id = queue_one(world).await;
    assert_eq!(
        record.posting(tenant, id).await.unwrap().unwrap().last_inbound_at,
        None
    );
    let mut later = row(2);
    later.sent_at = EPOCH + Duration::HOUR;
    let parcel = Parcel {
        messages: vec![row(1), later],
        statuses: vec![],
    };
    record.keep(tenant, CHANNEL, parcel, EPOCH).await.unwrap();
    let posting = record.posting(tenant, id).await.unwrap().unwrap();
    assert_eq!(posting.last_inbound_at, Some(EPOCH + Duration::HOUR));
    let owner = crate::channel::Address::of_phone(a_phone(123));
    let to_owner = a_message()
        .number(5)
        .to(Recipient::Business(owner.clone()))
        .build();
    let change = Change {
        messages: vec![to_owner.clone()],
        ..Change::at(EPOCH)
    };
    record.record(tenant, change).await.unwrap();
    let posting = record.posting(tenant, to_owner.id).await.unwrap().unwrap();
    assert_eq!(posting.message.recipient, Recipient::Business(owner));
    assert_eq!(posting.last_inbound_at, Some(EPOCH + Duration::HOUR));
}

async fn silent_threads_are_closed<W: World>(world: &W) {
    let (record, tenant) = (world.record(), world.tenant());
    record
        .record(tenant, with_thread(a_thread().build()))
        .await
        .unwrap();
    let now = EPOCH + Duration::DAY;
    assert_eq!(
        record
            .close_idle(tenant, EPOCH - Duration::SECOND, now)
            .await
            .unwrap(),
        0
    );
    assert_eq!(record.close_idle(tenant, EPOCH, now).await.unwrap(), 1);
    assert_eq!(record.close_idle(tenant, EPOCH, now).await.unwrap(), 0);
    let file = record
        .file(tenant, Who::Id(a_customer().build().id), CHANNEL)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(file.thread, None);
    assert!(file.known);
}

async fn businesses_are_apart<W: World>(world: &W) {
    let (record, neighbour) = (world.record(), world.neighbour());
    let inbound = one_inbound(world).await;
    let id = queue_one(world).await;
    record
        .record(world.tenant(), with_thread(a_thread().build()))
        .await
        .unwrap();
    assert_eq!(record.inbound(neighbour, inbound).await.unwrap(), None);
    assert_eq!(record.posting(neighbour, id).await.unwrap(), None);
    let customer = Who::Id(a_customer().build().id);
    assert_eq!(record.file(neighbour, customer, CHANNEL).await.unwrap(), None);
    assert_eq!(record.close_idle(neighbour, EPOCH, EPOCH).await.unwrap(), 0);
    let kept = record.keep(neighbour, CHANNEL, letter(1), EPOCH).await.unwrap();
    assert_eq!(kept.messages, 1, "a provider's id counts for one business");
}

async fn what_has_no_route_is_kept_apart<W: World>(world: &W) {
    let record = world.record();
    assert_eq!(
        record.route(CHANNEL, "number-1").await.unwrap(),
        Some(world.tenant())
    );
    assert_eq!(record.route(CHANNEL, "number-9").await.unwrap(), None);
    let leftover = Leftover {
        reason: LeftoverReason::UnknownAddress,
        body: b"\xff not even text".to_vec(),
    };
    assert!(
        record
            .quarantine(None, CHANNEL, leftover.clone(), EPOCH)
            .await
            .unwrap()
    );
    assert!(
        record
            .quarantine(Some(world.tenant()), CHANNEL, leftover, EPOCH)
            .await
            .unwrap()
    );
}
