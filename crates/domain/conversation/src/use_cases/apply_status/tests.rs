use ratiba_kernel::Clock;
use ratiba_kernel::test_support::{EPOCH, block_on, tenant};
use serde_json::{Value, json};

use super::*;
use crate::channel::Channel;
use crate::delivery::StatusRow;
use crate::event::ConversationTask;
use crate::outgoing::{MessageId, TemplateCall};
use crate::ports::{Change, LetterBox, Parcel, ThreadBook};
use crate::test_support::builders::{a_customer, a_message};
use crate::test_support::chat::Chat;
use crate::test_support::desks::PlainReader;

fn chat_with(message: OutgoingMessage) -> (Chat, MessageId) {
    let chat = Chat::default();
    let id = message.id;
    let change = Change {
        customer: Some(a_customer().build()),
        messages: vec![message],
        ..Change::at(chat.clock.now())
    };
    block_on(chat.record.record(tenant(1), change)).unwrap();
    (chat, id)
}

fn settle(chat: &Chat, change: impl FnOnce(OutgoingMessage) -> OutgoingMessage, id: MessageId) {
    let message = block_on(chat.record.posting(tenant(1), id))
        .unwrap()
        .unwrap()
        .message;
    let change = unchanged(change(message), EPOCH);
    block_on(chat.record.record_posting(tenant(1), change)).unwrap();
}

fn report(chat: &Chat, word: &str, raw: Value) {
    let row = StatusRow {
        provider_id: "out.1".into(),
        status: word.into(),
        callback_data: None,
        occurred_at: EPOCH,
        raw,
    };
    let parcel = Parcel {
        messages: vec![],
        statuses: vec![row],
    };
    block_on(chat.record.keep(tenant(1), Channel::Whatsapp, parcel, EPOCH)).unwrap();
    let apply = ApplyStatus {
        book: chat.record.clone(),
        messenger: chat.messenger.clone(),
        reader: Arc::new(PlainReader),
        templates: crate::use_cases::WorkTemplates {
            book: chat.record.clone(),
            office: Arc::new(crate::ports::MockTemplateOffice::new()),
            clock: chat.clock.clone(),
        },
        clock: chat.clock.clone(),
    };
    let tasks = chat.record.tasks(tenant(1));
    let status = tasks.iter().rev().find_map(|due| match due.task {
        ConversationTask::Status { status } => Some(status),
        ConversationTask::Turn { .. } | ConversationTask::Send { .. } | ConversationTask::Handoff { .. } => {
            None
        }
    });
    for _twice in 0..2 {
        block_on(apply.execute(tenant(1), status.unwrap())).unwrap();
    }
}

fn message(chat: &Chat, id: MessageId) -> OutgoingMessage {
    block_on(chat.record.posting(tenant(1), id))
        .unwrap()
        .unwrap()
        .message
}

#[test]
fn a_status_with_our_reference_settles_a_send_that_nobody_knew_the_end_of() {
    let (chat, id) = chat_with(a_message().build());
    settle(&chat, |m| m.handing_over(EPOCH).suspected_sent(EPOCH), id);
    report(
        &chat,
        "delivered",
        json!({"id": "out.1", "status": "delivered", "ours": id.to_string()}),
    );
    let message = message(&chat, id);
    assert!(matches!(&message.state, SendState::Sent { provider_id: Some(id), .. } if id == "out.1"));
    assert_eq!(message.delivery.reached, Some(StatusKind::Delivered));
}

#[test]
fn a_status_without_our_reference_is_found_by_the_providers_id() {
    let (chat, id) = chat_with(a_message().build());
    settle(
        &chat,
        |m| m.handing_over(EPOCH).accepted(Some("out.1".into()), EPOCH),
        id,
    );
    report(&chat, "read", json!({"id": "out.1", "status": "read"}));
    assert_eq!(message(&chat, id).delivery.reached, Some(StatusKind::Read));
}

#[test]
fn a_closed_window_reported_later_queues_the_template_once() {
    let call = TemplateCall::new("booking_confirmed", "sw", vec!["x".into()], vec![]).unwrap();
    let (chat, id) = chat_with(a_message().or_template(call).build());
    settle(
        &chat,
        |m| m.handing_over(EPOCH).accepted(Some("out.1".into()), EPOCH),
        id,
    );
    report(&chat, "failed", json!({"id": "out.1", "failed": 131_047}));
    let message = message(&chat, id);
    assert_eq!(message.content.kind(), "template");
    assert!(matches!(message.state, SendState::Queued { .. }));
    let sends = chat.record.tasks(tenant(1));
    let sends = sends
        .iter()
        .filter(|due| matches!(due.task, ConversationTask::Send { .. }))
        .count();
    assert_eq!(sends, 2, "the first and the template");
}

#[test]
fn a_failure_reported_later_is_an_event_once() {
    let (chat, id) = chat_with(a_message().build());
    settle(
        &chat,
        |m| m.handing_over(EPOCH).accepted(Some("out.1".into()), EPOCH),
        id,
    );
    report(&chat, "failed", json!({"id": "out.1", "failed": 131_026}));
    assert_eq!(message(&chat, id).state.code(), "refused");
    assert_eq!(chat.record.events(tenant(1)).len(), 1);
}

#[test]
fn a_status_about_nothing_of_ours_changes_nothing() {
    let (chat, id) = chat_with(a_message().build());
    let before = message(&chat, id);
    report(&chat, "delivered", json!({"id": "out.9", "status": "delivered"}));
    report(&chat, "archived", json!({"id": "out.1", "status": "archived"}));
    assert_eq!(message(&chat, id), before);
}

#[test]
fn a_failure_that_patience_would_have_helped_is_not_left_as_sent() {
    let (chat, id) = chat_with(a_message().build());
    settle(
        &chat,
        |m| m.handing_over(EPOCH).accepted(Some("out.1".into()), EPOCH),
        id,
    );
    let report = StatusReport {
        provider_id: "out.1".into(),
        message: Some(id),
        outcome: Err(SendRefusal::RetryLater {
            code: 131_000,
            after: time::Duration::seconds(5),
        }),
        at: EPOCH,
    };
    let decided = decide(message(&chat, id), &report, EPOCH);
    assert_eq!(decided.message.state.code(), "refused");
    assert_eq!(decided.events.len(), 1);
}

#[test]
fn what_a_message_answers_is_marked_as_read_when_it_turns_out_that_it_went_out() {
    let mut chat = Chat::default();
    chat.says("hello");
    let id = chat.to_customer().pop().unwrap().id;
    let doubt = |message: OutgoingMessage| message.handing_over(EPOCH).suspected_sent(EPOCH);
    settle(&chat, doubt, id);
    let status = json!({ "id": "out.1", "status": "delivered", "ours": id.to_string() });
    report(&chat, "delivered", status);
    assert!(matches!(message(&chat, id).state, SendState::Sent { .. }));
    assert_eq!(chat.messenger.read(), ["in.1"], "once");
}
