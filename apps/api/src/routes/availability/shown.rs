//! What is answered about availability: slots, reasons, explanations, and the problems of times that cannot be had.

use std::collections::BTreeSet;

use ratiba_booking::availability::{Reason, Refusal, Refused, RequestFault, Side, Slot, SlotReason};
use ratiba_booking::pricing::{PricedSlot, SlotPrice};
use ratiba_booking::use_cases::Explanation;
use ratiba_kernel::{Money, Zone};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::dto::{Amount, Moment};
use crate::problem::{Kind, Problem};

/// What speaks for or against a slot.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "SlotReason")]
pub(super) enum SlotReasonAnswer {
    /// It fills a free stretch exactly.
    ClosesGap,
    /// Time stays free before it.
    LeavesHoleBefore {
        /// How much.
        minutes: u32,
    },
    /// Time stays free after it.
    LeavesHoleAfter {
        /// How much.
        minutes: u32,
    },
    /// The staff member was asked for.
    StaffRequested,
    /// A staff member was proposed before, without being asked for.
    StaffProposed,
    /// Nobody was asked for or proposed for a part, or they cannot: of those who can it is this one's turn.
    StaffTurn,
}

/// One service within a slot.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SlotPart")]
pub(super) struct SlotPartAnswer {
    pub(super) service_id: Uuid,
    pub(super) staff_id: Uuid,
    pub(super) start: Moment,
    pub(super) end: Moment,
    /// When the customer comes: after the set-up.
    pub(super) client_from: Moment,
    /// When the customer may go: before the clean-up.
    pub(super) client_until: Moment,
    /// For whom: 0 is the customer.
    pub(super) guest: u8,
}

/// What a visit would cost if it were booked now.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SlotPrice")]
pub(super) struct SlotPriceAnswer {
    /// What is charged, tax included, with the best promotion of the day.
    #[schemars(with = "Amount")]
    pub(super) charged: Money,
    /// What is taken off the list price for it.
    #[schemars(with = "Amount")]
    pub(super) discount: Money,
    /// What is asked in advance; never above what is charged.
    #[schemars(with = "Amount")]
    pub(super) deposit: Money,
}

impl From<SlotPrice> for SlotPriceAnswer {
    fn from(price: SlotPrice) -> Self {
        Self {
            charged: price.charged,
            discount: price.discount,
            deposit: price.deposit,
        }
    }
}

/// A start that can be had.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Slot")]
pub struct SlotAnswer {
    pub(super) start: Moment,
    /// The end of the last part.
    pub(super) end: Moment,
    /// When the first who comes is expected: what the customer is told.
    pub(super) client_from: Moment,
    /// When the last who came may go.
    pub(super) client_until: Moment,
    /// In order of time.
    pub(super) parts: Vec<SlotPartAnswer>,
    pub(super) reasons: Vec<SlotReasonAnswer>,
    /// Of all parts together; nothing where a visit that has its price would only change its time.
    pub(super) price: Option<SlotPriceAnswer>,
}

/// Slots.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Slots")]
pub struct SlotsAnswer {
    /// The tenant's zone.
    pub(super) zone: String,
    /// Earliest first.
    pub(super) slots: Vec<SlotAnswer>,
}

/// One reason, and what it concerns.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refusal")]
pub(super) struct RefusalAnswer {
    /// in_the_past, notice, horizon, off_grid, not_sold, cannot_do_service, closed, on_leave, booked, held, blocked,
    /// buffer, resource or combination.
    pub(super) reason: &'static str,
    /// The kind of resource that is missing.
    pub(super) resource: Option<String>,
    /// Whom it concerns.
    pub(super) staff_id: Option<Uuid>,
    /// Which of the services asked for, from 0.
    pub(super) part: Option<usize>,
}

/// A start that cannot be had.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refused")]
pub(super) struct RefusedAnswer {
    pub(super) start: Moment,
    pub(super) refusals: Vec<RefusalAnswer>,
}

/// Why there is no slot.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Explanation")]
pub struct ExplainAnswer {
    /// The tenant's zone.
    pub(super) zone: String,
    /// How many of the starts of the grid can be had, up to the last one that is explained.
    pub(super) free: usize,
    /// Those that cannot, the earliest first.
    pub(super) refused: Vec<RefusedAnswer>,
    /// From where to ask for the rest; null: nothing was left out.
    pub(super) more_from: Option<Moment>,
}

impl SlotAnswer {
    /// A slot as the tenant's clock shows it.
    #[must_use]
    pub fn of(slot: &Slot, zone: &Zone) -> Self {
        let parts = slot.parts.iter().map(|part| SlotPartAnswer {
            service_id: part.service.as_uuid(),
            staff_id: part.staff.as_uuid(),
            start: Moment::of(zone, part.time.start()),
            end: Moment::of(zone, part.time.end()),
            client_from: Moment::of(zone, part.client.start()),
            client_until: Moment::of(zone, part.client.end()),
            guest: part.guest,
        });
        let reasons = slot.reasons.iter().map(|reason| match *reason {
            SlotReason::ClosesGap => SlotReasonAnswer::ClosesGap,
            SlotReason::LeavesHole {
                side: Side::Before,
                minutes,
            } => SlotReasonAnswer::LeavesHoleBefore {
                minutes: minutes.count(),
            },
            SlotReason::LeavesHole {
                side: Side::After,
                minutes,
            } => SlotReasonAnswer::LeavesHoleAfter {
                minutes: minutes.count(),
            },
            SlotReason::StaffRequested => SlotReasonAnswer::StaffRequested,
            SlotReason::StaffProposed => SlotReasonAnswer::StaffProposed,
            SlotReason::StaffTurn => SlotReasonAnswer::StaffTurn,
        });
        let client = slot.client();
        Self {
            start: Moment::of(zone, slot.time.start()),
            end: Moment::of(zone, slot.time.end()),
            client_from: Moment::of(zone, client.start()),
            client_until: Moment::of(zone, client.end()),
            parts: parts.collect(),
            reasons: reasons.collect(),
            price: None,
        }
    }

