//! What else the customer may like, right after what was chosen: one complementary service at most.
//!
//! A pure function like the engine, and on top of it. How often services are bought together is learnt
//! elsewhere; here it is only weighed against the wait. Whether something may be offered at all (once for
//! each thread, after the customer's yes, before the hold) is for the caller to know.

use std::collections::{BTreeMap, BTreeSet};

use ratiba_kernel::{BasisPoints, TimeRange};
use time::{Duration, OffsetDateTime};

use crate::availability::{
    self, Arrangement, EngagedAs, Engagement, Facts, PartOrder, PartRequest, Reason, Refusal, Refused,
    RequestFault, Side, Slot, SlotReason, SlotRequest, StaffWish,
};
use crate::catalogue::{Minutes, ServiceId};
use crate::policy::Channel;

/// How sure it is that whoever has one service likes another one after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The service that was chosen.
    pub primary: ServiceId,
    /// The one that goes with it.
    pub complement: ServiceId,
    /// How sure; 10,000 basis points are certainty.
    pub confidence: BasisPoints,
}

/// What is known when something may be offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairRequest<'a> {
    /// The slot that the customer has chosen, not yet held.
    pub chosen: &'a Slot,
    /// What goes with what. Relations whose primary service is not in the chosen slot do not matter.
    pub relations: &'a [Relation],
    /// How long after the chosen slot has let its client go the complement may need them; a wait of exactly that
    /// long is still possible, and ranks last. At most a day counts.
    pub tolerance: Minutes,
    /// Through which channel it is asked; the horizon holds for the complement too.
    pub channel: Channel,
    /// The present.
    pub now: OffsetDateTime,
}

/// The best pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The chosen slot with the complement as its last part, all of whose claims go together: to be held as
    /// one visit. The complement's `asked` follows the highest of the chosen parts.
    pub slot: Slot,
    /// The complement.
    pub complement: ServiceId,
    /// How long the customer waits for it after the chosen slot; never negative.
    pub wait: Duration,
    /// How sure the relation is.
    pub confidence: BasisPoints,
}

/// The best complement that begins within the tolerance after the chosen slot, as soon as somebody and
/// something can; `None` if there is none. Measured by the client: from being free to being needed.
///
/// Pairs rank by confidence × (1 − wait ÷ tolerance), in whole numbers; of equal ranks the smaller service id
/// comes first. A service that the visit has already is never offered again, and never does a complement
/// need its client before the chosen slot has let them go.
///
/// The facts must hold the complements, whoever can render them and what is engaged up to a day and a half
/// after the chosen slot; a complement that they do not hold is left out.
///
/// # Errors
/// [`RequestFault::OutOfCalendar`].
pub fn best_pair(facts: &Facts, request: &PairRequest<'_>) -> Result<Option<Pair>, RequestFault> {
    let facts = with_claims(facts, request.chosen);
    let tolerance = request.tolerance.duration().min(Duration::DAY);
    let mut best: Option<(Rank, Pair)> = None;
    for (complement, (confidence, guest)) in complements(&facts, request) {
        let part = PartRequest::new(complement, StaffWish::Any).for_guest(guest);
        let Some(search) = after(&facts, request, tolerance, part)? else {
            continue;
        };
        let Some(slot) = availability::soonest(&facts, &search)? else {
            continue;
        };
        let wait = slot.client().start() - request.chosen.client().end();
        let rank = rank(confidence, wait, tolerance);
        if best.as_ref().is_some_and(|(known, _)| *known >= rank) {
            continue;
        }
        if let Some(slot) = joined(request.chosen, slot) {
            let pair = Pair {
                slot,
                complement,
                wait,
                confidence,
            };
            best = Some((rank, pair));
        }
    }
    Ok(best.map(|(_, pair)| pair))
}

/// A complement that is wanted as it was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComplementRequest<'a> {
    /// The slot of everything else, not yet held.
    pub chosen: &'a Slot,
    /// The complement.
    pub part: PartRequest,
    /// When exactly it begins.
    pub start: OffsetDateTime,
    /// How long after the chosen slot has let its client go it may need them; at most a day counts.
    pub tolerance: Minutes,
    /// Through which channel it is asked.
    pub channel: Channel,
    /// The present.
    pub now: OffsetDateTime,
}

/// The chosen slot and the complement that begins exactly then, as one; or why the complement cannot be had. One
/// that needs its client before the chosen slot has let them go, or after the tolerance, does not go together with it:
/// measured as by [`best_pair`].
///
/// # Errors
/// [`RequestFault`] if the facts do not know the complement.
pub fn as_offered(
    facts: &Facts,
    request: &ComplementRequest<'_>,
) -> Result<Result<Slot, Refused>, RequestFault> {
    let apart = || Refused {
        start: request.start,
        refusals: BTreeSet::from([Refusal {
            reason: Reason::Combination,
            staff: None,
            part: None,
        }]),
    };
    let tolerance = request.tolerance.duration().min(Duration::DAY);
    let wait = request.start + set_up(facts, request.part.service) - request.chosen.client().end();
    if wait.is_negative() || wait > tolerance || request.start < request.chosen.time.start() {
        return Ok(Err(apart()));
    }
    let facts = with_claims(facts, request.chosen);
    let window = TimeRange::starting(request.start, Duration::SECOND);
    let search = SlotRequest {
        parts: vec![request.part],
        order: PartOrder::AsAsked,
        arrangement: Arrangement::Together,
        window: window.map_err(|_| RequestFault::OutOfCalendar)?,
        channel: request.channel,
        now: request.now,
        most: Some(1),
    };
    let slot = availability::soonest(&facts, &search)?;
    if let Some(slot) = slot.and_then(|slot| joined(request.chosen, slot)) {
        return Ok(Ok(slot));
    }
    // A complement need not begin on the grid: that is no reason.
    let mut refused = match availability::check(&facts, &search, request.start)? {
        Err(refused) => refused,
        Ok(_) => return Ok(Err(apart())),
    };
    refused
        .refusals
        .retain(|refusal| refusal.reason != Reason::OffGrid);
    Ok(Err(if refused.refusals.is_empty() {
        apart()
    } else {
        refused
    }))
}

