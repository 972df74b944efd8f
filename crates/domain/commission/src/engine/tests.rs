use ratiba_kernel::{BasisPoints, Currency};
use serde_json::json;
use time::Duration;
use time::macros::datetime;

use super::*;
use crate::base::{BaseRecipe, Subtraction};
use crate::rule::{Overridable, RuleScope, RuleType, RuleValue, Validity};
use crate::settings::{NoShowBase, Precedence};
use crate::split::Shares;
use crate::test_support::{
    a_tier, category, kes, money, month, percent, rule, service, settings, some_work, staff, tiered,
};
use crate::tiers::{Tier, TierMethod};
use crate::tips::Tip;
use crate::work::Sale;

mod amended;
mod generated;
mod laws;
mod months;
mod parts;
mod reference;
mod splitting;

fn massage() -> RuleScope {
    RuleScope::Category(category("massage"))
}

fn table(rules: Vec<Rule>) -> RuleTable {
    RuleTable::new(rules).unwrap()
}

fn figure(work: &[CompletedAppointment], rules: Vec<Rule>, settings: &CommissionSettings) -> StaffFigure {
    let figures = compute(month("2026-05"), work, &table(rules), settings, &[staff(1)]).unwrap();
    figures
        .staff
        .into_iter()
        .find(|figure| figure.staff == staff(1))
        .unwrap()
}

/// What one rule for massages pays staff member 1.
fn paid(value: RuleValue, work: &[CompletedAppointment]) -> i64 {
    figure(work, vec![rule(1, massage(), value)], &settings())
        .commission
        .amount_minor()
}

/// What a ladder pays on one sale, marginal and retroactive.
fn both(ladder: &[Tier], base_minor: i64) -> (i64, i64) {
    let work = [some_work(1).at(base_minor).build()];
    let by = |method| paid(tiered(method, ladder), &work);
    (by(TierMethod::Marginal), by(TierMethod::Retroactive))
}

#[test]
fn c01_the_tier_reached_pays_on_everything() {
    let ladder = [a_tier(0, 4_000), a_tier(80_001, 4_200), a_tier(120_001, 4_500)];
    assert_eq!(both(&ladder, 150_000).1, 67_500);
}

#[test]
fn c01c_each_tier_pays_on_its_own_part() {
    let ladder = [a_tier(0, 4_000), a_tier(80_000, 4_200), a_tier(120_000, 4_500)];
    assert_eq!(both(&ladder, 150_000).0, 62_300);
}

#[test]
fn c02_two_tiers_marginal() {
    assert_eq!(both(&[a_tier(0, 500), a_tier(100_000, 1_000)], 200_000).0, 15_000);
}

#[test]
fn c02b_two_tiers_retroactive() {
    assert_eq!(both(&[a_tier(0, 500), a_tier(100_000, 1_000)], 200_000).1, 20_000);
}

#[test]
fn c03_both_methods_on_one_base() {
    assert_eq!(
        both(&[a_tier(0, 1_000), a_tier(100_000, 2_000)], 150_000),
        (20_000, 30_000)
    );
}

#[test]
fn c05_four_tiers_marginal() {
    let ladder = [
        a_tier(0, 1_000),
        a_tier(10_000, 1_500),
        a_tier(20_000, 2_000),
        a_tier(30_000, 2_500),
    ];
    assert_eq!(both(&ladder, 32_500).0, 5_125);
    let work = [some_work(1).at(32_500).build()];
    let figure = figure(
        &work,
        vec![rule(1, massage(), tiered(TierMethod::Marginal, &ladder))],
        &settings(),
    );
    let parts: Vec<i64> = figure.groups[0]
        .tier_parts
        .iter()
        .map(|part| part.part_minor)
        .collect();
    assert_eq!(parts, [10_000, 10_000, 10_000, 2_500]);
}

