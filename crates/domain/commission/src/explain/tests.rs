use serde_json::json;

use super::*;
use crate::amend::DeltaLine;
use crate::engine::{StaffFigure, compute};
use crate::resolve::RuleTable;
use crate::rule::{Rule, RuleScope, RuleType};
use crate::settings::{CommissionSettings, Precedence};
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

/// Work at KES 1,000 of which a fifth was given back after the month was frozen at 12.5 %.
fn a_fifth_given_back(language: Language) -> Vec<String> {
    let rules = || vec![rule(1, massage(), percent(1_250))];
    let frozen = figure(&[some_work(1).at(100_000).build()], rules());
    let sale = Sale {
        refunded: kes(200),
        ..Sale::at(kes(1_000))
    };
    let now = figure(&[some_work(1).sold(sale).build()], rules());
    let (before, after) = (&frozen.lines[0], &now.lines[0]);
    let delta = DeltaLine {
        appointment: after.appointment,
        cause: DeltaCause::Corrected,
        base: after.base.checked_sub(before.base).unwrap(),
        commission: after.commission.checked_sub(before.commission).unwrap(),
        tip: kes(0),
        rendered_seconds: 0,
        reason: after.reason.clone(),
    };
    let recorded = Recorded {
        amount: before.commission,
        base: before.base,
        before: before.commission,
    };
    let line = delta.into_line();
    explain_amended(&line, now.group_of(&line), Some(recorded), &nairobi(), language)
}

#[test]
fn an_amendment_tells_what_was_recorded_what_went_back_and_how_the_difference_comes_from_it() {
    let english = [
        "Swedish massage 60: ended 2026-05-13 14:00 (recorded end).",
        "Amendment: it was corrected or refunded after the month was frozen. Difference of the base KES -200, of the \
         commission KES -25, of the tip KES 0.",
        "Rule: the category's rule: 12.5 %.",
        "Base: charged KES 1,000, refunded − KES 200 = KES 800.",
        "Recorded when the month was frozen: KES 125 for a base of KES 1,000. Of that base KES 200 is gone in all: KES 125 × \
         KES 200 ÷ KES 1,000 = KES 25 is taken back, without rounding, which leaves KES 100; KES 125 stood before, so the \
         difference is KES -25.",
    ];
    assert_eq!(a_fifth_given_back(Language::English), english);
    let swahili = a_fifth_given_back(Language::Swahili);
    assert_eq!(
        swahili[4],
        "Iliyoandikwa mwezi ulipofungwa: KES 125 kwa msingi wa KES 1,000. Jumla ya KES 200 ya msingi huo imerudi: KES 125 × \
         KES 200 ÷ KES 1,000 = KES 25 inarudishwa, bila kukadiria, inabaki KES 100; ilikuwa KES 125, kwa hiyo tofauti ni KES \
         -25."
    );
}

#[test]
fn what_came_late_is_explained_like_any_line() {
    let figure = star();
    let ordinary = told(&figure, Language::English);
    let mut late = figure.lines[0].clone();
    late.reason.change = Some(DeltaCause::Late);
    let told = explain(&late, figure.group_of(&late), &nairobi(), Language::English);
    assert!(
        told[1].starts_with("Amendment: it came to light after the month was frozen."),
        "{told:?}"
    );
    assert_eq!((&told[0], &told[2..]), (&ordinary[0], &ordinary[1..]));
}

#[test]
fn what_is_withdrawn_tells_all_that_was_recorded_and_goes_back() {
    let figure = star();
    let mut gone = figure.lines[0].clone();
    gone.reason.change = Some(DeltaCause::Withdrawn);
    for amount in [&mut gone.base, &mut gone.commission, &mut gone.tip] {
        *amount = Money::new(-amount.amount_minor(), amount.currency());
    }
    let told = explain(&gone, None, &nairobi(), Language::English);
    let expected = [
        "Base: list price KES 3,500, discount − KES 250, product cost − KES 100 = KES 3,150.",
        "What was recorded for it, KES 1,102.50 for a base of KES 3,150, is taken back in full.",
    ];
    assert_eq!(told[4..], expected);
}

#[test]
fn the_switch_is_named_where_it_decided_and_nowhere_else() {
    let rules = || {
        vec![
            rule(1, RuleScope::Staff(staff(1)), percent(3_000)),
            rule(2, massage(), percent(2_000)),
        ]
    };
    let switched = CommissionSettings {
        precedence: Precedence::StaffBeforeCategory,
        ..settings()
    };
    let table = RuleTable::new(rules()).unwrap();
    let work = [some_work(1).build()];
    let figures = compute(month("2026-05"), &work, &table, &switched, &[staff(1)]).unwrap();
    for language in [Language::English, Language::Swahili] {
        let decided = &told(&figures.staff[0], language)[1];
        assert!(decided.contains("staff_before_category"), "{decided}");
        let not = told(&figure(&work, rules()), language);
        let alone = told(&figure(&work, vec![rules().remove(0)]), language);
        assert!(
            !not[1].contains("staff_before") && !alone[1].contains("staff_before"),
            "{not:?} {alone:?}"
        );
    }
}

