use std::collections::BTreeSet;

use ratiba_kernel::{Currency, Money};

use super::{Fault, Known, Origin, Outcome, Reviewed, review};
use crate::appointment::Version;
use crate::catalogue::{Minutes, Offering, Service};
use crate::import::catalogue::{CatalogueDraft, Stocked, from_csv, from_text};
use crate::import::ports::NamedStaff;
use crate::import::similar::Likeness;
use crate::import::{Cell, Fate};
use crate::policy::{Policy, Rounding};
use crate::test_support::builders::{a_service, policy, service, staff};

fn people() -> Vec<NamedStaff> {
    let named = |number, name: &str| NamedStaff {
        id: staff(number),
        name: name.to_owned(),
    };
    vec![
        named(1, "Wanjiru Kamau"),
        named(2, "Achieng Otieno"),
        named(3, "Wanjiru Mwangi"),
    ]
}

fn stocked(number: u64, name: &str, minutes: u32) -> Stocked {
    Stocked {
        service: Service {
            name: name.to_owned(),
            ..a_service(number, minutes)
        },
        description: None,
        version: Version::read(4),
    }
}

fn reviewed_by(policy: &Policy, drafts: &[CatalogueDraft], stock: &[Stocked]) -> Vec<Reviewed> {
    let staff = people();
    review(
        drafts,
        Known {
            policy,
            stock,
            staff: &staff,
        },
    )
}

fn reviewed(csv: &str, stock: &[Stocked]) -> Vec<Reviewed> {
    let (drafts, _) = from_csv(csv, Currency::Kes).unwrap();
    reviewed_by(&policy(), &drafts, stock)
}

fn outcomes(rows: &[Reviewed]) -> Vec<Outcome> {
    rows.iter().map(|row| row.outcome).collect()
}

#[test]
fn what_is_not_said_is_proposed_and_marked_but_never_a_price() {
    let rows = reviewed("name,price\nSwedish massage,\nBack massage,1500", &[]);
    for row in &rows {
        assert_eq!(row.minutes.as_ref().unwrap().origin, Origin::Proposed);
        assert_eq!(row.category.as_ref().unwrap().origin, Origin::Proposed);
        assert_eq!(row.name_sw.as_ref().unwrap().origin, Origin::Proposed);
        assert_eq!(row.description.as_ref().unwrap().origin, Origin::Proposed);
    }
    assert_eq!(
        (rows[0].price, &rows[0].faults),
        (None, &BTreeSet::from([Fault::PriceMissing]))
    );
    assert_eq!(
        (rows[1].price, rows[1].faults.len()),
        (Some(Money::kes_minor(150_000)), 0)
    );
    assert_eq!(rows[1].name_sw.as_ref().unwrap().value, "Masaji ya mgongo");
}

#[test]
fn a_price_that_nobody_could_pay_is_a_fault() {
    let fault = |price: i64, policy: &Policy| {
        let draft = CatalogueDraft {
            name: "Facial".to_owned(),
            price: Cell::Read(price),
            ..CatalogueDraft::default()
        };
        reviewed_by(policy, &[draft], &[]).remove(0).faults
    };
    let mut exact = policy();
    exact.rules.rounding = Rounding::Exact;
    let mut floored = policy();
    floored.rules.price_floor = 50_000;
    assert_eq!(fault(0, &exact), BTreeSet::from([Fault::PriceTooLow]));
    assert_eq!(fault(-100, &policy()), BTreeSet::from([Fault::PriceTooLow]));
    assert_eq!(fault(150_050, &policy()), BTreeSet::from([Fault::PriceHasCents]));
    assert_eq!(fault(150_050, &exact), BTreeSet::new());
    assert_eq!(fault(49_900, &floored), BTreeSet::from([Fault::PriceTooLow]));
    assert_eq!(fault(50_000, &floored), BTreeSet::new());
    let rows = reviewed("name,price\nFacial,from 2000", &[]);
    assert_eq!(rows[0].faults, BTreeSet::from([Fault::PriceUnreadable]));
}

#[test]
fn near_duplicates_become_one_row_that_shows_them() {
    let rows = reviewed(
        "name,price,duration,category\nSwedish massage,3500,,\nFacial,2000,60,Facials\nSwedsh Masage,,60,Massage\nswedish MASSAGE,3500,,",
        &[],
    );
    assert_eq!(
        outcomes(&rows),
        [
            Outcome::Creates,
            Outcome::Creates,
            Outcome::MergedInto(1),
            Outcome::MergedInto(1)
        ]
    );
    let merged: Vec<_> = rows[0]
        .merged
        .iter()
        .map(|merged| (merged.number, merged.likeness))
        .collect();
    assert_eq!(merged, [(3, Likeness::Near(2)), (4, Likeness::Same)]);
    assert_eq!(rows[0].merged[0].name, "Swedsh Masage");
    let minutes = rows[0].minutes.as_ref().unwrap();
    assert_eq!((minutes.value, minutes.origin), (Minutes::new(60), Origin::Given));
    assert_eq!(rows[0].faults, BTreeSet::new());
}

