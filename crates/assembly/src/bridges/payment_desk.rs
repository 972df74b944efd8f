//! Conversation's till, played by payments.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_booking::ports::AppointmentBook;
use ratiba_booking::visit::{Visit, VisitStanding};
use ratiba_conversation::desk::{
    AskAnswer, PaymentOrder, PaymentStanding, PaymentTrouble, ResendAnswer, ResendOrder, VisitRef,
};
use ratiba_conversation::ports::PaymentDesk;
use ratiba_kernel::{Clock, Id, Outage, TenantId};
use ratiba_payments::failure::FailureReason;
use ratiba_payments::payment::{NotNow, Purpose};
use ratiba_payments::reference::RequestKey;
use ratiba_payments::use_cases::{
    Outlook, PaymentOrder as Order, PaymentStatus, RequestPayment, RequestPaymentError, ResendOrder as Again,
    ResendPrompt, StatusReport,
};
use time::OffsetDateTime;

/// Plays [`PaymentDesk`].
pub struct PaymentDeskBridge {
    /// Asks for money.
    pub request: RequestPayment,
    /// Asks again.
    pub again: ResendPrompt,
    /// Tells how it stands.
    pub status: PaymentStatus,
    /// Whether the visit still waits for money.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Whether prompts are a trial.
    pub trial: bool,
}

#[async_trait]
impl PaymentDesk for PaymentDeskBridge {
    async fn ask(&self, tenant: TenantId, order: PaymentOrder) -> Result<AskAnswer, Outage> {
        let visit = Id::from_uuid(order.visit.as_uuid());
        let booked = self
            .book
            .visit(tenant, Id::from_uuid(order.visit.as_uuid()))
            .await?;
        match waits(booked.as_ref(), self.clock.now()) {
            Waits::ForMoney => {}
            Waits::NoMore => return Ok(AskAnswer::HoldGone),
            Waits::Agreed => return self.nothing_to_ask(tenant, order.visit).await,
        }
        let price = booked.as_ref().map(Visit::charged);
        // All of the price at once is no deposit.
        let purpose = if price == Some(Ok(Some(order.amount))) {
            Purpose::Full
        } else {
            Purpose::Deposit
        };
        let order = Order {
            key: RequestKey::of(order.key),
            visit,
            customer: Id::from_uuid(order.customer.as_uuid()),
            purpose,
            amount: order.amount,
            payer: order.payer,
        };
        match self.request.execute(tenant, order).await {
            Ok(asked) => Ok(AskAnswer::Asked {
                payment: Id::from_uuid(asked.payment.as_uuid()),
                trial: self.trial,
            }),
            Err(RequestPaymentError::NotAMobileNumber) => Ok(AskAnswer::BadPayer),
            Err(RequestPaymentError::Busy) => Err(Outage::new("the payment is busy")),
            Err(RequestPaymentError::Unavailable(outage)) => Err(outage),
            Err(
                refused @ (RequestPaymentError::AmountNotPositive
                | RequestPaymentError::AmountHasCents
                | RequestPaymentError::AmountAboveLimit
                | RequestPaymentError::CurrencyRefused
                | RequestPaymentError::AmountDiffers { .. }
                | RequestPaymentError::AmountAboveOutstanding { .. }
                | RequestPaymentError::NoPayer
                | RequestPaymentError::KeyReused
                | RequestPaymentError::NothingAsked
                | RequestPaymentError::NotNow(_)),
            ) => {
                tracing::warn!(visit.id = %visit, reason = %refused, "money could not be asked for in the chat");
                Ok(AskAnswer::NotPossible)
            }
        }
    }

    async fn standing(&self, tenant: TenantId, visit: VisitRef) -> Result<PaymentStanding, Outage> {
        let reports = self
            .status
            .execute(tenant, Id::from_uuid(visit.as_uuid()))
            .await?;
        Ok(reports.last().map_or(PaymentStanding::NothingAsked, standing_of))
    }

    async fn resend(&self, tenant: TenantId, order: ResendOrder) -> Result<ResendAnswer, Outage> {
        let visit = Id::from_uuid(order.visit.as_uuid());
        let booked = self
            .book
            .visit(tenant, Id::from_uuid(order.visit.as_uuid()))
            .await?;
        match waits(booked.as_ref(), self.clock.now()) {
            Waits::ForMoney => {}
            Waits::NoMore | Waits::Agreed => return self.nothing_to_resend(tenant, order.visit).await,
        }
        let again = Again {
            key: RequestKey::of(order.key),
            visit,
            payer: order.payer,
        };
        match self.again.execute(tenant, again).await {
            Ok(_) => Ok(ResendAnswer::Asked { trial: self.trial }),
            Err(RequestPaymentError::NotAMobileNumber) => Ok(ResendAnswer::BadPayer),
            Err(
                RequestPaymentError::NotNow(NotNow::AlreadyPaid | NotNow::Closed)
                | RequestPaymentError::NothingAsked,
            ) => self.nothing_to_resend(tenant, order.visit).await,
            Err(RequestPaymentError::NotNow(NotNow::TooSoon { from })) => {
                let seconds = (from - self.clock.now()).whole_seconds().max(0);
                let minutes = u32::try_from((seconds + 59) / 60).unwrap_or(u32::MAX).max(1);
                Ok(ResendAnswer::NotYet { minutes })
            }
            Err(RequestPaymentError::NotNow(NotNow::StillOpen(_) | NotNow::BeingChecked(_))) => {
                Ok(ResendAnswer::Checking)
            }
            // Another prompt to the same phone would fail in the same way.
            Err(RequestPaymentError::NotNow(NotNow::Pointless(_))) => Ok(ResendAnswer::BadPayer),
            Err(RequestPaymentError::Unavailable(outage)) => Err(outage),
            Err(other) => Err(Outage::new(other)),
        }
    }
}