#[test]
fn c05b_four_tiers_retroactive() {
    let ladder = [
        a_tier(0, 1_000),
        a_tier(10_000, 1_500),
        a_tier(20_000, 2_000),
        a_tier(30_000, 2_500),
    ];
    assert_eq!(both(&ladder, 12_500).1, 1_875);
}

#[test]
fn c07_both_methods_just_above_a_floor() {
    let ladder = [a_tier(0, 2_500), a_tier(50_000, 3_000), a_tier(300_000, 4_000)];
    assert_eq!(both(&ladder, 52_000), (13_100, 15_600));
}

#[test]
fn c09_both_methods_on_two_tiers() {
    assert_eq!(
        both(&[a_tier(0, 1_000), a_tier(40_000, 2_000)], 60_000),
        (8_000, 12_000)
    );
}

fn with_base(value: RuleValue, base: BaseRecipe) -> RuleValue {
    match value {
        RuleValue::Percentage { rates, .. } => RuleValue::Percentage { rates, base },
        RuleValue::Fixed { amounts, .. } => RuleValue::Fixed { amounts, base },
        RuleValue::Tiered { tiers, .. } => RuleValue::Tiered { tiers, base },
    }
}

fn discounted() -> Sale {
    Sale {
        list_price: kes(100),
        discount: kes(10),
        product_cost: kes(5),
        ..Sale::at(kes(90))
    }
}

#[test]
fn c14_discount_and_product_cost_come_off_the_base() {
    let recipe = BaseRecipe {
        subtract: [Subtraction::Discount, Subtraction::ProductCost].into(),
        ..BaseRecipe::default()
    };
    let work = [some_work(1).sold(discounted()).build()];
    assert_eq!(paid(with_base(percent(5_000), recipe), &work), 4_250);
}

#[test]
fn c20_a_no_show_earns_as_the_tenant_decided() {
    let work = [some_work(1).at(10_000).no_show(2_000).build()];
    for (no_show_base, expected) in [
        (NoShowBase::None, 0),
        (NoShowBase::Price, 1_000),
        (NoShowBase::Fee, 200),
    ] {
        let settings = CommissionSettings {
            no_show_base,
            ..settings()
        };
        let figure = figure(&work, vec![rule(1, massage(), percent(1_000))], &settings);
        assert_eq!(figure.commission, money(expected), "{no_show_base:?}");
        assert_eq!(
            (figure.services_rendered, figure.hours),
            (0, HoursWorked::default())
        );
    }
}

#[test]
fn c21_a_refund_in_the_open_period_comes_off_the_base_once() {
    let work = [
        some_work(1).at(60_000).build(),
        some_work(2).at(40_000).refunded(20_000).build(),
    ];
    assert_eq!(paid(percent(400), &work), 3_200);
}

#[test]
fn c24_a_full_refund_before_the_close_earns_nothing() {
    let work = [some_work(1).at(100_000).refunded(100_000).build()];
    assert_eq!(paid(percent(1_000), &work), 0);
    let fixed = RuleValue::Fixed {
        amounts: Overridable::general(kes(500)),
        base: BaseRecipe::default(),
    };
    assert_eq!(paid(fixed, &work), 0);
}

#[test]
fn c32_a_base_of_the_list_price_or_of_the_charged_amount() {
    let work = [some_work(1).sold(discounted()).build()];
    let list = BaseRecipe {
        start: crate::base::BaseStart::ListPrice,
        ..BaseRecipe::default()
    };
    assert_eq!(paid(with_base(percent(2_500), list), &work), 2_500);
    assert_eq!(paid(percent(2_500), &work), 2_250);
}

#[test]
fn c35_a_large_base_at_a_small_rate() {
    assert_eq!(
        paid(percent(150), &[some_work(1).at(82_300_000).build()]),
        1_234_500
    );
}

