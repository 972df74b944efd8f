//! What people of the business write from their own phones.

use time::macros::datetime;
use uuid::Uuid;

use super::*;
use crate::desk::{
    Canceller, DayMoney, DayState, DayVisit, Earnings, EarningsLine, FoundCustomer, Refusal, VisitRef,
};
use crate::outgoing::{Content, Recipient};
use crate::ports::ThreadBook;
use crate::rail::Act;
use crate::test_support::builders::{an_admin, massage};

const OWNER: u32 = 999;
const THERAPIST: u32 = 11;

fn visit(number: u128, hour: i64) -> DayVisit {
    DayVisit {
        id: VisitRef::from_uuid(Uuid::from_u128(number)),
        starts_at: datetime!(2026-05-12 00:00 +3) + Duration::hours(hour),
        services: "Massage".to_owned(),
        staff: "Wanjiru".to_owned(),
        customer: Some(format!("Amina {number}")),
        state: DayState::Confirmed,
    }
}

/// Two visits today and one tomorrow; Wanjiru works here.
fn a_day() -> Chat {
    let chat = Chat::default();
    for (number, hour) in [(1, 14), (2, 16), (3, 34)] {
        chat.office.book_in(visit(number, hour));
    }
    chat.desk.employ(a_phone(THERAPIST));
    chat
}

fn says(chat: &mut Chat, words: &str) -> String {
    let said = chat.admin_says(OWNER, words);
    assert_eq!(said.len(), 1, "{words}: {said:?}");
    said[0].clone()
}

/// The admin taps the newest button with this title.
fn taps(chat: &mut Chat, title: &str) -> String {
    let messages = chat.to_owners();
    let token = messages.iter().rev().find_map(|message| match &message.content {
        Content::Buttons(buttons) => buttons
            .buttons()
            .iter()
            .find(|button| button.title == title)
            .map(|button| button.token.clone()),
        Content::Text(_)
        | Content::List(_)
        | Content::Link(_)
        | Content::Template(_)
        | Content::Document(_) => None,
    });
    let raw = PlainReader::tap(&a_phone(OWNER), &token.expect("a button"));
    let said = chat.sends(raw);
    said.concat()
}

#[test]
fn the_list_of_a_day_is_numbered_and_says_what_when_by_whom_for_whom_and_how_it_stands() {
    let mut chat = a_day();
    assert_eq!(
        says(&mut chat, "/today"),
        "Tuesday 12 May (2):\n1. 2:00 pm · Massage · Wanjiru · Amina 1 · confirmed\n2. 4:00 pm · Massage · Wanjiru · \
         Amina 2 · confirmed"
    );
    assert!(says(&mut chat, "/tomorrow").starts_with("Wednesday 13 May (1):\n1. 10:00 am"));
    assert!(says(&mut chat, "what's on tomorrow?").starts_with("Wednesday 13 May (1):"));
    assert_eq!(says(&mut chat, "/today friday"), "Friday 15 May: no bookings.");
    assert!(
        says(&mut chat, "/today purple").contains("/today"),
        "how it is written"
    );
    assert!(
        chat.record.threads(chat.tenant()).is_empty(),
        "no customer's thread begins"
    );
}

#[test]
fn a_long_day_is_cut_with_how_many_more_there_are() {
    let mut chat = Chat::default();
    for number in 0..45 {
        chat.office.book_in(visit(number, 9));
    }
    let said = says(&mut chat, "/today");
    assert!(said.ends_with("…and 15 more."), "{said}");
    assert!(says(&mut chat, "/cancel 31").contains("no number 31"));
}

#[test]
fn a_change_is_asked_about_and_done_once_by_a_yes_in_another_message() {
    let mut chat = a_day();
    says(&mut chat, "/today");
    let asked = says(&mut chat, "/cancel 2");
    assert!(
        asked.starts_with("Cancel Amina 2's Massage, Tuesday 12 May, 4:00 pm (saa kumi jioni)?\nYES / NO"),
        "{asked}"
    );
    assert!(chat.office.orders().is_empty(), "nothing is done by asking");
    let done = says(&mut chat, "YES");
    assert!(done.starts_with("Done. Cancel Amina 2's Massage"), "{done}");
    let orders = chat.office.orders();
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].by, a_phone(OWNER));
    assert!(matches!(orders[0].act, Act::Cancel { visit, .. } if visit.as_uuid() == Uuid::from_u128(2)));
    says(&mut chat, "yes");
    assert_eq!(chat.office.orders().len(), 1, "a second yes does nothing");
}

