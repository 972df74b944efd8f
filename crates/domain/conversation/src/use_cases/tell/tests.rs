use ratiba_kernel::Clock;
use ratiba_kernel::Money;
use time::Duration;
use time::macros::date;

use super::*;
use crate::desk::{DayMoney, PaymentRef, PaymentTrouble, VisitRef};
use crate::outgoing::{Content, Document, Purpose};
use crate::paper::{Paper, Papers};
use crate::test_support::builders::a_phone;
use crate::test_support::chat::Chat;
use crate::test_support::desks::{FakeDesk, PlainReader};

mod commission;
mod money;
mod tips;

/// A chat with a held visit and a prompt that is out.
fn at_the_prompt() -> (Chat, VisitRef) {
    let mut chat = Chat::default();
    chat.reach_the_prompt();
    chat.news();
    let visit = chat.desk.visits()[0].id;
    (chat, visit)
}

fn paid(chat: &Chat, visit: VisitRef) {
    settled(chat, visit, Some("SJK7H2LM9P"));
}

fn settled(chat: &Chat, visit: VisitRef, receipt: Option<&str>) {
    let amount = Money::kes_minor(100_000);
    let receipt = receipt.map(str::to_owned);
    chat.desk
        .set_payment(visit, PaymentStanding::Settled { amount, receipt });
    chat.desk.set_visit(visit, VisitStanding::Confirmed);
}

/// Papers that say so in each language.
fn papers(text: &str) -> Box<Papers> {
    let paper = |title: &str| Paper {
        text: format!("{title}\n{text}"),
        gist: format!("{title} {text}"),
        document: Document::pdf("risiti.pdf", title, b"%PDF-1.4".to_vec()).ok(),
    };
    Box::new(Papers {
        english: paper("RECEIPT"),
        swahili: paper("RISITI"),
    })
}

fn receipt_of(visit: VisitRef, payment: u128) -> Notice {
    Notice::Receipt {
        visit,
        payment: PaymentRef::from_uuid(Uuid::from_u128(payment)),
        papers: papers("KES 1,000"),
    }
}

#[test]
fn a_paid_visit_is_confirmed_once_whatever_it_was_paid_with() {
    let (mut chat, visit) = at_the_prompt();
    paid(&chat, visit);
    let told = chat.happens(1, Notice::VisitConfirmed { visit });
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("miadi imethibitishwa") && told[0].contains("saa nane mchana (2:00 pm)"),
        "{}",
        told[0]
    );
    assert!(told[0].contains("KES 1,000, risiti SJK7H2LM9P") && !told[0].contains("M-Pesa"));
    assert_eq!(chat.stage(), "booked");
    for occasion in [1, 2] {
        assert_eq!(
            chat.happens(occasion, Notice::VisitConfirmed { visit }),
            Vec::<String>::new()
        );
    }
}

#[test]
fn a_receipt_goes_out_once_for_each_payment_in_words_and_as_a_document() {
    let (mut chat, visit) = at_the_prompt();
    paid(&chat, visit);
    chat.happens(1, Notice::VisitConfirmed { visit });
    let told = chat.happens(1, receipt_of(visit, 1));
    assert_eq!(told, ["RISITI\nKES 1,000", "RISITI"]);
    let messages = chat.to_customer();
    let (words, document) = (&messages[messages.len() - 2], &messages[messages.len() - 1]);
    assert_eq!(words.purpose, Purpose::Receipt);
    assert!(matches!(document.content, Content::Document(_)));
    assert_eq!(document.fallback, None, "outside of the window it does not go");
    let brief = words.fallback.as_ref().map(|call| call.parameters().to_vec());
    assert_eq!(brief, Some(vec!["RISITI KES 1,000".to_owned()]));
    for occasion in 1..=10 {
        assert_eq!(chat.happens(occasion, receipt_of(visit, 1)), Vec::<String>::new());
    }
    assert_eq!(
        chat.happens(2, receipt_of(visit, 2)).len(),
        2,
        "the balance has its own"
    );
}

