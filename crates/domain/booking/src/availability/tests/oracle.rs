//! A naive engine that looks at every minute, and the law that the real one agrees with it.
//!
//! It shares with the real one what a service needs, when two claims conflict and what a zone's clock shows,
//! and nothing else.

use super::*;
use crate::catalogue::Service;
use crate::engagement::{Claim, Need, Role};

mod generated;
mod visits;
use generated::any_salon;

/// Facts about the days around one, and the day.
#[derive(Clone, Debug)]
struct Salon {
    facts: Facts,
    /// The beginning of the day that is asked about, in the salon's zone.
    day: time::OffsetDateTime,
}

impl Salon {
    /// A bit more than the day, so that blocks over midnight are seen from both sides.
    fn window(&self) -> TimeRange {
        TimeRange::starting(self.day - Duration::hours(2), Duration::hours(29)).unwrap()
    }

    fn request(&self, parts: Vec<PartRequest>) -> SlotRequest {
        SlotRequest {
            parts,
            window: self.window(),
            now: self.day - Duration::DAY,
            ..all_day()
        }
    }
}

/// Of how many minutes before each one something is true: looked at once, minute by minute, and asked many times.
type Truth = Vec<usize>;

/// What is true of each minute from a day before to a day and a half after the day's beginning.
struct Oracle<'a> {
    facts: &'a Facts,
    now: time::OffsetDateTime,
    first: time::OffsetDateTime,
    business_open: Truth,
    staff_open: BTreeMap<StaffId, Truth>,
    off: BTreeMap<Subject, Truth>,
}

/// At least so many cases; `PROPTEST_CASES` asks for more.
fn cases(least: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    ProptestConfig {
        cases: asked.cases.max(least),
        ..asked
    }
}

const MINUTES: usize = 72 * 60;

impl<'a> Oracle<'a> {
    fn new(salon: &'a Salon) -> Self {
        let facts = &salon.facts;
        let mut oracle = Self {
            facts,
            now: salon.day - Duration::DAY,
            first: salon.day - Duration::DAY,
            business_open: Vec::new(),
            staff_open: BTreeMap::new(),
            off: BTreeMap::new(),
        };
        let whole_day = [DayBlock {
            from_minute: 0,
            to_minute: 1_440,
        }];
        let business = oracle.blocks(&facts.business.dated, |weekday| {
            let weekly = facts.business.weekly.as_ref();
            weekly.map_or_else(|| whole_day.to_vec(), |weekly| of_weekday(weekly, weekday))
        });
        oracle.business_open = oracle.inside(&business);
        for staff in &facts.staff {
            let blocks = oracle.blocks(&staff.hours.dated, |weekday| {
                of_weekday(&staff.hours.weekly, weekday)
            });
            oracle.staff_open.insert(staff.id, oracle.inside(&blocks));
            oracle
                .off
                .insert(Subject::Staff(staff.id), oracle.inside(&staff.leave));
        }
        for resource in &facts.resources {
            let off = oracle.inside(&resource.out_of_service);
            for seat in 0..resource.capacity {
                let id = resource.id;
                oracle.off.insert(Subject::Resource { id, seat }, off.clone());
            }
        }
        oracle
    }

    /// Every block from two days before on, as the zone's clock tells it.
    fn blocks(
        &self,
        dated: &BTreeMap<time::Date, Vec<DayBlock>>,
        weekly: impl Fn(Weekday) -> Vec<DayBlock>,
    ) -> Vec<TimeRange> {
        let zone = &self.facts.policy.zone;
        let dates = std::iter::successors(Some(zone.date(self.first) - Duration::days(2)), |date| {
            date.next_day()
        });
        let blocks = dates.take(7).flat_map(|date| {
            let blocks = dated.get(&date).cloned();
            let blocks = blocks.unwrap_or_else(|| weekly(date.weekday()));
            blocks.into_iter().map(move |block| (date, block))
        });
        let reading = |date: time::Date, minute: u16| {
            zone.instant(date.midnight() + Duration::minutes(i64::from(minute)))
        };
        blocks
            .filter_map(|(date, block)| {
                let ends = (reading(date, block.from_minute), reading(date, block.to_minute));
                TimeRange::new(ends.0, ends.1).ok()
            })
            .collect()
    }