#[test]
fn buttons_say_yes_and_no() {
    let mut chat = a_day();
    says(&mut chat, "/today");
    says(&mut chat, "/cancel 1");
    assert_eq!(taps(&mut chat, "No"), "Nothing was changed.");
    says(&mut chat, "cancel 1");
    assert!(taps(&mut chat, "Yes").starts_with("Done."));
    let again = taps(&mut chat, "Yes");
    assert_eq!(again, "No question is open; nothing was changed.");
    assert_eq!(chat.office.orders().len(), 1);
}

#[test]
fn a_no_drops_it_and_so_does_anything_else_that_is_written() {
    for other in [
        "NO",
        "hapana",
        "/today",
        "Hello, I want a massage tomorrow at 3pm",
        "/nonsense",
    ] {
        let mut chat = a_day();
        says(&mut chat, "/today");
        says(&mut chat, "/cancel 1");
        chat.admin_says(OWNER, other);
        let slate = block_on(chat.record.slate(chat.tenant(), a_phone(OWNER))).unwrap();
        assert_eq!(slate.pending, None, "{other}");
        chat.admin_says(OWNER, "/help");
        says(&mut chat, "YES");
        assert!(chat.office.orders().is_empty(), "{other}");
    }
}

#[test]
fn a_yes_after_ten_minutes_is_told_so_and_does_nothing() {
    let mut chat = a_day();
    says(&mut chat, "/today");
    says(&mut chat, "/cancel 1");
    chat.passes(Duration::minutes(10));
    let late = says(&mut chat, "ndiyo");
    assert!(
        late.starts_with("That question is over, nothing was changed."),
        "{late}"
    );
    assert!(chat.office.orders().is_empty());
}

#[test]
fn what_cannot_be_done_is_refused_with_the_reason_before_and_after_the_yes() {
    let mut chat = a_day();
    says(&mut chat, "/today");
    says(&mut chat, "/cancel 1");
    chat.office.refuse(Refusal::Changed);
    let refused = says(&mut chat, "YES");
    assert!(
        refused.starts_with("Nothing was changed: it changed since you asked."),
        "{refused}"
    );
    chat.office.refuse(Refusal::InTheWay { visits: 2 });
    let refused = says(&mut chat, "/block Wanjiru tomorrow 2pm-4pm");
    assert!(refused.contains("2 bookings stand there"), "{refused}");
    let slate = block_on(chat.record.slate(chat.tenant(), a_phone(OWNER))).unwrap();
    assert_eq!(slate.pending, None, "nothing is asked that cannot be done");
}

#[test]
fn every_change_is_repeated_as_it_was_understood() {
    let cases = [
        (
            "/reschedule 1 friday 3pm",
            "Move Amina 1's Massage from Tuesday 12 May, 2:00 pm (saa nane mchana) to Friday 15 May, 3:00 pm (saa tisa \
             mchana)?",
        ),
        (
            "hamisha 1 ijumaa saa tisa",
            "Move Amina 1's Massage from Tuesday 12 May, 2:00 pm (saa nane mchana) to Friday 15 May, 3:00 pm (saa tisa \
             mchana)?",
        ),
        ("/reschedule 1 friday", "to Friday 15 May, 2:00 pm"),
        ("/reschedule 1 5pm", "to Tuesday 12 May, 5:00 pm"),
        (
            "/book 0700000005 massage friday 3pm Wanjiru",
            "Book +254700000005 for Swedish massage with Wanjiru, Friday 15 May, 3:00 pm (saa tisa mchana), KES 3,500",
        ),
        (
            "/block Wanjiru kesho 2pm-4pm",
            "Block Wanjiru from Wednesday 13 May, 2:00 pm (saa nane mchana) to Wednesday 13 May, 4:00 pm (saa kumi jioni)?",
        ),
        (
            "block Wanjiru tomorrow afternoon",
            "Block Wanjiru from Wednesday 13 May, 12:00 pm",
        ),
        (
            "/add-service Hot stone, 4,500, 75 minutes",
            "done by Wanjiru, category other, taxed like all your services",
        ),
        (
            "/add-service Hot stone, 4,500, 75 minutes, tax 8.5 %, category Body wraps",
            "Add the service Hot stone, KES 4,500, 75 minutes, done by Wanjiru, category body-wraps, tax 8.5 %",
        ),
        (
            "/update-price massage 4000",
            "Change the price of Swedish massage from KES 3,500 to KES 4,000?",
        ),
        (
            "badilisha bei ya massage iwe 4,000",
            "from KES 3,500 to KES 4,000?",
        ),
    ];
    for (words, expected) in cases {
        let mut chat = a_day();
        says(&mut chat, "/today");
        let asked = says(&mut chat, words);
        assert!(asked.contains(expected), "{words}: {asked}");
        assert!(asked.contains("YES / NO"), "{words}: {asked}");
        says(&mut chat, "YES");
        assert_eq!(chat.office.orders().len(), 1, "{words}");
    }
}

