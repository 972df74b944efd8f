//! Conversation's till, played by payments.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_booking::ports::AppointmentBook;
use ratiba_booking::use_cases::ExtendHold;
use ratiba_booking::visit::{Visit, VisitStanding};
use ratiba_commission::ports::Teams;
use ratiba_conversation::desk::{
    AskAnswer, CardAnswer, CardOrder, PayWays, PaymentOrder, PaymentStanding, PaymentTrouble, ResendAnswer,
    ResendOrder, TipAnswer, TipOrder, VisitRef,
};
use ratiba_conversation::ports::PaymentDesk;
use ratiba_kernel::{Clock, Id, Outage, TenantId};
use ratiba_payments::actor::Actor;
use ratiba_payments::failure::FailureReason;
use ratiba_payments::payment::{NotNow, Purpose};
use ratiba_payments::ports::{
    Owed, Owing, PaymentRuleBook, RecordError, RefundBook, SpendRefused, VisitAsks,
};
use ratiba_payments::reference::RequestKey;
use ratiba_payments::use_cases::{
    CreditOrder, Outlook, PaymentOrder as Order, PaymentStatus, RequestCardLink, RequestPayment,
    RequestPaymentError, ResendOrder as Again, ResendPrompt, SpendCredit, StatusReport, WorkTips,
};
use time::OffsetDateTime;

mod card;
mod tip;

pub(crate) use card::CHAT;

