//! Everything that commission needs from outside, in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, TenantId, TimeRange};
use sha2::{Digest as _, Sha256};

use super::builders;
use crate::base::EarnOn;
use crate::event::CommissionEvent;
use crate::hash::InputsMark;
use crate::period::{FrozenDocument, FrozenPeriod, PeriodKind};
use crate::ports::{
    AddRuleError, Agreed, Amend, AmendError, CommissionBook, CommissionRules, CompletedWork, Dismissal,
    Draft, EarlierWork, EndRule, EndRuleError, Freeze, FreezeError, FrozenHash, PutSettingsError,
    PutSharesError, SharesChange, Teams,
};
use crate::rule::{Rule, RuleScope, Validity};
use crate::settings::CommissionSettings;
use crate::split::Renderers;
use crate::terms::Names;
use crate::work::{CompletedAppointment, Outcome};
use crate::{AppointmentId, Month, PeriodId, RuleId, StaffId};

/// Work, rules and book of any number of tenants.
#[derive(Debug, Default)]
pub struct InMemoryCommission {
    tenants: Mutex<BTreeMap<TenantId, Rows>>,
}

#[derive(Debug, Default)]
struct Rows {
    settings: Option<CommissionSettings>,
    changes_of_settings: i32,
    staff: BTreeMap<StaffId, String>,
    work: BTreeMap<AppointmentId, CompletedAppointment>,
    versions: BTreeMap<AppointmentId, i32>,
    rules: BTreeMap<RuleId, Rule>,
    documents: BTreeMap<PeriodId, FrozenDocument>,
    drafts: BTreeMap<Month, Draft>,
    dismissals: Vec<Dismissal>,
    agreed: BTreeMap<Month, Agreed>,
    events: Vec<CommissionEvent>,
}

impl InMemoryCommission {
    fn rows(&self) -> MutexGuard<'_, BTreeMap<TenantId, Rows>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, tenant: TenantId, work: impl FnOnce(&mut Rows) -> T) -> T {
        work(self.rows().entry(tenant).or_default())
    }

    /// Puts somebody on the roster. Everybody is called Amina until they are called something else.
    pub fn hire(&self, tenant: TenantId, staff: StaffId) {
        self.call(tenant, staff, "Amina");
    }

    /// Calls somebody of the roster something else.
    pub fn call(&self, tenant: TenantId, staff: StaffId, name: &str) {
        self.with(tenant, |rows| rows.staff.insert(staff, name.to_owned()));
    }

    /// Takes somebody off the roster.
    pub fn let_go(&self, tenant: TenantId, staff: StaffId) {
        self.with(tenant, |rows| rows.staff.remove(&staff));
    }

    /// Takes work away: it was never rendered.
    pub fn withdraw_work(&self, tenant: TenantId, appointment: AppointmentId) {
        self.with(tenant, |rows| rows.work.remove(&appointment));
    }

    /// Records work, in place of what was recorded for the appointment before.
    pub fn record_work(&self, tenant: TenantId, work: CompletedAppointment) {
        self.with(tenant, |rows| rows.work.insert(work.id, work));
    }

    /// Sets the tenant's switches.
    pub fn set(&self, tenant: TenantId, settings: CommissionSettings) {
        self.with(tenant, |rows| rows.settings = Some(settings));
    }

    /// Puts a rule in the place of the one with its id, whatever it overlaps.
    pub fn replace_rule(&self, tenant: TenantId, rule: Rule) {
        self.with(tenant, |rows| rows.rules.insert(rule.id, rule));
    }

    /// Every event recorded so far, oldest first.
    #[must_use]
    pub fn events(&self, tenant: TenantId) -> Vec<CommissionEvent> {
        self.with(tenant, |rows| rows.events.clone())
    }

    /// The draft of a month, if one waits.
    #[must_use]
    pub fn draft(&self, tenant: TenantId, month: Month) -> Option<Draft> {
        self.with(tenant, |rows| rows.drafts.get(&month).cloned())
    }
}

impl Rows {
    /// Whether a month that the day lies in or before is frozen.
    fn is_frozen(&self, day: time::Date) -> bool {
        let mut documents = self.documents.values();
        documents.any(|document| day < document.period().month.end())
    }

