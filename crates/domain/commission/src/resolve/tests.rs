use ratiba_kernel::{BasisPoints, Currency};
use serde_json::json;
use time::macros::date;

use super::*;
use crate::rule::{RuleType, RuleValue, Validity};
use crate::test_support::{category, percent, rule, service, staff};

const DAY: Date = date!(2026 - 05 - 13);

fn table(rules: Vec<Rule>) -> RuleTable {
    RuleTable::new(rules).unwrap()
}

fn places(table: &RuleTable, precedence: Precedence) -> Vec<(Place, u32)> {
    table
        .candidates(staff(1), service(1), &category("massage"), DAY, precedence)
        .iter()
        .map(|candidate| match candidate.term {
            Term::Rate(rate) => (candidate.place, rate.value()),
            Term::PerService(_) | Term::Ladder => panic!("only rates here"),
        })
        .collect()
}

fn pct(scope: &RuleScope, value: serde_json::Value) -> RuleValue {
    RuleValue::parse(RuleType::Pct, scope, &value, Currency::Kes).unwrap()
}

fn own() -> RuleScope {
    RuleScope::Staff(staff(1))
}

fn massage() -> RuleScope {
    RuleScope::Category(category("massage"))
}

#[test]
fn c41_a_category_rule_goes_before_a_general_staff_rule_unless_switched() {
    let table = table(vec![
        rule(1, own(), percent(3_000)),
        rule(2, massage(), percent(2_000)),
    ]);
    let (family, general) = ((Place::Category, 2_000), (Place::StaffGeneral, 3_000));
    assert_eq!(places(&table, Precedence::CategoryBeforeStaff), [family, general]);
    assert_eq!(places(&table, Precedence::StaffBeforeCategory), [general, family]);
}

#[test]
fn c41b_a_staff_rules_override_for_the_category_wins_either_way() {
    let value = json!({"rate_basis_points": 3_000, "overrides": {"categories": {"massage": 3_500}}});
    let table = table(vec![
        rule(1, own(), pct(&own(), value)),
        rule(2, massage(), percent(2_000)),
    ]);
    for precedence in [Precedence::CategoryBeforeStaff, Precedence::StaffBeforeCategory] {
        assert_eq!(places(&table, precedence)[0], (Place::StaffForCategory, 3_500));
        assert_eq!(places(&table, precedence).len(), 3);
    }
}

#[test]
fn the_order_is_total_with_the_most_specific_first() {
    let exceptions = json!({"services": {service(1).to_string(): 1}, "categories": {"massage": 2}});
    let value = json!({"rate_basis_points": 4, "overrides": exceptions});
    let for_service = json!({"rate_basis_points": 9, "overrides": {"services": {service(1).to_string(): 3}}});
    let rules = vec![
        rule(1, own(), pct(&own(), value)),
        rule(2, massage(), pct(&massage(), for_service)),
    ];
    let expected = [
        (Place::StaffForService, 1),
        (Place::StaffForCategory, 2),
        (Place::CategoryForService, 3),
        (Place::StaffGeneral, 4),
    ];
    let reversed: Vec<Rule> = rules.iter().rev().cloned().collect();
    for rules in [rules, reversed] {
        assert_eq!(places(&table(rules), Precedence::CategoryBeforeStaff), expected);
    }
}

#[test]
fn an_explicit_zero_wins_and_a_gap_has_no_candidate() {
    let table = table(vec![
        rule(1, own(), percent(0)),
        rule(2, RuleScope::Category(category("nails")), percent(10)),
    ]);
    let found = table.candidates(
        staff(1),
        service(1),
        &category("massage"),
        DAY,
        Precedence::default(),
    );
    assert!(found[0].term.is_explicit_zero());
    let gap = table.candidates(
        staff(2),
        service(1),
        &category("massage"),
        DAY,
        Precedence::default(),
    );
    assert_eq!(gap, []);
}

#[test]
fn only_the_rule_of_the_day_speaks() {
    let june = date!(2026 - 06 - 01);
    let until = Rule {
        validity: Validity::new(date!(2026 - 01 - 01), Some(june)).unwrap(),
        ..rule(1, massage(), percent(4_000))
    };
    let from = Rule {
        validity: Validity::since(june),
        ..rule(2, massage(), percent(4_500))
    };
    let table = table(vec![until, from]);
    for (day, rate) in [(june.previous_day().unwrap(), 4_000), (june, 4_500)] {
        let found = table.candidates(
            staff(1),
            service(1),
            &category("massage"),
            day,
            Precedence::default(),
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].term, Term::Rate(BasisPoints::new(rate)));
    }
    let before = table.candidates(
        staff(1),
        service(1),
        &category("massage"),
        date!(2025 - 12 - 31),
        Precedence::default(),
    );
    assert_eq!(before, []);
}

#[test]
fn two_rules_of_one_key_on_one_day_are_refused() {
    let twice = RuleTable::new(vec![
        rule(1, massage(), percent(1)),
        rule(2, massage(), percent(2)),
    ]);
    assert!(twice.is_err());
}