#[test]
fn a_receipt_waits_for_the_confirmation_of_its_visit() {
    let (mut chat, visit) = at_the_prompt();
    settled(&chat, visit, Some("SJK7H2LM9P"));
    chat.desk.set_visit(visit, VisitStanding::Held);
    assert_eq!(chat.happens(1, receipt_of(visit, 1)), Vec::<String>::new());
    // A fee is owed, and paid, for what is over.
    for standing in [
        VisitStanding::Confirmed,
        VisitStanding::Rendered,
        VisitStanding::Gone,
    ] {
        chat.desk.set_visit(visit, standing);
        let payment = 10 + chat.to_customer().len();
        let payment = u128::try_from(payment).unwrap();
        assert_eq!(
            chat.happens(1, receipt_of(visit, payment)).len(),
            2,
            "{standing:?}"
        );
    }
}

#[test]
fn a_visit_that_owed_nothing_is_confirmed_with_its_reference() {
    let mut chat = Chat::with_desk(FakeDesk::asking_nothing);
    chat.reach_the_prompt();
    chat.news();
    let visit = chat.desk.visits()[0].id;
    let told = chat.happens(1, Notice::VisitConfirmed { visit });
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("BK7Q2M"), "{}", told[0]);
}

#[test]
fn a_failed_payment_is_told_with_what_helps_and_can_be_tried_again() {
    let (mut chat, visit) = at_the_prompt();
    let told = chat.happens(
        1,
        Notice::PaymentFailed {
            visit,
            trouble: PaymentTrouble::WrongPin,
        },
    );
    assert!(
        told[0].contains("PIN haikuwa sahihi") && told[0].contains("8:05 am"),
        "{}",
        told[0]
    );
    assert_eq!(chat.stage(), "paying");
    chat.taps("Jaribu tena");
    assert_eq!(chat.desk.resends(), 1);
    let told = chat.happens(
        2,
        Notice::PaymentFailed {
            visit,
            trouble: PaymentTrouble::Cancelled,
        },
    );
    assert_eq!(told.len(), 1, "another failure is another occasion");
}

#[test]
fn a_failure_that_is_ours_calls_the_person_who_is_promised() {
    let (mut chat, visit) = at_the_prompt();
    let ours = PaymentTrouble::OnOurSide;
    let told = chat.happens(1, Notice::PaymentFailed { visit, trouble: ours });
    assert!(told[0].contains("Mtu atakusaidia"), "{}", told[0]);
    assert!(chat.choices().is_empty(), "nothing that nobody would hear");
    let handoff = chat.thread().driver.handoff().cloned().unwrap();
    assert_eq!(handoff.reason, HandoffReason::Money);
    assert_eq!(chat.stage(), "paying", "who takes it over sees where it stood");
    let brief = chat.to_owners().pop().unwrap().content.words();
    assert!(brief.contains("Mtu atakusaidia"), "{brief}");
    let called = chat.to_owners().len();
    let again = Notice::PaymentFailed { visit, trouble: ours };
    chat.happens(1, again.clone());
    chat.happens(2, again);
    assert_eq!(chat.to_owners().len(), called, "one call stands");
}

#[test]
fn who_asks_after_a_failure_that_is_ours_gets_the_person_too() {
    let (mut chat, visit) = at_the_prompt();
    let failed = PaymentStanding::Failed(PaymentTrouble::OnOurSide);
    chat.desk.set_payment(visit, failed);
    let said = chat.says("nimelipa");
    assert!(said[0].contains("Mtu atakusaidia"), "{}", said[0]);
    let handoff = chat.thread().driver.handoff().cloned().unwrap();
    assert_eq!(handoff.reason, HandoffReason::Money);
}

#[test]
fn a_hold_that_ran_out_is_told_and_the_same_service_can_be_booked_again() {
    let (mut chat, visit) = at_the_prompt();
    chat.desk.set_visit(visit, VisitStanding::Gone);
    let failed = PaymentStanding::Failed(PaymentTrouble::Cancelled);
    chat.desk.set_payment(visit, failed);
    let told = chat.happens(1, Notice::HoldExpired { visit });
    assert!(told[0].contains("haikulipiwa"), "{}", told[0]);
    let said = chat.says("kesho saa tisa mchana");
    assert!(
        said[0].contains("Masaji: Jumatano 13 Mei, saa tisa mchana"),
        "{}",
        said[0]
    );
}

