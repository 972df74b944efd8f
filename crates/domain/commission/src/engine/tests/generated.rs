//! Months that nobody would think of: several people, rules of every kind and base, every sort of money, three months long.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use ratiba_kernel::TimeRange;
use time::{Date, OffsetDateTime};

use super::reference::World;
use super::*;
use crate::base::{BaseStart, DeductWhen, Deduction, EarnOn, Kept};
use crate::fees::{FeeStep, FeeTariff};
use crate::guarantee::{Guarantee, Stretch};
use crate::split::Renderers;
use crate::tiers::tests::ladders;
use crate::tiers::{Measure, MeasureScope, Tiers};
use crate::work::Payment;

pub(super) const CATEGORIES: [&str; 3] = ["massage", "nails", "hair"];
/// Everybody who renders anything in a generated world.
pub(super) const PEOPLE: std::ops::RangeInclusive<u64> = 1..=4;

pub(super) fn everybody() -> Vec<StaffId> {
    PEOPLE.map(staff).collect()
}

/// The months that a generated world may concern: payments come from before its work until after it.
pub(super) fn months() -> [Month; 4] {
    ["2026-03", "2026-04", "2026-05", "2026-06"].map(month)
}

pub(super) fn percents() -> impl Strategy<Value = BasisPoints> {
    prop_oneof![
        6 => (0u32..=10_000).prop_map(BasisPoints::new),
        1 => select(vec![0, 5_000, 3_333, 10_000]).prop_map(BasisPoints::new),
    ]
}

/// Amounts in which halves and equal remainders are frequent, and larger ones.
pub(super) fn amounts() -> impl Strategy<Value = i64> {
    prop_oneof![
        1 => select(vec![0, 1, 2, 3, 5, 99, 100, 101, 10_001]),
        1 => 0i64..60,
        3 => 0i64..30_000,
    ]
}

/// A part of an amount: mostly as said, sometimes nothing or all.
fn parts() -> impl Strategy<Value = i64> {
    prop_oneof![2 => Just(0i64), 1 => Just(1_000i64), 2 => 0i64..=1_000]
}

fn part(of: i64, thousandths: i64) -> i64 {
    of * thousandths / 1_000
}

/// Ends from 1 April to the end of May, with some on the edges of days and months in Nairobi.
fn ends() -> impl Strategy<Value = OffsetDateTime> {
    let edges = vec![
        datetime!(2026-04-30 20:59:59 UTC),
        datetime!(2026-04-30 21:00 UTC),
        datetime!(2026-05-10 21:00 UTC),
        datetime!(2026-05-13 11:00 UTC),
        datetime!(2026-05-31 20:59:59 UTC),
    ];
    let first = datetime!(2026-04-01 00:00 UTC);
    prop_oneof![
        3 => (0i64..60 * 24 * 60).prop_map(move |minutes| first + Duration::minutes(minutes)),
        1 => select(edges),
    ]
}

pub(super) fn renderers() -> impl Strategy<Value = Renderers> {
    let people = Just(PEOPLE.collect::<Vec<_>>()).prop_shuffle();
    let size = prop_oneof![2 => Just(1usize), 2 => 2usize..=4];
    let weights = prop::collection::vec(1u32..100, 4);
    (people, size, 0u8..3, weights).prop_map(|(people, size, kind, weights)| {
        let team: Vec<StaffId> = people.into_iter().take(size).map(staff).collect();
        let shares = match kind {
            0 => Shares::Equal,
            1 => Shares::FullToEach,
            _points => {
                let all: u32 = weights.iter().take(size).sum();
                let mut points: Vec<u32> = weights.iter().take(size).map(|w| w * 10_000 / all).collect();
                points[0] += 10_000 - points.iter().sum::<u32>();
                Shares::Points(points.into_iter().map(BasisPoints::new).collect())
            }
        };
        Renderers::new(team, shares).unwrap()
    })
}

/// What the desk knows of a tip: how much, whether its parts were entered, how much went back.
fn tips() -> impl Strategy<Value = Option<(i64, Option<[i64; 3]>, i64)>> {
    let entered = prop::option::of([0i64..1_000, 0i64..1_000, 0i64..1_000]);
    prop::option::of((amounts(), entered, parts()))
}

fn tip_of((amount, entered, back): (i64, Option<[i64; 3]>, i64), renderers: &Renderers) -> Tip {
    let mut left = amount;
    let mut parts = Vec::new();
    // Backwards, so that the order in which parts are entered is not the order of the people.
    for (person, thousandths) in renderers.staff().iter().rev().zip(entered.unwrap_or_default()) {
        let own = part(left, thousandths);
        left -= own;
        parts.push((*person, money(own)));
    }
    if let Some((_, last)) = parts.last_mut() {
        *last = money(last.amount_minor() + left);
    }
    Tip {
        amount: money(amount),
        entered: if entered.is_some() { parts } else { Vec::new() },
        refunded: money(part(amount, back)),
    }
}

