//! What somebody stumbled over who talked to the machine for the first time.

use ratiba_kernel::test_support::EPOCH;
use time::Duration;
use time::macros::datetime;

use crate::desk::{PaymentStanding, PaymentTrouble, StaffCard, StaffRef, VisitStanding};
use crate::test_support::chat::Chat;
use crate::understanding::Language;

/// A chat in which the hold of a massage tomorrow at two ran out without money.
fn run_out() -> Chat {
    let mut chat = Chat::default();
    chat.says("Swedish massage tomorrow at 2pm please");
    chat.taps("Yes");
    let visit = chat.desk.visits()[0].id;
    let failed = PaymentStanding::Failed(PaymentTrouble::Cancelled);
    chat.desk.set_payment(visit, failed);
    chat.passes(Duration::minutes(6));
    let said = chat.says("so what now");
    assert!(said[0].contains("free again"), "{}", said[0]);
    chat.desk.set_visit(visit, VisitStanding::Gone);
    chat
}

#[test]
fn another_time_keeps_the_day_that_was_named() {
    for ask in ["tap", "another time please"] {
        let mut chat = Chat::default();
        chat.says("Facial on Saturday at 10am please");
        if ask == "tap" {
            chat.taps("Other time");
        } else {
            chat.says(ask);
        }
        assert_eq!(chat.stage(), "gathering", "{ask}");
        let said = chat.says("4pm");
        assert!(
            said[0].contains("Facial: Saturday 16 May, 4:00 pm"),
            "{}",
            said[0]
        );
    }
}

#[test]
fn another_time_than_the_list_keeps_the_day_that_was_named() {
    let mut chat = Chat::default();
    chat.says("Facial on Saturday please");
    assert_eq!(chat.stage(), "choosing");
    chat.taps("Other time");
    chat.passes(Duration::hours(6));
    let said = chat.says("11am");
    assert!(said[0].contains("Saturday 16 May, 11:00 am"), "{}", said[0]);
}

#[test]
fn a_day_that_is_named_anew_replaces_the_one_before() {
    let mut chat = Chat::default();
    chat.says("Facial on Saturday at 10am please");
    chat.taps("Other time");
    let said = chat.says("Friday at 4pm");
    assert!(said[0].contains("Friday 15 May, 4:00 pm"), "{}", said[0]);
}

#[test]
fn a_day_that_is_over_is_not_talked_about_any_more() {
    let mut chat = Chat::default();
    chat.says("Facial today at 6pm please");
    chat.taps("Other time");
    chat.passes(Duration::hours(20));
    let said = chat.says("11am");
    assert!(said[0].contains("Wednesday 13 May, 11:00 am"), "{}", said[0]);
}

#[test]
fn the_service_alone_asks_for_a_time_after_one_that_has_passed() {
    let mut chat = Chat::default();
    let said = chat.says("Facial today at 7am please");
    assert!(said[0].contains("already passed"), "{}", said[0]);
    let said = chat.says("Facial please");
    assert!(said[0].contains("which day and time"), "{}", said[0]);
}

#[test]
fn an_unclear_message_is_answered_in_the_language_spoken_before() {
    let mut chat = Chat::default();
    chat.says("I would like a facial tomorrow at 3pm");
    for nonsense in ["xxyyzz qqq", "kabxisa wewx", "xxyyzz"] {
        let said = chat.says(nonsense);
        let swahili = ["Samahani", "Pole", "Sijaelewa", "Subiri"];
        assert!(!swahili.iter().any(|word| said[0].contains(word)), "{}", said[0]);
        assert_eq!(chat.customer().language, Some(Language::English));
    }
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    let spoken = chat.customer().language;
    for unclear in ["xxyyzz", "xxyyzz qqqq", "Swedish massage 3pm"] {
        let said = chat.says(unclear);
        assert!(
            !said[0].contains("Sorry") && !said[0].contains("Is that right"),
            "{}",
            said[0]
        );
        assert_eq!(chat.customer().language, spoken);
    }
}

#[test]
fn nonsense_after_a_day_of_silence_leaves_the_language_of_the_customer() {
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    let spoken = chat.customer().language;
    chat.passes(Duration::hours(30));
    let said = chat.says("xxyyzz qqqq");
    assert!(!said[0].contains("Sorry"), "{}", said[0]);
    assert_eq!(
        (chat.customer().language, chat.thread().language),
        (spoken, spoken)
    );
}

#[test]
fn what_a_stranger_said_unclearly_is_no_language_to_be_reminded_in() {
    let mut chat = Chat::default();
    let said = chat.says("xxyyzz qqqq");
    assert!(said[0].contains("Sorry"), "{}", said[0]);
    assert_eq!(chat.customer().language, None);
    chat.says("Nataka massage kesho saa nane mchana");
    assert_ne!(chat.thread().language, Some(Language::English));
}

#[test]
fn a_yes_to_a_new_time_asks_for_it_and_keeps_the_service_and_the_person() {
    let mut chat = run_out();
    let said = chat.says("yes");
    assert!(
        said[0].contains("which day and time should I book Swedish massage"),
        "{}",
        said[0]
    );
    let said = chat.says("4pm");
    assert!(
        said[0].contains("Swedish massage: Wednesday 13 May, 4:00 pm") && said[0].contains("with Wanjiru"),
        "{}",
        said[0]
    );
    let mut chat = run_out();
    chat.taps("Book");
    assert_eq!(chat.stage(), "gathering");
    assert!(chat.says("no")[0].contains("No hurry"));
    assert_eq!(chat.stage(), "open");
}

#[test]
fn a_yes_where_a_booking_was_offered_begins_one() {
    let mut chat = Chat::default();
    chat.says("Good morning");
    chat.says("no");
    chat.says("yes");
    assert_eq!(
        (chat.stage(), chat.choices()),
        (
            "gathering",
            vec!["Swedish massage".to_owned(), "Facial".to_owned()]
        )
    );
}

#[test]
fn who_is_not_there_is_named_and_so_is_who_is_free_then() {
    let akinyi = StaffRef::from_uuid(uuid::Uuid::from_u128(2));
    let mut chat = Chat::default();
    chat.desk.amend_menu(|menu| {
        menu.staff.push(StaffCard {
            id: akinyi,
            name: "Akinyi".into(),
            phone: None,
        });
    });
    let wanjiru = crate::test_support::builders::wanjiru();
    chat.desk.send_away(wanjiru);
    let said = chat.says("Facial tomorrow at 3pm with Wanjiru please");
    assert!(
        said[0].contains("Wanjiru is not free then: Wednesday 13 May, 3:00 pm")
            && said[0].contains("Which other day"),
        "{}",
        said[0]
    );
    chat.desk.stand_in(akinyi);
    let said = chat.says("tomorrow at 3pm");
    assert!(
        said[0].contains("Wanjiru is not free then") && said[0].contains("Who is free: Akinyi"),
        "{}",
        said[0]
    );
    let said = chat.says("yes");
    assert!(said[0].contains("with Akinyi"), "{}", said[0]);
    chat.says("yes");
    let order = &chat.desk.holds()[0];
    assert_eq!((order.asked_for, order.slot.staff), (Some(akinyi), Some(akinyi)));
    assert_eq!(order.slot.starts_at, datetime!(2026-05-13 12:00 UTC));
    assert!(order.slot.starts_at > EPOCH);
}
