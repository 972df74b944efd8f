//! One group's figure: exact first, rounded once, handed out to the lines.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use ratiba_kernel::BasisPoints;
use ratiba_kernel::money::div_half_away_from_zero;

use super::{Draft, Rounding};
use crate::base::{DeductWhen, KeptBack};
use crate::fine::{self, IN_A_MINOR_UNIT};
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
    /// The lines' bases, as they are shown: together the group's.
    pub(super) bases: Vec<i64>,
    pub(super) base_minor: i64,
    pub(super) measured: Option<i64>,
    pub(super) tier_parts: Vec<TierPart>,
}

/// What ladders that look at all of a person's lines measure.
pub(super) struct Measured {
    /// In ten-thousandths of a minor unit.
    revenue: i128,
    count: i64,
    /// For each draft, how many that count come before it.
    before: Vec<i64>,
}

impl Measured {
    /// Measures the lines that earn commission; `None` if the sum is too large. A line that a rule pays
    /// nothing for on purpose earns none and does not lift the others.
    pub(super) fn of(drafts: &[Draft<'_>]) -> Option<Self> {
        let mut measured = Self {
            revenue: 0,
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
                measured.revenue = measured.revenue.checked_add(draft.base)?;
                measured.count += i64::from(counts(draft));
            }
        }
        i64::try_from(fine::to_minor(measured.revenue)).ok()?;
        Some(measured)
    }
}

/// Whether a line moves a ladder of services: rendered, and not given back in full.
fn counts(draft: &Draft<'_>) -> bool {
    match draft.work.outcome {
        Outcome::Rendered => draft.kept.minor > 0 && !draft.is_later(),
        Outcome::NoShow { .. } => false,
    }
}

/// What the lines of a group earn before anything is rounded, over one denominator.
struct Exact {
    parts: Vec<i128>,
    /// What earned in earlier months on the same work, at the same rate: the months' figures converge on that of the whole. Nothing
    /// where each month climbs a ladder of its own.
    before: Vec<i128>,
    denominator: i128,
    /// Of sums that are rounded where they stand, which way they were.
    rounded: Option<Rounding>,
    measured: Option<i64>,
    tier_parts: Vec<TierPart>,
    /// Whether all lines earn alike, so that the figure is handed out by their bases.
    by_base: bool,
}

impl Exact {
    const fn over(denominator: i128, parts: Vec<i128>) -> Self {
        Self {
            parts,
            before: Vec::new(),
            denominator,
            rounded: None,
            measured: None,
            tier_parts: Vec::new(),
            by_base: false,
        }
    }
}

/// What several numbers over one denominator add to what was there before, in whole units: what both round to, less what that
/// alone did. Off by less than a unit, and over all months by half a one at most.
fn added(before: &[i128], parts: &[i128], denominator: i128) -> Option<(i128, i128)> {
    let sum = |numbers: &[i128]| {
        let mut numbers = numbers.iter();
        numbers.try_fold(0_i128, |sum, number| sum.checked_add(*number))
    };
    let (before, exact) = (sum(before)?, sum(parts)?);
    let rounded = |number| div_half_away_from_zero(number, denominator);
    let whole = rounded(before.checked_add(exact)?) - rounded(before);
    Some((whole, exact))
}