#[test]
fn a_hold_that_runs_out_after_its_money_was_given_back_is_not_called_unpaid() {
    let (mut chat, visit) = at_the_prompt();
    chat.desk.set_visit(visit, VisitStanding::Gone);
    chat.desk.set_payment(visit, PaymentStanding::GivenBack);
    let told = chat.happens(1, Notice::HoldExpired { visit });
    assert!(
        told[0].contains("imerudishwa") && !told[0].contains("haikulipiwa"),
        "{}",
        told[0]
    );
    assert_eq!(chat.stage(), "gathering", "the same can be booked again");
}

#[test]
fn a_hold_that_runs_out_while_nobody_knows_of_the_money_is_told_as_checking() {
    for unknown in [PaymentStanding::Checking, PaymentStanding::Prompting] {
        let (mut chat, visit) = at_the_prompt();
        chat.desk.set_visit(visit, VisitStanding::Gone);
        chat.desk.set_payment(visit, unknown);
        let told = chat.happens(1, Notice::HoldExpired { visit });
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].contains("usilipe tena") && !told[0].contains("haikulipiwa"),
            "{}",
            told[0]
        );
        assert_eq!(chat.stage(), "paying");
        chat.passes(Duration::minutes(10));
        assert!(chat.says("sawa")[0].contains("usilipe tena"));
        assert_eq!(
            chat.happens(1, Notice::HoldExpired { visit }),
            Vec::<String>::new()
        );
    }
}

#[test]
fn what_became_of_money_that_was_checked_after_the_hold_is_told_once() {
    let trouble = PaymentTrouble::Cancelled;
    let (mut chat, visit) = at_the_prompt();
    chat.desk.set_visit(visit, VisitStanding::Gone);
    chat.happens(1, Notice::HoldExpired { visit });
    chat.desk.set_payment(visit, PaymentStanding::Failed(trouble));
    let told = chat.happens(2, Notice::PaymentFailed { visit, trouble });
    assert!(told[0].contains("haikulipiwa"), "{}", told[0]);
    assert_eq!(chat.stage(), "gathering");
    for (occasion, again) in [
        (2, Notice::PaymentFailed { visit, trouble }),
        (1, Notice::HoldExpired { visit }),
    ] {
        assert_eq!(chat.happens(occasion, again), Vec::<String>::new());
    }
    let (mut chat, visit) = at_the_prompt();
    settled(&chat, visit, None);
    chat.desk.set_visit(visit, VisitStanding::Gone);
    let told = chat.happens(1, Notice::HoldExpired { visit });
    assert_eq!(told, Vec::<String>::new(), "it was paid: that is told on its own");
}

#[test]
fn news_that_the_visit_has_overtaken_is_not_told() {
    let (mut chat, visit) = at_the_prompt();
    paid(&chat, visit);
    assert_eq!(
        chat.happens(1, Notice::HoldExpired { visit }),
        Vec::<String>::new()
    );
    let failed = Notice::PaymentFailed {
        visit,
        trouble: PaymentTrouble::Cancelled,
    };
    assert_eq!(chat.happens(2, failed), Vec::<String>::new());
    chat.desk.set_visit(visit, VisitStanding::Gone);
    let reminder = Notice::Reminder {
        visit,
        lead: ReminderLead::DayBefore,
    };
    assert_eq!(chat.happens(3, reminder), Vec::<String>::new());
}

#[test]
fn a_reminder_has_its_buttons_a_template_and_is_told_once_for_each_lead() {
    let (mut chat, visit) = at_the_prompt();
    paid(&chat, visit);
    let day = Notice::Reminder {
        visit,
        lead: ReminderLead::DayBefore,
    };
    let told = chat.happens(1, day.clone());
    assert!(told[0].contains("Kumbusho"), "{}", told[0]);
    assert_eq!(chat.choices(), ["Nitakuja", "Hamisha", "Ghairi"]);
    let message = chat.to_customer().pop().unwrap();
    assert_eq!(message.purpose, Purpose::Reminder);
    let fallback = message.fallback.unwrap();
    assert_eq!(
        (fallback.name(), fallback.payloads().len()),
        ("booking_reminder", 3)
    );
    assert_eq!(chat.happens(9, day), Vec::<String>::new());
    chat.taps("Ghairi");
    assert_eq!(chat.stage(), "cancelling");
    chat.taps("Ghairi");
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Gone);
}

