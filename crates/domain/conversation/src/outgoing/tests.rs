use proptest::prelude::*;
use ratiba_kernel::test_support::EPOCH;
use time::Duration;

use super::*;
use crate::test_support::builders::a_message;

fn token(number: usize) -> String {
    format!("t{number}")
}

#[test]
fn a_fourth_button_is_refused() {
    let buttons = (0..4)
        .map(|n| ReplyButton {
            token: token(n),
            title: token(n),
        })
        .collect();
    assert_eq!(Buttons::new("?", buttons), Err(TooMuch::Choices { limit: 3 }));
}

#[test]
fn two_buttons_that_read_alike_are_refused() {
    let buttons = (0..2)
        .map(|n| ReplyButton {
            token: token(n),
            title: "Ndiyo".into(),
        })
        .collect();
    assert_eq!(Buttons::new("?", buttons), Err(TooMuch::Alike));
}

#[test]
fn a_template_parameter_with_a_new_line_is_refused() {
    let call = TemplateCall::new("reminder", "sw", vec!["saa nane\nmchana".into()], vec![]);
    assert_eq!(call, Err(TooMuch::Layout));
}

#[test]
fn a_stored_message_that_breaks_a_limit_cannot_be_read_back() {
    let raw = serde_json::json!({"kind": "list", "content": {"body": "?", "button": "x".repeat(21),
        "rows": [{"token": "a", "title": "a", "description": null}]}});
    assert!(serde_json::from_value::<Content>(raw).is_err());
}

proptest! {
    #[test]
    fn cutting_keeps_the_limit_and_short_texts(text in "\\PC{0,60}", limit in 1usize..40) {
        let short = cut(&text, limit);
        prop_assert!(short.chars().count() <= limit);
        if text.trim().chars().count() <= limit {
            prop_assert_eq!(short, text.trim());
        }
    }

    #[test]
    fn content_reads_back_as_it_was_written(body in "[a-z ]{1,40}x", title in "[a-z]{1,20}") {
        let content = Content::Buttons(
            Buttons::new(body, vec![ReplyButton { token: "q:1".into(), title }]).unwrap(),
        );
        let json = serde_json::to_value(&content).unwrap();
        prop_assert_eq!(serde_json::from_value::<Content>(json).unwrap(), content);
    }
}

#[test]
fn a_send_without_an_answer_waits_and_then_goes_out_once_more() {
    let message = a_message()
        .purpose(Purpose::Receipt)
        .build()
        .handing_over(EPOCH)
        .suspected_sent(EPOCH);
    let until = EPOCH + STATUS_WAIT;
    assert_eq!(message.next_step(EPOCH), NextStep::Wait { until });
    assert_eq!(message.next_step(until), NextStep::HandOver);
    let again = message.handing_over(until).suspected_sent(until);
    assert_eq!(again.next_step(until + STATUS_WAIT), NextStep::GiveUp);
}

#[test]
fn what_asks_for_money_is_never_sent_on_a_suspicion() {
    let message = a_message()
        .purpose(Purpose::AsksMoney)
        .build()
        .handing_over(EPOCH);
    assert_eq!(message.next_step(EPOCH), NextStep::SuspectSent);
    let suspected = message.suspected_sent(EPOCH);
    assert_eq!(suspected.next_step(EPOCH + STATUS_WAIT), NextStep::GiveUp);
}

#[test]
fn patience_has_a_bound() {
    let mut message = a_message().build();
    for _ in 0..SEND_ATTEMPTS_MAX {
        message = message
            .handing_over(EPOCH)
            .postponed(131_056, Duration::seconds(4), EPOCH);
    }
    assert_eq!(message.state.code(), "refused");
}

fn report(outcome: Result<StatusKind, SendRefusal>) -> StatusReport {
    StatusReport {
        provider_id: "wamid.1".into(),
        message: None,
        outcome,
        at: EPOCH,
    }
}

proptest! {
    #[test]
    fn the_furthest_status_counts_in_any_order(order in Just(vec![StatusKind::Sent, StatusKind::Delivered, StatusKind::Read]).prop_shuffle()) {
        let mut message = a_message().build().handing_over(EPOCH).suspected_sent(EPOCH);
        for kind in order {
            message = message.reported(&report(Ok(kind)), EPOCH);
        }
        prop_assert_eq!(message.delivery.reached, Some(StatusKind::Read));
        prop_assert_eq!(message.state.code(), "sent");
    }
}

#[test]
fn a_failure_after_the_delivery_is_kept_but_undoes_nothing() {
    let message = a_message()
        .build()
        .handing_over(EPOCH)
        .accepted(Some("wamid.1".into()), EPOCH)
        .reported(&report(Ok(StatusKind::Delivered)), EPOCH)
        .reported(&report(Err(SendRefusal::Undeliverable { code: 131_026 })), EPOCH);
    assert_eq!(message.state.code(), "sent");
    assert_eq!(message.delivery.failed_code, Some(131_026));
}
