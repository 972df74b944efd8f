//! What the chat is told of money that moves.

use ratiba_conversation::desk::BackBy;
use ratiba_conversation::use_cases::{CreditStep, MoneyMatter, MoneyNews, Notice, PageLink, RefundStep};
use ratiba_kernel::{Id, Money, Outage, TenantId};
use ratiba_payments::attempt::{Attempt, AttemptState, Provider};
use ratiba_payments::event::{About, RefundAbout};
use ratiba_payments::evidence::Evidence;
use ratiba_payments::refund::{RefundId, RefundState, RefundWay};
use ratiba_payments::{CustomerId, VisitId};
use uuid::Uuid;

use super::TranslateError;
use crate::Parts;
use crate::bridges::payment_desk::CHAT;

impl Parts {
    pub(crate) async fn tell_money(
        &self,
        tenant: TenantId,
        id: Uuid,
        news: MoneyNews,
    ) -> Result<(), TranslateError> {
        Ok(self
            .conversation
            .tell
            .execute(tenant, id, Notice::Money(news))
            .await?)
    }

    /// A payment that was settled, with the provider's number of what settled it.
    pub(super) async fn came(
        &self,
        tenant: TenantId,
        about: About,
        paid: Money,
    ) -> Result<MoneyNews, Outage> {
        let record = self.payments.book.of_attempt(tenant, about.attempt).await?;
        let attempt = record.as_ref().and_then(|record| record.attempt(about.attempt));
        let number = attempt.and_then(Attempt::receipt);
        let number = number.map(|number| number.as_str().to_owned());
        Ok(MoneyNews::Paid {
            visit: Id::from_uuid(about.visit.as_uuid()),
            payment: Id::from_uuid(about.payment.as_uuid()),
            amount: paid,
            number,
        })
    }

    /// The owners are told of money beyond what is owed, with its number; the customer hears of it as credit.
    pub(super) async fn tell_of_excess(
        &self,
        tenant: TenantId,
        id: Uuid,
        about: About,
        excess: Money,
    ) -> Result<(), TranslateError> {
        let record = self.payments.book.of_attempt(tenant, about.attempt).await?;
        let attempt = record.as_ref().and_then(|record| record.attempt(about.attempt));
        let news = MoneyNews::Overpaid {
            visit: Id::from_uuid(about.visit.as_uuid()),
            excess,
            by: attempt.map_or(BackBy::Elsewhere, came_by),
            number: attempt
                .and_then(Attempt::receipt)
                .map(|number| number.as_str().to_owned()),
        };
        self.tell_money(tenant, id, news).await
    }

    /// The customer is thanked for a tip that came through the house, with its number.
    pub(crate) async fn thank_for_tip(
        &self,
        tenant: TenantId,
        id: Uuid,
        about: About,
        amount: Money,
    ) -> Result<(), TranslateError> {
        let record = self.payments.book.of_attempt(tenant, about.attempt).await?;
        let Some(attempt) = record.as_ref().and_then(|record| record.attempt(about.attempt)) else {
            return Ok(());
        };
        let news = MoneyNews::Tip {
            visit: Id::from_uuid(about.visit.as_uuid()),
            customer: Id::from_uuid(about.customer.as_uuid()),
            payment: Id::from_uuid(about.payment.as_uuid()),
            amount,
            by: came_by(attempt),
            number: attempt.receipt().map(|number| number.as_str().to_owned()),
        };
        self.tell_money(tenant, id, news).await
    }

    /// Who paid a part by hand is told what came and what is left, and the owners that somebody waits for the rest. A part
    /// that the desk asked for or took is known to both.
    pub(super) async fn tell_part(
        &self,
        tenant: TenantId,
        id: Uuid,
        about: About,
        (amount, left): (Money, Money),
    ) -> Result<(), TranslateError> {
        let record = self.payments.book.of_attempt(tenant, about.attempt).await?;
        let attempt = record.as_ref().and_then(|record| record.attempt(about.attempt));
        let Some(attempt) = attempt.filter(|attempt| came_by_hand(attempt)) else {
            return Ok(());
        };
        let visit = Id::from_uuid(about.visit.as_uuid());
        let news = MoneyNews::Part {
            visit,
            customer: Id::from_uuid(about.customer.as_uuid()),
            amount,
            by: came_by(attempt),
            number: attempt.receipt().map(|number| number.as_str().to_owned()),
            left,
        };
        self.tell_money(tenant, id, news).await?;
        self.call_person(tenant, id, visit, MoneyMatter::PaidInPart).await
    }

