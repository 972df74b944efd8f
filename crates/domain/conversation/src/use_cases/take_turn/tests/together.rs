//! Groups, and what goes well with a booking.

use ratiba_kernel::Money;
use time::macros::datetime;

use super::*;
use crate::desk::{Each, Party};
use crate::test_support::builders::{facial, massage};

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

#[test]
fn each_of_a_group_may_want_something_else() {
    for said in [
        "book for 2 tomorrow at 3pm, one massage and one facial",
        "one massage and one facial for two people tomorrow at 3pm",
        "tomorrow at 3pm: massage for me and facial for my mum",
        "me massage, my sister facial, tomorrow at 3pm",
    ] {
        let mut chat = Chat::default();
        let told = chat.says(said);
        for part in [
            "Facial (Wanjiru) + Swedish massage (Wanjiru) for 2 people, each their own",
            "KES 5,500",
        ] {
            assert!(told[0].contains(part), "{part}: {}", told[0]);
        }
        chat.says("yes");
        let slot = &chat.desk.holds()[0].slot;
        assert_eq!(slot.party, Party::of(2).with_each(Each::Own), "{said}");
        assert_eq!(slot.services(), [massage(), facial()]);
        assert_eq!(chat.desk.prompts().len(), 1, "one prompt for both");
    }
}

#[test]
fn each_of_a_group_may_want_something_else_in_swahili() {
    for said in [
        "mimi massage, mama facial, kesho saa tisa mchana",
        "kesho saa tisa mchana watu wawili, massage moja na facial moja",
    ] {
        let mut chat = Chat::default();
        let told = chat.says(said);
        let by_person = "Facial (Wanjiru) + Masaji (Wanjiru) ya watu 2, kila mtu yake";
        assert!(told[0].contains(by_person), "{said}: {}", told[0]);
    }
}

#[test]
fn where_it_is_not_said_who_gets_what_it_is_asked() {
    let first = "massage and facial for two people tomorrow at 3pm";
    let mut chat = Chat::default();
    let told = chat.says(first);
    assert!(told[0].contains("shall everybody have all of"), "{}", told[0]);
    assert_eq!(chat.choices(), ["All for everybody", "Each their own"]);
    assert_eq!(chat.stage(), "gathering");
    let told = chat.taps("Each their own");
    assert!(
        told[0].contains("each their own") && told[0].contains("KES 5,500"),
        "{}",
        told[0]
    );
    let mut chat = Chat::default();
    chat.says(first);
    let told = chat.taps("All for everybody");
    assert!(
        told[0].contains("Swedish massage + Facial")
            && told[0].contains("for 2 people")
            && told[0].contains("KES 11,000"),
        "{}",
        told[0]
    );
    let mut chat = Chat::default();
    chat.says(first);
    let told = chat.says("one massage and one facial");
    assert!(told[0].contains("each their own"), "in words: {}", told[0]);
    let mut chat = Chat::default();
    chat.says(first);
    chat.says("each their own");
    assert_eq!(chat.stage(), "confirming", "the label, typed");
}

#[test]
fn of_more_people_than_services_it_is_asked_how_many_want_what() {
    let mut chat = Chat::default();
    chat.says("massage and facial for 3 people tomorrow at 3pm");
    let told = chat.taps("Each their own");
    assert!(told[0].contains("What would each of the 3 like?"), "{}", told[0]);
    let told = chat.says("two massages and one facial");
    assert!(
        told[0].contains(
            "Facial (Wanjiru) + Swedish massage (Wanjiru) + Swedish massage (Wanjiru) for 3 people"
        ),
        "{}",
        told[0]
    );
    assert!(told[0].contains("KES 9,000"), "{}", told[0]);
    chat.says("yes");
    assert_eq!(chat.desk.holds()[0].slot.parts().count(), 3);
}

#[test]
fn one_person_who_names_two_services_gets_both() {
    for said in [
        "one massage and one facial tomorrow at 3pm",
        "massage na facial kesho saa tisa",
    ] {
        let mut chat = Chat::default();
        chat.says(said);
        assert_eq!(chat.stage(), "confirming", "{said}");
        chat.says("yes");
        assert!(chat.desk.holds()[0].slot.party.is_one(), "{said}");
    }
}

#[test]
fn who_gets_what_is_open_again_when_more_come_and_stays_when_the_time_changes() {
    let mut chat = Chat::default();
    chat.says("book for 2 tomorrow at 3pm, one massage and one facial");
    let told = chat.says("make it 4pm");
    assert!(
        told[0].contains("each their own") && told[0].contains("4:00 pm"),
        "{}",
        told[0]
    );
    let told = chat.says("we will be 3 people");
    assert!(told[0].contains("shall everybody have all of"), "{}", told[0]);
}
