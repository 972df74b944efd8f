//! The search from one start: parts placed one by one, and taken back where they lead nowhere.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::super::diary::NeedSpan;
use super::super::plan::{Pool, StaffNeedPlan};
use super::super::search::{PARTS_MOST, Placed, Search};
use super::super::span::{FAR, Span, union, within};
use super::super::starts::{Start, TakesPart};
use super::alike::Classes;
use super::chain::{Chain, Ends, Freedom, open_ends};
use super::net::{Net, Point};
use crate::engagement::Subject;

mod same;

/// The search from one start.
pub(super) struct Trial<'t, 's, 'a> {
    search: &'s Search<'a>,
    chains: &'t [Chain],
    clear_after: &'t [[i64; PARTS_MOST]],
    start: Start<'t>,
    freedom: Freedom,
    /// Where the only chain stood when nothing better could be found from there: see [`Trial::situation`].
    exhausted: BTreeSet<Vec<i64>>,
    /// For each chain and set of parts, ends from which the rest of the chain can be had.
    open_ends: Vec<Ends>,
    /// When the client of each chain's last part is free at the earliest, if it had the business for itself.
    earliest_ends: Vec<i64>,
    /// For each part when it could start at all; empty if it cannot.
    reach: Vec<Span>,
    /// Known only once somebody's place might be taken by another.
    classes: OnceCell<Classes>,
    placed: Vec<Placed>,
    /// The parts that are placed, as a set.
    placed_set: usize,
    /// Who renders which of them.
    staff_taken: Vec<(Subject, usize)>,
    /// Which seat is taken in which of them, for which need.
    seats_taken: Vec<(Subject, usize, NeedSpan)>,
    pub(super) best: Option<Vec<Placed>>,
    /// The order of the best, by the places that its parts have in the order asked for.
    best_order: Vec<usize>,
    /// What is found must be below this, as [`Trial::bound`] reckons; or, once something is found, as good and
    /// in an order that names an earlier part first.
    limit: i64,
    /// Nothing can be below this.
    pub(super) least: i64,
    steps_left: u32,
}

/// Where a trial stands.
#[derive(Clone, Copy)]
struct Stand {
    chain: usize,
    done: usize,
    last: Option<usize>,
    net: Net,
}

impl<'t, 's, 'a> Trial<'t, 's, 'a> {
    pub(super) fn new(
        search: &'s Search<'a>,
        (chains, clear_after): (&'t [Chain], &'t [[i64; PARTS_MOST]]),
        start: Start<'t>,
        freedom: Freedom,
        earliest_ends: Vec<i64>,
    ) -> Self {
        Self {
            search,
            chains,
            clear_after,
            start,
            freedom,
            exhausted: BTreeSet::new(),
            open_ends: Vec::new(),
            reach: Vec::new(),
            classes: OnceCell::new(),
            least: earliest_ends.iter().map(|end| end - start.at).sum(),
            earliest_ends,
            placed: Vec::new(),
            placed_set: 0,
            staff_taken: Vec::new(),
            seats_taken: Vec::new(),
            best: None,
            best_order: Vec::new(),
            limit: FAR,
            steps_left: 0,
        }
    }

    /// Looks for the best below a limit; answers how many steps it took.
    pub(super) fn run(&mut self, ends: &[Ends], limit: i64, steps: u32) -> u32 {
        let slack = limit - self.least;
        let chains = self.chains.iter().zip(ends).zip(&self.earliest_ends);
        self.open_ends = chains
            .map(|((chain, ends), earliest)| {
                let last = Span {
                    from: -FAR,
                    to: earliest + slack,
                };
                open_ends(self.search, chain, ends, (self.start.at, last), self.freedom)
            })
            .collect();
        self.reach = self.reach();
        let mut parts = self.chains.iter().flat_map(|chain| &chain.parts);
        if parts.any(|part| self.reach.get(*part).is_none_or(|reach| reach.from >= reach.to)) {
            return 0;
        }
        self.classes = OnceCell::new();
        self.exhausted.clear();
        (self.limit, self.steps_left) = (limit, steps);
        self.go_on(Stand {
            chain: 0,
            done: 0,
            last: None,
            net: Net::new(self.search.parts.len()),
        });
        steps - self.steps_left
    }

