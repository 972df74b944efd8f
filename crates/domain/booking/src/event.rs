//! What happened in booking, and what of its own work falls due later. Ids, amounts and codes only.

use ratiba_kernel::{Id, Money, TimeRange};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::appointment::{AppointmentId, CancelledBy};
use crate::catalogue::{CustomerId, StaffId};
use crate::policy::Reminder;
use crate::visit::VisitId;

/// Marks ids of entries of the waitlist.
#[derive(Debug)]
pub enum WaitlistEntryMark {}
/// Names one entry of a tenant's waitlist.
pub type WaitlistEntryId = Id<WaitlistEntryMark>;

/// Something that happened, for whoever wants to know. Recorded in the transaction in which it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum BookingEvent {
    /// A visit keeps its time until a deadline and waits for money.
    VisitHeld {
        /// The visit.
        visit: VisitId,
        /// Whose it is.
        customer: CustomerId,
        /// The deadline.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
        /// What is asked.
        due: Money,
    },
    /// A visit is agreed and, where money was asked, paid.
    VisitConfirmed {
        /// The visit.
        visit: VisitId,
        /// Whose it is.
        customer: CustomerId,
    },
    /// A visit that was promised elsewhere was taken over: agreed, and nothing is asked for it.
    VisitTakenOver {
        /// The visit.
        visit: VisitId,
        /// Whose it is.
        customer: CustomerId,
    },
    /// A hold's deadline came without money; its time is free again.
    HoldExpired {
        /// The visit.
        visit: VisitId,
        /// Whose it is.
        customer: CustomerId,
    },
    /// Money came for a visit that is over and whose time is gone.
    VisitLostAfterPayment {
        /// The visit.
        visit: VisitId,
        /// Whose it is.
        customer: CustomerId,
    },
    /// An appointment was cancelled before it began.
    AppointmentCancelled {
        /// The appointment.
        appointment: AppointmentId,
        /// Its visit.
        visit: VisitId,
        /// Whose it was.
        customer: CustomerId,
        /// Who cancelled.
        by: CancelledBy,
        /// What the customer owes for it.
        fee: Money,
    },
    /// The customer did not come.
    CustomerDidNotCome {
        /// The appointment.
        appointment: AppointmentId,
        /// Its visit.
        visit: VisitId,
        /// Whose it was.
        customer: CustomerId,
        /// What the customer owes for it.
        fee: Money,
    },
    /// A service began.
    AppointmentStarted {
        /// The appointment.
        appointment: AppointmentId,
        /// Its visit.
        visit: VisitId,
    },
    /// A service was rendered.
    AppointmentCompleted {
        /// The appointment.
        appointment: AppointmentId,
        /// Its visit.
        visit: VisitId,
        /// Whose it was.
        customer: CustomerId,
        /// Who rendered it, the first of the team first.
        staff: Vec<StaffId>,
    },
    /// What is known of a rendering was corrected.
    ActualsCorrected {
        /// The appointment.
        appointment: AppointmentId,
        /// Its visit.
        visit: VisitId,
    },
    /// A visit keeps its time and waits for the business to agree.
    VisitRequested {
        /// The visit.
        visit: VisitId,
        /// Whose it is.
        customer: CustomerId,
        /// When an answer comes too late.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
    },
    /// Both sides agree to a request: it is held for its money, or confirmed where nothing is asked.
    RequestAccepted {
        /// The visit.
        visit: VisitId,
        /// Whose it is.
        customer: CustomerId,
        /// Who said yes.
        by: CancelledBy,
    },
    /// Nobody answered a request in time; the time is free again.
    RequestExpired {
        /// The visit.
        visit: VisitId,
        /// Whose it was.
        customer: CustomerId,
    },
    /// The business, or the customer whom it offered another time, said no; the time is free again.
    RequestDeclined {
        /// The visit.
        visit: VisitId,
        /// Whose it was.
        customer: CustomerId,
        /// Who said no.
        by: CancelledBy,
    },
    /// The business offers another time for a request and waits for the customer.
    CounterOffered {
        /// The visit, at its new time.
        visit: VisitId,
        /// Whose it is.
        customer: CustomerId,
        /// When an answer comes too late.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
        /// From the first to the last moment that it had claimed before.
        #[serde(default)]
        freed: Option<TimeRange>,
    },
    /// A visit, or a part of it, has another time now.
    VisitMoved {
        /// The visit.
        visit: VisitId,
        /// Whose it is.
        customer: CustomerId,
        /// Who wanted it.
        by: CancelledBy,
        /// From the first to the last moment that what was moved had claimed before.
        #[serde(default)]
        freed: Option<TimeRange>,
        /// Who had a part of what was moved, and has none of it now.
        #[serde(default)]
        left: Vec<StaffId>,
    },
    /// The customer is here.
    CustomerCame {
        /// The appointment.
        appointment: AppointmentId,
        /// Its visit.
        visit: VisitId,
    },
    /// It was a mistake that the customer came, or that they did not: the appointment is confirmed as before.
    AttendanceCorrected {
        /// The appointment.
        appointment: AppointmentId,
        /// Its visit.
        visit: VisitId,
    },
    /// What is charged for an appointment was changed.
    PriceChanged {
        /// The appointment.
        appointment: AppointmentId,
        /// Its visit.
        visit: VisitId,
    },
    /// Time came free for somebody on the waitlist: it is held for them.
    WaitlistOffered {
        /// The entry.
        entry: WaitlistEntryId,
        /// The visit that holds the time.
        visit: VisitId,
        /// Whose turn it is.
        customer: CustomerId,
        /// When the next one's turn comes.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
    },
    /// An offer to somebody on the waitlist was passed or ran out.
    WaitlistOfferEnded {
        /// The entry.
        entry: WaitlistEntryId,
        /// Whose offer it was.
        customer: CustomerId,
    },
    /// A leave, an outage or another change of the schedule met bookings: a person must look at them.
    BookingsHit {
        /// How many.
        count: u32,
    },
    /// A reminder should go out now.
    ReminderDue {
        /// The visit.
        visit: VisitId,
        /// Whose it is.
        customer: CustomerId,
        /// Which one.
        reminder: Reminder,
    },
}

