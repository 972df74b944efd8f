//! A page for a card, ordered in the chat.

use async_trait::async_trait;
use ratiba_booking::policy::PayBy;
use ratiba_booking::use_cases::TaskError;
use ratiba_booking::visit::Visit;
use ratiba_conversation::desk::{CardAnswer, CardOrder, PaymentStanding};
use ratiba_kernel::{Id, Money, MoneyError, Outage, TenantId};
use ratiba_payments::actor::Actor;
use ratiba_payments::payment::{NotNow, Purpose};
use ratiba_payments::ports::{Owed, Owing, VisitAsks};
use ratiba_payments::reference::RequestKey;
use ratiba_payments::use_cases::{CardLinkOrder, RequestPaymentError};

use super::{PaymentDeskBridge, Waits, waits};

/// Who orders pages in the chat, as attempts name it.
pub(crate) const CHAT: &str = "chat";

impl PaymentDeskBridge {
    /// Orders a page for all that a visit waits for beyond the customer's credit, and holds its time for as long as the page is open. The order comes
    /// first, since it may be refused; should the hold have run out meanwhile, what was ordered ends with it.
    pub(super) async fn open_page(&self, tenant: TenantId, order: CardOrder) -> Result<CardAnswer, Outage> {
        let Some(cards) = &self.cards else {
            return Ok(CardAnswer::NotOffered);
        };
        let booked = self
            .book
            .visit(tenant, Id::from_uuid(order.visit.as_uuid()))
            .await?;
        match (waits(booked.as_ref(), self.clock.now()), &booked) {
            (Waits::ForMoney, Some(_)) => {}
            (Waits::NoMore, _) | (Waits::ForMoney, None) => return Ok(CardAnswer::HoldGone),
            (Waits::Agreed, _) => return self.paid_or_not(tenant, &order).await,
        }
        let (key, visit) = (RequestKey::of(order.key), Id::from_uuid(order.visit.as_uuid()));
        let left = LeftOfVisit {
            desk: self,
            order: &order,
        };
        let customer = Id::from_uuid(order.customer.as_uuid());
        if self.credit_first(tenant, &key, visit, customer, &left).await? {
            return self.paid_or_not(tenant, &order).await;
        }
        let page = CardLinkOrder {
            key,
            visit,
            contact: order.contact.clone(),
            amount: None,
            tip: None,
            by: Actor::parse(CHAT).map_err(Outage::new)?,
        };
        let asked = match cards.execute(tenant, page, &left).await {
            Ok(asked) => asked,
            Err(RequestPaymentError::NotNow(NotNow::StillOpen(_))) => return Ok(CardAnswer::StillOpen),
            Err(RequestPaymentError::NotNow(NotNow::BeingChecked(_))) => return Ok(CardAnswer::Checking),
            Err(RequestPaymentError::NotNow(NotNow::AlreadyPaid | NotNow::NotAgreed | NotNow::Closed)) => {
                return self.paid_or_not(tenant, &order).await;
            }
            Err(RequestPaymentError::Busy) => return Err(Outage::new("the payment is busy")),
            Err(RequestPaymentError::Unavailable(outage)) => return Err(outage),
            Err(
                refused @ (RequestPaymentError::NotAMobileNumber
                | RequestPaymentError::AmountNotPositive
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
                    NotNow::TooSoon { .. } | NotNow::NumberBusy { .. } | NotNow::Pointless(_),
                )),
            ) => {
                tracing::warn!(visit.id = %order.visit, reason = %refused, "no page could be ordered in the chat");
                return Ok(CardAnswer::NotPossible);
            }
        };
        let id = Id::from_uuid(order.visit.as_uuid());
        match self.extend.execute(tenant, id, PayBy::Card).await {
            Ok(Some(deadline)) => Ok(CardAnswer::Asked {
                amount: asked.amount,
                deadline,
            }),
            Ok(None) => Ok(CardAnswer::HoldGone),
            Err(TaskError::Contended) => Err(Outage::new("the visit keeps changing")),
            Err(TaskError::Unavailable(outage)) => Err(outage),
        }
    }

    async fn paid_or_not(&self, tenant: TenantId, order: &CardOrder) -> Result<CardAnswer, Outage> {
        use ratiba_conversation::ports::PaymentDesk as _;
        Ok(match self.standing(tenant, order.visit).await? {
            PaymentStanding::Settled { amount, receipt } => CardAnswer::Settled { amount, receipt },
            PaymentStanding::Prompting => CardAnswer::StillOpen,
            PaymentStanding::Checking => CardAnswer::Checking,
            PaymentStanding::NothingAsked | PaymentStanding::GivenBack | PaymentStanding::Failed(_) => {
                CardAnswer::NotPossible
            }
        })
    }
}

/// What a visit that waits for money still asks for, whenever it is asked.
struct LeftOfVisit<'a> {
    desk: &'a PaymentDeskBridge,
    order: &'a CardOrder,
}

#[async_trait]
impl Owing for LeftOfVisit<'_> {
    async fn asks(&self, tenant: TenantId, visit: ratiba_payments::VisitId) -> Result<VisitAsks, Outage> {
        let booked = self
            .desk
            .book
            .visit(tenant, Id::from_uuid(visit.as_uuid()))
            .await?;
        match waits(booked.as_ref(), self.desk.clock.now()) {
            Waits::ForMoney => {}
            Waits::NoMore => return Ok(VisitAsks::NotAgreed),
            Waits::Agreed => return Ok(VisitAsks::Nothing),
        }
        let (purpose, amount) = match self.desk.open_payment(tenant, visit).await? {
            Some(report) => {
                let left = report.due.checked_sub(report.paid).map_err(Outage::new)?;
                (report.purpose, Some(left))
            }
            None => asked_of(booked.as_ref()).map_err(Outage::new)?,
        };
        let Some(amount) = amount.filter(|amount| amount.is_positive()) else {
            return Ok(VisitAsks::Nothing);
        };
        Ok(VisitAsks::For(Owed {
            customer: Id::from_uuid(self.order.customer.as_uuid()),
            purpose,
            amount,
            phone: None,
        }))
    }
}

/// What is asked for a visit in advance. All of the price at once is no deposit.
fn asked_of(booked: Option<&Visit>) -> Result<(Purpose, Option<Money>), MoneyError> {
    let due = booked.map(Visit::due).transpose()?.flatten();
    let charged = booked.map(Visit::charged).transpose()?.flatten();
    let purpose = if due == charged {
        Purpose::Full
    } else {
        Purpose::Deposit
    };
    Ok((purpose, due))
}
