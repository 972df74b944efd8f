//! Parts one after another, followed as if each chain had the business for itself.

use super::super::search::Search;
use super::super::span::{Span, holds, intersection, union, within};

/// Parts of which each needs its client after another has let theirs go, at most the allowed wait later. Set-up
/// and clean-up may run beside other parts, but none begins before the visit does. At most eight, so that a set of
/// them is the bits of one number.
pub(super) struct Chain {
    /// In the order asked for.
    pub(super) parts: Vec<usize>,
    /// For each, the places of its guest's parts.
    guests: Vec<usize>,
    /// For each, the earlier ones that are asked for in the same words: exchanging them changes nothing.
    twins: Vec<usize>,
}

/// What may follow what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Freedom {
    AsAsked,
    AnyOrder,
}

impl Chain {
    pub(super) fn new(search: &Search<'_>, parts: Vec<usize>) -> Self {
        let plans: Vec<_> = parts.iter().filter_map(|part| search.parts.get(*part)).collect();
        let set_of = |wanted: &dyn Fn(usize) -> bool| {
            (0..plans.len())
                .filter(|place| wanted(*place))
                .fold(0, |set, place| set | 1 << place)
        };
        let guests = plans
            .iter()
            .map(|plan| set_of(&|other| plans.get(other).is_some_and(|other| other.guest == plan.guest)));
        let guests = guests.collect();
        let same = |one: usize, other: usize| match (plans.get(one), plans.get(other)) {
            (Some(a), Some(b)) => (a.guest, a.service.id, a.wish) == (b.guest, b.service.id, b.wish),
            (None, _) | (_, None) => false,
        };
        let twins = (0..plans.len())
            .map(|place| set_of(&|other| other < place && same(other, place)))
            .collect();
        Self { parts, guests, twins }
    }

    /// Whether each part alone could begin before the chain must have ended: a cheap look before the long one.
    pub(super) fn could_follow(&self, search: &Search<'_>, start: i64) -> bool {
        let plans = || self.parts.iter().filter_map(|part| search.parts.get(*part));
        let set_up = plans().map(|plan| plan.client.from).max().unwrap_or(0);
        let longest = plans().fold(set_up, |sum, plan| {
            sum + plan.client.to - plan.client.from + search.wait
        });
        let reach = Span {
            from: start,
            to: start + longest + 1,
        };
        plans().all(|plan| !within(&plan.starts, reach).is_empty())
    }

    pub(super) fn full(&self) -> usize {
        (1 << self.parts.len()) - 1
    }

    /// The parts that may follow after those of `done`, with the set that is done then.
    pub(super) fn next(&self, done: usize, freedom: Freedom) -> impl Iterator<Item = (usize, usize)> + '_ {
        let left = self.full() & !done;
        // A guest who has begun is served to the end before the next one begins.
        let begun = self
            .guests
            .iter()
            .find(|guest| **guest & done != 0 && **guest & left != 0);
        let allowed = begun.map_or(left, |guest| left & guest);
        let first_only = match freedom {
            Freedom::AsAsked => 1,
            Freedom::AnyOrder => usize::MAX,
        };
        let places = (0..self.parts.len()).filter(move |place| allowed & 1 << place != 0);
        let untwinned =
            places.filter(move |place| self.twins.get(*place).is_some_and(|twins| twins & left == 0));
        untwinned
            .take(first_only)
            .filter_map(move |place| Some((*self.parts.get(place)?, done | 1 << place)))
    }
}

/// When the client of the last part can be free, by the set of the parts that are done.
pub(super) type Ends = Vec<Vec<Span>>;

/// Forwards along a chain, as if it had the business for itself; `None` if it does not get to its end.
pub(super) fn ends(search: &Search<'_>, chain: &Chain, start: i64, freedom: Freedom) -> Option<Ends> {
    let full = chain.full();
    let mut ends: Ends = vec![Vec::new(); full + 1];
    for (part, done) in chain.next(0, freedom) {
        let plan = search.parts.get(part)?;
        if holds(&plan.starts, start) {
            let end = start + plan.client.to;
            ends.get_mut(done)?.push(Span {
                from: end,
                to: end + 1,
            });
        }
    }
    for done in 1..full {
        let from = std::mem::take(ends.get_mut(done)?);
        if from.is_empty() {
            continue;
        }
        let ready: Vec<Span> = from
            .iter()
            .map(|end| Span {
                from: end.from,
                to: end.to + search.wait,
            })
            .collect();
        let ready = union(ready);
        for (part, then) in chain.next(done, freedom) {
            let plan = search.parts.get(part)?;
            let known = ends.get_mut(then)?;
            let beginnings = ready.iter().map(|ready| Span {
                from: (ready.from - plan.client.from).max(start),
                to: ready.to - plan.client.from,
            });
            known.extend(beginnings.flat_map(|beginning| {
                let starts = within(&plan.starts, beginning).iter();
                starts.map(move |starts| Span {
                    from: starts.from.max(beginning.from) + plan.client.to,
                    to: starts.to.min(beginning.to) + plan.client.to,
                })
            }));
            *known = union(std::mem::take(known));
        }
        *ends.get_mut(done)? = from;
    }
    (!ends.last()?.is_empty()).then_some(ends)
}

/// Backwards along a chain: of `ends` those from which the rest can be had, up to an end in `last`.
pub(super) fn open_ends(
    search: &Search<'_>,
    chain: &Chain,
    ends: &Ends,
    (start, last): (i64, Span),
    freedom: Freedom,
) -> Ends {
    let mut open = ends.clone();
    if let Some(full) = open.last_mut() {
        *full = intersection(full, &[last]);
    }
    for done in (1..chain.full()).rev() {
        let Some(from) = ends.get(done).filter(|from| !from.is_empty()) else {
            continue;
        };
        let mut going_on = Vec::new();
        for (part, then) in chain.next(done, freedom) {
            let (Some(plan), Some(then)) = (search.parts.get(part), open.get(then)) else {
                continue;
            };
            for then in then {
                let mut starts = then.moved(-plan.client.to);
                starts.from = starts.from.max(start);
                going_on.extend(within(&plan.starts, starts).iter().map(|fitting| Span {
                    from: fitting.from.max(starts.from) + plan.client.from - search.wait,
                    to: fitting.to.min(starts.to) + plan.client.from,
                }));
            }
        }
        if let Some(open) = open.get_mut(done) {
            *open = intersection(from, &union(going_on));
        }
    }
    open
}
