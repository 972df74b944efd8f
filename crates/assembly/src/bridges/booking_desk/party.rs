//! Several people, and what goes well with a time that was agreed to.

use ratiba_booking::availability::{Arrangement, PartRequest, SlotPart, StaffWish};
use ratiba_booking::use_cases::{Complement as BookingComplement, FindSlotsError};
use ratiba_conversation::desk::{Coming, Complement, Party, ServiceRef, Slot};
use ratiba_kernel::Id;

/// One part for each of them, all for the same service. Whoever is wished for renders the first one's; the others' are
/// rendered by whoever can.
pub(super) fn parts_for(service: ServiceRef, party: Party, first: StaffWish) -> Vec<PartRequest> {
    let guests = 0..u8::try_from(party.people.max(1)).unwrap_or(u8::MAX);
    guests
        .map(|guest| {
            let wish = if guest == 0 { first } else { StaffWish::Any };
            PartRequest::new(Id::from_uuid(service.as_uuid()), wish).for_guest(guest)
        })
        .collect()
}

pub(super) const fn arrangement_of(party: Party) -> Arrangement {
    match party.coming {
        Coming::Together => Arrangement::Together,
        Coming::InTurn => Arrangement::InTurn,
    }
}

/// The last part of a pair, as the customer is told it.
pub(super) fn complement_of(part: &SlotPart) -> Complement {
    Complement {
        service: Id::from_uuid(part.service.as_uuid()),
        staff: Id::from_uuid(part.staff.as_uuid()),
        starts_at: part.client.start(),
        begins_at: part.time.start(),
    }
}

/// Exactly what was offered.
pub(super) fn as_offered(complement: Complement) -> BookingComplement {
    let staff = StaffWish::Only(Id::from_uuid(complement.staff.as_uuid()));
    BookingComplement {
        part: PartRequest::new(Id::from_uuid(complement.service.as_uuid()), staff),
        start: complement.begins_at,
    }
}

/// What the desk holds, as it was ordered: for whom, and with what.
pub(super) const fn as_ordered(held: Slot, ordered: &Slot) -> Slot {
    Slot {
        party: ordered.party,
        complement: ordered.complement,
        ..held
    }
}

/// Nothing goes well with what is not sold any more.
pub(super) fn nothing_goes_well(error: FindSlotsError) -> Result<Option<Slot>, ratiba_kernel::Outage> {
    match error {
        FindSlotsError::Request(_) => Ok(None),
        FindSlotsError::Unavailable(outage) => Err(outage),
    }
}