#[test]
fn merged_rows_with_two_prices_wait_for_a_person() {
    let csv = "name,price\nSwedish massage,3500\nSwedish masage,4000";
    assert_eq!(
        reviewed(csv, &[])[0].faults,
        BTreeSet::from([Fault::PricesDiffer])
    );
    let (mut drafts, _) = from_csv(csv, Currency::Kes).unwrap();
    drafts[1].fate = Fate::Apart;
    let apart = reviewed_by(&policy(), &drafts, &[]);
    assert_eq!(outcomes(&apart), [Outcome::Creates, Outcome::Creates]);
    assert!(apart.iter().all(|row| row.faults.is_empty()));
    drafts[1].fate = Fate::Skip;
    assert_eq!(
        outcomes(&reviewed_by(&policy(), &drafts, &[])),
        [Outcome::Creates, Outcome::Skipped]
    );
}

#[test]
fn lengths_of_one_service_stay_apart_and_carry_their_minutes() {
    let (drafts, _) = from_text(
        "Swedish massage 60min 3500 / 90min 4500\nFacial 2000",
        Currency::Kes,
    )
    .unwrap();
    let rows = reviewed_by(&policy(), &drafts, &[stocked(7, "Swedish Massage 90", 90)]);
    let names: Vec<_> = rows
        .iter()
        .map(|row| (row.name.value.as_str(), row.name.origin))
        .collect();
    assert_eq!(
        names,
        [
            ("Swedish massage 60", Origin::Proposed),
            ("Swedish Massage 90", Origin::Kept),
            ("Facial", Origin::Given)
        ]
    );
    assert_eq!(
        outcomes(&rows),
        [Outcome::Creates, Outcome::Updates(service(7)), Outcome::Creates]
    );
}

#[test]
fn a_service_on_sale_is_updated_and_keeps_what_the_row_does_not_say() {
    let retired = Stocked {
        service: Service {
            offering: Offering::Retired,
            ..stocked(3, "Pedicure", 40).service
        },
        ..stocked(3, "Pedicure", 40)
    };
    let stock = [
        stocked(1, "Swedish massage", 75),
        stocked(2, "Facial", 60),
        retired,
    ];
    let rows = reviewed(
        "name,price\nSwedish masage,4000\nFACIAL,2500\nPedicure,900",
        &stock,
    );
    assert_eq!(
        outcomes(&rows),
        [
            Outcome::Updates(service(1)),
            Outcome::Updates(service(2)),
            Outcome::Creates
        ]
    );
    assert_eq!(rows[0].name.value, "Swedish massage");
    let minutes = rows[0].minutes.as_ref().unwrap();
    assert_eq!((minutes.value, minutes.origin), (Minutes::new(75), Origin::Kept));
    assert_eq!(rows[0].staff, a_service(1, 75).staff);
    assert_eq!(rows[0].deposit.origin, Origin::Kept);
}

#[test]
fn staff_are_found_by_name_and_doubt_is_a_fault() {
    let rows = reviewed(
        "name,price,staff\nA massage,1000,achieng\nB facial,1000,Wanjiru\nC wax,1000,Wanjiru Kamau; Nobody\nD scrub,1000,Achieng Otiemo",
        &[],
    );
    assert_eq!(rows[0].staff, BTreeSet::from([staff(2)]));
    assert_eq!(
        rows[1].faults,
        BTreeSet::from([Fault::Staff("Wanjiru".to_owned())])
    );
    assert_eq!(
        rows[2].faults,
        BTreeSet::from([Fault::Staff("Nobody".to_owned())])
    );
    assert_eq!((rows[3].staff.len(), rows[3].faults.len()), (1, 0));
}

#[test]
fn people_are_added_to_a_service_and_never_taken_away() {
    let before = stocked(1, "Facial", 60);
    assert_eq!(before.service.staff, BTreeSet::from([staff(1), staff(2)]));
    let rows = reviewed("name,price,staff\nFacial,100,Wanjiru Mwangi", &[before]);
    assert_eq!(rows[0].staff, BTreeSet::from([staff(1), staff(2), staff(3)]));
}

#[test]
fn every_other_fault_is_named() {
    let long = "x".repeat(81);
    let rows = reviewed(
        &format!(
            "name,price,duration,deposit,category,name_sw\n,100,,,,\n{long},100,,,,\nA,100,long,,,\nB,100,,200,,\nC,100,,,🌸,\nD,100,,,,{long}\nE,100,,,,,more"
        ),
        &[],
    );
    let faults: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.faults.iter().map(Fault::word).collect())
        .collect();
    assert_eq!(
        faults,
        [
            vec!["name"],
            vec!["name"],
            vec!["duration"],
            vec!["deposit"],
            vec!["category"],
            vec!["other_names"],
            vec!["misshapen"]
        ]
    );
}

#[test]
fn two_rows_apart_cannot_have_one_name() {
    let (mut drafts, _) =
        from_csv("name,price,duration\nFacial,100,60\nfacial,100,60", Currency::Kes).unwrap();
    drafts[1].fate = Fate::Apart;
    let rows = reviewed_by(&policy(), &drafts, &[stocked(1, "Other", 60)]);
    assert!(rows.iter().all(|row| row.faults.contains(&Fault::NameTaken)));
}
