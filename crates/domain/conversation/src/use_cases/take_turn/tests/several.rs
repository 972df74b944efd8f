//! Several services of one person, one after another.

use super::*;
use crate::desk::{ServiceCard, ServiceRef};
use crate::test_support::builders::{facial, massage};

/// The demo's business, which does hands as well.
fn with_hands() -> (Chat, ServiceRef) {
    let chat = Chat::default();
    let manicure = ServiceRef::from_uuid(uuid::Uuid::from_u128(0x77));
    chat.desk.amend_menu(|menu| {
        menu.services.push(ServiceCard {
            id: manicure,
            name: "Manicure".to_owned(),
            name_sw: Some("Kucha za mikono".to_owned()),
            aliases: Vec::new(),
            price: Money::kes_minor(150_000),
            minutes: 30,
            staff: vec![wanjiru()],
        });
    });
    (chat, manicure)
}

#[test]
fn several_services_of_one_message_are_proposed_held_and_paid_as_one() {
    let mut chat = Chat::default();
    let said = chat.says("Massage na facial kesho saa nne");
    for part in ["Masaji + Facial", "saa 2", "KES 5,500", "saa nne"] {
        assert!(said[0].contains(part), "{part}: {}", said[0]);
    }
    let said = chat.says("ndiyo");
    assert!(said[0].contains("Masaji + Facial"), "{}", said[0]);
    let slot = &chat.desk.holds()[0].slot;
    assert_eq!(slot.services(), [massage(), facial()]);
    assert_eq!(chat.desk.prompts().len(), 1, "one prompt for all");
}

#[test]
fn a_service_is_added_exchanged_and_taken_away_before_the_yes() {
    let (mut chat, manicure) = with_hands();
    chat.says("Massage tomorrow at 10am");
    let said = chat.says("add a manicure");
    assert!(said[0].contains("Swedish massage + Manicure"), "{}", said[0]);
    let said = chat.says("also a facial please");
    assert!(
        said[0].contains("Swedish massage + Manicure + Facial"),
        "{}",
        said[0]
    );
    let said = chat.says("without the massage");
    assert!(said[0].contains("Manicure + Facial"), "{}", said[0]);
    assert!(!said[0].contains("massage"), "{}", said[0]);
    let said = chat.says("cancel the facial");
    assert!(said[0].contains("Manicure"), "{}", said[0]);
    assert!(!said[0].contains("Facial"), "no more is given up: {}", said[0]);
    chat.says("yes");
    assert_eq!(chat.desk.holds()[0].slot.services(), [manicure]);
}

#[test]
fn only_one_of_several_is_wanted_after_all() {
    let (mut chat, _) = with_hands();
    chat.says("Massage na manicure kesho saa nne");
    let said = chat.says("manicure tu");
    assert!(
        said[0].contains("Kucha za mikono") && !said[0].contains("Masaji"),
        "{}",
        said[0]
    );
}

#[test]
fn the_day_of_several_services_may_come_later() {
    let mut chat = Chat::default();
    let said = chat.says("I want a massage and a facial");
    assert!(said[0].contains("Swedish massage + Facial"), "{}", said[0]);
    let said = chat.says("tomorrow at 2pm");
    assert!(said[0].contains("Swedish massage + Facial"), "{}", said[0]);
}

#[test]
fn a_wish_that_several_services_fit_is_asked_and_the_other_stays() {
    let mut chat = Chat::default();
    chat.desk.amend_menu(|menu| {
        let deep = ServiceCard {
            id: ServiceRef::from_uuid(uuid::Uuid::from_u128(0x78)),
            name: "Deep tissue massage".to_owned(),
            name_sw: None,
            ..menu.services[0].clone()
        };
        menu.services.push(deep);
    });
    chat.says("Facial and massage tomorrow at 2pm");
    assert_eq!(chat.stage(), "gathering", "which massage?");
    let said = chat.taps("Deep tissue massage");
    assert!(said[0].contains("Facial + Deep tissue massage"), "{}", said[0]);
}

#[test]
fn what_is_gone_as_a_whole_is_offered_at_another_time() {
    let mut chat = Chat::default();
    chat.desk.take(datetime!(2026-05-13 07:00 UTC));
    chat.says("Massage na facial kesho saa nne");
    assert_eq!(chat.stage(), "choosing");
    let said = chat.says("ya kwanza");
    assert!(said[0].contains("Masaji + Facial"), "{}", said[0]);
}
