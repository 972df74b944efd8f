//! Where booked parts can be put instead: the engine is asked as for a new visit, but what the parts engage
//! themselves does not stand in their way.

use std::collections::{BTreeMap, BTreeSet};

use ratiba_kernel::TimeRange;
use time::OffsetDateTime;

use super::{alternatives, around};
use crate::appointment::{Appointment, AppointmentId, CancelledBy, Placement, StaffChoice, Team};
use crate::availability::{
    self, Arrangement, EngagedAs, Facts, PartOrder, PartRequest, Reason, Refusal, Refused, RequestFault,
    Slot, SlotPart, SlotRequest, StaffWish,
};
use crate::catalogue::{Offering, StaffId};
use crate::policy::Channel;
use crate::visit::Visit;

/// Where the parts should go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// When the first of them begins.
    pub(super) start: OffsetDateTime,
    /// Who renders a part from now on; whoever is not named keeps it, or, if nobody asked for them, the
    /// next one takes it where they cannot.
    pub(super) staff: &'a BTreeMap<AppointmentId, StaffId>,
    /// Who wants it: whom the customer names is asked for, whom the business names is assigned.
    pub(super) by: CancelledBy,
    /// Whose notice and horizon count.
    pub(super) channel: Channel,
}

/// The wanted time cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NotThere {
    /// Why; never empty.
    pub(super) reasons: BTreeSet<Reason>,
    /// The nearest starts that can be had, the nearest first; may be none.
    pub(super) alternatives: Vec<Slot>,
}

/// Parts of a visit that are to be put elsewhere, in order of time, and the rest of it.
pub(super) struct Replacing<'a> {
    parts: Vec<&'a Appointment>,
    staying: Vec<&'a Appointment>,
    one_at_a_time: bool,
}

impl<'a> Replacing<'a> {
    /// The parts that `moves` chooses among those of a visit that keep their time.
    pub(super) fn of(visit: &'a Visit, moves: impl Fn(&Appointment) -> bool) -> Self {
        let living = visit.appointments.iter().filter(|a| a.state().keeps_its_time());
        let (parts, staying): (Vec<&Appointment>, Vec<&Appointment>) = living.partition(|a| moves(a));
        let times: Vec<TimeRange> = parts.iter().chain(&staying).map(|a| a.booking().time).collect();
        let one_at_a_time = times
            .iter()
            .enumerate()
            .all(|(index, time)| times.iter().skip(index + 1).all(|other| !time.overlaps(other)));
        Self {
            parts,
            staying,
            one_at_a_time,
        }
    }

    /// The parts.
    pub(super) fn parts(&self) -> &[&'a Appointment] {
        &self.parts
    }

    /// Whether the parts are where they are wanted already: they begin then, one at the end of the other or beside it,
    /// with those who are named for them.
    pub(super) fn is_there(&self, wanted: &Wanted<'_>) -> bool {
        let start = self.parts.iter().map(|part| part.booking().time.start()).min();
        let named = |part: &&&Appointment| {
            let booking = part.booking();
            let asked_for = wanted.by == CancelledBy::Business || booking.choice == StaffChoice::Requested;
            wanted
                .staff
                .get(&part.id())
                .is_none_or(|named| asked_for && booking.team.members().first() == Some(named))
        };
        start == Some(wanted.start) && !self.leaves_waiting() && self.parts.iter().all(|part| named(&part))
    }

    /// Whether there is time between the parts in which nobody is served.
    fn leaves_waiting(&self) -> bool {
        let mut clients: Vec<TimeRange> = self.parts.iter().map(|part| part.booking().client()).collect();
        clients.sort_by_key(|client| (client.start(), client.end()));
        let mut until = clients.first().map(|client| client.start());
        clients.iter().any(|client| {
            let waits = until.is_some_and(|until| until < client.start());
            until = until.max(Some(client.end()));
            waits
        })
    }

    /// What the engine is asked.
    ///
    /// # Errors
    /// [`RequestFault::OutOfCalendar`].
    pub(super) fn request(
        &self,
        wanted: &Wanted<'_>,
        now: OffsetDateTime,
    ) -> Result<SlotRequest, RequestFault> {
        let guests = guests(&self.parts);
        let parts = self.parts.iter().zip(guests).map(|(part, guest)| {
            let booking = part.booking();
            let wish = match (wanted.staff.get(&part.id()), booking.team.members().first()) {
                (Some(named), _) => StaffWish::Only(*named),
                (None, None) => StaffWish::Any,
                (None, Some(present)) => match booking.choice {
                    StaffChoice::Requested => StaffWish::Only(*present),
                    StaffChoice::Assigned => StaffWish::Offered(*present),
                },
            };
            PartRequest::new(booking.service, wish).for_guest(guest)
        });
        Ok(SlotRequest {
            parts: parts.collect(),
            order: PartOrder::AsAsked,
            arrangement: Arrangement::Together,
            window: around(wanted.start, now)?,
            channel: wanted.channel,
            now,
            most: None,
        })
    }

    /// Where each part goes, in the order of the parts; or why not.
    ///
    /// # Errors
    /// [`RequestFault`] if the request names what the facts do not know.
    pub(super) fn place(
        &self,
        facts: Facts,
        request: &SlotRequest,
        wanted: &Wanted<'_>,
    ) -> Result<Result<Vec<Placement>, NotThere>, RequestFault> {
        let facts = self.without_own(facts);
        match self.slot(&facts, request, wanted.start)? {
            Err(why) => Ok(Err(self.not_there(&facts, request, wanted, why.reasons()))),
            Ok(slot) => {
                let mut parts: Vec<&SlotPart> = slot.parts.iter().collect();
                parts.sort_by_key(|part| part.asked);
                let placed = self.parts.iter().zip(parts);
                Ok(Ok(placed
                    .map(|(part, slot)| placement(part, slot, wanted))
                    .collect()))
            }
        }
    }