impl BookingEvent {
    /// The event's name, as it stands in the outbox.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::VisitHeld { .. } => "booking.visit_held",
            Self::VisitConfirmed { .. } => "booking.visit_confirmed",
            Self::VisitTakenOver { .. } => "booking.visit_taken_over",
            Self::HoldExpired { .. } => "booking.hold_expired",
            Self::VisitLostAfterPayment { .. } => "booking.visit_lost_after_payment",
            Self::AppointmentCancelled { .. } => "booking.appointment_cancelled",
            Self::CustomerDidNotCome { .. } => "booking.customer_did_not_come",
            Self::AppointmentStarted { .. } => "booking.appointment_started",
            Self::AppointmentCompleted { .. } => "booking.appointment_completed",
            Self::ActualsCorrected { .. } => "booking.actuals_corrected",
            Self::VisitRequested { .. } => "booking.visit_requested",
            Self::RequestAccepted { .. } => "booking.request_accepted",
            Self::RequestExpired { .. } => "booking.request_expired",
            Self::RequestDeclined { .. } => "booking.request_declined",
            Self::CounterOffered { .. } => "booking.counter_offered",
            Self::VisitMoved { .. } => "booking.visit_moved",
            Self::CustomerCame { .. } => "booking.customer_came",
            Self::AttendanceCorrected { .. } => "booking.attendance_corrected",
            Self::PriceChanged { .. } => "booking.price_changed",
            Self::WaitlistOffered { .. } => "booking.waitlist_offered",
            Self::WaitlistOfferEnded { .. } => "booking.waitlist_offer_ended",
            Self::BookingsHit { .. } => "booking.bookings_hit",
            Self::ReminderDue { .. } => "booking.reminder_due",
        }
    }
}

/// Booking's own work that falls due later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum BookingTask {
    /// End the hold of a visit if nobody paid.
    ExpireHold {
        /// The visit.
        visit: VisitId,
    },
    /// See whether a visit's reminder should go out.
    Remind {
        /// The visit.
        visit: VisitId,
        /// Which one.
        reminder: Reminder,
    },
    /// See whether time that became free is somebody's on the waitlist.
    OfferFreedTime {
        /// The time.
        freed: TimeRange,
    },
    /// Look through the waitlist.
    WatchWaitlist,
    /// End an offer that nobody answered.
    EndWaitlistOffer {
        /// The entry.
        entry: WaitlistEntryId,
        /// Which of its offers, from 1.
        number: u16,
    },
}

impl BookingTask {
    /// The kind of job that does this work.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ExpireHold { .. } => "booking.expire_hold",
            Self::Remind { .. } => "booking.remind",
            Self::OfferFreedTime { .. } => "booking.offer_freed_time",
            Self::WatchWaitlist => "booking.watch_waitlist",
            Self::EndWaitlistOffer { .. } => "booking.end_waitlist_offer",
        }
    }
}

/// Work and when it falls due, in business time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due<T> {
    /// Not before then.
    pub at: OffsetDateTime,
    /// What to do.
    pub task: T,
}
