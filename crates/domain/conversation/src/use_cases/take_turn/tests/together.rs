//! Groups, and what goes well with a booking.

use ratiba_kernel::Money;
use time::macros::datetime;

use super::*;
use crate::desk::Party;
use crate::test_support::builders::facial;

#[test]
fn a_group_is_told_for_how_many_what_it_costs_together_and_is_held_as_one() {
    let mut chat = Chat::default();
    let said = chat.says("Massage for me and my friend tomorrow at 2pm");
    assert!(
        said[0].contains("Swedish massage for 2 people") && said[0].contains("KES 7,000"),
        "{}",
        said[0]
    );
    let said = chat.says("yes");
    assert!(
        said[0].contains("for 2 people") && said[0].contains("KES 2,000"),
        "{}",
        said[0]
    );
    assert_eq!(chat.desk.holds()[0].slot.party, Party::of(2));
    assert_eq!(chat.desk.prompts().len(), 1, "one prompt for all");
}

#[test]
fn that_more_come_can_be_said_later_and_too_many_go_to_a_person() {
    let mut chat = Chat::default();
    chat.says("Nataka massage kesho saa nane mchana");
    let said = chat.says("Tuko watu wawili");
    assert!(
        said[0].contains("watu 2") && said[0].contains("KES 7,000"),
        "{}",
        said[0]
    );
    let said = chat.says("Tutakuwa watu 12");
    assert!(said[0].contains("watu 12"), "{}", said[0]);
    assert_eq!(chat.thread().driver.code(), "suspended");
    assert_eq!(chat.desk.visits(), vec![]);
}

#[test]
fn what_goes_well_is_offered_once_after_the_yes_and_both_are_held_and_paid_as_one() {
    let mut chat = Chat::default();
    chat.desk.offer_after_all(facial());
    chat.says("Nataka massage kesho saa nane mchana");
    let said = chat.taps("Ndiyo");
    assert!(
        said[0].contains("Facial")
            && said[0].contains("saa tisa mchana (3:00 pm)")
            && said[0].contains("KES 5,500"),
        "{}",
        said[0]
    );
    assert_eq!(chat.desk.visits(), vec![], "nothing is held before the answer");
    let said = chat.taps("Zote mbili");
    assert!(
        said[0].contains("Masaji + Facial") && said[0].contains("KES 2,000"),
        "{}",
        said[0]
    );
    let order = &chat.desk.holds()[0];
    let complement = order.slot.complement.unwrap();
    assert_eq!(
        (complement.service, complement.starts_at, order.slot.price),
        (
            facial(),
            datetime!(2026-05-13 12:00 UTC),
            Money::kes_minor(550_000)
        )
    );
    assert_eq!(chat.desk.prompts().len(), 1);
}

#[test]
fn who_wants_only_the_first_gets_it_and_is_not_asked_again_in_the_thread() {
    let mut chat = Chat::default();
    chat.desk.offer_after_all(facial());
    chat.says("Nataka massage kesho saa nane mchana");
    chat.taps("Ndiyo");
    assert_eq!(chat.stage(), "adding");
    chat.says("badilisha iwe saa kumi jioni");
    assert_eq!(chat.stage(), "confirming", "another wish is heard first");
    chat.taps("Ndiyo");
    assert_eq!(chat.stage(), "paying", "offered once");
    assert_eq!(chat.desk.holds()[0].slot.complement, None);
    let mut chat = Chat::default();
    chat.desk.offer_after_all(facial());
    chat.says("Nataka massage kesho saa nane mchana");
    chat.taps("Ndiyo");
    chat.says("hapana");
    assert_eq!(
        (chat.stage(), chat.desk.holds()[0].slot.complement),
        ("paying", None)
    );
}

#[test]
fn a_pair_that_somebody_else_took_brings_the_first_alone_and_holds_nothing_before_a_new_yes() {
    let mut chat = Chat::default();
    chat.desk.offer_after_all(facial());
    chat.desk.lose_pairs();
    chat.says("Nataka massage kesho saa nane mchana");
    chat.taps("Ndiyo");
    let said = chat.taps("Zote mbili");
    assert!(
        said[0].contains("zote mbili pamoja hazipo") && said[0].contains("KES 3,500"),
        "{}",
        said[0]
    );
    assert_eq!((chat.stage(), chat.desk.visits()), ("confirming", vec![]));
    chat.says("ndiyo");
    assert_eq!(chat.stage(), "paying");
}

#[test]
fn a_late_yes_to_both_is_asked_again() {
    let mut chat = Chat::default();
    chat.desk.offer_after_all(facial());
    chat.says("Nataka massage kesho saa nane mchana");
    chat.taps("Ndiyo");
    chat.passes(Duration::hours(3));
    chat.says("ndiyo");
    assert_eq!((chat.stage(), chat.desk.visits()), ("confirming", vec![]));
}

#[test]
fn a_business_that_offers_nothing_more_books_after_the_yes_as_always() {
    let mut chat = Chat::default();
    chat.desk.offer_after_all(facial());
    chat.profile.amend(|profile| {
        profile.personality.cross_sell = crate::personality::CrossSell::Never;
    });
    chat.says("Nataka massage kesho saa nane mchana");
    let said = chat.taps("Ndiyo");
    assert!(!said[0].contains("Facial"), "{}", said[0]);
    assert_eq!(chat.desk.visits().len(), 1);
}

#[test]
fn a_business_sounds_as_it_wants_and_the_booking_goes_as_always() {
    let mut chat = Chat::default();
    chat.profile.amend(|profile| {
        profile.personality.tone = crate::personality::Tone::Brief;
        profile.personality.honorific = crate::personality::Honorific::Guest;
        profile.personality.upsell = crate::personality::Upsell::Recommending;
    });
    chat.desk.offer_after_all(facial());
    chat.says("Nataka massage kesho saa nane mchana");
    let said = chat.taps("Ndiyo");
    assert!(
        said[0].contains("Tunakupendekezea") && said[0].contains("Facial"),
        "{}",
        said[0]
    );
    chat.taps("Zote mbili");
    assert_eq!(chat.desk.visits().len(), 1);
    assert_eq!(chat.says("Asante sana"), ["Mgeni wetu mpendwa,\n\nKaribu."]);
}
