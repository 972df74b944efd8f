use proptest::prelude::*;
use ratiba_kernel::Currency;
use serde_json::{Value, json};
use time::macros::date;

use super::*;
use crate::test_support::{category, kes, percent, rule, service, staff};
use crate::tiers::tests::ladders;
use crate::tiers::{Measure, MeasureScope, TierMethod};

fn of_staff() -> RuleScope {
    RuleScope::Staff(staff(1))
}

fn of_category() -> RuleScope {
    RuleScope::Category(category("massage"))
}

fn faults(kind: RuleType, scope: &RuleScope, value: &Value) -> Vec<String> {
    let refused = RuleValue::parse(kind, scope, value, Currency::Kes).unwrap_err();
    refused.faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_rule_that_is_tried_has_an_id_of_what_it_says() {
    let tried = |rule: Rule| rule.named_by_content().id;
    let massage = || RuleScope::Category(category("massage"));
    let first = tried(rule(1, massage(), percent(1_000)));
    assert_eq!(tried(rule(2, massage(), percent(1_000))), first);
    assert_ne!(tried(rule(1, massage(), percent(1_001))), first);
    assert_ne!(tried(rule(1, RuleScope::Staff(staff(1)), percent(1_000))), first);
}

#[test]
fn every_fault_is_named_by_its_path_and_all_are_told() {
    let value = json!({
        "rate_basis_points": 10_001,
        "rate": 40,
        "currency": "USD",
        "overrides": {
            "services": {"massage": 4_000},
            "categories": {"Nails!": 4_000, "hair": -1},
            "staff": {}
        },
        "base": {"start": "gross", "subtract": ["tax", "rent"], "earn_on": "booking", "floor": 0,
            "deduct": [{"when": "before"}, {"flat_minor": -5, "when": "later"}]}
    });
    let expected = [
        "value.currency: the currency must be KES",
        "value.rate: is not known here",
        "value.base.floor: is not known here",
        "value.base.start: must be one of list_price, charged, paid",
        "value.base.earn_on: must be one of completion, payment",
        "value.base.deduct[0]: give either basis_points or flat_minor",
        "value.base.deduct[1].when: must be one of before, after",
        "value.base.deduct[1].flat_minor: an amount is not negative, as -5 is",
        "value.base.subtract[1]: must be one of discount, tax, product_cost, payment_fee",
        "value.rate_basis_points: a rate is from 0 to 10000 basis points, not 10001",
        "value.overrides.staff: is not known here",
        "value.overrides.services.massage: must be the id of a service",
        "value.overrides.categories.Nails!: must be the name of a category",
        "value.overrides.categories.hair: a rate is from 0 to 10000 basis points, not -1",
    ];
    assert_eq!(faults(RuleType::Pct, &of_staff(), &value), expected);
}

#[test]
fn what_does_not_fit_its_type_is_refused() {
    let cases = [
        (RuleType::Pct, json!([]), "value: must be an object"),
        (
            RuleType::Pct,
            json!({}),
            "value: says nothing: neither a general value nor an exception",
        ),
        (
            RuleType::Pct,
            json!({"rate_basis_points": 40.5}),
            "value.rate_basis_points: must be a whole number",
        ),
        (
            RuleType::Pct,
            json!({"rate_basis_points": "40"}),
            "value.rate_basis_points: must be a whole number",
        ),
        (
            RuleType::Fixed,
            json!({"amount_minor": -1}),
            "value.amount_minor: an amount is not negative, as -1 is",
        ),
        (
            RuleType::Fixed,
            json!({"amount_minor": 1, "overrides": 3}),
            "value.overrides: must be an object",
        ),
        (
            RuleType::Tiered,
            json!({"method": "marginal"}),
            "value.tiers: give either tiers or bands",
        ),
        (
            RuleType::Tiered,
            json!({"tiers": [{"floor": 0, "rate_basis_points": 1}]}),
            "value.method: is missing",
        ),
        (
            RuleType::Tiered,
            json!({"method": "marginal", "tiers": []}),
            "value.tiers: there must be at least one tier",
        ),
        (
            RuleType::Tiered,
            json!({"method": "marginal", "tiers": [{"floor": 0, "rate_basis_points": 1}, {"floor": -5}]}),
            "value.tiers[1].floor: an amount is not negative, as -5 is",
        ),
    ];
    for (kind, value, expected) in cases {
        assert_eq!(
            faults(kind, &of_staff(), &value).first().map(String::as_str),
            Some(expected),
            "{value}"
        );
    }
}

#[test]
fn the_faults_of_a_ladder_name_their_step() {
    let tiers = json!({"method": "marginal", "tiers": [
        {"floor": 0, "rate_basis_points": 1_000},
        {"floor": 20_000, "rate_basis_points": 2_000},
        {"floor": 10_000, "rate_basis_points": 3_000}]});
    let expected = ["value.tiers[2]: floors must rise, but 100.00 comes after 200.00"];
    assert_eq!(faults(RuleType::Tiered, &of_category(), &tiers), expected);
    let bands = json!({"method": "marginal", "measure": "count", "bands": [
        {"from": 0, "to": 10, "rate_basis_points": 1_000},
        {"from": 12, "to": null, "rate_basis_points": 2_000}]});
    assert_eq!(
        faults(RuleType::Tiered, &of_category(), &bands),
        ["value.bands[1]: no band covers 10–12"]
    );
}

#[test]
fn a_bad_rate_or_method_hides_no_fault_of_the_ladder() {
    let tiers = json!({"method": "both", "tiers": [
        {"floor": 5, "rate_basis_points": 10_001},
        {"floor": 3, "rate_basis_points": -1, "note": "x"}]});
    let expected = [
        "value.method: must be one of marginal, retroactive",
        "value.tiers[0].rate_basis_points: a rate is from 0 to 10000 basis points, not 10001",
        "value.tiers[1].note: is not known here",
        "value.tiers[1].rate_basis_points: a rate is from 0 to 10000 basis points, not -1",
        "value.tiers[0]: the first tier must begin at 0, not at 0.05",
        "value.tiers[1]: floors must rise, but 0.03 comes after 0.05",
    ];
    assert_eq!(faults(RuleType::Tiered, &of_category(), &tiers), expected);
}

#[test]
fn bands_may_call_their_rate_as_other_systems_do() {
    let with = |name: &str| {
        let bands = json!({"method": "marginal", "bands": [
            {"from": 0, "to": 10_000, name: 1_000}, {"from": 10_000, name: 2_000}]});
        RuleValue::parse(RuleType::Tiered, &of_category(), &bands, Currency::Kes)
    };
    assert!(with("rate").is_ok());
    assert_eq!(with("rate"), with("rate_basis_points"));
    let wrong = json!({"method": "marginal", "bands": [
        {"from": 0, "to": 10_000, "rate": 10_001}, {"from": 10_000, "rate": 1, "rate_basis_points": 1}]});
    let expected = [
        "value.bands[0].rate: a rate is from 0 to 10000 basis points, not 10001",
        "value.bands[1].rate: is given twice",
    ];
    assert_eq!(faults(RuleType::Tiered, &of_category(), &wrong), expected);
}

#[test]
fn a_category_rule_has_a_general_value_and_no_exceptions_for_categories() {
    let value = json!({"overrides": {"categories": {"nails": 100}}});
    let expected = ["value.overrides.categories: belongs in a staff rule only"];
    assert_eq!(faults(RuleType::Pct, &of_category(), &value), expected);
    let exceptions_alone = json!({"overrides": {"services": {service(1).to_string(): 100}}});
    assert_eq!(
        faults(RuleType::Pct, &of_category(), &exceptions_alone),
        ["value.rate_basis_points: is missing"]
    );
    assert!(RuleValue::parse(RuleType::Pct, &of_staff(), &exceptions_alone, Currency::Kes).is_ok());
}

#[test]
fn validity_must_end_after_it_begins() {
    let day = date!(2026 - 05 - 01);
    assert_eq!(Validity::new(day, Some(day)), Err(EndsBeforeItBegins));
    assert_eq!(Validity::new(day, day.previous_day()), Err(EndsBeforeItBegins));
    let one_day = Validity::new(day, day.next_day()).unwrap();
    assert!(one_day.holds(day) && !one_day.holds(day.next_day().unwrap()));
}

#[test]
fn a_frozen_rule_tells_all_of_itself() {
    let value = json!({"amount_minor": 50_000, "overrides": {"categories": {"nails": 0}}});
    let value = RuleValue::parse(RuleType::Fixed, &of_staff(), &value, Currency::Kes).unwrap();
    assert_eq!(
        value.for_category(&category("nails")),
        Some(Term::PerService(kes(0)))
    );
    let validity = Validity::new(date!(2026 - 05 - 01), Some(date!(2026 - 06 - 01))).unwrap();
    let written = Rule {
        validity,
        ..rule(7, of_staff(), value)
    };
    let json = serde_json::to_value(&written).unwrap();
    assert_eq!(serde_json::from_value::<Rule>(json).unwrap(), written);
}

fn words<T: Clone + fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(all.to_vec())
}