/// Price, discount, tax, cost and fee as parts, whether it is a package's item, and the part of it that went back.
fn sales() -> impl Strategy<Value = (Sale, i64)> {
    let reported_fee = prop::option::of(0i64..300);
    let refunds = prop_oneof![3 => Just(0i64), 2 => parts()];
    let package = prop::option::weighted(0.2, amounts());
    (
        amounts(),
        parts(),
        parts(),
        parts(),
        reported_fee,
        package,
        refunds,
    )
        .prop_map(|(list, discount, tax, cost, fee, package, refunded)| {
            let discount = part(list, discount / 2);
            let charged = package.unwrap_or(list - discount);
            let sale = Sale {
                list_price: money(list),
                discount: money(if package.is_some() { 0 } else { discount }),
                tax: money(part(charged, tax / 5)),
                product_cost: money(part(list, cost / 2)),
                payment_fee: fee.map(money),
                ..Sale::at(money(charged))
            };
            (sale, refunded)
        })
}

/// When after the end (in minutes; before it, below nothing) which part of the price came: at once, in parts, short or twice.
fn payments() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop_oneof![
        1 => Just(vec![(0, 1_000)]),
        2 => prop::collection::vec((-20_000i64..45_000, 0i64..=1_000), 0..4),
    ]
}

/// Whether the customer came, and when the work was said to have been done.
fn outcomes() -> impl Strategy<Value = (Option<i64>, Option<i64>, bool)> {
    let no_show = prop::option::weighted(0.2, amounts());
    (no_show, prop::option::of(-30i64..90), any::<bool>())
}

fn one_work() -> impl Strategy<Value = CompletedAppointment> {
    let what = (1u64..4, 0usize..3, ends(), renderers());
    (what, sales(), payments(), outcomes(), tips()).prop_map(
        |((kind, family, end, team), (sale, refunded), paid, (fee, late, started), tip)| {
            let mut work = some_work(1)
                .of(service(kind), category(CATEGORIES[family]))
                .ending(end)
                .build();
            // Planned to end some minutes off the recorded end, or not recorded at all.
            let planned_end = end + Duration::minutes(late.unwrap_or(0));
            work.planned = TimeRange::new(planned_end - Duration::minutes(45), planned_end).unwrap();
            work.actual_end = late.map(|_| end);
            work.actual_start = started.then_some(end - Duration::minutes(50));
            let charged = sale.charged.amount_minor();
            work.payments = paid
                .iter()
                .map(|(minutes, thousandths)| Payment {
                    at: end + Duration::minutes(*minutes),
                    amount: money(part(charged, *thousandths)),
                })
                .collect();
            let came = work.payments.iter().map(|payment| payment.amount.amount_minor());
            work.sale = Sale {
                paid: money(came.sum()),
                ..sale
            };
            let all = match fee {
                None => charged.max(work.sale.paid.amount_minor()),
                Some(fee) => {
                    work.outcome = Outcome::NoShow { fee: money(fee) };
                    fee
                }
            };
            work.sale.refunded = money(part(all, refunded));
            work.tip = tip.map(|tip| tip_of(tip, &team));
            work.renderers = team;
            work
        },
    )
}

/// Up to twelve appointments with ids of their own.
pub(super) fn works() -> impl Strategy<Value = Vec<CompletedAppointment>> {
    prop::collection::vec(one_work(), 0..12).prop_map(|mut works| {
        for (work, number) in works.iter_mut().zip(1u64..) {
            work.id = crate::test_support::appointment(number);
        }
        works
    })
}

pub(super) fn deductions() -> impl Strategy<Value = Vec<Deduction>> {
    let kept = prop_oneof![
        (0u32..=6_000).prop_map(|rate| Kept::Part(BasisPoints::new(rate))),
        (0i64..3_000).prop_map(Kept::Flat),
    ];
    let when = select(vec![DeductWhen::Before, DeductWhen::After]);
    let deductions = (kept, when).prop_map(|(kept, when)| Deduction { kept, when });
    prop::collection::vec(deductions, 0..3)
}

pub(super) fn recipes() -> impl Strategy<Value = BaseRecipe> {
    let start = select(vec![BaseStart::ListPrice, BaseStart::Charged, BaseStart::Paid]);
    let subtractions = vec![
        Subtraction::Discount,
        Subtraction::Tax,
        Subtraction::ProductCost,
        Subtraction::PaymentFee,
    ];
    let earn_on = prop_oneof![2 => Just(EarnOn::Completion), 1 => Just(EarnOn::Payment)];
    let deduct = prop_oneof![Just(Vec::new()), deductions()];
    (start, subsequence(subtractions, 0..=4), earn_on, deduct).prop_map(
        |(start, subtract, earn_on, deduct)| BaseRecipe {
            start,
            subtract: subtract.into_iter().collect(),
            earn_on,
            deduct,
        },
    )
}

fn overridable<T: Clone + std::fmt::Debug>(
    values: impl Strategy<Value = T> + Clone,
    of_staff: bool,
) -> impl Strategy<Value = Overridable<T>> {
    let general = prop::option::weighted(0.8, values.clone());
    let services = prop::collection::btree_map((1u64..4).prop_map(service), values.clone(), 0..3);
    let names = select(CATEGORIES.to_vec()).prop_map(category);
    let categories = prop::collection::btree_map(names, values, 0..3);
    (general, services, categories).prop_map(move |(general, services, categories)| Overridable {
        general,
        services,
        // A category's own rule speaks of no other.
        categories: if of_staff { categories } else { BTreeMap::new() },
    })
}