/// Plays [`PaymentDesk`].
pub struct PaymentDeskBridge {
    /// Asks for money.
    pub request: RequestPayment,
    /// Asks again.
    pub again: ResendPrompt,
    /// Tells how it stands.
    pub status: PaymentStatus,
    /// What went back.
    pub refunds: Arc<dyn RefundBook>,
    /// Spends the customer's credit first.
    pub spend: SpendCredit,
    /// Whether the business wants that.
    pub rules: Arc<dyn PaymentRuleBook>,
    /// Whether the visit still waits for money.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Asks for a page for a card, if the business takes cards.
    pub cards: Option<RequestCardLink>,
    /// Holds a time for as long as a page is open.
    pub extend: ExtendHold,
    /// By what money is paid.
    pub ways: PayWays,
    /// Asks for tips.
    pub tips: WorkTips,
    /// Who renders what, and how they share it.
    pub teams: Arc<dyn Teams>,
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
        let asked_before = self.open_payment(tenant, visit).await?;
        // What credit covered is asked for no more, but the payment is still the whole one. One for another amount is
        // refused below, and no credit goes to it.
        let whole = |report: &&StatusReport| {
            report.due == order.amount || report.due.checked_sub(report.paid) == Ok(order.amount)
        };
        let known = asked_before.as_ref().filter(whole);
        let use_credit = asked_before.is_none() || known.is_some();
        let amount = known.map_or(order.amount, |report| report.due);
        let price = booked.as_ref().map(Visit::charged);
        // All of the price at once is no deposit.
        let purpose = if price == Some(Ok(Some(amount))) {
            Purpose::Full
        } else {
            Purpose::Deposit
        };
        let visit_ref = order.visit;
        let order = Order {
            key: RequestKey::of(order.key),
            visit,
            customer: Id::from_uuid(order.customer.as_uuid()),
            purpose,
            amount,
            payer: order.payer,
        };
        if use_credit {
            let left = LeftOf {
                status: &self.status,
                order: &order,
            };
            let (visit, customer) = (order.visit, order.customer);
            if self
                .credit_first(tenant, &order.key, visit, customer, &left)
                .await?
            {
                return self.nothing_to_ask(tenant, visit_ref).await;
            }
        }
        match self.request.execute(tenant, order).await {
            Ok(asked) => Ok(AskAnswer::Asked {
                payment: Id::from_uuid(asked.payment.as_uuid()),
                amount: asked.amount,
            }),
            Err(RequestPaymentError::NotAMobileNumber) => Ok(AskAnswer::BadPayer),
            Err(RequestPaymentError::NotNow(NotNow::StillOpen(_) | NotNow::BeingChecked(_))) => {
                Ok(AskAnswer::Checking)
            }
            Err(RequestPaymentError::NotNow(NotNow::TooSoon { from } | NotNow::NumberBusy { from, .. })) => {
                let minutes = minutes_until(from, self.clock.now());
                Ok(AskAnswer::NotYet { minutes })
            }
            Err(RequestPaymentError::Busy) => Err(Outage::new("the payment is busy")),
            Err(RequestPaymentError::Unavailable(outage)) => Err(outage),
            Err(
                refused @ (RequestPaymentError::AmountNotPositive
                | RequestPaymentError::AmountHasCents
                | RequestPaymentError::AmountAboveLimit { .. }
                | RequestPaymentError::CurrencyRefused
                | RequestPaymentError::AmountDiffers { .. }
                | RequestPaymentError::AmountAboveOutstanding { .. }
                | RequestPaymentError::NoPayer
                | RequestPaymentError::KeyReused
                | RequestPaymentError::NothingAsked
                | RequestPaymentError::TipWithBalanceOnly
                | RequestPaymentError::Shares(_)
                | RequestPaymentError::NotNow(
                    NotNow::AlreadyPaid | NotNow::NotAgreed | NotNow::Closed | NotNow::Pointless(_),
                )),
            ) => {
                tracing::warn!(visit.id = %visit, reason = %refused, "money could not be asked for in the chat");
                Ok(AskAnswer::NotPossible)
            }
        }
    }

    async fn standing(&self, tenant: TenantId, visit: VisitRef) -> Result<PaymentStanding, Outage> {
        let visit = Id::from_uuid(visit.as_uuid());
        let reports = self.status.execute(tenant, visit).await?;
        let Some(last) = reports.last() else {
            return Ok(PaymentStanding::NothingAsked);
        };
        let refunds = self.refunds.refunds_of_visit(tenant, visit).await?;
        // What the customer has again is not paid.
        if last.is_given_back(&refunds).map_err(Outage::new)? {
            return Ok(PaymentStanding::GivenBack);
        }
        Ok(standing_of(last))
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
            Ok(_) => Ok(ResendAnswer::Asked),
            Err(RequestPaymentError::NotAMobileNumber) => Ok(ResendAnswer::BadPayer),
            Err(RequestPaymentError::NotNow(NotNow::AlreadyPaid | NotNow::NotAgreed | NotNow::Closed)) => {
                self.nothing_to_resend(tenant, order.visit).await
            }
            // The visit waits for money.
            Err(RequestPaymentError::NothingAsked) => Ok(ResendAnswer::NeverAsked),
            Err(RequestPaymentError::NotNow(NotNow::TooSoon { from } | NotNow::NumberBusy { from, .. })) => {
                let minutes = minutes_until(from, self.clock.now());
                Ok(ResendAnswer::NotYet { minutes })
            }
            Err(RequestPaymentError::NotNow(NotNow::StillOpen(_))) => Ok(ResendAnswer::StillOut),
            Err(RequestPaymentError::NotNow(NotNow::BeingChecked(_))) => Ok(ResendAnswer::Checking),
            // Another prompt to the same phone would fail in the same way.
            Err(RequestPaymentError::NotNow(NotNow::Pointless(_))) => Ok(ResendAnswer::BadPayer),
            Err(RequestPaymentError::Unavailable(outage)) => Err(outage),
            Err(other) => Err(Outage::new(other)),
        }
    }

    async fn ask_tip(&self, tenant: TenantId, order: TipOrder) -> Result<TipAnswer, Outage> {
        self.order_tip(tenant, order).await
    }

    fn ways(&self) -> PayWays {
        self.ways
    }

    async fn ask_card(&self, tenant: TenantId, order: CardOrder) -> Result<CardAnswer, Outage> {
        self.open_page(tenant, order).await
    }
}

impl PaymentDeskBridge {
    /// What is owed on the visit's open payment, if one was asked for.
    async fn open_payment(
        &self,
        tenant: TenantId,
        visit: ratiba_payments::VisitId,
    ) -> Result<Option<StatusReport>, Outage> {
        let reports = self.status.execute(tenant, visit).await?;
        Ok(reports.into_iter().rfind(|report| report.outlook.is_open()))
    }