/// The figure of the lines that one rule won; `None` if a number is too large.
pub(super) fn of_group(
    value: &RuleValue,
    members: &[usize],
    drafts: &[Draft<'_>],
    measured: &Measured,
) -> Option<Figured> {
    let lines: Vec<&Draft<'_>> = members.iter().filter_map(|index| drafts.get(*index)).collect();
    let own: Vec<i128> = lines.iter().map(|draft| draft.base).collect();
    let earlier: Vec<i128> = match value {
        RuleValue::Percentage { .. } | RuleValue::Fixed { .. } => {
            lines.iter().map(|draft| draft.earned_before).collect()
        }
        RuleValue::Tiered { .. } => Vec::new(),
    };
    let (base, exact_base) = added(&earlier, &own, IN_A_MINOR_UNIT)?;
    let base_minor = i64::try_from(base).ok()?;
    let bases = largest_remainder(base, &own, IN_A_MINOR_UNIT);
    let exact = match value {
        RuleValue::Percentage { .. } => Exact {
            before: at_rates(&earlier, lines.iter().map(|draft| rate_of(draft)))?.parts,
            ..at_rates(&own, lines.iter().map(|draft| rate_of(draft)))?
        },
        RuleValue::Fixed { .. } => fixed(&lines)?,
        RuleValue::Tiered { tiers, .. } => match tiers.measure() {
            Measure::Revenue => by_revenue(tiers, &own, (exact_base, base_minor), measured)?,
            Measure::Count => by_count(tiers, members, &lines, (&own, &bases), measured)?,
        },
    };
    let kept_back = value.base().kept_back(DeductWhen::After);
    let net = if kept_back == KeptBack::default() {
        exact
    } else {
        deducted(exact, &lines, kept_back)?
    };
    let (figure, exact) = added(&net.before, &net.parts, net.denominator)?;
    let figure_minor = i64::try_from(figure).ok()?;
    let parts = if net.by_base {
        let unit = fine::common_divisor(own.iter().copied());
        let weights: Option<Vec<i64>> = own.iter().map(|base| i64::try_from(base / unit).ok()).collect();
        spread_by_weight(figure_minor, &weights?)
    } else {
        largest_remainder(figure, &net.parts, net.denominator)
    };
    // Rounding moves by less than a unit: the product fits where the sum does.
    let told = figure.saturating_mul(net.denominator);
    Some(Figured {
        parts,
        figure_minor,
        rounding: net.rounded.unwrap_or_else(|| rounding_of(told, exact)),
        bases,
        base_minor,
        measured: net.measured,
        tier_parts: net.tier_parts,
    })
}

/// What is left after what the rule keeps back from it: parts of each line's exact commission, and a flat amount
/// for each service; a line's commission is never below nothing.
fn deducted(gross: Exact, lines: &[&Draft<'_>], kept_back: KeptBack) -> Option<Exact> {
    let numbers = gross.parts.iter().chain(&gross.before).copied();
    let unit = fine::common_divisor(numbers.chain([gross.denominator]));
    let denominator = (gross.denominator / unit).checked_mul(WHOLE)?;
    let flat_minor = i64::try_from(kept_back.flat_minor).ok()?;
    let net = |gross: i128, flat: i64| {
        let kept = (gross / unit).checked_mul(WHOLE - kept_back.basis_points)?;
        let net = kept.checked_sub(i128::from(flat).checked_mul(denominator)?)?;
        Some(net.max(0))
    };
    let (mut parts, mut before) = (Vec::with_capacity(lines.len()), Vec::new());
    for (place, draft) in lines.iter().enumerate() {
        let flat = match draft.work.outcome {
            Outcome::Rendered => part_of_sum(draft, flat_minor)?,
            Outcome::NoShow { .. } => PartOfSum::NOTHING,
        };
        parts.push(net(gross.parts.get(place).copied()?, flat.minor)?);
        if let Some(earlier) = gross.before.get(place) {
            before.push(net(*earlier, flat.before_minor)?);
        }
    }
    Some(Exact {
        parts,
        before,
        denominator,
        rounded: None,
        by_base: false,
        ..gross
    })
}

/// What of a sum for a service is a line's.
struct PartOfSum {
    /// What was earned of it in earlier months.
    before_minor: i64,
    minor: i64,
    /// Which way it was rounded.
    rounding: Rounding,
}

impl PartOfSum {
    const NOTHING: Self = Self {
        before_minor: 0,
        minor: 0,
        rounding: Rounding::Exact,
    };
}

/// What of a sum for a service is the line's: of what was not given back the person's part by largest remainder, so that all
/// parts together are the sum, and of that, where it is earned as it is paid, what the month adds.
fn part_of_sum(draft: &Draft<'_>, amount_minor: i64) -> Option<PartOfSum> {
    let kept = fine::part(i128::from(amount_minor), draft.kept.minor, draft.kept.of_minor);
    let parts = draft.work.renderers.divide(i64::try_from(kept).ok()?);
    let own = i128::from(parts.get(draft.place).copied()?);
    let (through, before) = draft.paid.map_or((own, 0), |paid| paid.shares(own));
    let (came, due) = draft
        .paid
        .map_or((1, 1), |paid| (paid.through - paid.before, paid.due));
    let product = |numbers: [i128; 4]| numbers.into_iter().try_fold(1_i128, i128::checked_mul);
    let (share, of) = (draft.share.numerator, draft.share.denominator);
    let (kept, of_all) = (draft.kept.minor, draft.kept.of_minor);
    let exact = product([amount_minor.into(), kept.into(), share.into(), came.into()])?;
    let told = product([through - before, of_all.into(), of.into(), due.into()])?;
    Some(PartOfSum {
        before_minor: i64::try_from(before).ok()?,
        minor: i64::try_from(through - before).ok()?,
        rounding: rounding_of(told, exact),
    })
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
fn at_rates(bases: &[i128], rates: impl Iterator<Item = BasisPoints>) -> Option<Exact> {
    let lines = bases.iter().zip(rates);
    let parts: Option<Vec<i128>> = lines
        .map(|(base, rate)| base.checked_mul(i128::from(rate.value())))
        .collect();
    Some(Exact::over(WHOLE * IN_A_MINOR_UNIT, parts?))
}

/// A sum for each service; a refund takes its part of the sum, and what is left is divided among those who rendered it.
/// Every sum is a figure of its own, so it is rounded where it stands.
fn fixed(lines: &[&Draft<'_>]) -> Option<Exact> {
    let (mut parts, mut before) = (Vec::with_capacity(lines.len()), Vec::with_capacity(lines.len()));
    let mut rounded_up_by = 0_i64;
    for draft in lines {
        let amount = match (
            draft.candidates.first().map(|winner| winner.term),
            draft.work.outcome,
        ) {
            (Some(Term::PerService(amount)), Outcome::Rendered) => amount.amount_minor(),
            (Some(Term::PerService(_)), Outcome::NoShow { .. }) => 0,
            (Some(Term::Rate(_) | Term::Ladder) | None, _) => 0,
        };
        let part = part_of_sum(draft, amount)?;
        rounded_up_by += match part.rounding {
            Rounding::Exact => 0,
            Rounding::Up => 1,
            Rounding::Down => -1,
        };
        before.push(i128::from(part.before_minor));
        parts.push(i128::from(part.minor));
    }
    Some(Exact {
        before,
        rounded: Some(match rounded_up_by.signum() {
            0 => Rounding::Exact,
            1 => Rounding::Up,
            _below => Rounding::Down,
        }),
        ..Exact::over(1, parts)
    })
}

/// A ladder of revenue: the group's base, exact and as it is shown, climbs alone or with all lines that earn.
fn by_revenue(tiers: &Tiers, own: &[i128], (base, base_minor): (i128, i64), all: &Measured) -> Option<Exact> {
    let measured = match tiers.scope() {
        MeasureScope::Rule => base,
        MeasureScope::All => all.revenue,
    };
    let shown = i64::try_from(fine::to_minor(measured)).ok()?;
    // A floor is whole minor units: nothing finer decides on which step an amount lies.
    let whole = i64::try_from(measured / IN_A_MINOR_UNIT).ok()?;
    let exact = match tiers.method() {
        TierMethod::Retroactive => {
            let reached = tiers.tier_at(whole);
            let rates = std::iter::repeat_n(reached.rate, own.len());
            Exact {
                tier_parts: vec![part_of(reached, base_minor)],
                ..at_rates(own, rates)?
            }
        }
        TierMethod::Marginal => {
            let climbed: i128 = tiers
                .cut_fine(measured)
                .map(|(part, rate)| part * i128::from(rate.value()))
                .sum();
            // A line earns the part of what was climbed together that its base is of what was measured.
            let unit = fine::common_divisor(own.iter().copied().chain([measured]));
            let parts: Option<Vec<i128>> = own.iter().map(|base| climbed.checked_mul(base / unit)).collect();
            let together = WHOLE * IN_A_MINOR_UNIT;
            Exact {
                tier_parts: tiers.cut(shown),
                by_base: true,
                ..Exact::over(together.checked_mul((measured / unit).max(1))?, parts?)
            }
        }
    };
    Some(Exact {
        measured: Some(shown),
        ..exact
    })
}

fn by_count(
    tiers: &Tiers,
    members: &[usize],
    lines: &[&Draft<'_>],
    (own, shown): (&[i128], &[i64]),
    all: &Measured,
) -> Option<Exact> {
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
    for (base, step) in shown.iter().zip(&steps) {
        let part = tier_parts.entry(step.floor).or_insert(part_of(*step, 0));
        part.part_minor = part.part_minor.checked_add(*base)?;
    }
    Some(Exact {
        measured: Some(measured),
        tier_parts: tier_parts.into_values().collect(),
        ..at_rates(own, steps.iter().map(|step| step.rate))?
    })
}

const fn part_of(tier: Tier, part_minor: i64) -> TierPart {
    TierPart {
        floor: tier.floor,
        rate: tier.rate,
        part_minor,
    }
}
