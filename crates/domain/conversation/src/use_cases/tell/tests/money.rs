//! Money that moves outside of the chat is told to whom it belongs, once, and to the owners where they should know.

use super::*;
use crate::desk::{BackBy, RefundRef};
use crate::thread::{BRIEF_LINES_MAX, BriefLine, ThreadState};

fn payment(number: u128) -> PaymentRef {
    PaymentRef::from_uuid(Uuid::from_u128(number))
}

fn refund(chat: &Chat, visit: VisitRef, step: RefundStep) -> Notice {
    Notice::Money(MoneyNews::Refund {
        visit,
        customer: chat.customer().id,
        refund: RefundRef::from_uuid(Uuid::from_u128(9)),
        amount: Money::kes_minor(100_000),
        by: BackBy::Mpesa,
        step,
    })
}

fn credit(chat: &Chat, visit: VisitRef, step: CreditStep) -> Notice {
    Notice::Money(MoneyNews::Credit {
        visit,
        customer: chat.customer().id,
        amount: Money::kes_minor(50_050),
        step,
    })
}

fn came(visit: VisitRef, number: u128) -> Notice {
    Notice::Money(MoneyNews::Paid {
        visit,
        payment: payment(number),
        amount: Money::kes_minor(100_000),
        number: Some("SJK7H2LM9P".to_owned()),
    })
}

#[test]
fn each_step_of_a_refund_is_told_once_with_its_receipt() {
    let (mut chat, visit) = at_the_prompt();
    chat.desk.set_visit(visit, VisitStanding::Gone);
    let done = RefundStep::Done {
        number: Some("REV7H2LM9P".to_owned()),
    };
    for (occasion, step, words) in [
        (1, RefundStep::UnderWay, "inakurudishia KES 1,000 (M-Pesa)"),
        (2, done, "Umerudishiwa: KES 1,000\nKwa: M-Pesa REV7H2LM9P\n"),
        (3, RefundStep::NotDone, "haikuweza kurudi kwako"),
    ] {
        let notice = refund(&chat, visit, step);
        let told = chat.happens(occasion, notice.clone());
        assert!(told.len() == 1 && told[0].contains(words), "{told:?}");
        assert_eq!(chat.happens(occasion + 10, notice), Vec::<String>::new(), "once");
    }
}

#[test]
fn credit_that_is_given_and_spent_is_said_to_the_cent() {
    let (mut chat, visit) = at_the_prompt();
    let given = credit(&chat, visit, CreditStep::Given);
    let told = chat.happens(1, given.clone());
    assert!(
        told[0].contains("KES 500.50") && told[0].contains("salio lako"),
        "{told:?}"
    );
    assert_eq!(chat.happens(1, given), Vec::<String>::new());
    let spent = credit(&chat, visit, CreditStep::Spent);
    assert!(chat.happens(2, spent)[0].contains("imetumika kulipia"));
}

#[test]
fn who_gives_a_tip_is_thanked_once_with_its_number() {
    let (mut chat, visit) = at_the_prompt();
    chat.desk.set_visit(visit, VisitStanding::Rendered);
    let tip = Notice::Money(MoneyNews::Tip {
        visit,
        customer: chat.customer().id,
        payment: payment(4),
        amount: Money::kes_minor(20_000),
        by: BackBy::Mpesa,
        number: Some("SJK7H2LM9P".to_owned()),
    });
    let told = chat.happens(1, tip.clone());
    assert!(
        told.len() == 1 && told[0].contains("Tip yako ya KES 200 (M-Pesa SJK7H2LM9P)"),
        "{told:?}"
    );
    assert_eq!(chat.happens(2, tip), Vec::<String>::new(), "once");
}