impl PaymentDeskBridge {
    /// A visit that is agreed was paid, by this order given before or by another phone; else a person agreed it.
    async fn nothing_to_ask(&self, tenant: TenantId, visit: VisitRef) -> Result<AskAnswer, Outage> {
        Ok(match self.standing(tenant, visit).await? {
            PaymentStanding::Settled { amount, receipt } => AskAnswer::Settled { amount, receipt },
            PaymentStanding::NothingAsked
            | PaymentStanding::Prompting
            | PaymentStanding::Checking
            | PaymentStanding::Failed(_) => AskAnswer::NotPossible,
        })
    }

    async fn nothing_to_resend(&self, tenant: TenantId, visit: VisitRef) -> Result<ResendAnswer, Outage> {
        Ok(match self.standing(tenant, visit).await? {
            PaymentStanding::Settled { amount, receipt } => ResendAnswer::Settled { amount, receipt },
            PaymentStanding::Prompting | PaymentStanding::Checking => ResendAnswer::Checking,
            PaymentStanding::NothingAsked | PaymentStanding::Failed(_) => ResendAnswer::NothingDue,
        })
    }
}

/// Whether a visit still waits for money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waits {
    /// It does, and its time is held.
    ForMoney,
    /// It is agreed.
    Agreed,
    /// It is over, unknown, not agreed yet, or its hold has run out and is about to end.
    NoMore,
}

fn waits(visit: Option<&Visit>, now: OffsetDateTime) -> Waits {
    match visit.map(Visit::standing) {
        Some(VisitStanding::Waiting { until }) if now < until => Waits::ForMoney,
        Some(VisitStanding::Agreed) => Waits::Agreed,
        Some(VisitStanding::Requested { .. } | VisitStanding::Waiting { .. } | VisitStanding::Over)
        | None => Waits::NoMore,
    }
}

fn standing_of(report: &StatusReport) -> PaymentStanding {
    match &report.outlook {
        Outlook::Settled { receipt, .. } => PaymentStanding::Settled {
            amount: report.paid,
            receipt: receipt.as_ref().map(|receipt| receipt.as_str().to_owned()),
        },
        // The visit is lost, and any money is credit: nothing is owed for it any more.
        Outlook::Credited { .. } | Outlook::Closed { .. } => PaymentStanding::NothingAsked,
        Outlook::PromptOpen { .. } => PaymentStanding::Prompting,
        Outlook::Checking { .. } => PaymentStanding::Checking,
        Outlook::Unpaid { failure, .. } => PaymentStanding::Failed(
            failure.map_or(PaymentTrouble::OnOurSide, |(reason, _)| trouble_of(reason)),
        ),
    }
}

/// What the customer can do about a failure.
#[must_use]
pub const fn trouble_of(reason: FailureReason) -> PaymentTrouble {
    match reason {
        FailureReason::WrongPin => PaymentTrouble::WrongPin,
        FailureReason::InsufficientFunds => PaymentTrouble::InsufficientFunds,
        // Either way the customer may try again, or choose another way, while the time is held.
        FailureReason::DeclinedByPayer | FailureReason::CardRefused => PaymentTrouble::Cancelled,
        FailureReason::Expired | FailureReason::PromptNotDelivered | FailureReason::Unreachable => {
            PaymentTrouble::Unreachable
        }
        FailureReason::AmountOutsideLimits | FailureReason::DailyLimit => PaymentTrouble::Limit,
        FailureReason::PayerBusy | FailureReason::RepeatedTooSoon => PaymentTrouble::TooSoonAgain,
        FailureReason::SystemBusy | FailureReason::ProviderUnavailable => PaymentTrouble::Busy,
        FailureReason::PinBlocked => PaymentTrouble::PinBlocked,
        FailureReason::ReceiverFull | FailureReason::Misconfigured | FailureReason::RequestRefused => {
            PaymentTrouble::OnOurSide
        }
    }
}

#[cfg(test)]
mod tests;
