//! The search itself: facts prepared once, then each start tried.

use std::collections::BTreeMap;
use std::rc::Rc;

use ratiba_kernel::TimeRange;
use time::{Date, Duration};

use super::calendar::{Calendar, business_open};
use super::diary::{Candidate, Diary, Engaged, NeedSpan};
use super::facts::{EngagedAs, Facts, ResourceFacts, StaffFacts};
use super::span::{Span, ceil, container, floor, instant, intersection, union};
use super::starts::{Start, starts};
use super::{RequestFault, Side, Slot, SlotPart, SlotReason, SlotRequest, StaffWish, fairness};
use crate::catalogue::{Minutes, Offering, ResourceKind, Service, StaffId};
use crate::engagement::{Claim, Need, Role, Subject, sorted};
use crate::policy::CleanupPastClosing;

const PARTS_MOST: usize = 8;
const DAYS_MOST: i64 = 92;

/// Somebody who could render a part.
pub(super) struct Member<'a> {
    pub(super) facts: &'a StaffFacts,
    /// One for each need of staff, in order of time.
    pub(super) needs: Vec<Candidate>,
}

/// The pool for one need of a resource.
pub(super) struct Pool {
    pub(super) kind: ResourceKind,
    need: Need,
    /// One for each seat of each member.
    pub(super) seats: Vec<Candidate>,
}

/// One service of the visit, with everybody and everything that could render it.
pub(super) struct PartPlan<'a> {
    pub(super) service: &'a Service,
    pub(super) wish: StaffWish,
    staff_needs: Vec<Need>,
    /// Nobody if the service is not sold any more.
    pub(super) team: Vec<Member<'a>>,
    /// Whose turn it is in each week, as positions in `team`.
    turns: BTreeMap<Date, Vec<usize>>,
    pub(super) pools: Vec<Pool>,
    pub(super) length: i64,
    /// Until when, after the start, the business must be open.
    pub(super) open_to: i64,
}

/// Everything that trying a start needs.
pub(super) struct Search<'a> {
    pub(super) facts: &'a Facts,
    pub(super) request: &'a SlotRequest,
    pub(super) calendar: Calendar<'a>,
    pub(super) business_open: Vec<Span>,
    pub(super) parts: Vec<PartPlan<'a>>,
    /// The window of the request in seconds, bounded.
    pub(super) window: Span,
    /// The first second that notice allows, and the first that the horizon does not.
    pub(super) allowed: Span,
}

/// One part at its time.
struct Placed {
    member: StaffId,
    position: usize,
    start: i64,
    claims: Vec<Claim>,
}

impl<'a> Search<'a> {
    pub(super) fn prepare(facts: &'a Facts, request: &'a SlotRequest) -> Result<Self, RequestFault> {
        if !(1..=PARTS_MOST).contains(&request.parts.len()) {
            return Err(RequestFault::Parts);
        }
        let (zone, rules) = (&facts.policy.zone, &facts.policy.rules);
        let services = request.parts.iter().map(|part| {
            let service = facts.services.iter().find(|service| service.id == part.service);
            service.ok_or(RequestFault::UnknownService(part.service))
        });
        let services = services.collect::<Result<Vec<&Service>, RequestFault>>()?;
        let from = ceil(request.window.start());
        let window = Span {
            from,
            to: ceil(request.window.end()).min(from + DAYS_MOST * 24 * 60 * 60),
        };
        let lengths = services
            .iter()
            .map(|service| service.recipe.duration().duration());
        let all_of_it = lengths.fold(Duration::ZERO, |sum, length| {
            sum + length + rules.wait_between_parts.duration()
        });
        let calendar = Calendar::covering(zone, request.window.start(), instant(window.to) + all_of_it);
        let horizon = i64::from(rules.horizon_days.of(request.channel));
        let beyond = zone.date(request.now).checked_add(Duration::days(horizon + 1));
        let allowed = Span {
            from: ceil(request.now + rules.notice.of(request.channel).duration()),
            to: beyond.map_or(i64::MAX, |date| floor(zone.day_start(date))),
        };
        let business_open = business_open(&calendar, &facts.business);
        let mut search = Self {
            facts,
            request,
            calendar,
            business_open,
            parts: Vec::new(),
            window,
            allowed,
        };
        let diaries = search.diaries();
        let parts = request.parts.iter().zip(services);
        search.parts = parts
            .map(|(part, service)| search.plan(service, part.staff, &diaries))
            .collect::<Result<_, _>>()?;
        Ok(search)
    }

