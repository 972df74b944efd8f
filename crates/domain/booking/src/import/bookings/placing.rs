//! Where a promised booking fits: who and what it occupies, or what is in the way.
//!
//! Unlike the engine that offers slots, this honours what was promised: neither grid nor opening hours nor leave
//! refuse, they are only remarked on. Two claims on one time still do.

use std::collections::BTreeSet;

use ratiba_kernel::TimeRange;
use time::OffsetDateTime;

use super::Remark;
use crate::availability::{DayBlock, EngagedAs, Facts, Hours, WeeklyBlock};
use crate::catalogue::{ResourceKind, Service, StaffId};
use crate::engagement::{Claim, Need, Role, Subject, sorted};

/// Something that holds a time that a row wants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InTheWay {
    /// Whose time.
    pub subject: Subject,
    /// From when to when it is held, buffers included.
    pub range: TimeRange,
    /// By what.
    pub by: By,
}

/// What holds a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// An appointment that is agreed.
    Appointment,
    /// One that waits for money or an answer.
    Hold,
    /// A block: lunch, training.
    Block,
    /// Out of service.
    Outage,
    /// An earlier row of the same import.
    Row(u16),
}

/// Who and what a booking occupies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Who renders it.
    pub staff: StaffId,
    /// What it occupies, in the order of writing.
    pub claims: Vec<Claim>,
}

/// The days, and the rows that were placed there so far.
pub struct Place<'f> {
    facts: &'f Facts,
    held: Vec<(Claim, By)>,
}

impl<'f> Place<'f> {
    /// The days as they are at `now`: holds whose deadline has come keep nobody out.
    #[must_use]
    pub fn new(facts: &'f Facts, now: OffsetDateTime) -> Self {
        let engaged = facts.engagements.iter().filter_map(|engagement| {
            let by = match engagement.engaged_as {
                EngagedAs::Booked => By::Appointment,
                EngagedAs::Held { until } if until <= now => return None,
                EngagedAs::Held { .. } => By::Hold,
                EngagedAs::Blocked => By::Block,
            };
            Some((engagement.claim.clone(), by))
        });
        Self {
            held: engaged.collect(),
            facts,
        }
    }

    /// Places a row's booking, by the one named or by whoever is free, the least recently booked first. What is
    /// placed keeps the rows after it out.
    ///
    /// # Errors
    /// What is in the way; of nobody in particular, what is in the way of each.
    pub fn find(
        &mut self,
        row: u16,
        service: &Service,
        staff: Option<StaffId>,
        start: OffsetDateTime,
    ) -> Result<Placed, Vec<InTheWay>> {
        let candidates = match staff {
            Some(staff) => vec![staff],
            None => self.able(service),
        };
        let mut in_the_way = BTreeSet::new();
        for staff in candidates {
            match self.claims(service, staff, start) {
                Ok(claims) => {
                    self.held
                        .extend(claims.iter().map(|claim| (claim.clone(), By::Row(row))));
                    return Ok(Placed { staff, claims });
                }
                Err(found) => in_the_way.extend(found),
            }
        }
        Err(in_the_way.into_iter().take(20).collect())
    }

    fn able(&self, service: &Service) -> Vec<StaffId> {
        let mut able: Vec<_> = self
            .facts
            .staff
            .iter()
            .filter(|member| service.staff.contains(&member.id))
            .map(|member| (member.booked_last, member.id))
            .collect();
        able.sort_unstable();
        able.into_iter().map(|(_, id)| id).collect()
    }

    fn claims(
        &self,
        service: &Service,
        staff: StaffId,
        start: OffsetDateTime,
    ) -> Result<Vec<Claim>, BTreeSet<InTheWay>> {
        let mut claims: Vec<Claim> = Vec::new();
        let mut in_the_way = BTreeSet::new();
        for need in service.recipe.needs() {
            let found = match &need.role {
                Role::Staff => self.free(&need, Subject::Staff(staff), start),
                Role::Resource(kind) => self.seat(&need, kind, start),
            };
            match found {
                Ok(claim) => claims.extend(claim),
                Err(found) => in_the_way.extend(found),
            }
        }
        if in_the_way.is_empty() {
            Ok(sorted(claims))
        } else {
            Err(in_the_way)
        }
    }

