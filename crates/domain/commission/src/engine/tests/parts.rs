//! How amounts divide among people and among months.

use proptest::prelude::*;
use time::OffsetDateTime;

use super::generated::{percents, renderers};
use super::*;
use crate::base::{BaseRecipe, DeductWhen, Deduction, EarnOn, Kept};
use crate::guarantee::{Guarantee, Stretch};
use crate::work::Payment;

fn on_payment(basis_points: u32) -> RuleValue {
    let base = BaseRecipe {
        earn_on: EarnOn::Payment,
        ..BaseRecipe::default()
    };
    RuleValue::Percentage {
        rates: Overridable::general(BasisPoints::new(basis_points)),
        base,
    }
}

fn fixed(minor: i64) -> RuleValue {
    let json = json!({ "amount_minor": minor });
    RuleValue::parse(RuleType::Fixed, &massage(), &json, Currency::Kes).unwrap()
}

fn paying(mut work: CompletedAppointment, payments: &[(OffsetDateTime, i64)]) -> CompletedAppointment {
    let payments = payments.iter().map(|(at, minor)| Payment {
        at: *at,
        amount: money(*minor),
    });
    work.payments = payments.collect();
    work
}

fn in_month(text: &str, work: &[CompletedAppointment], rules: Vec<Rule>) -> MonthFigures {
    compute(month(text), work, &table(rules), &settings(), &[]).unwrap()
}

fn commissions(figures: &MonthFigures) -> Vec<i64> {
    figures
        .staff
        .iter()
        .map(|figure| figure.commission.amount_minor())
        .collect()
}

#[test]
fn a_fixed_sum_that_several_share_is_handed_out_to_the_last_cent() {
    let three = [staff(1), staff(2), staff(3)];
    let work = |number| some_work(number).shared(&three, Shares::Equal).build();
    let rules = |minor| vec![rule(1, massage(), fixed(minor))];
    let one = in_month("2026-05", &[work(1)], rules(10_000));
    assert_eq!(commissions(&one), [3_334, 3_333, 3_333]);
    assert_eq!(one.staff[0].groups[0].rounding, Rounding::Up);
    assert_eq!(one.staff[1].groups[0].rounding, Rounding::Down);
    let two = in_month("2026-05", &[work(1), work(2)], rules(10_000));
    assert_eq!(commissions(&two).iter().sum::<i64>(), 20_000);
    let cent = in_month("2026-05", &[work(1)], rules(1));
    assert_eq!(commissions(&cent), [1, 0, 0]);
}

#[test]
fn what_was_given_back_of_a_fee_earns_nothing() {
    for (no_show_base, earned) in [(NoShowBase::Fee, 1_000), (NoShowBase::Price, 5_000)] {
        let settings = CommissionSettings {
            no_show_base,
            ..settings()
        };
        let rules = || vec![rule(1, massage(), percent(1_000))];
        let half = some_work(1).no_show(20_000).refunded(10_000).build();
        let half = figure(&[half], rules(), &settings).commission;
        assert_eq!(half, money(earned), "{no_show_base:?}");
        let all = some_work(1).no_show(20_000).refunded(20_000).build();
        assert_eq!(figure(&[all], rules(), &settings).commission, money(0));
    }
}

#[test]
fn a_no_show_bears_what_its_rule_takes_off_but_no_product_and_no_flat_amount_for_a_service() {
    let value =
        |json: serde_json::Value| RuleValue::parse(RuleType::Pct, &massage(), &json, Currency::Kes).unwrap();
    let rules = |subtract: serde_json::Value| {
        let deduct =
            json!([{"basis_points": 1_000, "when": "before"}, {"flat_minor": 700, "when": "before"}]);
        let base = json!({"start": "list_price", "subtract": subtract, "deduct": deduct});
        vec![rule(
            1,
            massage(),
            value(json!({"rate_basis_points": 10_000, "base": base})),
        )]
    };
    // 116.00 with 16.00 of tax in it, from a list price of 126.00; a fee of 58.00, which cost 3.00 to collect.
    let sale = Sale {
        list_price: kes(126),
        discount: kes(10),
        tax: kes(16),
        product_cost: kes(40),
        payment_fee: Some(kes(3)),
        ..Sale::at(kes(116))
    };
    let all = json!(["discount", "tax", "product_cost", "payment_fee"]);
    let cases = [
        (NoShowBase::Fee, json!([]), 5_800 - 580),
        (NoShowBase::Fee, json!(["tax"]), 5_000 - 500),
        (NoShowBase::Fee, all.clone(), 4_700 - 470),
        (NoShowBase::Price, json!(["discount"]), 11_600 - 1_160),
        (NoShowBase::Price, all, 9_700 - 970),
    ];
    for (no_show_base, subtract, expected) in cases {
        let settings = CommissionSettings {
            no_show_base,
            ..settings()
        };
        let work = |refunded| {
            let work = some_work(1).sold(Sale {
                refunded: money(refunded),
                ..sale
            });
            [work.no_show(5_800).build()]
        };
        let of = |refunded| figure(&work(refunded), rules(subtract.clone()), &settings).commission;
        assert_eq!(of(0), money(expected), "{no_show_base:?} {subtract}");
        assert_eq!(of(2_900), money(expected / 2), "half of the fee is given back");
        assert_eq!(of(5_800), money(0));
    }
}

