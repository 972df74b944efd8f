use serde_json::json;

use super::*;
use crate::engine::{StaffFigure, compute};
use crate::resolve::RuleTable;
use crate::rule::{Rule, RuleScope, RuleType};
use crate::split::Shares;
use crate::test_support::{category, kes, month, nairobi, percent, rule, settings, some_work, staff};
use crate::tips::Tip;
use crate::work::{CompletedAppointment, Sale};

fn figure(work: &[CompletedAppointment], rules: Vec<Rule>) -> StaffFigure {
    let table = RuleTable::new(rules).unwrap();
    compute(month("2026-05"), work, &table, &settings(), &[staff(1)])
        .unwrap()
        .staff
        .remove(0)
}

fn told(figure: &StaffFigure, language: Language) -> Vec<String> {
    let line = &figure.lines[0];
    explain(line, figure.group_of(line), &nairobi(), language)
}

fn massage() -> RuleScope {
    RuleScope::Category(category("massage"))
}

/// A star's own rate for massages, before the category's and her general one.
fn star() -> StaffFigure {
    let own = RuleScope::Staff(staff(1));
    let value = json!({"rate_basis_points": 3_000, "overrides": {"categories": {"massage": 3_500}},
        "base": {"start": "list_price", "subtract": ["discount", "product_cost"]}});
    let value = RuleValue::parse(RuleType::Pct, &own, &value, Currency::Kes).unwrap();
    let sale = Sale {
        list_price: kes(3_500),
        discount: kes(250),
        product_cost: kes(100),
        ..Sale::at(kes(3_250))
    };
    let work = some_work(1).sold(sale).tipped(Tip::of(kes(200))).build();
    figure(
        &[work],
        vec![rule(1, own, value), rule(2, massage(), percent(2_000))],
    )
}

#[test]
fn a_line_tells_rule_rivals_base_rate_and_rounding_in_english() {
    let expected = [
        "Swedish massage 60: ended 2026-05-13 14:00 (recorded end).",
        "Rule: your own rule for this category of services: 35 %.",
        "It comes before: the category's rule (20 %), your own general rule (30 %).",
        "Base: list price KES 3,500, discount − KES 250, product cost − KES 100 = KES 3,150.",
        "Commission: 35 % of KES 3,150 = KES 1,102.50.",
        "The rule paid KES 1,102.50 in the month, without rounding, all of it for this line.",
        "Tip: KES 200, passed on in full.",
    ];
    assert_eq!(told(&star(), Language::English), expected);
}

#[test]
fn a_line_tells_rule_rivals_base_rate_and_rounding_in_swahili() {
    let expected = [
        "Swedish massage 60: iliisha 2026-05-13 14:00 (mwisho ulioandikwa).",
        "Kanuni: kanuni yako ya aina hii ya huduma: 35 %.",
        "Imetangulia: kanuni ya aina ya huduma (20 %), kanuni yako ya jumla (30 %).",
        "Kiasi cha msingi: bei ya orodha KES 3,500, punguzo − KES 250, gharama ya bidhaa − KES 100 = KES 3,150.",
        "Kamisheni: 35 % ya KES 3,150 = KES 1,102.50.",
        "Kanuni imelipa KES 1,102.50 kwa mwezi, bila kukadiria, yote kwa mstari huu.",
        "Bakshishi: KES 200, unapewa yote.",
    ];
    assert_eq!(told(&star(), Language::Swahili), expected);
}

#[test]
fn a_ladder_tells_how_it_was_climbed() {
    let value = json!({"method": "marginal", "tiers": [
        {"floor": 0, "rate_basis_points": 500}, {"floor": 100_000, "rate_basis_points": 1_000}]});
    let value = RuleValue::parse(RuleType::Tiered, &massage(), &value, Currency::Kes).unwrap();
    let work = [some_work(1).at(150_000).build(), some_work(2).at(50_005).build()];
    let told = told(&figure(&work, vec![rule(1, massage(), value)]), Language::English);
    let expected = [
        "Commission: 7.50 % (on average) of KES 1,500 = KES 112.50.".replace("7.50", "7.5"),
        "The month's ladder measured KES 2,000.05; each rate on its own part: 5 % of KES 1,000 (from 0.00) + \
         10 % of KES 1,000.05 (from 1000.00)."
            .to_owned(),
        "The rule paid KES 150.01 for 2 lines of the month, rounded up once; KES 112.50 of it for this line."
            .to_owned(),
    ];
    assert_eq!(told[3..], expected);
}

#[test]
fn fallbacks_gaps_and_zeros_are_told() {
    let planned = figure(
        &[some_work(1).without_actuals().build()],
        vec![rule(1, massage(), percent(0))],
    );
    let english = told(&planned, Language::English);
    assert!(english[0].contains("planned end used"), "{english:?}");
    assert!(english[1].contains("no commission, on purpose"), "{english:?}");
    assert!(told(&planned, Language::Swahili)[0].contains("mwisho uliopangwa umetumika"));
    let gap = figure(&[some_work(1).build()], Vec::new());
    assert!(told(&gap, Language::English)[1].starts_with("No rule covers it"));
    assert!(told(&gap, Language::Swahili)[1].starts_with("Hakuna kanuni"));
}

#[test]
fn a_share_is_told() {
    let shared = some_work(1).shared(&[staff(1), staff(2)], Shares::Equal).build();
    let told = told(
        &figure(&[shared], vec![rule(1, massage(), percent(1_000))]),
        Language::English,
    );
    assert!(
        told[2].contains("the others' shares − KES 500 = KES 500"),
        "{told:?}"
    );
}
