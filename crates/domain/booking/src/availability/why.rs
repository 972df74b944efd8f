//! Why a start cannot be had: the slow path, walked only when somebody asks.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::combine::Combination;
use super::plan::PartPlan;
use super::search::{Placed, Search};
use super::span::{Span, container, floor, holds, instant};
use super::starts::{Start, TakesPart, asked_starts, starts};
use super::{Explained, Reason, Refusal, Refused, Slot, StaffWish};
use crate::catalogue::Offering;

impl Search<'_> {
    /// The slot at exactly `start`, or every reason why there is none. The window must hold that start.
    pub(super) fn check(&self, start: OffsetDateTime) -> Result<Slot, Refused> {
        let at = floor(start);
        let known = starts(self, &[Span { from: at, to: at + 1 }]);
        let candidate = known.each().next().filter(|_| start.nanosecond() == 0);
        let mut combination = Combination::new(self, self.chains.clone());
        let slot = candidate.and_then(|candidate| self.place(candidate, &mut combination));
        let mut refusals = self.timing(at);
        match slot {
            Some(slot) if refusals.is_empty() => Ok(slot),
            fits => {
                if fits.is_none() {
                    refusals.extend(self.why_not(at, candidate));
                }
                Err(Refused { start, refusals })
            }
        }
    }

    /// The first starts of the grid in the window that cannot be had, at most so many. What lies beyond them is not
    /// looked at.
    pub(super) fn refusals(&self, most: usize) -> Explained {
        let known = starts(self, &[self.window]);
        let mut known = known.each().peekable();
        let mut combination = Combination::new(self, self.chains.clone());
        let (mut refused, mut free) = (Vec::new(), 0);
        for at in asked_starts(self, self.window) {
            if refused.len() >= most {
                return Explained {
                    refused,
                    free,
                    more_from: Some(instant(at)),
                };
            }
            while known.next_if(|start| start.at < at).is_some() {}
            let candidate = known.next_if(|start| start.at == at);
            let fits = candidate.is_some_and(|start| self.place(start, &mut combination).is_some());
            let mut refusals = self.timing(at);
            if !fits {
                refusals.extend(self.why_not(at, candidate));
            }
            if refusals.is_empty() {
                free += 1;
            } else {
                let start = instant(at);
                refused.push(Refused { start, refusals });
            }
        }
        Explained {
            refused,
            free,
            more_from: None,
        }
    }

    fn timing(&self, at: i64) -> BTreeSet<Refusal> {
        let mut refusals = BTreeSet::new();
        let mut refuse = |reason| {
            refusals.insert(Refusal {
                reason,
                part: None,
                staff: None,
            })
        };
        if instant(at) < self.request.now {
            refuse(Reason::InThePast);
        } else if at < self.allowed.from {
            refuse(Reason::Notice);
        }
        if at >= self.allowed.to {
            refuse(Reason::Horizon);
        }
        refusals
    }

    /// What stops the first part, in the order asked for, that does not go together with those before it.
    /// Never empty.
    fn why_not(&self, at: i64, candidate: Option<Start<'_>>) -> BTreeSet<Refusal> {
        let mut refusals = self.why_not_begin(at, candidate);
        let Some(start) = candidate else {
            refusals.insert(Refusal {
                reason: Reason::OffGrid,
                part: None,
                staff: None,
            });
            return refusals;
        };
        if refusals.is_empty() {
            refusals = self.why_not_go_on(start);
            if !start.on_grid()
                && refusals
                    .iter()
                    .all(|refusal| refusal.reason == Reason::Combination)
            {
                refusals.insert(Refusal {
                    reason: Reason::OffGrid,
                    part: None,
                    staff: None,
                });
            }
        }
        refusals
    }

    /// What stops the first part of each guest who begins then.
    fn why_not_begin(&self, at: i64, candidate: Option<Start<'_>>) -> BTreeSet<Refusal> {
        let mut refusals = BTreeSet::new();
        for index in self.chains.iter().filter_map(|chain| chain.first()) {
            let Some(part) = self.parts.get(*index) else {
                continue;
            };
            refusals.extend(self.why_not_part(*index, part, at));
            if self.chains.len() == 1
                && let Some(start) = candidate
            {
                refusals.extend(off_grid(*index, part, start));
            }
        }
        refusals
    }

    /// Each first part fits alone: how many parts can be brought together, and what stops the next one.
    fn why_not_go_on(&self, start: Start<'_>) -> BTreeSet<Refusal> {
        let all: Vec<usize> = self.chains.iter().flatten().copied().collect();
        let mut so_far: Vec<Placed> = Vec::new();
        for (count, stopped) in all.iter().enumerate() {
            let known = all.get(..=count).unwrap_or_default();
            let chains = self.chains.iter().map(|chain| {
                chain
                    .iter()
                    .filter(|part| known.contains(part))
                    .copied()
                    .collect()
            });
            match Combination::new(self, chains.collect()).place_as_asked(start) {
                Some(placed) => so_far = placed,
                None => return self.why_not_next(*stopped, &so_far, start),
            }
        }
        BTreeSet::from([self.combination(None)])
    }

    fn why_not_next(&self, stopped: usize, so_far: &[Placed], start: Start<'_>) -> BTreeSet<Refusal> {
        let Some(part) = self.parts.get(stopped) else {
            return BTreeSet::from([self.combination(None)]);
        };
        let chain = self.chains.iter().find(|chain| chain.contains(&stopped));
        let before = so_far
            .iter()
            .rev()
            .find(|placed| chain.is_some_and(|chain| chain.contains(&placed.part)));
        // As soon as it could begin: at the start, or when the client of the part before it is free.
        let at = before.map_or(start.at, |placed| {
            let free = placed.at + self.parts.get(placed.part).map_or(0, |part| part.client.to);
            (free - part.client.from).max(start.at)
        });
        let refusals = self.why_not_part(stopped, part, at);
        if refusals.is_empty() {
            BTreeSet::from([self.combination(Some(stopped))])
        } else {
            refusals
        }
    }

    const fn combination(&self, part: Option<usize>) -> Refusal {
        Refusal {
            reason: Reason::Combination,
            part,
            staff: None,
        }
    }

    /// Why a part alone cannot start then; empty if it can.
    fn why_not_part(&self, index: usize, part: &PartPlan<'_>, at: i64) -> BTreeSet<Refusal> {
        let mut refusals = BTreeSet::new();
        let whole = |reason| Refusal {
            reason,
            part: Some(index),
            staff: None,
        };
        if part.service.offering == Offering::Retired {
            return BTreeSet::from([whole(Reason::NotSold)]);
        }
        if part.team.is_empty() {
            let staff = match part.wish {
                StaffWish::Only(staff) => Some(staff),
                StaffWish::Any | StaffWish::Rather(_) | StaffWish::Offered(_) => None,
            };
            let refusal = whole(Reason::CannotDoService);
            return BTreeSet::from([Refusal { staff, ..refusal }]);
        }
        let open = Span {
            from: at,
            to: at + part.open_to,
        };
        if container(&self.business_open, open).is_none() {
            refusals.insert(whole(Reason::Closed));
        }
        if !part.team.iter().any(|member| holds(&member.starts, at)) {
            for member in &part.team {
                let needs = part.needs.iter();
                let reasons = needs.flat_map(|need| need.span.refusals(&member.diary, at));
                refusals.extend(reasons.map(|reason| Refusal {
                    reason,
                    part: Some(index),
                    staff: Some(member.facts.id),
                }));
            }
        }
        for pool in &part.pools {
            let free = |diary| pool.span.refusals(diary, at).is_empty();
            if !pool.seats.iter().any(|seat| free(&seat.diary)) {
                refusals.insert(whole(Reason::Resource {
                    resource: pool.kind.clone(),
                }));
            }
        }
        refusals
    }
}

/// Whoever is free then, but may not begin then, if nobody may.
fn off_grid(index: usize, part: &PartPlan<'_>, start: Start<'_>) -> Vec<Refusal> {
    let staff = part.team.iter().filter(|member| holds(&member.starts, start.at));
    let pools = part.pools.iter().enumerate();
    let seats = pools.flat_map(|(place, pool)| {
        let free = pool.seats.iter().filter(|seat| holds(&seat.starts, start.at));
        free.map(move |seat| (TakesPart::Seat(place), &seat.diary))
    });
    let mut free = staff
        .clone()
        .map(|member| (TakesPart::Staff, &member.diary))
        .chain(seats);
    if free.any(|(role, diary)| start.belongs_to(index, role, diary.subject)) {
        return Vec::new();
    }
    staff
        .map(|member| Refusal {
            reason: Reason::OffGrid,
            part: Some(index),
            staff: Some(member.facts.id),
        })
        .collect()
}
