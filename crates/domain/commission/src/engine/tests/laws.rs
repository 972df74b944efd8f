//! The laws that every month keeps, tried on generated months.

use proptest::prelude::*;

use super::reference::{Exact, Sold, marginal, percentages, retroactive, topped_up, with_deductions};
use super::*;
use crate::base::{BaseStart, DeductWhen, Deduction, EarnOn, Kept};
use crate::guarantee::{Guarantee, Stretch};
use crate::split::Renderers;
use crate::tiers::tests::ladders;
use crate::tiers::{Measure, MeasureScope, Tiers};

const CATEGORIES: [&str; 3] = ["massage", "nails", "hair"];

/// What one generated appointment is about.
#[derive(Clone, Debug)]
struct Case {
    category: usize,
    service: u64,
    price: i64,
    discount: i64,
    refunded: i64,
    minutes: i64,
    /// Of staff members 1 to 4, in the order entered.
    team: Vec<u64>,
    full_to_each: bool,
    tip: i64,
}

prop_compose! {
    fn cases()(
        category in 0usize..3,
        service in 1u64..4,
        price in 0i64..30_000,
        discount in 0i64..3_000,
        refunded in prop_oneof![3 => Just(0), 1 => 0i64..30_000],
        minutes in 1i64..40_000,
        team in Just((1u64..5).collect::<Vec<_>>()).prop_shuffle(),
        size in prop_oneof![4 => Just(1usize), 1 => 2usize..4],
        full_to_each in any::<bool>(),
        tip in 0i64..500,
    ) -> Case {
        let team = team.into_iter().take(size).collect();
        Case { category, service, price, discount: discount.min(price), refunded, minutes, team, full_to_each, tip }
    }
}

fn work_of(number: usize, case: &Case) -> CompletedAppointment {
    let charged = money(case.price - case.discount);
    let sale = Sale {
        list_price: money(case.price),
        discount: money(case.discount),
        refunded: money(case.refunded.min(charged.amount_minor())),
        ..Sale::at(charged)
    };
    let people: Vec<StaffId> = case.team.iter().map(|number| staff(*number)).collect();
    let shares = if case.full_to_each {
        Shares::FullToEach
    } else {
        Shares::Equal
    };
    some_work(u64::try_from(number).unwrap() + 1)
        .of(service(case.service), category(CATEGORIES[case.category]))
        .sold(sale)
        .shared(&people, shares)
        .tipped(Tip::of(money(case.tip)))
        .ending(datetime!(2026-05-01 10:00 UTC) + Duration::minutes(case.minutes))
        .build()
}

fn works() -> impl Strategy<Value = Vec<CompletedAppointment>> {
    prop::collection::vec(cases(), 0..12).prop_map(|cases| {
        cases
            .iter()
            .enumerate()
            .map(|(number, case)| work_of(number, case))
            .collect()
    })
}

fn deductions() -> impl Strategy<Value = Vec<Deduction>> {
    let kept = prop_oneof![
        (0u32..=6_000).prop_map(|rate| Kept::Part(BasisPoints::new(rate))),
        (0i64..3_000).prop_map(Kept::Flat),
    ];
    let when = prop::sample::select(vec![DeductWhen::Before, DeductWhen::After]);
    let deductions = (kept, when).prop_map(|(kept, when)| Deduction { kept, when });
    prop::collection::vec(deductions, 0..3)
}

fn bases() -> impl Strategy<Value = BaseRecipe> {
    let start = prop::sample::select(vec![BaseStart::ListPrice, BaseStart::Charged, BaseStart::Paid]);
    let subtract = prop::sample::subsequence(vec![Subtraction::Discount, Subtraction::Tax], 0..=2);
    (start, subtract, deductions()).prop_map(|(start, subtract, deduct)| BaseRecipe {
        start,
        subtract: subtract.into_iter().collect(),
        deduct,
        ..BaseRecipe::default()
    })
}

fn values() -> impl Strategy<Value = RuleValue> {
    let rates =
        (0u32..=10_000, prop::option::of(0u32..=10_000)).prop_map(|(general, exception)| Overridable {
            services: exception
                .map(|rate| (service(1), BasisPoints::new(rate)))
                .into_iter()
                .collect(),
            ..Overridable::general(BasisPoints::new(general))
        });
    let tiers =
        (ladders(false), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(ladder, m, c, all)| {
            let method = if m {
                TierMethod::Marginal
            } else {
                TierMethod::Retroactive
            };
            let measure = if c { Measure::Count } else { Measure::Revenue };
            let scope = if all {
                MeasureScope::All
            } else {
                MeasureScope::Rule
            };
            Tiers::new(method, measure, scope, ladder).unwrap()
        });
    prop_oneof![
        (rates, bases()).prop_map(|(rates, base)| RuleValue::Percentage { rates, base }),
        (0i64..5_000, bases()).prop_map(|(amount, base)| RuleValue::Fixed {
            amounts: Overridable::general(money(amount)),
            base
        }),
        (tiers, bases()).prop_map(|(tiers, base)| RuleValue::Tiered { tiers, base }),
    ]
}

