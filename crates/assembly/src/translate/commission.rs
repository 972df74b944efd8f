//! What the people who earned it, and the owners, are told of commission.

use ratiba_commission::dispute::{Dispute, DisputeId, DisputeState};
use ratiba_commission::event::CommissionEvent;
use ratiba_commission::{PeriodId, StaffId};
use ratiba_conversation::channel::Address;
use ratiba_conversation::desk::DisputedLine;
use ratiba_conversation::use_cases::{CommissionNews, Notice};
use ratiba_kernel::{Outage, TenantId};
use uuid::Uuid;

use super::TranslateError;
use crate::Parts;
use crate::statement_cards::{card_of, disputed_line};

impl Parts {
    pub(super) async fn react_to_commission(
        &self,
        tenant: TenantId,
        id: Uuid,
        event: CommissionEvent,
    ) -> Result<(), TranslateError> {
        match event {
            CommissionEvent::MonthFrozen { month, periods } => {
                tracing::info!(%month, periods = periods.len(), "a month was frozen");
                for period in periods {
                    self.tell_statement(tenant, id, period).await?;
                }
                Ok(())
            }
            CommissionEvent::PeriodAmended {
                month, period, of, ..
            } => {
                tracing::info!(%month, %period, %of, "a frozen month was amended");
                self.tell_statement(tenant, id, period).await
            }
            CommissionEvent::SharesSet { appointment, by, .. } => {
                tracing::info!(appointment.id = %appointment, by.id = %by, "a team shares otherwise");
                Ok(())
            }
            CommissionEvent::DisputeOpened { dispute, .. } => {
                let Some((_, about)) = self.disputed(tenant, dispute).await? else {
                    return Ok(());
                };
                let news = CommissionNews::DisputeOpened { about };
                self.tell(tenant, id, Notice::Commission(Box::new(news))).await
            }
            CommissionEvent::DisputeDecided { dispute, staff } => {
                self.tell_decision(tenant, id, dispute, staff).await
            }
        }
    }

    /// Whoever works here and has a number of their own on record is told what their month came to, or what was corrected:
    /// once for each document.
    async fn tell_statement(
        &self,
        tenant: TenantId,
        id: Uuid,
        period: PeriodId,
    ) -> Result<(), TranslateError> {
        let Some(document) = self.commission.book.period(tenant, period).await? else {
            return Ok(());
        };
        let Some(address) = self.address_of(tenant, document.period().staff).await? else {
            return Ok(());
        };
        let zone = self.booking.catalogue.zone(tenant).await?;
        let news = CommissionNews::Statement {
            card: card_of(&document, &zone, &[])?,
            address,
        };
        self.tell(tenant, id, Notice::Commission(Box::new(news))).await
    }

    async fn tell_decision(
        &self,
        tenant: TenantId,
        id: Uuid,
        dispute: DisputeId,
        staff: StaffId,
    ) -> Result<(), TranslateError> {
        let Some(address) = self.address_of(tenant, staff).await? else {
            return Ok(());
        };
        let Some((dispute, about)) = self.disputed(tenant, dispute).await? else {
            return Ok(());
        };
        let (accepted, answer) = match dispute.state {
            DisputeState::Open => return Ok(()),
            DisputeState::Accepted { answer, .. } => (true, answer),
            DisputeState::Rejected { answer, .. } => (false, Some(answer)),
        };
        let news = CommissionNews::DisputeDecided {
            about,
            accepted,
            answer: answer.map(|words| words.as_str().to_owned()),
            address,
        };
        self.tell(tenant, id, Notice::Commission(Box::new(news))).await
    }

    async fn disputed(
        &self,
        tenant: TenantId,
        id: DisputeId,
    ) -> Result<Option<(Dispute, DisputedLine)>, Outage> {
        let Some(dispute) = self.commission.disputes.disputes.dispute(tenant, id).await? else {
            return Ok(None);
        };
        let Some(document) = self.commission.book.period(tenant, dispute.period).await? else {
            return Ok(None);
        };
        let member = self.staff.find(tenant, dispute.staff.as_uuid()).await?;
        let name = member.map_or_else(String::new, |member| member.name.as_str().to_owned());
        let zone = self.booking.catalogue.zone(tenant).await?;
        let about = disputed_line(&dispute, &document, name, &zone)?;
        Ok(about.map(|about| (dispute, about)))
    }

    /// Where somebody is written to about their pay. Who left is written to no more, and a number that two share is nobody's.
    async fn address_of(&self, tenant: TenantId, staff: StaffId) -> Result<Option<Address>, Outage> {
        let shop = self.booking.catalogue.shop(tenant).await?;
        let person = shop
            .people
            .iter()
            .find(|person| person.id.as_uuid() == staff.as_uuid());
        let Some(phone) = person.and_then(|person| person.phone.as_ref()) else {
            return Ok(None);
        };
        let shared = shop
            .people
            .iter()
            .filter(|person| person.phone.as_ref() == Some(phone))
            .count();
        Ok((shared == 1).then(|| Address::of_phone(phone.clone())))
    }
}
