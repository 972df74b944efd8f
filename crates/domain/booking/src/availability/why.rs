//! Why a start cannot be had: the slow path, walked only when somebody asks.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::search::{PartPlan, Search};
use super::span::{Span, container, floor, instant};
use super::starts::{Start, asked_starts};
use super::{Reason, Refusal, Refused, Slot, StaffWish};
use crate::catalogue::Offering;
use crate::engagement::Subject;

impl Search<'_> {
    /// The slot at exactly `start`, or every reason why there is none. The window must hold that start.
    pub(super) fn check(&self, start: OffsetDateTime) -> Result<Slot, Refused> {
        let at = floor(start);
        let known = self.starts(Span { from: at, to: at + 1 }).into_iter().next();
        let candidate = known.filter(|_| start.nanosecond() == 0);
        let slot = candidate.as_ref().and_then(|candidate| self.place(candidate));
        let timing = self.timing(at);
        match slot {
            Some(slot) if timing.is_empty() => Ok(slot),
            fits => {
                let mut refusals = timing;
                if fits.is_none() {
                    refusals.extend(self.why_not(at, candidate.as_ref()));
                }
                Err(Refused { start, refusals })
            }
        }
    }

    /// Every start of the grid in the window that cannot be had.
    pub(super) fn refusals(&self) -> Vec<Refused> {
        let mut starts = self.starts(self.window).into_iter().peekable();
        let mut refused = Vec::new();
        for at in asked_starts(self.facts, &self.calendar, self.window) {
            while starts.next_if(|start| start.at < at).is_some() {}
            let candidate = starts.peek().filter(|start| start.at == at);
            let fits = candidate.is_some_and(|candidate| self.place(candidate).is_some());
            let mut refusals = self.timing(at);
            if !fits {
                refusals.extend(self.why_not(at, candidate));
            }
            if !refusals.is_empty() {
                refused.push(Refused {
                    start: instant(at),
                    refusals,
                });
            }
        }
        refused
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

    /// The reasons of all parts, each reckoned at once after the one before; never empty.
    fn why_not(&self, at: i64, candidate: Option<&Start>) -> BTreeSet<Refusal> {
        let mut refusals = BTreeSet::new();
        let mut part_at = at;
        for (index, part) in self.parts.iter().enumerate() {
            refusals.extend(self.why_not_part(index, part, part_at));
            if index == 0 {
                refusals.extend(off_grid(part, part_at, candidate));
            }
            part_at += part.length;
        }
        if refusals.is_empty() {
            // Each part fits alone: what is missing is the time between them.
            refusals.insert(Refusal {
                reason: Reason::Combination,
                part: None,
                staff: None,
            });
        }
        refusals
    }

    fn why_not_part(&self, index: usize, part: &PartPlan<'_>, at: i64) -> BTreeSet<Refusal> {
        let mut refusals = BTreeSet::new();
        let part_index = Some(index);
        let whole = |reason| Refusal {
            reason,
            part: part_index,
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
            return BTreeSet::from([Refusal {
                reason: Reason::CannotDoService,
                part: part_index,
                staff,
            }]);
        }
        if container(
            &self.business_open,
            Span {
                from: at,
                to: at + part.open_to,
            },
        )
        .is_none()
        {
            refusals.insert(whole(Reason::Closed));
        }
        for member in &part.team {
            for need in &member.needs {
                refusals.extend(need.refusals(at, index, member.facts.id));
            }
        }
        for pool in &part.pools {
            if !pool.seats.iter().any(|seat| seat.fits(at)) {
                refusals.insert(whole(Reason::Resource {
                    resource: pool.kind.clone(),
                }));
            }
        }
        refusals
    }
}

/// Whoever is free then, but may not begin then.
fn off_grid(part: &PartPlan<'_>, at: i64, candidate: Option<&Start>) -> Vec<Refusal> {
    let reason = Reason::OffGrid;
    let Some(candidate) = candidate else {
        return vec![Refusal {
            reason,
            part: None,
            staff: None,
        }];
    };
    if candidate.on_grid {
        return Vec::new();
    }
    let free = part
        .team
        .iter()
        .filter(|member| member.needs.iter().all(|need| need.fits(at)));
    let others = free.filter(|member| !candidate.beside.contains(&Subject::Staff(member.facts.id)));
    others
        .map(|member| Refusal {
            reason: reason.clone(),
            part: Some(0),
            staff: Some(member.facts.id),
        })
        .collect()
}
