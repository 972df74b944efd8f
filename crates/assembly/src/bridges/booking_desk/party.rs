//! Several people, several services, and what goes well with a time that was agreed to.

use ratiba_booking::availability::{Arrangement, PartOrder, PartRequest, SlotPart, StaffWish};
use ratiba_booking::use_cases::{Complement as BookingComplement, FindSlotsError};
use ratiba_conversation::desk::{Coming, Complement, Each, Part, Party, ServiceRef, Slot, StaffRef};
use ratiba_kernel::Id;

use super::wish_of;

/// The services of one after the other, for each of them; or a service for each of them. What is wished for the first one is
/// asked; the others' are rendered by whoever can.
pub(super) fn parts_for(services: &[(ServiceRef, StaffWish)], party: Party) -> Vec<PartRequest> {
    let guests = 0..u8::try_from(party.people.max(1)).unwrap_or(u8::MAX);
    match party.each {
        Each::All => {}
        Each::Own => {
            let each = services.iter().zip(0..u8::MAX);
            return each
                .map(|((service, wish), guest)| {
                    PartRequest::new(Id::from_uuid(service.as_uuid()), *wish).for_guest(guest)
                })
                .collect();
        }
    }
    guests
        .flat_map(|guest| {
            services.iter().map(move |(service, wish)| {
                let wish = if guest == 0 { *wish } else { StaffWish::Any };
                PartRequest::new(Id::from_uuid(service.as_uuid()), wish).for_guest(guest)
            })
        })
        .collect()
}

/// The parts of a slot as they were offered: whoever was offered is tried first for each, and whoever was asked for by
/// name must render what they were offered for.
pub(super) fn parts_of(slot: &Slot, asked_for: Option<StaffRef>) -> Vec<PartRequest> {
    let services = services_of_one(slot);
    let offered: Vec<Option<StaffRef>> = std::iter::once(slot.staff)
        .chain(slot.rest.iter().map(|part| part.staff))
        .collect();
    let mut parts = parts_for(
        &services
            .map(|service| (service, StaffWish::Any))
            .collect::<Vec<_>>(),
        slot.party,
    );
    for (place, part) in parts.iter_mut().enumerate() {
        let offered = offered.get(place).copied().flatten();
        // A slot of before that names nobody for its first part still asks for whoever was named.
        let named = asked_for.filter(|named| offered == Some(*named) || (place == 0 && offered.is_none()));
        part.staff = wish_of(named, offered);
    }
    parts
}

/// The services of each person, in their order; or that of each, where each has their own.
fn services_of_one(slot: &Slot) -> impl Iterator<Item = ServiceRef> {
    let services = match slot.party.each {
        Each::All => slot.services(),
        Each::Own => slot.parts().map(|part| part.service).collect(),
    };
    services.into_iter().filter(|service| {
        slot.complement
            .is_none_or(|complement| complement.service != *service)
    })
}

/// Several services keep the order in which they were asked for, so that the first stays the first.
pub(super) const fn order_of(services: usize) -> PartOrder {
    if services > 1 {
        PartOrder::AsAsked
    } else {
        PartOrder::Any
    }
}

/// The order of the services of a slot.
pub(super) fn order_in(slot: &Slot) -> PartOrder {
    order_of(services_of_one(slot).count())
}

/// What is found for each part, in the order in which they were asked for.
pub(super) fn found_parts(parts: &[SlotPart]) -> Vec<Part> {
    let mut parts: Vec<&SlotPart> = parts.iter().collect();
    parts.sort_by_key(|part| part.asked);
    let found = parts.into_iter().map(|part| Part {
        service: Id::from_uuid(part.service.as_uuid()),
        staff: Some(Id::from_uuid(part.staff.as_uuid())),
    });
    found.collect()
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

/// What the desk holds, for whom it was ordered. What came with it is one of its parts by now, with whoever renders it.
pub(super) fn as_ordered(held: Slot, ordered: &Slot) -> Slot {
    Slot {
        party: ordered.party,
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
