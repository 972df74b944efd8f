use ratiba_kernel::Clock;
use ratiba_kernel::test_support::{block_on, tenant};
use time::macros::datetime;

use super::*;
use crate::channel::{Channel, SenderKey};
use crate::delivery::InboundRow;
use crate::outgoing::PUT_OFF_MAX;
use crate::ports::{Change, LetterBox, Parcel, ThreadBook};
use crate::test_support::builders::{MessageBuilder, a_customer, a_message, a_phone};
use crate::test_support::chat::Chat;

/// A chat whose customer wrote just now, with this message queued to them.
fn queued(message: MessageBuilder) -> (Chat, MessageId) {
    queued_after(message, true)
}

fn queued_after(message: MessageBuilder, wrote: bool) -> (Chat, MessageId) {
    let chat = Chat::default();
    let message = message.decided_at(chat.clock.now()).build();
    let id = message.id;
    if wrote {
        let row = InboundRow {
            provider_id: "in.1".into(),
            sender: SenderKey::parse(a_phone(123).digits()).unwrap(),
            sent_at: chat.clock.now(),
            raw: serde_json::json!({}),
        };
        let parcel = Parcel {
            messages: vec![row],
            statuses: vec![],
        };
        block_on(
            chat.record
                .keep(chat.tenant(), Channel::Whatsapp, parcel, chat.clock.now()),
        )
        .unwrap();
    }
    let change = Change {
        customer: Some(a_customer().build()),
        messages: vec![message],
        ..Change::at(chat.clock.now())
    };
    block_on(chat.record.record(chat.tenant(), change)).unwrap();
    (chat, id)
}

fn send_with(chat: &Chat, id: MessageId, templates: TemplateStanding) {
    block_on(chat.send_message(templates).execute(tenant(1), id)).unwrap();
}

fn send(chat: &Chat, id: MessageId) {
    send_with(chat, id, TemplateStanding::Approved);
}

fn state(chat: &Chat, id: MessageId) -> SendState {
    block_on(chat.record.posting(tenant(1), id))
        .unwrap()
        .unwrap()
        .message
        .state
}

fn due(chat: &Chat) -> Vec<OffsetDateTime> {
    let tasks = chat.record.tasks(tenant(1));
    let sends = tasks
        .iter()
        .filter(|due| matches!(due.task, ConversationTask::Send { .. }));
    sends.map(|due| due.at).collect()
}

fn template() -> TemplateCall {
    TemplateCall::new("booking_reminder", "sw", vec!["kesho".into()], vec![]).unwrap()
}

#[test]
fn a_message_is_handed_over_once_however_often_it_is_asked_for() {
    let (chat, id) = queued(a_message());
    send(&chat, id);
    send(&chat, id);
    assert_eq!(chat.messenger.sent().len(), 1);
    assert!(matches!(state(&chat, id), SendState::Sent { .. }));
}

#[test]
fn without_an_answer_a_text_goes_out_once_more_after_the_wait_and_never_again() {
    let (chat, id) = queued(a_message());
    chat.messenger.answer([SendAnswer::Unknown, SendAnswer::Unknown]);
    send(&chat, id);
    assert_eq!(due(&chat).last(), Some(&(chat.clock.now() + STATUS_WAIT)));
    send(&chat, id);
    assert_eq!(chat.messenger.sent().len(), 1, "a status may still come");
    chat.passes(STATUS_WAIT);
    send(&chat, id);
    assert_eq!(chat.messenger.sent().len(), 2);
    chat.passes(STATUS_WAIT);
    send(&chat, id);
    assert_eq!(chat.messenger.sent().len(), 2);
    assert!(matches!(state(&chat, id), SendState::Abandoned { .. }));
}

#[test]
fn what_asks_for_money_is_not_repeated_and_a_person_is_told() {
    let (chat, id) = queued(a_message().purpose(Purpose::AsksMoney));
    chat.messenger.answer([SendAnswer::Unknown]);
    send(&chat, id);
    chat.passes(STATUS_WAIT);
    send(&chat, id);
    assert_eq!(chat.messenger.sent().len(), 1);
    let events = chat.record.events(tenant(1));
    assert_eq!(
        events,
        vec![ConversationEvent::MessageNotSent {
            message: id,
            reason: "unknown".into()
        }]
    );
}

#[test]
fn a_worker_that_died_while_handing_over_leaves_a_suspicion_and_no_second_copy() {
    let (chat, id) = queued(a_message());
    let read = block_on(chat.record.posting(tenant(1), id))
        .unwrap()
        .unwrap()
        .message;
    let dying = change(read.handing_over(chat.clock.now()), chat.clock.now());
    block_on(chat.record.record_posting(tenant(1), dying)).unwrap();
    send(&chat, id);
    assert_eq!(chat.messenger.sent().len(), 0);
    assert!(matches!(state(&chat, id), SendState::Unknown { .. }));
    chat.passes(STATUS_WAIT);
    send(&chat, id);
    assert_eq!(chat.messenger.sent().len(), 1);
}

#[test]
fn a_refusal_that_patience_helps_waits_four_times_longer_each_time() {
    let (chat, id) = queued(a_message());
    let busy = SendAnswer::Refused(SendRefusal::RetryLater {
        code: 131_056,
        after: Duration::seconds(6),
    });
    chat.messenger.answer([busy.clone(), busy]);
    let start = chat.clock.now();
    send(&chat, id);
    send(&chat, id);
    assert_eq!(chat.messenger.sent().len(), 1, "not before it is due");
    chat.passes(Duration::seconds(6));
    send(&chat, id);
    assert_eq!(
        due(&chat),
        [
            start,
            start + Duration::seconds(6),
            start + Duration::seconds(6 + 24)
        ]
    );
    chat.passes(Duration::seconds(24));
    send(&chat, id);
    assert!(matches!(state(&chat, id), SendState::Sent { .. }));
}