#[test]
fn who_pays_a_part_by_hand_is_told_what_came_what_is_left_and_until_when() {
    let (mut chat, visit) = at_the_prompt();
    chat.desk.ask_under(visit, "9XW4TQ2M7A");
    let part = |chat: &Chat| {
        Notice::Money(MoneyNews::Part {
            visit,
            customer: chat.customer().id,
            amount: Money::kes_minor(40_000),
            by: BackBy::Mpesa,
            number: Some("SJK7H2LM9P".to_owned()),
            left: Money::kes_minor(65_050),
        })
    };
    let notice = part(&chat);
    let held = chat.happens(1, notice.clone());
    assert!(
        held.len() == 1 && held[0].contains("KES 400 imefika (M-Pesa SJK7H2LM9P)"),
        "{held:?}"
    );
    assert!(
        held[0].contains("Bado KES 650.50")
            && held[0].contains("jaribu tena")
            && held[0].contains("9XW4TQ2M7A kama akaunti")
            && !held[0].contains("BK7Q2M")
            && held[0].contains("Majaribio"),
        "{held:?}"
    );
    assert_eq!(chat.happens(1, notice.clone()), Vec::<String>::new(), "once");
    let message = chat.to_customer().pop().unwrap();
    assert_eq!(message.purpose, Purpose::AsksMoney);
    chat.desk.set_visit(visit, VisitStanding::Rendered);
    let after = chat.happens(2, notice.clone());
    assert!(
        after[0].contains("Bado KES 650.50") && !after[0].contains("jaribu tena"),
        "{after:?}"
    );
    chat.desk.set_visit(visit, VisitStanding::Gone);
    assert_eq!(
        chat.happens(3, notice),
        Vec::<String>::new(),
        "it is credit by then"
    );
    let matter = Notice::MoneyNeedsPerson {
        visit,
        what: MoneyMatter::PaidInPart,
    };
    let owners = chat.happens(4, matter);
    assert!(
        owners.iter().any(|text| text.contains("was paid by hand")),
        "{owners:?}"
    );
}

#[test]
fn money_of_somebody_else_is_told_to_nobody() {
    let (mut chat, visit) = at_the_prompt();
    let other = crate::customer::CustomerId::from_uuid(Uuid::from_u128(77));
    let amount = Money::kes_minor(100_000);
    for (occasion, news) in [
        (
            1,
            MoneyNews::Refund {
                visit,
                customer: other,
                refund: RefundRef::from_uuid(Uuid::from_u128(9)),
                amount,
                by: BackBy::Cash,
                step: RefundStep::Done { number: None },
            },
        ),
        (
            2,
            MoneyNews::Credit {
                visit,
                customer: other,
                amount,
                step: CreditStep::Given,
            },
        ),
    ] {
        assert_eq!(chat.happens(occasion, Notice::Money(news)), Vec::<String>::new());
    }
}

#[test]
fn a_page_is_told_with_its_whole_address_until_when_and_that_it_is_a_trial() {
    let (mut chat, visit) = at_the_prompt();
    let address = format!("https://pay.example/1?id={}", "x".repeat(500));
    let page = Notice::Money(MoneyNews::CardPage {
        visit,
        amount: Money::kes_minor(100_000),
        page: PageLink::new(address.clone()),
    });
    assert!(!format!("{page:?}").contains("pay.example"));
    let told = chat.happens(1, page.clone());
    assert!(told[0].ends_with(&format!("\n{address}")), "{}", told[0]);
    assert!(
        told[0].contains("KES 1,000") && told[0].contains("rudi kwenye chat"),
        "{}",
        told[0]
    );
    let message = chat.to_customer().pop().unwrap();
    let Content::Link(link) = &message.content else {
        panic!("a page is a button: {:?}", message.content)
    };
    assert_eq!((link.label(), link.url()), ("Lipa kwa kadi", address.as_str()));
    assert!(
        link.body()
            .ends_with("(Majaribio: malipo haya ni ya kujaribu, hakuna pesa halisi inayokatwa.)")
    );
    assert_eq!((message.purpose, message.fallback), (Purpose::AsksMoney, None));
    assert_eq!(chat.happens(1, page.clone()), Vec::<String>::new());
    chat.desk.set_visit(visit, VisitStanding::Confirmed);
    assert_eq!(chat.happens(2, page), Vec::<String>::new(), "it is paid");
}

