//! Questions about people and prices are answered from what is on record, and nothing is made up.

use ratiba_kernel::BasisPoints;
use time::Weekday;
use time::macros::date;

use super::*;
use crate::desk::{PromotionCard, TakenOff};
use crate::test_support::builders::{facial, massage};

const GRACE: u128 = 77;

/// Wanjiru gives massages and Grace facials.
fn with_grace() -> Chat {
    Chat::with_desk(|desk| {
        desk.amend_menu(|menu| {
            let grace = StaffRef::from_uuid(uuid::Uuid::from_u128(GRACE));
            menu.staff.push(StaffCard {
                id: grace,
                name: "Grace".to_owned(),
                phone: None,
            });
            for service in &mut menu.services {
                if service.id == facial() {
                    service.staff = vec![grace];
                }
            }
        });
        desk
    })
}

#[test]
fn who_renders_a_service_is_told_by_name() {
    let mut chat = with_grace();
    let said = chat.says("who does massages?");
    assert!(
        said[0].contains("Wanjiru") && !said[0].contains("Grace"),
        "{}",
        said[0]
    );
    let said = chat.says("nani anafanya facial?");
    assert!(
        said[0].contains("Grace") && !said[0].contains("Wanjiru"),
        "{}",
        said[0]
    );
    let said = chat.says("who are your masseuses");
    assert!(
        said[0].contains("Wanjiru") && said[0].contains("Grace"),
        "{}",
        said[0]
    );
    assert_eq!(chat.stage(), "open", "a question begins no booking");
}

#[test]
fn whom_nobody_renders_is_not_made_up() {
    let mut chat = Chat::with_desk(|desk| {
        desk.amend_menu(|menu| menu.services.iter_mut().for_each(|service| service.staff.clear()));
        desk
    });
    let said = chat.says("who does massages?");
    assert!(said[0].contains("would rather not guess"), "{}", said[0]);
}

#[test]
fn whether_somebody_is_there_is_looked_up_before_the_service_is_asked_for() {
    let mut chat = with_grace();
    let said = chat.says("is Wanjiru in tomorrow?");
    assert!(
        said[0].contains("Wanjiru has time then: Wednesday 13 May"),
        "{}",
        said[0]
    );
    assert_eq!(chat.choices(), ["Swedish massage"], "what she renders");
    let said = chat.taps("Swedish massage");
    assert!(!said.is_empty());
    assert_eq!(chat.stage(), "choosing", "day and person are remembered");

    let mut chat = with_grace();
    chat.desk.send_away(wanjiru());
    let said = chat.says("is Wanjiru in tomorrow at 10am?");
    assert!(said[0].contains("Wanjiru has no time then"), "{}", said[0]);
}

#[test]
fn offers_are_those_that_run_and_none_is_made_up() {
    let mut chat = Chat::default();
    let said = chat.says("any offers?");
    assert!(said[0].contains("no special offer"), "{}", said[0]);
    chat.desk.run_promotion(PromotionCard {
        name: "Rainy days".to_owned(),
        off: TakenOff::Share(BasisPoints::new(2_000)),
        services: vec![massage()],
        first_day: date!(2026 - 05 - 01),
        last_day: date!(2026 - 05 - 31),
        weekdays: vec![Weekday::Tuesday, Weekday::Wednesday],
    });
    let said = chat.says("any offers?");
    for part in [
        "Rainy days",
        "20 %",
        "Swedish massage",
        "Sunday 31 May",
        "Tuesday, Wednesday",
    ] {
        assert!(said[0].contains(part), "{part}: {}", said[0]);
    }
    let said = chat.says("kuna ofa gani wiki hii?");
    assert!(said[0].contains("punguzo la 20 % kwa Masaji"), "{}", said[0]);
}