    fn inside(&self, ranges: &[TimeRange]) -> Truth {
        let mut inside = vec![false; MINUTES];
        for range in ranges {
            for minute in self.minutes(*range) {
                inside[minute] = true;
            }
        }
        let mut truths = 0;
        let counts = inside.into_iter().map(|truth| {
            truths += usize::from(truth);
            truths
        });
        std::iter::once(0).chain(counts).collect()
    }

    /// The minutes of a range, as far as they are looked at.
    fn minutes(&self, range: TimeRange) -> std::ops::Range<usize> {
        let index = |instant: time::OffsetDateTime| {
            usize::try_from((instant - self.first).whole_minutes().max(0))
                .unwrap()
                .min(MINUTES)
        };
        index(range.start())..index(range.end())
    }

    fn all(&self, truth: &Truth, range: TimeRange) -> bool {
        let minutes = self.minutes(range);
        truth[minutes.end] - truth[minutes.start] == minutes.len()
    }

    fn none(&self, truth: &Truth, range: TimeRange) -> bool {
        let minutes = self.minutes(range);
        truth[minutes.end] == truth[minutes.start]
    }

    /// Engagements in the way of `claim`, by the definition of a conflict.
    fn engaged(&self, claim: &Claim) -> bool {
        let counts = |engagement: &&Engagement| match engagement.engaged_as {
            EngagedAs::Held { until } => until > self.now,
            EngagedAs::Booked | EngagedAs::Blocked => true,
        };
        let mut others = self.facts.engagements.iter().filter(counts);
        others.any(|engagement| engagement.claim.conflicts(claim))
    }

    fn free(&self, claim: &Claim) -> bool {
        self.none(&self.off[&claim.subject], widened(claim)) && !self.engaged(claim)
    }

    fn claim(&self, need: &Need, subject: Subject, start: time::OffsetDateTime) -> Claim {
        need.claim(subject, start, self.facts.policy.rules.buffers)
            .unwrap()
    }

    /// Until when, after the start, people must be at work.
    fn work_ends(&self, service: &Service) -> Duration {
        match self.facts.policy.rules.cleanup_past_closing {
            CleanupPastClosing::Refused => Duration::MAX,
            CleanupPastClosing::Allowed => service.recipe.client_leaves().duration(),
        }
    }

    /// The claims of somebody who renders a service from a start on, if they can.
    fn staff_claims(
        &self,
        service: &Service,
        staff: StaffId,
        start: time::OffsetDateTime,
    ) -> Option<Vec<Claim>> {
        let ends = self.work_ends(service);
        let open_for = service.recipe.duration().duration().min(ends);
        let open = TimeRange::starting(start, open_for).ok()?;
        if !service.staff.contains(&staff) || !self.all(&self.business_open, open) {
            return None;
        }
        let needs = service
            .recipe
            .needs()
            .into_iter()
            .filter(|need| need.role == Role::Staff);
        let claims: Vec<Claim> = needs
            .map(|need| self.claim(&need, Subject::Staff(staff), start))
            .collect();
        let fits = |claim: &Claim| {
            let whole = widened(claim);
            let at_work = if ends == Duration::MAX {
                Some(whole)
            } else {
                TimeRange::new(whole.start(), whole.end().min(start + ends)).ok()
            };
            let works =
                |range| self.all(&self.staff_open[&staff], range) && self.all(&self.business_open, range);
            at_work.is_none_or(works) && self.free(claim)
        };
        claims.iter().all(fits).then_some(claims)
    }

