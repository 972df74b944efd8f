//! Which starts are looked at: the grid, and where free time begins.

use super::plan::PartPlan;
use super::search::Search;
use super::span::{Span, holds, union, within};
use crate::catalogue::Minutes;
use crate::engagement::Subject;
use crate::policy::{GapFit, GridAnchor};

/// The grid of a tenant that offers none, as far as refusals are concerned.
const ASKED_STEP: Minutes = Minutes::new(15);

/// Whose time a start beside the grid begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Beside {
    /// In which part.
    pub(super) part: usize,
    pub(super) subject: Subject,
}

/// Starts that may be offered, sorted; of one start the grid comes first.
pub(super) struct Starts(Vec<(i64, Option<Beside>)>);

/// A start that may be offered, and to whom it belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start<'s> {
    pub(super) at: i64,
    beside: &'s [(i64, Option<Beside>)],
}

impl Starts {
    pub(super) fn each(&self) -> impl Iterator<Item = Start<'_>> {
        self.0
            .chunk_by(|one, other| one.0 == other.0)
            .filter_map(|beside| {
                Some(Start {
                    at: beside.first()?.0,
                    beside,
                })
            })
    }
}

impl Start<'_> {
    /// A start that is anybody's, on the grid or not.
    pub(super) const fn anybodys(at: i64) -> Self {
        const ANYBODY: [(i64, Option<Beside>); 1] = [(0, None)];
        Self { at, beside: &ANYBODY }
    }

    /// Whether anybody may begin then.
    pub(super) fn on_grid(&self) -> bool {
        self.beside.first().is_some_and(|(_, beside)| beside.is_none())
    }

    /// Whether a part that begins then may do so because this subject takes part.
    pub(super) fn belongs_to(&self, part: usize, subject: Subject) -> bool {
        let wanted = Some(Beside { part, subject });
        self.on_grid() || self.beside.iter().any(|(_, beside)| *beside == wanted)
    }
}

/// All starts of the visit in one of `among`.
pub(super) fn starts(search: &Search<'_>, among: &[Span]) -> Starts {
    let rules = &search.facts.policy.rules;
    let mut found: Vec<(i64, Option<Beside>)> = Vec::new();
    let (Some(first), Some(last)) = (among.first(), among.last()) else {
        return Starts(found);
    };
    let all = Span {
        from: first.from,
        to: last.to,
    };
    let step = rules.grid_step.seconds();
    match rules.grid_anchor {
        GridAnchor::Clock => {
            for day in search.calendar.days_of(all) {
                search
                    .calendar
                    .grid(*day, step, among, |at| found.push((at, None)));
            }
        }
        GridAnchor::Opening => {
            for (opening, beside) in openings(search, all) {
                from_opening(opening, step, among, |at| found.push((at, beside)));
            }
        }
    }
    if rules.gap_fit == GapFit::Offered {
        for (part, plan) in search.first_parts() {
            let gaps = gap_starts(part, plan).filter(|(at, _)| holds(among, *at));
            found.extend(gaps.map(|(at, beside)| (at, Some(beside))));
        }
    }
    found.sort_unstable();
    found.dedup();
    Starts(found)
}

/// The starts that a refusal is explained for: the grid whatever the opening.
pub(super) fn asked_starts(search: &Search<'_>, window: Span) -> Vec<i64> {
    let rules = &search.facts.policy.rules;
    let step = match rules.grid_step {
        Minutes::NONE => ASKED_STEP.seconds(),
        step => step.seconds(),
    };
    let mut asked = Vec::new();
    for day in search.calendar.days_of(window) {
        search.calendar.grid(*day, step, &[window], |at| asked.push(at));
    }
    match rules.grid_anchor {
        GridAnchor::Clock => {}
        GridAnchor::Opening => {
            // Inside an opening the clock's grid is none; outside it tells that it is closed.
            let openings: Vec<Span> = openings(search, window)
                .into_iter()
                .map(|(span, _)| span)
                .collect();
            let open = union(openings.clone());
            asked.retain(|at| !holds(&open, *at));
            for opening in openings {
                from_opening(opening, step, &[window], |at| asked.push(at));
            }
            asked.sort_unstable();
            asked.dedup();
        }
    }
    asked
}

/// Where a grid that begins at the opening begins: the openings of the business, which are everybody's, or
/// on days without rules those of whoever could begin.
fn openings(search: &Search<'_>, window: Span) -> Vec<(Span, Option<Beside>)> {
    let calendar = &search.calendar;
    let mut openings = Vec::new();
    for day in calendar.days() {
        if let Some(of_business) = calendar.business_openings(*day, &search.facts.business) {
            openings.extend(of_business.into_iter().map(|opening| (opening, None)));
            continue;
        }
        for (part, plan) in search.first_parts() {
            for member in &plan.team {
                let subject = member.diary.subject;
                let of_member = calendar.openings(*day, &member.facts.hours).into_iter();
                openings.extend(of_member.map(|opening| (opening, Some(Beside { part, subject }))));
            }
        }
    }
    openings.retain(|(opening, _)| opening.overlaps(window));
    openings
}

fn from_opening(opening: Span, step: i64, among: &[Span], mut each: impl FnMut(i64)) {
    if step <= 0 {
        return;
    }
    for span in within(among, opening) {
        let past = span.from.max(opening.from) - opening.from;
        let mut at = opening.from.saturating_add(past + (step - past % step) % step);
        while at < span.to.min(opening.to) {
            each(at);
            at = at.saturating_add(step);
        }
    }
}

fn gap_starts<'p>(part: usize, plan: &'p PartPlan<'_>) -> impl Iterator<Item = (i64, Beside)> + 'p {
    let staff_need = plan.needs.first().filter(|need| need.span.begins_the_service());
    let staff = staff_need.into_iter().flat_map(move |need| {
        let diaries = plan.team.iter().map(|member| &member.diary);
        diaries.flat_map(move |diary| need.span.gap_starts(diary).map(move |at| (at, diary.subject)))
    });
    let pools = plan.pools.iter().filter(|pool| pool.span.begins_the_service());
    let seats = pools.flat_map(|pool| {
        let diaries = pool.seats.iter().map(|seat| &seat.diary);
        diaries.flat_map(move |diary| pool.span.gap_starts(diary).map(move |at| (at, diary.subject)))
    });
    staff
        .chain(seats)
        .map(move |(at, subject)| (at, Beside { part, subject }))
}