    fn carried(&self) -> BTreeMap<StaffId, Money> {
        let mut sums: BTreeMap<StaffId, Money> = BTreeMap::new();
        for period in self.documents.values().map(FrozenDocument::period) {
            let sum = sums
                .entry(period.staff)
                .or_insert(Money::zero(period.carried.currency()));
            *sum = sum.checked_add(period.carried).unwrap_or(*sum);
        }
        sums.retain(|_, sum| !sum.is_zero());
        sums
    }

    fn frozen(&self, month: Month) -> Vec<FrozenHash> {
        let closes = self.documents.values().map(FrozenDocument::period);
        let mut frozen: Vec<FrozenHash> = closes
            .filter(|period| period.month == month && period.kind == PeriodKind::Close)
            .map(|period| FrozenHash {
                staff: period.staff,
                period: period.id,
                content_hash: period.content_hash,
            })
            .collect();
        frozen.sort_unstable_by_key(|frozen| frozen.staff);
        frozen
    }
}

#[async_trait]
impl CompletedWork for InMemoryCommission {
    async fn in_period(
        &self,
        tenant: TenantId,
        range: TimeRange,
        earlier: EarlierWork,
    ) -> Result<Vec<CompletedAppointment>, Outage> {
        Ok(self.with(tenant, |rows| {
            let mut rules = rows.rules.values();
            let earlier = match earlier {
                EarlierWork::Always => true,
                EarlierWork::AsRulesSay => rules.any(|rule| rule.value.base().earn_on == EarnOn::Payment),
            };
            let paid_inside = |work: &CompletedAppointment| {
                let mut payments = work.payments.iter();
                work.ended_at() < range.start()
                    && matches!(work.outcome, Outcome::Rendered)
                    && payments.any(|payment| range.holds(payment.at))
            };
            let here =
                |work: &&CompletedAppointment| range.holds(work.ended_at()) || (earlier && paid_inside(work));
            rows.work.values().filter(here).cloned().collect()
        }))
    }

    async fn inputs(&self, tenant: TenantId, range: TimeRange) -> Result<InputsMark, Outage> {
        let work = self.in_period(tenant, range, EarlierWork::AsRulesSay).await?;
        Ok(self.with(tenant, |rows| {
            let staff: Vec<_> = rows.staff.keys().collect();
            let all = format!("{work:?} {:?} {:?} {staff:?}", rows.rules, rows.settings);
            InputsMark::from_bytes(Sha256::digest(all).into())
        }))
    }

    async fn roster(&self, tenant: TenantId) -> Result<Vec<StaffId>, Outage> {
        Ok(self.with(tenant, |rows| rows.staff.keys().copied().collect()))
    }

    async fn names(&self, tenant: TenantId) -> Result<Names, Outage> {
        Ok(self.with(tenant, |rows| Names {
            business: "Aria Aura Spa".to_owned(),
            staff: rows.staff.clone(),
        }))
    }
}

#[async_trait]
impl Teams for InMemoryCommission {
    async fn team(&self, tenant: TenantId, appointment: AppointmentId) -> Result<Option<Renderers>, Outage> {
        Ok(self.with(tenant, |rows| {
            let mut recorded = rows.work.values();
            let found = recorded.find(|work| work.id == appointment);
            found.map(|work| work.renderers.clone())
        }))
    }

    async fn put_shares(&self, tenant: TenantId, change: SharesChange) -> Result<i32, PutSharesError> {
        self.with(tenant, |rows| {
            let zone = rows.settings.clone().unwrap_or_else(builders::settings).zone;
            let version = rows.versions.entry(change.appointment).or_insert(1);
            let work = rows.work.get_mut(&change.appointment);
            let Some(work) = work.filter(|_| *version == change.seen) else {
                return Err(PutSharesError::Stale);
            };
            let Some(month) = Month::of(zone.date(work.ended_at())) else {
                return Err(PutSharesError::Stale);
            };
            let frozen = rows.documents.values().map(FrozenDocument::period);
            let mut frozen =
                frozen.filter(|period| period.month == month && period.kind == PeriodKind::Close);
            if frozen.any(|period| work.renderers.staff().contains(&period.staff)) {
                return Err(PutSharesError::MonthFrozen);
            }
            work.renderers = change.renderers;
            rows.events.push(change.event);
            *version += 1;
            Ok(*version)
        })
    }
}