/// A chat with a paid visit whose reminder is out.
fn reminded() -> (Chat, VisitRef) {
    let (mut chat, visit) = at_the_prompt();
    paid(&chat, visit);
    chat.happens(1, Notice::VisitConfirmed { visit });
    let lead = ReminderLead::DayBefore;
    chat.happens(2, Notice::Reminder { visit, lead });
    (chat, visit)
}

#[test]
fn the_buttons_of_a_reminder_work_in_a_new_thread() {
    let (mut chat, _visit) = reminded();
    chat.passes(Duration::hours(25));
    let said = chat.taps("Nitakuja");
    assert!(!said[0].contains("hakuna swali"), "{}", said[0]);
    assert_eq!(chat.record.threads(chat.tenant()).len(), 2);
    chat.taps("Ghairi");
    assert_eq!(chat.stage(), "cancelling");
    chat.taps("Ghairi");
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Gone);
}

#[test]
fn the_buttons_of_a_reminder_work_in_the_middle_of_another_booking() {
    let (mut chat, visit) = reminded();
    let cancel = chat.token_of("Ghairi");
    chat.says("Nataka facial Ijumaa saa nane mchana");
    assert_eq!(chat.stage(), "confirming");
    chat.sends(PlainReader::tap(&a_phone(123), &cancel));
    assert_eq!(chat.thread().state.stage.visit(), Some(visit));
    chat.taps("Iache");
    assert_eq!(chat.stage(), "confirming");
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Confirmed);
}

#[test]
fn the_button_of_another_customers_reminder_does_nothing() {
    let (mut chat, visit) = reminded();
    for word in ["Nitakuja", "Hamisha", "Ghairi"] {
        let token = chat.token_of(word);
        let said = chat.sends(PlainReader::tap(&a_phone(321), &token));
        assert!(said[0].contains("Sioni miadi"), "{word}: {}", said[0]);
    }
    assert_eq!(chat.thread().state.stage.visit(), None);
    assert!(chat.thread().driver.is_machine());
    assert_eq!(chat.desk.visits()[0].id, visit);
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Confirmed);
}

#[test]
fn who_opted_out_can_still_answer_a_reminder() {
    let (mut chat, _visit) = reminded();
    chat.says("STOP");
    chat.taps("Ghairi");
    chat.taps("Ghairi");
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Gone);
}

#[test]
fn the_deadline_is_the_holds_own_when_the_thread_talks_of_something_else() {
    let (mut chat, visit) = at_the_prompt();
    chat.passes(Duration::hours(25));
    chat.says("Habari");
    let trouble = PaymentTrouble::WrongPin;
    let told = chat.happens(1, Notice::PaymentFailed { visit, trouble });
    assert!(told[0].contains("8:05 am"), "{}", told[0]);
}

#[test]
fn the_owners_hear_who_why_and_what_to_do() {
    let (mut chat, visit) = at_the_prompt();
    let message = chat.to_customer().pop().unwrap().id;
    let notices = [
        Notice::MoneyNeedsPerson {
            visit,
            what: MoneyMatter::PaidForLostVisit {
                done: ByTheRules::only_credit(Money::kes_minor(50_000)),
            },
        },
        Notice::Money(MoneyNews::Overpaid {
            visit,
            excess: Money::kes_minor(50_000),
            by: crate::desk::BackBy::Mpesa,
            number: Some("SJK7H2LM9P".to_owned()),
        }),
        Notice::CustomerLate {
            visit,
            starts_at: chat.clock.now(),
            minutes: Some(20),
        },
        Notice::LateFor {
            visit,
            starts_at: chat.clock.now(),
            minutes: Some(20),
            staff: crate::test_support::builders::wanjiru(),
            address: crate::channel::Address::of_phone(crate::test_support::builders::a_phone(11)),
        },
        Notice::MessageNotSent { message },
    ];
    for (occasion, notice) in (1u128..).zip(notices) {
        let told = chat.happens(occasion, notice.clone());
        assert_eq!(told.len(), 1);
        let sent = chat.to_owners().pop().unwrap();
        assert_eq!(
            sent.about,
            Some(chat.desk.visits()[0].customer),
            "forgotten with them"
        );
        let fallback = sent.fallback.unwrap();
        let [why, who, next] = fallback.parameters() else {
            panic!("why, who and what to do: {fallback:?}")
        };
        for part in ["Asha Njeri", "Swedish massage", "Wednesday 13 May, 2:00 pm"] {
            assert!(told[0].contains(part) && who.contains(part), "{}", told[0]);
        }
        assert!(told[0].contains(why) && told[0].contains(next), "{}", told[0]);
        assert!(!told[0].contains(&visit.to_string()), "{}", told[0]);
        assert_eq!(chat.happens(occasion, notice), Vec::<String>::new());
    }
}

