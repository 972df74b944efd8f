//! What a request makes of the facts: for each part everybody and everything that could render it, with the
//! starts at which they can.

use std::collections::BTreeMap;
use std::rc::Rc;

use ratiba_kernel::TimeRange;
use time::{Date, OffsetDateTime};

use super::calendar::Calendar;
use super::diary::{Diary, Engaged, HOLE_MOST, NeedSpan};
use super::facts::{EngagedAs, Engagement, Facts, ResourceFacts, StaffFacts};
use super::span::{Span, container, intersection, union};
use super::{PartRequest, Side, StaffWish, fairness};
use crate::catalogue::{Minutes, Offering, ResourceKind, Service};
use crate::engagement::{Need, Role, Subject};
use crate::policy::CleanupPastClosing;

/// Somebody who could render a part.
pub(super) struct Member<'a> {
    pub(super) facts: &'a StaffFacts,
    /// Their place among all staff of the facts.
    pub(super) index: usize,
    pub(super) diary: Rc<Diary>,
    /// When the part may start so that all its needs of staff fit.
    pub(super) starts: Vec<Span>,
}

/// One seat of one resource.
pub(super) struct Seat {
    pub(super) diary: Rc<Diary>,
    /// When the part may start so that the seat is free for the whole need.
    pub(super) starts: Vec<Span>,
}

/// The pool for one need of a resource.
pub(super) struct Pool {
    pub(super) kind: ResourceKind,
    /// The place of its first member among all resources: the same for each pool of one kind.
    pub(super) family: Option<usize>,
    pub(super) need: Need,
    pub(super) span: NeedSpan,
    /// One for each seat of each member, in the order of writing.
    pub(super) seats: Vec<Seat>,
}

/// A need of staff, as the catalogue and as the engine reckons it.
pub(super) struct StaffNeedPlan {
    pub(super) need: Need,
    pub(super) span: NeedSpan,
}

/// One service of the visit, with everybody and everything that could render it.
pub(super) struct PartPlan<'a> {
    pub(super) service: &'a Service,
    pub(super) wish: StaffWish,
    pub(super) guest: u8,
    /// In order of time.
    pub(super) needs: Vec<StaffNeedPlan>,
    /// Nobody if the service is not sold any more.
    pub(super) team: Vec<Member<'a>>,
    /// Whose turn it is in each week, as positions in `team`.
    pub(super) turns: BTreeMap<Date, Vec<usize>>,
    pub(super) pools: Vec<Pool>,
    pub(super) length: i64,
    /// When, after the start, the client comes and leaves.
    pub(super) client: Span,
    /// Until when, after the start, the business must be open.
    pub(super) open_to: i64,
    /// When the part alone could start: with somebody, and with a seat of each pool.
    pub(super) starts: Vec<Span>,
}

/// The diaries of everybody and everything that could take part, without the holds that have run out; sorted
/// by subject.
pub(super) struct Diaries(Vec<Rc<Diary>>);

impl Diaries {
    pub(super) fn new(
        facts: &Facts,
        services: &[&Service],
        calendar: &Calendar,
        business_open: &[Span],
        now: OffsetDateTime,
    ) -> Self {
        let spans = |ranges: &[TimeRange]| union(ranges.iter().map(|range| Span::around(*range)).collect());
        let mut diaries = Vec::new();
        let able = |staff: &&StaffFacts| services.iter().any(|service| service.staff.contains(&staff.id));
        for staff in facts.staff.iter().filter(able) {
            diaries.push(Diary {
                subject: Subject::Staff(staff.id),
                open: Some(intersection(&calendar.at_work(&staff.hours), business_open)),
                off: spans(&staff.leave),
                engaged: Vec::new(),
            });
        }
        let needed = |resource: &&ResourceFacts| {
            let segments = services.iter().flat_map(|service| service.recipe.segments());
            let mut kinds = segments.filter_map(|segment| segment.resource_kind.as_ref());
            kinds.any(|kind| *kind == resource.kind)
        };
        for resource in facts.resources.iter().filter(needed) {
            let off = spans(&resource.out_of_service);
            diaries.extend(seats(resource).map(|subject| Diary {
                subject,
                open: None,
                off: off.clone(),
                engaged: Vec::new(),
            }));
        }
        diaries.sort_unstable_by_key(|diary| diary.subject);
        diaries.dedup_by_key(|diary| diary.subject);
        enter(&mut diaries, &facts.engagements, now);
        Self(diaries.into_iter().map(Rc::new).collect())
    }

