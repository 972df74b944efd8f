use ratiba_kernel::Currency;
use serde_json::json;
use time::macros::date;

use super::*;
use crate::engine::compute;
use crate::resolve::RuleTable;
use crate::rule::{RuleType, Validity};
use crate::test_support::{category, kes, money, month, percent, rule, settings, some_work, staff};
use crate::tips::Tip;
use crate::work::CompletedAppointment;

fn massage() -> RuleScope {
    RuleScope::Category(category("massage"))
}

fn hash(work: &[CompletedAppointment], rules: Vec<Rule>) -> ContentHash {
    let table = RuleTable::new(rules).unwrap();
    let figures = compute(month("2026-05"), work, &table, &settings(), &[staff(1)]).unwrap();
    figures.staff[0].content_hash
}

fn usual() -> Vec<Rule> {
    vec![rule(1, massage(), percent(4_000))]
}

#[test]
fn the_canonical_form_is_fixed() {
    let value = json!({"amount_minor": 50_000, "overrides": {"categories": {"massage": 60_000}}});
    let own = RuleScope::Staff(staff(1));
    let value = RuleValue::parse(RuleType::Fixed, &own, &value, Currency::Kes).unwrap();
    let mut rules = usual();
    rules.push(rule(2, own, value));
    let work = [
        some_work(1).tipped(Tip::of(kes(50))).build(),
        some_work(2).without_actuals().build(),
    ];
    // Figures frozen under this form are compared with it for years: it changes only together with its number.
    assert_eq!(
        hash(&work, rules).to_string(),
        "6380a53248197c148d73a6aee4305fee2931c5b1b27ed0d6d1f786072cc53ecc"
    );
}

#[test]
fn every_input_of_the_person_is_in_it() {
    let original = some_work(1).build();
    let mut changed = vec![
        Vec::new(),
        vec![some_work(2).build()],
        vec![original.clone(), some_work(2).build()],
    ];
    let mut change = |edit: fn(&mut CompletedAppointment)| {
        let mut work = original.clone();
        edit(&mut work);
        changed.push(vec![work]);
    };
    change(|work| work.actual_end = None);
    change(|work| work.actual_start = None);
    change(|work| work.actual_end = work.actual_end.map(|end| end + time::Duration::SECOND));
    change(|work| work.tip = Some(Tip::of(money(1))));
    change(|work| work.service = crate::test_support::service(9));
    change(|work| work.sale.charged = kes(2_000));
    change(|work| work.sale.refunded = money(1));
    let mut hashes = vec![hash(std::slice::from_ref(&original), usual())];
    hashes.extend(changed.iter().map(|work| hash(work, usual())));
    let work = [original];
    hashes.push(hash(&work, vec![rule(1, massage(), percent(4_001))]));
    hashes.push(hash(&work, vec![rule(2, massage(), percent(4_000))]));
    hashes.push(hash(&work, Vec::new()));
    let count = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), count, "two different inputs have one hash");
}

#[test]
fn what_cannot_change_the_figure_is_not_in_it() {
    let work = some_work(1).build();
    let expected = hash(std::slice::from_ref(&work), usual());
    let mut renamed = work.clone();
    renamed.service_name = "Deep tissue".to_owned();
    assert_eq!(hash(&[renamed], usual()), expected);
    let mut paid_later = work.clone();
    paid_later.sale.paid = money(1);
    paid_later.sale.product_cost = money(1);
    assert_eq!(hash(&[paid_later], usual()), expected);
    let mut more = usual();
    more.push(rule(2, RuleScope::Category(category("nails")), percent(1)));
    assert_eq!(hash(std::slice::from_ref(&work), more), expected);
    let ended = Rule {
        validity: Validity::new(date!(2020 - 01 - 01), Some(date!(2026 - 06 - 01))).unwrap(),
        ..rule(1, massage(), percent(4_000))
    };
    assert_eq!(hash(&[work], vec![ended]), expected);
}