    /// The slot of the parts that begins then, by facts as they are for these parts; or why there is none.
    ///
    /// # Errors
    /// [`RequestFault`] if the request names what the facts do not know.
    pub(super) fn slot(
        &self,
        facts: &Facts,
        request: &SlotRequest,
        start: OffsetDateTime,
    ) -> Result<Result<Slot, Refused>, RequestFault> {
        let found = availability::check(facts, request, start)?;
        Ok(match found {
            Ok(slot) if !self.fits_the_rest(&slot) => Err(Refused {
                start,
                refusals: BTreeSet::from([Refusal {
                    reason: Reason::Booked,
                    part: None,
                    staff: None,
                }]),
            }),
            found => found,
        })
    }

    /// All slots of the request, by facts as they are for these parts.
    ///
    /// # Errors
    /// [`RequestFault`] if the request names what the facts do not know.
    pub(super) fn find(&self, facts: &Facts, request: &SlotRequest) -> Result<Vec<Slot>, RequestFault> {
        let mut slots = availability::find(facts, request)?;
        slots.retain(|slot| self.fits_the_rest(slot));
        Ok(slots)
    }

    /// The nearest starts that can be had, by facts as they are for these parts.
    pub(super) fn alternatives(
        &self,
        facts: &Facts,
        request: &SlotRequest,
        wanted: OffsetDateTime,
    ) -> Vec<Slot> {
        let mut alternatives = alternatives(facts, request, wanted);
        alternatives.retain(|slot| self.fits_the_rest(slot));
        alternatives
    }

    /// What is left to say when others were faster every time, or the time cannot be had for another reason than
    /// the engine knows: why, and what is near as things stand now.
    ///
    /// # Errors
    /// [`RequestFault`] if the request names what the facts do not know.
    pub(super) fn lost(
        &self,
        facts: Facts,
        request: &SlotRequest,
        wanted: &Wanted<'_>,
        why: Reason,
    ) -> Result<NotThere, RequestFault> {
        let facts = self.without_own(facts);
        let reasons = match availability::check(&facts, request, wanted.start)? {
            Ok(_free) => BTreeSet::from([why]),
            Err(refused) => refused.reasons(),
        };
        Ok(self.not_there(&facts, request, wanted, reasons))
    }

    fn not_there(
        &self,
        facts: &Facts,
        request: &SlotRequest,
        wanted: &Wanted<'_>,
        reasons: BTreeSet<Reason>,
    ) -> NotThere {
        NotThere {
            reasons,
            alternatives: self.alternatives(facts, request, wanted.start),
        }
    }

    /// The facts as they are for these parts: what they engage is free, and their services fill time as
    /// they did when they were booked, even if they are not sold any more.
    pub(super) fn without_own(&self, mut facts: Facts) -> Facts {
        let own: Vec<_> = self
            .parts
            .iter()
            .flat_map(|part| &part.booking().claims)
            .collect();
        facts.engagements.retain(|engagement| {
            engagement.engaged_as == EngagedAs::Blocked
                || !own.iter().any(|claim| {
                    claim.subject == engagement.claim.subject && claim.range == engagement.claim.range
                })
        });
        for part in &self.parts {
            let booking = part.booking();
            let sold = facts
                .services
                .iter_mut()
                .find(|service| service.id == booking.service);
            if let Some(service) = sold {
                service.recipe = booking.recipe.clone();
                service.offering = Offering::Active;
            }
        }
        facts
    }

    /// Whether the parts that stay leave the slot to the customer: somebody who came alone is not in two
    /// places at once.
    fn fits_the_rest(&self, slot: &Slot) -> bool {
        !self.one_at_a_time
            || slot.parts.iter().all(|part| {
                self.staying
                    .iter()
                    .all(|stays| !stays.booking().time.overlaps(&part.time))
            })
    }
}

fn placement(part: &Appointment, slot: &SlotPart, wanted: &Wanted<'_>) -> Placement {
    let booking = part.booking();
    let named_by_customer =
        wanted.by == CancelledBy::Customer && wanted.staff.get(&part.id()) == Some(&slot.staff);
    let asked_before =
        booking.choice == StaffChoice::Requested && booking.team.members().first() == Some(&slot.staff);
    Placement {
        time: slot.time,
        team: Team::of(slot.staff),
        choice: if named_by_customer || asked_before {
            StaffChoice::Requested
        } else {
            StaffChoice::Assigned
        },
        claims: slot.claims.clone(),
    }
}

/// Who each part is for, as far as its time tells: parts at the same time are for different guests, and a
/// later part is for the guest who became free last before it.
fn guests(parts: &[&Appointment]) -> Vec<u8> {
    let mut free_from: Vec<OffsetDateTime> = Vec::new();
    let mut guests = Vec::with_capacity(parts.len());
    for part in parts {
        let time = part.booking().time;
        let free = free_from
            .iter()
            .enumerate()
            .filter(|(_, free)| **free <= time.start());
        let guest = free.max_by_key(|(index, free)| (**free, std::cmp::Reverse(*index)));
        let guest = guest.map_or(free_from.len(), |(index, _)| index);
        match free_from.get_mut(guest) {
            Some(free) => *free = time.end(),
            None => free_from.push(time.end()),
        }
        // A visit has at most eight parts.
        guests.push(u8::try_from(guest).unwrap_or(u8::MAX));
    }
    guests
}
