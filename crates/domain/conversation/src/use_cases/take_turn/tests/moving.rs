//! Visits that are moved, given up and come late to.

use ratiba_kernel::Money;
use time::macros::datetime;

use super::*;
use crate::test_support::desks::FakeDesk;
use crate::use_cases::Notice;

/// A chat with a massage that is booked for tomorrow at two.
fn booked() -> Chat {
    let mut chat = Chat::with_desk(FakeDesk::asking_nothing);
    chat.reach_the_prompt();
    assert_eq!(chat.stage(), "booked");
    chat
}

fn starts_at(chat: &Chat) -> Vec<time::OffsetDateTime> {
    chat.desk
        .visits()
        .iter()
        .map(|card| card.slot.starts_at)
        .collect()
}

#[test]
fn a_booking_is_moved_after_the_new_time_was_repeated_and_agreed_to() {
    let mut chat = booked();
    let said = chat.says("Sogeza booking yangu hadi Ijumaa saa kumi jioni");
    assert!(
        said[0].contains("Masaji") && said[0].contains("Ijumaa 15 Mei, saa kumi jioni (4:00 pm)"),
        "{}",
        said[0]
    );
    assert_eq!(chat.choices(), ["Ndiyo", "Hapana", "Muda mwingine"]);
    assert_eq!(
        starts_at(&chat),
        [datetime!(2026-05-13 11:00 UTC)],
        "nothing is moved yet"
    );
    chat.taps("Ndiyo");
    assert_eq!(starts_at(&chat), [datetime!(2026-05-15 13:00 UTC)]);
    let visit = chat.desk.visits()[0].id;
    let told = chat.happens(1, Notice::VisitMoved { visit });
    assert!(
        told[0].contains("Imehamishwa") && told[0].contains("Ijumaa 15 Mei"),
        "{}",
        told[0]
    );
    assert_eq!(chat.stage(), "booked");
}

#[test]
fn an_hour_alone_stays_on_the_day_of_the_booking_and_so_does_a_part_of_the_day() {
    let mut chat = booked();
    chat.passes(Duration::hours(1));
    let said = chat.says("Naomba kuhamisha miadi yangu iwe saa kumi jioni");
    assert!(said[0].contains("Jumatano 13 Mei, saa kumi jioni"), "{}", said[0]);
    chat.taps("Hapana");
    assert_eq!(chat.stage(), "booked");
    assert_eq!(starts_at(&chat), [datetime!(2026-05-13 11:00 UTC)]);
}

#[test]
fn without_a_time_it_is_asked_for_and_a_taken_one_brings_others() {
    let mut chat = booked();
    let said = chat.says("Nataka kubadilisha miadi yangu");
    assert!(said[0].contains("siku gani na saa ngapi"), "{}", said[0]);
    chat.desk.take(datetime!(2026-05-15 13:00 UTC));
    chat.says("Ijumaa saa kumi jioni");
    assert_eq!(chat.stage(), "moving");
    let first = chat.choices()[0].clone();
    assert_eq!(first, "Ijumaa 15, 5:00 pm");
    let said = chat.taps(&first);
    assert!(
        said[0].contains("saa kumi na moja jioni (5:00 pm)"),
        "{}",
        said[0]
    );
    chat.desk.take(datetime!(2026-05-15 14:00 UTC));
    let said = chat.taps("Ndiyo");
    assert!(
        said[0].contains("imechukuliwa"),
        "somebody was faster: {}",
        said[0]
    );
    assert_eq!(
        starts_at(&chat),
        [datetime!(2026-05-13 11:00 UTC)],
        "it keeps what it has"
    );
    let near = chat.choices()[0].clone();
    chat.taps(&near);
    chat.says("ndiyo");
    assert_eq!(starts_at(&chat), [datetime!(2026-05-15 15:00 UTC)]);
}

#[test]
fn of_several_the_one_that_is_meant_is_asked_for_or_named() {
    let mut chat = booked();
    chat.says("Nataka facial Ijumaa saa nane mchana");
    chat.taps("Ndiyo");
    chat.passes(Duration::hours(25));
    chat.says("Move my facial to Saturday at 10am");
    assert_eq!(chat.stage(), "moving", "it was named");
    chat.says("no");
    let said = chat.says("Move my booking to Saturday at 10am");
    assert!(said[0].contains("Which booking"), "{}", said[0]);
    assert_eq!(chat.choices().len(), 2);
    let facial = chat.choices()[1].clone();
    let said = chat.taps(&facial);
    assert!(
        said[0].contains("Facial") && said[0].contains("Saturday 16 May, 10:00 am"),
        "{}",
        said[0]
    );
    chat.says("yes");
    assert!(starts_at(&chat).contains(&datetime!(2026-05-16 07:00 UTC)));
}

#[test]
fn what_waits_for_its_money_is_moved_and_still_waits_for_it() {
    let mut chat = Chat::default();
    chat.reach_the_prompt();
    chat.says("Can we push it to Thursday 4pm?");
    let said = chat.says("yes");
    assert!(said[0].contains("Thursday 14 May, 4:00 pm"), "{}", said[0]);
    assert_eq!(chat.stage(), "paying");
    assert_eq!(starts_at(&chat), [datetime!(2026-05-14 13:00 UTC)]);
    assert_eq!(chat.desk.prompts().len(), 1, "nobody is asked twice");
}