#[async_trait]
impl CommissionRules for InMemoryCommission {
    async fn settings(&self, tenant: TenantId) -> Result<CommissionSettings, Outage> {
        let set = self.with(tenant, |rows| rows.settings.clone());
        Ok(set.unwrap_or_else(builders::settings))
    }

    async fn settings_at(&self, tenant: TenantId) -> Result<(CommissionSettings, i32), Outage> {
        let settings = self.settings(tenant).await?;
        Ok((settings, self.with(tenant, |rows| rows.changes_of_settings + 1)))
    }

    async fn put_settings(
        &self,
        tenant: TenantId,
        settings: CommissionSettings,
        seen: i32,
    ) -> Result<i32, PutSettingsError> {
        self.with(tenant, |rows| {
            if rows.changes_of_settings + 1 != seen {
                return Err(PutSettingsError::Stale);
            }
            rows.settings = Some(settings);
            rows.changes_of_settings += 1;
            Ok(rows.changes_of_settings + 1)
        })
    }

    async fn add(&self, tenant: TenantId, rule: Rule) -> Result<(), AddRuleError> {
        self.with(tenant, |rows| {
            if rows.rules.get(&rule.id) == Some(&rule) {
                return Ok(());
            }
            if rows.is_frozen(rule.validity.from()) {
                return Err(AddRuleError::Overlaps);
            }
            if let RuleScope::Staff(staff) = &rule.scope
                && !rows.staff.contains_key(staff)
            {
                return Err(AddRuleError::UnknownStaff);
            }
            let clashes = |other: &Rule| other.scope == rule.scope && other.validity.overlaps(&rule.validity);
            if rows.rules.values().any(clashes) {
                return Err(AddRuleError::Overlaps);
            }
            rows.rules.insert(rule.id, rule);
            Ok(())
        })
    }

    async fn all(&self, tenant: TenantId) -> Result<Vec<Rule>, Outage> {
        let mut rules: Vec<Rule> = self.with(tenant, |rows| rows.rules.values().cloned().collect());
        rules.sort_by_key(|rule| (rule.validity.from(), rule.id));
        Ok(rules)
    }

    async fn end(&self, tenant: TenantId, ending: EndRule) -> Result<(), EndRuleError> {
        let before = self.with(tenant, |rows| {
            if rows.is_frozen(ending.on) {
                return Err(EndRuleError::Unknown);
            }
            let known = rows.rules.get_mut(&ending.rule).ok_or(EndRuleError::Unknown)?;
            let before = known.clone();
            let shorter = Validity::new(known.validity.from(), Some(ending.on));
            if known.validity.to().is_some_and(|to| to < ending.on) {
                return Err(EndRuleError::Unknown);
            }
            known.validity = shorter.map_err(|_| EndRuleError::Unknown)?;
            Ok(before)
        })?;
        let Some(next) = ending.next else { return Ok(()) };
        if let Err(refused) = self.add(tenant, next).await {
            self.replace_rule(tenant, before);
            return Err(EndRuleError::Next(refused));
        }
        Ok(())
    }

    async fn remove(&self, tenant: TenantId, rule: RuleId) -> Result<(), Outage> {
        self.with(tenant, |rows| rows.rules.remove(&rule));
        Ok(())
    }
}

#[async_trait]
impl CommissionBook for InMemoryCommission {
    async fn find_close(
        &self,
        tenant: TenantId,
        staff: StaffId,
        month: Month,
    ) -> Result<Option<FrozenPeriod>, Outage> {
        let periods = self.periods(tenant, month).await?;
        Ok(periods
            .into_iter()
            .find(|period| period.staff == staff && period.kind == PeriodKind::Close))
    }

    async fn periods(&self, tenant: TenantId, month: Month) -> Result<Vec<FrozenPeriod>, Outage> {
        let mut periods: Vec<FrozenPeriod> = self.with(tenant, |rows| {
            let all = rows.documents.values().map(FrozenDocument::period);
            all.filter(|period| period.month == month).cloned().collect()
        });
        periods.sort_by_key(|period| (period.staff, period.kind != PeriodKind::Close, period.id));
        Ok(periods)
    }

