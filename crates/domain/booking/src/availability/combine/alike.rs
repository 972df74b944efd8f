//! Who and what could take each other's place: trying one of them is trying all.

use super::super::search::{PARTS_MOST, Search};
use super::super::span::{Span, holds, within};
use super::super::starts::{Start, TakesPart};
use super::chain::{Chain, Freedom};
use crate::engagement::Subject;

/// For each part, everybody and every seat by when they could take part, within the part's reach.
pub(super) struct Classes {
    /// By the place among all staff and by part.
    pub(super) staff: Vec<[usize; PARTS_MOST]>,
    /// By part, pool and seat.
    pub(super) seats: Vec<Vec<Vec<usize>>>,
}

/// Whoever cannot take part at all.
const NEVER: usize = 0;
/// Whoever can take part whenever the part could be had.
const ALWAYS: usize = 1;

/// The classes of one part: numbers for what was seen so far.
struct Numbers {
    reach: Span,
    seen: Vec<(bool, Vec<Span>)>,
}

impl Numbers {
    fn of(&mut self, starts: &[Span], begins: bool) -> usize {
        let clipped = within(starts, self.reach).iter().map(|span| Span {
            from: span.from.max(self.reach.from),
            to: span.to.min(self.reach.to),
        });
        let mut peek = clipped.clone();
        match (peek.next(), begins) {
            (None, _) => return NEVER,
            (Some(all), false) if all == self.reach => return ALWAYS,
            (Some(_), _) => {}
        }
        let known = self
            .seen
            .iter()
            .position(|(began, spans)| *began == begins && spans.iter().copied().eq(clipped.clone()));
        let number = known.unwrap_or_else(|| {
            self.seen.push((begins, clipped.collect()));
            self.seen.len() - 1
        });
        number + 2
    }
}

impl Classes {
    pub(super) fn new(search: &Search<'_>, start: Start<'_>, reach: &[Span]) -> Self {
        let mut classes = Self {
            staff: vec![[NEVER; PARTS_MOST]; search.facts.staff.len()],
            seats: Vec::with_capacity(search.parts.len()),
        };
        // Whether the start belongs to somebody matters only where it does not belong to all.
        let begins = |part: usize, role: TakesPart, subject: Subject| {
            !start.on_grid() && start.belongs_to(part, role, subject)
        };
        for (part, (plan, reach)) in search.parts.iter().zip(reach).enumerate() {
            let mut numbers = Numbers {
                reach: *reach,
                seen: Vec::new(),
            };
            for member in &plan.team {
                let classes = classes.staff.get_mut(member.index);
                if let Some(class) = classes.and_then(|classes| classes.get_mut(part)) {
                    let begins = begins(part, TakesPart::Staff, member.diary.subject);
                    *class = numbers.of(&member.starts, begins);
                }
            }
            let mut numbers = Numbers {
                reach: *reach,
                seen: Vec::new(),
            };
            let pools = plan.pools.iter().enumerate().map(|(place, pool)| {
                let seats = pool.seats.iter();
                let class = |seat: &super::super::plan::Seat| {
                    let begins = begins(part, TakesPart::Seat(place), seat.diary.subject);
                    numbers.of(&seat.starts, begins)
                };
                seats.map(class).collect()
            });
            classes.seats.push(pools.collect());
        }
        classes
    }
}

/// Whether there are enough people and seats for all who begin at the start: nobody serves two at once.
pub(super) fn enough_to_begin(search: &Search<'_>, chains: &[Chain], at: i64, freedom: Freedom) -> bool {
    let sure = chains.iter().filter(|chain| match freedom {
        Freedom::AsAsked => true,
        Freedom::AnyOrder => chain.parts.len() == 1,
    });
    let first = sure.filter_map(|chain| search.parts.get(*chain.parts.first()?));
    let first: Vec<_> = first.collect();
    let by_staff = first.iter().filter(|plan| {
        plan.needs
            .first()
            .is_some_and(|need| need.span.begins_the_service())
    });
    let staff = by_staff.map(|plan| {
        let free = plan.team.iter().filter(|member| holds(&member.starts, at));
        free.map(|member| member.index).collect()
    });
    if !matched(&staff.collect::<Vec<_>>()) {
        return false;
    }
    let begins = |plan: &&&super::super::plan::PartPlan<'_>| {
        plan.pools.iter().any(|pool| pool.span.begins_the_service())
    };
    let mut kinds: Vec<_> = first
        .iter()
        .filter(begins)
        .flat_map(|plan| &plan.pools)
        .map(|pool| &pool.kind)
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.into_iter().all(|kind| {
        let pools = first.iter().flat_map(|plan| &plan.pools);
        let pools = pools.filter(|pool| pool.kind == *kind && pool.span.begins_the_service());
        let seats = pools.map(|pool| {
            let free = pool
                .seats
                .iter()
                .enumerate()
                .filter(|(_, seat)| holds(&seat.starts, at));
            free.map(|(index, _)| index).collect()
        });
        matched(&seats.collect::<Vec<_>>())
    })
}

/// Whether each can have one of its options to itself.
fn matched(options: &[Vec<usize>]) -> bool {
    let mut taken: Vec<(usize, usize)> = Vec::with_capacity(options.len());
    (0..options.len()).all(|who| finds(who, options, &mut taken, &mut Vec::new()))
}

/// Gives one an option, and whoever had it another one.
fn finds(
    who: usize,
    options: &[Vec<usize>],
    taken: &mut Vec<(usize, usize)>,
    asked: &mut Vec<usize>,
) -> bool {
    for option in options.get(who).map(Vec::as_slice).unwrap_or_default() {
        if asked.contains(option) {
            continue;
        }
        asked.push(*option);
        let holder = taken.iter().position(|(of, _)| of == option);
        let Some(place) = holder else {
            taken.push((*option, who));
            return true;
        };
        let holder = taken.get(place).map_or(who, |(_, holder)| *holder);
        if finds(holder, options, taken, asked) {
            if let Some(taken) = taken.iter_mut().find(|(of, by)| of == option && *by == holder) {
                taken.1 = who;
            }
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests;
