use proptest::prelude::*;

use super::*;
use crate::test_support::builders::{a_service, recipe};

fn segment(minutes: u32, staff: bool, client: bool) -> Segment {
    Segment {
        minutes: Minutes::new(minutes),
        staff: staff.into(),
        resource_kind: None,
        client: client.into(),
    }
}

fn shillings(amount: i64) -> Money {
    Money::kes_minor(amount * 100)
}

#[test]
fn a_recipe_must_make_sense() {
    let of = |segments| Recipe::new(segments, Buffers::default());
    assert_eq!(of(vec![]), Err(CatalogueError::Segments));
    assert_eq!(of(vec![segment(0, true, true)]), Err(CatalogueError::Segments));
    assert_eq!(
        of(vec![segment(60, false, true)]),
        Err(CatalogueError::Segments),
        "nobody renders it"
    );
    assert_eq!(
        of(vec![segment(60, true, false)]),
        Err(CatalogueError::Segments),
        "nobody receives it"
    );
    assert_eq!(
        of(vec![segment(1, true, true); 13]),
        Err(CatalogueError::Segments)
    );
    assert_eq!(
        of(vec![segment(24 * 60, true, true), segment(1, true, true)]),
        Err(CatalogueError::Segments)
    );
    assert_eq!(
        of(vec![segment(u32::MAX, true, true); 2]),
        Err(CatalogueError::Segments)
    );
    assert!(of(vec![segment(24 * 60, true, true)]).is_ok());
    let buffers = Buffers {
        before: Minutes::NONE,
        after: Minutes::new(241),
    };
    assert_eq!(
        Recipe::new(vec![segment(60, true, true)], buffers),
        Err(CatalogueError::Buffers)
    );
}

#[test]
fn a_recipe_is_checked_when_it_is_read() {
    let text = r#"{"segments": [{"minutes": 60, "staff": true, "resource_kind": "couch", "client": true}],
        "buffers": {"before": 0, "after": 10}}"#;
    let read: Recipe = serde_json::from_str(text).unwrap();
    assert_eq!(
        read.segments()[0]
            .resource_kind
            .as_ref()
            .map(ResourceKind::as_str),
        Some("couch")
    );
    assert_eq!(
        serde_json::from_value::<Recipe>(serde_json::to_value(&read).unwrap()).unwrap(),
        read
    );
    for (from, to) in [
        ("60", "0"),
        ("\"couch\"", "\"Couch 1\""),
        ("10", "999"),
        ("\"client\": true", "\"client\": false"),
    ] {
        assert!(
            serde_json::from_str::<Recipe>(&text.replace(from, to)).is_err(),
            "{to}"
        );
    }
}

#[test]
fn a_category_is_a_word() {
    for good in ["massage", "nails-2", "3_in_1"] {
        assert_eq!(ServiceCategory::parse(good).unwrap().as_str(), good);
    }
    for bad in ["", "Massage", "deep tissue", "-nails", "ü", &"a".repeat(41)] {
        assert_eq!(ServiceCategory::parse(bad), Err(CatalogueError::Word), "{bad}");
    }
}

#[test]
fn a30_a_deposit_never_exceeds_what_is_charged() {
    let deposit = Deposit::Flat(shillings(50));
    let due = |charged| deposit.due(shillings(charged), Rounding::WholeUnits).unwrap();
    assert_eq!(due(40), shillings(40), "100 less 60 %");
    assert_eq!(due(60), shillings(50), "100 less 40 %");
}

#[test]
fn a_deposit_is_raised_to_whole_shillings_where_mpesa_is_taken() {
    let third = Deposit::Percent(BasisPoints::new(3_333));
    let charged = Money::kes_minor(100_050);
    assert_eq!(third.due(charged, Rounding::WholeUnits).unwrap(), shillings(334));
    assert_eq!(
        third.due(charged, Rounding::Exact).unwrap(),
        Money::kes_minor(33_347)
    );
    let all = Deposit::Percent(BasisPoints::WHOLE);
    assert_eq!(
        all.due(charged, Rounding::WholeUnits).unwrap(),
        charged,
        "never above the price"
    );
    assert!(
        Deposit::None
            .due(charged, Rounding::WholeUnits)
            .unwrap()
            .is_zero()
    );
    let dollars = Deposit::Flat(Money::new(100, ratiba_kernel::Currency::Usd));
    assert_eq!(
        dollars.due(charged, Rounding::Exact),
        Err(MoneyError::CurrencyMismatch)
    );
}

#[test]
fn a_service_that_could_not_be_sold_is_refused() {
    let sound = a_service(1, 60);
    assert_eq!(sound.check(Rounding::WholeUnits), Ok(()));
    let refused = |change: &dyn Fn(&mut Service)| {
        let mut service = sound.clone();
        change(&mut service);
        service.check(Rounding::WholeUnits).unwrap_err()
    };
    assert_eq!(refused(&|s| s.name = " ".into()), CatalogueError::Name);
    assert_eq!(
        refused(&|s| s.aliases = vec!["x".repeat(81)]),
        CatalogueError::Name
    );
    assert_eq!(refused(&|s| s.price = shillings(0)), CatalogueError::Price);
    assert_eq!(
        refused(&|s| s.price = Money::kes_minor(350_001)),
        CatalogueError::Price
    );
    assert_eq!(
        refused(&|s| s.deposit = Deposit::Flat(shillings(3_501))),
        CatalogueError::Deposit
    );
    assert_eq!(
        refused(&|s| s.deposit = Deposit::Percent(BasisPoints::new(10_001))),
        CatalogueError::Deposit
    );
    assert_eq!(
        refused(&|s| s.deposit = Deposit::Percent(BasisPoints::new(0))),
        CatalogueError::Deposit
    );
    assert_eq!(
        refused(&|s| s.tax = BasisPoints::new(10_001)),
        CatalogueError::Cost
    );
    assert_eq!(refused(&|s| s.product_cost = shillings(-1)), CatalogueError::Cost);
}

#[test]
fn a_duration_is_the_sum_of_the_segments() {
    assert_eq!(
        recipe(vec![segment(30, true, true), segment(45, false, true)], 5, 5).duration(),
        Minutes::new(75)
    );
}

proptest! {
    #[test]
    fn a_deposit_lies_between_nothing_and_the_charge(
        charged in 0_i64..10_000_000, rate in 0_u32..=10_000, flat in 1_i64..10_000_000, whole in any::<bool>(),
    ) {
        let rounding = if whole { Rounding::WholeUnits } else { Rounding::Exact };
        let charged = Money::kes_minor(charged);
        for deposit in [Deposit::Percent(BasisPoints::new(rate)), Deposit::Flat(Money::kes_minor(flat))] {
            let due = deposit.due(charged, rounding).unwrap();
            prop_assert!(due.amount_minor() >= 0 && due <= charged);
        }
    }
}
