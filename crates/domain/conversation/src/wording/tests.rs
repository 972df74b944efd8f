use ratiba_kernel::Money;
use time::macros::datetime;
use uuid::Uuid;

use super::*;
use crate::channel::{Capabilities, Channel};
use crate::desk::{FeeFrom, NotFree, PayWays, VisitTerms};
use crate::machine::Reply;
use crate::outgoing::{Content, MessageId};
use crate::test_support::builders::{a_menu, a_profile, a_slot, facial, massage};

mod trials;

fn words(reply: &Reply, tongue: Tongue) -> Phrase {
    phrase(
        reply,
        &Voice {
            tongue,
            menu: &a_menu(),
            profile: &a_profile(),
            ways: PayWays::default(),
        },
    )
}

fn shown(phrase: &Phrase, capabilities: Capabilities) -> Presented {
    present(phrase, capabilities, MessageId::from_uuid(Uuid::from_u128(7))).unwrap()
}

#[test]
fn few_short_choices_are_buttons_and_described_ones_a_list() {
    let capabilities = Channel::Whatsapp.capabilities();
    let proposal = words(
        &Reply::Propose {
            slot: a_slot().build(),
        },
        Tongue::Swahili,
    );
    assert!(matches!(
        shown(&proposal, capabilities).content,
        Content::Buttons(_)
    ));
    let services = Reply::AskService {
        among: vec![massage(), facial()],
        narrowed: false,
    };
    let presented = shown(&words(&services, Tongue::English), capabilities);
    let Content::List(list) = &presented.content else {
        panic!("not a list")
    };
    assert_eq!(list.rows()[0].description.as_deref(), Some("KES 3,500 · 1 hour"));
    assert_eq!(presented.options.len(), 2);
}

#[test]
fn what_comes_back_is_called_credit_where_it_becomes_credit_and_the_way_it_came_where_it_goes_back() {
    let kes = |whole: i64| Money::kes_minor(whole * 100);
    let slot = a_slot().build();
    let told = |fee, fee_from, back, credit| {
        let terms = VisitTerms {
            fee: kes(fee),
            fee_from,
            back: kes(back),
            credit: kes(credit),
            waits_until: slot.starts_at,
        };
        let slot = slot.clone();
        words(&Reply::AskCancel { slot, terms }, Tongue::English).body
    };
    let credit = told(0, FeeFrom::Paid, 1_000, 1_000);
    assert!(
        credit.contains("costs you nothing. KES 1,000 of what you paid becomes your credit with")
            && !credit.contains("back to you"),
        "{credit}"
    );
    let both = told(500, FeeFrom::Paid, 700, 200);
    assert!(
        both.contains("costs KES 500; it is taken from what you paid. KES 500 goes back to you the way you paid it. KES 200"),
        "{both}"
    );
    let owed = told(500, FeeFrom::Asked, 0, 0);
    assert!(
        owed.contains("costs KES 500.") && !owed.contains("you paid"),
        "{owed}"
    );
}

#[test]
fn a_channel_without_buttons_gets_numbered_words_that_mean_the_same() {
    let plain = Capabilities {
        session_window: None,
        buttons_max: 0,
        list_rows_max: 0,
        link_button: false,
    };
    let proposal = words(
        &Reply::Propose {
            slot: a_slot().build(),
        },
        Tongue::English,
    );
    let presented = shown(&proposal, plain);
    let Content::Text(text) = &presented.content else {
        panic!("not a text")
    };
    assert!(
        text.as_str().ends_with("1. Yes\n2. No\n3. Other time"),
        "{}",
        text.as_str()
    );
    assert_eq!(presented.options, [Meaning::Yes, Meaning::No, Meaning::OtherTime]);
}

#[test]
fn what_is_to_pay_decides_the_words_of_the_proposal() {
    let said = |due| {
        words(
            &Reply::Propose {
                slot: a_slot().due_now(due).build(),
            },
            Tongue::English,
        )
        .body
    };
    assert!(said(1_000).contains("Deposit to pay now: KES 1,000"));
    assert!(said(3_500).contains("To pay now: KES 3,500"));
    assert!(said(0).contains("paid at the visit"));
}

