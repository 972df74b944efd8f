//! What somebody who is invited is told, and that nobody who reads the record can accept for them.

use ratiba_kernel::test_support::{EPOCH, block_on};
use time::Duration;

use super::*;
use crate::test_support::builders::a_phone;
use crate::test_support::chat::Chat;

fn invited(send: i32) -> InvitedToTeam {
    InvitedToTeam {
        invitation: Uuid::from_u128(0x1a),
        send,
        phone: a_phone(77),
        role: TeamRole::Receptionist,
        expires_at: EPOCH + Duration::days(7),
    }
}

#[test]
fn the_message_names_the_business_the_role_and_the_day_and_carries_no_secret() {
    let chat = Chat::default();
    block_on(
        chat.tell_invited(TemplateStanding::Approved)
            .execute(chat.tenant(), &invited(1)),
    )
    .unwrap();
    let messages = chat.to_owners();
    let [message] = messages.as_slice() else {
        panic!("one message: {messages:?}")
    };
    assert_eq!(
        message.recipient,
        Recipient::Business(Address::of_phone(a_phone(77)))
    );
    let Content::Template(call) = &message.content else {
        panic!("a template: {message:?}")
    };
    assert_eq!(call.name(), "team_invitation");
    assert_eq!(call.parameters().len(), 4);
    assert_eq!(call.parameters()[3], Uuid::from_u128(0x1a).to_string());
    assert_eq!(invitation_in(&message.content), Some(Uuid::from_u128(0x1a)));
}

#[test]
fn each_sending_is_told_once() {
    let chat = Chat::default();
    let tell = chat.tell_invited(TemplateStanding::Approved);
    for (send, messages) in [(1, 1), (1, 1), (2, 2)] {
        block_on(tell.execute(chat.tenant(), &invited(send))).unwrap();
        assert_eq!(chat.to_owners().len(), messages);
    }
}

#[test]
fn without_the_template_nobody_can_be_invited() {
    let chat = Chat::default();
    for (standing, ready) in [
        (TemplateStanding::Approved, true),
        (TemplateStanding::NotUsable, false),
    ] {
        let is_ready = block_on(chat.tell_invited(standing).is_ready(chat.tenant()));
        assert_eq!(is_ready.unwrap(), ready);
    }
}

#[test]
fn the_address_stands_where_the_id_stood() {
    let chat = Chat::default();
    block_on(
        chat.tell_invited(TemplateStanding::Approved)
            .execute(chat.tenant(), &invited(1)),
    )
    .unwrap();
    let content = chat.to_owners()[0].content.clone();
    let address = "https://ratiba.example/auth/join#5f2b";
    let Content::Template(call) = with_address(&content, address).unwrap() else {
        panic!("still a template")
    };
    assert_eq!(call.parameters()[3], address);
    assert_eq!(invitation_in(&Content::Template(call)), None);
}
