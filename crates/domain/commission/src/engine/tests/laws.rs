//! The laws of ladders, on one sale and in whole months.

use proptest::prelude::*;
use proptest::sample::select;
use time::OffsetDateTime;

use super::generated::{amounts, computed, months, recipes, tiers, worlds};
use super::reference::{Exact, World, marginal, marginal_by_cents, rate_at, retroactive};
use super::*;
use crate::base::{DeductWhen, Deduction, EarnOn, Kept};
use crate::split::Renderers;
use crate::tiers::tests::ladders;
use crate::tiers::{Measure, Tiers};
use crate::work::Payment;

fn on_one_base(method: TierMethod, ladder: &[Tier], base_minor: i64) -> i64 {
    paid(tiered(method, ladder), &[some_work(1).at(base_minor).build()])
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

/// A world where staff member 1 has one rule, a ladder of these rates for everything, and the others' rules are as they were.
fn with_ladder(mut world: World, tiers: Tiers, base: BaseRecipe) -> World {
    let own = RuleScope::Staff(staff(1));
    world.settings.precedence = Precedence::StaffBeforeCategory;
    world.rules.retain(|rule| rule.scope != own);
    world
        .rules
        .push(rule(300, own, RuleValue::Tiered { tiers, base }));
    world
}

fn by(method: TierMethod, tiers: &Tiers) -> Tiers {
    Tiers::new(method, tiers.measure(), tiers.scope(), tiers.ladder().to_vec()).unwrap()
}

/// What each of the first person's rules paid in each month.
fn groups(world: &World) -> BTreeMap<(Month, RuleId), i64> {
    let mut groups = BTreeMap::new();
    for month in months() {
        for group in &computed(world, month).staff[0].groups {
            groups.insert((month, group.rule.id), group.figure.amount_minor());
        }
    }
    groups
}

/// The world with one thing more that the first person rendered alone, and the same sold for some cents more. Fees by the
/// table jump with the price: they are reported here.
fn dearer(world: &World, base: &BaseRecipe, price: i64, more: i64, end: OffsetDateTime) -> (World, World) {
    let sold = |price: i64| {
        let mut world = world.clone();
        let mut work = some_work(900).at(price).ending(end).build();
        work.renderers = Renderers::alone(staff(1));
        if base.earn_on == EarnOn::Payment {
            work.payments = vec![Payment {
                at: end,
                amount: money(price),
            }];
        }
        work.sale.payment_fee = Some(money(30));
        world.work.push(work);
        world
    };
    (sold(price), sold(price + more))
}

fn some_end() -> impl Strategy<Value = OffsetDateTime> {
    (0i64..60).prop_map(|days| datetime!(2026-04-01 10:00 UTC) + Duration::days(days))
}

proptest! {
    #[test]
    fn ladders_agree_with_the_reference_cent_by_cent(
        parts in prop::collection::vec(0i64..15_000, 1..5), ladder in ladders(false),
    ) {
        let work: Vec<_> = parts.iter().zip(1u64..).map(|(part, n)| some_work(n).at(*part).build()).collect();
        let base: i64 = parts.iter().sum();
        prop_assert_eq!(marginal(&ladder, Exact::whole(base)), marginal_by_cents(&ladder, base));
        for (method, exact) in [
            (TierMethod::Marginal, marginal_by_cents(&ladder, base)),
            (TierMethod::Retroactive, retroactive(&ladder, Exact::whole(base))),
        ] {
            let rules = vec![rule(1, massage(), tiered(method, &ladder))];
            let figure = figure(&work, rules, &settings());
            prop_assert_eq!(figure.commission.amount_minor(), exact.rounded());
            for line in &figure.lines {
                // A line's exact part is the figure by its base; it is never off by a whole cent.
                let figure = Exact::whole(figure.commission.amount_minor());
                let part = figure.times(Exact::part(line.base.amount_minor(), base.max(1)));
                let off = part.minus(Exact::whole(line.commission.amount_minor())).size();
                prop_assert!(off < Exact::ALL);
            }
        }
    }

    #[test]
    fn a_flat_amount_is_kept_back_once_however_many_payments_there_are(
        parts in prop::collection::vec(1i64..100, 1..5), flat in 0i64..100,
        when in select(vec![DeductWhen::Before, DeductWhen::After]),
    ) {
        // Whole percents of 10,000.00 at 10 %, one payment in each month: no part is rounded.
        let total: i64 = parts.iter().sum();
        let charged = total * 1_000_000;
        let first = month("2026-05");
        let mut paid_in = first;
        let mut payments = Vec::new();
        let mut months = Vec::new();
        for part in &parts {
            let at = paid_in.first_day().midnight().assume_utc() + Duration::days(5);
            payments.push(Payment { at, amount: money(part * 1_000_000) });
            months.push(paid_in);
            paid_in = Month::of(paid_in.end()).unwrap();
        }
        let deduct = [Deduction { kept: Kept::Flat(flat * total * 10), when }];
        let mut work = some_work(1).at(charged).ending(datetime!(2026-05-02 10:00 UTC)).build();
        work.payments = payments;
        let earns = |earn_on, month: Month| {
            let rules = table(vec![rule(1, massage(), keeping(1_000, &deduct, earn_on))]);
            let work = std::slice::from_ref(&work);
            let figures = compute(month, work, &rules, &settings(), &[staff(1)]).unwrap();
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
        let (base, after) = (Exact::whole(base), Exact::whole(base + 1));
        let more = marginal(&ladder, after).minus(marginal(&ladder, base));
        prop_assert_eq!(more, rate_at(&ladder, base));
    }

    /// A flat amount that is kept back after is left out: each line bears its own, and where rates fall another line may come to
    /// nothing by it.
    #[test]
    fn in_any_month_a_cent_more_on_a_marginal_ladder_earns_between_nothing_and_a_cent(
        world in worlds(), tiers in tiers(false), base in recipes(), price in amounts(), end in some_end(),
    ) {
        let tiers = Tiers::new(TierMethod::Marginal, Measure::Revenue, tiers.scope(), ladder_of(&tiers)).unwrap();
        let mut base = base;
        base.deduct.retain(|deduction| !matches!(deduction, Deduction { kept: Kept::Flat(_), when: DeductWhen::After }));
        let (here, next) = dearer(&with_ladder(world, tiers, base.clone()), &base, price, 1, end);
        let (here, next) = (groups(&here), groups(&next));
        let ladder = rule(300, massage(), percent(0)).id;
        for ((month, of), before) in &here {
            if *of == ladder {
                let after = next[&(*month, *of)];
                prop_assert!(*before <= after && after <= before + 1, "{} then {}", before, after);
            }
        }
    }

    #[test]
    fn retroactive_tiers_are_monotone_when_rates_rise(ladder in ladders(true), base in 0i64..60_000, more in 1i64..30_000) {
        let earn = |base| on_one_base(TierMethod::Retroactive, &ladder, base);
        prop_assert!(earn(base) <= earn(base + more));
    }

    #[test]
    fn in_any_month_whoever_sells_for_more_earns_no_less_when_rates_rise(
        world in worlds(), tiers in tiers(true), base in recipes(), price in amounts(), more in 1i64..30_000, end in some_end(),
    ) {
        let (here, next) = dearer(&with_ladder(world, tiers, base.clone()), &base, price, more, end);
        let (here, next) = (groups(&here), groups(&next));
        for (group, before) in here {
            prop_assert!(before <= next[&group]);
        }
    }

    #[test]
    fn marginal_is_never_above_retroactive_when_rates_rise(ladder in ladders(true), base in 0i64..60_000) {
        let (marginal, retroactive) = both(&ladder, base);
        prop_assert!(marginal <= retroactive);
    }

    #[test]
    fn in_any_month_marginal_is_never_above_retroactive_when_rates_rise(
        world in worlds(), tiers in tiers(true), base in recipes(),
    ) {
        let marginal = with_ladder(world.clone(), by(TierMethod::Marginal, &tiers), base.clone());
        let retroactive = with_ladder(world, by(TierMethod::Retroactive, &tiers), base);
        let retroactive = groups(&retroactive);
        for (group, figure) in groups(&marginal) {
            prop_assert!(figure <= retroactive[&group]);
        }
    }
}

/// The rates of a ladder on floors of revenue, whatever it measured.
fn ladder_of(tiers: &Tiers) -> Vec<Tier> {
    let floor = |tier: &Tier| match tiers.measure() {
        Measure::Revenue => tier.floor,
        Measure::Count => tier.floor * 7_000,
    };
    let steps = tiers.ladder().iter();
    steps
        .map(|tier| Tier {
            floor: floor(tier),
            rate: tier.rate,
        })
        .collect()
}