#[test]
fn a_fee_for_not_coming_costs_what_the_table_says_of_the_fee() {
    use crate::fees::{FeeStep, FeeTariff};
    let step = FeeStep {
        from_minor: 0,
        flat_minor: 0,
        basis_points: 1_000,
    };
    let settings = CommissionSettings {
        no_show_base: NoShowBase::Fee,
        payment_fees: FeeTariff::new(vec![step]).unwrap(),
        ..settings()
    };
    let json = json!({"rate_basis_points": 10_000, "base": {"subtract": ["payment_fee"]}});
    let value = RuleValue::parse(RuleType::Pct, &massage(), &json, Currency::Kes).unwrap();
    let work = [some_work(1).at(10_000).no_show(2_000).build()];
    assert_eq!(
        figure(&work, vec![rule(1, massage(), value)], &settings).commission,
        money(1_800)
    );
}

#[test]
fn lines_show_what_they_have_of_the_rounded_base_and_say_so() {
    // Half of 0.05 each: 0.025 three times are 0.075, and so 0.08.
    let json =
        json!({"rate_basis_points": 10_000, "base": {"deduct": [{"basis_points": 5_000, "when": "before"}]}});
    let value = RuleValue::parse(RuleType::Pct, &massage(), &json, Currency::Kes).unwrap();
    let work: Vec<_> = (1..=3).map(|number| some_work(number).at(5).build()).collect();
    let figure = figure(&work, vec![rule(1, massage(), value)], &settings());
    assert_eq!((figure.commission, figure.groups[0].base_minor), (money(8), 8));
    let lines: Vec<i64> = figure.lines.iter().map(|line| line.base.amount_minor()).collect();
    assert_eq!(lines, [3, 3, 2]);
    let steps = |line: usize| -> Vec<(StepKind, i64)> {
        let steps = figure.lines[line].reason.base_steps.iter();
        steps.map(|step| (step.what, step.amount_minor)).collect()
    };
    let (charged, kept) = ((StepKind::Charged, 5), (StepKind::Deduction, -3));
    assert_eq!(steps(0), [charged, kept, (StepKind::Rounding, 1)]);
    assert_eq!(steps(2), [charged, kept]);
}

#[test]
fn a_day_is_topped_up_in_its_own_month_and_not_again_when_it_is_paid() {
    let ended = datetime!(2026-05-28 11:00 UTC);
    let work = paying(
        some_work(1).ending(ended).build(),
        &[(datetime!(2026-06-03 08:00 UTC), 100_000)],
    );
    let guaranteed = |per| CommissionSettings {
        guarantees: BTreeMap::from([(
            staff(1),
            Guarantee {
                per,
                amount_minor: 100_000,
            },
        )]),
        ..settings()
    };
    let of = |text: &str, per| {
        let rules = table(vec![rule(1, massage(), on_payment(5_000))]);
        let work = std::slice::from_ref(&work);
        let figures = compute(month(text), work, &rules, &guaranteed(per), &[staff(1)]).unwrap();
        (figures.staff[0].commission, figures.staff[0].top_up)
    };
    assert_eq!(of("2026-05", Stretch::Day), (kes(0), kes(1_000)));
    assert_eq!(of("2026-06", Stretch::Day), (kes(500), kes(0)));
    // A month's guarantee looks at all that the month paid.
    assert_eq!(of("2026-06", Stretch::Period), (kes(500), kes(500)));
}

#[test]
fn a_day_with_nothing_but_a_fee_for_not_coming_is_no_day_of_work() {
    let guaranteed = CommissionSettings {
        no_show_base: NoShowBase::Fee,
        guarantees: BTreeMap::from([(
            staff(1),
            Guarantee {
                per: Stretch::Day,
                amount_minor: 10_000,
            },
        )]),
        ..settings()
    };
    let missed = || some_work(1).no_show(1_000).build();
    let rules = || vec![rule(1, massage(), percent(1_000))];
    let alone = figure(&[missed()], rules(), &guaranteed);
    assert_eq!((alone.commission, alone.top_up), (money(100), money(0)));
    // On a day of work it counts towards what the day earned.
    let beside = figure(&[missed(), some_work(2).at(50_000).build()], rules(), &guaranteed);
    assert_eq!((beside.commission, beside.top_up), (money(5_100), money(4_900)));
}

