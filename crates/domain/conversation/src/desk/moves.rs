//! Visits that are moved or given up on the customer's word.

use ratiba_kernel::Money;
use time::OffsetDateTime;

use super::{NotFree, Offer, Slot, StaffRef, VisitRef, VisitStanding, Wanted};

/// A wish to move a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveRequest {
    /// Which.
    pub visit: VisitRef,
    /// By whom from now on, if anybody was named.
    pub staff: Option<StaffRef>,
    /// To when.
    pub wanted: Wanted,
    /// How many times to answer with at most.
    pub slots_max: usize,
}

/// The desk's answer to a wish to move. Price and what was paid are carried along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveOffer {
    /// The time, or other times near it; never the one that the visit has.
    Times(Offer),
    /// The visit has this time already.
    Same,
    /// By the business's rules the customer could move it until then.
    TooLate {
        /// Until when.
        until: OffsetDateTime,
    },
    /// It cannot be moved in the chat: it waits for somebody's word, has begun or is over.
    NotPossible,
}

/// The order to move a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveOrder {
    /// Which.
    pub visit: VisitRef,
    /// To when.
    pub to: Slot,
    /// By whom from now on, if anybody was named.
    pub staff: Option<StaffRef>,
}

/// The desk's answer to the order to move. The old time is given up only where the new one is won.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveAnswer {
    /// It is moved, now or already before.
    Moved {
        /// What and when it is now.
        slot: Slot,
        /// Where it stands.
        standing: VisitStanding,
    },
    /// The time cannot be had any more; the visit keeps the one that it has.
    NotFree {
        /// Why.
        reason: NotFree,
        /// Other times, the nearest first.
        slots: Vec<Slot>,
    },
    /// By the business's rules the customer could move it until then.
    TooLate {
        /// Until when.
        until: OffsetDateTime,
    },
    /// It cannot be moved in the chat.
    NotPossible,
}

/// What the business's rules say of a visit that is agreed or waits for its money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisitTerms {
    /// What it would cost the customer to cancel it now.
    pub fee: Money,
    /// Where that would come from.
    pub fee_from: FeeFrom,
    /// What of the money that was paid would be the customer's again.
    pub back: Money,
    /// How much of that would become credit; the rest would go to where it came from.
    pub credit: Money,
    /// Until when a customer who is late is waited for.
    pub waits_until: OffsetDateTime,
}

/// Where a fee comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeFrom {
    /// What was paid covers it.
    Paid,
    /// It is still to be paid, or some of it.
    Asked,
}

/// What a customer was told of a cancellation before they agreed to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it costs.
    pub fee: Money,
    /// What of the money that was paid is theirs again.
    pub back: Money,
}
