//! Whoever earned it disputes a line of their own closed commission, and nobody else's.

use super::*;
use crate::channel::Address;
use crate::desk::{Refusal, StatementCard, StatementRef, WaitingMonth};
use crate::outgoing::{Content, Recipient};
use crate::ports::ThreadBook;
use crate::rail::{Act, LinesTap, Slate, StatementTap};
use crate::test_support::builders::a_statement;
use crate::use_cases::{CommissionNews, Notice};

const OWNER: u32 = 999;
const THERAPIST: u32 = 11;

/// May is closed, and Wanjiru was told so.
fn closed(lines: usize) -> Chat {
    let mut chat = Chat::default();
    chat.desk.employ(a_phone(THERAPIST));
    chat.office.closed(a_statement(lines));
    let news = CommissionNews::Statement {
        card: a_statement(lines),
        address: Address::of_phone(a_phone(THERAPIST)),
    };
    chat.happens(1, Notice::Commission(Box::new(news)));
    chat
}

fn says(chat: &mut Chat, words: &str) -> String {
    chat.admin_says(THERAPIST, words).concat()
}

/// What stands behind the newest button or row with this in its title.
fn token(chat: &Chat, title: &str) -> String {
    let messages = chat.to_owners();
    let found = messages.iter().rev().find_map(|message| match &message.content {
        Content::Buttons(buttons) => buttons
            .buttons()
            .iter()
            .find(|button| button.title.contains(title))
            .map(|button| button.token.clone()),
        Content::List(list) => list
            .rows()
            .iter()
            .find(|row| row.title.contains(title))
            .map(|row| row.token.clone()),
        Content::Text(_) | Content::Link(_) | Content::Template(_) | Content::Document(_) => None,
    });
    found.unwrap_or_else(|| panic!("nothing is called {title}"))
}

fn taps(chat: &mut Chat, title: &str) -> String {
    let raw = PlainReader::tap(&a_phone(THERAPIST), &token(chat, title));
    chat.sends(raw).concat()
}

fn slate(chat: &Chat) -> Slate {
    block_on(chat.record.slate(chat.tenant(), a_phone(THERAPIST))).unwrap()
}

#[test]
fn a_line_is_chosen_its_reason_read_back_and_a_yes_opens_the_dispute() {
    let mut chat = closed(2);
    assert_eq!(
        taps(&mut chat, "Dispute a line"),
        "Your commission for May 2026: which line is wrong?"
    );
    assert_eq!(
        taps(&mut chat, "2. Swedish"),
        "Line 2: Swedish massage, 13 May, base KES 3,500, commission KES 700, tip KES 0.\nWhat is wrong with it? Write it \
         in one message."
    );
    let asked = says(&mut chat, "It was ninety minutes, my tips too");
    assert!(
        asked.starts_with(
            "Dispute line 2 of May 2026 (Swedish massage, 13 May, commission KES 700): \"It was ninety minutes, my tips too\"?"
        ),
        "{asked}"
    );
    assert!(chat.office.orders().is_empty(), "nothing is opened by asking");
    let opened = says(&mut chat, "YES");
    assert!(
        opened.starts_with("Your dispute is open: Dispute line 2"),
        "{opened}"
    );
    let orders = chat.office.orders();
    assert_eq!((orders.len(), &orders[0].by), (1, &a_phone(THERAPIST)));
    assert!(
        matches!(&orders[0].act, Act::Dispute { line: 2, reason, .. } if reason == "It was ninety minutes, my tips too")
    );
    assert!(!slate(&chat).is_open());
    assert!(
        chat.record.threads(chat.tenant()).is_empty(),
        "no customer's thread begins"
    );
}

#[test]
fn the_command_leads_to_the_lines_or_to_one_of_them_in_both_languages() {
    let mut chat = closed(12);
    assert_eq!(
        says(&mut chat, "/dispute"),
        "Your commission for May 2026: which line is wrong?"
    );
    assert!(taps(&mut chat, "More lines").contains("which line"));
    assert!(taps(&mut chat, "12. Swedish").starts_with("Line 12:"));
    assert!(says(&mut chat, "/dispute 3").starts_with("Line 3:"));
    assert!(says(&mut chat, "/dispute 3 it was ninety minutes").contains("\"it was ninety minutes\"?"));
    assert_eq!(
        says(&mut chat, "/dispute 13"),
        "Your statement for May 2026 has no line 13."
    );
    assert_eq!(
        says(&mut chat, "kamisheni yangu si sahihi"),
        "Kamisheni yako ya Mei 2026: mstari upi si sahihi?"
    );
}

#[test]
fn what_was_asked_survives_whatever_happens_to_the_process() {
    let mut chat = closed(2);
    says(&mut chat, "/dispute 1");
    assert_eq!(slate(&chat).awaits.map(|awaits| awaits.line), Some(1));
    says(&mut chat, "wrong base");
    let pending = slate(&chat).pending.unwrap();
    assert!(
        matches!(pending.act, Act::Dispute { line: 1, .. }),
        "it is on record before it is asked"
    );
    assert_eq!(slate(&chat).awaits, None);
}