    fn get(&self, subject: Subject) -> Option<&Rc<Diary>> {
        let found = self.0.binary_search_by_key(&subject, |diary| diary.subject);
        self.0.get(found.ok()?)
    }
}

/// Enters each engagement into its subject's diary; those of one subject often come in a row.
fn enter(diaries: &mut [Diary], engagements: &[Engagement], now: OffsetDateTime) {
    let mut last: Option<(Subject, Option<usize>)> = None;
    for engagement in engagements {
        if matches!(engagement.engaged_as, EngagedAs::Held { until } if until <= now) {
            continue;
        }
        let subject = engagement.claim.subject;
        let found = match last {
            Some((of, found)) if of == subject => found,
            Some(_) | None => diaries.binary_search_by_key(&subject, |diary| diary.subject).ok(),
        };
        last = Some((subject, found));
        if let Some(diary) = found.and_then(|found| diaries.get_mut(found)) {
            diary.engaged.push(Engaged::of(engagement));
        }
    }
}

fn seats(resource: &ResourceFacts) -> impl Iterator<Item = Subject> + use<> {
    let id = resource.id;
    (0..resource.capacity).map(move |seat| Subject::Resource { id, seat })
}

impl<'a> PartPlan<'a> {
    pub(super) fn new(
        facts: &'a Facts,
        part: &PartRequest,
        service: &'a Service,
        (diaries, business_open): (&Diaries, &[Span]),
        weeks: &[Date],
    ) -> Self {
        let rules = &facts.policy.rules;
        let cleanup_from = match rules.cleanup_past_closing {
            CleanupPastClosing::Allowed => Some(service.recipe.client_leaves()),
            CleanupPastClosing::Refused => None,
        };
        let span = |need: &Need| NeedSpan::of(need, rules.buffers, cleanup_from);
        let length = service.recipe.duration().seconds();
        let open_to = cleanup_from.map_or(length, Minutes::seconds);
        let while_open = starts_within(business_open, open_to);
        let (mut needs, mut pools) = (Vec::new(), Vec::new());
        for need in service.recipe.needs() {
            let span = span(&need);
            match &need.role {
                Role::Staff => needs.push(StaffNeedPlan { need, span }),
                Role::Resource(kind) => {
                    let seats = pool_seats(facts, kind, span, (diaries, &while_open));
                    let kind = kind.clone();
                    pools.push(Pool {
                        family: facts.resources.iter().position(|resource| resource.kind == kind),
                        kind,
                        need,
                        span,
                        seats,
                    });
                }
            }
        }
        let able = |staff: &&StaffFacts| {
            let wanted = !matches!(part.staff, StaffWish::Only(only) if only != staff.id);
            service.offering == Offering::Active && service.staff.contains(&staff.id) && wanted
        };
        let known = facts.staff.iter().enumerate().filter(|(_, staff)| able(staff));
        let team: Vec<Member<'_>> = known
            .filter_map(|(index, facts)| {
                let diary = diaries.get(Subject::Staff(facts.id))?;
                Some(Member::new((index, facts), diary, &needs, &while_open))
            })
            .collect();
        let able: Vec<&StaffFacts> = team.iter().map(|member| member.facts).collect();
        let starts = joint_starts(&team, &pools);
        Self {
            service,
            wish: part.staff,
            guest: part.guest,
            needs,
            turns: turns(&able, part.staff, weeks),
            team,
            pools,
            length,
            client: Span {
                from: service.recipe.client_comes().seconds(),
                to: service.recipe.client_leaves().seconds(),
            },
            open_to,
            starts,
        }
    }
}