/// Rules of any type for some categories and some people.
fn rule_lists() -> impl Strategy<Value = Vec<Rule>> {
    let families = prop::collection::vec(prop::option::of(values()), 3);
    let people = prop::collection::vec(prop::option::of(values()), 4);
    (families, people).prop_map(|(families, people)| {
        let families = families.into_iter().enumerate().filter_map(|(index, value)| {
            let number = u64::try_from(index).unwrap();
            Some(rule(
                10 + number,
                RuleScope::Category(category(CATEGORIES[index])),
                value?,
            ))
        });
        let people = people
            .into_iter()
            .zip(1u64..)
            .filter_map(|(value, number)| Some(rule(20 + number, RuleScope::Staff(staff(number)), value?)));
        families.chain(people).collect()
    })
}

/// Sales that end in April or May and are paid at any times, in parts, short or twice.
fn sales() -> impl Strategy<Value = Vec<Sold>> {
    let payments = prop::collection::vec((-20_000i64..60_000, 0i64..60_000), 0..4);
    let sale = (1i64..50_000, 0i64..60_000, payments).prop_map(|(charged, minutes, payments)| {
        let ended_at = datetime!(2026-04-15 10:00 UTC) + Duration::minutes(minutes);
        let at = |offset| ended_at + Duration::minutes(offset);
        Sold {
            charged,
            ended_at,
            payments: payments
                .into_iter()
                .map(|(offset, amount)| (at(offset), amount))
                .collect(),
        }
    });
    prop::collection::vec(sale, 1..6)
}

fn rendered(sales: &[Sold]) -> Vec<CompletedAppointment> {
    let work = sales.iter().zip(1u64..).map(|(sold, number)| {
        let mut work = some_work(number).at(sold.charged).ending(sold.ended_at).build();
        work.payments = sold
            .payments
            .iter()
            .map(|(at, amount)| crate::work::Payment {
                at: *at,
                amount: money(*amount),
            })
            .collect();
        work
    });
    work.collect()
}

fn may() -> (OffsetDateTime, OffsetDateTime) {
    let range = month("2026-05").range(&settings().zone).unwrap();
    (range.start(), range.end())
}

fn keeping(rate: u32, deduct: &[Deduction], earn_on: EarnOn) -> RuleValue {
    RuleValue::Percentage {
        rates: Overridable::general(BasisPoints::new(rate)),
        base: BaseRecipe {
            deduct: deduct.to_vec(),
            earn_on,
            ..BaseRecipe::default()
        },
    }
}

fn month_of(work: &[CompletedAppointment], rules: &[Rule]) -> MonthFigures {
    compute(
        month("2026-05"),
        work,
        &table(rules.to_vec()),
        &settings(),
        &[staff(1)],
    )
    .unwrap()
}

fn ladder_rule(method: TierMethod, ladder: &[Tier]) -> Vec<Rule> {
    vec![rule(1, massage(), tiered(method, ladder))]
}

fn on_one_base(method: TierMethod, ladder: &[Tier], base_minor: i64) -> i64 {
    paid(tiered(method, ladder), &[some_work(1).at(base_minor).build()])
}

fn minor(amounts: impl Iterator<Item = Money>) -> i64 {
    amounts.map(Money::amount_minor).sum()
}