#[test]
fn a_no_or_a_command_lets_it_be() {
    for other in ["hapana", "NO", "/my-day"] {
        let mut chat = closed(2);
        says(&mut chat, "/dispute 1");
        says(&mut chat, other);
        assert!(!slate(&chat).is_open(), "{other}");
    }
    let mut chat = closed(2);
    says(&mut chat, "/dispute 1 wrong base");
    assert_eq!(says(&mut chat, "no"), "Nothing was changed.");
    assert!(chat.office.orders().is_empty());
}

#[test]
fn after_ten_minutes_words_are_no_reason_and_a_yes_does_nothing() {
    let mut chat = closed(2);
    says(&mut chat, "/dispute 1");
    chat.passes(Duration::minutes(10));
    let said = says(&mut chat, "Nataka massage kesho saa nane mchana");
    assert!(!said.contains("Dispute"), "{said}");
    assert!(!slate(&chat).is_open());
    let mut chat = closed(2);
    says(&mut chat, "/dispute 1 wrong base");
    chat.passes(Duration::minutes(10));
    assert!(says(&mut chat, "YES").starts_with("That question is over"));
    assert!(chat.office.orders().is_empty());
}

#[test]
fn a_reason_that_is_too_long_is_asked_for_again() {
    let mut chat = closed(2);
    says(&mut chat, "/dispute 1");
    assert!(says(&mut chat, &"x".repeat(501)).contains("500"));
    assert!(says(&mut chat, &"x".repeat(500)).contains("YES / NO"));
}

#[test]
fn a_line_that_is_disputed_already_is_refused_before_and_after_the_yes() {
    let mut chat = closed(2);
    says(&mut chat, "/dispute 1 wrong base");
    chat.office.refuse(Refusal::Disputed);
    let refused = says(&mut chat, "YES");
    assert!(
        refused.contains("a dispute about that line is open already"),
        "{refused}"
    );
    chat.office.agree();
    chat.office.disputed(1);
    assert!(says(&mut chat, "/dispute 1").starts_with("Your dispute about line 1 is open already"));
    assert!(says(&mut chat, "/dispute 2").starts_with("Line 2:"));
}

#[test]
fn an_old_list_is_refused_and_its_button_is_not() {
    let mut chat = closed(2);
    taps(&mut chat, "Dispute a line");
    chat.passes(Duration::hours(25));
    assert_eq!(
        taps(&mut chat, "1. Swedish"),
        "That list is old. Write /dispute for a new one."
    );
    assert!(!slate(&chat).is_open());
    assert!(taps(&mut chat, "Dispute a line").contains("which line"));
    assert!(taps(&mut chat, "1. Swedish").starts_with("Line 1:"));
}

#[test]
fn nobody_sees_or_disputes_what_somebody_else_earned() {
    let mut chat = closed(2);
    let other = StatementCard {
        id: StatementRef::from_uuid(uuid::Uuid::from_u128(0x99)),
        staff: crate::desk::StaffRef::from_uuid(uuid::Uuid::from_u128(0x77)),
        ..a_statement(2)
    };
    chat.office.closed(other.clone());
    let tap = StatementTap::Lines(LinesTap {
        statement: other.id,
        from: 0,
    });
    let raw = PlainReader::tap(&a_phone(THERAPIST), &tap.token());
    assert_eq!(
        chat.sends(raw).concat(),
        "You have no closed commission statement."
    );
    for stranger in [OWNER, 123] {
        let own = StatementTap::Lines(LinesTap {
            statement: a_statement(2).id,
            from: 0,
        });
        let raw = PlainReader::tap(&a_phone(stranger), &own.token());
        let said = chat.sends(raw).concat();
        assert!(
            !said.contains("Swedish massage ") && !said.contains("which line"),
            "{stranger}: {said}"
        );
    }
    let to_therapist = Recipient::Business(Address::of_phone(a_phone(THERAPIST)));
    assert!(
        chat.to_owners()
            .iter()
            .any(|message| message.recipient == to_therapist)
    );
}

#[test]
fn a_message_of_a_therapist_that_is_nothing_of_this_is_a_customers() {
    let mut chat = closed(2);
    let said = says(&mut chat, "Nataka massage kesho saa nane mchana");
    assert!(said.contains("Masaji") || said.contains("massage"), "{said}");
    assert_eq!(chat.record.threads(chat.tenant()).len(), 1);
}

#[test]
fn a_month_that_waits_is_closed_by_an_admins_yes() {
    let mut chat = Chat::default();
    assert_eq!(
        chat.admin_says(OWNER, "/close").concat(),
        "No month of commission waits to be closed."
    );
    let waiting = WaitingMonth {
        month: time::macros::date!(2026 - 05 - 01),
        people: 3,
        commission: Money::kes_minor(1_234_500),
        tips: Money::kes_minor(20_000),
        fingerprint: [7; 32],
    };
    chat.office.waits(waiting);
    let asked = chat.admin_says(OWNER, "/close").concat();
    assert!(
        asked
            .starts_with("Close the commission for May 2026: 3 people, commission KES 12,345, tips KES 200;"),
        "{asked}"
    );
    assert!(chat.admin_says(OWNER, "YES").concat().starts_with("Done."));
    let orders = chat.office.orders();
    assert!(matches!(orders.as_slice(), [order] if order.act == Act::Close { waiting }));
    chat.desk.employ(a_phone(THERAPIST));
    let said = chat.admin_says(THERAPIST, "/close").concat();
    assert!(!said.contains("May 2026"), "{said}");
}