impl<'a> Member<'a> {
    fn new(
        (index, facts): (usize, &'a StaffFacts),
        diary: &Rc<Diary>,
        needs: &[StaffNeedPlan],
        while_open: &[Span],
    ) -> Self {
        let mut starts: Option<Vec<Span>> = None;
        for need in needs {
            let busy = need.span.busy(diary);
            let among = starts.as_deref().unwrap_or(while_open);
            starts = Some(need.span.starts(diary, &busy, among));
        }
        Self {
            facts,
            index,
            diary: Rc::clone(diary),
            starts: starts.unwrap_or_default(),
        }
    }

    /// Free seconds beside the part of a visit, if it starts then: before the first need of staff or after
    /// the last.
    pub(super) fn holes(&self, part: &PartPlan<'_>, start: i64, side: Side) -> i64 {
        let Some(need) = (match side {
            Side::Before => part.needs.first(),
            Side::After => part.needs.last(),
        }) else {
            return 0;
        };
        if part.needs.len() == 1 && need.span.fills(part.length) {
            // The earliest start without anything in between is the one without a hole before it, and the
            // latest the one without a hole after it.
            let free = container(
                &self.starts,
                Span {
                    from: start,
                    to: start + 1,
                },
            );
            let hole = free.map(|free| match side {
                Side::Before => start - free.from,
                Side::After => free.to - 1 - start,
            });
            return hole.unwrap_or(0).clamp(0, HOLE_MOST);
        }
        let holes = need.span.holes(&self.diary, start).unwrap_or((0, 0));
        match side {
            Side::Before => holes.0,
            Side::After => holes.1,
        }
    }
}

/// The starts of something that lasts `length` and lies in one of `open`.
fn starts_within(open: &[Span], length: i64) -> Vec<Span> {
    let starts = open.iter().filter_map(|open| {
        let (from, to) = (open.from, open.to - length + 1);
        (from < to).then_some(Span { from, to })
    });
    starts.collect()
}

fn pool_seats(
    facts: &Facts,
    kind: &ResourceKind,
    need: NeedSpan,
    (diaries, while_open): (&Diaries, &[Span]),
) -> Vec<Seat> {
    let of_kind = facts.resources.iter().filter(|resource| resource.kind == *kind);
    let seat = |subject: Subject| {
        let diary = diaries.get(subject)?;
        let starts = need.starts(diary, &need.busy(diary), while_open);
        let diary = Rc::clone(diary);
        Some(Seat { diary, starts })
    };
    let mut seats: Vec<Seat> = of_kind.flat_map(seats).filter_map(seat).collect();
    seats.sort_by_key(|seat| seat.diary.subject);
    seats
}

/// When somebody of the team and a seat of each pool can.
fn joint_starts(team: &[Member<'_>], pools: &[Pool]) -> Vec<Span> {
    let mut starts = match team {
        [] => Vec::new(),
        [only] => only.starts.clone(),
        several => union(
            several
                .iter()
                .flat_map(|member| &member.starts)
                .copied()
                .collect(),
        ),
    };
    for pool in pools {
        let seats = union(pool.seats.iter().flat_map(|seat| &seat.starts).copied().collect());
        starts = intersection(&starts, &seats);
    }
    starts
}

/// The order in which the team is asked, for each week.
fn turns(team: &[&StaffFacts], wish: StaffWish, weeks: &[Date]) -> BTreeMap<Date, Vec<usize>> {
    let order = |monday: Date| {
        let mut order = fairness::turns(team, monday);
        let preferred = |position: &usize| team.get(*position).map(|m| m.id) == wish.preferred();
        // Stable: the one preferred comes first, the others keep their turns.
        order.sort_by_key(|position| !preferred(position));
        order
    };
    weeks.iter().map(|monday| (*monday, order(*monday))).collect()
}
