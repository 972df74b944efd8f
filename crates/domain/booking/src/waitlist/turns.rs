//! Whose turn it is: facts and entries in, offers to be made out. A pure function.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use ratiba_kernel::{TimeRange, Zone};
use time::{Duration, OffsetDateTime};

use super::{EntryStanding, WaitlistEntry, WaitlistEntryId, open_until};
use crate::availability::{
    self, Arrangement, EngagedAs, Engagement, Facts, PartOrder, PartRequest, Slot, SlotReason, SlotRequest,
};
use crate::catalogue::{CustomerId, Service};

/// How far ahead the whole list is looked through. Time that becomes free later than that is found when it is
/// freed, or when it has come this near.
pub const LOOK_AHEAD: Duration = Duration::days(14);

/// A visit lasts no longer than this: how far before a freed time a visit that uses it may begin.
const VISIT_LONGEST: Duration = Duration::hours(24);

/// An offer to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// To whom.
    pub entry: WaitlistEntryId,
    /// What.
    pub slot: Slot,
    /// Until when.
    pub until: OffsetDateTime,
}

/// The parts that anybody on the list waits for.
#[must_use]
pub fn parts_of(entries: &[WaitlistEntry]) -> Vec<PartRequest> {
    entries.iter().flat_map(|entry| entry.parts.clone()).collect()
}

/// Where starts are looked for: around a freed time, or in the next two weeks. `None` if that has passed.
#[must_use]
pub fn window(freed: Option<TimeRange>, now: OffsetDateTime) -> Option<TimeRange> {
    let window = match freed {
        Some(freed) => TimeRange::new(freed.start().saturating_sub(VISIT_LONGEST).max(now), freed.end()),
        None => TimeRange::starting(now, LOOK_AHEAD),
    };
    window.ok()
}

/// The offers to be made now, in the order of turns: each time to one person, and each person one. With
/// `freed`, only times that use some of it.
///
/// Entries that wait for what is not sold any more get nothing.
#[must_use]
pub fn turns(
    facts: &Facts,
    entries: &[WaitlistEntry],
    freed: Option<TimeRange>,
    now: OffsetDateTime,
) -> Vec<Turn> {
    let Some(window) = window(freed, now) else {
        return Vec::new();
    };
    let mut busy = customers_with_an_offer(entries);
    let look = Look { freed, window, now };
    let mut candidates: Vec<(&WaitlistEntry, Turn)> = entries
        .iter()
        .filter(|entry| entry.standing == EntryStanding::Waiting && !busy.contains(&entry.customer))
        .filter_map(|entry| Some((entry, look.best(facts, entry)?)))
        .collect();
    candidates.sort_by_key(|(entry, turn)| {
        let exact = closes_a_gap(&turn.slot);
        (Reverse(entry.priority), !exact, entry.joined_at, entry.id)
    });
    let mut facts = facts.clone();
    let mut made: Vec<Turn> = Vec::new();
    for (entry, turn) in candidates {
        if busy.contains(&entry.customer) {
            continue;
        }
        let turn = if made.iter().any(|other| meet(&other.slot, &turn.slot)) {
            look.best(&facts, entry)
        } else {
            Some(turn)
        };
        let Some(turn) = turn else { continue };
        let claims = turn.slot.parts.iter().flat_map(|part| &part.claims);
        facts.engagements.extend(claims.map(|claim| Engagement {
            claim: claim.clone(),
            engaged_as: EngagedAs::Held { until: turn.until },
        }));
        busy.insert(entry.customer);
        made.push(turn);
    }
    made
}

fn customers_with_an_offer(entries: &[WaitlistEntry]) -> BTreeSet<CustomerId> {
    let offered = entries.iter().filter(|e| e.standing == EntryStanding::Offered);
    offered.map(|entry| entry.customer).collect()
}

fn closes_a_gap(slot: &Slot) -> bool {
    slot.reasons.contains(&SlotReason::ClosesGap)
}

fn meet(one: &Slot, other: &Slot) -> bool {
    let claims = |slot: &Slot| {
        slot.parts
            .iter()
            .flat_map(|part| part.claims.clone())
            .collect::<Vec<_>>()
    };
    let others = claims(other);
    claims(one)
        .iter()
        .any(|claim| others.iter().any(|other| claim.conflicts(other)))
}

struct Look {
    freed: Option<TimeRange>,
    window: TimeRange,
    now: OffsetDateTime,
}

impl Look {
    /// The best time for an entry: one that closes a gap, else the earliest.
    fn best(&self, facts: &Facts, entry: &WaitlistEntry) -> Option<Turn> {
        let zone = &facts.policy.zone;
        let request = SlotRequest {
            parts: entry.parts.clone(),
            order: PartOrder::Any,
            arrangement: Arrangement::Together,
            window: self.window.intersection(&entry.wish.range(zone)?)?,
            channel: entry.channel,
            now: self.now,
            most: None,
        };
        let rules = &facts.policy.rules;
        let services = facts.services.iter();
        let wished = services.filter(|service| entry.parts.iter().any(|part| part.service == service.id));
        let notice = Service::longest_notice(wished, rules, entry.channel);
        let slots = availability::find(facts, &request).unwrap_or_default();
        let fitting = slots.into_iter().filter(|slot| self.fits(zone, entry, slot));
        let open = fitting.filter_map(|slot| {
            let until = open_until(rules, notice, slot.time.start(), self.now)?;
            Some(Turn {
                entry: entry.id,
                slot,
                until,
            })
        });
        open.min_by_key(|turn| (!closes_a_gap(&turn.slot), turn.slot.time.start()))
    }

    fn fits(&self, zone: &Zone, entry: &WaitlistEntry, slot: &Slot) -> bool {
        let claims = || slot.parts.iter().flat_map(|part| &part.claims);
        let uses_it = self
            .freed
            .is_none_or(|freed| claims().any(|claim| claim.range.overlaps(&freed)));
        uses_it && entry.wish.holds(zone, slot.time.start()) && !entry.had(slot.time)
    }
}