    fn step(&mut self) -> bool {
        self.steps_left = self.steps_left.saturating_sub(1);
        self.steps_left > 0
    }

    /// The sum of the ends of all chains, after a start, that a stand can lead to at best: a chain ends when
    /// the client of its last part is free.
    fn bound(&self, net: &Net) -> i64 {
        let leaves = |part: usize| self.search.parts.get(part).map_or(0, |plan| plan.client.to);
        let stays = |part: usize| {
            let client = self.search.parts.get(part).map(|plan| plan.client);
            client.map_or(0, |client| client.to - client.from)
        };
        let mut sum = 0;
        for (chain, earliest) in self.chains.iter().zip(&self.earliest_ends) {
            let mut of_chain = self
                .placed
                .iter()
                .filter(|placed| chain.parts.contains(&placed.part));
            // The clients of a chain follow one another, so the one of the part placed last is free last.
            let ended = of_chain.next_back().map(|last| {
                let (at, _) = net.between(Point::START, Point::of_part(last.part));
                at + leaves(last.part)
            });
            let unplaced = |part: &&usize| !self.is_placed(**part);
            let left: i64 = chain.parts.iter().filter(unplaced).map(|part| stays(*part)).sum();
            let at_best = earliest - self.start.at;
            sum += ended.map_or(at_best, |ended| at_best.max(ended + left));
        }
        sum
    }

    /// Whether nothing better can be found, or nothing more may be tried.
    fn over(&self) -> bool {
        self.steps_left == 0 || (self.limit <= self.least && self.best_order.is_sorted())
    }

    /// Whether a stand can lead to nothing better than what is known.
    fn is_hopeless(&self, net: &Net) -> bool {
        match self.bound(net).cmp(&self.limit) {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal => !self.names_an_earlier_part(),
        }
    }

    /// Whether the parts that are placed begin an order that is, or can become, one before that of the best.
    fn names_an_earlier_part(&self) -> bool {
        let (same, rest) = self
            .best_order
            .split_at(self.best_order.len().min(self.placed.len()));
        match self.order().cmp(same.iter().copied()) {
            Ordering::Less => !self.best_order.is_empty(),
            Ordering::Equal => !rest.is_sorted(),
            Ordering::Greater => false,
        }
    }