    /// For each pool that a service needs the claims of each seat that is free.
    fn seat_claims(&self, service: &Service, start: time::OffsetDateTime) -> Vec<Vec<Claim>> {
        let mut pools = Vec::new();
        for need in service.recipe.needs() {
            let Role::Resource(kind) = &need.role else {
                continue;
            };
            let of_kind = self
                .facts
                .resources
                .iter()
                .filter(|resource| resource.kind == *kind);
            let seats = of_kind.flat_map(|resource| {
                let id = resource.id;
                (0..resource.capacity).map(move |seat| Subject::Resource { id, seat })
            });
            let claims = seats.map(|seat| self.claim(&need, seat, start));
            pools.push(claims.filter(|claim| self.free(claim)).collect());
        }
        pools
    }

    /// Everybody who could render a service from a start on, if every pool has a seat for it then.
    fn who_fits(&self, service: &Service, start: time::OffsetDateTime) -> BTreeSet<StaffId> {
        let everybody = self.facts.staff.iter().map(|staff| staff.id);
        let mut fitting: BTreeSet<StaffId> = everybody
            .filter(|staff| self.staff_claims(service, *staff, start).is_some())
            .collect();
        // Nobody is at work at most starts: seats matter only where somebody is.
        if !fitting.is_empty() && self.seat_claims(service, start).iter().any(Vec::is_empty) {
            fitting.clear();
        }
        fitting
    }

    /// The minutes of a window that the clock shows as multiples of the grid's step.
    fn on_grid(&self, window: TimeRange) -> Vec<time::OffsetDateTime> {
        let step = self.facts.policy.rules.grid_step.count();
        let minutes =
            (0..window.length().whole_minutes()).map(|minute| window.start() + Duration::minutes(minute));
        minutes
            .filter(|minute| {
                let local = self.facts.policy.zone.local(*minute);
                (u32::from(local.hour()) * 60 + u32::from(local.minute())).is_multiple_of(step)
            })
            .collect()
    }
}

fn of_weekday(weekly: &[WeeklyBlock], weekday: Weekday) -> Vec<DayBlock> {
    let today = weekly.iter().filter(|block| block.weekday == weekday);
    today.map(|block| block.block).collect()
}

fn widened(claim: &Claim) -> TimeRange {
    let work = claim.work();
    let (before, after) = (claim.before.duration(), claim.after.duration());
    TimeRange::new(work.start() - before, work.end() + after).unwrap()
}

fn one_part(salon: &Salon) -> SlotRequest {
    salon.request(vec![anybody_for(1)])
}

proptest! {
    #![proptest_config(cases(1_400))]

    #[test]
    fn the_engine_agrees_with_looking_at_every_minute(mut salon in any_salon()) {
        salon.facts.policy.rules.gap_fit = GapFit::GridOnly;
        let oracle = Oracle::new(&salon);
        let request = one_part(&salon);
        let service = &salon.facts.services[0];
        let mut found: BTreeMap<_, _> = find(&salon.facts, &request)
            .unwrap()
            .into_iter()
            .map(|slot| (slot.time.start(), slot))
            .collect();
        for start in oracle.on_grid(request.window) {
            let fitting = oracle.who_fits(service, start);
            match found.remove(&start) {
                Some(slot) => prop_assert!(fitting.contains(&slot.parts[0].staff), "{start}: {slot:?}"),
                None => prop_assert!(fitting.is_empty(), "{start}: {fitting:?} would fit"),
            }
        }
        prop_assert!(found.is_empty(), "beside the grid: {found:?}");
    }
}