#[test]
fn how_late_somebody_comes_is_told_once_however_often_they_say_so() {
    let (mut chat, visit) = at_the_prompt();
    let starts_at = chat.desk.visits()[0].slot.starts_at;
    let late = |minutes, starts_at| Notice::CustomerLate {
        visit,
        starts_at,
        minutes,
    };
    assert_eq!(chat.happens(1, late(Some(20), starts_at)).len(), 1);
    for (occasion, minutes) in [(2, 20), (3, 18), (4, 16)] {
        let told = chat.happens(occasion, late(Some(minutes), starts_at));
        assert_eq!(told, Vec::<String>::new(), "{minutes} minutes are no news");
    }
    assert_eq!(chat.happens(5, late(Some(25), starts_at)).len(), 1);
    assert_eq!(chat.happens(6, late(None, starts_at)).len(), 1);
    // It was moved, and they are late again.
    let later = starts_at + time::Duration::DAY;
    assert_eq!(chat.happens(7, late(Some(20), later)).len(), 1);
}

#[test]
fn what_the_desk_moves_while_a_move_is_asked_about_stays_at_its_new_time_after_a_no() {
    for question in ["Hamisha miadi yangu", "Ghairi miadi yangu"] {
        let (mut chat, visit) = at_the_prompt();
        paid(&chat, visit);
        chat.happens(1, Notice::VisitConfirmed { visit });
        chat.says(question);
        let starts_at = chat.desk.visits()[0].slot.starts_at + time::Duration::HOUR;
        chat.desk.shift(visit, starts_at);
        chat.happens(2, Notice::VisitMoved { visit });
        let said = chat.says("hapana");
        assert!(said[0].contains("3:00 pm"), "{question}: {}", said[0]);
    }
}

#[test]
fn a_reminder_has_the_language_on_record_and_not_that_of_one_message() {
    let (mut chat, visit) = at_the_prompt();
    paid(&chat, visit);
    chat.happens(1, Notice::VisitConfirmed { visit });
    let said = chat.says("Where are you located?");
    assert!(!said.is_empty());
    chat.passes(Duration::hours(3));
    let reminder = Notice::Reminder {
        visit,
        lead: ReminderLead::DayBefore,
    };
    let told = chat.happens(2, reminder);
    assert!(told[0].contains("Kumbusho"), "{}", told[0]);
}

#[test]
fn a_customer_who_opted_out_hears_of_the_booking_and_not_of_the_dialogue() {
    let (mut chat, visit) = at_the_prompt();
    let now = chat.clock.now();
    let id = chat.customer().id;
    chat.record
        .amend_customer(chat.tenant(), id, |customer| customer.opted_out_at = Some(now));
    let failed = Notice::PaymentFailed {
        visit,
        trouble: PaymentTrouble::Cancelled,
    };
    assert_eq!(chat.happens(1, failed), Vec::<String>::new());
    paid(&chat, visit);
    assert_eq!(chat.happens(2, Notice::VisitConfirmed { visit }).len(), 1);
}