#[test]
fn every_reason_names_what_was_asked_for_or_what_is_possible() {
    let wanted = Some(Wanted::At(datetime!(2026-05-13 04:00 UTC)));
    let slots = vec![a_slot().build()];
    let said = |reason| {
        let reply = Reply::PickSlot {
            reason,
            wanted: wanted.clone(),
            slots: slots.clone(),
        };
        words(&reply, Tongue::English).body
    };
    assert!(said(NotFree::Closed).contains("closed then: Wednesday 13 May, 7:00 am"));
    assert!(said(NotFree::Closed).contains("2:00 pm"));
    assert!(said(NotFree::TooSoon { notice_minutes: 30 }).contains("30 minutes"));
    assert!(said(NotFree::Taken).contains("7:00 am"));
    assert!(said(NotFree::Past).contains("passed"));
    assert!(
        said(NotFree::TooFar {
            last_day: datetime!(2026-07-11 0:00 UTC).date()
        })
        .contains("Saturday 11 July")
    );
    let none = Reply::NothingFree {
        reason: NotFree::Taken,
        wanted,
    };
    assert!(words(&none, Tongue::English).body.contains("nothing near"));
}

#[test]
fn the_week_is_told_with_equal_days_together() {
    let said = words(&Reply::Hours { day: None }, Tongue::Swahili).body;
    assert!(
        said.contains("Jumatatu – Jumapili: saa tatu asubuhi (9:00 am) – saa mbili usiku (8:00 pm)"),
        "{said}"
    );
}

#[test]
fn several_thoughts_are_one_message_with_the_last_choices_and_the_gravest_purpose() {
    let joined = Phrase::join(vec![
        Phrase::plain("Habari!"),
        words(
            &Reply::Propose {
                slot: a_slot().build(),
            },
            Tongue::English,
        )
        .for_purpose(Purpose::AsksMoney),
        Phrase::plain("(Trial)"),
    ])
    .unwrap();
    assert!(joined.body.starts_with("Habari!\n\n") && joined.body.ends_with("(Trial)"));
    assert_eq!(joined.choices.len(), 3);
    assert_eq!(joined.purpose, Purpose::AsksMoney);
    assert_eq!(Phrase::join(vec![]), None);
}

#[test]
fn names_too_long_for_a_row_are_told_in_full_beside_it() {
    let choice = Choice {
        meaning: Meaning::Yes,
        title: "Hot stone massage with oil and tea".into(),
        description: Some("KES 5,000".into()),
    };
    let phrase = Phrase::plain("?")
        .with_choices(vec![choice])
        .opened_by("See services");
    let Content::List(list) = shown(&phrase, Channel::Whatsapp.capabilities()).content else {
        panic!("not a list")
    };
    assert!(list.rows()[0].title.chars().count() <= 24);
    let description = list.rows()[0].description.clone().unwrap();
    assert_eq!(description, "Hot stone massage with oil and tea · KES 5,000");
}

#[test]
fn a_page_is_a_button_where_the_channel_has_one_and_an_address_among_the_words_where_not() {
    let (menu, profile) = (a_menu(), a_profile());
    let voice = Voice {
        tongue: Tongue::English,
        menu: &menu,
        profile: &profile,
        ways: PayWays {
            card_trial: true,
            ..PayWays::default()
        },
    };
    let url = format!("https://pay.example/1?id={}", "x".repeat(570));
    let amount = ratiba_kernel::Money::kes_minor(100_050);
    let said = card_link(amount, &url, ratiba_kernel::test_support::EPOCH, &voice).with_trial_notice(&voice);
    let capabilities = Channel::Whatsapp.capabilities();
    let Content::Link(link) = shown(&said, capabilities).content else {
        panic!("not a button")
    };
    assert_eq!((link.label(), link.url()), ("Pay by card", url.as_str()));
    assert!(
        link.body().contains("KES 1,000.50") && !link.body().contains("pay.example"),
        "{}",
        link.body()
    );
    assert!(
        link.body()
            .ends_with("(Trial: this payment is a test, no real money is taken.)"),
        "{}",
        link.body()
    );
    let without = Capabilities {
        link_button: false,
        ..capabilities
    };
    let Content::Text(text) = shown(&said, without).content else {
        panic!("not a text")
    };
    assert!(text.as_str().contains(&url), "{}", text.as_str());
    let joined = Phrase::join(vec![Phrase::plain("Karibu!"), said]).unwrap();
    assert!(matches!(shown(&joined, capabilities).content, Content::Text(_)));
}