    /// One diary for each subject.
    fn diaries(&self) -> BTreeMap<Subject, Rc<Diary>> {
        let now = self.request.now;
        let mut engaged: BTreeMap<Subject, Vec<Engaged>> = BTreeMap::new();
        for engagement in &self.facts.engagements {
            let expired = matches!(engagement.engaged_as, EngagedAs::Held { until } if until <= now);
            if !expired {
                engaged
                    .entry(engagement.claim.subject)
                    .or_default()
                    .push(Engaged::of(engagement));
            }
        }
        let spans = |ranges: &[TimeRange]| union(ranges.iter().map(|range| Span::around(*range)).collect());
        let mut diaries = BTreeMap::new();
        for staff in &self.facts.staff {
            let subject = Subject::Staff(staff.id);
            let at_work = union(self.calendar.blocks(&staff.hours));
            let open = Some(intersection(&at_work, &self.business_open));
            let engaged = engaged.remove(&subject).unwrap_or_default();
            let diary = Diary {
                subject,
                open,
                off: spans(&staff.leave),
                engaged,
            };
            diaries.insert(subject, Rc::new(diary));
        }
        for resource in &self.facts.resources {
            for subject in seats(resource) {
                let engaged = engaged.remove(&subject).unwrap_or_default();
                let diary = Diary {
                    subject,
                    open: None,
                    off: spans(&resource.out_of_service),
                    engaged,
                };
                diaries.insert(subject, Rc::new(diary));
            }
        }
        diaries
    }

