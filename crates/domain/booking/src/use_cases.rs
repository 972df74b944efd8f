//! One struct per intention: read, decide, record.

use ratiba_kernel::TimeRange;
use time::{Duration, OffsetDateTime};

use crate::availability::{Facts, PartRequest, RequestFault, Slot, SlotRequest};
use crate::ports::FactsQuery;

mod add_customer;
mod answer_request;
mod attendance;
mod cancel_appointment;
mod change_setup;
mod confirm_visit;
mod counter_offer;
mod expire_hold;
mod extend_hold;
mod feeds;
mod find_slots;
mod finish_appointment;
mod give_discount;
mod hold_visit;
pub mod import;
mod keep_price_list;
mod list_day;
mod move_visit;
mod offer_complement;
mod offer_move;
mod offer_slot;
mod opening;
mod queue;
mod quoting;
mod record_actuals;
mod remind;
mod replacing;
mod slot_visit;
mod start_appointment;
mod waitlist;

pub use add_customer::{AddCustomer, Introduction};
pub use answer_request::{AcceptOrder, AcceptRequest, AnswerRequestError, DeclineRequest};
pub use attendance::{Attendance, AttendanceError};
pub use cancel_appointment::{
    CancelAppointment, CancelAppointmentError, CancelOrder, CancelTarget, CancellationQuote, CancelledOrCosts,
};
pub use change_setup::{
    BlockOrder, ChangeSetup, ChangeSetupError, ResourceForm, SetupChanged, SetupOrder, Stretch,
};
pub use confirm_visit::{ConfirmVisit, ConfirmVisitError, Confirmation, LookedAt};
pub use counter_offer::{CounterOffer, CounterOfferOrder, ReplaceError};
pub use expire_hold::{ExpireHold, TaskError};
pub use extend_hold::ExtendHold;
pub use feeds::{
    CreateFeed, CreateFeedError, FeedDocument, FeedOrder, ListFeeds, MadeFeed, ReadFeed, RevokeFeed,
};
pub use find_slots::{Explanation, FindSlots, FindSlotsError, Found, SlotQuery};
pub use finish_appointment::FinishAppointment;
pub use give_discount::{DiscountOrder, GiveDiscount, GiveDiscountError, Giver, HandDiscount};
pub use hold_visit::{Complement, Held, HeldBy, HeldStanding, HoldOrder, HoldVisit, HoldVisitError};
pub use keep_price_list::{
    KeepEntryError, KeepPackage, KeepPromotion, KeepRelation, Keeping, PackageForm, PromotionForm,
    RelationForm,
};
pub use list_day::{Day, ListDay, ListDayError};
pub use move_visit::{MoveOrder, MoveTarget, MoveVisit};
pub use offer_complement::{OfferComplement, OfferedPair};
pub use offer_move::{MoveOffer, MoveQuery, OfferMove};
pub use offer_slot::{Offer, OfferQuery, OfferSlot};
pub use queue::{
    CloseQueue, JoinOrder, JoinQueue, JoinQueueError, Joined, LeaveQueue, LeaveQueueError, ListQueue, Queued,
    SeatOrder, SeatTurn, SeatWalkIn, SeatWalkInError, Seated, Sitter, TheQueue,
};
pub use record_actuals::RecordActuals;
pub use remind::Remind;
pub use slot_visit::DepositAsked;
pub use start_appointment::{RenderingError, StartAppointment};
pub use waitlist::{
    AcceptWaitlistOffer, EndWaitlistOffer, JoinWaitlist, JoinWaitlistError, OfferFreedTime, OffersMade,
    PassWaitlistOffer, WaitlistEntryError, WaitlistOrder, WatchWaitlist, WithdrawFromWaitlist,
};

/// How often a decision is made anew after it met another one.
const TRIES: u32 = 3;

/// How many alternatives are shown with a refusal.
const ALTERNATIVES_MOST: usize = 3;

/// The query for a search: its parts, and where their starts may lie.
fn facts_query(parts: &[PartRequest], window: TimeRange) -> FactsQuery {
    FactsQuery {
        parts: parts.to_vec(),
        window,
    }
}

/// The days around a wanted time in which alternatives are looked for: three days before to four days
/// after, but not the past. For a time long past, the next days.
fn around(wanted: OffsetDateTime, now: OffsetDateTime) -> Result<TimeRange, RequestFault> {
    let wanted = wanted.max(now);
    let from = wanted.saturating_sub(Duration::days(3)).max(now);
    let until = wanted.saturating_add(Duration::days(4));
    TimeRange::new(from, until).map_err(|_| RequestFault::OutOfCalendar)
}

/// Half a day on either side of a wanted time, but not the past: whatever lies beyond is further away than
/// anything within.
fn closely_around(wanted: OffsetDateTime, now: OffsetDateTime) -> Result<TimeRange, RequestFault> {
    let wanted = wanted.max(now);
    let from = wanted.saturating_sub(Duration::hours(12)).max(now);
    TimeRange::new(from, wanted.saturating_add(Duration::hours(12))).map_err(|_| RequestFault::OutOfCalendar)
}

/// The nearest starts that can be had around a wanted one.
fn alternatives(facts: &Facts, request: &SlotRequest, wanted: OffsetDateTime) -> Vec<Slot> {
    let request = SlotRequest {
        most: None,
        ..request.clone()
    };
    let slots = crate::availability::find(facts, &request).unwrap_or_default();
    crate::availability::nearest(slots, wanted, ALTERNATIVES_MOST)
}

#[cfg(test)]
mod tests;