/// From the start of a service to when it needs its client.
fn set_up(facts: &Facts, service: ServiceId) -> Duration {
    let mut services = facts.services.iter();
    let service = services.find(|known| known.id == service);
    service.map_or(Duration::ZERO, |service| service.recipe.client_comes().duration())
}

/// What is known, with the slot's claims as if it were booked.
fn with_claims(facts: &Facts, slot: &Slot) -> Facts {
    let mut facts = facts.clone();
    let claims = slot.parts.iter().flat_map(|part| &part.claims);
    facts.engagements.extend(claims.map(|claim| Engagement {
        claim: claim.clone(),
        engaged_as: EngagedAs::Booked,
    }));
    facts
}

/// Confidence times what is left of the tolerance, in basis points times seconds.
type Rank = i64;

fn rank(confidence: BasisPoints, wait: Duration, tolerance: Duration) -> Rank {
    let left = if tolerance.is_zero() {
        1
    } else {
        (tolerance - wait).whole_seconds()
    };
    i64::from(confidence.value()) * left
}

/// Each service that goes with one of the chosen ones and is not chosen itself, in the order of their ids,
/// with the highest confidence and the guest whom it is for.
fn complements(facts: &Facts, request: &PairRequest<'_>) -> BTreeMap<ServiceId, (BasisPoints, u8)> {
    let parts = &request.chosen.parts;
    let mut complements: BTreeMap<ServiceId, (BasisPoints, u8)> = BTreeMap::new();
    for relation in request.relations {
        let primary = parts.iter().find(|part| part.service == relation.primary);
        let known = facts
            .services
            .iter()
            .any(|service| service.id == relation.complement);
        let chosen = parts.iter().any(|part| part.service == relation.complement);
        let Some(primary) = primary.filter(|_| known && !chosen) else {
            continue;
        };
        let offer = (relation.confidence, primary.guest);
        let of_service = complements.entry(relation.complement).or_insert(offer);
        if of_service.0 < relation.confidence {
            *of_service = offer;
        }
    }
    complements
}

/// The search for a complement that needs its client when the chosen slot lets them go, or up to the tolerance
/// later. Its set-up may run beside the chosen slot, but not begin before it.
fn after(
    facts: &Facts,
    request: &PairRequest<'_>,
    tolerance: Duration,
    part: PartRequest,
) -> Result<Option<SlotRequest>, RequestFault> {
    let set_up = set_up(facts, part.service);
    let free = request.chosen.client().end();
    let past = free.checked_add(tolerance + Duration::SECOND - set_up);
    let begin = free
        .checked_sub(set_up)
        .map(|begin| begin.max(request.chosen.time.start()));
    let window = begin.zip(past).map(|(begin, past)| TimeRange::new(begin, past));
    let window = match window {
        Some(Ok(window)) => window,
        // The chosen slot is shorter than the set-up.
        Some(Err(_)) => return Ok(None),
        None => return Err(RequestFault::OutOfCalendar),
    };
    Ok(Some(SlotRequest {
        parts: vec![part],
        order: PartOrder::AsAsked,
        arrangement: Arrangement::Together,
        window,
        channel: request.channel,
        now: request.now,
        most: Some(1),
    }))
}

/// The chosen slot and its complement as one.
fn joined(chosen: &Slot, complement: Slot) -> Option<Slot> {
    let end = chosen.time.end().max(complement.time.end());
    let time = TimeRange::new(chosen.time.start(), end).ok()?;
    let next = chosen.parts.iter().map(|part| part.asked).max()?.checked_add(1)?;
    let reasons = joined_reasons(&chosen.reasons, &complement.reasons);
    let mut parts = chosen.parts.clone();
    parts.extend(complement.parts.into_iter().map(|mut part| {
        part.asked = next;
        part
    }));
    Some(Slot { time, parts, reasons })
}

/// What is free before the first and after the last; who was asked for was asked for in the first.
fn joined_reasons(chosen: &[SlotReason], complement: &[SlotReason]) -> Vec<SlotReason> {
    let hole = |reasons: &[SlotReason], wanted: Side| {
        let mut holes = reasons.iter().copied();
        holes.find(|reason| matches!(reason, SlotReason::LeavesHole { side, .. } if *side == wanted))
    };
    let (before, after) = (hole(chosen, Side::Before), hole(complement, Side::After));
    let closes = (before.is_none() && after.is_none()).then_some(SlotReason::ClosesGap);
    let staff = chosen.iter().copied().filter(|reason| match reason {
        SlotReason::StaffRequested | SlotReason::StaffProposed | SlotReason::StaffTurn => true,
        SlotReason::ClosesGap | SlotReason::LeavesHole { .. } => false,
    });
    closes
        .into_iter()
        .chain(before)
        .chain(after)
        .chain(staff)
        .collect()
}

#[cfg(test)]
mod tests;