/// Ladders of every kind, with floors that generated months reach; `rising` makes the rates rise with them.
pub(super) fn tiers(rising: bool) -> impl Strategy<Value = Tiers> {
    let method = select(vec![TierMethod::Marginal, TierMethod::Retroactive]);
    let measure = select(vec![Measure::Revenue, Measure::Count]);
    let scope = select(vec![MeasureScope::Rule, MeasureScope::All]);
    (ladders(rising), method, measure, scope).prop_map(|(mut ladder, method, measure, scope)| {
        if measure == Measure::Count {
            for (tier, floor) in ladder.iter_mut().zip([0, 1, 2, 4, 5]) {
                tier.floor = floor;
            }
        }
        Tiers::new(method, measure, scope, ladder).unwrap()
    })
}

pub(super) fn values(of_staff: bool) -> impl Strategy<Value = RuleValue> {
    let rates = overridable(percents().boxed(), of_staff);
    let sums = prop_oneof![1 => Just(0i64), 5 => 0i64..5_000].prop_map(money);
    let sums = overridable(sums.boxed(), of_staff);
    prop_oneof![
        1 => (rates, recipes()).prop_map(|(rates, base)| RuleValue::Percentage { rates, base }),
        1 => (sums, recipes()).prop_map(|(amounts, base)| RuleValue::Fixed { amounts, base }),
        2 => (tiers(false), recipes()).prop_map(|(tiers, base)| RuleValue::Tiered { tiers, base }),
    ]
}

/// One key's rules: none, one, or one until a day and another from it on.
fn rules_of(number: u64, scope: RuleScope) -> impl Strategy<Value = Vec<Rule>> {
    let of_staff = matches!(scope, RuleScope::Staff(_));
    let values = prop::collection::vec(values(of_staff), 0..3);
    (values, 0i64..60).prop_map(move |(values, days)| {
        let since = Date::from_calendar_date(2026, time::Month::April, 1).unwrap();
        let change = since + Duration::days(days);
        let mut rules: Vec<Rule> = values
            .into_iter()
            .zip(number..)
            .map(|(value, number)| rule(number, scope.clone(), value))
            .collect();
        if let [first, second] = rules.as_mut_slice() {
            first.validity = Validity::new(first.validity.from(), Some(change)).unwrap();
            second.validity = Validity::since(change);
        }
        rules
    })
}

pub(super) fn rule_lists() -> impl Strategy<Value = Vec<Rule>> {
    let family = |index: usize| {
        let number = 100 + 10 * u64::try_from(index).unwrap();
        rules_of(number, RuleScope::Category(category(CATEGORIES[index])))
    };
    let person = |number: u64| rules_of(200 + 10 * number, RuleScope::Staff(staff(number)));
    let families = (0..CATEGORIES.len()).map(family).collect::<Vec<_>>();
    let people = PEOPLE.map(person).collect::<Vec<_>>();
    (families, people).prop_map(|(families, people)| families.into_iter().chain(people).flatten().collect())
}

fn guarantees() -> impl Strategy<Value = BTreeMap<StaffId, Guarantee>> {
    let per = select(vec![Stretch::Day, Stretch::Period]);
    let guarantee = (per, 0i64..40_000).prop_map(|(per, amount_minor)| Guarantee { per, amount_minor });
    prop::collection::btree_map(PEOPLE.prop_map(staff), guarantee, 0..3)
}

pub(super) fn switches() -> impl Strategy<Value = CommissionSettings> {
    let order = select(vec![
        Precedence::CategoryBeforeStaff,
        Precedence::StaffBeforeCategory,
    ]);
    let no_show = select(vec![NoShowBase::None, NoShowBase::Fee, NoShowBase::Price]);
    let steps = (0i64..50, 100i64..5_000, 0u32..400).prop_map(|(flat_minor, from_minor, basis_points)| {
        let first = FeeStep {
            from_minor: 0,
            flat_minor,
            basis_points: 0,
        };
        vec![
            first,
            FeeStep {
                from_minor,
                flat_minor,
                basis_points,
            },
        ]
    });
    let fees = prop_oneof![Just(Vec::new()), steps].prop_map(|steps| FeeTariff::new(steps).unwrap());
    (order, no_show, fees, guarantees()).prop_map(|(precedence, no_show_base, payment_fees, guarantees)| {
        CommissionSettings {
            precedence,
            no_show_base,
            payment_fees,
            guarantees,
            ..settings()
        }
    })
}

pub(super) fn worlds() -> impl Strategy<Value = World> {
    (works(), rule_lists(), switches()).prop_map(|(work, rules, settings)| World {
        work,
        rules,
        settings,
    })
}

pub(super) fn computed(world: &World, month: Month) -> MonthFigures {
    compute(
        month,
        &world.work,
        &table(world.rules.clone()),
        &world.settings,
        &everybody(),
    )
    .unwrap()
}
