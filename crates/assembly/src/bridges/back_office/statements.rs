//! Closed commission, as the people who earned it ask for it in the chat, and months that wait to be closed.

use ratiba_commission::dispute::{LineNumber, Words};
use ratiba_commission::hash::ContentHash;
use ratiba_commission::period::FrozenBy;
use ratiba_commission::use_cases::{CloseOutcome, ClosePeriodError, OpenDisputeError, PreviewPeriodError};
use ratiba_commission::{Month, PeriodId};
use ratiba_conversation::desk::{Refusal, RuleFault, StaffRef, StatementCard, StatementRef, WaitingMonth};
use ratiba_kernel::{Id, Money, Outage, PhoneNumber, TenantId};

use super::BackOfficeBridge;
use super::acts::Answer;
use crate::statement_cards::card_of;

impl BackOfficeBridge {
    pub(super) async fn statement_of(
        &self,
        tenant: TenantId,
        staff: StaffRef,
        period: PeriodId,
    ) -> Result<Option<StatementCard>, Outage> {
        let document = self.disputes.book.period(tenant, period).await?;
        let own = document.filter(|document| document.period().staff.as_uuid() == staff.as_uuid());
        let Some(document) = own else { return Ok(None) };
        let open = self.disputes.disputes.disputes(tenant, true).await?;
        let zone = self.catalogue.zone(tenant).await?;
        card_of(&document, &zone, &open).map(Some)
    }

    /// Of the latest month that is closed, the correction that came last, else the close.
    pub(super) async fn newest_statement(
        &self,
        tenant: TenantId,
        staff: StaffRef,
    ) -> Result<Option<StatementCard>, Outage> {
        let Some(month) = self.disputes.book.last_frozen(tenant).await? else {
            return Ok(None);
        };
        let periods = self.disputes.book.periods(tenant, month).await?;
        let own = periods
            .iter()
            .filter(|period| period.staff.as_uuid() == staff.as_uuid());
        match own.max_by_key(|period| (period.frozen_at, period.id)) {
            Some(period) => self.statement_of(tenant, staff, period.id).await,
            None => Ok(None),
        }
    }

    /// Whether nobody disputes that line yet.
    pub(super) async fn disputable(&self, tenant: TenantId, statement: StatementRef, line: u32) -> Answer {
        let open = self.disputes.disputes.disputes(tenant, true).await?;
        let period = statement.as_uuid();
        let found = open
            .iter()
            .any(|dispute| (dispute.period.as_uuid(), dispute.line.number()) == (period, line));
        Ok(if found { Err(Refusal::Disputed) } else { Ok(()) })
    }

    /// Opens the dispute of whoever has this number. The same yes again finds it open, in the same words.
    pub(super) async fn disputed(
        &self,
        tenant: TenantId,
        by: &PhoneNumber,
        (statement, line): (StatementRef, u32),
        reason: &str,
    ) -> Answer {
        let period: PeriodId = Id::from_uuid(statement.as_uuid());
        let shop = self.catalogue.shop(tenant).await?;
        let mut people = shop
            .people
            .iter()
            .filter(|person| person.phone.as_ref() == Some(by));
        let (Some(person), None) = (people.next(), people.next()) else {
            return Ok(Err(Refusal::NotTheirs));
        };
        let document = self.disputes.book.period(tenant, period).await?;
        let own = document.is_some_and(|document| document.period().staff.as_uuid() == person.id.as_uuid());
        let (true, Some(line), Ok(words)) = (own, LineNumber::new(line), Words::parse(reason)) else {
            return Ok(Err(Refusal::NotTheirs));
        };
        let by = format!("staff:{}", by.e164());
        match self.disputes.open(tenant, period, line, words.clone(), &by).await {
            Ok((_, true)) => Ok(Ok(())),
            Ok((open, false)) if (&open.opened_by, &open.reason) == (&by, &words) => Ok(Ok(())),
            Ok((_, false)) => Ok(Err(Refusal::Disputed)),
            Err(OpenDisputeError::Unknown | OpenDisputeError::NoSuchLine) => Ok(Err(Refusal::NotTheirs)),
            Err(OpenDisputeError::Unavailable(outage)) => Err(outage),
        }
    }

