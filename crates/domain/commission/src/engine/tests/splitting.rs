//! Splitting a sale into lines: what it never changes, and by how much the division among several people may.
//!
//! The period result is the same, to the cent, for one rate on all lines and for
//! ladders of revenue (marginal or retroactive, of their own lines or of all), with any start and any subtractions that
//! divide with the sale and leave no line below nothing, with parts kept back before and after the commission, and for several
//! people who each have all of it. Where the base is what was charged or paid, also with any refunds of the lines; and where it is
//! earned as it is paid, in each of the months in which anything is.
//!
//! It is another result where something is said of each service, for then there are more services: fixed sums, ladders of
//! services, flat amounts kept back, fees by the tenant's table. A guarantee of each day looks at the day's lines, and of one
//! figure a cent may lie on the line of another day. With subtractions, a refund of one line gives back that line's
//! own base, and not a part of all. And several people divide each line in whole cents.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::generated::{computed, percents, tiers, worlds};
use super::reference::World;
use super::*;
use crate::base::{BaseStart, DeductWhen, Deduction, EarnOn, Kept};
use crate::guarantee::Stretch;
use crate::split::Renderers;
use crate::tiers::Measure;
use crate::work::Payment;

/// One line of a sale, in cents: what is asked for beyond its costs, discount, tax, product cost, fee; and how many thousandths
/// of the line are given back.
type Piece = ([i64; 5], i64);

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let amounts = [0i64..20_000, 0i64..500, 0i64..500, 0i64..500, 0i64..100];
    let back = prop_oneof![2 => Just(0i64), 1 => Just(1_000i64), 1 => 0i64..=1_000];
    prop::collection::vec((amounts, back), 1..6)
}

fn sale_of([beyond, discount, tax, cost, fee]: [i64; 5]) -> Sale {
    let charged = beyond + tax + cost + fee;
    Sale {
        list_price: money(charged + discount),
        discount: money(discount),
        tax: money(tax),
        product_cost: money(cost),
        payment_fee: Some(money(fee)),
        ..Sale::at(money(charged))
    }
}

/// The lines of a sale, and the sale as one.
fn both_ways(pieces: &[Piece], with_refunds: bool) -> (Vec<Sale>, Sale) {
    let mut whole = [0; 5];
    let mut refunded = 0;
    let mut lines = Vec::new();
    for (amounts, thousandths) in pieces {
        let mut line = sale_of(*amounts);
        if with_refunds {
            line.refunded = money(line.charged.amount_minor() * thousandths / 1_000);
        }
        refunded += line.refunded.amount_minor();
        for (sum, amount) in whole.iter_mut().zip(amounts) {
            *sum += amount;
        }
        lines.push(line);
    }
    let whole = Sale {
        refunded: money(refunded),
        ..sale_of(whole)
    };
    (lines, whole)
}

fn rendered(sales: &[Sale], renderers: &Renderers) -> Vec<CompletedAppointment> {
    let work = sales.iter().zip(500u64..).map(|(sale, number)| {
        let mut work = some_work(number).sold(*sale).build();
        work.renderers = renderers.clone();
        work
    });
    work.collect()
}

fn starts() -> impl Strategy<Value = BaseStart> {
    select(vec![BaseStart::ListPrice, BaseStart::Charged, BaseStart::Paid])
}

fn subtractions() -> impl Strategy<Value = Vec<Subtraction>> {
    let all = vec![
        Subtraction::Discount,
        Subtraction::Tax,
        Subtraction::ProductCost,
        Subtraction::PaymentFee,
    ];
    subsequence(all, 0..=4)
}

/// One rate for everything, or a ladder of revenue.
fn alike() -> impl Strategy<Value = RuleValue> {
    let base = BaseRecipe::default;
    let ladders = tiers(false).prop_map(|tiers| {
        let (method, scope) = (tiers.method(), tiers.scope());
        let mut ladder = tiers.ladder().to_vec();
        if tiers.measure() == Measure::Count {
            ladder.truncate(1);
        }
        crate::tiers::Tiers::new(method, Measure::Revenue, scope, ladder).unwrap()
    });
    prop_oneof![
        1 => percents().prop_map(move |rate| RuleValue::Percentage { rates: Overridable::general(rate), base: base() }),
        3 => ladders.prop_map(move |tiers| RuleValue::Tiered { tiers, base: base() }),
    ]
}

fn on(value: &RuleValue, recipe: &BaseRecipe) -> RuleValue {
    let mut value = value.clone();
    match &mut value {
        RuleValue::Percentage { base, .. }
        | RuleValue::Fixed { base, .. }
        | RuleValue::Tiered { base, .. } => {
            *base = recipe.clone();
        }
    }
    value
}

fn kept(rates: &[u32], when: DeductWhen) -> Vec<Deduction> {
    let kept = |rate: &u32| Kept::Part(BasisPoints::new(*rate));
    rates
        .iter()
        .map(|rate| Deduction {
            kept: kept(rate),
            when,
        })
        .collect()
}

/// What the first two people earn in a month with this work beside everything else that they did.
fn earned(world: &World, work: Vec<CompletedAppointment>, month: Month) -> Vec<(Money, Money, i64)> {
    let mut world = world.clone();
    world.work.extend(work);
    let figures = computed(&world, month).staff;
    let told = figures.iter().take(2).map(|figure| {
        let bases = figure.lines.iter().map(|line| line.base.amount_minor()).sum();
        (figure.commission, figure.top_up, bases)
    });
    told.collect()
}