    /// A page that was ordered in the chat is given to the customer there; one that the desk ordered, by the desk.
    pub(super) async fn tell_page(
        &self,
        tenant: TenantId,
        id: Uuid,
        about: About,
    ) -> Result<(), TranslateError> {
        let record = self.payments.book.of_attempt(tenant, about.attempt).await?;
        let attempt = record.as_ref().and_then(|record| record.attempt(about.attempt));
        let Some(attempt) = attempt else { return Ok(()) };
        let (terms, progress) = (attempt.terms(), attempt.progress());
        let in_chat = terms.by.as_ref().is_some_and(|by| by.as_str() == CHAT);
        // Whoever has paid meanwhile is not asked any more.
        let waits = progress.state == AttemptState::AwaitingCustomer;
        let Some(page) = progress.page.as_ref().filter(|_page| in_chat && waits) else {
            return Ok(());
        };
        let news = MoneyNews::CardPage {
            visit: Id::from_uuid(about.visit.as_uuid()),
            amount: terms.amount,
            page: PageLink::new(page.as_str()),
        };
        self.tell_money(tenant, id, news).await
    }

    pub(super) async fn tell_credit(
        &self,
        tenant: TenantId,
        id: Uuid,
        (visit, customer): (VisitId, CustomerId),
        amount: Money,
        step: CreditStep,
    ) -> Result<(), TranslateError> {
        let news = MoneyNews::Credit {
            visit: Id::from_uuid(visit.as_uuid()),
            customer: Id::from_uuid(customer.as_uuid()),
            amount,
            step,
        };
        self.tell_money(tenant, id, news).await
    }

    pub(super) async fn tell_refund(
        &self,
        tenant: TenantId,
        id: Uuid,
        about: RefundAbout,
        (way, amount): (RefundWay, Money),
        step: RefundStep,
    ) -> Result<(), TranslateError> {
        let news = MoneyNews::Refund {
            visit: Id::from_uuid(about.visit.as_uuid()),
            customer: Id::from_uuid(about.customer.as_uuid()),
            refund: Id::from_uuid(about.refund.as_uuid()),
            amount,
            by: match way {
                RefundWay::MpesaReversal => BackBy::Mpesa,
                RefundWay::Card | RefundWay::Chargeback => BackBy::Card,
                RefundWay::Cash => BackBy::Cash,
                // Credit is told as credit.
                RefundWay::Credit | RefundWay::Outside => BackBy::Elsewhere,
            },
            step,
        };
        self.tell_money(tenant, id, news).await
    }

    /// The provider's number of a refund, if it is known.
    pub(super) async fn number_of(
        &self,
        tenant: TenantId,
        refund: RefundId,
    ) -> Result<Option<String>, Outage> {
        let found = self.money_back.book.refund(tenant, refund).await?;
        Ok(found.and_then(|refund| match refund.state() {
            RefundState::Done { receipt } => receipt.as_ref().map(|number| number.as_str().to_owned()),
            RefundState::Requested
            | RefundState::Sent
            | RefundState::Unknown
            | RefundState::InReview { .. }
            | RefundState::Rejected { .. }
            | RefundState::Cancelled => None,
        }))
    }

    /// By which way a refund was to go.
    pub(super) async fn way_of(&self, tenant: TenantId, refund: RefundId) -> Result<RefundWay, Outage> {
        let found = self.money_back.book.refund(tenant, refund).await?;
        Ok(found.map_or(RefundWay::Outside, |refund| refund.terms().way))
    }
}

/// With what an attempt's money came.
const fn came_by(attempt: &Attempt) -> BackBy {
    match attempt.terms().provider {
        Provider::Mpesa => BackBy::Mpesa,
        Provider::Pesapal => BackBy::Card,
        Provider::Cash => BackBy::Cash,
    }
}

/// Whether nobody had asked for this money: it is known from a confirmation, a statement or a dead letter.
fn came_by_hand(attempt: &Attempt) -> bool {
    attempt.evidence().is_some_and(Evidence::is_told) && attempt.progress().sent_at.is_none()
}
