//! Which starts are looked at: the grid, and where free time begins.

use super::calendar::Calendar;
use super::facts::Facts;
use super::search::PartPlan;
use super::span::Span;
use crate::engagement::Subject;
use crate::policy::{GapFit, GridAnchor};

/// A start that may be offered, and to whom it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) at: i64,
    /// On the grid: anybody may begin then.
    pub(super) on_grid: bool,
    /// Beside the grid: one of these must take part, because it is their free time that begins.
    pub(super) beside: Vec<Subject>,
}

/// All starts of the first part in `[window.from, window.to)`, sorted, each once.
pub(super) fn starts(
    facts: &Facts,
    calendar: &Calendar<'_>,
    part: &PartPlan<'_>,
    window: Span,
) -> Vec<Start> {
    let rules = &facts.policy.rules;
    let step = rules.grid_step.seconds();
    let mut found: Vec<(i64, Option<Subject>)> = Vec::new();
    match rules.grid_anchor {
        GridAnchor::Clock => {
            for day in calendar
                .days()
                .iter()
                .filter(|day| day.start < window.to && window.from < day.end)
            {
                found.extend(calendar.grid(*day, step).into_iter().map(|at| (at, None)));
            }
        }
        GridAnchor::Opening if facts.business.weekly.is_some() => {
            for block in calendar.business_blocks(&facts.business) {
                found.extend(from_opening(block, step).map(|at| (at, None)));
            }
        }
        GridAnchor::Opening => {
            for member in &part.team {
                for block in calendar.blocks(&member.facts.hours) {
                    let subject = Subject::Staff(member.facts.id);
                    found.extend(from_opening(block, step).map(|at| (at, Some(subject))));
                }
            }
        }
    }
    if rules.gap_fit == GapFit::Offered {
        let staff = part.team.iter().filter_map(|member| member.needs.first());
        let seats = part.pools.iter().flat_map(|pool| &pool.seats);
        for candidate in staff
            .chain(seats)
            .filter(|candidate| candidate.begins_the_service())
        {
            found.extend(
                candidate
                    .gap_starts()
                    .map(|at| (at, Some(candidate.diary.subject))),
            );
        }
    }
    found.retain(|(at, _)| window.from <= *at && *at < window.to);
    merged(found)
}

/// The grid of one day whatever the opening: what a refusal is explained for.
pub(super) fn asked_starts(facts: &Facts, calendar: &Calendar<'_>, window: Span) -> Vec<i64> {
    let days = calendar
        .days()
        .iter()
        .filter(|day| day.start < window.to && window.from < day.end);
    let step = facts.policy.rules.grid_step.seconds();
    let mut asked: Vec<i64> = days.flat_map(|day| calendar.grid(*day, step)).collect();
    asked.retain(|at| window.from <= *at && *at < window.to);
    asked
}

fn from_opening(block: Span, step: i64) -> impl Iterator<Item = i64> {
    let some = usize::from(step > 0);
    std::iter::successors(Some(block.from), move |at| at.checked_add(step))
        .take_while(move |at| *at < block.to)
        .take(some.saturating_mul(usize::MAX))
}

fn merged(mut found: Vec<(i64, Option<Subject>)>) -> Vec<Start> {
    found.sort_unstable();
    found.dedup();
    let mut starts: Vec<Start> = Vec::with_capacity(found.len());
    for (at, subject) in found {
        match starts.last_mut() {
            Some(last) if last.at == at => last.beside.extend(subject),
            _none_or_earlier => {
                let on_grid = subject.is_none();
                starts.push(Start {
                    at,
                    on_grid,
                    beside: subject.into_iter().collect(),
                });
            }
        }
    }
    starts
}
