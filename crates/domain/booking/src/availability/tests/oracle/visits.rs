//! Visits of several services by trying everything: every order, every wait, every person, every seat.

use super::*;

/// One part at its time, with what it claims.
#[derive(Clone)]
struct Tried {
    part: usize,
    /// When its client is free again.
    free: time::OffsetDateTime,
    claims: Vec<Claim>,
}

/// What a visit costs: whether another order is needed, the minutes from its start until each chain's last
/// client is free, the order by the places that the parts have in the order asked for.
type Cost = (bool, i64, Vec<usize>);

struct Tries<'a> {
    oracle: &'a Oracle<'a>,
    request: &'a SlotRequest,
    start: time::OffsetDateTime,
    best: Option<Cost>,
}

impl Tries<'_> {
    fn service(&self, part: usize) -> &Service {
        let wanted = self.request.parts[part].service;
        self.oracle
            .facts
            .services
            .iter()
            .find(|service| service.id == wanted)
            .unwrap()
    }

    fn guest(&self, part: usize) -> u8 {
        self.request.parts[part].guest
    }

    /// The parts in the order asked for, guest by guest.
    fn as_asked(&self) -> Vec<usize> {
        let mut parts: Vec<usize> = (0..self.request.parts.len()).collect();
        let first_of = |guest: u8| self.request.parts.iter().position(|part| part.guest == guest);
        parts.sort_by_key(|part| (first_of(self.guest(*part)), *part));
        parts
    }

    /// Every order in which the parts of a guest stay together, if any order will do.
    fn orders(&self) -> Vec<Vec<usize>> {
        let as_asked = self.as_asked();
        if self.request.order == PartOrder::AsAsked {
            return vec![as_asked];
        }
        let mut orders = vec![vec![]];
        for _ in &as_asked {
            orders = orders
                .into_iter()
                .flat_map(|order: Vec<usize>| {
                    let left = as_asked.iter().filter(|part| !order.contains(part));
                    left.map(|part| [order.clone(), vec![*part]].concat())
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        let guests = |order: &[usize]| {
            let mut guests: Vec<u8> = order.iter().map(|part| self.guest(*part)).collect();
            guests.dedup();
            guests
        };
        let together = guests(&as_asked);
        orders.retain(|order| {
            let of_order = guests(order);
            let distinct: BTreeSet<u8> = of_order.iter().copied().collect();
            distinct.len() == of_order.len()
                && (self.request.arrangement == Arrangement::InTurn || of_order == together)
        });
        orders
    }

    /// An order as the places that its parts have in the order asked for.
    fn places(&self, order: &[usize]) -> Vec<usize> {
        let as_asked = self.as_asked();
        let place = |part: &usize| as_asked.iter().position(|other| other == part).unwrap();
        order.iter().map(place).collect()
    }

    fn run(&mut self) {
        let as_asked = self.as_asked();
        for order in self.orders() {
            let other = order != as_asked;
            self.go_on(&order, &mut Vec::new(), other);
        }
    }

    fn go_on(&mut self, order: &[usize], tried: &mut Vec<Tried>, other: bool) {
        let cost = (other, self.until_free(tried), self.places(order));
        if self.best.as_ref().is_some_and(|best| *best <= cost) {
            return;
        }
        let Some(part) = order.get(tried.len()).copied() else {
            self.best = Some(cost);
            return;
        };
        let recipe = &self.service(part).recipe;
        let (comes, leaves) = (
            recipe.client_comes().duration(),
            recipe.client_leaves().duration(),
        );
        let last = tried.last().filter(|last| self.follow(last.part, part));
        let starts = match last {
            None => vec![self.start],
            Some(last) => {
                let most = i64::from(self.oracle.facts.policy.rules.wait_between_parts.count());
                let waits = (0..=most / 5).map(|fives| Duration::minutes(fives * 5));
                let starts = waits.map(|wait| last.free + wait - comes);
                // Nothing of a visit begins before it does.
                starts.filter(|at| *at >= self.start).collect()
            }
        };
        for at in starts {
            for claims in self.claims(part, at, tried) {
                let free = at + leaves;
                tried.push(Tried { part, free, claims });
                self.go_on(order, tried, other);
                tried.pop();
            }
        }
    }

    /// Whether one of two parts follows the other: they are one guest's, or the guests come in turn.
    fn follow(&self, one: usize, other: usize) -> bool {
        self.request.arrangement == Arrangement::InTurn || self.guest(one) == self.guest(other)
    }

    /// The minutes from the start until the last client of each chain is free.
    fn until_free(&self, tried: &[Tried]) -> i64 {
        let last = |(index, one): &(usize, &Tried)| {
            let next = tried.get(index + 1);
            next.is_none_or(|next| !self.follow(one.part, next.part))
        };
        let ends = tried.iter().enumerate().filter(last);
        ends.map(|(_, tried)| (tried.free - self.start).whole_minutes())
            .sum()
    }

    /// Every way to render a part at a time that goes with what was tried so far.
    fn claims(&self, part: usize, at: time::OffsetDateTime, tried: &[Tried]) -> Vec<Vec<Claim>> {
        let service = self.service(part);
        let compatible = |claims: &Vec<Claim>| {
            let mut others = tried.iter().flat_map(|tried| &tried.claims);
            !others.any(|other| claims.iter().any(|claim| claim.conflicts(other)))
        };
        let wish = self.request.parts[part].staff;
        let wanted = |staff: &StaffId| !matches!(wish, StaffWish::Only(only) if only != *staff);
        let everybody = self
            .oracle
            .facts
            .staff
            .iter()
            .map(|staff| staff.id)
            .filter(wanted);
        let mut ways: Vec<Vec<Claim>> = everybody
            .filter_map(|staff| self.oracle.staff_claims(service, staff, at))
            .filter(compatible)
            .collect();
        for pool in self.oracle.seat_claims(service, at) {
            let with_seat = |way: Vec<Claim>| {
                let seats = pool.iter().cloned();
                seats
                    .map(|seat| [way.clone(), vec![seat]].concat())
                    .filter(compatible)
                    .collect::<Vec<_>>()
            };
            ways = ways.into_iter().flat_map(with_seat).collect();
        }
        ways
    }
}

/// What the engine's answer costs, after looking whether it can be had at all.
fn cost(tries: &Tries<'_>, slot: &Slot) -> Result<Cost, TestCaseError> {
    let parts = &slot.parts;
    prop_assert!(parts.is_sorted_by_key(|part| (part.time.start(), part.asked)));
    prop_assert_eq!(parts.len(), tries.request.parts.len());
    for (index, part) in parts.iter().enumerate() {
        let asked = tries.request.parts[part.asked];
        prop_assert_eq!((part.service, part.guest), (asked.service, asked.guest));
        let others = parts[..index].iter().flat_map(|other| &other.claims);
        let mut pairs = others.flat_map(|other| part.claims.iter().map(move |claim| (claim, other)));
        prop_assert!(!pairs.any(|(claim, other)| claim.conflicts(other)), "{slot:?}");
        let ways = tries.claims(part.asked, part.time.start(), &[]);
        let way = ways.into_iter().map(crate::engagement::sorted);
        prop_assert!(way.into_iter().any(|way| way == part.claims), "{part:?}");
    }
    let mut guests: Vec<Vec<&SlotPart>> = Vec::new();
    match tries.request.arrangement {
        Arrangement::InTurn => guests.push(parts.iter().collect()),
        Arrangement::Together => {
            let as_asked = tries.as_asked();
            let mut names: Vec<u8> = as_asked.iter().map(|part| tries.guest(*part)).collect();
            names.dedup();
            for name in names {
                guests.push(parts.iter().filter(|part| part.guest == name).collect());
            }
        }
    }
    let most = tries.oracle.facts.policy.rules.wait_between_parts.duration();
    let mut free = Duration::ZERO;
    for chain in &mut guests {
        // One after another is how the clients have them.
        chain.sort_by_key(|part| part.client.start());
        prop_assert_eq!(chain[0].time.start(), tries.start);
        for pair in chain.windows(2) {
            let wait = pair[1].client.start() - pair[0].client.end();
            prop_assert!((Duration::ZERO..=most).contains(&wait), "{slot:?}");
            prop_assert!(pair[1].time.start() >= tries.start, "{slot:?}");
        }
        free += chain.last().unwrap().client.end() - tries.start;
    }
    for part in parts {
        let recipe = &tries.service(part.asked).recipe;
        let (comes, leaves) = (recipe.client_comes(), recipe.client_leaves());
        prop_assert_eq!(part.client.start(), part.time.start() + comes.duration());
        prop_assert_eq!(part.client.end(), part.time.start() + leaves.duration());
    }
    let order: Vec<usize> = guests.iter().flatten().map(|part| part.asked).collect();
    let places = tries.places(&order);
    Ok((order != tries.as_asked(), free.whole_minutes(), places))
}

fn any_parts() -> impl Strategy<Value = (Vec<PartRequest>, PartOrder, Arrangement)> {
    let wish = prop_oneof![
        4 => Just(StaffWish::Any),
        1 => Just(StaffWish::Only(staff(1))),
        1 => Just(StaffWish::Rather(staff(2))),
    ];
    let part = (1_u64..4, wish, 0_u8..3)
        .prop_map(|(number, wish, guest)| PartRequest::new(service(number), wish).for_guest(guest / 2));
    let order = prop::sample::select(vec![PartOrder::Any, PartOrder::AsAsked]);
    let arrangement = prop::sample::select(vec![Arrangement::Together, Arrangement::InTurn]);
    (prop::collection::vec(part, 2..4), order, arrangement)
}

proptest! {
    #![proptest_config(cases(600))]

    /// A visit is offered exactly when trying everything finds one, in the order asked for if that is
    /// possible, with the least waiting, in the first of the orders that have it.
    #[test]
    fn several_services_are_searched_exactly(
        mut salon in any_salon(),
        (parts, order, arrangement) in any_parts(),
        at in 0_i64..96,
    ) {
        salon.facts.policy.rules.grid_step = Minutes::new(5);
        let oracle = Oracle::new(&salon);
        let request = SlotRequest { order, arrangement, ..salon.request(parts) };
        let anywhere = [at, at + 30].map(|quarter| salon.day + Duration::minutes(quarter % 96 * 15));
        let offered = find(&salon.facts, &request).unwrap();
        let offered = offered.iter().map(|slot| slot.time.start()).step_by(9).take(4);
        for start in offered.chain(anywhere) {
            let mut tries = Tries { oracle: &oracle, request: &request, start, best: None };
            tries.run();
            let found = check(&salon.facts, &request, start).unwrap();
            let found = found.map(|slot| cost(&tries, &slot));
            match (found, tries.best) {
                (Ok(found), Some(best)) => prop_assert_eq!(found?, best),
                (Err(refused), None) => prop_assert!(!refused.refusals.is_empty()),
                (found, best) => prop_assert!(false, "{start}: {found:?} where {best:?} is possible"),
            }
        }
    }

    /// Beside the grid as well everything that is offered can be had.
    #[test]
    fn visits_beside_the_grid_can_be_had(
        salon in any_salon(),
        (parts, order, arrangement) in any_parts(),
    ) {
        let oracle = Oracle::new(&salon);
        let request = SlotRequest { order, arrangement, ..salon.request(parts) };
        for slot in find(&salon.facts, &request).unwrap().iter().step_by(3) {
            let start = slot.time.start();
            let tries = Tries { oracle: &oracle, request: &request, start, best: None };
            cost(&tries, slot)?;
        }
    }
}