    /// The parts that are placed, by their places in the order asked for.
    fn order(&self) -> impl Iterator<Item = usize> + '_ {
        let place = |placed: &Placed| {
            let mut as_asked = self.chains.iter().flat_map(|chain| &chain.parts);
            as_asked.position(|part| *part == placed.part)
        };
        self.placed.iter().filter_map(place)
    }

    fn go_on(&mut self, stand: Stand) {
        if !self.step() || self.is_hopeless(&stand.net) {
            return;
        }
        let Some(chain) = self.chains.get(stand.chain) else {
            self.finish(&stand);
            return;
        };
        if stand.done == chain.full() {
            self.go_on(Stand {
                chain: stand.chain + 1,
                done: 0,
                last: None,
                ..stand
            });
            return;
        }
        let situation = self.situation(&stand);
        if situation
            .as_ref()
            .is_some_and(|known| self.exhausted.contains(known))
        {
            return;
        }
        let next: Vec<(usize, usize)> = chain.next(stand.done, self.freedom).collect();
        for (part, done) in next {
            if self.over() {
                return;
            }
            if let Some(net) = self.after(&stand, part, done) {
                self.place(&Stand { net, done, ..stand }, part);
            }
        }
        // As good once more is of use where another order may name an earlier part first.
        let all_tried = self.steps_left > 0 && (self.freedom == Freedom::AsAsked || self.best.is_none());
        self.exhausted.extend(situation.filter(|_| all_tried));
    }

    /// The net with a part that follows the last one, if that can lead on.
    fn after(&self, stand: &Stand, part: usize, done: usize) -> Option<Net> {
        let (start, point) = (self.start.at, Point::of_part(part));
        let net = match stand.last {
            None => stand.net.with(Point::START, point, (0, 0))?,
            Some(last) => {
                let free = self.search.parts.get(last)?.client.to;
                let after = free - self.search.parts.get(part)?.client.from;
                let wait = (after, after + self.search.wait);
                stand.net.with(Point::of_part(last), point, wait)?
            }
        };
        let reach = self.reach.get(part)?;
        let net = net.with(Point::START, point, (reach.from - start, reach.to - 1 - start))?;
        let ends = self
            .window(&net, part)
            .moved(self.search.parts.get(part)?.client.to);
        let open = self.open_ends.get(stand.chain)?.get(done)?;
        (!within(open, ends).is_empty()).then_some(net)
    }

    /// When each part could start at all, by its number: as part of some chain that leads to an end.
    fn reach(&self) -> Vec<Span> {
        let nowhere = Span { from: FAR, to: -FAR };
        let mut reach = vec![nowhere; self.search.parts.len()];
        for (chain, open) in self.chains.iter().zip(&self.open_ends) {
            for before in 0..chain.full() {
                for (part, done) in chain.next(before, self.freedom) {
                    let ends = open.get(done).map(Vec::as_slice).unwrap_or_default();
                    let (Some(first), Some(last)) = (ends.first(), ends.last()) else {
                        continue;
                    };
                    let leaves = self.search.parts.get(part).map_or(0, |plan| plan.client.to);
                    if let Some(reach) = reach.get_mut(part) {
                        reach.from = reach.from.min(first.from - leaves).max(self.start.at);
                        reach.to = reach.to.max(last.to - leaves);
                    }
                }
            }
        }
        reach
    }

    /// When a part may start as far as the net knows.
    fn window(&self, net: &Net, part: usize) -> Span {
        let (from, to) = net.between(Point::START, Point::of_part(part));
        Span { from, to: to + 1 }.moved(self.start.at)
    }

    /// One part with each member who could render it, in the order of their turns.
    fn place(&mut self, stand: &Stand, part: usize) {
        let search = self.search;
        let Some(plan) = search.parts.get(part) else {
            return;
        };
        let Some(turns) = search.turns(plan, self.start.at) else {
            return;
        };
        let window = self.window(&stand.net, part);
        let mut tried: Vec<usize> = Vec::new();
        for member in turns {
            if self.over() {
                return;
            }
            let Some(of_team) = plan.team.get(*member) else {
                continue;
            };
            if within(&of_team.starts, window).is_empty() {
                continue;
            }
            let subject = of_team.diary.subject;
            let used = self.staff_taken.iter().any(|(taken, _)| *taken == subject);
            if !used && tried.iter().any(|other| self.staff_alike(*other, of_team.index)) {
                continue;
            }
            for net in self.nets_within(&stand.net, part, &of_team.starts) {
                let mut nets = vec![net];
                for (_, other) in self.staff_taken.iter().filter(|(taken, _)| *taken == subject) {
                    let taken = search
                        .parts
                        .get(*other)
                        .map_or_else(Vec::new, |other| staff_clashes(&plan.needs, &other.needs));
                    nets = apart(&nets, (*other, part), &taken);
                }
                for net in nets {
                    let placed = Placed {
                        part,
                        at: self.start.at,
                        member: *member,
                        seats: Vec::with_capacity(plan.pools.len()),
                    };
                    self.seat(&Stand { net, ..*stand }, placed);
                }
            }
            if !used {
                tried.push(of_team.index);
            }
        }
    }

    /// The next pool of a part with each seat that could serve, and on when there is none left.
    fn seat(&mut self, stand: &Stand, placed: Placed) {
        if !self.step() {
            return;
        }
        let search = self.search;
        let Some(plan) = search.parts.get(placed.part) else {
            return;
        };
        let Some(pool) = plan.pools.get(placed.seats.len()) else {
            self.put(stand, placed);
            return;
        };
        let window = self.window(&stand.net, placed.part);
        let mut tried: Vec<usize> = Vec::new();
        for (index, seat) in pool.seats.iter().enumerate() {
            if self.over() {
                return;
            }
            if within(&seat.starts, window).is_empty() {
                continue;
            }
            let subject = seat.diary.subject;
            let used = self.seats_taken.iter().any(|(taken, _, _)| *taken == subject)
                || pools_of(search, &placed).any(|(_, taken)| taken == subject);
            if !used
                && tried
                    .iter()
                    .any(|other| self.seats_alike(&placed, pool, *other, index))
            {
                continue;
            }
            for net in self.nets_within(&stand.net, placed.part, &seat.starts) {
                let mut nets = vec![net];
                for (_, other, need) in self.seats_taken.iter().filter(|(taken, _, _)| *taken == subject) {
                    nets = apart(&nets, (*other, placed.part), &[pool.span.clashes_with(need)]);
                }
                for net in nets {
                    let mut placed = placed.clone();
                    placed.seats.push(index);
                    self.seat(&Stand { net, ..*stand }, placed);
                }
            }
            if !used {
                tried.push(index);
            }
        }
    }

    fn put(&mut self, stand: &Stand, placed: Placed) {
        let part = placed.part;
        let only_chance = self.chains.len() == 1 && stand.last.is_none();
        if only_chance && !self.belongs(&placed) {
            return;
        }
        let (staff, seats) = (self.staff_taken.len(), self.seats_taken.len());
        self.staff_taken
            .extend(self.staff_of(&placed).map(|staff| (staff, part)));
        self.seats_taken
            .extend(pools_of(self.search, &placed).map(|(pool, seat)| (seat, part, pool.span)));
        self.placed.push(placed);
        self.placed_set |= 1 << part;
        self.go_on(Stand {
            last: Some(part),
            ..*stand
        });
        self.placed_set &= !(1 << part);
        self.placed.pop();
        self.staff_taken.truncate(staff);
        self.seats_taken.truncate(seats);
    }

    fn finish(&mut self, stand: &Stand) {
        let begins = |placed: &Placed| {
            stand.net.between(Point::START, Point::of_part(placed.part)).0 == 0 && self.belongs(placed)
        };
        if !self.placed.iter().any(begins) {
            return;
        }
        let mut placed = self.placed.clone();
        for placed in &mut placed {
            // All at their earliest: bounds on differences alone can always be met so.
            placed.at = self.start.at + stand.net.between(Point::START, Point::of_part(placed.part)).0;
        }
        self.limit = self.bound(&stand.net);
        self.best_order = self.order().collect();
        self.best = Some(placed);
    }

    /// Whether the start is one of whoever or whatever takes part in a part that begins then.
    fn belongs(&self, placed: &Placed) -> bool {
        let belongs = |role, subject| self.start.belongs_to(placed.part, role, subject);
        let by_staff = self
            .staff_of(placed)
            .is_some_and(|staff| belongs(TakesPart::Staff, staff));
        let mut seats = pools_of(self.search, placed).enumerate();
        self.start.on_grid()
            || by_staff
            || seats.any(|(place, (_, seat))| belongs(TakesPart::Seat(place), seat))
    }

    fn staff_of(&self, placed: &Placed) -> Option<Subject> {
        let plan = self.search.parts.get(placed.part)?;
        Some(plan.team.get(placed.member)?.diary.subject)
    }

    /// The net with each of the stretches in which a part may start.
    fn nets_within(&self, net: &Net, part: usize, starts: &[Span]) -> Vec<Net> {
        let fitting = within(starts, self.window(net, part)).iter();
        fitting
            .filter_map(|span| {
                let after = (span.from - self.start.at, span.to - 1 - self.start.at);
                net.with(Point::START, Point::of_part(part), after)
            })
            .collect()
    }

    fn is_placed(&self, part: usize) -> bool {
        self.placed_set & 1 << part != 0
    }
}

/// The pools of a part for which a seat was chosen, with the seat.
fn pools_of<'p>(search: &'p Search<'_>, placed: &'p Placed) -> impl Iterator<Item = (&'p Pool, Subject)> {
    let plan = search.parts.get(placed.part);
    let pools = plan.into_iter().flat_map(|plan| &plan.pools).zip(&placed.seats);
    pools.filter_map(|(pool, seat)| Some((pool, pool.seats.get(*seat)?.diary.subject)))
}

/// Every way to keep two parts apart, in each of the nets.
fn apart(nets: &[Net], (earlier, later): (usize, usize), taken: &[Span]) -> Vec<Net> {
    let mut ways = Vec::with_capacity(nets.len());
    for net in nets {
        net.apart(Point::of_part(earlier), Point::of_part(later), taken, &mut ways);
    }
    ways
}

/// By how much one part must not lie after another that the same person renders.
fn staff_clashes(later: &[StaffNeedPlan], earlier: &[StaffNeedPlan]) -> Vec<Span> {
    let clashes = later.iter().flat_map(|later| {
        earlier
            .iter()
            .map(move |earlier| later.span.clashes_with(&earlier.span))
    });
    union(clashes.collect())
}