#[test]
fn what_may_not_be_moved_any_more_is_said_with_its_limit_and_a_way_out() {
    let mut chat = booked();
    chat.desk.ask_late_fee(Money::kes_minor(175_000));
    let said = chat.says("Hamisha miadi yangu hadi Ijumaa saa kumi jioni");
    assert!(
        said[0].contains("Jumanne 12 Mei"),
        "until when it could be: {}",
        said[0]
    );
    assert_eq!(chat.choices(), ["Zungumza na mtu", "Ghairi", "Iache"]);
    let said = chat.taps("Ghairi");
    assert!(
        said[0].contains("KES 1,750"),
        "what it costs is told before: {}",
        said[0]
    );
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Confirmed);
    chat.taps("Ghairi");
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Gone);
}

#[test]
fn a_cancellation_that_costs_more_by_the_time_of_the_yes_is_asked_about_again() {
    let mut chat = booked();
    chat.desk.count_paid(Money::kes_minor(350_000));
    let said = chat.says("Cancel my appointment");
    assert!(
        said[0].contains("nothing") && said[0].contains("KES 3,500 of what you paid becomes your credit"),
        "{}",
        said[0]
    );
    chat.desk.ask_late_fee(Money::kes_minor(175_000));
    let said = chat.says("yes");
    assert!(said[0].contains("KES 1,750"), "{}", said[0]);
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Confirmed);
    chat.says("yes");
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Gone);
}

#[test]
fn a_cancellation_that_gives_less_back_by_the_time_of_the_yes_is_asked_about_again() {
    let mut chat = booked();
    chat.desk.count_paid(Money::kes_minor(350_000));
    chat.says("Cancel my appointment");
    // The desk gives some of it back meanwhile.
    chat.desk.count_paid(Money::kes_minor(100_000));
    let said = chat.says("yes");
    assert!(said[0].contains("KES 1,000 of what you paid"), "{}", said[0]);
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Confirmed);
    chat.says("yes");
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Gone);
}

#[test]
fn who_only_says_that_they_cannot_come_is_offered_another_time_first() {
    let mut chat = booked();
    let said = chat.says("Sitaweza kuja kesho");
    assert!(said[0].contains("muda mwingine"), "{}", said[0]);
    assert_eq!(chat.choices(), ["Hamisha", "Ghairi", "Iache"]);
    chat.says("ndiyo");
    assert_eq!(
        chat.desk.visits()[0].standing,
        VisitStanding::Confirmed,
        "a plain yes gives nothing up"
    );
    chat.taps("Hamisha");
    chat.says("Ijumaa saa nane mchana");
    chat.says("ndiyo");
    assert_eq!(starts_at(&chat), [datetime!(2026-05-15 11:00 UTC)]);
}

#[test]
fn another_service_in_place_of_a_hold_gives_the_hold_up_after_a_yes() {
    let mut chat = Chat::default();
    chat.reach_the_prompt();
    chat.says("Badala ya massage nataka facial");
    assert_eq!(chat.stage(), "cancelling");
    let said = chat.says("ndiyo");
    assert!(
        said[0].contains("Imeghairiwa") && said[0].contains("Facial"),
        "{}",
        said[0]
    );
    assert_eq!(chat.stage(), "confirming");
    chat.says("ndiyo");
    let standing: Vec<_> = chat
        .desk
        .visits()
        .iter()
        .map(|card| (card.slot.service, card.standing))
        .collect();
    assert!(
        standing.contains(&(crate::test_support::builders::facial(), VisitStanding::Held)),
        "{standing:?}"
    );
}

#[test]
fn who_comes_too_late_hears_how_long_the_team_waits() {
    let mut chat = booked();
    let said = chat.says("Running 20 mins late");
    assert!(
        said[0].contains("Your booking"),
        "nobody is late for tomorrow: {}",
        said[0]
    );
    chat.passes(Duration::hours(29));
    let said = chat.says("Running 10 mins late");
    assert!(said[0].contains("about 10 minutes"), "{}", said[0]);
    let said = chat.says("I will be 40 minutes late");
    assert!(said[0].contains("2:15 pm"), "{}", said[0]);
    assert_eq!(chat.choices(), ["Move", "I will come"]);
}

#[test]
fn which_other_day_keeps_the_day_that_was_named() {
    let mut chat = Chat::default();
    for hour in 0..48 {
        chat.desk
            .take(datetime!(2026-05-15 11:00 UTC) + Duration::hours(hour));
    }
    let said = chat.says("Nataka massage Ijumaa saa nane mchana");
    assert!(said[0].contains("Siku gani nyingine"), "{}", said[0]);
    let said = chat.says("saa tano asubuhi");
    assert!(said[0].contains("Ijumaa 15 Mei, saa tano asubuhi"), "{}", said[0]);
}

#[test]
fn an_opt_out_in_the_middle_of_a_move_leaves_the_booking() {
    let mut chat = booked();
    chat.says("Nataka kubadilisha miadi yangu");
    assert_eq!(chat.says("STOP").len(), 1);
    assert_eq!(chat.desk.visits()[0].standing, VisitStanding::Confirmed);
    assert_ne!(chat.stage(), "moving");
}