    /// The claim of a subject, if nothing is in its way. None at the ends of the calendar.
    fn free(
        &self,
        need: &Need,
        subject: Subject,
        start: OffsetDateTime,
    ) -> Result<Option<Claim>, Vec<InTheWay>> {
        let Some(claim) = need.claim(subject, start, self.facts.policy.rules.buffers) else {
            return Ok(None);
        };
        let held = self.held.iter().filter(|(other, _)| other.conflicts(&claim));
        let mut found: Vec<InTheWay> = held
            .map(|(other, by)| InTheWay {
                subject,
                range: other.range,
                by: *by,
            })
            .collect();
        if let Subject::Resource { id, .. } = subject {
            let resource = self.facts.resources.iter().find(|resource| resource.id == id);
            let out = resource.iter().flat_map(|resource| &resource.out_of_service);
            found.extend(
                out.filter(|range| range.overlaps(&claim.range))
                    .map(|range| InTheWay {
                        subject,
                        range: *range,
                        by: By::Outage,
                    }),
            );
        }
        if found.is_empty() {
            Ok(Some(claim))
        } else {
            Err(found)
        }
    }

    /// The first seat of a pool that is free for the whole need.
    fn seat(
        &self,
        need: &Need,
        kind: &ResourceKind,
        start: OffsetDateTime,
    ) -> Result<Option<Claim>, Vec<InTheWay>> {
        let mut in_the_way = Vec::new();
        for resource in self
            .facts
            .resources
            .iter()
            .filter(|resource| resource.kind == *kind)
        {
            for seat in 0..resource.capacity {
                let subject = Subject::Resource {
                    id: resource.id,
                    seat,
                };
                match self.free(need, subject, start) {
                    Ok(claim) => return Ok(claim),
                    Err(found) => in_the_way.extend(found),
                }
            }
        }
        Err(in_the_way)
    }

    /// What to know about a time that is honoured all the same.
    #[must_use]
    pub fn remarks(&self, staff: StaffId, time: TimeRange) -> BTreeSet<Remark> {
        let mut remarks = BTreeSet::new();
        let zone = &self.facts.policy.zone;
        let (from, to) = (zone.local(time.start()), zone.local(time.end()));
        let minute = |time: time::Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
        let from_minute = minute(from.time());
        let length = (to - from).whole_minutes();
        let within = |hours: &Hours| {
            let day = from.date();
            let today = blocks(hours, day).any(|block| holds(block, from_minute, length));
            let yesterday = day.previous_day().is_some_and(|day| {
                blocks(hours, day).any(|block| holds(block, from_minute + 24 * 60, length))
            });
            today || yesterday
        };
        if let Some(member) = self.facts.staff.iter().find(|member| member.id == staff)
            && (!within(&member.hours) || member.leave.iter().any(|leave| leave.overlaps(&time)))
        {
            remarks.insert(Remark::NotAtWork);
        }
        let business = &self.facts.business;
        let open = match (&business.weekly, business.dated.get(&from.date())) {
            (None, None) => true,
            (weekly, _) => within(&Hours {
                weekly: weekly.clone().unwrap_or_default(),
                dated: business.dated.clone(),
            }),
        };
        if !open {
            remarks.insert(Remark::Closed);
        }
        remarks
    }
}

fn holds(block: DayBlock, from: i64, length: i64) -> bool {
    i64::from(block.from_minute) <= from && from + length <= i64::from(block.to_minute)
}

/// The blocks that begin on a day, those that meet joined.
fn blocks(hours: &Hours, day: time::Date) -> impl Iterator<Item = DayBlock> {
    let own = |weekly: &WeeklyBlock| (weekly.weekday == day.weekday()).then_some(weekly.block);
    let mut found: Vec<DayBlock> = match hours.dated.get(&day) {
        Some(blocks) => blocks.clone(),
        None => hours.weekly.iter().filter_map(own).collect(),
    };
    found.sort_unstable();
    let mut joined: Vec<DayBlock> = Vec::with_capacity(found.len());
    for block in found {
        match joined.last_mut() {
            Some(last) if block.from_minute <= last.to_minute => {
                last.to_minute = last.to_minute.max(block.to_minute)
            }
            Some(_) | None => joined.push(block),
        }
    }
    joined.into_iter()
}

/// The stretch in which all of the rows lie; what reaches into it is known to whoever is asked for the facts.
#[must_use]
pub fn window(times: impl IntoIterator<Item = TimeRange>) -> Option<TimeRange> {
    let (mut from, mut to): (Option<OffsetDateTime>, Option<OffsetDateTime>) = (None, None);
    for time in times {
        from = Some(from.map_or(time.start(), |from| from.min(time.start())));
        to = Some(to.map_or(time.end(), |to| to.max(time.end())));
    }
    TimeRange::new(from?, to?).ok()
}

#[cfg(test)]
mod tests;