proptest! {
    #[test]
    fn lines_add_up_to_the_total_and_groups_do_too(work in works(), rules in rule_lists()) {
        for figure in month_of(&work, &rules).staff {
            let commission = figure.commission.amount_minor();
            prop_assert_eq!(minor(figure.lines.iter().map(|line| line.commission)), commission);
            prop_assert_eq!(minor(figure.groups.iter().map(|group| group.figure)), commission);
            prop_assert_eq!(minor(figure.lines.iter().map(|line| line.tip)), figure.tip.amount_minor());
            for line in &figure.lines {
                let steps: i64 = line.reason.base_steps.iter().map(|step| step.amount_minor).sum();
                prop_assert_eq!(steps, line.base.amount_minor());
                prop_assert!(line.commission.amount_minor() >= 0);
            }
        }
    }

    #[test]
    fn the_order_of_work_and_rules_never_changes_a_result(
        (work, shuffled) in works().prop_flat_map(|work| (Just(work.clone()), Just(work).prop_shuffle())),
        (rules, swapped) in rule_lists().prop_flat_map(|rules| (Just(rules.clone()), Just(rules).prop_shuffle())),
    ) {
        prop_assert_eq!(month_of(&work, &rules), month_of(&shuffled, &swapped));
    }

    #[test]
    fn running_again_gives_the_same_hash(work in works(), rules in rule_lists()) {
        let hashes = |figures: MonthFigures| figures.staff.iter().map(|f| f.content_hash).collect::<Vec<_>>();
        prop_assert_eq!(hashes(month_of(&work, &rules)), hashes(month_of(&work.clone(), &rules.clone())));
    }

    #[test]
    fn an_unrelated_person_changes_nothing(
        work in works(), rules in rule_lists(), others in prop::collection::vec(cases(), 1..4), value in values(),
    ) {
        let before = month_of(&work, &rules);
        let stranger = staff(77);
        let mut more = work;
        for (number, case) in others.iter().enumerate() {
            let mut theirs = work_of(100 + number, case);
            theirs.renderers = Renderers::alone(stranger);
            more.push(theirs);
        }
        let mut rules = rules;
        rules.push(rule(99, RuleScope::Staff(stranger), value));
        let mut after = month_of(&more, &rules);
        after.staff.retain(|figure| figure.staff != stranger);
        prop_assert_eq!(after, before);
    }

    #[test]
    fn refunding_everything_earns_nothing(work in works(), rules in rule_lists()) {
        let refunded: Vec<_> = work
            .into_iter()
            // What was free cannot be given back.
            .filter(|work| work.sale.charged.is_positive())
            .map(|mut work| {
                work.sale.refunded = work.sale.charged;
                work
            })
            .collect();
        for figure in month_of(&refunded, &rules).staff {
            prop_assert_eq!(figure.commission, kes(0));
        }
    }

    #[test]
    fn a_commission_of_rates_never_exceeds_its_base(work in works(), rules in rule_lists()) {
        let rates: Vec<Rule> = rules.into_iter().filter(|rule| rule.value.rule_type() != RuleType::Fixed).collect();
        for figure in month_of(&work, &rates).staff {
            let base = minor(figure.lines.iter().map(|line| line.base));
            prop_assert!(figure.commission.amount_minor() <= base);
        }
    }

    #[test]
    fn splitting_a_sale_into_lines_never_changes_the_period_result(
        parts in prop::collection::vec(0i64..20_000, 1..6), ladder in ladders(false), rate in 0u32..=10_000,
    ) {
        let whole = [some_work(1).at(parts.iter().sum()).build()];
        let pieces: Vec<_> = parts.iter().zip(1u64..).map(|(part, n)| some_work(n).at(*part).build()).collect();
        let values = [percent(rate), tiered(TierMethod::Marginal, &ladder), tiered(TierMethod::Retroactive, &ladder)];
        for value in values {
            prop_assert_eq!(paid(value.clone(), &pieces), paid(value, &whole));
        }
    }

    #[test]
    fn ladders_agree_with_the_reference(
        parts in prop::collection::vec(0i64..15_000, 1..5), ladder in ladders(false),
    ) {
        let work: Vec<_> = parts.iter().zip(1u64..).map(|(part, n)| some_work(n).at(*part).build()).collect();
        let base: i64 = parts.iter().sum();
        for (method, exact) in [
            (TierMethod::Marginal, marginal(&ladder, base)),
            (TierMethod::Retroactive, retroactive(&ladder, base)),
        ] {
            let figure = figure(&work, ladder_rule(method, &ladder), &settings());
            prop_assert_eq!(figure.commission.amount_minor(), exact.rounded());
            for line in &figure.lines {
                // A line's exact part is the figure by its base; it is never off by a whole cent.
                let figure = i128::from(figure.commission.amount_minor());
                let part = Exact::new(figure * i128::from(line.base.amount_minor()), i128::from(base.max(1)));
                prop_assert!(part.is_within_a_unit_of(line.commission.amount_minor()));
            }
        }
    }

    #[test]
    fn percentages_agree_with_the_reference(
        lines in prop::collection::vec((0i64..1_000_000_000, 1u64..4), 1..8), rates in prop::collection::vec(0u32..=10_000, 4),
    ) {
        let rates_of = Overridable {
            general: Some(BasisPoints::new(rates[0])),
            services: (1u64..3).map(|n| (service(n), BasisPoints::new(rates[usize::try_from(n).unwrap()]))).collect(),
            categories: std::collections::BTreeMap::new(),
        };
        let value = RuleValue::Percentage { rates: rates_of, base: BaseRecipe::default() };
        let work: Vec<_> = lines
            .iter()
            .zip(1u64..)
            .map(|((price, kind), n)| some_work(n).of(service(*kind), category("massage")).at(*price).build())
            .collect();
        let rate = |kind: u64| if kind < 3 { rates[usize::try_from(kind).unwrap()] } else { rates[0] };
        let exact: Vec<(i64, u32)> = lines.iter().map(|(price, kind)| (*price, rate(*kind))).collect();
        let figure = figure(&work, vec![rule(1, massage(), value)], &settings());
        prop_assert_eq!(figure.commission.amount_minor(), percentages(&exact).rounded());
        for (line, (price, rate)) in figure.lines.iter().zip(&exact) {
            let part = Exact::new(i128::from(*price) * i128::from(*rate), 10_000);
            prop_assert!(part.is_within_a_unit_of(line.commission.amount_minor()));
        }
    }

    #[test]
    fn what_is_kept_back_and_what_is_earned_as_it_is_paid_agree_with_the_reference(
        sales in sales(), rate in 0u32..=10_000, deduct in deductions(),
        earn_on in prop::sample::select(vec![EarnOn::Completion, EarnOn::Payment]),
    ) {
        let exact = with_deductions(&sales, rate, &deduct, earn_on, may());
        let value = keeping(rate, &deduct, earn_on);
        prop_assert_eq!(paid(value, &rendered(&sales)), exact.rounded());
    }

    #[test]
    fn a_guarantee_agrees_with_the_reference(
        sales in sales(), rate in 0u32..=10_000, deduct in deductions(), amount_minor in 0i64..40_000,
        per in prop::sample::select(vec![Stretch::Day, Stretch::Period]),
    ) {
        let guarantee = Guarantee { per, amount_minor };
        let settings = CommissionSettings {
            guarantees: std::collections::BTreeMap::from([(staff(1), guarantee)]),
            ..settings()
        };
        let rules = vec![rule(1, massage(), keeping(rate, &deduct, EarnOn::Completion))];
        let figure = figure(&rendered(&sales), rules, &settings);
        prop_assert_eq!(figure.top_up.amount_minor(), topped_up(guarantee, &figure, &settings.zone));
    }

    #[test]
    fn a_flat_amount_is_kept_back_once_however_many_payments_there_are(
        parts in prop::collection::vec(1i64..100, 1..5), flat in 0i64..100,
        when in prop::sample::select(vec![DeductWhen::Before, DeductWhen::After]),
    ) {
        // Whole percents of 10,000.00 at 10 %, one payment in each month: no part is rounded.
        let total: i64 = parts.iter().sum();
        let charged = total * 1_000_000;
        let (first, ended_at) = (month("2026-05"), datetime!(2026-05-02 10:00 UTC));
        let mut paid_in = first;
        let mut payments = Vec::new();
        let mut months = Vec::new();
        for part in &parts {
            let at = paid_in.first_day().midnight().assume_utc() + Duration::days(5);
            payments.push((at, part * 1_000_000));
            months.push(paid_in);
            paid_in = Month::of(paid_in.end()).unwrap();
        }
        let flat = flat * total * 10;
        let deduct = [Deduction { kept: Kept::Flat(flat), when }];
        let work = rendered(&[Sold { charged, ended_at, payments }]);
        let earns = |earn_on, month: Month| {
            let rules = table(vec![rule(1, massage(), keeping(1_000, &deduct, earn_on))]);
            let figures = compute(month, &work, &rules, &settings(), &[staff(1)]).unwrap();
            figures.staff[0].commission.amount_minor()
        };
        let as_paid: i64 = months.iter().map(|month| earns(EarnOn::Payment, *month)).sum();
        prop_assert_eq!(as_paid, earns(EarnOn::Completion, first));
    }

    #[test]
    fn marginal_tiers_are_continuous_and_monotone(ladder in ladders(false), base in 0i64..60_000) {
        let (here, next) = (on_one_base(TierMethod::Marginal, &ladder, base), on_one_base(TierMethod::Marginal, &ladder, base + 1));
        // A cent more earns between nothing and a cent more, whatever floor lies between.
        prop_assert!(here <= next && next <= here + 1, "{} then {}", here, next);
        prop_assert!(marginal(&ladder, base).at_most(marginal(&ladder, base + 1)));
    }

    #[test]
    fn retroactive_tiers_are_monotone_when_rates_rise(ladder in ladders(true), base in 0i64..60_000, more in 1i64..30_000) {
        let earn = |base| on_one_base(TierMethod::Retroactive, &ladder, base);
        prop_assert!(earn(base) <= earn(base + more));
    }

    #[test]
    fn marginal_is_never_above_retroactive_when_rates_rise(ladder in ladders(true), base in 0i64..60_000) {
        let (marginal, retroactive) = both(&ladder, base);
        prop_assert!(marginal <= retroactive);
    }
}