    /// The earliest month that waits, computed anew.
    pub(super) async fn waiting(
        &self,
        tenant: TenantId,
    ) -> Result<Option<Result<WaitingMonth, Refusal>>, Outage> {
        match self.disputes.book.drafts(tenant).await?.first() {
            Some(draft) => self.month_now(tenant, draft.month).await.map(Some),
            None => Ok(None),
        }
    }

    async fn month_now(&self, tenant: TenantId, month: Month) -> Answer<WaitingMonth> {
        let figures = match self.preview.execute(tenant, month).await {
            Ok(figures) => figures,
            Err(PreviewPeriodError::Unavailable(outage)) => return Err(outage),
            Err(PreviewPeriodError::Compute(_) | PreviewPeriodError::Rules(_)) => {
                return Ok(Err(Refusal::Faulty(vec![RuleFault::Elsewhere])));
            }
        };
        let currency = self.catalogue.policy(tenant).await?.currency;
        let all = |of: fn(&ratiba_commission::engine::StaffFigure) -> Money| {
            Money::sum(currency, figures.staff.iter().map(of)).map_err(Outage::new)
        };
        Ok(Ok(WaitingMonth {
            month: month.first_day(),
            people: u32::try_from(figures.staff.len()).unwrap_or(u32::MAX),
            commission: all(|figure| figure.commission)?,
            tips: all(|figure| figure.tip)?,
            fingerprint: *figures.content_hash().as_bytes(),
        }))
    }

    /// Whether the month waits and comes to what was shown.
    pub(super) async fn closable(&self, tenant: TenantId, seen: WaitingMonth) -> Answer {
        let drafts = self.disputes.book.drafts(tenant).await?;
        let Some(draft) = drafts.iter().find(|draft| draft.month.first_day() == seen.month) else {
            return Ok(Err(Refusal::ClosedAlready));
        };
        Ok(match self.month_now(tenant, draft.month).await? {
            Ok(now) if now == seen => Ok(()),
            Ok(_) => Err(Refusal::Changed),
            Err(refusal) => Err(refusal),
        })
    }

    /// Closes it. The same yes again finds it closed on its own word.
    pub(super) async fn month_closed(
        &self,
        tenant: TenantId,
        by: &PhoneNumber,
        seen: WaitingMonth,
    ) -> Answer {
        let Some(month) = Month::of(seen.month) else {
            return Ok(Err(Refusal::Changed));
        };
        let by = FrozenBy::Admin(by.clone());
        if let Err(refusal) = self.closable(tenant, seen).await? {
            let periods = self.disputes.book.periods(tenant, month).await?;
            let own = periods.iter().any(|period| period.frozen_by == by);
            return Ok(if own { Ok(()) } else { Err(refusal) });
        }
        let shown = ContentHash::from_bytes(seen.fingerprint);
        match self.close.execute_seen(tenant, month, by, shown).await {
            Ok(CloseOutcome::Frozen { .. }) => Ok(Ok(())),
            Ok(CloseOutcome::AlreadyFrozen(_)) => Ok(Err(Refusal::ClosedAlready)),
            Ok(CloseOutcome::AwaitsReview { .. })
            | Err(
                ClosePeriodError::StillRunning { .. }
                | ClosePeriodError::Unseen { .. }
                | ClosePeriodError::Changed { .. },
            ) => Ok(Err(Refusal::Changed)),
            Err(ClosePeriodError::NotComputable(_) | ClosePeriodError::Difference(_)) => {
                Ok(Err(Refusal::Faulty(vec![RuleFault::Elsewhere])))
            }
            Err(ClosePeriodError::Unavailable(outage)) => Err(outage),
        }
    }
}
