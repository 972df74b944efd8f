//! What can be left out of a trial: whoever and whatever could take the place of what was tried, and ways that
//! lead on as others did.

use super::super::alike::Classes;
use super::super::net::Point;
use super::{Stand, Trial};
use crate::availability::plan::Pool;
use crate::availability::search::Placed;

impl Trial<'_, '_, '_> {
    /// All that the rest of an only chain depends on: what is done, when the last part can be, and who and what
    /// is still in the way of those to come. Two ways to get there lead on alike. `None` where that is not known.
    pub(super) fn situation(&self, stand: &Stand) -> Option<Vec<i64>> {
        let last = stand.last.filter(|_| self.chains.len() == 1)?;
        let free = self.search.parts.get(last)?.client.to;
        let left = |part: &usize| !self.is_placed(*part);
        let in_the_way = |placed: &&Placed| {
            let (gap, _) = stand
                .net
                .between(Point::of_part(placed.part), Point::of_part(last));
            let chain = self.chains.iter().flat_map(|chain| &chain.parts);
            let mut to_come = chain.filter(|part| left(part)).filter_map(|part| {
                let comes = self.search.parts.get(*part)?.client.from;
                let clear = self.clear_after.get(placed.part)?.get(*part)?;
                Some(gap + free - comes < *clear)
            });
            to_come.any(|in_the_way| in_the_way)
        };
        let number = |index: usize| i64::try_from(index).unwrap_or(i64::MAX);
        let (first, latest) = stand.net.between(Point::START, Point::of_part(last));
        let mut situation = vec![number(stand.done), number(last), first, latest];
        let mut points = vec![Point::START, Point::of_part(last)];
        for placed in self.placed.iter().filter(in_the_way) {
            situation.extend([number(placed.part), number(placed.member)]);
            situation.extend(placed.seats.iter().map(|seat| number(*seat)));
            let point = Point::of_part(placed.part);
            for other in &points {
                let (least, most) = stand.net.between(*other, point);
                situation.extend([least, most]);
            }
            points.push(point);
        }
        Some(situation)
    }

    fn classes(&self) -> &Classes {
        let classes = || Classes::new(self.search, self.start, &self.reach);
        self.classes.get_or_init(classes)
    }

    /// Whether two who have no part yet could take each other's place in all that is left.
    pub(super) fn staff_alike(&self, one: usize, other: usize) -> bool {
        let classes = &self.classes().staff;
        let (Some(one), Some(other)) = (classes.get(one), classes.get(other)) else {
            return false;
        };
        let mut classes = one.iter().zip(other).enumerate();
        classes.all(|(part, (one, other))| one == other || self.is_placed(part))
    }

    /// Whether two seats that nobody has yet could take each other's place in all that is left.
    pub(super) fn seats_alike(&self, placed: &Placed, pool: &Pool, one: usize, other: usize) -> bool {
        let mut parts = self.search.parts.iter().zip(&self.classes().seats).enumerate();
        parts.all(|(part, (plan, classes))| {
            let chosen = if part == placed.part {
                placed.seats.len()
            } else {
                0
            };
            let mut pools = plan.pools.iter().zip(classes).skip(chosen);
            // The seats of one kind are the same in each pool, in the same order.
            self.is_placed(part)
                || pools
                    .all(|(of, classes)| of.family != pool.family || classes.get(one) == classes.get(other))
        })
    }
}
