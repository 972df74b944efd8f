//! Everybody is told their own commission once, in their own language, and what becomes of a dispute.

use super::*;
use crate::channel::Address;
use crate::desk::{DisputeRef, DisputedLine, StatementCard};
use crate::outgoing::Recipient;
use crate::test_support::builders::a_statement;

fn news(news: CommissionNews) -> Notice {
    Notice::Commission(Box::new(news))
}

fn statement(card: StatementCard) -> Notice {
    news(CommissionNews::Statement {
        card,
        address: Address::of_phone(a_phone(123)),
    })
}

fn disputed() -> DisputedLine {
    DisputedLine {
        dispute: DisputeRef::from_uuid(Uuid::from_u128(0xd1)),
        name: "Wanjiru".to_owned(),
        month: date!(2026 - 05 - 01),
        line: a_statement(2).lines.swap_remove(1),
        reason: "It was ninety minutes.".to_owned(),
    }
}

fn decided(accepted: bool, answer: Option<&str>) -> Notice {
    news(CommissionNews::DisputeDecided {
        about: disputed(),
        accepted,
        answer: answer.map(str::to_owned),
        address: Address::of_phone(a_phone(123)),
    })
}

#[test]
fn a_statement_is_told_once_however_often_it_is_told_of_and_a_correction_is_another_one() {
    let mut chat = Chat::default();
    let card = a_statement(2);
    let told = chat.happens(1, statement(card.clone()));
    assert!(
        told.len() == 1 && told[0].contains("Fingerprint: 9f86d081"),
        "{told:?}"
    );
    for occasion in [1, 2] {
        assert_eq!(
            chat.happens(occasion, statement(card.clone())),
            Vec::<String>::new()
        );
    }
    let correction = StatementCard {
        id: crate::desk::StatementRef::from_uuid(Uuid::from_u128(0x58)),
        corrects: true,
        ..card
    };
    let told = chat.happens(3, statement(correction));
    assert!(told.len() == 1 && told[0].contains("a correction"), "{told:?}");
}

#[test]
fn a_statement_goes_to_its_owner_with_a_template_for_outside_of_the_window_and_waits_for_the_morning() {
    let mut chat = Chat::default();
    chat.happens(1, statement(a_statement(2)));
    let messages = chat.to_owners();
    let [message] = messages.as_slice() else {
        panic!("one of them: {messages:?}")
    };
    assert_eq!(
        message.recipient,
        Recipient::Business(Address::of_phone(a_phone(123)))
    );
    assert!(message.purpose.keeps_quiet_hours());
    let call = message.fallback.as_ref().unwrap();
    assert_eq!(
        (call.name(), call.parameters().len()),
        ("commission_statement", 9)
    );
    let Content::Buttons(buttons) = &message.content else {
        panic!("with a button")
    };
    assert_eq!(buttons.buttons()[0].title, "Dispute a line");
    assert_eq!(
        call.payloads(),
        [buttons.buttons()[0].token.clone()],
        "both lead to the same"
    );
}

#[test]
fn people_are_told_in_the_language_in_which_they_last_wrote_else_in_the_businesss() {
    let mut chat = Chat::default();
    chat.says("Habari, nataka massage");
    let told = chat.happens(1, statement(a_statement(1)));
    assert!(told[0].contains("kamisheni yako ya Mei 2026"), "{told:?}");
    let mut stranger = Chat::default();
    let told = stranger.happens(1, statement(a_statement(1)));
    assert!(told[0].contains("your commission for May 2026"), "{told:?}");
}

#[test]
fn a_decision_is_told_with_its_reason_once() {
    let mut chat = Chat::default();
    let told = chat.happens(1, decided(false, Some("The recorded end is right.")));
    assert_eq!(
        told,
        [
            "Your dispute about line 2 of May 2026 (Swedish massage, 13 May) was looked at, and the line stays as it is.\nThe \
          reason: The recorded end is right."
        ]
    );
    assert_eq!(
        chat.happens(2, decided(false, Some("Again."))),
        Vec::<String>::new()
    );
    let call = chat.to_owners()[0].fallback.clone().unwrap();
    assert_eq!(call.name(), "dispute_decided");
    assert_eq!(call.parameters()[2], "The recorded end is right.");

    let mut other = Chat::default();
    let told = other.happens(1, decided(true, None));
    assert_eq!(told.len(), 1);
    assert!(
        told[0].ends_with("What it changes comes to you as a correction."),
        "{told:?}"
    );
}

#[test]
fn the_owners_hear_of_a_dispute_with_its_reason() {
    let mut chat = Chat::default();
    let told = chat.happens(1, news(CommissionNews::DisputeOpened { about: disputed() }));
    assert_eq!(told.len(), 1, "{told:?}");
    for words in [
        "a line of commission is disputed",
        "Wanjiru, line 2 of May 2026",
        "It was ninety minutes.",
    ] {
        assert!(told[0].contains(words), "{words} in {}", told[0]);
    }
    assert_eq!(
        chat.happens(2, news(CommissionNews::DisputeOpened { about: disputed() })),
        Vec::<String>::new()
    );
}

#[test]
fn the_digest_names_every_month_that_waits_until_none_does() {
    let figures = |waiting, late| DigestFigures {
        day: date!(2026 - 06 - 02),
        bookings: 0,
        no_shows: 0,
        takings: Vec::new(),
        open_payments: 0,
        unrouted: 0,
        handoffs: 0,
        dead_jobs: 0,
        overdue: 0,
        audit_in_doubt: false,
        overdue_requests: 0,
        commission: Some(Money::kes_minor(100_000)),
        waiting,
        late,
        today: Vec::new(),
    };
    let waits = "KES 1,000; commission for April 2026, May 2026 waits: /close or the console";
    let mut chat = Chat::default();
    let months = vec![date!(2026 - 04 - 01), date!(2026 - 05 - 01)];
    let told = chat.happens(1, Notice::Digest(figures(months, Vec::new())));
    assert!(told[0].contains(waits), "{}", told[0]);
    let call = chat.to_owners()[0].fallback.clone().unwrap();
    assert!(call.parameters().contains(&waits.to_owned()), "{call:?}");
    let told = Chat::default().happens(1, Notice::Digest(figures(Vec::new(), Vec::new())));
    assert!(
        told[0].contains("KES 1,000") && !told[0].contains("waits"),
        "{}",
        told[0]
    );
    let late = vec![(date!(2026 - 05 - 01), 2)];
    let told = Chat::default().happens(1, Notice::Digest(figures(Vec::new(), late)));
    let words = "KES 1,000; late changes to closed commission wait for a decision: May 2026 (2)";
    assert!(told[0].contains(words), "{}", told[0]);
}