proptest! {
    #[test]
    fn what_is_earned_as_it_is_paid_is_never_below_nothing_and_adds_up(
        charged in 1i64..2_000, first in 0i64..2_000, second in 0i64..2_000,
        shares in (1u32..5_000, 1u32..5_000), rate in 0u32..=10_000,
    ) {
        let (a, b) = shares;
        let points = [a, b, 10_000 - a - b].map(BasisPoints::new).to_vec();
        let people = [staff(1), staff(2), staff(3)];
        let payments = [
            (datetime!(2026-05-20 09:00 UTC), first),
            (datetime!(2026-06-20 09:00 UTC), second),
        ];
        let work = paying(
            some_work(1).at(charged).shared(&people, Shares::Points(points)).build(),
            &payments,
        );
        let rules = || vec![rule(1, massage(), on_payment(rate))];
        let mut bases = 0;
        for text in ["2026-05", "2026-06"] {
            let figures = in_month(text, std::slice::from_ref(&work), rules());
            for figure in &figures.staff {
                for line in &figure.lines {
                    prop_assert!(line.base.amount_minor() >= 0 && line.commission.amount_minor() >= 0);
                    bases += line.base.amount_minor();
                }
                let lines: i64 = figure.lines.iter().map(|line| line.commission.amount_minor()).sum();
                prop_assert_eq!(lines, figure.groups.iter().map(|group| group.figure.amount_minor()).sum::<i64>());
            }
        }
        // Everybody's months converge: on their part of the whole, or each on the part of it that was paid.
        let paid = charged.min(first + second);
        let off = (bases - paid).abs();
        prop_assert!(off <= i64::from(paid < charged));
    }

    #[test]
    fn months_in_which_a_service_is_paid_come_together_to_what_it_earns_paid_at_once(
        charged in 1i64..30_000, given_back in 0i64..=1_000, renderers in renderers(), rate in percents(), fixed_minor in 0i64..5_000,
        by_rate in any::<bool>(), before in 0u32..=5_000, after in 0u32..=5_000, parts in prop::collection::vec((0usize..4, 0i64..=1_000), 0..8),
    ) {
        let value = |earn_on| {
            let kept = |part, when| Deduction { kept: Kept::Part(BasisPoints::new(part)), when };
            let deduct = vec![kept(before, DeductWhen::Before), kept(after, DeductWhen::After)];
            let base = BaseRecipe { earn_on, deduct, ..BaseRecipe::default() };
            if by_rate {
                RuleValue::Percentage { rates: Overridable::general(rate), base }
            } else {
                RuleValue::Fixed { amounts: Overridable::general(money(fixed_minor)), base }
            }
        };
        let days = [
            datetime!(2026-05-20 09:00 UTC),
            datetime!(2026-06-20 09:00 UTC),
            datetime!(2026-07-20 09:00 UTC),
            datetime!(2026-08-20 09:00 UTC),
        ];
        let mut owed = charged;
        let mut payments = Vec::new();
        for (day, thousandths) in parts {
            let paid = owed * thousandths / 1_000;
            payments.push((days[day], paid));
            owed -= paid;
        }
        payments.push((days[3], owed));
        let refunded = charged * given_back / 1_000;
        let work = |payments: &[(OffsetDateTime, i64)]| {
            let mut work = paying(some_work(1).at(charged).refunded(refunded).build(), payments);
            work.renderers = renderers.clone();
            work
        };
        let told = |text: &str, work: &CompletedAppointment, earn_on| -> BTreeMap<StaffId, (i64, i64)> {
            let figures = in_month(text, std::slice::from_ref(work), vec![rule(1, massage(), value(earn_on))]);
            let of = |figure: &StaffFigure| {
                let base = figure.groups.iter().map(|group| group.base_minor).sum();
                (figure.staff, (figure.commission.amount_minor(), base))
            };
            figures.staff.iter().map(of).collect()
        };
        let at_once = told("2026-05", &work(&[]), EarnOn::Completion);
        let mut as_paid: BTreeMap<StaffId, (i64, i64)> = BTreeMap::new();
        for text in ["2026-05", "2026-06", "2026-07", "2026-08"] {
            for (person, (commission, base)) in told(text, &work(&payments), EarnOn::Payment) {
                let all = as_paid.entry(person).or_default();
                *all = (all.0 + commission, all.1 + base);
            }
        }
        prop_assert_eq!(as_paid, at_once);
    }
}
