//! The events that other programs can hear of: a closed list of names, which never change their meaning.

use ratiba_kernel::Id;
use time::OffsetDateTime;

/// Marks ids of events.
#[derive(Debug)]
pub enum EventMark {}
/// Names one event of a tenant. Whoever hears of it twice knows it again by this.
pub type EventId = Id<EventMark>;

/// What happened. New names may come; none goes or changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventName {
    /// A visit keeps its time and waits for the business to agree.
    AppointmentRequested,
    /// Both sides agree to a request.
    AppointmentAccepted,
    /// The business, or the customer whom it offered another time, said no.
    AppointmentDeclined,
    /// The business offers another time for a request.
    AppointmentCounterOffered,
    /// A visit keeps its time and waits for money.
    AppointmentHeld,
    /// A visit is agreed and, where money was asked, paid.
    AppointmentBooked,
    /// A hold or a request ended because nobody paid or answered.
    AppointmentExpired,
    /// A visit, or a part of it, has another time.
    AppointmentMoved,
    /// An appointment was cancelled.
    AppointmentCancelled,
    /// Money came for a visit whose time is gone.
    AppointmentLost,
    /// The customer is here.
    AppointmentArrived,
    /// The customer did not come.
    AppointmentMissed,
    /// Whether the customer came was told wrongly: the appointment is confirmed as before.
    AppointmentAttendanceCorrected,
    /// The service began.
    AppointmentStarted,
    /// The service was rendered.
    AppointmentFinished,
    /// What is known of a rendering was corrected.
    AppointmentCorrected,
    /// What is charged was changed.
    AppointmentPriceChanged,
    /// Time is held for somebody on the waitlist.
    WaitlistOffered,
    /// An offer to somebody on the waitlist was passed or ran out.
    WaitlistOfferEnded,
    /// A customer was asked for money.
    PaymentRequested,
    /// Some of what is owed came.
    PaymentPartReceived,
    /// Nothing is owed on it any more.
    PaymentSettled,
    /// More came than was owed.
    PaymentOverpaid,
    /// An attempt ended without money.
    PaymentFailed,
    /// An attempt was withdrawn.
    PaymentCancelled,
    /// Nobody knows yet what became of an attempt.
    PaymentUnknown,
    /// A person must look at an attempt.
    PaymentInReview,
    /// What was paid became the customer's credit.
    PaymentCredited,
    /// Credit was spent.
    PaymentCreditSpent,
    /// A provider is being asked to give money back.
    PaymentRefundRequested,
    /// Money went back.
    PaymentRefunded,
    /// A refund will not happen.
    PaymentRefundFailed,
    /// A person must find out what became of a refund.
    PaymentRefundInReview,
    /// A month of commission was frozen.
    CommissionFrozen,
    /// A frozen month was amended.
    CommissionAmended,
    /// Somebody said how a team shares an appointment.
    CommissionSharesSet,
    /// Somebody holds a line of their commission to be wrong.
    CommissionDisputeOpened,
    /// A manager decided it.
    CommissionDisputeDecided,
    /// The machine stopped answering in a conversation and called for a person.
    ConversationHandedOver,
    /// A person took a conversation over.
    ConversationTaken,
    /// The machine has a conversation again.
    ConversationReturned,
    /// A customer wrote in a conversation that a person has or is called to.
    ConversationCustomerWrote,
    /// A person wrote in a conversation that they have.
    ConversationPersonWrote,
    /// A customer will come late.
    CustomerRunsLate,
    /// A customer withdrew consent.
    CustomerOptedOut,
    /// A customer gave consent again.
    CustomerOptedIn,
    /// Somebody tries whether an endpoint hears.
    EndpointTested,
}

/// What an event is about: whoever may see the one may hear of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Appointments, the waitlist included.
    Appointments,
    /// Payments and refunds.
    Payments,
    /// Commission.
    Commission,
    /// Conversations and what customers said about being written to.
    Conversations,
    /// The endpoints themselves.
    Endpoints,
}

impl EventName {
    /// Every name.
    pub const ALL: [Self; 47] = [
        Self::AppointmentRequested,
        Self::AppointmentAccepted,
        Self::AppointmentDeclined,
        Self::AppointmentCounterOffered,
        Self::AppointmentHeld,
        Self::AppointmentBooked,
        Self::AppointmentExpired,
        Self::AppointmentMoved,
        Self::AppointmentCancelled,
        Self::AppointmentLost,
        Self::AppointmentArrived,
        Self::AppointmentMissed,
        Self::AppointmentAttendanceCorrected,
        Self::AppointmentStarted,
        Self::AppointmentFinished,
        Self::AppointmentCorrected,
        Self::AppointmentPriceChanged,
        Self::WaitlistOffered,
        Self::WaitlistOfferEnded,
        Self::PaymentRequested,
        Self::PaymentPartReceived,
        Self::PaymentSettled,
        Self::PaymentOverpaid,
        Self::PaymentFailed,
        Self::PaymentCancelled,
        Self::PaymentUnknown,
        Self::PaymentInReview,
        Self::PaymentCredited,
        Self::PaymentCreditSpent,
        Self::PaymentRefundRequested,
        Self::PaymentRefunded,
        Self::PaymentRefundFailed,
        Self::PaymentRefundInReview,
        Self::CommissionFrozen,
        Self::CommissionAmended,
        Self::CommissionSharesSet,
        Self::CommissionDisputeOpened,
        Self::CommissionDisputeDecided,
        Self::ConversationHandedOver,
        Self::ConversationTaken,
        Self::ConversationReturned,
        Self::ConversationCustomerWrote,
        Self::ConversationPersonWrote,
        Self::CustomerRunsLate,
        Self::CustomerOptedOut,
        Self::CustomerOptedIn,
        Self::EndpointTested,
    ];