#[test]
fn while_a_person_drives_the_confirmation_still_comes_and_the_driver_stays() {
    let (mut chat, visit) = at_the_prompt();
    chat.says("Naomba niongee na mtu");
    chat.news();
    paid(&chat, visit);
    assert_eq!(chat.happens(1, Notice::VisitConfirmed { visit }).len(), 1);
    assert!(!chat.thread().driver.is_machine());
    assert_eq!(chat.stage(), "booked");
}

#[test]
fn news_of_another_visit_leaves_the_dialogue_alone() {
    let (mut chat, visit) = at_the_prompt();
    paid(&chat, visit);
    chat.happens(1, Notice::VisitConfirmed { visit });
    chat.passes(Duration::minutes(10));
    chat.says("Nataka facial Ijumaa saa nane mchana");
    chat.happens(
        2,
        Notice::Reminder {
            visit,
            lead: ReminderLead::DayBefore,
        },
    );
    assert_eq!(chat.stage(), "confirming");
}

/// A full house has more visits than a message has room for: how many are left out is said.
#[test]
fn a_digest_of_many_visits_says_how_many_it_leaves_out() {
    let mut chat = Chat::default();
    let line = |hour| format!("{hour:02}:00 Swedish massage 60 minutes · Wanjiru · Asha");
    let figures = DigestFigures {
        day: date!(2026 - 05 - 12),
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
        commission: None,
        waiting: Vec::new(),
        late: Vec::new(),
        today: (0..45).map(line).collect(),
    };
    let told = chat.happens(1, Notice::Digest(figures));
    assert!(told[0].contains(&format!("Today:\n{}\n", line(0))), "{}", told[0]);
    assert!(
        told[0].ends_with(&format!("{}\n…and 15 more.", line(29))),
        "{}",
        told[0]
    );
}

#[test]
fn the_owners_get_the_digest_once_a_day() {
    let mut chat = Chat::default();
    let figures = DigestFigures {
        day: date!(2026 - 05 - 12),
        bookings: 7,
        no_shows: 1,
        takings: vec![
            (DayMoney::Mpesa, Money::kes_minor(1_250_000)),
            (DayMoney::Tips, Money::kes_minor(20_000)),
        ],
        open_payments: 0,
        unrouted: 0,
        handoffs: 2,
        dead_jobs: 0,
        overdue: 0,
        audit_in_doubt: false,
        overdue_requests: 0,
        commission: None,
        waiting: Vec::new(),
        late: Vec::new(),
        today: vec!["09:00 Asha, Swedish massage".into()],
    };
    let told = chat.happens(1, Notice::Digest(figures.clone()));
    assert!(
        told[0].contains("7 bookings") && told[0].contains("M-Pesa KES 12,500"),
        "{}",
        told[0]
    );
    assert!(
        told[0].contains("Commission this month: cannot be computed"),
        "{}",
        told[0]
    );
    let message = chat.to_owners().pop().unwrap();
    assert_eq!(message.about, None);
    assert!(matches!(message.content, Content::Text(_)));
    let fallback = message.fallback.unwrap();
    assert_eq!(fallback.name(), "owner_digest");
    assert_eq!(
        fallback.parameters(),
        [
            "Tuesday 12 May",
            "7",
            "1",
            "M-Pesa KES 12,500, tips KES 200",
            "0",
            "2",
            "0",
            "cannot be computed",
            "1"
        ]
    );
    assert_eq!(chat.happens(2, Notice::Digest(figures)), Vec::<String>::new());
}

/// A chat with nothing open, and a time that is kept for the customer's word.
fn offered(notice: fn(VisitRef) -> Notice) -> (Chat, VisitRef) {
    let (mut chat, visit) = at_the_prompt();
    paid(&chat, visit);
    chat.happens(1, Notice::VisitConfirmed { visit });
    chat.desk
        .keep_visit(visit, chat.clock.now() + Duration::minutes(15));
    let told = chat.happens(2, notice(visit));
    assert_eq!(told.len(), 1, "{told:?}");
    let names_a_deadline = told[0].contains("hadi") || told[0].contains("kabla");
    assert!(
        names_a_deadline && told[0].contains("saa nane mchana (2:00 pm)"),
        "{}",
        told[0]
    );
    assert_eq!(chat.choices(), ["Ndiyo", "Hapana"]);
    (chat, visit)
}

