//! Which name each recorded event has for other programs, and what of it they are told. Events that are work of Ratiba's own
//! have none.

use ratiba_booking::appointment::AppointmentId;
use ratiba_booking::event::BookingEvent;
use ratiba_booking::visit::VisitId;
use ratiba_commission::event::CommissionEvent;
use ratiba_conversation::event::ConversationEvent;
use ratiba_integrations::event::EventName;
use ratiba_kernel::Id;
use ratiba_payments::event::{About as PaymentAbout, PaymentEvent, RefundAbout};
use ratiba_payments::payment::PaymentId;
use ratiba_postgres::outbox::StoredEvent;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::fields;
use crate::translate::TranslateError;

/// What is read beside the event itself.
pub(super) enum About {
    /// All parts of a visit.
    Visit(VisitId),
    /// One appointment.
    Appointment(AppointmentId),
    /// A payment.
    Payment(PaymentId),
    /// The event says it all.
    Itself,
}

/// An event as other programs know it.
pub(super) struct Told {
    /// Its name.
    pub(super) name: EventName,
    /// What is read beside it.
    pub(super) about: About,
    /// Ids, and the state of what has no row of its own to look at.
    pub(super) ids: Map<String, Value>,
    /// Amounts, reasons and times: for those who are told everything.
    pub(super) more: Map<String, Value>,
}

fn told(name: EventName, about: About, ids: Value, more: Value) -> Told {
    Told {
        name,
        about,
        ids: fields(ids),
        more: fields(more),
    }
}

fn utc(at: OffsetDateTime) -> Value {
    at.format(&Rfc3339).map_or(Value::Null, Value::String)
}

/// What other programs are told of a stored event; `None` if nothing.
///
/// # Errors
/// [`TranslateError`] for an event that cannot be read.
pub(super) fn told_of(stored: &StoredEvent) -> Result<Option<Told>, TranslateError> {
    let payload = stored.payload.clone();
    let unreadable = |cause| TranslateError::Unreadable {
        topic: stored.topic.clone(),
        cause,
    };
    match stored.topic.as_str() {
        "booking" => serde_json::from_value(payload).map(booking),
        "payments" => serde_json::from_value(payload).map(payments),
        "conversation" => serde_json::from_value(payload).map(conversation),
        "commission" => serde_json::from_value(payload).map(|event| Some(commission(event))),
        other => return Err(TranslateError::UnknownTopic(other.to_owned())),
    }
    .map_err(unreadable)
}

fn booking(event: BookingEvent) -> Option<Told> {
    use EventName as N;
    let nothing = || json!({});
    let of_visit = |name, visit: VisitId, customer, more| {
        let ids = json!({ "visit_id": visit, "customer_id": customer });
        Some(told(name, About::Visit(visit), ids, more))
    };
    let of_part = |name, appointment: AppointmentId, visit: VisitId, more| {
        let ids = json!({ "appointment_id": appointment, "visit_id": visit });
        Some(told(name, About::Appointment(appointment), ids, more))
    };
    match event {
        BookingEvent::VisitHeld {
            visit,
            customer,
            until,
            due,
        } => of_visit(
            N::AppointmentHeld,
            visit,
            customer,
            json!({ "until": utc(until), "due": due }),
        ),
        BookingEvent::VisitConfirmed { visit, customer }
        | BookingEvent::VisitTakenOver { visit, customer } => {
            of_visit(N::AppointmentBooked, visit, customer, nothing())
        }
        BookingEvent::HoldExpired { visit, customer } => of_visit(
            N::AppointmentExpired,
            visit,
            customer,
            json!({ "reason": "unpaid" }),
        ),
        BookingEvent::RequestExpired { visit, customer } => of_visit(
            N::AppointmentExpired,
            visit,
            customer,
            json!({ "reason": "unanswered" }),
        ),
        BookingEvent::VisitLostAfterPayment { visit, customer } => {
            of_visit(N::AppointmentLost, visit, customer, nothing())
        }
        BookingEvent::AppointmentCancelled {
            appointment,
            visit,
            customer: _,
            by,
            fee,
        } => of_part(
            N::AppointmentCancelled,
            appointment,
            visit,
            json!({ "by": by, "fee": fee }),
        ),
        BookingEvent::CustomerDidNotCome {
            appointment,
            visit,
            customer: _,
            fee,
        } => of_part(N::AppointmentMissed, appointment, visit, json!({ "fee": fee })),
        BookingEvent::AppointmentStarted { appointment, visit } => {
            of_part(N::AppointmentStarted, appointment, visit, nothing())
        }
        BookingEvent::AppointmentCompleted {
            appointment, visit, ..
        } => of_part(N::AppointmentFinished, appointment, visit, nothing()),
        BookingEvent::ActualsCorrected { appointment, visit } => {
            of_part(N::AppointmentCorrected, appointment, visit, nothing())
        }
        BookingEvent::VisitRequested {
            visit,
            customer,
            until,
        } => of_visit(
            N::AppointmentRequested,
            visit,
            customer,
            json!({ "until": utc(until) }),
        ),
        BookingEvent::RequestAccepted { visit, customer, by } => {
            of_visit(N::AppointmentAccepted, visit, customer, json!({ "by": by }))
        }
        BookingEvent::RequestDeclined { visit, customer, by } => {
            of_visit(N::AppointmentDeclined, visit, customer, json!({ "by": by }))
        }
        BookingEvent::CounterOffered {
            visit,
            customer,
            until,
            freed: _,
        } => of_visit(
            N::AppointmentCounterOffered,
            visit,
            customer,
            json!({ "until": utc(until) }),
        ),
        BookingEvent::VisitMoved {
            visit,
            customer,
            by,
            freed: _,
            left,
        } => {
            let ids = json!({ "visit_id": visit, "customer_id": customer, "left_staff_ids": left });
            Some(told(
                N::AppointmentMoved,
                About::Visit(visit),
                ids,
                json!({ "by": by }),
            ))
        }
        BookingEvent::CustomerCame { appointment, visit } => {
            of_part(N::AppointmentArrived, appointment, visit, nothing())
        }
        BookingEvent::AttendanceCorrected { appointment, visit } => {
            of_part(N::AppointmentAttendanceCorrected, appointment, visit, nothing())
        }
        BookingEvent::PriceChanged { appointment, visit } => {
            of_part(N::AppointmentPriceChanged, appointment, visit, nothing())
        }
        BookingEvent::WaitlistOffered {
            entry,
            visit,
            customer,
            until,
        } => {
            let ids = json!({ "waitlist_entry_id": entry, "visit_id": visit, "customer_id": customer });
            let about = About::Visit(visit);
            Some(told(
                N::WaitlistOffered,
                about,
                ids,
                json!({ "until": utc(until) }),
            ))
        }
        BookingEvent::WaitlistOfferEnded { entry, customer } => {
            let ids = json!({ "waitlist_entry_id": entry, "customer_id": customer });
            Some(told(N::WaitlistOfferEnded, About::Itself, ids, nothing()))
        }
        BookingEvent::BookingsHit { .. } | BookingEvent::ReminderDue { .. } => None,
    }
}

