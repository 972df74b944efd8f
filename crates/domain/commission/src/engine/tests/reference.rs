//! The slow calculation that is obviously right: exact rationals, one sentence of the rules after another, one rule for
//! everything. It shares the engine's words for what is known (work, rules, switches) and none of its arithmetic.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use crate::guarantee::Stretch;
use crate::rule::Rule;
use crate::settings::CommissionSettings;
use crate::work::CompletedAppointment;
use crate::{AppointmentId, Month, RuleId, StaffId};

mod exact;
mod group;
mod line;

pub(super) use exact::Exact;
pub(super) use group::{GroupFigure, marginal, marginal_by_cents, rate_at, retroactive};
pub(super) use line::{ended, local_day};

use line::Part;

/// Everything that the figures of months follow from.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) work: Vec<CompletedAppointment>,
    pub(super) rules: Vec<Rule>,
    pub(super) settings: CommissionSettings,
}

/// What a person's month must come to.
pub(super) struct PersonFigure {
    /// Appointment, base, commission, tip, seconds: in the order of ends and ids.
    pub(super) lines: Vec<(AppointmentId, i64, i64, i64, i64)>,
    /// The bases of the same lines before anything is rounded to money.
    pub(super) bases: Vec<Exact>,
    pub(super) groups: BTreeMap<RuleId, GroupFigure>,
    pub(super) commission: i64,
    pub(super) tip: i64,
    pub(super) top_up: i64,
    pub(super) hundredths_of_hours: i64,
    pub(super) services_rendered: usize,
}

/// Computes a person's month.
pub(super) fn of_person(world: &World, staff: StaffId, month: Month) -> PersonFigure {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for work in &world.work {
        parts.extend(Part::of(world, work, staff, month));
    }
    parts.sort_by_key(|part| (ended(part.work), part.work.id));
    let everything: Vec<&Part<'_>> = parts.iter().collect();
    let won = |part: &Part<'_>| part.won.filter(|_| part.earns).map(|(rule, _)| rule.id);
    let mut told: BTreeMap<AppointmentId, (i64, i64)> = BTreeMap::new();
    let mut groups = BTreeMap::new();
    for rule in &world.rules {
        let group: Vec<&Part<'_>> = parts.iter().filter(|part| won(part) == Some(rule.id)).collect();
        if group.is_empty() {
            continue;
        }
        let figure = group::of_rule(rule, &group, &everything);
        for (place, part) in group.iter().enumerate() {
            told.insert(part.work.id, (figure.bases[place], figure.parts[place]));
        }
        groups.insert(rule.id, figure);
    }
    let earned = |part: &Part<'_>| told.get(&part.work.id).map_or(0, |(_, commission)| *commission);
    // What no rule pays is rounded by itself.
    let base = |part: &Part<'_>| {
        told.get(&part.work.id)
            .map_or(part.base.rounded(), |(base, _)| *base)
    };
    let seconds: i64 = parts.iter().map(|part| part.seconds).sum();
    PersonFigure {
        lines: parts
            .iter()
            .map(|part| (part.work.id, base(part), earned(part), part.tip, part.seconds))
            .collect(),
        bases: parts.iter().map(|part| part.base).collect(),
        commission: parts.iter().map(earned).sum(),
        tip: parts.iter().map(|part| part.tip).sum(),
        top_up: top_up(world, staff, &parts, earned),
        hundredths_of_hours: Exact::part(seconds, 36).rounded(),
        services_rendered: parts.iter().filter(|part| part.is_rendered_here()).count(),
        groups,
    }
}

/// The greater of what is guaranteed and the commission: for each day on which something was rendered, or at once. What
/// is paid later belongs to no day of this month.
fn top_up(world: &World, staff: StaffId, parts: &[Part<'_>], earned: impl Fn(&Part<'_>) -> i64) -> i64 {
    let Some(guarantee) = world.settings.guarantees.get(&staff) else {
        return 0;
    };
    let short = |earned: i64| guarantee.amount_minor.max(earned) - earned;
    match guarantee.per {
        Stretch::Period => short(parts.iter().map(earned).sum()),
        Stretch::Day => {
            let worked = parts.iter().filter(|part| part.is_rendered_here());
            let days: BTreeSet<Date> = worked.map(|part| local_day(ended(part.work))).collect();
            let of_day = |day: Date| -> i64 {
                let here = parts.iter().filter(|part| !part.later);
                let of_day = here.filter(|part| local_day(ended(part.work)) == day);
                of_day.map(&earned).sum()
            };
            days.into_iter().map(|day| short(of_day(day))).sum()
        }
    }
}
