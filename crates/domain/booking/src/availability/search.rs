//! The search itself: facts prepared once, then each start tried.

use std::collections::BTreeSet;

use ratiba_kernel::TimeRange;
use time::{Date, Duration, OffsetDateTime};

use super::calendar::{Calendar, DAY};
use super::combine::Combination;
use super::facts::Facts;
use super::plan::{Diaries, PartPlan};
use super::span::{Span, ceil, floor, holds, instant, intersection, union};
use super::starts::{OPENING_MOST, Start, TakesPart, starts};
use super::{Arrangement, PartOrder, RequestFault, Side, Slot, SlotPart, SlotReason, SlotRequest, fairness};
use crate::catalogue::{Minutes, Service};
use crate::engagement::{Claim, Subject, sorted};
use crate::policy::GridAnchor;

pub(super) const PARTS_MOST: usize = 8;
const DAYS_MOST: i64 = 92;

/// Beyond these years the arithmetic of days would leave the calendar.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9_990;

/// Everything that trying a start needs.
pub(super) struct Search<'a> {
    pub(super) facts: &'a Facts,
    pub(super) request: &'a SlotRequest,
    pub(super) calendar: Calendar,
    pub(super) business_open: Vec<Span>,
    pub(super) parts: Vec<PartPlan<'a>>,
    /// The parts as they follow one another in the order asked for: one chain for each guest who comes
    /// together with the others, or one for all.
    pub(super) chains: Vec<Vec<usize>>,
    /// How long a client may wait between two parts, in seconds: from being free to being needed.
    pub(super) wait: i64,
    /// The window of the request in seconds, bounded.
    pub(super) window: Span,
    /// The first second that notice allows, and the first that the horizon does not.
    pub(super) allowed: Span,
    /// When a first part of each guest who begins could begin.
    first_starts: Vec<Span>,
}

/// One part at its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// Which part.
    pub(super) part: usize,
    pub(super) at: i64,
    /// Who, as a position in the part's team.
    pub(super) member: usize,
    /// Where, as positions in each pool of the part.
    pub(super) seats: Vec<usize>,
}

impl<'a> Search<'a> {
    pub(super) fn prepare(facts: &'a Facts, request: &'a SlotRequest) -> Result<Self, RequestFault> {
        let services = services(facts, request)?;
        let (zone, rules) = (&facts.policy.zone, &facts.policy.rules);
        let ends = [request.window.start(), request.window.end(), request.now];
        if !ends.iter().all(|instant| YEARS.contains(&instant.year())) {
            return Err(RequestFault::OutOfCalendar);
        }
        let window = window(request);
        // Nobody waits longer than a day, whatever the rules say.
        let wait = rules.wait_between_parts.seconds().min(DAY);
        let parts_longest = services
            .iter()
            .map(|service| service.recipe.duration().seconds() + wait)
            .sum::<i64>();
        let days_before = match rules.grid_anchor {
            GridAnchor::Clock => 0,
            GridAnchor::Opening => OPENING_MOST / DAY + 1,
        };
        let until = instant(window.to + parts_longest);
        let calendar = Calendar::covering(zone, request.window.start(), until, days_before);
        let business_open = calendar.business_open(&facts.business);
        let diaries = Diaries::new(facts, &services, &calendar, &business_open, request.now);
        let mut weeks: Vec<Date> = calendar
            .days_of(window)
            .iter()
            .map(|day| fairness::monday(day.date))
            .collect();
        weeks.dedup();
        let known = (&diaries, business_open.as_slice());
        let parts = request.parts.iter().zip(services);
        let mut search = Self {
            facts,
            request,
            parts: parts
                .map(|(part, service)| PartPlan::new(facts, part, service, known, &weeks))
                .collect(),
            allowed: allowed(facts, request),
            chains: chains(request),
            wait,
            window,
            first_starts: Vec::new(),
            calendar,
            business_open,
        };
        search.first_starts = search.first_starts();
        Ok(search)
    }