#[test]
fn c39_the_rate_is_the_one_of_the_local_day_on_which_the_service_ends() {
    let june = time::macros::date!(2026 - 06 - 01);
    let rules = || {
        let until = Validity::new(time::macros::date!(2026 - 01 - 01), Some(june)).unwrap();
        let old = rule(1, massage(), percent(4_000));
        let new = rule(2, massage(), percent(4_500));
        vec![
            Rule {
                validity: until,
                ..old
            },
            Rule {
                validity: Validity::since(june),
                ..new
            },
        ]
    };
    // 23:30 on 31 May and 00:30 on 1 June in Nairobi; both are 31 May in UTC.
    let work = [
        some_work(1).ending(datetime!(2026-05-31 20:30 UTC)).build(),
        some_work(2).ending(datetime!(2026-05-31 21:30 UTC)).build(),
    ];
    let of = |text| {
        compute(month(text), &work, &table(rules()), &settings(), &[])
            .unwrap()
            .staff
    };
    let (may, june) = (of("2026-05"), of("2026-06"));
    assert_eq!((may[0].lines.len(), may[0].commission), (1, kes(400)));
    assert_eq!((june[0].lines.len(), june[0].commission), (1, kes(450)));
}

#[test]
fn c41_the_switch_decides_between_category_and_staff() {
    let rules = || {
        vec![
            rule(1, RuleScope::Staff(staff(1)), percent(3_000)),
            rule(2, massage(), percent(2_000)),
        ]
    };
    let work = [some_work(1).at(10_000).build()];
    let switched = CommissionSettings {
        precedence: Precedence::StaffBeforeCategory,
        ..settings()
    };
    assert_eq!(figure(&work, rules(), &settings()).commission, money(2_000));
    assert_eq!(figure(&work, rules(), &switched).commission, money(3_000));
}

#[test]
fn c44_without_actuals_the_plan_counts_and_the_line_says_so() {
    let work = [some_work(1).without_actuals().build()];
    let figure = figure(&work, vec![rule(1, massage(), percent(1_000))], &settings());
    assert_eq!(figure.hours.to_string(), "1.00");
    assert_eq!(figure.lines[0].reason.end_source, EndSource::Planned);
}

#[test]
fn hours_are_summed_exactly_and_rounded_once() {
    // Three times 20 minutes and 10 seconds: rounded one by one it would be 1.02.
    let work: Vec<_> = (1..=3)
        .map(|number| {
            let mut work = some_work(number).build();
            work.actual_end = work.actual_start.map(|start| start + Duration::seconds(1_210));
            work
        })
        .collect();
    assert_eq!(figure(&work, Vec::new(), &settings()).hours.to_string(), "1.01");
}

#[test]
fn one_rounding_for_each_rule_and_person_spread_by_largest_remainder() {
    // 10 % of three times 0.05 is 0.015 and so 0.02; rounded line by line it would be 0.03.
    let work: Vec<_> = (1..=3).map(|number| some_work(number).at(5).build()).collect();
    let figure = figure(&work, vec![rule(1, massage(), percent(1_000))], &settings());
    assert_eq!(figure.commission, money(2));
    let lines: Vec<i64> = figure
        .lines
        .iter()
        .map(|line| line.commission.amount_minor())
        .collect();
    assert_eq!(lines, [1, 1, 0]);
    assert_eq!(figure.groups[0].rounding, Rounding::Up);
}

#[test]
fn an_explicit_zero_is_no_gap() {
    let zero = figure(
        &[some_work(1).build()],
        vec![rule(1, massage(), percent(0))],
        &settings(),
    );
    assert_eq!((zero.commission, zero.gaps()), (kes(0), 0));
    let gap = figure(&[some_work(1).build()], Vec::new(), &settings());
    assert_eq!((gap.commission, gap.gaps()), (kes(0), 1));
    assert_eq!((gap.lines[0].base, gap.services_rendered), (kes(1_000), 1));
}

