//! How amounts divide among people and among months.

use proptest::prelude::*;
use time::OffsetDateTime;

use super::*;
use crate::base::BaseRecipe;
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
        prop_assert_eq!(bases, charged.min(first + second));
    }
}
