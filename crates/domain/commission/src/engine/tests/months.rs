//! Whole months against the slow calculation, and the laws that every month keeps.

use proptest::prelude::*;

use super::generated::{computed, everybody, months, rule_lists, values, works, worlds};
use super::reference::{self, Exact, World};
use super::*;
use crate::base::EarnOn;
use crate::split::Renderers;

/// Everything that is told of a person's month, as the slow calculation has it.
fn agrees(world: &World, month: Month) -> Result<(), TestCaseError> {
    let figures = computed(world, month);
    prop_assert_eq!(
        figures
            .staff
            .iter()
            .map(|figure| figure.staff)
            .collect::<Vec<_>>(),
        everybody()
    );
    for figure in figures.staff {
        let expected = reference::of_person(world, figure.staff, month);
        let lines: Vec<_> = figure
            .lines
            .iter()
            .map(|line| {
                let amount = |money: Money| money.amount_minor();
                let (base, commission) = (amount(line.base), amount(line.commission));
                let seconds = line.reason.rendered_seconds;
                (line.appointment, base, commission, amount(line.tip), seconds)
            })
            .collect();
        prop_assert_eq!(lines, expected.lines);
        for group in &figure.groups {
            let Some(expected) = expected.groups.get(&group.rule.id) else {
                return Err(TestCaseError::fail("a group that nothing belongs to"));
            };
            prop_assert_eq!(group.figure.amount_minor(), expected.figure);
            prop_assert_eq!(group.base_minor, expected.base);
            prop_assert_eq!(group.measured, expected.measured);
            prop_assert_eq!(usize::try_from(group.lines).unwrap(), expected.parts.len());
            if group.rule.value.rule_type() != RuleType::Fixed {
                let rounding = match Exact::whole(expected.figure).cmp(&expected.exact) {
                    std::cmp::Ordering::Less => Rounding::Down,
                    std::cmp::Ordering::Equal => Rounding::Exact,
                    std::cmp::Ordering::Greater => Rounding::Up,
                };
                prop_assert_eq!(group.rounding, rounding);
            }
        }
        prop_assert_eq!(figure.groups.len(), expected.groups.len());
        prop_assert_eq!(figure.commission.amount_minor(), expected.commission);
        prop_assert_eq!(figure.tip.amount_minor(), expected.tip);
        prop_assert_eq!(figure.top_up.amount_minor(), expected.top_up);
        prop_assert_eq!(figure.hours.hundredths(), expected.hundredths_of_hours);
        prop_assert_eq!(
            usize::try_from(figure.services_rendered).unwrap(),
            expected.services_rendered
        );
    }
    Ok(())
}

fn minor(amounts: impl Iterator<Item = Money>) -> i64 {
    amounts.map(Money::amount_minor).sum()
}

/// Where everything that was charged, or the fee for not coming, was paid and went back. What was free, or never paid, cannot go back.
fn all_given_back(world: &World) -> World {
    let mut world = world.clone();
    world.work.retain_mut(|work| {
        let sale = &mut work.sale;
        sale.refunded = match work.outcome {
            Outcome::Rendered => sale.charged.max(sale.paid),
            Outcome::NoShow { fee } => fee,
        };
        let was_paid = !matches!(work.outcome, Outcome::Rendered) || sale.paid.is_positive();
        sale.refunded.is_positive() && was_paid
    });
    world
}

proptest! {
    #[test]
    fn every_figure_of_every_month_is_that_of_the_slow_calculation(world in worlds()) {
        for month in months() {
            agrees(&world, month)?;
        }
    }

    #[test]
    fn lines_add_up_to_the_total_and_groups_do_too(world in worlds()) {
        for figure in months().into_iter().flat_map(|month| computed(&world, month).staff) {
            let commission = figure.commission.amount_minor();
            prop_assert_eq!(minor(figure.lines.iter().map(|line| line.commission)), commission);
            prop_assert_eq!(minor(figure.groups.iter().map(|group| group.figure)), commission);
            prop_assert_eq!(minor(figure.lines.iter().map(|line| line.tip)), figure.tip.amount_minor());
            for line in &figure.lines {
                let steps: i64 = line.reason.base_steps.iter().map(|step| step.amount_minor).sum();
                prop_assert_eq!(steps, line.base.amount_minor());
                prop_assert!(line.base.amount_minor() >= 0 && line.commission.amount_minor() >= 0);
            }
        }
    }

    #[test]
    fn the_order_of_events_and_rules_never_changes_a_result(
        (world, work, rules) in worlds().prop_flat_map(|world| {
            let work = Just(world.work.clone()).prop_shuffle();
            let rules = Just(world.rules.clone()).prop_shuffle();
            (Just(world), work, rules)
        }),
    ) {
        let mut shuffled = World { work, rules, settings: world.settings.clone() };
        for work in &mut shuffled.work {
            work.payments.reverse();
            if let Some(tip) = &mut work.tip {
                tip.entered.reverse();
            }
        }
        for month in months() {
            prop_assert_eq!(computed(&world, month), computed(&shuffled, month));
        }
    }

    #[test]
    fn running_again_gives_the_same_hash(world in worlds()) {
        for month in months() {
            prop_assert_eq!(
                computed(&world, month).content_hash(),
                computed(&world.clone(), month).content_hash()
            );
        }
    }

    #[test]
    fn an_unrelated_person_changes_nothing(world in worlds(), others in works(), value in values(true)) {
        let stranger = staff(77);
        let mut more = world.clone();
        for (mut theirs, number) in others.into_iter().zip(100..) {
            theirs.id = crate::test_support::appointment(number);
            theirs.renderers = Renderers::alone(stranger);
            theirs.tip = theirs.tip.map(|tip| Tip::of(tip.amount));
            more.work.push(theirs);
        }
        more.rules.push(rule(999, RuleScope::Staff(stranger), value));
        for month in months() {
            let mut after = computed(&more, month);
            after.staff.retain(|figure| figure.staff != stranger);
            prop_assert_eq!(after, computed(&world, month));
        }
    }

    #[test]
    fn refunding_everything_earns_nothing(world in worlds()) {
        let refunded = all_given_back(&world);
        for figure in months().into_iter().flat_map(|month| computed(&refunded, month).staff) {
            prop_assert_eq!(figure.commission, kes(0));
            prop_assert!(figure.lines.iter().all(|line| line.base == kes(0)));
        }
    }

    /// What is earned as it is paid may, in one month, by the cent that an earlier one was short of.
    #[test]
    fn a_commission_of_rates_never_exceeds_its_base(world in worlds()) {
        for figure in months().into_iter().flat_map(|month| computed(&world, month).staff) {
            for group in figure.groups.iter().filter(|group| group.rule.value.rule_type() != RuleType::Fixed) {
                let of_months = i64::from(group.rule.value.base().earn_on == EarnOn::Payment);
                prop_assert!(group.figure.amount_minor() <= group.base_minor + of_months);
            }
        }
    }

    #[test]
    fn rules_that_nobody_meets_change_nothing(work in works(), rules in rule_lists()) {
        let world = World { work, rules, settings: settings() };
        let mut more = world.clone();
        more.rules.push(rule(998, RuleScope::Category(category("no-such-family")), percent(5_000)));
        for month in months() {
            prop_assert_eq!(computed(&world, month), computed(&more, month));
        }
    }
}