fn bases_of(sales: &[Sale], renderers: &Renderers, recipe: &BaseRecipe) -> Vec<i64> {
    let rules = vec![rule(1, massage(), on(&percent(1_000), recipe))];
    let figures = compute(
        month("2026-05"),
        &rendered(sales, renderers),
        &table(rules),
        &settings(),
        &[],
    )
    .unwrap();
    let of = |figure: &StaffFigure| figure.lines.iter().map(|line| line.base.amount_minor()).sum();
    figures.staff.iter().map(of).collect()
}

/// The world in which nothing but this rule speaks on what the first two people do.
fn ruled(mut world: World, value: &RuleValue) -> World {
    world.settings.precedence = Precedence::StaffBeforeCategory;
    for guarantee in world.settings.guarantees.values_mut() {
        guarantee.per = Stretch::Period;
    }
    world
        .rules
        .retain(|rule| matches!(rule.scope, RuleScope::Category(_)));
    for person in 1..=2 {
        let own = RuleScope::Staff(staff(person));
        world.rules.push(rule(300 + person, own, value.clone()));
    }
    world
}

fn one_or_both(both: bool) -> Renderers {
    if both {
        Renderers::new(vec![staff(1), staff(2)], Shares::FullToEach).unwrap()
    } else {
        Renderers::alone(staff(1))
    }
}

proptest! {
    #[test]
    fn splitting_a_sale_into_lines_never_changes_the_period_result(
        world in worlds(), pieces in pieces(), value in alike(), start in starts(), subtract in subtractions(),
        before in prop::collection::vec(0u32..=6_000, 0..3), after in prop::collection::vec(0u32..=6_000, 0..3),
        both in any::<bool>(),
    ) {
        let refunds = subtract.is_empty() && start != BaseStart::ListPrice;
        let mut deduct = kept(&before, DeductWhen::Before);
        deduct.extend(kept(&after, DeductWhen::After));
        let recipe = BaseRecipe {
            start,
            subtract: subtract.into_iter().collect(),
            deduct,
            ..BaseRecipe::default()
        };
        let world = ruled(world, &on(&value, &recipe));
        let renderers = one_or_both(both);
        let (lines, whole) = both_ways(&pieces, refunds);
        let may = month("2026-05");
        prop_assert_eq!(
            earned(&world, rendered(&lines, &renderers), may),
            earned(&world, rendered(&[whole], &renderers), may)
        );
    }

    #[test]
    fn splitting_a_sale_that_is_paid_in_several_months_never_changes_the_result_of_any(
        world in worlds(), value in alike(), both in any::<bool>(),
        before in prop::collection::vec(0u32..=6_000, 0..3), after in prop::collection::vec(0u32..=6_000, 0..3),
        pieces in prop::collection::vec((1i64..20_000, prop::collection::vec(0i64..=1_000, 3)), 1..6),
    ) {
        let mut deduct = kept(&before, DeductWhen::Before);
        deduct.extend(kept(&after, DeductWhen::After));
        let recipe = BaseRecipe { deduct, earn_on: EarnOn::Payment, ..BaseRecipe::default() };
        let world = ruled(world, &on(&value, &recipe));
        let renderers = one_or_both(both);
        let days = [
            datetime!(2026-05-20 09:00 UTC),
            datetime!(2026-06-03 09:00 UTC),
            datetime!(2026-07-19 09:00 UTC),
        ];
        // Of each piece some thousandths of what it owes yet, in each month.
        let mut came = [0; 3];
        let mut lines = Vec::new();
        for (charged, thousandths) in &pieces {
            let mut owed = *charged;
            let mut paid = [0; 3];
            for (place, part) in thousandths.iter().enumerate() {
                paid[place] = owed * part / 1_000;
                owed -= paid[place];
                came[place] += paid[place];
            }
            lines.push((*charged, paid));
        }
        let whole = [(pieces.iter().map(|(charged, _)| charged).sum(), came)];
        let work = |sold: &[(i64, [i64; 3])]| -> Vec<CompletedAppointment> {
            let sales: Vec<Sale> = sold.iter().map(|(charged, _)| Sale::at(money(*charged))).collect();
            let mut work = rendered(&sales, &renderers);
            for (work, (_, paid)) in work.iter_mut().zip(sold) {
                let paid = days.into_iter().zip(*paid);
                work.payments = paid.map(|(at, minor)| Payment { at, amount: money(minor) }).collect();
            }
            work
        };
        for month in ["2026-05", "2026-06", "2026-07"].map(month) {
            prop_assert_eq!(
                earned(&world, work(&lines), month),
                earned(&world, work(&whole), month)
            );
        }
    }

    #[test]
    fn shares_of_lines_are_those_of_the_sale_but_for_less_than_a_cent_a_line(
        pieces in pieces(), first in 1u32..9_000,
    ) {
        let points = [first, 10_000 - first - 500, 500].map(BasisPoints::new).to_vec();
        let three = Renderers::new(vec![staff(1), staff(2), staff(3)], Shares::Points(points)).unwrap();
        let (lines, whole) = both_ways(&pieces, true);
        let recipe = BaseRecipe::default();
        let (split, at_once) = (bases_of(&lines, &three, &recipe), bases_of(&[whole], &three, &recipe));
        for (split, at_once) in split.iter().zip(&at_once) {
            prop_assert!((split - at_once).abs() < i64::try_from(lines.len()).unwrap() + 1);
        }
        // All together have the same either way.
        prop_assert_eq!(split.iter().sum::<i64>(), at_once.iter().sum::<i64>());
    }
}