#[test]
fn fixed_sums_follow_shares_and_refunds() {
    let value = |scope: &RuleScope| {
        let json =
            json!({"amount_minor": 50_000, "overrides": {"services": {service(9).to_string(): 80_000}}});
        RuleValue::parse(RuleType::Fixed, scope, &json, Currency::Kes).unwrap()
    };
    let halves = Shares::Points(vec![BasisPoints::new(2_500), BasisPoints::new(7_500)]);
    let work = [
        some_work(1).build(),
        some_work(2).of(service(9), category("massage")).build(),
        some_work(3).shared(&[staff(1), staff(2)], halves).build(),
        some_work(4).at(10_000).refunded(2_500).build(),
        some_work(5).at(0).build(),
    ];
    let figure = figure(&work, vec![rule(1, massage(), value(&massage()))], &settings());
    let lines: Vec<i64> = figure
        .lines
        .iter()
        .map(|line| line.commission.amount_minor())
        .collect();
    assert_eq!(lines, [50_000, 80_000, 12_500, 37_500, 50_000]);
}

fn by_count(method: &str, scope: &str) -> RuleValue {
    let json = json!({"method": method, "measure": "count", "measure_scope": scope, "tiers": [
        {"floor": 0, "rate_basis_points": 1_000}, {"floor": 2, "rate_basis_points": 2_000}]});
    RuleValue::parse(RuleType::Tiered, &massage(), &json, Currency::Kes).unwrap()
}

#[test]
fn a_ladder_of_services_counts_what_was_not_given_back() {
    let work: Vec<_> = (1..=3)
        .map(|number| some_work(number).at(10_000).build())
        .collect();
    assert_eq!(paid(by_count("marginal", "rule"), &work), 1_000 + 1_000 + 2_000);
    assert_eq!(paid(by_count("retroactive", "rule"), &work), 6_000);
    let mut refunded = work;
    refunded[0].sale.refunded = money(10_000);
    assert_eq!(paid(by_count("marginal", "rule"), &refunded), 2_000);
    assert_eq!(paid(by_count("retroactive", "rule"), &refunded), 4_000);
}

#[test]
fn a_ladder_may_measure_all_lines_that_earn() {
    let nails = RuleScope::Category(category("nails"));
    let zero = RuleScope::Category(category("training"));
    let work = [
        some_work(1).of(service(2), category("nails")).at(10_000).build(),
        some_work(2).of(service(2), category("nails")).at(10_000).build(),
        some_work(3)
            .of(service(3), category("training"))
            .at(90_000)
            .build(),
        some_work(4).at(10_000).build(),
    ];
    let rules = |value| {
        vec![
            rule(1, massage(), value),
            rule(2, nails.clone(), percent(0)),
            rule(3, zero.clone(), percent(0)),
        ]
    };
    // "No commission" on nails and training: nothing but the massage is measured.
    assert_eq!(
        figure(&work, rules(by_count("retroactive", "all")), &settings()).commission,
        money(1_000)
    );
    let paying = |value| {
        vec![
            rule(1, massage(), value),
            rule(2, nails.clone(), percent(500)),
            rule(3, zero.clone(), percent(0)),
        ]
    };
    for method in ["retroactive", "marginal"] {
        let figure = figure(&work, paying(by_count(method, "all")), &settings());
        assert_eq!(figure.commission, money(1_000 + 2_000), "{method}");
        assert_eq!(figure.groups[0].measured, Some(3));
    }
    let revenue = json!({"method": "marginal", "measure_scope": "all", "tiers": [
        {"floor": 0, "rate_basis_points": 1_000}, {"floor": 20_000, "rate_basis_points": 4_000}]});
    let revenue = RuleValue::parse(RuleType::Tiered, &massage(), &revenue, Currency::Kes).unwrap();
    // All climb 2,000 + 4,000 on a base of 30,000; the massage is a third of it.
    assert_eq!(
        figure(&work, paying(revenue), &settings()).commission,
        money(1_000 + 2_000)
    );
}