    /// Uses the customer's credit before they are asked for money, if the business wants that; answers whether nothing is
    /// left to ask for. `key` is that of the order which asks.
    async fn credit_first(
        &self,
        tenant: TenantId,
        key: &RequestKey,
        visit: ratiba_payments::VisitId,
        customer: ratiba_payments::CustomerId,
        owing: &dyn Owing,
    ) -> Result<bool, Outage> {
        if !self.rules.payment_rules(tenant).await?.0.credit_first {
            return Ok(false);
        }
        let spend = CreditOrder {
            key: RequestKey::parse(&format!("credit:{}", key.as_str())).map_err(Outage::new)?,
            visit,
            customer,
            amount: None,
            by: Actor::parse(CHAT).map_err(Outage::new)?,
        };
        match self.spend.execute(tenant, spend, owing).await {
            Ok(_) => {}
            Err(SpendRefused::NotRecorded(RecordError::Unavailable(outage))) => return Err(outage),
            Err(refused) => {
                tracing::debug!(visit.id = %visit, reason = %refused, "no credit is used");
                return Ok(false);
            }
        }
        Ok(self.open_payment(tenant, visit).await?.is_none())
    }

    /// A visit that is agreed was paid, by this order given before or by another phone; else a person agreed it.
    async fn nothing_to_ask(&self, tenant: TenantId, visit: VisitRef) -> Result<AskAnswer, Outage> {
        Ok(match self.standing(tenant, visit).await? {
            PaymentStanding::Settled { amount, receipt } => AskAnswer::Settled { amount, receipt },
            PaymentStanding::NothingAsked
            | PaymentStanding::Prompting
            | PaymentStanding::Checking
            | PaymentStanding::GivenBack
            | PaymentStanding::Failed(_) => AskAnswer::NotPossible,
        })
    }

    async fn nothing_to_resend(&self, tenant: TenantId, visit: VisitRef) -> Result<ResendAnswer, Outage> {
        Ok(match self.standing(tenant, visit).await? {
            PaymentStanding::Settled { amount, receipt } => ResendAnswer::Settled { amount, receipt },
            PaymentStanding::Prompting => ResendAnswer::StillOut,
            PaymentStanding::Checking => ResendAnswer::Checking,
            PaymentStanding::NothingAsked | PaymentStanding::GivenBack | PaymentStanding::Failed(_) => {
                ResendAnswer::NothingDue
            }
        })
    }
}

/// How long to wait, rounded up; at least one.
fn minutes_until(from: OffsetDateTime, now: OffsetDateTime) -> u32 {
    let seconds = (from - now).whole_seconds().max(0);
    u32::try_from((seconds + 59) / 60).unwrap_or(u32::MAX).max(1)
}

/// What is left of what the chat orders, by how the visit's payments stand when it is asked.
struct LeftOf<'a> {
    status: &'a PaymentStatus,
    order: &'a Order,
}

#[async_trait]
impl Owing for LeftOf<'_> {
    async fn asks(&self, tenant: TenantId, visit: ratiba_payments::VisitId) -> Result<VisitAsks, Outage> {
        let mut amount = self.order.amount;
        for report in self.status.execute(tenant, visit).await? {
            match report.outlook {
                Outlook::Settled { .. } => return Ok(VisitAsks::Nothing),
                Outlook::PromptOpen { .. } | Outlook::Checking { .. } | Outlook::Unpaid { .. }
                    if report.purpose == self.order.purpose =>
                {
                    amount = report.due.checked_sub(report.paid).map_err(Outage::new)?;
                }
                // It is asked for something else.
                Outlook::PromptOpen { .. } | Outlook::Checking { .. } | Outlook::Unpaid { .. } => {
                    return Ok(VisitAsks::Nothing);
                }
                Outlook::Credited { .. } | Outlook::Closed { .. } => {}
            }
        }
        Ok(VisitAsks::For(Owed {
            customer: self.order.customer,
            purpose: self.order.purpose,
            amount,
            phone: None,
        }))
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
        FailureReason::DeclinedByPayer => PaymentTrouble::Cancelled,
        FailureReason::CardRefused => PaymentTrouble::CardRefused,
        FailureReason::Expired | FailureReason::PromptNotDelivered | FailureReason::Unreachable => {
            PaymentTrouble::Unreachable
        }
        FailureReason::AmountOutsideLimits | FailureReason::DailyLimit => PaymentTrouble::Limit,
        FailureReason::PayerBusy | FailureReason::RepeatedTooSoon => PaymentTrouble::TooSoonAgain,
        FailureReason::SystemBusy | FailureReason::ProviderUnavailable => PaymentTrouble::Busy,
        FailureReason::PinBlocked => PaymentTrouble::PinBlocked,
        FailureReason::RequestRefused => PaymentTrouble::NumberRefused,
        FailureReason::ReceiverFull | FailureReason::Misconfigured => PaymentTrouble::OnOurSide,
    }
}

#[cfg(test)]
mod tests;