#[test]
fn money_that_comes_while_a_person_talks_is_in_the_brief_and_the_owners_know() {
    let (mut chat, visit) = at_the_prompt();
    assert_eq!(
        chat.happens(1, came(visit, 1)),
        Vec::<String>::new(),
        "nobody need know"
    );
    chat.says("Naomba niongee na mtu");
    chat.news();
    paid(&chat, visit);
    let told = chat.happens(2, came(visit, 2));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("KES 1,000 (SJK7H2LM9P)") && told[0].contains("do not ask for this money again"),
        "{}",
        told[0]
    );
    let thread = chat.thread();
    let lines = thread.driver.handoff().unwrap().lines.clone();
    let BriefLine::Paid {
        amount,
        payment: which,
        ..
    } = lines[0];
    assert_eq!(
        (lines.len(), amount, which),
        (1, Money::kes_minor(100_000), payment(2))
    );
    assert!(!thread.driver.is_machine(), "the person still has it");
    assert_eq!(
        chat.happens(3, came(visit, 2)),
        Vec::<String>::new(),
        "ten callbacks, one line"
    );
    assert_eq!(chat.thread().driver.handoff().unwrap().lines.len(), 1);
    let stored = chat.thread().state.to_json().unwrap();
    assert_eq!(ThreadState::from_json(stored).unwrap(), chat.thread().state);
}

#[test]
fn a_brief_keeps_its_last_lines() {
    let (mut chat, visit) = at_the_prompt();
    chat.says("Naomba niongee na mtu");
    let mut thread = chat.thread();
    for number in 0..30 {
        thread = thread.briefed(BriefLine::Paid {
            at: chat.clock.now(),
            visit,
            payment: payment(number),
            amount: Money::kes_minor(100),
        });
    }
    let lines = thread.driver.handoff().unwrap().lines.clone();
    assert_eq!(lines.len(), BRIEF_LINES_MAX);
    let BriefLine::Paid { payment: first, .. } = lines[0];
    assert_eq!(first, payment(10));
}

#[test]
fn owners_hear_what_their_rules_did_with_the_money_and_are_asked_for_no_decision() {
    let (mut chat, visit) = at_the_prompt();
    let done = ByTheRules {
        credit: Money::kes_minor(50_000),
        sent_back: Money::kes_minor(30_000),
        kept: Money::kes_minor(25_000),
        paid_elsewhere: Money::kes_minor(0),
    };
    let lost = MoneyMatter::PaidForLostVisit { done };
    let cancelled = MoneyMatter::CancelledAfterPayment { done };
    let missed = MoneyMatter::MissedAfterPayment { done };
    for (occasion, what) in [(1, lost), (2, cancelled), (3, missed)] {
        let told = chat.happens(occasion, Notice::MoneyNeedsPerson { visit, what });
        let [told] = told.as_slice() else {
            panic!("one owner: {told:?}")
        };
        for words in [
            "KES 500 is the customer's credit now",
            "KES 300 goes back the way it came",
            "KES 250 stays with the visit",
        ] {
            assert!(told.contains(words), "{told}");
        }
        assert!(!told.contains("decide") && !told.contains("refund"), "{told}");
    }
    let nothing = Money::kes_minor(0);
    let done = ByTheRules {
        paid_elsewhere: Money::kes_minor(40_000),
        ..ByTheRules::only_credit(nothing)
    };
    let what = MoneyMatter::CancelledAfterPayment { done };
    let told = chat.happens(4, Notice::MoneyNeedsPerson { visit, what });
    assert!(
        told[0].contains("KES 400 was paid before you came here") && !told[0].contains("credit"),
        "what no rule gives back is the owner's to decide: {told:?}"
    );
}
