//! Which bookings a change of the setup meets: those that stand on time, a place or a skill that was there
//! before and no longer is.
//!
//! What did not fit before the change is not blamed on it, so that each change lists its own bookings and
//! nobody has to look at the same one again because an hour elsewhere moved. When a change is taken back, what
//! it met is looked at by itself: another change may lie over the same time ([`held_off`]).

use std::collections::{BTreeMap, BTreeSet};

use ratiba_kernel::{TimeRange, Zone};
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time};

use super::{Cause, LeaveId, OutageId};
use crate::appointment::AppointmentId;
use crate::availability::{BusinessHours, DayBlock, Hours};
use crate::catalogue::{ResourceId, ServiceId, StaffId};
use crate::engagement::{Claim, Subject};

/// What bookings stand on, of one moment. Somebody or something that is missing here is not there at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Premises {
    /// The tenant's zone.
    pub zone: Zone,
    /// When the business is open.
    pub business: BusinessHours,
    /// Everybody who works here and whom the change can reach.
    pub staff: BTreeMap<StaffId, StaffPremises>,
    /// Every resource that can be booked and that the change can reach.
    pub resources: BTreeMap<ResourceId, ResourcePremises>,
}

/// What bookings of one person stand on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffPremises {
    /// When they work.
    pub hours: Hours,
    /// When they are away.
    pub leave: BTreeMap<LeaveId, TimeRange>,
    /// What they can do.
    pub services: BTreeSet<ServiceId>,
}

/// What bookings of one resource stand on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePremises {
    /// How many it takes at once.
    pub capacity: u16,
    /// When it cannot be used.
    pub out_of_service: BTreeMap<OutageId, TimeRange>,
}

/// One claim of an appointment that keeps its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The appointment.
    pub appointment: AppointmentId,
    /// Its service.
    pub service: ServiceId,
    /// The claim.
    pub claim: Claim,
}

/// The appointments that a change from `before` to `after` meets at or after `from`, each with the first of
/// its subjects that is no longer there for it.
#[must_use]
pub fn met(
    before: &Premises,
    after: &Premises,
    booked: &[Booked],
    from: OffsetDateTime,
) -> BTreeMap<AppointmentId, Subject> {
    let mut hits = BTreeMap::new();
    for one in booked {
        if meets(before, after, one, from) {
            hits.entry(one.appointment).or_insert(one.claim.subject);
        }
    }
    hits
}

/// The appointments that do not fit as things are, at or after `from`, each with the first of its subjects that is
/// not there for it, and why.
#[must_use]
pub fn held_off(
    now: &Premises,
    booked: &[Booked],
    from: OffsetDateTime,
) -> BTreeMap<AppointmentId, (Subject, Cause)> {
    let mut off = BTreeMap::new();
    for one in booked {
        if let Some(cause) = now.in_the_way_of(one, from) {
            off.entry(one.appointment).or_insert((one.claim.subject, cause));
        }
    }
    off
}

fn meets(before: &Premises, after: &Premises, booked: &Booked, from: OffsetDateTime) -> bool {
    let Some(ahead) = ahead(&booked.claim, from) else {
        return false;
    };
    if let Subject::Staff(id) = booked.claim.subject {
        let can = |premises: &Premises| {
            let staff = premises.staff.get(&id);
            staff.is_some_and(|staff| staff.services.contains(&booked.service))
        };
        if can(before) && !can(after) {
            return true;
        }
    }
    let subject = booked.claim.subject;
    let lost = TimeRange::subtract(before.available(subject, ahead), after.available(subject, ahead));
    !lost.is_empty()
}

/// What is still ahead of the work and of the time kept free around it.
fn ahead(claim: &Claim, from: OffsetDateTime) -> Option<TimeRange> {
    let work = claim.work();
    let start = work.start().checked_sub(claim.before.duration())?;
    let end = work.end().checked_add(claim.after.duration())?;
    TimeRange::new(start.max(from), end).ok()
}