    /// The name on the wire and in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AppointmentRequested => "appointment.requested",
            Self::AppointmentAccepted => "appointment.accepted",
            Self::AppointmentDeclined => "appointment.declined",
            Self::AppointmentCounterOffered => "appointment.counter_offered",
            Self::AppointmentHeld => "appointment.held",
            Self::AppointmentBooked => "appointment.booked",
            Self::AppointmentExpired => "appointment.expired",
            Self::AppointmentMoved => "appointment.moved",
            Self::AppointmentCancelled => "appointment.cancelled",
            Self::AppointmentLost => "appointment.lost",
            Self::AppointmentArrived => "appointment.arrived",
            Self::AppointmentMissed => "appointment.missed",
            Self::AppointmentAttendanceCorrected => "appointment.attendance_corrected",
            Self::AppointmentStarted => "appointment.started",
            Self::AppointmentFinished => "appointment.finished",
            Self::AppointmentCorrected => "appointment.corrected",
            Self::AppointmentPriceChanged => "appointment.price_changed",
            Self::WaitlistOffered => "waitlist.offered",
            Self::WaitlistOfferEnded => "waitlist.offer_ended",
            Self::PaymentRequested => "payment.requested",
            Self::PaymentPartReceived => "payment.part_received",
            Self::PaymentSettled => "payment.settled",
            Self::PaymentOverpaid => "payment.overpaid",
            Self::PaymentFailed => "payment.failed",
            Self::PaymentCancelled => "payment.cancelled",
            Self::PaymentUnknown => "payment.unknown",
            Self::PaymentInReview => "payment.in_review",
            Self::PaymentCredited => "payment.credited",
            Self::PaymentCreditSpent => "payment.credit_spent",
            Self::PaymentRefundRequested => "payment.refund_requested",
            Self::PaymentRefunded => "payment.refunded",
            Self::PaymentRefundFailed => "payment.refund_failed",
            Self::PaymentRefundInReview => "payment.refund_in_review",
            Self::CommissionFrozen => "commission.frozen",
            Self::CommissionAmended => "commission.amended",
            Self::CommissionSharesSet => "commission.shares_set",
            Self::CommissionDisputeOpened => "commission.dispute_opened",
            Self::CommissionDisputeDecided => "commission.dispute_decided",
            Self::ConversationHandedOver => "conversation.handed_over",
            Self::ConversationTaken => "conversation.taken",
            Self::ConversationReturned => "conversation.returned",
            Self::ConversationCustomerWrote => "conversation.customer_wrote",
            Self::ConversationPersonWrote => "conversation.person_wrote",
            Self::CustomerRunsLate => "customer.runs_late",
            Self::CustomerOptedOut => "customer.opted_out",
            Self::CustomerOptedIn => "customer.opted_in",
            Self::EndpointTested => "endpoint.tested",
        }
    }

    /// The event of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }

    /// What it is about.
    #[must_use]
    pub const fn subject(self) -> Subject {
        match self {
            Self::AppointmentRequested
            | Self::AppointmentAccepted
            | Self::AppointmentDeclined
            | Self::AppointmentCounterOffered
            | Self::AppointmentHeld
            | Self::AppointmentBooked
            | Self::AppointmentExpired
            | Self::AppointmentMoved
            | Self::AppointmentCancelled
            | Self::AppointmentLost
            | Self::AppointmentArrived
            | Self::AppointmentMissed
            | Self::AppointmentAttendanceCorrected
            | Self::AppointmentStarted
            | Self::AppointmentFinished
            | Self::AppointmentCorrected
            | Self::AppointmentPriceChanged
            | Self::WaitlistOffered
            | Self::WaitlistOfferEnded
            | Self::CustomerRunsLate => Subject::Appointments,
            Self::PaymentRequested
            | Self::PaymentPartReceived
            | Self::PaymentSettled
            | Self::PaymentOverpaid
            | Self::PaymentFailed
            | Self::PaymentCancelled
            | Self::PaymentUnknown
            | Self::PaymentInReview
            | Self::PaymentCredited
            | Self::PaymentCreditSpent
            | Self::PaymentRefundRequested
            | Self::PaymentRefunded
            | Self::PaymentRefundFailed
            | Self::PaymentRefundInReview => Subject::Payments,
            Self::CommissionFrozen
            | Self::CommissionAmended
            | Self::CommissionSharesSet
            | Self::CommissionDisputeOpened
            | Self::CommissionDisputeDecided => Subject::Commission,
            Self::ConversationHandedOver
            | Self::ConversationTaken
            | Self::ConversationReturned
            | Self::ConversationCustomerWrote
            | Self::ConversationPersonWrote
            | Self::CustomerOptedOut
            | Self::CustomerOptedIn => Subject::Conversations,
            Self::EndpointTested => Subject::Endpoints,
        }
    }
}

/// One event as it is told, the same to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The event; also the `webhook-id` under which it goes out.
    pub event: EventId,
    /// What happened.
    pub name: EventName,
    /// When, business time.
    pub occurred_at: OffsetDateTime,
    /// The JSON that is signed and sent, byte for byte; at most [`BODY_BYTES_MAX`] bytes.
    pub body: String,
}

/// The largest body of a message, in bytes.
pub const BODY_BYTES_MAX: usize = 65_536;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::EventName;

    #[test]
    fn each_event_has_a_name_of_its_own_and_is_found_by_it() {
        let names: BTreeSet<_> = EventName::ALL.iter().map(|event| event.as_str()).collect();
        assert_eq!(names.len(), EventName::ALL.len());
        for event in EventName::ALL {
            assert_eq!(EventName::parse(event.as_str()), Some(event));
        }
        assert_eq!(EventName::parse("appointment.forgotten"), None);
    }
}
