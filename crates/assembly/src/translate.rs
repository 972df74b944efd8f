//! What one domain's event means to the others: the only place where domains react to each other.
//!
//! Every reaction is safe to repeat, since an event may be handled twice.

use ratiba_booking::appointment::CancelledBy;
use ratiba_booking::event::BookingEvent;
use ratiba_booking::policy::Reminder;
use ratiba_booking::use_cases::{ConfirmVisitError, Confirmation};
use ratiba_commission::event::CommissionEvent;
use ratiba_conversation::event::ConversationEvent;
use ratiba_conversation::use_cases::{Notice, ReminderLead, TellError};
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::event::PaymentEvent;
use ratiba_payments::use_cases::CreditVisitError;
use ratiba_postgres::outbox::StoredEvent;

use uuid::Uuid;

use crate::Parts;
use crate::bridges::payment_desk::trouble_of;

/// Why an event was not handled. The job may run again.
#[derive(Debug, thiserror::Error)]
pub enum TranslateError {
    /// No domain of that name tells events, or none of that form.
    #[error("the event {topic} cannot be read")]
    Unreadable {
        /// Its topic.
        topic: String,
        /// What is wrong with it.
        #[source]
        cause: serde_json::Error,
    },
    /// Nobody here tells events of that topic.
    #[error("nobody tells events of the topic {0}")]
    UnknownTopic(String),
    /// The visit was not confirmed.
    #[error("the visit was not confirmed")]
    Confirm(#[from] ConfirmVisitError),
    /// The lost visit was not credited.
    #[error("the lost visit was not credited")]
    Credit(#[from] CreditVisitError),
    /// Somebody was not told.
    #[error("somebody was not told")]
    Tell(#[from] TellError),
    /// Something did not answer.
    #[error("the event was not handled")]
    Unavailable(#[from] Outage),
}

impl Parts {
    /// Lets the other domains react to a stored event.
    ///
    /// # Errors
    /// [`TranslateError`].
    pub async fn react(
        &self,
        tenant: TenantId,
        id: Uuid,
        stored: &StoredEvent,
    ) -> Result<(), TranslateError> {
        let payload = stored.payload.clone();
        let unreadable = |cause| TranslateError::Unreadable {
            topic: stored.topic.clone(),
            cause,
        };
        match stored.topic.as_str() {
            "booking" => {
                let event = serde_json::from_value(payload).map_err(unreadable)?;
                self.react_to_booking(tenant, id, event).await
            }
            "payments" => {
                let event = serde_json::from_value(payload).map_err(unreadable)?;
                self.react_to_payment(tenant, id, event).await
            }
            "conversation" => {
                let event = serde_json::from_value(payload).map_err(unreadable)?;
                self.react_to_conversation(tenant, id, event).await
            }
            "commission" => {
                let CommissionEvent::MonthFrozen { month, periods } =
                    serde_json::from_value(payload).map_err(unreadable)?;
                tracing::info!(%month, periods = periods.len(), "a month was frozen");
                Ok(())
            }
            other => Err(TranslateError::UnknownTopic(other.to_owned())),
        }
    }

    async fn react_to_booking(
        &self,
        tenant: TenantId,
        id: Uuid,
        event: BookingEvent,
    ) -> Result<(), TranslateError> {
        let notice = match event {
            BookingEvent::VisitConfirmed { visit, .. } => Notice::VisitConfirmed {
                visit: Id::from_uuid(visit.as_uuid()),
            },
            BookingEvent::HoldExpired { visit, .. } => Notice::HoldExpired {
                visit: Id::from_uuid(visit.as_uuid()),
            },
            BookingEvent::VisitLostAfterPayment { visit, .. } => {
                self.payments
                    .credit
                    .execute(tenant, Id::from_uuid(visit.as_uuid()))
                    .await?;
                Notice::VisitLost {
                    visit: Id::from_uuid(visit.as_uuid()),
                }
            }
            BookingEvent::ReminderDue { visit, reminder, .. } => Notice::Reminder {
                visit: Id::from_uuid(visit.as_uuid()),
                lead: match reminder {
                    Reminder::DayAhead => ReminderLead::DayBefore,
                    Reminder::HoursAhead => ReminderLead::Soon,
                },
            },
            BookingEvent::AppointmentCancelled {
                visit,
                by: CancelledBy::Business,
                ..
            } => Notice::VisitCancelled {
                visit: Id::from_uuid(visit.as_uuid()),
            },
            // The customer was answered in the chat, or the front desk knows; nothing to tell.
            BookingEvent::VisitHeld { .. }
            | BookingEvent::AppointmentCancelled {
                by: CancelledBy::Customer,
                ..
            }
            | BookingEvent::CustomerDidNotCome { .. }
            | BookingEvent::AppointmentStarted { .. }
            | BookingEvent::AppointmentCompleted { .. }
            | BookingEvent::ActualsCorrected { .. } => return Ok(()),
        };
        Ok(self.conversation.tell.execute(tenant, id, notice).await?)
    }

    async fn react_to_payment(
        &self,
        tenant: TenantId,
        id: Uuid,
        event: PaymentEvent,
    ) -> Result<(), TranslateError> {
        match event {
            PaymentEvent::PaymentSettled { about, .. } => {
                let visit = Id::from_uuid(about.visit.as_uuid());
                if self.booking.confirm.execute(tenant, visit).await? == Confirmation::Lost {
                    tracing::error!(visit.id = %visit, "money came for a visit whose time is gone: a person must look");
                }
                Ok(())
            }
            PaymentEvent::AttemptFailed { about, reason, .. } => {
                let visit = Id::from_uuid(about.visit.as_uuid());
                let notice = Notice::PaymentFailed {
                    visit,
                    trouble: trouble_of(reason),
                };
                Ok(self.conversation.tell.execute(tenant, id, notice).await?)
            }
            PaymentEvent::AttemptUnknown { about } => {
                let notice = Notice::PaymentChecking {
                    visit: Id::from_uuid(about.visit.as_uuid()),
                };
                Ok(self.conversation.tell.execute(tenant, id, notice).await?)
            }
            PaymentEvent::AttemptInReview { about, .. } | PaymentEvent::AttemptDisputed { about, .. } => {
                tracing::error!(attempt.id = %about.attempt, "a person must look at a payment attempt");
                Ok(())
            }
            PaymentEvent::PaymentOverpaid { about, .. } => {
                tracing::error!(attempt.id = %about.attempt, "more came in than was owed: a person should know");
                Ok(())
            }
            // The customer sees the prompt; the receipt and the credit are told with the visit.
            PaymentEvent::PromptSent { .. }
            | PaymentEvent::ReceiptKnown { .. }
            | PaymentEvent::AttemptCancelled { .. }
            | PaymentEvent::PaymentCredited { .. } => Ok(()),
        }
    }

    async fn react_to_conversation(
        &self,
        tenant: TenantId,
        id: Uuid,
        event: ConversationEvent,
    ) -> Result<(), TranslateError> {
        let notice = match event {
            ConversationEvent::CustomerRunsLate { visit, minutes } => Notice::CustomerLate { visit, minutes },
            ConversationEvent::MessageNotSent { message, .. } => Notice::MessageNotSent { message },
            // The owners get their brief in the turn that suspends the thread; consent is on record.
            ConversationEvent::ThreadSuspended { .. }
            | ConversationEvent::OptedOut { .. }
            | ConversationEvent::OptedIn { .. } => return Ok(()),
        };
        Ok(self.conversation.tell.execute(tenant, id, notice).await?)
    }
}