#[test]
fn a_hand_over_that_was_not_tried_counts_for_nothing_until_the_message_is_too_old() {
    let (chat, id) = queued(a_message());
    let after = Duration::minutes(5);
    let left_alone = SendAnswer::Refused(SendRefusal::LeftAlone { after });
    let start = chat.clock.now();
    let patient = PUT_OFF_MAX.whole_minutes() / after.whole_minutes();
    chat.messenger
        .answer((0..=patient).map(|_| left_alone.clone()).collect::<Vec<_>>());
    for _ in 0..patient {
        send(&chat, id);
        let again = due(&chat).last().copied();
        assert_eq!(again, Some(chat.clock.now() + after), "no longer each time");
        chat.passes(after);
    }
    assert_eq!(chat.clock.now() - start, PUT_OFF_MAX);
    send(&chat, id);
    assert_eq!(state(&chat, id).code(), "refused");
    assert_eq!(chat.record.events(tenant(1)).len(), 1, "somebody is told");
}

#[test]
fn outside_of_the_window_the_template_goes_and_without_one_nothing_does() {
    let (chat, id) = queued_after(a_message().or_template(template()), false);
    send(&chat, id);
    assert_eq!(chat.messenger.sent()[0].1, Content::Template(template()));
    let (chat, id) = queued_after(a_message(), false);
    send(&chat, id);
    assert_eq!(chat.messenger.sent(), vec![]);
    assert_eq!(state(&chat, id).code(), "refused");
    assert_eq!(chat.record.events(tenant(1)).len(), 1);
}

#[test]
fn a_template_that_is_not_approved_is_not_sent() {
    let (chat, id) = queued_after(a_message().or_template(template()), false);
    send_with(&chat, id, TemplateStanding::NotUsable);
    assert_eq!(chat.messenger.sent(), vec![]);
    assert_eq!(state(&chat, id).code(), "refused");
    let missed = ConversationEvent::TemplateMissed {
        template: crate::templates::label(template().name(), template().language_code()),
    };
    assert_eq!(chat.record.events(tenant(1)), [missed], "which template it is");
}

#[test]
fn money_that_was_not_asked_for_is_told_each_time_and_its_template_once() {
    let asking = a_message().purpose(Purpose::AsksMoney).or_template(template());
    let (chat, first) = queued_after(asking, false);
    send_with(&chat, first, TemplateStanding::NotUsable);
    let events = chat.record.events(tenant(1));
    let names: Vec<bool> = events
        .iter()
        .map(|event| matches!(event, ConversationEvent::TemplateMissed { .. }))
        .collect();
    assert_eq!(names, [false, true], "{events:?}");
}

#[test]
fn a_window_that_turns_out_to_be_closed_brings_the_template() {
    let (chat, id) = queued(a_message().or_template(template()));
    chat.messenger
        .answer([SendAnswer::Refused(SendRefusal::TemplateInstead {
            code: 131_047,
        })]);
    send(&chat, id);
    send(&chat, id);
    assert_eq!(chat.messenger.sent()[1].1, Content::Template(template()));
}

#[test]
fn consent_is_checked_when_it_is_sent() {
    let (chat, id) = queued(a_message());
    chat.passes(Duration::SECOND);
    let now = chat.clock.now();
    let customer = a_customer().build().id;
    chat.record
        .amend_customer(tenant(1), customer, |customer| customer.opted_out_at = Some(now));
    send(&chat, id);
    assert_eq!(chat.messenger.sent(), vec![]);
}

#[test]
fn a_digest_in_the_night_waits_for_the_morning() {
    let owner = Recipient::Business(Address::of_phone(a_phone(123)));
    let (chat, id) = queued(a_message().purpose(Purpose::Digest).to(owner));
    chat.clock.set(datetime!(2026-05-12 20:00 UTC));
    send(&chat, id);
    assert_eq!(chat.messenger.sent(), vec![]);
    let morning = datetime!(2026-05-13 04:00 UTC);
    assert_eq!(due(&chat).last(), Some(&morning));
    chat.clock.set(morning);
    send(&chat, id);
    assert_eq!(chat.messenger.sent().len(), 1);
}

#[test]
fn an_alarm_about_an_alarm_is_not_raised() {
    let owner = Recipient::Business(Address::of_phone(a_phone(999)));
    let (chat, id) = queued(a_message().purpose(Purpose::Alert).to(owner));
    chat.messenger
        .answer([SendAnswer::Refused(SendRefusal::Undeliverable { code: 131_026 })]);
    send(&chat, id);
    assert_eq!(state(&chat, id).code(), "refused");
    assert_eq!(chat.record.events(tenant(1)), vec![]);
}

#[test]
fn the_pause_grows_to_an_hour_and_no_further() {
    assert_eq!(growing(Duration::seconds(6), 1), Duration::seconds(6));
    assert_eq!(growing(Duration::seconds(6), 3), Duration::seconds(96));
    assert_eq!(growing(Duration::seconds(6), 60), PAUSE_MAX);
}

#[test]
fn what_a_message_answers_is_marked_as_read_when_it_went_out_and_not_before() {
    let mut chat = Chat::default();
    chat.says("hello");
    let answer = chat.to_customer().pop().unwrap();
    assert!(chat.messenger.read().is_empty());
    chat.messenger.answer([SendAnswer::Unknown]);
    send(&chat, answer.id);
    assert!(
        chat.messenger.read().is_empty(),
        "nobody knows whether it went out"
    );
    chat.says("what are your prices?");
    let answer = chat.to_customer().pop().unwrap();
    send(&chat, answer.id);
    assert_eq!(chat.messenger.read(), ["in.2"]);
}