proptest! {
    #![proptest_config(cases(500))]

    /// Whatever is offered beside the grid fits as well, and somebody's free time begins there.
    #[test]
    fn gap_fit_adds_only_starts_that_fit(salon in any_salon()) {
        let oracle = Oracle::new(&salon);
        let request = one_part(&salon);
        let both = find(&salon.facts, &request).unwrap();
        let mut grid_only = salon.facts.clone();
        grid_only.policy.rules.gap_fit = GapFit::GridOnly;
        let starts: BTreeSet<_> = both.iter().map(|slot| slot.time.start()).collect();
        let on_grid = find(&grid_only, &request).unwrap();
        prop_assert!(on_grid.iter().all(|slot| starts.contains(&slot.time.start())));
        let on_grid: BTreeSet<_> = on_grid.iter().map(|slot| slot.time.start()).collect();
        for slot in &both {
            let (start, part) = (slot.time.start(), &slot.parts[0]);
            let fitting = oracle.who_fits(&salon.facts.services[0], start);
            prop_assert!(fitting.contains(&part.staff), "{slot:?}");
            if !on_grid.contains(&start) {
                prop_assert!(free_time_begins(&oracle, part), "{slot:?}");
            }
        }
    }

    /// A slot can be claimed: it meets no engagement, and its own claims do not meet each other.
    #[test]
    fn a_slot_meets_nobody(salon in any_salon()) {
        let oracle = Oracle::new(&salon);
        for slot in find(&salon.facts, &one_part(&salon)).unwrap() {
            let claims = &slot.parts[0].claims;
            prop_assert!(claims.is_sorted());
            for (index, claim) in claims.iter().enumerate() {
                prop_assert!(claims[index + 1..].iter().all(|other| !other.conflicts(claim)));
                prop_assert!(!oracle.engaged(claim), "{claim:?}");
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    /// Asking for one start, asking for all, and asking why not tell the same story.
    #[test]
    fn slots_and_refusals_part_the_grid(salon in any_salon()) {
        let (facts, request) = (&salon.facts, one_part(&salon));
        let slots: BTreeMap<_, _> = find(facts, &request)
            .unwrap()
            .into_iter()
            .map(|slot| (slot.time.start(), slot))
            .collect();
        let refused = explain(facts, &request).unwrap();
        for refused in refused.iter().step_by(17) {
            prop_assert!(!slots.contains_key(&refused.start) && !refused.refusals.is_empty());
            let checked = check(facts, &request, refused.start).unwrap();
            prop_assert_eq!(checked.unwrap_err().reasons(), refused.reasons());
        }
        let grid = Oracle::new(&salon).on_grid(request.window);
        let on_grid = grid.iter().filter(|start| slots.contains_key(start)).count();
        prop_assert_eq!(on_grid + refused.len(), grid.len());
        for (start, slot) in slots.iter().step_by(5) {
            let checked = check(facts, &request, *start).unwrap();
            prop_assert_eq!(checked.as_ref(), Ok(slot));
        }
    }
}

/// Whether, one minute earlier, a claim of the part could not be had; or the part begins without staff as its
/// staff member's day, or the business, opens.
fn free_time_begins(oracle: &Oracle<'_>, part: &SlotPart) -> bool {
    let service = oracle
        .facts
        .services
        .iter()
        .find(|service| service.id == part.service)
        .unwrap();
    let before = part.time.start() - Duration::MINUTE;
    let needs = service.recipe.needs().into_iter();
    let opens = TimeRange::starting(before, Duration::MINUTE).unwrap();
    let alone = needs
        .clone()
        .find(|need| need.role == Role::Staff)
        .is_some_and(|need| need.from > Minutes::NONE);
    let at_work =
        oracle.all(&oracle.staff_open[&part.staff], opens) && oracle.all(&oracle.business_open, opens);
    if alone && !at_work {
        return true;
    }
    let claims: Vec<Claim> = needs
        .flat_map(|need| part.claims.iter().map(move |claim| (need.clone(), claim.subject)))
        .filter(|(need, subject)| {
            matches!(
                (&need.role, subject),
                (Role::Staff, Subject::Staff(_)) | (Role::Resource(_), Subject::Resource { .. })
            )
        })
        .map(|(need, subject)| oracle.claim(&need, subject, before))
        .collect();
    claims.iter().any(|claim| {
        let at_work = match claim.subject {
            Subject::Staff(staff) => {
                let begin = widened(claim).start();
                let first = TimeRange::starting(begin, Duration::MINUTE).unwrap();
                oracle.all(&oracle.staff_open[&staff], first) && oracle.all(&oracle.business_open, first)
            }
            Subject::Resource { .. } => true,
        };
        !at_work || !oracle.free(claim)
    })
}
