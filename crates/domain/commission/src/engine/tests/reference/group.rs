//! What one rule pays one person in a month.

use super::exact::{Exact, added, by_weight, handed_out};
use super::line::{Part, kept_back, recipe_of};
use crate::base::DeductWhen;
use crate::rule::{Rule, RuleValue, Term};
use crate::tiers::{Measure, MeasureScope, Tier, TierMethod, Tiers};

/// One rule's figure, with what each of its lines gets of it.
pub(in crate::engine::tests) struct GroupFigure {
    pub(in crate::engine::tests) base: i64,
    /// What each of its lines shows of that base.
    pub(in crate::engine::tests) bases: Vec<i64>,
    pub(in crate::engine::tests) measured: Option<i64>,
    /// The figure before it was rounded.
    pub(in crate::engine::tests) exact: Exact,
    pub(in crate::engine::tests) figure: i64,
    pub(in crate::engine::tests) parts: Vec<i64>,
}

/// The rate of the last step whose floor is not above the amount, found by looking at all of them.
pub(in crate::engine::tests) fn rate_at(ladder: &[Tier], amount: Exact) -> Exact {
    let mut rate = 0;
    for tier in ladder {
        if Exact::whole(tier.floor) <= amount {
            rate = tier.rate.value();
        }
    }
    Exact::basis_points(rate)
}

/// Each step pays on what lies between its own floor, which belongs to it, and the next one's, which does not.
pub(in crate::engine::tests) fn marginal(ladder: &[Tier], base: Exact) -> Exact {
    let mut climbed = Exact::NOTHING;
    for (step, tier) in ladder.iter().enumerate() {
        let next = ladder.get(step + 1);
        let top = next.map_or(base, |next| Exact::whole(next.floor).at_most(base));
        let within = top.minus(Exact::whole(tier.floor)).at_least(Exact::NOTHING);
        climbed = climbed.plus(within.times(Exact::basis_points(tier.rate.value())));
    }
    climbed
}

/// The same cent by cent: each cent earns at the rate of the step on which it lies.
pub(in crate::engine::tests) fn marginal_by_cents(ladder: &[Tier], base: i64) -> Exact {
    Exact::sum((0..base).map(|cent| rate_at(ladder, Exact::whole(cent))))
}

pub(in crate::engine::tests) fn retroactive(ladder: &[Tier], base: Exact) -> Exact {
    base.times(rate_at(ladder, base))
}

fn total(parts: &[&Part<'_>]) -> Exact {
    Exact::sum(parts.iter().map(|part| part.base))
}

/// What each line of a ladder earns before anything is kept back, with what the ladder measured.
fn by_ladder(tiers: &Tiers, group: &[&Part<'_>], everything: &[&Part<'_>]) -> (i64, Vec<Exact>) {
    let looks_at: Vec<&Part<'_>> = match tiers.scope() {
        MeasureScope::Rule => group.to_vec(),
        MeasureScope::All => everything
            .iter()
            .filter(|part| part.is_commissionable())
            .copied()
            .collect(),
    };
    let bases = group.iter().map(|part| part.base);
    let ladder = tiers.ladder();
    match (tiers.measure(), tiers.method()) {
        (Measure::Revenue, TierMethod::Retroactive) => {
            let measured = total(&looks_at);
            let rate = rate_at(ladder, measured);
            (measured.rounded(), bases.map(|base| base.times(rate)).collect())
        }
        (Measure::Revenue, TierMethod::Marginal) => {
            let measured = total(&looks_at);
            // Of what everything climbed together a line has the part that its base is of everything.
            let climbed = marginal(ladder, measured);
            let own = |base: Exact| match measured {
                Exact::NOTHING => Exact::NOTHING,
                all => base.over(all).times(climbed),
            };
            (measured.rounded(), bases.map(own).collect())
        }
        (Measure::Count, method) => {
            let counted = |parts: &[&Part<'_>]| {
                let count = parts.iter().filter(|part| part.counts()).count();
                i64::try_from(count).unwrap()
            };
            let measured = counted(&looks_at);
            let earned = group.iter().map(|part| {
                let reached = match method {
                    TierMethod::Retroactive => measured,
                    // The first service lies between 0 and 1, and so on the step of 0.
                    TierMethod::Marginal => {
                        let this = |other: &&Part<'_>| other.work.id == part.work.id;
                        let place = looks_at.iter().position(this).unwrap();
                        counted(&looks_at[..place])
                    }
                };
                part.base.times(rate_at(ladder, Exact::whole(reached)))
            });
            (measured, earned.collect())
        }
    }
}