#[test]
fn the_price_that_is_ordered_is_the_one_that_was_shown() {
    let mut chat = a_day();
    says(&mut chat, "/update-price massage 4000");
    says(&mut chat, "YES");
    assert_eq!(
        chat.office.orders()[0].act,
        Act::UpdatePrice {
            service: massage(),
            before: Money::kes_minor(350_000),
            price: Money::kes_minor(400_000),
        }
    );
}

#[test]
fn a_booking_is_made_for_the_price_that_was_shown_or_asked_about_again() {
    let mut chat = a_day();
    let price_of = |order: &crate::desk::ActOrder| {
        let Act::Book { price, .. } = &order.act else {
            panic!("a booking: {order:?}");
        };
        *price
    };
    says(&mut chat, "/book 0700000005 massage friday 3pm Wanjiru");
    chat.office.refuse(Refusal::Costs {
        price: Money::kes_minor(400_000),
    });
    assert_eq!(
        says(&mut chat, "YES"),
        "Nothing was booked: the price is KES 4,000 by now.\nBook +254700000005 for Swedish massage with Wanjiru, Friday \
         15 May, 3:00 pm (saa tisa mchana), KES 4,000, nothing asked in advance?\nYES / NO"
    );
    chat.office.agree();
    let done = says(&mut chat, "YES");
    assert!(done.starts_with("Done. Book +254700000005"), "{done}");
    let orders = chat.office.orders();
    let prices: Vec<Money> = orders.iter().map(price_of).collect();
    assert_eq!(prices, [Money::kes_minor(350_000), Money::kes_minor(400_000)]);
    assert_ne!(orders[0].key, orders[1].key, "it is another question");
}

#[test]
fn an_alert_goes_in_words_to_an_admin_whom_the_channel_names_by_its_own_id() {
    let mut chat = a_day();
    let mut raw = PlainReader::text(&a_phone(OWNER), "/today");
    raw["user_id"] = json!("KE.999");
    chat.sends(raw);
    assert!(
        chat.record.customers(chat.tenant()).is_empty(),
        "they never wrote as a customer"
    );
    chat.happens(7, crate::use_cases::Notice::BookingsHit { count: 2 });
    let alert = chat.to_owners().pop().unwrap();
    let sending = chat.send_message(crate::ports::TemplateStanding::NotUsable);
    block_on(sending.execute(chat.tenant(), alert.id)).unwrap();
    let sent = chat.messenger.sent();
    assert_eq!(sent.len(), 1, "the window with them is open");
    assert_eq!(sent[0].1, alert.content);
}

