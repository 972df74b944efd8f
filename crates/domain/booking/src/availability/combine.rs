//! Visits of several services: which order, by whom, where, with how much waiting.
//!
//! For one start the answer is exact: if the parts can be had together from then on, they are found. The
//! order asked for is preferred whatever the waiting; then the one after which the clients are free soonest,
//! which is the one with the least waiting unless it begins with set-up; then the order that names the earlier
//! part first, then whoever's turn it is, part by part.
//!
//! A wait is the client's: from when one part lets them go to when the next one needs them. Nobody is in two
//! places at once, but set-up and clean-up, for which no client is there, may run beside other parts as far as
//! people and places allow.
//!
//! First each chain of parts is followed without regard to who or what it shares with itself and with other
//! chains; that is cheap, refuses most starts, and tells the least waiting there could be. What is left is
//! searched, at most [`STEPS_OF_START`] steps for a start and [`STEPS_OF_SEARCH`] in all, and beyond that
//! [`STEPS_AT_LEAST`] for each start: whatever is found is right, but a start that would need more steps is
//! not offered, and with the steps used up the best found so far counts. Ordinary visits take some dozens.

use super::PartOrder;
use super::plan::PartPlan;
use super::search::{PARTS_MOST, Placed, Search};
use super::span::FAR;
use super::starts::Start;

mod alike;
mod chain;
mod net;
mod trial;
use alike::enough_to_begin;
use chain::{Chain, Ends, Freedom, ends};
use trial::Trial;

/// How many placements are tried for one start.
pub(super) const STEPS_OF_START: u32 = 4_000;
/// How many are tried for all starts of a search together.
pub(super) const STEPS_OF_SEARCH: u32 = 200_000;
/// How many are tried for one start even when those of the search are used up.
pub(super) const STEPS_AT_LEAST: u32 = 64;

/// Several parts to be brought together.
pub(super) struct Combination<'s, 'a> {
    search: &'s Search<'a>,
    chains: Vec<Chain>,
    /// By how much a part must lie after another one so that they cannot be in each other's way.
    clear_after: Vec<[i64; PARTS_MOST]>,
    steps_left: u32,
}

impl<'s, 'a> Combination<'s, 'a> {
    pub(super) fn new(search: &'s Search<'a>, chains: Vec<Vec<usize>>) -> Self {
        let chains = chains.into_iter().filter(|chain| !chain.is_empty());
        Self {
            search,
            chains: chains.map(|parts| Chain::new(search, parts)).collect(),
            clear_after: clear_after(search),
            steps_left: STEPS_OF_SEARCH,
        }
    }

    /// All parts from a start, if they can be had together.
    pub(super) fn place(&mut self, start: Start<'_>) -> Option<Vec<Placed>> {
        let as_asked = self.place_as_asked(start);
        let one_order = self.chains.iter().all(|chain| chain.parts.len() == 1);
        match self.search.request.order {
            PartOrder::Any if as_asked.is_none() && !one_order => self.best(start, Freedom::AnyOrder),
            PartOrder::Any | PartOrder::AsAsked => as_asked,
        }
    }

    /// The same in the order asked for.
    pub(super) fn place_as_asked(&mut self, start: Start<'_>) -> Option<Vec<Placed>> {
        self.best(start, Freedom::AsAsked)
    }

    fn best(&mut self, start: Start<'_>, freedom: Freedom) -> Option<Vec<Placed>> {
        let search = self.search;
        let none_too_late = self
            .chains
            .iter()
            .all(|chain| chain.could_follow(search, start.at));
        if !none_too_late {
            return None;
        }
        if self.chains.len() > 1 && !enough_to_begin(search, &self.chains, start.at, freedom) {
            return None;
        }
        let ends = self
            .chains
            .iter()
            .map(|chain| ends(search, chain, start.at, freedom));
        let ends = ends.collect::<Option<Vec<Ends>>>()?;
        let earliest_ends: Vec<i64> = ends
            .iter()
            .filter_map(|ends| Some(ends.last()?.first()?.from))
            .collect();
        let steps = self.steps_left.clamp(STEPS_AT_LEAST, STEPS_OF_START);
        let mut trial = Trial::new(
            search,
            (&self.chains, &self.clear_after),
            start,
            freedom,
            earliest_ends,
        );
        // Mostly the least waiting can be had, and it is found at once if nothing else is looked at.
        let mut steps_made = trial.run(&ends, trial.least + 1, steps / 2);
        if trial.best.is_none() {
            steps_made += trial.run(&ends, FAR, steps - steps_made);
        }
        self.steps_left = self.steps_left.saturating_sub(steps_made);
        trial.best
    }
}

/// For each part, by how much each of the others must lie after it at least to be out of its way, whoever and
/// whatever takes part.
fn clear_after(search: &Search<'_>) -> Vec<[i64; PARTS_MOST]> {
    let clashes = |earlier: &PartPlan<'_>, later: &PartPlan<'_>| {
        let staff = later.needs.iter().flat_map(|need| {
            let others = earlier.needs.iter();
            others.map(move |other| need.span.clashes_with(&other.span).to)
        });
        let seats = later.pools.iter().flat_map(|pool| {
            let others = earlier.pools.iter().filter(|other| other.kind == pool.kind);
            others.map(move |other| pool.span.clashes_with(&other.span).to)
        });
        staff.chain(seats).max().unwrap_or(-FAR)
    };
    let of_part = |earlier: &PartPlan<'_>| {
        let mut after = [-FAR; PARTS_MOST];
        for (later, after) in search.parts.iter().zip(&mut after) {
            *after = clashes(earlier, later);
        }
        after
    };
    search.parts.iter().map(of_part).collect()
}

#[cfg(test)]
mod tests;
