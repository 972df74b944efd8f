use proptest::prelude::*;

use super::*;
use crate::test_support::a_tier;

fn bands(rows: &[(i64, Option<i64>, u32)]) -> Vec<Band> {
    let band = |(from, to, rate): &(i64, Option<i64>, u32)| Band {
        from: *from,
        to: *to,
        rate: BasisPoints::new(*rate),
    };
    rows.iter().map(band).collect()
}

fn revenue(ladder: &[Tier]) -> Result<Tiers, Vec<TierFault>> {
    Tiers::new(
        TierMethod::Marginal,
        Measure::Revenue,
        MeasureScope::Rule,
        ladder.to_vec(),
    )
}

fn from_bands(rows: &[(i64, Option<i64>, u32)]) -> Result<Tiers, Vec<TierFault>> {
    Tiers::from_bands(
        TierMethod::Marginal,
        Measure::Revenue,
        MeasureScope::Rule,
        &bands(rows),
    )
}

fn messages(refused: Result<Tiers, Vec<TierFault>>) -> Vec<String> {
    refused.unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn c26_bands_with_a_gap_are_refused_and_the_gap_is_named() {
    let refused = from_bands(&[(0, Some(10_000), 1_000), (10_100, Some(20_000), 2_000)]);
    assert_eq!(messages(refused), ["no band covers 100.00–101.00"]);
}

#[test]
fn bands_that_meet_are_floors() {
    let tiers = from_bands(&[(0, Some(10_000), 1_000), (10_000, None, 2_000)]).unwrap();
    assert_eq!(tiers.ladder(), [a_tier(0, 1_000), a_tier(10_000, 2_000)]);
    assert_eq!(
        from_bands(&[(0, Some(10_000), 1_000), (10_000, Some(20_000), 2_000)]).unwrap(),
        tiers
    );
}

#[test]
fn bands_that_overlap_stay_open_inside_or_have_no_width_are_refused() {
    let overlap = from_bands(&[(0, Some(10_000), 1_000), (9_000, None, 2_000)]);
    assert_eq!(messages(overlap), ["two bands cover 90.00–100.00"]);
    let open = from_bands(&[(0, None, 1_000), (9_000, None, 2_000)]);
    assert_eq!(messages(open), ["only the last band may be without an end"]);
    let empty = from_bands(&[(0, Some(0), 1_000)]);
    assert_eq!(messages(empty), ["a band must end after it begins at 0.00"]);
    assert_eq!(messages(from_bands(&[])), ["there must be at least one tier"]);
}

#[test]
fn bands_in_another_order_are_told_so_and_nothing_untrue() {
    let fallen = from_bands(&[(10_000, Some(20_000), 2_000), (0, Some(10_000), 1_000)]);
    let falls = "bands must rise, but the one from 0.00 comes after the one from 100.00";
    assert_eq!(messages(fallen), [falls]);
    let with_gap = from_bands(&[
        (10_000, Some(20_000), 2_000),
        (0, Some(10_000), 1_000),
        (30_000, None, 3_000),
    ]);
    assert_eq!(messages(with_gap), [falls, "no band covers 200.00–300.00"]);
    let inside = from_bands(&[(0, Some(30_000), 1_000), (10_000, Some(20_000), 2_000)]);
    assert_eq!(messages(inside), ["two bands cover 100.00–200.00"]);
    let late = from_bands(&[(500, Some(10_000), 1_000), (20_000, None, 1_000)]);
    let expected = [
        "the first tier must begin at 0, not at 5.00",
        "no band covers 100.00–200.00",
    ];
    assert_eq!(messages(late), expected);
}

#[test]
fn every_fault_of_a_ladder_is_told_at_once() {
    let refused = revenue(&[a_tier(5, 10_001), a_tier(5, 100), a_tier(3, 100)]);
    let expected = [
        "the first tier must begin at 0, not at 0.05",
        "two tiers begin at 0.05",
        "floors must rise, but 0.03 comes after 0.05",
        "a rate is at most 100 %, not 100.01 %",
    ];
    assert_eq!(messages(refused), expected);
}

#[test]
fn a_floor_belongs_to_its_own_tier() {
    let tiers = revenue(&[a_tier(0, 100), a_tier(1_000, 200), a_tier(2_000, 300)]).unwrap();
    for (measured, floor) in [
        (-5, 0),
        (0, 0),
        (999, 0),
        (1_000, 1_000),
        (1_999, 1_000),
        (2_000, 2_000),
        (i64::MAX, 2_000),
    ] {
        assert_eq!(tiers.tier_at(measured).floor, floor, "{measured}");
    }
}

/// Ladders of up to five steps; `rising` makes the rates rise with them.
pub(crate) fn ladders(rising: bool) -> impl Strategy<Value = Vec<Tier>> {
    let floors = prop::collection::btree_set(1i64..40_000, 0..4);
    let rates = prop::collection::vec(0u32..=10_000, 5);
    (floors, rates).prop_map(move |(floors, mut rates)| {
        if rising {
            rates.sort_unstable();
        }
        let floors = std::iter::once(0).chain(floors);
        floors
            .zip(rates)
            .map(|(floor, rate)| a_tier(floor, rate))
            .collect()
    })
}

proptest! {
    #[test]
    fn cutting_at_the_floors_loses_nothing(ladder in ladders(false), amount in 0i64..100_000) {
        let tiers = revenue(&ladder).unwrap();
        let parts = tiers.cut(amount);
        prop_assert_eq!(parts.iter().map(|part| part.part_minor).sum::<i64>(), amount);
        for part in parts {
            prop_assert!(part.part_minor > 0);
            prop_assert_eq!(tiers.tier_at(part.floor + part.part_minor - 1).floor, part.floor);
        }
    }

    #[test]
    fn shuffled_or_repeated_floors_never_make_a_ladder(ladder in ladders(false), at in 0usize..5, to in 0usize..5) {
        let (at, to) = (at % ladder.len(), to % ladder.len());
        let mut swapped = ladder.clone();
        swapped.swap(at, to);
        prop_assert_eq!(revenue(&swapped).is_err(), at != to);
        let mut repeated = ladder;
        let copy = repeated[at];
        repeated.insert(to, copy);
        prop_assert!(revenue(&repeated).is_err());
    }
}