    pub(super) fn slots(&self) -> Vec<Slot> {
        let window = Span {
            from: self.window.from.max(self.allowed.from),
            to: self.window.to.min(self.allowed.to),
        };
        if window.from >= window.to {
            return Vec::new();
        }
        let starts = starts(self, &intersection(&self.first_starts, &[window]));
        let most = self.request.most.unwrap_or(usize::MAX);
        let mut combination = Combination::new(self, self.chains.clone());
        starts
            .each()
            .filter_map(|start| self.place(start, &mut combination))
            .take(most)
            .collect()
    }

    /// The earliest slot of a single part, on the grid or not.
    pub(super) fn soonest(&self) -> Option<Slot> {
        let [part] = self.parts.as_slice() else {
            return None;
        };
        let offered = [Span {
            from: self.window.from.max(self.allowed.from),
            to: self.window.to.min(self.allowed.to),
        }];
        let first = intersection(&part.starts, &offered).first()?.from;
        self.slot(&mut [self.place_one(part, Start::anybodys(first))?])
    }

    /// The whole visit from a start, if it fits.
    pub(super) fn place(&self, start: Start<'_>, combination: &mut Combination<'_, '_>) -> Option<Slot> {
        match self.parts.as_slice() {
            [only] => self.slot(&mut [self.place_one(only, start)?]),
            _several => self.slot(&mut combination.place(start)?),
        }
    }