/// Every amendment that is proposed at the recorded rate is explained by it, to the cent, however its parts were rounded.
#[test]
fn the_formula_is_the_one_by_which_the_difference_was_reckoned() {
    let half =
        json!({"rate_basis_points": 6_666, "base": {"deduct": [{"basis_points": 5_000, "when": "before"}]}});
    let half = RuleValue::parse(RuleType::Pct, &massage(), &half, Currency::Kes).unwrap();
    for value in [percent(3_333), half] {
        formula_holds(&value);
    }
}

fn formula_holds(value: &RuleValue) {
    use crate::amend::{Basis, Chain, propose};
    use crate::period::{FrozenBy, FrozenDocument};
    use crate::terms::{Names, Terms};
    let rules = || vec![rule(1, massage(), value.clone())];
    let sold = |refunded: i64| {
        let sale = Sale {
            refunded: Money::new(refunded, Currency::Kes),
            ..Sale::at(Money::new(10_007, Currency::Kes))
        };
        figure(&[some_work(1).sold(sale).build()], rules())
    };
    let terms = Terms::of(staff(1), &Names::default(), &settings());
    let at = time::macros::datetime!(2026-06-01 00:00 UTC);
    let id = |number| ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(number));
    let close = FrozenDocument::close(
        id(1),
        month("2026-05"),
        sold(0),
        kes(0),
        terms,
        at,
        FrozenBy::System,
    );
    let mut documents = vec![close];
    for (number, refunded) in (2..).zip([2, 5, 1_501, 4_999, 5_003, 2_500, 10_007]) {
        let chain = Chain::of(documents.clone()).unwrap();
        let now = sold(refunded);
        let proposed = propose(&chain, &now, Basis::RecordedRate, &settings())
            .unwrap()
            .unwrap();
        let line = proposed.lines[0].clone().into_line();
        let recorded = Recorded::of(&chain, line.appointment, None);
        let told = explain_amended(
            &line,
            now.group_of(&line),
            recorded,
            &nairobi(),
            Language::English,
        );
        let last = told.last().unwrap();
        assert!(
            last.starts_with("Recorded when the month was frozen"),
            "{refunded}: {last}"
        );
        documents.push(FrozenDocument::amendment(
            id(number),
            month("2026-05"),
            proposed,
            at,
            FrozenBy::System,
        ));
    }
}

#[test]
fn a_sum_without_a_base_is_told_to_go_back_with_the_money() {
    use crate::amend::{Basis, Chain, propose};
    use crate::period::{FrozenBy, FrozenDocument};
    use crate::terms::{Names, Terms};
    let value = json!({"amount_minor": 50_000, "base": {"subtract": ["product_cost"]}});
    let value = RuleValue::parse(RuleType::Fixed, &massage(), &value, Currency::Kes).unwrap();
    let of = |refunded| {
        let mut work = some_work(1).refunded(refunded).build();
        work.sale.product_cost = work.sale.charged;
        figure(&[work], vec![rule(1, massage(), value.clone())])
    };
    let terms = Terms::of(staff(1), &Names::default(), &settings());
    let at = time::macros::datetime!(2026-06-01 00:00 UTC);
    let id = ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(1));
    let close = FrozenDocument::close(id, month("2026-05"), of(0), kes(0), terms, at, FrozenBy::System);
    let chain = Chain::of(vec![close]).unwrap();
    let proposed = propose(&chain, &of(50_000), Basis::RecordedRate, &settings());
    let line = proposed.unwrap().unwrap().lines[0].clone().into_line();
    let recorded = Recorded::of(&chain, line.appointment, None);
    for (language, expected) in [
        (
            Language::English,
            "It was recorded without a base, and so without a rate: KES 500 for the service, which goes back with the money; the \
             difference is KES -250.",
        ),
        (
            Language::Swahili,
            "Iliandikwa bila msingi, kwa hiyo bila kiwango: KES 500 kwa huduma, ambayo hurudi pamoja na pesa; tofauti ni KES -250.",
        ),
    ] {
        let told = explain_amended(&line, None, recorded, &nairobi(), language);
        assert_eq!(told.last().map(String::as_str), Some(expected));
    }
}
