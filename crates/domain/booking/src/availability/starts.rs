//! Which starts are looked at: the grid, and where free time begins.

use super::calendar::DAY;
use super::plan::PartPlan;
use super::search::Search;
use super::span::{Span, holds, union};
use crate::catalogue::Minutes;
use crate::engagement::Subject;
use crate::policy::{GapFit, GridAnchor};

/// The grid of a tenant that offers none, as far as refusals are concerned.
const ASKED_STEP: Minutes = Minutes::new(15);

/// An opening that has lasted for so long begins anew at each midnight: whoever is always open opens every day.
pub(super) const OPENING_MOST: i64 = 7 * DAY;

/// Whose time a start beside the grid begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Beside {
    /// In which part.
    pub(super) part: usize,
    /// As what.
    pub(super) role: TakesPart,
    pub(super) subject: Subject,
}

/// As what somebody or something takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TakesPart {
    /// Whoever renders the part.
    Staff,
    /// A seat of the pool at this place among those of the part.
    Seat(usize),
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

    /// Whether a part that begins then may do so because this subject takes part in that role.
    pub(super) fn belongs_to(&self, part: usize, role: TakesPart, subject: Subject) -> bool {
        let wanted = Some(Beside { part, role, subject });
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
                search
                    .calendar
                    .grid_from(opening, step, among, |at| found.push((at, beside)));
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
                search
                    .calendar
                    .grid_from(opening, step, &[window], |at| asked.push(at));
            }
            asked.sort_unstable();
            asked.dedup();
        }
    }
    asked
}

/// Where a grid that begins at the opening begins: the openings of the business, which are everybody's, or
/// on days without rules those of whoever could begin. Those that touch are one, over midnight too.
fn openings(search: &Search<'_>, window: Span) -> Vec<(Span, Option<Beside>)> {
    let calendar = &search.calendar;
    let (mut of_business, mut without_rules) = (Vec::new(), Vec::new());
    for day in calendar.days() {
        match calendar.business_openings(*day, &search.facts.business) {
            Some(openings) => of_business.extend(openings),
            None => without_rules.push(*day),
        }
    }
    let mut openings: Vec<(Span, Option<Beside>)> = Vec::new();
    let mut begun = |spans: Vec<Span>, beside| {
        let anew = union(spans).into_iter().flat_map(|run| calendar.begun_anew(run));
        openings.extend(anew.map(|opening| (opening, beside)));
    };
    begun(of_business, None);
    for (part, plan) in search.first_parts() {
        for member in &plan.team {
            let beside = Beside {
                part,
                role: TakesPart::Staff,
                subject: member.diary.subject,
            };
            let days = without_rules.iter();
            let of_member = days.flat_map(|day| calendar.openings(*day, &member.facts.hours));
            begun(of_member.collect(), Some(beside));
        }
    }
    openings.retain(|(opening, _)| opening.overlaps(window));
    openings
}

/// Where somebody's or something's free time begins: the starts at which a need of the part meets it. Where a
/// service begins without staff, opening times are starts too.
fn gap_starts<'p>(part: usize, plan: &'p PartPlan<'_>) -> impl Iterator<Item = (i64, Beside)> + 'p {
    let beside = move |at: i64, role: TakesPart, subject: Subject| (at, Beside { part, role, subject });
    let diaries = || plan.team.iter().map(|member| &member.diary);
    let staff = plan.needs.iter().flat_map(move |need| {
        diaries().flat_map(move |diary| {
            let starts = need.span.gap_starts(diary);
            starts.map(move |at| beside(at, TakesPart::Staff, diary.subject))
        })
    });
    let first = plan.needs.first();
    let alone = first.is_some_and(|need| !need.span.begins_the_service());
    let openings = diaries().filter(move |_| alone).flat_map(move |diary| {
        let opened = diary.open.iter().flatten();
        opened.map(move |open| beside(open.from, TakesPart::Staff, diary.subject))
    });
    let seats = plan.pools.iter().enumerate().flat_map(move |(index, pool)| {
        let diaries = pool.seats.iter().map(|seat| &seat.diary);
        diaries.flat_map(move |diary| {
            let starts = pool.span.gap_starts(diary);
            starts.map(move |at| beside(at, TakesPart::Seat(index), diary.subject))
        })
    });
    staff.chain(openings).chain(seats)
}
