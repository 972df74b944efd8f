//! A tip is offered once, to whom the machine serves, and asked for by a prompt of its own.

use super::*;
use crate::consent::CohortMode;
use crate::desk::TipAnswer;
use crate::outgoing::{SendState, TemplateCall};
use crate::ports::TemplateStanding;

fn offer(chat: &Chat, visit: VisitRef) -> Notice {
    Notice::Money(MoneyNews::TipOffer {
        visit,
        customer: chat.customer().id,
    })
}

/// A visit that was rendered and is paid, and its customer in the chat.
fn after_the_visit() -> (Chat, VisitRef) {
    let (mut chat, visit) = at_the_prompt();
    paid(&chat, visit);
    chat.happens(1, Notice::VisitConfirmed { visit });
    chat.desk.set_visit(visit, VisitStanding::Rendered);
    (chat, visit)
}

#[test]
fn a_tip_is_offered_once_with_amounts_and_asked_for_by_a_prompt() {
    let (mut chat, visit) = after_the_visit();
    let notice = offer(&chat, visit);
    let told = chat.happens(2, notice.clone());
    assert!(
        told.len() == 1 && told[0].contains("waliokuhudumia") && told[0].contains("Majaribio"),
        "{told:?}"
    );
    assert_eq!(
        chat.choices(),
        ["KES 100", "KES 200", "KES 500", "Kiasi kingine", "Hapana, asante"]
    );
    for occasion in [2, 3] {
        assert_eq!(
            chat.happens(occasion, notice.clone()),
            Vec::<String>::new(),
            "once for a visit"
        );
    }
    let said = chat.taps("KES 200");
    assert!(said[0].contains("tip yako ya KES 200"), "{said:?}");
    assert_eq!(chat.desk.tips(), [200]);
    assert_eq!(chat.stage(), "booked", "the dialogue stays where it was");
    assert_eq!(chat.happens(4, notice), Vec::<String>::new());
}

#[test]
fn an_amount_that_is_typed_is_the_tip_and_one_beyond_the_limits_is_asked_again() {
    let (mut chat, visit) = after_the_visit();
    chat.happens(2, offer(&chat, visit));
    let said = chat.taps("Kiasi kingine");
    assert!(said[0].contains("KES 10 hadi KES 20,000"), "{said:?}");
    assert!(chat.says("50000")[0].contains("KES 20,000"), "too much");
    assert_eq!(chat.desk.tips(), Vec::<u32>::new());
    assert!(chat.says("Ksh 350")[0].contains("KES 350"));
    assert_eq!(chat.desk.tips(), [350]);
    // The question is answered: a figure is a figure again.
    chat.says("400");
    assert_eq!(chat.desk.tips(), [350]);
}

#[test]
fn a_no_ends_it_by_button_and_by_word() {
    for no in ["Hapana, asante", "hapana"] {
        let (mut chat, visit) = after_the_visit();
        chat.happens(2, offer(&chat, visit));
        let said = if no == "hapana" {
            chat.says(no)
        } else {
            chat.taps(no)
        };
        assert!(said[0].contains("Asante kwa kuja"), "{no}: {said:?}");
        assert_eq!(chat.desk.tips(), Vec::<u32>::new());
        assert_eq!(chat.happens(3, offer(&chat, visit)), Vec::<String>::new());
    }
}

#[test]
fn what_stands_in_the_way_of_a_tip_is_said_and_it_can_be_chosen_again() {
    let (mut chat, visit) = after_the_visit();
    chat.happens(2, offer(&chat, visit));
    let token = chat.token_of("KES 500");
    let tap = |chat: &mut Chat| chat.sends(PlainReader::tap(&a_phone(123), &token));
    for (answer, words) in [
        (TipAnswer::NotNow, "yajibu kwanza"),
        (TipAnswer::Given, "Umeshatoa tip"),
        (TipAnswer::NotPossible, "mapokezi"),
    ] {
        chat.desk.answer_tips(answer);
        let said = tap(&mut chat);
        assert!(said[0].contains(words), "{said:?}");
    }
}

#[test]
fn a_visit_that_a_phone_names_but_is_not_the_customers_gets_no_tip() {
    let (mut chat, visit) = after_the_visit();
    chat.happens(2, offer(&chat, visit));
    let forged = chat
        .token_of("KES 500")
        .replace(&visit.as_uuid().simple().to_string(), &"7".repeat(32));
    let said = chat.sends(PlainReader::tap(&a_phone(123), &forged));
    assert!(said[0].contains("mapokezi"), "{said:?}");
    assert_eq!(chat.desk.tips(), Vec::<u32>::new());
}

#[test]
fn nobody_is_asked_for_a_tip_whom_the_machine_does_not_serve() {
    // A person talks to the customer.
    let (mut chat, visit) = after_the_visit();
    chat.says("Naomba niongee na mtu");
    chat.news();
    assert_eq!(chat.happens(2, offer(&chat, visit)), Vec::<String>::new());
    // The customer opted out.
    let (mut chat, visit) = after_the_visit();
    chat.says("STOP");
    assert_eq!(chat.happens(2, offer(&chat, visit)), Vec::<String>::new());
    // The customer is not in the cohort.
    let (mut chat, visit) = after_the_visit();
    chat.profile
        .amend(|profile| profile.cohort = CohortMode::InvitedOnly);
    assert_eq!(chat.happens(2, offer(&chat, visit)), Vec::<String>::new());
    // The visit is another's by now, or was not rendered.
    let (mut chat, visit) = after_the_visit();
    chat.desk.set_visit(visit, VisitStanding::Confirmed);
    assert_eq!(chat.happens(2, offer(&chat, visit)), Vec::<String>::new());
}