proptest! {
    #[test]
    fn a_ladder_that_was_written_is_read_back(
        ladder in ladders(false),
        method in words(&[TierMethod::Marginal, TierMethod::Retroactive]),
        measure in words(&[Measure::Revenue, Measure::Count]),
        scope in words(&[MeasureScope::Rule, MeasureScope::All]),
    ) {
        let value = RuleValue::Tiered {
            tiers: Tiers::new(method, measure, scope, ladder).unwrap(),
            base: BaseRecipe::default(),
        };
        let read = RuleValue::parse(RuleType::Tiered, &of_category(), &value.to_json(), Currency::Kes);
        prop_assert_eq!(read, Ok(value));
    }

    #[test]
    fn rates_that_were_written_are_read_back(
        general in prop::option::of(0u32..=10_000),
        services in prop::collection::btree_map(1u64..9, 0u32..=10_000, 0..4),
        named in prop::collection::btree_map("[a-z][a-z0-9_-]{0,39}", 0u32..=10_000, 1..4),
    ) {
        let rates = Overridable {
            general: general.map(BasisPoints::new),
            services: services.into_iter().map(|(n, rate)| (service(n), BasisPoints::new(rate))).collect(),
            categories: named.into_iter().map(|(name, rate)| (category(&name), BasisPoints::new(rate))).collect(),
        };
        let value = RuleValue::Percentage { rates, base: BaseRecipe::default() };
        let read = RuleValue::parse(RuleType::Pct, &of_staff(), &value.to_json(), Currency::Kes);
        prop_assert_eq!(read, Ok(value));
    }

    #[test]
    fn validity_overlaps_exactly_where_a_day_is_in_both(a in 0i32..20, b in 1i32..20, c in 0i32..20, d in 1i32..20, open in any::<bool>()) {
        let day = |n: i32| Date::from_julian_day(2_461_000 + n).unwrap();
        let one = Validity::new(day(a), Some(day(a + b))).unwrap();
        let other = Validity::new(day(c), (!open).then(|| day(c + d))).unwrap();
        let shared = (0..60).any(|n| one.holds(day(n)) && other.holds(day(n)));
        prop_assert_eq!(one.overlaps(&other), shared);
        prop_assert_eq!(other.overlaps(&one), shared);
    }
}