    fn plan(
        &self,
        service: &'a Service,
        wish: StaffWish,
        diaries: &BTreeMap<Subject, Rc<Diary>>,
    ) -> Result<PartPlan<'a>, RequestFault> {
        let rules = &self.facts.policy.rules;
        if let Some(named) = wish.named()
            && !self.facts.staff.iter().any(|staff| staff.id == named)
        {
            return Err(RequestFault::UnknownStaff(named));
        }
        let cleanup_from = match rules.cleanup_past_closing {
            CleanupPastClosing::Allowed => Some(service.recipe.client_leaves()),
            CleanupPastClosing::Refused => None,
        };
        let candidate = |subject: Subject, need: &Need| {
            let need = NeedSpan::of(need, rules.buffers, cleanup_from);
            diaries.get(&subject).map(|diary| Candidate::new(diary, need))
        };
        let (staff_needs, resource_needs): (Vec<Need>, Vec<Need>) = service
            .recipe
            .needs()
            .into_iter()
            .partition(|need| need.role == Role::Staff);
        let able = |staff: &&StaffFacts| {
            let wanted = !matches!(wish, StaffWish::Only(only) if only != staff.id);
            service.offering == Offering::Active && service.staff.contains(&staff.id) && wanted
        };
        let team_facts: Vec<&StaffFacts> = self.facts.staff.iter().filter(able).collect();
        let member = |facts: &&'a StaffFacts| Member {
            facts,
            needs: staff_needs
                .iter()
                .filter_map(|need| candidate(Subject::Staff(facts.id), need))
                .collect(),
        };
        let pool = |need: Need| {
            let Role::Resource(kind) = &need.role else {
                return None;
            };
            let of_kind = self
                .facts
                .resources
                .iter()
                .filter(|resource| resource.kind == *kind);
            let seats = of_kind
                .flat_map(seats)
                .filter_map(|seat| candidate(seat, &need))
                .collect();
            Some(Pool {
                kind: kind.clone(),
                seats,
                need: need.clone(),
            })
        };
        let length = service.recipe.duration().seconds();
        Ok(PartPlan {
            service,
            wish,
            team: team_facts.iter().map(member).collect(),
            turns: self.turns(&team_facts, wish),
            pools: resource_needs.into_iter().filter_map(pool).collect(),
            staff_needs,
            length,
            open_to: cleanup_from.map_or(length, Minutes::seconds),
        })
    }

    /// The order in which the team is asked, for each week of the calendar.
    fn turns(&self, team: &[&StaffFacts], wish: StaffWish) -> BTreeMap<Date, Vec<usize>> {
        let mondays = self.calendar.days().iter().map(|day| fairness::monday(day.date));
        let mut turns: BTreeMap<Date, Vec<usize>> = BTreeMap::new();
        for monday in mondays {
            turns.entry(monday).or_insert_with(|| {
                let mut order = fairness::turns(team, monday);
                let preferred = |position: &usize| team.get(*position).map(|m| m.id) == wish.preferred();
                // Stable: the one preferred comes first, the others keep their turns.
                order.sort_by_key(|position| !preferred(position));
                order
            });
        }
        turns
    }

    pub(super) fn slots(&self) -> Vec<Slot> {
        let window = Span {
            from: self.window.from.max(self.allowed.from),
            to: self.window.to.min(self.allowed.to),
        };
        let slots = self
            .starts(window)
            .into_iter()
            .filter_map(|start| self.place(&start));
        slots.take(self.request.most.unwrap_or(usize::MAX)).collect()
    }

    pub(super) fn starts(&self, window: Span) -> Vec<Start> {
        let first = self.parts.first();
        first.map_or_else(Vec::new, |first| {
            starts(self.facts, &self.calendar, first, window)
        })
    }

    /// The whole visit from a start, if it fits. Parts follow one another in the order asked; each begins as
    /// soon as somebody can, within the wait that the tenant allows.
    pub(super) fn place(&self, start: &Start) -> Option<Slot> {
        let mut placed: Vec<Placed> = Vec::with_capacity(self.parts.len());
        for (index, part) in self.parts.iter().enumerate() {
            let next = match index
                .checked_sub(1)
                .and_then(|last| self.parts.get(last))
                .zip(placed.last())
            {
                None => self.place_part(part, start, &placed)?,
                Some((last_part, last)) => {
                    let free_from = last.start + last_part.length;
                    let mut tries = self.later_starts(part, last_part, free_from).into_iter();
                    tries.find_map(|at| self.place_part(part, &anywhere(at), &placed))?
                }
            };
            placed.push(next);
        }
        self.slot(placed)
    }

    /// When a later part may begin: at once, after the buffers between two parts of one person, and where
    /// somebody's free time begins while the client waits.
    fn later_starts(&self, part: &PartPlan<'_>, last: &PartPlan<'_>, free_from: i64) -> Vec<i64> {
        let until = free_from + self.facts.policy.rules.wait_between_parts.seconds();
        let (after, before) = (
            last.service.recipe.buffers().after,
            part.service.recipe.buffers().before,
        );
        let between = [
            after.max(before),
            Minutes::new(after.count().saturating_add(before.count())),
        ];
        let staff = part.team.iter().flat_map(|member| &member.needs);
        let candidates = staff.chain(part.pools.iter().flat_map(|pool| &pool.seats));
        let mut starts: Vec<i64> = candidates.flat_map(Candidate::gap_starts).collect();
        starts.extend(between.map(|minutes| free_from + minutes.seconds()));
        starts.push(free_from);
        starts.retain(|at| free_from <= *at && *at <= until);
        starts.sort_unstable();
        starts.dedup();
        starts
    }

    fn place_part(&self, part: &PartPlan<'_>, start: &Start, taken: &[Placed]) -> Option<Placed> {
        let open = Span {
            from: start.at,
            to: start.at + part.open_to,
        };
        container(&self.business_open, open)?;
        let monday = fairness::monday(self.calendar.day_of(start.at)?.date);
        let order = part.turns.get(&monday)?;
        order.iter().find_map(|position| {
            let member = part.team.get(*position)?;
            if !member.needs.iter().all(|need| need.fits(start.at)) {
                return None;
            }
            let claims = self.claims(part, member, start, taken)?;
            Some(Placed {
                member: member.facts.id,
                position: *position,
                start: start.at,
                claims,
            })
        })
    }

    /// All claims of a part by one member, with a seat of each pool; `None` if they do not come together.
    fn claims(
        &self,
        part: &PartPlan<'_>,
        member: &Member<'_>,
        start: &Start,
        taken: &[Placed],
    ) -> Option<Vec<Claim>> {
        let rule = self.facts.policy.rules.buffers;
        let at = instant(start.at);
        let free = |claim: &Claim| {
            !taken
                .iter()
                .flat_map(|part| &part.claims)
                .any(|other| other.conflicts(claim))
        };
        let subject = Subject::Staff(member.facts.id);
        let mut claims = Vec::with_capacity(part.staff_needs.len() + part.pools.len());
        for need in &part.staff_needs {
            claims.push(need.claim(subject, at, rule).filter(free)?);
        }
        let mut belongs = start.on_grid || start.beside.contains(&subject);
        for pool in &part.pools {
            let fitting = pool
                .seats
                .iter()
                .filter(|seat| seat.fits(start.at))
                .filter_map(|seat| {
                    let claim = pool.need.claim(seat.diary.subject, at, rule).filter(free)?;
                    let own = !claims.iter().any(|other| other.conflicts(&claim));
                    own.then_some(claim)
                });
            // A start beside the grid belongs to somebody: if not to the member, then to one of the seats.
            let claim = if belongs {
                fitting.min_by_key(|claim| claim.subject)?
            } else {
                fitting.min_by_key(|claim| (!start.beside.contains(&claim.subject), claim.subject))?
            };
            belongs = belongs || start.beside.contains(&claim.subject);
            claims.push(claim);
        }
        belongs.then(|| sorted(claims))
    }

    fn slot(&self, placed: Vec<Placed>) -> Option<Slot> {
        let (first, last) = (placed.first()?, placed.last()?);
        let (first_part, last_part) = (self.parts.first()?, self.parts.last()?);
        let time = Span {
            from: first.start,
            to: last.start + last_part.length,
        }
        .range()?;
        let before = first_part
            .team
            .get(first.position)
            .and_then(|m| m.needs.first()?.holes(first.start));
        let after = last_part
            .team
            .get(last.position)
            .and_then(|m| m.needs.last()?.holes(last.start));
        let mut reasons = reasons(
            before.map_or(0, |(before, _)| before),
            after.map_or(0, |(_, after)| after),
        );
        let requested = self
            .parts
            .iter()
            .zip(&placed)
            .any(|(part, p)| part.wish.named() == Some(p.member));
        reasons.push(if requested {
            SlotReason::StaffRequested
        } else {
            SlotReason::StaffTurn
        });
        let parts = self
            .parts
            .iter()
            .zip(placed)
            .enumerate()
            .map(|(asked, (part, placed))| {
                let span = Span {
                    from: placed.start,
                    to: placed.start + part.length,
                };
                let (service, staff, claims) = (part.service.id, placed.member, placed.claims);
                Some(SlotPart {
                    asked,
                    guest: self.request.parts.get(asked)?.guest,
                    service,
                    time: span.range()?,
                    staff,
                    claims,
                })
            });
        Some(Slot {
            time,
            parts: parts.collect::<Option<_>>()?,
            reasons,
        })
    }
}

fn anywhere(at: i64) -> Start {
    Start {
        at,
        on_grid: true,
        beside: Vec::new(),
    }
}

fn seats(resource: &ResourceFacts) -> impl Iterator<Item = Subject> + use<> {
    let id = resource.id;
    (0..resource.capacity).map(move |seat| Subject::Resource { id, seat })
}

fn reasons(before: i64, after: i64) -> Vec<SlotReason> {
    if before == 0 && after == 0 {
        return vec![SlotReason::ClosesGap];
    }
    [(Side::Before, before), (Side::After, after)]
        .into_iter()
        .filter_map(|(side, seconds)| {
            let minutes = u32::try_from(seconds / 60).unwrap_or(u32::MAX);
            (minutes > 0).then_some(SlotReason::LeavesHole {
                side,
                minutes: Minutes::new(minutes),
            })
        })
        .collect()
}