/// Computes the lines that a rule won, given in the order of their ends and ids, among all lines of the person.
pub(in crate::engine::tests) fn of_rule(
    rule: &Rule,
    group: &[&Part<'_>],
    everything: &[&Part<'_>],
) -> GroupFigure {
    // Of this month, and of the earlier ones. A sum is told in whole cents to each who rendered the service.
    let at_its_term = |part: &Part<'_>, base: Exact, of_sum: (i64, i64), this_month: bool| match part.won {
        Some((_, Term::Rate(rate))) => base.times(Exact::basis_points(rate.value())),
        Some((_, Term::PerService(_))) if this_month => Exact::whole(of_sum.1),
        Some((_, Term::PerService(_))) => Exact::whole(of_sum.0),
        Some((_, Term::Ladder)) | None => Exact::NOTHING,
    };
    let of_sum = |part: &Part<'_>| match part.won {
        Some((_, Term::PerService(amount))) => part.of_sum(amount.amount_minor()),
        Some((_, Term::Rate(_) | Term::Ladder)) | None => (0, 0),
    };
    let now = group
        .iter()
        .map(|part| at_its_term(part, part.base, of_sum(part), true));
    let before = group
        .iter()
        .map(|part| at_its_term(part, part.before, of_sum(part), false));
    let (measured, gross, gross_before) = match &rule.value {
        RuleValue::Percentage { .. } | RuleValue::Fixed { .. } => (None, now.collect(), before.collect()),
        // Each month climbs a ladder of its own: what came before is no part of it.
        RuleValue::Tiered { tiers, .. } => {
            let (measured, gross) = by_ladder(tiers, group, everything);
            (Some(measured), gross, Vec::new())
        }
    };
    let (percents, flat) = kept_back(recipe_of(&rule.value), DeductWhen::After);
    let net = |gross: &Exact, flat: i64| {
        let left = gross.times(Exact::ALL.minus(percents));
        left.minus(Exact::whole(flat)).at_least(Exact::NOTHING)
    };
    let parts: Vec<Exact> = gross
        .iter()
        .zip(group)
        .map(|(gross, part)| net(gross, part.of_sum(flat).1))
        .collect();
    let before = gross_before
        .iter()
        .zip(group)
        .map(|(gross, part)| net(gross, part.of_sum(flat).0));
    let exact = Exact::sum(parts.iter().copied());
    let figure = added(Exact::sum(before), exact);
    let bases: Vec<Exact> = group.iter().map(|part| part.base).collect();
    let bases_before = match &rule.value {
        RuleValue::Percentage { .. } | RuleValue::Fixed { .. } => {
            Exact::sum(group.iter().map(|part| part.before))
        }
        RuleValue::Tiered { .. } => Exact::NOTHING,
    };
    let base = added(bases_before, total(group));
    // Where all lines earn alike, as on a ladder that is climbed together, the figure is spread by their bases.
    let climbed_together = match &rule.value {
        RuleValue::Tiered { tiers, .. } => {
            tiers.measure() == Measure::Revenue && tiers.method() == TierMethod::Marginal
        }
        RuleValue::Percentage { .. } | RuleValue::Fixed { .. } => false,
    };
    let nothing_kept_back = percents == Exact::NOTHING && flat == 0;
    GroupFigure {
        parts: if climbed_together && nothing_kept_back {
            by_weight(figure, &bases)
        } else {
            handed_out(figure, &parts)
        },
        base,
        bases: handed_out(base, &bases),
        measured,
        exact,
        figure,
    }
}
