//! One group's figure: exact first, rounded once, handed out to the lines.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use ratiba_kernel::BasisPoints;
use ratiba_kernel::money::div_half_away_from_zero;

use super::{Draft, PaidPart, Rounding};
use crate::base::{DeductWhen, KeptBack};
use crate::rule::{RuleValue, Term};
use crate::split::{largest_remainder, spread_by_weight};
use crate::tiers::{Measure, MeasureScope, Tier, TierMethod, TierPart, Tiers};
use crate::work::Outcome;

/// Basis points in a whole.
const WHOLE: i128 = 10_000;

/// A group's figure and what each of its lines gets of it, in the order of the lines.
pub(super) struct Figured {
    pub(super) parts: Vec<i64>,
    pub(super) figure_minor: i64,
    pub(super) rounding: Rounding,
    pub(super) base_minor: i64,
    pub(super) measured: Option<i64>,
    pub(super) tier_parts: Vec<TierPart>,
    /// The lines' exact parts, over one denominator.
    exact: (Vec<i128>, i128),
}

/// What ladders that look at all of a person's lines measure.
pub(super) struct Measured {
    revenue_minor: i64,
    count: i64,
    /// For each draft, how many that count come before it.
    before: Vec<i64>,
}

impl Measured {
    /// Measures the lines that earn commission; `None` if the sum is too large. A line that a rule pays
    /// nothing for on purpose earns none and does not lift the others.
    pub(super) fn of(drafts: &[Draft<'_>]) -> Option<Self> {
        let mut measured = Self {
            revenue_minor: 0,
            count: 0,
            before: Vec::with_capacity(drafts.len()),
        };
        for draft in drafts {
            measured.before.push(measured.count);
            let paid_for = draft
                .candidates
                .first()
                .is_some_and(|winner| !winner.term.is_explicit_zero());
            if draft.earns && paid_for {
                measured.revenue_minor = measured.revenue_minor.checked_add(draft.base_minor)?;
                measured.count += i64::from(counts(draft));
            }
        }
        Some(measured)
    }
}

/// Whether a line moves a ladder of services: rendered, and not given back in full.
fn counts(draft: &Draft<'_>) -> bool {
    match draft.work.outcome {
        Outcome::Rendered => draft.kept.0 > 0 && !draft.is_later(),
        Outcome::NoShow { .. } => false,
    }
}

/// The figure of the lines that one rule won; `None` if a number is too large.
pub(super) fn of_group(
    value: &RuleValue,
    members: &[usize],
    drafts: &[Draft<'_>],
    measured: &Measured,
) -> Option<Figured> {
    let lines: Vec<&Draft<'_>> = members.iter().filter_map(|index| drafts.get(*index)).collect();
    let base_minor = lines
        .iter()
        .try_fold(0_i64, |sum, draft| sum.checked_add(draft.base_minor))?;
    let plain = match value {
        RuleValue::Percentage { .. } => at_rates(&lines, lines.iter().map(|draft| rate_of(draft)))?,
        RuleValue::Fixed { .. } => fixed(&lines)?,
        RuleValue::Tiered { tiers, .. } => match tiers.measure() {
            Measure::Revenue => by_revenue(tiers, &lines, base_minor, measured)?,
            Measure::Count => by_count(tiers, members, &lines, measured)?,
        },
    };
    let kept_back = value.base().kept_back(DeductWhen::After);
    let net = if kept_back == KeptBack::default() {
        plain
    } else {
        deducted(plain, &lines, kept_back)?
    };
    Some(Figured { base_minor, ..net })
}

/// A figure after what the rule keeps back from it: parts of each line's exact commission, and a flat amount
/// for each service; a line's commission is never below nothing. Rounded once, as before.
fn deducted(plain: Figured, lines: &[&Draft<'_>], kept_back: KeptBack) -> Option<Figured> {
    let (gross, denominator) = &plain.exact;
    let denominator = denominator.checked_mul(WHOLE)?;
    let flat_minor = i64::try_from(kept_back.flat_minor).ok()?;
    let mut numerators = Vec::with_capacity(gross.len());
    for (gross, draft) in gross.iter().zip(lines) {
        let flat = match draft.work.outcome {
            Outcome::Rendered => i128::from(part_of_sum(draft, flat_minor)?.0),
            Outcome::NoShow { .. } => 0,
        };
        let kept = gross.checked_mul(WHOLE - kept_back.basis_points)?;
        let net = kept.checked_sub(flat.checked_mul(denominator)?)?;
        numerators.push(net.max(0));
    }
    let exact = numerators
        .iter()
        .try_fold(0_i128, |sum, part| sum.checked_add(*part))?;
    let (figure, rounding) = round(exact, denominator);
    Some(Figured {
        parts: largest_remainder(figure, &numerators, denominator),
        figure_minor: i64::try_from(figure).ok()?,
        rounding,
        exact: (numerators, denominator),
        ..plain
    })
}

/// What of a sum for a service is the line's: of what was not given back, and where it is earned as it is paid of what
/// the month adds, the person's part by largest remainder, so that all parts together are the sum. Says which way it
/// was rounded.
fn part_of_sum(draft: &Draft<'_>, amount_minor: i64) -> Option<(i64, Rounding)> {
    let kept = i128::from(amount_minor).checked_mul(i128::from(draft.kept.0))?;
    let (sum, exact, denominator) = match draft.paid {
        None => {
            let denominator = i128::from(draft.kept.1);
            (div_half_away_from_zero(kept, denominator), kept, denominator)
        }
        Some(PaidPart { before, through, due }) => {
            let denominator = i128::from(draft.kept.1).checked_mul(i128::from(due))?;
            let until = |paid: i64| {
                let part = kept.checked_mul(i128::from(paid))?;
                Some(div_half_away_from_zero(part, denominator))
            };
            let added = kept.checked_mul(i128::from(through - before))?;
            (until(through)? - until(before)?, added, denominator)
        }
    };
    let sum = i64::try_from(sum).ok()?;
    let part = draft.work.renderers.divide(sum).get(draft.place).copied()?;
    let exact = exact.checked_mul(i128::from(draft.share.numerator))?;
    let told = i128::from(part)
        .checked_mul(denominator)?
        .checked_mul(i128::from(draft.share.denominator))?;
    Some((part, rounding_of(told, exact)))
}

/// Which way an exact number went, both over one denominator.
fn rounding_of(told: i128, exact: i128) -> Rounding {
    match told.cmp(&exact) {
        Ordering::Equal => Rounding::Exact,
        Ordering::Greater => Rounding::Up,
        Ordering::Less => Rounding::Down,
    }
}

fn rate_of(draft: &Draft<'_>) -> BasisPoints {
    match draft.candidates.first().map(|winner| winner.term) {
        Some(Term::Rate(rate)) => rate,
        Some(Term::PerService(_) | Term::Ladder) | None => BasisPoints::new(0),
    }
}

/// Each line's base at a rate of its own.
fn at_rates(lines: &[&Draft<'_>], rates: impl Iterator<Item = BasisPoints>) -> Option<Figured> {
    // A base within 64 bits times a rate of at most 10,000, summed over lines: far within 128 bits.
    let numerators: Vec<i128> = lines
        .iter()
        .zip(rates)
        .map(|(draft, rate)| i128::from(draft.base_minor) * i128::from(rate.value()))
        .collect();
    let exact: i128 = numerators.iter().sum();
    let (figure, rounding) = round(exact, WHOLE);
    Some(Figured {
        parts: largest_remainder(figure, &numerators, WHOLE),
        figure_minor: i64::try_from(figure).ok()?,
        rounding,
        base_minor: 0,
        measured: None,
        tier_parts: Vec::new(),
        exact: (numerators, WHOLE),
    })
}

/// A sum for each service; a refund takes its part of the sum, and what is left is divided among those who rendered it.
/// Every sum is a figure of its own, so it is rounded where it stands.
fn fixed(lines: &[&Draft<'_>]) -> Option<Figured> {
    let mut parts = Vec::with_capacity(lines.len());
    let (mut total, mut rounded_up_by) = (0_i64, 0_i64);
    for draft in lines {
        let amount = match (
            draft.candidates.first().map(|winner| winner.term),
            draft.work.outcome,
        ) {
            (Some(Term::PerService(amount)), Outcome::Rendered) => amount.amount_minor(),
            (Some(Term::PerService(_)), Outcome::NoShow { .. }) => 0,
            (Some(Term::Rate(_) | Term::Ladder) | None, _) => 0,
        };
        let (part, rounding) = part_of_sum(draft, amount)?;
        rounded_up_by += match rounding {
            Rounding::Exact => 0,
            Rounding::Up => 1,
            Rounding::Down => -1,
        };
        total = total.checked_add(part)?;
        parts.push(part);
    }
    let exact = parts.iter().map(|part| i128::from(*part)).collect();
    Some(Figured {
        parts,
        exact: (exact, 1),
        figure_minor: total,
        rounding: match rounded_up_by.signum() {
            0 => Rounding::Exact,
            1 => Rounding::Up,
            _below => Rounding::Down,
        },
        base_minor: 0,
        measured: None,
        tier_parts: Vec::new(),
    })
}

fn by_revenue(tiers: &Tiers, lines: &[&Draft<'_>], base_minor: i64, all: &Measured) -> Option<Figured> {
    let measured = match tiers.scope() {
        MeasureScope::Rule => base_minor,
        MeasureScope::All => all.revenue_minor,
    };
    let figured = match tiers.method() {
        TierMethod::Retroactive => {
            let reached = tiers.tier_at(measured);
            let rates = std::iter::repeat_n(reached.rate, lines.len());
            Figured {
                tier_parts: vec![part_of(reached, base_minor)],
                ..at_rates(lines, rates)?
            }
        }
        TierMethod::Marginal => {
            let cut = tiers.cut(measured);
            let climbed: i128 = cut
                .iter()
                .map(|part| i128::from(part.part_minor) * i128::from(part.rate.value()))
                .sum();
            // A group that is measured with others earns its part of what all of them climbed.
            let (numerator, denominator) = if measured == base_minor {
                (climbed, WHOLE)
            } else {
                let part = climbed.checked_mul(i128::from(base_minor))?;
                (part, WHOLE * i128::from(measured.max(1)))
            };
            let (figure, rounding) = round(numerator, denominator);
            let figure_minor = i64::try_from(figure).ok()?;
            let weights: Vec<i64> = lines.iter().map(|draft| draft.base_minor).collect();
            let exact = weights
                .iter()
                .map(|base| climbed.checked_mul(i128::from(*base)))
                .collect::<Option<Vec<i128>>>()?;
            Figured {
                exact: (exact, WHOLE * i128::from(measured.max(1))),
                parts: spread_by_weight(figure_minor, &weights),
                figure_minor,
                rounding,
                base_minor: 0,
                measured: None,
                tier_parts: cut,
            }
        }
    };
    Some(Figured {
        measured: Some(measured),
        ..figured
    })
}

fn by_count(tiers: &Tiers, members: &[usize], lines: &[&Draft<'_>], all: &Measured) -> Option<Figured> {
    let mut own_before = Vec::with_capacity(lines.len());
    let mut own_count = 0_i64;
    for draft in lines {
        own_before.push(own_count);
        own_count += i64::from(counts(draft));
    }
    let measured = match tiers.scope() {
        MeasureScope::Rule => own_count,
        MeasureScope::All => all.count,
    };
    // The n-th service climbs from n - 1 to n, and so lies on the step that holds n - 1.
    let steps: Vec<Tier> = members
        .iter()
        .zip(own_before)
        .map(|(index, own_before)| match (tiers.method(), tiers.scope()) {
            (TierMethod::Retroactive, _) => tiers.tier_at(measured),
            (TierMethod::Marginal, MeasureScope::Rule) => tiers.tier_at(own_before),
            (TierMethod::Marginal, MeasureScope::All) => {
                tiers.tier_at(all.before.get(*index).copied().unwrap_or(0))
            }
        })
        .collect();
    let mut tier_parts: BTreeMap<i64, TierPart> = BTreeMap::new();
    for (draft, step) in lines.iter().zip(&steps) {
        let part = tier_parts.entry(step.floor).or_insert(part_of(*step, 0));
        part.part_minor = part.part_minor.checked_add(draft.base_minor)?;
    }
    Some(Figured {
        measured: Some(measured),
        tier_parts: tier_parts.into_values().collect(),
        ..at_rates(lines, steps.iter().map(|step| step.rate))?
    })
}

const fn part_of(tier: Tier, part_minor: i64) -> TierPart {
    TierPart {
        floor: tier.floor,
        rate: tier.rate,
        part_minor,
    }
}

fn round(numerator: i128, denominator: i128) -> (i128, Rounding) {
    let rounded = div_half_away_from_zero(numerator, denominator);
    // Rounding moves by half a unit at most: the product fits where the numerator does.
    (
        rounded,
        rounding_of(rounded.saturating_mul(denominator), numerator),
    )
}