    /// Whose turn it is to render a part of a visit that starts then, as positions in the team.
    pub(super) fn turns<'s>(&'s self, part: &'s PartPlan<'_>, start: i64) -> Option<&'s [usize]> {
        if let Some((_, only)) = part.turns.first_key_value()
            && part.turns.len() == 1
        {
            return Some(only);
        }
        let monday = fairness::monday(self.calendar.day_of(start)?.date);
        part.turns.get(&monday).map(Vec::as_slice)
    }

    /// The only part of a visit: with whoever comes first, in the first seats.
    fn place_one(&self, part: &PartPlan<'_>, start: Start<'_>) -> Option<Placed> {
        let at = start.at;
        if !holds(&part.starts, at) {
            return None;
        }
        let fitting = |position: &&usize| {
            part.team
                .get(**position)
                .is_some_and(|member| holds(&member.starts, at))
        };
        let turns = self.turns(part, at)?;
        if start.on_grid() {
            // In each pool there is a seat, else the part could not start then.
            let seat = |pool: &super::plan::Pool| pool.seats.iter().position(|seat| holds(&seat.starts, at));
            return Some(Placed {
                part: 0,
                at,
                member: *turns.iter().find(fitting)?,
                seats: part.pools.iter().map(seat).collect::<Option<_>>()?,
            });
        }
        turns.iter().filter(fitting).find_map(|position| {
            let seats = seats_beside(part, *position, start)?;
            Some(Placed {
                part: 0,
                at,
                member: *position,
                seats,
            })
        })
    }

    fn first_starts(&self) -> Vec<Span> {
        let of_chain = |chain: &Vec<usize>| match self.request.order {
            PartOrder::AsAsked => chain
                .first()
                .and_then(|part| self.parts.get(*part))
                .map_or_else(Vec::new, |part| part.starts.clone()),
            PartOrder::Any => {
                let parts = chain.iter().filter_map(|part| self.parts.get(*part));
                union(parts.flat_map(|part| &part.starts).copied().collect())
            }
        };
        let mut chains = self.chains.iter();
        let mut starts = chains.next().map_or_else(Vec::new, of_chain);
        for chain in chains {
            starts = intersection(&starts, &of_chain(chain));
        }
        starts
    }

    /// The parts with which a guest may begin at the start of the visit.
    pub(super) fn first_parts(&self) -> impl Iterator<Item = (usize, &PartPlan<'a>)> {
        let of_each = match self.request.order {
            PartOrder::AsAsked => 1,
            PartOrder::Any => usize::MAX,
        };
        let first = self
            .chains
            .iter()
            .flat_map(move |chain| chain.iter().take(of_each));
        first.filter_map(|part| Some((*part, self.parts.get(*part)?)))
    }

    fn claims(&self, part: &PartPlan<'_>, placed: &Placed, whole: (Span, TimeRange)) -> Option<Vec<Claim>> {
        let subject = part.team.get(placed.member)?.diary.subject;
        let mut claims = Vec::with_capacity(part.needs.len() + part.pools.len());
        for need in &part.needs {
            claims.push(need.span.claimed_by(subject, &need.need, placed.at, whole)?);
        }
        for (pool, seat) in part.pools.iter().zip(&placed.seats) {
            let subject = pool.seats.get(*seat)?.diary.subject;
            claims.push(pool.span.claimed_by(subject, &pool.need, placed.at, whole)?);
        }
        Some(sorted(claims))
    }

    fn slot_part(&self, placed: &Placed) -> Option<SlotPart> {
        let part = self.parts.get(placed.part)?;
        let span = Span {
            from: placed.at,
            to: placed.at + part.length,
        };
        let time = span.range()?;
        let client = part.client.moved(placed.at);
        Some(SlotPart {
            asked: placed.part,
            guest: part.guest,
            service: part.service.id,
            time,
            client: if client == span { time } else { client.range()? },
            staff: part.team.get(placed.member)?.facts.id,
            claims: self.claims(part, placed, (span, time))?,
        })
    }

    fn slot(&self, placed: &mut [Placed]) -> Option<Slot> {
        placed.sort_unstable_by_key(|placed| (placed.at, placed.part));
        let end = |placed: &Placed| placed.at + self.parts.get(placed.part).map_or(0, |part| part.length);
        let first = placed.first()?;
        let last = placed.iter().max_by_key(|placed| end(placed))?;
        let time = Span {
            from: first.at,
            to: end(last),
        };
        let (before, after) = self.holes(first, last);
        let whose: BTreeSet<SlotReason> = placed.iter().filter_map(|placed| self.why_them(placed)).collect();
        let mut parts = Vec::with_capacity(placed.len());
        for placed in placed.iter() {
            parts.push(self.slot_part(placed)?);
        }
        Some(Slot {
            time: match parts.as_slice() {
                [only] => only.time,
                _several => time.range()?,
            },
            reasons: reasons(before, after, whose),
            parts,
        })
    }

    /// Why whoever renders a part does.
    fn why_them(&self, placed: &Placed) -> Option<SlotReason> {
        let part = self.parts.get(placed.part)?;
        let member = Some(part.team.get(placed.member)?.facts.id);
        Some(if part.wish.named() == member {
            SlotReason::StaffRequested
        } else if part.wish.preferred() == member {
            SlotReason::StaffProposed
        } else {
            SlotReason::StaffTurn
        })
    }

    /// Seconds that stay free of whoever renders the first part before it, and of whoever renders the last one
    /// after it.
    fn holes(&self, first: &Placed, last: &Placed) -> (i64, i64) {
        let of = |placed: &Placed, side: Side| {
            let part = self.parts.get(placed.part)?;
            Some(part.team.get(placed.member)?.holes(part, placed.at, side))
        };
        (
            of(first, Side::Before).unwrap_or(0),
            of(last, Side::After).unwrap_or(0),
        )
    }
}

/// The services asked for, in the order of the parts; whatever the request names must exist.
fn services<'a>(facts: &'a Facts, request: &SlotRequest) -> Result<Vec<&'a Service>, RequestFault> {
    if !(1..=PARTS_MOST).contains(&request.parts.len()) {
        return Err(RequestFault::Parts);
    }
    let known = |part: &super::PartRequest| {
        if let Some(wanted) = part.staff.named()
            && !facts.staff.iter().any(|staff| staff.id == wanted)
        {
            return Err(RequestFault::UnknownStaff(wanted));
        }
        let service = facts.services.iter().find(|service| service.id == part.service);
        service.ok_or(RequestFault::UnknownService(part.service))
    };
    request.parts.iter().map(known).collect()
}