#[test]
fn what_somebody_else_cancelled_is_told_with_who_and_when() {
    let mut chat = a_day();
    for (by, words) in [
        (
            Canceller::Customer,
            "the customer cancelled it already, Tuesday 12 May",
        ),
        (
            Canceller::Business,
            "it was cancelled already by the business, Tuesday 12 May",
        ),
    ] {
        chat.office.agree();
        says(&mut chat, "/today");
        says(&mut chat, "/cancel 1");
        let at = chat.clock.now();
        chat.office.refuse(Refusal::CancelledAlready { by, at });
        let told = says(&mut chat, "YES");
        assert!(told.starts_with("Nothing was changed: "), "{told}");
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn what_cannot_be_read_is_answered_with_how_it_is_written() {
    for (words, usage) in [
        ("/cancel", "/cancel 2"),
        ("/cancel Amina", "/cancel 2"),
        ("/reschedule 1", "/reschedule 2 friday 3pm"),
        ("/reschedule", "/reschedule 2 friday 3pm"),
        ("/book massage friday 3pm", "/book 0712345678"),
        ("/book 0700000005 massage", "/book 0712345678"),
        ("/block", "/block Wanjiru"),
        ("/block Wanjiru", "/block Wanjiru"),
        ("/block Wanjiru tomorrow at 2pm", "/block Wanjiru"),
        ("/add-service Hot stone", "/add-service Hot stone massage, 4500"),
        (
            "/add-service Hot stone, cheap, long",
            "/add-service Hot stone massage, 4500",
        ),
        (
            "/add-service Hot stone, 4500, 75 minutes, tax 101",
            "/add-service Hot stone massage, 4500",
        ),
        (
            "/add-service Hot stone, 4500, 75 minutes, category a, category b",
            "/add-service Hot stone massage, 4500",
        ),
        ("/update-price massage", "/update-price massage 4000"),
        ("/find", "/find Amina"),
    ] {
        let mut chat = a_day();
        says(&mut chat, "/today");
        let said = says(&mut chat, words);
        assert!(said.contains(usage), "{words}: {said}");
        assert!(!said.contains("YES"), "{words}: {said}");
    }
    let mut chat = a_day();
    assert!(says(&mut chat, "/block Peter tomorrow").contains("Whom do you mean? Here work: Wanjiru."));
    assert!(says(&mut chat, "/book 0700000005 juggling friday 3pm").contains("Which service do you mean?"));
    assert!(says(&mut chat, "/commission").contains("Here work: Wanjiru."));
    assert!(says(&mut chat, "/juggle").contains("There is no such command."));
    assert!(
        says(&mut chat, "/cancel 1").contains("no number 1"),
        "no list was shown yet"
    );
    assert!(says(&mut chat, "/handback").contains("You have no conversation"));
}

#[test]
fn takings_are_told_by_tender_and_only_what_came_is_added_up() {
    let mut chat = a_day();
    assert!(says(&mut chat, "How much did we make today?").contains("KES 0. Nothing came in."));
    chat.office.moved(vec![
        (DayMoney::Mpesa, Money::kes_minor(350_000)),
        (DayMoney::Cash, Money::kes_minor(50_000)),
        (DayMoney::Refunds, Money::kes_minor(20_000)),
        (DayMoney::Tips, Money::kes_minor(10_000)),
    ]);
    assert_eq!(
        says(&mut chat, "/takings yesterday"),
        "Takings of Monday 11 May: KES 4,000\nM-Pesa: KES 3,500\ncash: KES 500\ngiven back: KES 200\ntips: KES 100"
    );
}

fn some_earnings() -> Earnings {
    Earnings {
        since: time::macros::date!(2026 - 05 - 01),
        commission: Money::kes_minor(105_000),
        tips: Money::kes_minor(10_000),
        services: 1,
        lines: vec![EarningsLine {
            commission: Money::kes_minor(105_000),
            why: vec!["Massage.".to_owned(), "Rule: 30%.".to_owned()],
        }],
    }
}

#[test]
fn commission_is_told_with_the_reason_of_each_line() {
    let mut chat = a_day();
    assert!(says(&mut chat, "/commission Wanjiru").contains("cannot be computed"));
    chat.office.earned(some_earnings());
    assert_eq!(
        says(&mut chat, "kamisheni ya Wanjiru"),
        "Wanjiru, since Friday 1 May: commission KES 1,050, tips KES 100, 1 services.\n• KES 1,050 – Massage. Rule: 30%."
    );
}

#[test]
fn customers_are_found_with_their_visits_which_then_have_numbers() {
    let mut chat = a_day();
    chat.office.knows(FoundCustomer {
        id: crate::customer::CustomerId::from_uuid(Uuid::from_u128(70)),
        name: Some("Amina".to_owned()),
        phone: Some(a_phone(5)),
        upcoming: vec![visit(3, 34)],
    });
    let said = says(&mut chat, "/find amina");
    assert!(
        said.starts_with("Amina, +254700000005\n1. Wednesday 13 May, 10:00 am"),
        "{said}"
    );
    assert!(says(&mut chat, "/cancel 1").starts_with("Cancel Amina 3's Massage"));
    assert!(says(&mut chat, "find Zuhura").contains("No customer fits \"Zuhura\""));
    assert!(says(&mut chat, "/book 0700000005 massage friday 3pm").contains("Book Amina (+254700000005)"));
}

#[test]
fn admins_are_answered_in_their_language() {
    let mut chat = a_day();
    chat.profile.amend(|profile| {
        for admin in &mut profile.owners {
            admin.language = Language::Swahili;
        }
    });
    let said = says(&mut chat, "leo kuna nani");
    assert!(
        said.starts_with("Jumanne 12 Mei (wateja 2):\n1. saa nane mchana (2:00 pm)"),
        "{said}"
    );
    let asked = says(&mut chat, "ghairi 1");
    assert!(asked.contains("NDIYO / HAPANA"), "{asked}");
    assert!(says(&mut chat, "ndiyo").starts_with("Tayari."));
    assert!(says(&mut chat, "msaada").starts_with("Unaweza kuandika:"));
}

#[test]
fn the_help_names_only_what_somebody_may_do() {
    let mut chat = a_day();
    let owners = says(&mut chat, "/help");
    assert!(owners.contains("/today") && owners.contains("/takings") && !owners.contains("/my-day"));
    let theirs = chat.admin_says(THERAPIST, "/help").concat();
    assert!(
        theirs.contains("/my-day") && theirs.contains("/my-earnings"),
        "{theirs}"
    );
    assert!(
        !theirs.contains("/today") && !theirs.contains("/takings"),
        "{theirs}"
    );
}

#[test]
fn therapists_see_their_own_day_and_earnings_and_no_commands_of_admins() {
    let mut chat = a_day();
    chat.office.earned(some_earnings());
    let day = chat.admin_says(THERAPIST, "/my-day").concat();
    assert_eq!(
        day,
        "Tuesday 12 May (2):\n2:00 pm · Massage · Wanjiru · Amina 1 · confirmed\n4:00 pm · Massage · Wanjiru · Amina 2 · \
         confirmed"
    );
    let earned = chat.admin_says(THERAPIST, "how much have I earned").concat();
    assert!(earned.contains("KES 1,050 – Massage. Rule: 30%."), "{earned}");
    let kesho = chat.admin_says(THERAPIST, "ratiba yangu ya kesho").concat();
    assert!(kesho.starts_with("Jumatano 13 Mei"), "{kesho}");
    let to = Recipient::Business(crate::channel::Address::of_phone(a_phone(THERAPIST)));
    assert!(chat.to_owners().iter().all(|message| message.recipient == to));
    assert!(chat.record.threads(chat.tenant()).is_empty());
    for words in ["/today", "/takings", "/cancel 1", "/nonsense"] {
        let said = chat.admin_says(THERAPIST, words).concat();
        assert!(
            !said.contains("command") && !said.contains("Amina"),
            "{words}: {said}"
        );
    }
}

#[test]
fn an_admin_who_renders_services_has_both() {
    let mut chat = a_day();
    chat.desk.employ(a_phone(OWNER));
    let help = says(&mut chat, "/help");
    assert!(help.contains("/today") && help.contains("/my-earnings"), "{help}");
    assert!(says(&mut chat, "my day").starts_with("Tuesday 12 May (2):"));
}

#[test]
fn strangers_are_answered_as_if_there_were_no_commands() {
    for words in [
        "/today",
        "/help",
        "/my-day",
        "help",
        "my earnings",
        "mapato ya leo",
        "what's on today",
        "/cancel 1",
        "block Wanjiru tomorrow afternoon",
    ] {
        let mut chat = a_day();
        let said = chat.says(words).concat();
        for never in [
            "Amina",
            "/today",
            "/my-day",
            "command",
            "amri",
            "KES 0",
            "bookings.",
        ] {
            assert!(!said.contains(never), "{words}: {said}");
        }
        assert_eq!(
            chat.record.threads(chat.tenant()).len(),
            1,
            "{words}: a customer's thread"
        );
    }
}

#[test]
fn an_admin_books_for_themselves_in_plain_words() {
    let mut chat = a_day();
    let said = chat
        .admin_says(OWNER, "I want a massage tomorrow at 3pm")
        .concat();
    assert!(said.contains("massage: Wednesday 13 May, 3:00 pm"), "{said}");
    let booked = chat.admin_says(OWNER, "yes").concat();
    assert!(!booked.contains("No question is open"), "{booked}");
    assert!(chat.office.orders().is_empty());
}

#[test]
fn a_plain_message_while_one_conversation_waits_shows_its_brief_with_the_button() {
    let mut chat = a_day();
    chat.says("I want to talk to a person");
    let shown = chat.admin_says(OWNER, "hello");
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown[0].contains("still waits for a person"), "{}", shown[0]);
    assert!(shown[0].contains("I want to talk to a person"), "{}", shown[0]);
    let thread = chat.thread();
    assert!(
        matches!(thread.driver, crate::thread::Driver::SuspendedForHuman(_)),
        "nobody engaged yet"
    );
    assert!(
        says(&mut chat, "what's on today").starts_with("Tuesday 12 May"),
        "commands go before"
    );
    chat.admin_takes_over(OWNER);
    chat.admin_says(OWNER, "Hello Asha");
    assert_eq!(chat.to_customer().last().unwrap().content.words(), "Hello Asha");
    assert!(
        says(&mut chat, "/today").starts_with("Tuesday 12 May"),
        "a slash is never passed on"
    );
    let passed = chat.admin_says(OWNER, "what's on today").concat();
    assert_eq!(passed, "what's on today", "plain words are");
}

#[test]
fn what_is_open_is_open_with_one_admin_only() {
    let mut chat = a_day();
    chat.profile.amend(|profile| profile.owners.push(an_admin(998)));
    says(&mut chat, "/today");
    says(&mut chat, "/cancel 1");
    chat.admin_says(998, "YES");
    assert!(chat.office.orders().is_empty(), "it was asked of somebody else");
    says(&mut chat, "YES");
    assert_eq!(chat.office.orders().len(), 1);
}

#[test]
fn a_turn_that_is_repeated_orders_under_the_same_key() {
    let mut chat = a_day();
    says(&mut chat, "/today");
    says(&mut chat, "/cancel 1");
    let slate = block_on(chat.record.slate(chat.tenant(), a_phone(OWNER))).unwrap();
    let key = slate.pending.unwrap().key;
    says(&mut chat, "YES");
    assert_eq!(
        chat.office.orders()[0].key,
        key,
        "the key of the message that asked for it"
    );
}

/// The channel may name its senders by ids of its own: whether somebody wrote within the day is then known by that id.
#[test]
fn somebody_who_was_never_a_customer_is_answered_by_the_id_that_they_wrote_under() {
    let mut chat = a_day();
    let mut raw = PlainReader::text(&a_phone(OWNER), "/today");
    raw["user_id"] = json!("KE.999");
    chat.sends(raw);
    let told = chat.to_owners().pop().unwrap();
    let posting = block_on(crate::ports::MessageBook::posting(
        &*chat.record,
        chat.tenant(),
        told.id,
    ));
    let posting = posting.unwrap().unwrap();
    assert_eq!(posting.last_inbound_at, Some(chat.clock.now()));
}

/// The owner has a customer's conversation, and is asked about a cancellation meanwhile.
fn a_question_beside_a_conversation() -> Chat {
    let mut chat = a_day();
    chat.says("I want to talk to a person");
    chat.admin_takes_over(OWNER);
    says(&mut chat, "/today");
    says(&mut chat, "/cancel 1");
    chat
}

#[test]
fn what_is_said_to_a_customer_is_no_yes() {
    for words in ["ok", "Noted", "sawa", "yes please"] {
        let mut chat = a_question_beside_a_conversation();
        chat.admin_says(OWNER, words);
        assert_eq!(chat.to_customer().last().unwrap().content.words(), words);
        assert!(chat.office.orders().is_empty(), "{words}");
    }
}

#[test]
fn a_yes_that_quotes_another_message_is_said_to_that_one() {
    let mut chat = a_question_beside_a_conversation();
    chat.admin_answers(OWNER, "I want to talk to a person", "Yes");
    assert_eq!(chat.to_customer().last().unwrap().content.words(), "Yes");
    assert!(chat.office.orders().is_empty());

    let mut chat = a_question_beside_a_conversation();
    chat.admin_answers(OWNER, "Cancel Amina 1", "Yes");
    assert_eq!(chat.office.orders().len(), 1, "it quotes the question");
}

#[test]
fn a_yes_from_before_the_question_is_no_answer_to_it() {
    let mut chat = a_day();
    says(&mut chat, "/today");
    says(&mut chat, "/cancel 1");
    let before = chat.clock.now() - Duration::minutes(1);
    chat.becomes(a_phone(OWNER));
    chat.sends_written_at(PlainReader::text(&a_phone(OWNER), "yes"), before);
    assert!(chat.office.orders().is_empty());
}

#[test]
fn a_question_that_is_over_takes_no_word_that_is_meant_for_a_customer() {
    let mut chat = a_question_beside_a_conversation();
    chat.passes(Duration::minutes(11));
    chat.admin_says(OWNER, "Yes");
    assert_eq!(chat.to_customer().last().unwrap().content.words(), "Yes");
    assert!(chat.office.orders().is_empty());
}