fn payments(event: PaymentEvent) -> Option<Told> {
    use EventName as N;
    let of = |name, about: PaymentAbout, more| {
        let ids = json!({
            "payment_id": about.payment, "attempt_id": about.attempt, "visit_id": about.visit,
            "customer_id": about.customer,
        });
        Some(told(name, About::Payment(about.payment), ids, more))
    };
    let refund = |name, about: RefundAbout, more| {
        let ids = json!({
            "refund_id": about.refund, "payment_id": about.payment, "visit_id": about.visit,
            "customer_id": about.customer,
        });
        Some(told(name, About::Payment(about.payment), ids, more))
    };
    let credit = |name,
                  payment: PaymentId,
                  visit: ratiba_payments::VisitId,
                  customer: ratiba_payments::CustomerId,
                  more| {
        let ids = json!({ "payment_id": payment, "visit_id": visit, "customer_id": customer });
        Some(told(name, About::Payment(payment), ids, more))
    };
    match event {
        PaymentEvent::PromptSent { about, amount } => {
            of(N::PaymentRequested, about, json!({ "amount": amount }))
        }
        PaymentEvent::CardPageOpened { about } => of(N::PaymentRequested, about, json!({})),
        PaymentEvent::PaymentSettled {
            about,
            purpose: _,
            paid,
            reopened: _,
        } => of(N::PaymentSettled, about, json!({ "paid": paid })),
        PaymentEvent::PartReceived { about, amount } => {
            of(N::PaymentPartReceived, about, json!({ "amount": amount }))
        }
        PaymentEvent::PaymentOverpaid { about, excess } => {
            of(N::PaymentOverpaid, about, json!({ "excess": excess }))
        }
        PaymentEvent::AttemptFailed {
            about,
            reason,
            next_step: _,
        } => of(N::PaymentFailed, about, json!({ "reason": reason })),
        PaymentEvent::AttemptUnknown { about } => of(N::PaymentUnknown, about, json!({})),
        PaymentEvent::AttemptInReview { about, why } | PaymentEvent::AttemptDisputed { about, why } => {
            of(N::PaymentInReview, about, json!({ "reason": why }))
        }
        PaymentEvent::AttemptCancelled { about } => of(N::PaymentCancelled, about, json!({})),
        PaymentEvent::PaymentCredited {
            payment,
            visit,
            customer,
            amount,
        } => credit(
            N::PaymentCredited,
            payment,
            visit,
            customer,
            json!({ "amount": amount }),
        ),
        PaymentEvent::CreditSpent {
            payment,
            visit,
            customer,
            amount,
            settled,
        } => {
            // What credit settles is settled like by any other money.
            let name = if settled {
                N::PaymentSettled
            } else {
                N::PaymentCreditSpent
            };
            credit(name, payment, visit, customer, json!({ "credit_spent": amount }))
        }
        PaymentEvent::RefundRequested { about, way, amount } => refund(
            N::PaymentRefundRequested,
            about,
            json!({ "way": way, "amount": amount }),
        ),
        PaymentEvent::RefundDone { about, way, amount } => {
            refund(N::PaymentRefunded, about, json!({ "way": way, "amount": amount }))
        }
        PaymentEvent::RefundRejected { about, amount } => refund(
            N::PaymentRefundFailed,
            about,
            json!({ "amount": amount, "reason": "rejected" }),
        ),
        PaymentEvent::RefundCancelled { about, amount } => refund(
            N::PaymentRefundFailed,
            about,
            json!({ "amount": amount, "reason": "withdrawn" }),
        ),
        PaymentEvent::RefundInReview { about, why, .. } => {
            refund(N::PaymentRefundInReview, about, json!({ "reason": why }))
        }
        PaymentEvent::CardUnpaid { .. }
        | PaymentEvent::ReceiptKnown { .. }
        | PaymentEvent::FloatDiffered { .. } => None,
    }
}