#[test]
fn a_rule_that_starts_in_the_month_climbs_from_its_own_first_floor() {
    let day = time::macros::date!(2026 - 05 - 15);
    let ladder = tiered(
        TierMethod::Retroactive,
        &[a_tier(0, 1_000), a_tier(15_000, 2_000)],
    );
    let (old, new) = (rule(1, massage(), ladder.clone()), rule(2, massage(), ladder));
    let since = time::macros::date!(2026 - 01 - 01);
    let rules = vec![
        Rule {
            validity: Validity::new(since, Some(day)).unwrap(),
            ..old
        },
        Rule {
            validity: Validity::since(day),
            ..new
        },
    ];
    let work = [
        some_work(1)
            .at(10_000)
            .ending(datetime!(2026-05-14 10:00 UTC))
            .build(),
        some_work(2)
            .at(10_000)
            .ending(datetime!(2026-05-16 10:00 UTC))
            .build(),
    ];
    let figure = figure(&work, rules, &settings());
    assert_eq!((figure.groups.len(), figure.commission), (2, money(2_000)));
}

#[test]
fn a_shared_visit_gives_each_their_part_and_the_tip_beside() {
    let people = [staff(2), staff(1)];
    let work = [some_work(1)
        .at(10_001)
        .shared(&people, Shares::Equal)
        .tipped(Tip::of(money(51)))
        .build()];
    let figures = compute(
        month("2026-05"),
        &work,
        &table(vec![rule(1, massage(), percent(10_000))]),
        &settings(),
        &[],
    )
    .unwrap();
    let of = |index: usize| {
        let figure: &StaffFigure = &figures.staff[index];
        (
            figure.staff,
            figure.commission,
            figure.tip,
            figure.services_rendered,
        )
    };
    assert_eq!(of(0), (staff(1), money(5_000), money(25), 1));
    assert_eq!(of(1), (staff(2), money(5_001), money(26), 1));
    assert_eq!(
        figures.staff[0].lines[0]
            .reason
            .base_steps
            .last()
            .map(|step| step.what),
        Some(StepKind::OthersShares)
    );
}

#[test]
fn everybody_on_the_roster_has_a_figure() {
    let figures = compute(
        month("2026-05"),
        &[],
        &RuleTable::default(),
        &settings(),
        &[staff(2), staff(1)],
    )
    .unwrap();
    let staff: Vec<StaffId> = figures.staff.iter().map(|figure| figure.staff).collect();
    assert_eq!(
        staff,
        [crate::test_support::staff(1), crate::test_support::staff(2)]
    );
    assert_ne!(figures.staff[0].content_hash, figures.staff[1].content_hash);
}

#[test]
fn what_cannot_be_computed_is_named() {
    let id = crate::test_support::appointment(1);
    let error = |work: &[CompletedAppointment]| {
        compute(
            month("2026-05"),
            work,
            &table(vec![rule(1, massage(), percent(10_000))]),
            &settings(),
            &[],
        )
        .unwrap_err()
    };
    let foreign = Sale::at(Money::new(1, Currency::Usd));
    assert_eq!(
        error(&[some_work(1).sold(foreign).build()]),
        ComputeError::OtherCurrency { appointment: id }
    );
    assert_eq!(
        error(&[some_work(1).at(-1).build()]),
        ComputeError::Negative { appointment: id }
    );
    assert_eq!(
        error(&[some_work(1).build(), some_work(1).build()]),
        ComputeError::Twice { appointment: id }
    );
    let huge = [
        some_work(1).at(i64::MAX).build(),
        some_work(2).at(i64::MAX).build(),
    ];
    assert_eq!(error(&huge), ComputeError::TooLarge { staff: staff(1) });
    let stranger = Tip {
        entered: vec![(staff(9), kes(1))],
        ..Tip::of(kes(1))
    };
    assert!(
        matches!(error(&[some_work(1).tipped(stranger).build()]), ComputeError::Tip { appointment, .. } if appointment == id)
    );
}
