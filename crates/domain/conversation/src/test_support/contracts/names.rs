//! The names that a business knows are found by single words, and by nobody else's.

use std::collections::BTreeSet;

use ratiba_kernel::TenantId;
use ratiba_kernel::test_support::EPOCH;

use super::World;
use crate::customer::Customer;
use crate::ports::{Change, NameBook, ThreadBook};
use crate::redact::{NAMES_ASKED_MAX, NameWords};
use crate::test_support::builders::a_customer;

async fn called<W: World>(world: &W, number: u32, name: Option<&str>) {
    let customer = Customer {
        name: name.map(str::to_owned),
        ..a_customer().number(number).build()
    };
    let change = Change {
        customer: Some(customer),
        ..Change::at(EPOCH)
    };
    world.record().record(world.tenant(), change).await.unwrap();
}

async fn known<W: World>(world: &W, tenant: TenantId, text: &str) -> Vec<String> {
    let asked = NameWords::of([text]);
    let known = world.record().names_among(tenant, &asked).await.unwrap();
    let asked: BTreeSet<String> = asked.iter().map(str::to_owned).collect();
    assert!(known.is_subset(&asked), "only what was asked for: {known:?}");
    known.into_iter().collect()
}

pub(super) async fn words_of_names_are_known_in_any_spelling<W: World>(world: &W) {
    called(world, 1, Some("Wanjikũ Ng'ang'a")).await;
    called(world, 2, Some("Mary-Anne ÉLODIE O’Neil")).await;
    for (said, found) in [
        ("WANJIKU comes too", vec!["wanjiku"]),
        ("na Wanjik\u{169}, kesho", vec!["wanjiku"]),
        ("na Wanjiku\u{303} kesho", vec!["wanjiku"]),
        ("Ng’ang’a", vec!["nganga"]),
        ("nganga", vec!["nganga"]),
        ("mary, Elodie's friend", vec!["elodie", "mary"]),
        ("anne na oneil", vec!["anne", "oneil"]),
        ("nobody at all", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(known(world, world.tenant(), said).await, found, "{said}");
    }
    let most: Vec<String> = (0..NAMES_ASKED_MAX).map(|n| format!("w{}", letters(n))).collect();
    let text = format!("mary {}", most.join(" "));
    assert_eq!(known(world, world.tenant(), &text).await, ["mary"]);
}

fn letters(number: usize) -> String {
    number
        .to_string()
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}

pub(super) async fn a_part_of_a_word_is_no_name<W: World>(world: &W) {
    called(world, 1, Some("Asha Wanjiku")).await;
    assert_eq!(
        known(world, world.tenant(), "ashamed wanji ash 0700000001").await,
        [""; 0]
    );
}

pub(super) async fn nobody_knows_the_names_of_another_business<W: World>(world: &W) {
    called(world, 1, Some("Asha Wanjiku")).await;
    assert_eq!(known(world, world.neighbour(), "Asha Wanjiku").await, [""; 0]);
    assert_eq!(
        known(world, world.tenant(), "Asha Wanjiku").await,
        ["asha", "wanjiku"]
    );
}

pub(super) async fn a_name_that_was_given_up_is_not_known_any_more<W: World>(world: &W) {
    called(world, 1, Some("Asha Wanjiku")).await;
    called(world, 1, Some("Neema Wanjiku")).await;
    assert_eq!(
        known(world, world.tenant(), "Asha, Neema, Wanjiku").await,
        ["neema", "wanjiku"]
    );
}