fn window(request: &SlotRequest) -> Span {
    let from = ceil(request.window.start());
    Span {
        from,
        to: ceil(request.window.end()).min(from + DAYS_MOST * DAY),
    }
}

/// What notice and horizon leave. A visit is booked as a whole: the longest notice and the shortest horizon of
/// its services count.
fn allowed(facts: &Facts, request: &SlotRequest) -> Span {
    let (zone, rules, channel) = (&facts.policy.zone, &facts.policy.rules, request.channel);
    let asked = |service: &&Service| request.parts.iter().any(|part| part.service == service.id);
    let services = || facts.services.iter().filter(asked);
    let noticed = Service::longest_notice(services(), rules, channel);
    let horizon = services()
        .map(|service| service.horizon_days(rules, channel))
        .min();
    let horizon = horizon.unwrap_or_else(|| rules.horizon_days.of(channel));
    let beyond = zone
        .date(request.now)
        .checked_add(Duration::days(i64::from(horizon) + 1));
    Span {
        from: ceil(saturating(request.now, noticed.duration())),
        to: beyond.map_or(i64::MAX, |date| floor(zone.day_start(date))),
    }
}

fn saturating(instant: OffsetDateTime, later: Duration) -> OffsetDateTime {
    instant.to_offset(time::UtcOffset::UTC).saturating_add(later)
}

/// The parts of each guest in the order asked for, guests in the order in which they are first named.
fn chains(request: &SlotRequest) -> Vec<Vec<usize>> {
    let mut of_guests: Vec<(u8, Vec<usize>)> = Vec::new();
    for (index, part) in request.parts.iter().enumerate() {
        match of_guests.iter_mut().find(|(guest, _)| *guest == part.guest) {
            Some((_, parts)) => parts.push(index),
            None => of_guests.push((part.guest, vec![index])),
        }
    }
    let chains = of_guests.into_iter().map(|(_, parts)| parts);
    match request.arrangement {
        Arrangement::Together => chains.collect(),
        Arrangement::InTurn => vec![chains.flatten().collect()],
    }
}

/// The seats of the only part when somebody begins beside the grid: a start there belongs to somebody; if not
/// to the member, then to one of the seats.
fn seats_beside(part: &PartPlan<'_>, position: usize, start: Start<'_>) -> Option<Vec<usize>> {
    let mut belongs = start.belongs_to(0, TakesPart::Staff, part.team.get(position)?.diary.subject);
    let mut seats = Vec::with_capacity(part.pools.len());
    for (index, pool) in part.pools.iter().enumerate() {
        let owns = |subject: Subject| start.belongs_to(0, TakesPart::Seat(index), subject);
        let fitting = pool
            .seats
            .iter()
            .enumerate()
            .filter(|(_, seat)| holds(&seat.starts, start.at));
        let (index, seat) = fitting.min_by_key(|(_, seat)| {
            let subject = seat.diary.subject;
            (!belongs && !owns(subject), subject)
        })?;
        belongs = belongs || owns(seat.diary.subject);
        seats.push(index);
    }
    belongs.then_some(seats)
}

fn reasons(before: i64, after: i64, whose: BTreeSet<SlotReason>) -> Vec<SlotReason> {
    let mut reasons = Vec::with_capacity(3);
    if before == 0 && after == 0 {
        reasons.push(SlotReason::ClosesGap);
    }
    for (side, seconds) in [(Side::Before, before), (Side::After, after)] {
        let minutes = u32::try_from(seconds / 60).unwrap_or(u32::MAX);
        if minutes > 0 {
            let minutes = Minutes::new(minutes);
            reasons.push(SlotReason::LeavesHole { side, minutes });
        }
    }
    reasons.extend(whose);
    reasons
}