    async fn period(&self, tenant: TenantId, id: PeriodId) -> Result<Option<FrozenDocument>, Outage> {
        Ok(self.with(tenant, |rows| rows.documents.get(&id).cloned()))
    }

    async fn freeze(&self, tenant: TenantId, change: Freeze) -> Result<(), FreezeError> {
        self.with(tenant, |rows| {
            let frozen = rows.frozen(change.month);
            if !frozen.is_empty() {
                return Err(FreezeError::AlreadyFrozen(frozen));
            }
            let carried = rows.carried();
            for period in change.documents.iter().map(FrozenDocument::period) {
                let of_person = carried
                    .get(&period.staff)
                    .map_or(0, |carried| carried.amount_minor());
                if period.carried.amount_minor() < 0 && of_person + period.carried.amount_minor() < 0 {
                    return Err(FreezeError::CarriedTaken);
                }
            }
            let documents = change.documents.into_iter();
            rows.documents
                .extend(documents.map(|document| (document.period().id, document)));
            rows.events.extend(change.events);
            rows.drafts.remove(&change.month);
            Ok(())
        })
    }

    async fn agreed(&self, tenant: TenantId, month: Month) -> Result<Option<Agreed>, Outage> {
        Ok(self.with(tenant, |rows| rows.agreed.get(&month).copied()))
    }

    async fn note_agreed(&self, tenant: TenantId, month: Month, agreed: Agreed) -> Result<(), Outage> {
        self.with(tenant, |rows| rows.agreed.insert(month, agreed));
        Ok(())
    }

    async fn carried(&self, tenant: TenantId) -> Result<BTreeMap<StaffId, Money>, Outage> {
        Ok(self.with(tenant, |rows| rows.carried()))
    }

    async fn amend(&self, tenant: TenantId, change: Amend) -> Result<(), AmendError> {
        self.with(tenant, |rows| {
            let PeriodKind::Amendment { of } = change.document.period().kind else {
                return Err(AmendError::Stale);
            };
            let amends = |document: &FrozenDocument| document.period().kind == PeriodKind::Amendment { of };
            if let Some(opening) = change.opening {
                let period = opening.period();
                let (staff, month) = (period.staff, period.month);
                let same = |document: &FrozenDocument| {
                    (document.period().staff, document.period().month) == (staff, month)
                };
                if rows.documents.values().any(same) {
                    return Err(AmendError::Stale);
                }
                rows.documents.insert(period.id, opening);
            }
            if !rows.documents.contains_key(&of) || rows.documents.values().any(amends) {
                return Err(AmendError::Stale);
            }
            rows.documents
                .insert(change.document.period().id, change.document);
            rows.events.push(change.event);
            Ok(())
        })
    }

    async fn dismiss(&self, tenant: TenantId, dismissal: Dismissal) -> Result<(), Outage> {
        self.with(tenant, |rows| rows.dismissals.push(dismissal));
        Ok(())
    }

    async fn dismissed(&self, tenant: TenantId, month: Month) -> Result<Vec<Dismissal>, Outage> {
        Ok(self.with(tenant, |rows| {
            let of_month = rows
                .dismissals
                .iter()
                .filter(|dismissal| dismissal.month == month);
            of_month.cloned().collect()
        }))
    }

    async fn last_frozen(&self, tenant: TenantId) -> Result<Option<Month>, Outage> {
        Ok(self.with(tenant, |rows| {
            rows.documents
                .values()
                .map(|document| document.period().month)
                .max()
        }))
    }

    async fn drafts(&self, tenant: TenantId) -> Result<Vec<Draft>, Outage> {
        Ok(self.with(tenant, |rows| rows.drafts.values().cloned().collect()))
    }

    async fn leave_draft(&self, tenant: TenantId, draft: Draft) -> Result<(), FreezeError> {
        self.with(tenant, |rows| {
            let frozen = rows.frozen(draft.month);
            if !frozen.is_empty() {
                return Err(FreezeError::AlreadyFrozen(frozen));
            }
            rows.drafts.insert(draft.month, draft);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