impl Premises {
    /// What keeps a booking from its time, its place or its hands; of several causes one, in a fixed order.
    fn in_the_way_of(&self, booked: &Booked, from: OffsetDateTime) -> Option<Cause> {
        let ahead = ahead(&booked.claim, from)?;
        match booked.claim.subject {
            Subject::Staff(id) => {
                let Some(staff) = self.staff.get(&id) else {
                    return Some(Cause::Departure(id));
                };
                if !staff.services.contains(&booked.service) {
                    return Some(Cause::Skills(id));
                }
                if let Some(leave) = first_over(&staff.leave, ahead) {
                    return Some(Cause::Leave(leave));
                }
                if let Some(day) = self.first_day_off(ahead, self.at_work(&staff.hours, ahead)) {
                    let dated = staff.hours.dated.contains_key(&day);
                    return Some(if dated {
                        Cause::Override(id, day)
                    } else {
                        Cause::Hours(id)
                    });
                }
                let day = self.first_day_off(ahead, self.open(ahead))?;
                let dated = self.business.dated.contains_key(&day);
                Some(if dated {
                    Cause::Holiday(day)
                } else {
                    Cause::OpeningHours
                })
            }
            Subject::Resource { id, seat } => match self.resources.get(&id) {
                Some(resource) if seat < resource.capacity => {
                    first_over(&resource.out_of_service, ahead).map(Cause::Outage)
                }
                Some(_) | None => Some(Cause::Resource(id)),
            },
        }
    }

    /// The local day of the first instant that the hours leave out.
    fn first_day_off(&self, range: TimeRange, hours: Vec<TimeRange>) -> Option<Date> {
        let off = TimeRange::subtract(vec![range], hours);
        off.first().map(|off| self.zone.date(off.start()))
    }

    /// The part of a stretch in which a subject is there, in order.
    fn available(&self, subject: Subject, range: TimeRange) -> Vec<TimeRange> {
        match subject {
            Subject::Staff(id) => {
                let Some(staff) = self.staff.get(&id) else {
                    return Vec::new();
                };
                let at_work = self.at_work(&staff.hours, range);
                let open = self.open(range);
                let both = at_work
                    .iter()
                    .flat_map(|work| open.iter().filter_map(|open| work.intersection(open)));
                TimeRange::subtract(
                    within(both.collect(), range),
                    staff.leave.values().copied().collect(),
                )
            }
            Subject::Resource { id, seat } => match self.resources.get(&id) {
                Some(resource) if seat < resource.capacity => {
                    TimeRange::subtract(vec![range], resource.out_of_service.values().copied().collect())
                }
                Some(_) | None => Vec::new(),
            },
        }
    }

    fn at_work(&self, hours: &Hours, range: TimeRange) -> Vec<TimeRange> {
        let blocks = self.days(range).flat_map(|day| {
            let blocks = match hours.dated.get(&day) {
                Some(dated) => dated.clone(),
                None => of_weekday(&hours.weekly, day),
            };
            self.on(day, blocks)
        });
        TimeRange::union(blocks.collect())
    }

    fn open(&self, range: TimeRange) -> Vec<TimeRange> {
        let blocks =
            self.days(range).flat_map(
                |day| match (self.business.dated.get(&day), &self.business.weekly) {
                    (Some(dated), _) => self.on(day, dated.clone()),
                    (None, Some(weekly)) => self.on(day, of_weekday(weekly, day)),
                    (None, None) => self.zone.day(day).into_iter().collect(),
                },
            );
        TimeRange::union(blocks.collect())
    }

    /// The local days that can have a block in the stretch: a block lasts two days at most.
    fn days(&self, range: TimeRange) -> impl Iterator<Item = Date> {
        let first = self.zone.date(range.start());
        let first = first.checked_sub(Duration::days(2)).unwrap_or(first);
        let last = self.zone.date(range.end());
        std::iter::successors(Some(first), |day| day.next_day()).take_while(move |day| *day <= last)
    }

    fn on(&self, day: Date, blocks: Vec<DayBlock>) -> Vec<TimeRange> {
        let at = |minute: u16| {
            let midnight = PrimitiveDateTime::new(day, Time::MIDNIGHT);
            let local = midnight.checked_add(Duration::minutes(i64::from(minute)))?;
            Some(self.zone.instant(local))
        };
        let range = |block: DayBlock| TimeRange::new(at(block.from_minute)?, at(block.to_minute)?).ok();
        blocks.into_iter().filter_map(range).collect()
    }
}

fn first_over<K: Copy>(absences: &BTreeMap<K, TimeRange>, range: TimeRange) -> Option<K> {
    let mut over = absences.iter().filter(|(_, absence)| absence.overlaps(&range));
    over.next().map(|(id, _)| *id)
}

fn of_weekday(weekly: &[crate::availability::WeeklyBlock], day: Date) -> Vec<DayBlock> {
    let of_day = weekly.iter().filter(|block| block.weekday == day.weekday());
    of_day.map(|block| block.block).collect()
}

fn within(ranges: Vec<TimeRange>, range: TimeRange) -> Vec<TimeRange> {
    ranges.iter().filter_map(|one| one.intersection(&range)).collect()
}

#[cfg(test)]
mod tests;