    /// The same with what it would cost.
    #[must_use]
    pub fn priced(found: &PricedSlot, zone: &Zone) -> Self {
        Self {
            price: Some(found.price.into()),
            ..Self::of(&found.slot, zone)
        }
    }
}

/// The word for a reason.
#[must_use]
pub const fn reason_word(reason: &Reason) -> &'static str {
    match reason {
        Reason::InThePast => "in_the_past",
        Reason::Notice => "notice",
        Reason::Horizon => "horizon",
        Reason::OffGrid => "off_grid",
        Reason::NotSold => "not_sold",
        Reason::CannotDoService => "cannot_do_service",
        Reason::Closed => "closed",
        Reason::OnLeave => "on_leave",
        Reason::Booked => "booked",
        Reason::Held => "held",
        Reason::Blocked => "blocked",
        Reason::Buffer => "buffer",
        Reason::Resource { .. } => "resource",
        Reason::Combination => "combination",
    }
}

impl From<&Refusal> for RefusalAnswer {
    fn from(refusal: &Refusal) -> Self {
        Self {
            reason: reason_word(&refusal.reason),
            resource: match &refusal.reason {
                Reason::Resource { resource } => Some(resource.to_string()),
                Reason::InThePast
                | Reason::Notice
                | Reason::Horizon
                | Reason::OffGrid
                | Reason::NotSold
                | Reason::CannotDoService
                | Reason::Closed
                | Reason::OnLeave
                | Reason::Booked
                | Reason::Held
                | Reason::Blocked
                | Reason::Buffer
                | Reason::Combination => None,
            },
            staff_id: refusal.staff.map(|staff| staff.as_uuid()),
            part: refusal.part,
        }
    }
}

/// The problem of a time that cannot be had: `slot-taken` if somebody else has it, `not-available` if nobody could.
#[must_use]
pub fn not_free(reasons: &BTreeSet<Reason>, alternatives: &[Slot], zone: &Zone) -> Problem {
    let alternatives = alternatives.iter().map(|slot| SlotAnswer::of(slot, zone));
    cannot_be_had(reasons, alternatives.collect())
}

/// The same for a visit that is not booked yet: its alternatives have their prices.
#[must_use]
pub fn not_free_to_book(reasons: &BTreeSet<Reason>, alternatives: &[PricedSlot], zone: &Zone) -> Problem {
    let alternatives = alternatives.iter().map(|found| SlotAnswer::priced(found, zone));
    cannot_be_had(reasons, alternatives.collect())
}

fn cannot_be_had(reasons: &BTreeSet<Reason>, alternatives: Vec<SlotAnswer>) -> Problem {
    let for_others = |reason: &Reason| match reason {
        Reason::Booked
        | Reason::Held
        | Reason::Buffer
        | Reason::Blocked
        | Reason::Resource { .. }
        | Reason::Combination => true,
        Reason::InThePast
        | Reason::Notice
        | Reason::Horizon
        | Reason::OffGrid
        | Reason::NotSold
        | Reason::CannotDoService
        | Reason::Closed
        | Reason::OnLeave => false,
    };
    // What could never be had is said before what somebody else has.
    let ruled_out = reasons.iter().any(|reason| {
        matches!(
            reason,
            Reason::InThePast | Reason::Notice | Reason::Horizon | Reason::NotSold
        )
    });
    let kind = if !ruled_out && reasons.iter().any(for_others) {
        Kind::SlotTaken
    } else {
        Kind::NotAvailable
    };
    let words: Vec<&str> = reasons.iter().map(reason_word).collect();
    Problem::new(kind, format!("the time cannot be had: {}", words.join(", ")))
        .with("reasons", words)
        .with("alternatives", alternatives)
}

/// The problem of a request that names what does not exist.
#[must_use]
pub fn request_problem(fault: RequestFault) -> Problem {
    match fault {
        RequestFault::UnknownService(id) => Problem::new(Kind::NotFound, format!("there is no service {id}")),
        RequestFault::UnknownStaff(id) => {
            Problem::new(Kind::NotFound, format!("there is no staff member {id}"))
        }
        RequestFault::Parts | RequestFault::OutOfCalendar => {
            Problem::new(Kind::Unacceptable, fault.to_string())
        }
    }
}

impl ExplainAnswer {
    pub(super) fn of(explanation: &Explanation) -> Self {
        let Explanation { starts, zone } = explanation;
        let refused = starts
            .refused
            .iter()
            .map(|Refused { start, refusals }| RefusedAnswer {
                start: Moment::of(zone, *start),
                refusals: refusals.iter().map(RefusalAnswer::from).collect(),
            });
        Self {
            zone: zone.name().to_owned(),
            free: starts.free,
            refused: refused.collect(),
            more_from: starts.more_from.map(|at| Moment::of(zone, at)),
        }
    }
}