fn conversation(event: ConversationEvent) -> Option<Told> {
    use EventName as N;
    let itself = |name, ids, more| Some(told(name, About::Itself, ids, more));
    match event {
        ConversationEvent::ThreadSuspended {
            thread,
            customer,
            reason,
        } => itself(
            N::ConversationHandedOver,
            json!({ "conversation_id": thread, "customer_id": customer, "state": "waiting" }),
            json!({ "reason": reason }),
        ),
        ConversationEvent::ThreadTaken { thread, handoff } => itself(
            N::ConversationTaken,
            json!({ "conversation_id": thread, "handoff_id": handoff, "state": "taken" }),
            json!({}),
        ),
        ConversationEvent::ThreadReturned { thread, handoff, how } => itself(
            N::ConversationReturned,
            json!({ "conversation_id": thread, "handoff_id": handoff, "state": "machine" }),
            json!({ "how": how }),
        ),
        ConversationEvent::CustomerWrote { thread, customer } => itself(
            N::ConversationCustomerWrote,
            json!({ "conversation_id": thread, "customer_id": customer }),
            json!({}),
        ),
        ConversationEvent::PersonWrote { thread, handoff } => itself(
            N::ConversationPersonWrote,
            json!({ "conversation_id": thread, "handoff_id": handoff, "state": "taken" }),
            json!({}),
        ),
        ConversationEvent::OptedOut { customer } => {
            itself(N::CustomerOptedOut, json!({ "customer_id": customer }), json!({}))
        }
        ConversationEvent::OptedIn { customer } => {
            itself(N::CustomerOptedIn, json!({ "customer_id": customer }), json!({}))
        }
        ConversationEvent::CustomerRunsLate { visit, minutes } => Some(told(
            N::CustomerRunsLate,
            About::Visit(Id::from_uuid(visit.as_uuid())),
            json!({ "visit_id": visit }),
            json!({ "minutes": minutes }),
        )),
        ConversationEvent::MessageNotSent { .. }
        | ConversationEvent::TemplateMissed { .. }
        | ConversationEvent::TemplatesRejected { .. } => None,
    }
}

fn commission(event: CommissionEvent) -> Told {
    use EventName as N;
    match event {
        CommissionEvent::MonthFrozen { month, periods } => told(
            N::CommissionFrozen,
            About::Itself,
            json!({ "period_ids": periods }),
            json!({ "month": month.to_string() }),
        ),
        CommissionEvent::PeriodAmended {
            month,
            staff,
            period,
            of,
        } => told(
            N::CommissionAmended,
            About::Itself,
            json!({ "period_id": period, "amends_period_id": of, "staff_id": staff }),
            json!({ "month": month.to_string() }),
        ),
        CommissionEvent::SharesSet { appointment, .. } => told(
            N::CommissionSharesSet,
            About::Appointment(Id::from_uuid(appointment.as_uuid())),
            json!({ "appointment_id": appointment }),
            json!({}),
        ),
        CommissionEvent::DisputeOpened { dispute, staff } => told(
            N::CommissionDisputeOpened,
            About::Itself,
            json!({ "dispute_id": dispute, "staff_id": staff }),
            json!({}),
        ),
        CommissionEvent::DisputeDecided { dispute, staff } => told(
            N::CommissionDisputeDecided,
            About::Itself,
            json!({ "dispute_id": dispute, "staff_id": staff }),
            json!({}),
        ),
    }
}