#[test]
fn a_time_from_the_waitlist_is_taken_by_its_button_and_money_is_asked() {
    let (mut chat, visit) = offered(|visit| Notice::WaitlistOffered { visit });
    chat.taps("Ndiyo");
    assert_eq!(chat.stage(), "paying");
    assert_eq!(chat.thread().state.stage.visit(), Some(visit));
}

#[test]
fn a_plain_yes_takes_the_time_that_was_offered_last() {
    let (mut chat, _visit) = offered(|visit| Notice::CounterOffered { visit });
    chat.says("Ndiyo");
    assert_eq!(chat.stage(), "paying");
}

#[test]
fn a_yes_to_an_accepted_request_brings_the_prompt() {
    let (mut chat, _visit) = offered(|visit| Notice::RequestAccepted { visit });
    chat.says("Ndiyo");
    assert_eq!(chat.stage(), "paying");
}

#[test]
fn a_plain_no_gives_the_offered_time_back() {
    let (mut chat, visit) = offered(|visit| Notice::WaitlistOffered { visit });
    let said = chat.says("Hapana");
    assert!(said[0].contains("mtu mwingine"), "{}", said[0]);
    assert_eq!(chat.desk.visits()[0].id, visit);
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Gone);
}

#[test]
fn an_offer_that_ran_out_is_not_taken_any_more() {
    let (mut chat, visit) = offered(|visit| Notice::WaitlistOffered { visit });
    chat.desk.set_visit(visit, VisitStanding::Gone);
    let said = chat.taps("Ndiyo");
    assert!(said[0].contains("haujawekwa tena"), "{}", said[0]);
}

#[test]
fn another_customers_offer_cannot_be_taken() {
    let (mut chat, visit) = offered(|visit| Notice::WaitlistOffered { visit });
    let token = chat.token_of("Ndiyo");
    let said = chat.sends(PlainReader::tap(&a_phone(321), &token));
    assert!(said[0].contains("haujawekwa tena"), "{}", said[0]);
    assert_eq!(chat.desk.visits()[0].id, visit);
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Held);
}

#[test]
fn the_owners_hear_of_a_request_and_of_bookings_that_a_change_meets() {
    let (mut chat, visit) = at_the_prompt();
    chat.happens(5, Notice::RequestWaits { visit });
    chat.happens(6, Notice::BookingsHit { count: 3 });
    let said: Vec<String> = chat
        .to_owners()
        .iter()
        .map(|message| message.content.words())
        .collect();
    assert!(
        said.iter()
            .any(|text| text.contains("waits for your yes") || text.contains("linasubiri")),
        "{said:?}"
    );
    assert!(
        said.iter()
            .any(|text| text.contains("3 booking") || text.contains("miadi 3")),
        "{said:?}"
    );
}

#[test]
fn the_owners_hear_of_a_drawer_that_was_opened_with_another_amount_than_was_left() {
    let (mut chat, _) = at_the_prompt();
    let (carried, float) = (Money::kes_minor(615_000), Money::kes_minor(100));
    chat.happens(5, Notice::FloatDiffered { carried, float });
    let said = chat.to_owners().last().map(|message| message.content.words());
    let said = said.unwrap();
    assert!(said.contains("KES 1") && said.contains("KES 6,150"), "{said}");
}

#[test]
fn a_page_that_waits_is_told_of_with_its_address_and_that_it_is_a_trial() {
    let (mut chat, visit) = at_the_prompt();
    let notice = || Notice::CardUnpaid {
        visit,
        page: PageLink::new("https://pay.example/1?a=b"),
    };
    let told = chat.happens(1, notice());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("https://pay.example/1?a=b"), "{}", told[0]);
    assert!(told[0].contains("Majaribio"), "{}", told[0]);
    assert_eq!(chat.happens(1, notice()), Vec::<String>::new(), "once");
    chat.desk.go_live();
    let real = chat.happens(2, notice());
    assert!(!real[0].contains("Majaribio"), "{}", real[0]);
    chat.desk.set_visit(visit, VisitStanding::Gone);
    assert_eq!(chat.happens(3, notice()), Vec::<String>::new());
}