#[test]
fn who_rendered_the_visit_is_told_of_their_part_once_and_not_from_whom_it_comes() {
    let (mut chat, visit) = after_the_visit();
    let part = |number: u32, minor| {
        Notice::Money(MoneyNews::TipFor {
            visit,
            payment: PaymentRef::from_uuid(Uuid::from_u128(4)),
            staff: crate::desk::StaffRef::from_uuid(Uuid::from_u128(u128::from(number))),
            address: crate::channel::Address::of_phone(a_phone(number)),
            amount: Money::kes_minor(minor),
            step: TipStep::Came,
        })
    };
    for (occasion, number, minor) in [(2, 7, 12_500), (2, 8, 7_500), (3, 7, 12_500)] {
        chat.happens(occasion, part(number, minor));
    }
    let told = chat.to_owners();
    let words: Vec<String> = told
        .iter()
        .map(|message| format!("{:?}", message.content.words()))
        .collect();
    assert_eq!(told.len(), 2, "each once: {words:?}");
    assert!(
        words[0].contains("a tip of KES 125 came for you") && words[1].contains("KES 75"),
        "{words:?}"
    );
    let customer = chat.customer();
    for (message, words) in told.iter().zip(&words) {
        assert_eq!(message.purpose, Purpose::News, "it waits for the morning");
        let template = message.fallback.as_ref().unwrap().parameters().join(" ");
        for said in [words, &template] {
            assert!(
                !said.contains(customer.phone.as_ref().unwrap().digits()),
                "{said}"
            );
            assert!(!said.contains("Asha"), "{said}");
        }
    }
}

#[test]
fn outside_of_the_window_no_tip_is_offered_and_no_owner_is_troubled() {
    let (mut chat, visit) = after_the_visit();
    chat.happens(2, offer(&chat, visit));
    let message = chat.to_customer().pop().unwrap();
    assert_eq!(
        (message.purpose, &message.fallback),
        (Purpose::Offer, &None::<TemplateCall>)
    );
    chat.passes(Duration::hours(25));
    let send = chat.send_message(TemplateStanding::Approved);
    ratiba_kernel::test_support::block_on(send.execute(chat.tenant(), message.id)).unwrap();
    let sent = chat.to_customer().pop().unwrap();
    assert!(
        matches!(sent.state, SendState::Refused { .. }),
        "{:?}",
        sent.state
    );
    assert_eq!(chat.record.events(chat.tenant()), []);
}

#[test]
fn who_was_told_of_a_tip_is_told_once_that_it_went_back() {
    let (mut chat, visit) = after_the_visit();
    let part = |step| {
        Notice::Money(MoneyNews::TipFor {
            visit,
            payment: PaymentRef::from_uuid(Uuid::from_u128(4)),
            staff: crate::desk::StaffRef::from_uuid(Uuid::from_u128(7)),
            address: crate::channel::Address::of_phone(a_phone(7)),
            amount: Money::kes_minor(12_500),
            step,
        })
    };
    let back = TipStep::WentBack(crate::desk::RefundRef::from_uuid(Uuid::from_u128(5)));
    for (occasion, step) in [(2, TipStep::Came), (3, back), (3, back)] {
        chat.happens(occasion, part(step));
    }
    let told = chat.to_owners();
    let words: Vec<String> = told
        .iter()
        .map(|message| format!("{:?}", message.content.words()))
        .collect();
    assert_eq!(told.len(), 2, "each once: {words:?}");
    assert!(words[1].contains("KES 125 of your tip"), "{words:?}");
    assert!(!words[1].contains("Asha"), "{words:?}");
}

#[test]
fn a_tip_whose_prompt_failed_is_explained_and_can_be_chosen_again() {
    let (mut chat, visit) = after_the_visit();
    chat.happens(2, offer(&chat, visit));
    chat.taps("KES 200");
    let failed = |number: u128, minor| {
        Notice::Money(MoneyNews::TipFailed {
            visit,
            customer: chat.customer().id,
            payment: PaymentRef::from_uuid(Uuid::from_u128(number)),
            amount: Money::kes_minor(minor),
            trouble: crate::desk::PaymentTrouble::WrongPin,
        })
    };
    let (of_shown, of_typed) = (failed(4, 20_000), failed(6, 35_000));
    let told = chat.happens(3, of_shown.clone());
    assert!(
        told.len() == 1 && told[0].contains("KES 200") && told[0].contains("PIN haikuwa sahihi"),
        "{told:?}"
    );
    assert_eq!(chat.choices(), ["KES 200", "Hapana, asante"]);
    assert_eq!(
        chat.happens(4, of_shown),
        Vec::<String>::new(),
        "once for a prompt"
    );
    chat.taps("KES 200");
    assert_eq!(chat.desk.tips(), [200, 200]);
    chat.happens(5, of_typed);
    assert_eq!(chat.choices(), ["Kiasi kingine", "Hapana, asante"]);
}

#[test]
fn an_amount_with_cents_is_asked_for_again_and_the_question_stays_open() {
    let (mut chat, visit) = after_the_visit();
    chat.happens(2, offer(&chat, visit));
    chat.taps("Kiasi kingine");
    let said = chat.says("150.50");
    assert!(said[0].contains("shilingi kamili"), "{said:?}");
    assert_eq!(chat.desk.tips(), Vec::<u32>::new());
    chat.says("150");
    assert_eq!(chat.desk.tips(), [150]);
}
