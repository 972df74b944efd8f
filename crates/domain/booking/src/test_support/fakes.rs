//! A book and a timetable in memory. They keep the same promises as the database's.

pub mod setup;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TimeRange};
use time::OffsetDateTime;

use crate::appointment::{Appointment, AppointmentId, HistoryEntry, State, Version};
use crate::availability::{EngagedAs, Engagement, Facts};
use crate::catalogue::{CustomerId, StaffId};
use crate::engagement::Claim;
use crate::event::{BookingEvent, BookingTask, Due};
use crate::ports::{
    AppointmentBook, AppointmentChange, Catalogue, Change, ClaimChange, Colleague, FactsQuery, Outlook,
    RecordError, SetupVersion, Shop, Timetable, Wanted,
};
use crate::visit::{HoldKey, Visit, VisitHead, VisitId, expiry};

#[derive(Clone, Debug, Default)]
struct Pages {
    heads: BTreeMap<VisitId, VisitHead>,
    appointments: BTreeMap<AppointmentId, Appointment>,
    history: BTreeMap<AppointmentId, Vec<HistoryEntry>>,
    claims: BTreeMap<AppointmentId, Vec<Claim>>,
    blocks: Vec<Claim>,
    frozen: Vec<(StaffId, TimeRange)>,
    events: Vec<BookingEvent>,
    tasks: Vec<Due<BookingTask>>,
    /// Everybody who is known; `None`: whoever comes.
    customers: Option<BTreeSet<CustomerId>>,
    setup_changes: i64,
}

/// A book in memory.
#[derive(Debug, Default)]
pub struct InMemoryBook(Mutex<BTreeMap<TenantId, Pages>>);

impl InMemoryBook {
    fn pages(&self) -> MutexGuard<'_, BTreeMap<TenantId, Pages>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, tenant: TenantId, read: impl FnOnce(&Pages) -> T) -> T {
        let book = self.pages();
        read(book.get(&tenant).unwrap_or(&Pages::default()))
    }

    /// Blocks time, as lunch or training does.
    pub fn block(&self, tenant: TenantId, claim: Claim) {
        self.pages().entry(tenant).or_default().blocks.push(claim);
    }

    /// From now on knows these customers of a tenant and no others.
    pub fn know_only(&self, tenant: TenantId, customers: impl IntoIterator<Item = CustomerId>) {
        let known = customers.into_iter().collect();
        self.pages().entry(tenant).or_default().customers = Some(known);
    }

    /// Says that the setup changed: what was decided on the former one is refused.
    pub fn change_setup(&self, tenant: TenantId) {
        self.pages().entry(tenant).or_default().setup_changes += 1;
    }

    /// The version of the setup in force.
    #[must_use]
    pub fn setup(&self, tenant: TenantId) -> SetupVersion {
        self.read(tenant, |pages| SetupVersion::read(pages.setup_changes))
    }

    /// Freezes a month of a staff member.
    pub fn freeze(&self, tenant: TenantId, staff: StaffId, month: TimeRange) {
        self.pages()
            .entry(tenant)
            .or_default()
            .frozen
            .push((staff, month));
    }

    /// All events so far, in order.
    #[must_use]
    pub fn events(&self, tenant: TenantId) -> Vec<BookingEvent> {
        self.read(tenant, |pages| pages.events.clone())
    }

    /// All tasks so far, in order.
    #[must_use]
    pub fn tasks(&self, tenant: TenantId) -> Vec<Due<BookingTask>> {
        self.read(tenant, |pages| pages.tasks.clone())
    }

    /// What [`AppointmentBook::record`] does, for fakes that record something of their own with it.
    ///
    /// # Errors
    /// As there.
    pub fn record_now(&self, tenant: TenantId, change: Change) -> Result<(), RecordError> {
        let mut book = self.pages();
        let pages = book.entry(tenant).or_default();
        // Whole or not at all: what was written halfway is thrown away.
        let mut draft = pages.clone();
        draft.apply(change)?;
        *pages = draft;
        Ok(())
    }

    /// Everything that is engaged, as a timetable tells it.
    #[must_use]
    pub fn engagements(&self, tenant: TenantId) -> Vec<Engagement> {
        self.read(tenant, |pages| {
            let blocks = pages.blocks.iter().map(|claim| (EngagedAs::Blocked, claim));
            let booked = pages.claims.iter().flat_map(|(id, claims)| {
                let deadline = pages.appointments.get(id).and_then(|a| a.state().deadline());
                let engaged_as = deadline.map_or(EngagedAs::Booked, |until| EngagedAs::Held { until });
                claims.iter().map(move |claim| (engaged_as, claim))
            });
            let all = blocks.chain(booked);
            all.map(|(engaged_as, claim)| Engagement {
                claim: claim.clone(),
                engaged_as,
            })
            .collect()
        })
    }
}

impl Pages {
    fn visit(&self, id: VisitId) -> Option<Visit> {
        let head = self.heads.get(&id)?.clone();
        let of_visit = self.appointments.values().filter(|a| a.booking().visit == id);
        let mut appointments: Vec<Appointment> = of_visit.cloned().collect();
        appointments.sort_by_key(|a| (a.booking().time.start(), a.id()));
        Some(Visit { head, appointments })
    }

    fn apply(&mut self, change: Change) -> Result<(), RecordError> {
        if change.open_months.iter().any(|month| {
            self.frozen
                .iter()
                .any(|(staff, range)| *staff == month.staff && range.holds(month.at))
        }) {
            return Err(RecordError::MonthFrozen);
        }
        if change
            .setup
            .is_some_and(|setup| setup.number() != self.setup_changes)
        {
            return Err(RecordError::SetupChanged);
        }
        let written = change.head.as_ref().map(|head| head.id);
        if let Some(head) = change.head {
            self.write_head(head)?;
        }
        let taking = |changed: &&AppointmentChange| changed.claims == ClaimChange::Take;
        let wanted: Vec<Claim> = change
            .appointments
            .iter()
            .filter(taking)
            .flat_map(|changed| changed.appointment.booking().claims.clone())
            .collect();
        self.end_overdue(&wanted, change.at)?;
        let visits = change
            .appointments
            .iter()
            .map(|changed| changed.appointment.booking().visit);
        let visits: BTreeSet<VisitId> = visits.filter(|visit| Some(*visit) != written).collect();
        for visit in visits {
            if let Some(head) = self.heads.get_mut(&visit) {
                head.version = head.version.next();
            }
        }
        for changed in &change.appointments {
            self.let_go(changed);
        }
        for changed in change.appointments {
            let entry = HistoryEntry::of(&changed.appointment, change.by.clone(), change.at);
            self.history
                .entry(changed.appointment.id())
                .or_default()
                .push(entry);
            self.write(changed)?;
        }
        self.events.extend(change.events);
        self.tasks.extend(change.tasks);
        Ok(())
    }

    fn write_head(&mut self, head: VisitHead) -> Result<(), RecordError> {
        let recorded = self.heads.get(&head.id).map_or(Version::NEW, |head| head.version);
        if recorded != head.version {
            return Err(RecordError::Stale);
        }
        let key_used = head.hold_key.is_some()
            && self
                .heads
                .values()
                .any(|other| other.id != head.id && other.hold_key == head.hold_key);
        if key_used {
            return Err(RecordError::KeyUsed);
        }
        let known = self.customers.as_ref();
        if known.is_some_and(|known| !known.contains(&head.customer)) {
            return Err(RecordError::UnknownCustomer);
        }
        let version = head.version.next();
        self.heads.insert(head.id, VisitHead { version, ..head });
        Ok(())
    }

    fn end_overdue(&mut self, wanted: &[Claim], at: time::OffsetDateTime) -> Result<(), RecordError> {
        let in_the_way = |claims: &Vec<Claim>| claims.iter().any(|c| wanted.iter().any(|w| w.conflicts(c)));
        let ids: Vec<AppointmentId> = self
            .claims
            .iter()
            .filter(|(_, claims)| in_the_way(claims))
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            let visit = self.appointments.get(&id).map(|a| a.booking().visit);
            if let Some(change) = visit
                .and_then(|id| self.visit(id))
                .and_then(|visit| expiry(&visit, at))
            {
                self.apply(change)?;
            }
        }
        Ok(())
    }

    /// What a change gives up is free before anything of it is taken: parts of a visit may change places.
    fn let_go(&mut self, changed: &AppointmentChange) {
        match changed.claims {
            ClaimChange::Keep => {}
            ClaimChange::Take | ClaimChange::Release => {
                self.claims.remove(&changed.appointment.id());
            }
        }
    }

    fn write(&mut self, changed: AppointmentChange) -> Result<(), RecordError> {
        let AppointmentChange { appointment, claims } = changed;
        let id = appointment.id();
        let recorded = self
            .appointments
            .get(&id)
            .map_or(Version::NEW, Appointment::version);
        if recorded != appointment.version() {
            return Err(RecordError::Stale);
        }
        if claims == ClaimChange::Take {
            let wanted = &appointment.booking().claims;
            let others = self.claims.values().flatten().chain(&self.blocks);
            if others
                .into_iter()
                .any(|other| wanted.iter().any(|claim| claim.conflicts(other)))
            {
                return Err(RecordError::SlotTaken);
            }
            self.claims.insert(id, wanted.clone());
        }
        self.appointments.insert(id, appointment.at_next_version());
        Ok(())
    }
}

#[async_trait]
impl AppointmentBook for InMemoryBook {
    async fn appointment(&self, tenant: TenantId, id: AppointmentId) -> Result<Option<Appointment>, Outage> {
        Ok(self.read(tenant, |pages| pages.appointments.get(&id).cloned()))
    }

    async fn history(&self, tenant: TenantId, id: AppointmentId) -> Result<Vec<HistoryEntry>, Outage> {
        Ok(self.read(tenant, |pages| {
            pages.history.get(&id).cloned().unwrap_or_default()
        }))
    }

    async fn visit(&self, tenant: TenantId, id: VisitId) -> Result<Option<Visit>, Outage> {
        Ok(self.read(tenant, |pages| pages.visit(id)))
    }

    async fn visit_of_key(&self, tenant: TenantId, key: &HoldKey) -> Result<Option<Visit>, Outage> {
        Ok(self.read(tenant, |pages| {
            let head = pages
                .heads
                .values()
                .find(|head| head.hold_key.as_ref() == Some(key))?;
            pages.visit(head.id)
        }))
    }

    async fn between(
        &self,
        tenant: TenantId,
        range: TimeRange,
        wanted: Wanted,
    ) -> Result<Vec<Appointment>, Outage> {
        Ok(self.read(tenant, |pages| {
            let place = |a: &Appointment| (a.booking().time.start(), a.id());
            let mut found: Vec<_> = pages
                .appointments
                .values()
                .filter(|a| a.booking().time.overlaps(&range))
                .filter(|a| {
                    wanted
                        .staff
                        .is_none_or(|staff| a.booking().team.members().contains(&staff))
                })
                .filter(|a| wanted.after.is_none_or(|after| place(a) > after))
                .cloned()
                .collect();
            found.sort_by_key(place);
            found.truncate(usize::from(wanted.most));
            found
        }))
    }

    async fn upcoming(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        from: OffsetDateTime,
    ) -> Result<Vec<Visit>, Outage> {
        let visits: BTreeSet<VisitId> = self.read(tenant, |pages| {
            let ahead = pages.appointments.values().filter(|a| {
                let booking = a.booking();
                booking.customer == customer && booking.time.end() > from && a.state().keeps_its_time()
            });
            ahead.map(|a| a.booking().visit).collect()
        });
        let mut found = Vec::new();
        for id in visits {
            found.extend(self.visit(tenant, id).await?);
        }
        found.sort_by_key(|visit| (visit.start(), visit.head.id));
        Ok(found)
    }

    async fn no_shows(&self, tenant: TenantId, customer: CustomerId) -> Result<u32, Outage> {
        let missed: BTreeSet<VisitId> = self.read(tenant, |pages| {
            let all = pages.appointments.values();
            let missed =
                all.filter(|a| a.booking().customer == customer && matches!(a.state(), State::NoShow { .. }));
            missed.map(|a| a.booking().visit).collect()
        });
        Ok(u32::try_from(missed.len()).unwrap_or(u32::MAX))
    }

    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError> {
        self.record_now(tenant, change)
    }
}

/// A timetable and a catalogue in memory: fixed facts, and the engagements of a book.
pub struct InMemorySalon {
    facts: Facts,
    book: Arc<InMemoryBook>,
}

impl InMemorySalon {
    /// The same facts for every tenant, with whatever `book` has engaged.
    #[must_use]
    pub fn new(facts: Facts, book: Arc<InMemoryBook>) -> Self {
        Self { facts, book }
    }
}

#[async_trait]
impl Timetable for InMemorySalon {
    async fn outlook(&self, tenant: TenantId, query: FactsQuery) -> Result<Outlook, Outage> {
        let Outlook { mut facts, setup } = self.setup(tenant, query.clone()).await?;
        let range = query.range();
        facts.engagements.clone_from(&self.facts.engagements);
        let engaged = self.book.engagements(tenant);
        facts
            .engagements
            .extend(engaged.into_iter().filter(|e| e.claim.range.overlaps(&range)));
        Ok(Outlook { facts, setup })
    }

    async fn setup(&self, tenant: TenantId, query: FactsQuery) -> Result<Outlook, Outage> {
        let mut facts = self.facts.clone();
        let wanted = query.services();
        facts.services.retain(|service| wanted.contains(&service.id));
        facts.engagements.clear();
        let setup = self.book.setup(tenant);
        Ok(Outlook { facts, setup })
    }
}

#[async_trait]
impl Catalogue for InMemorySalon {
    async fn shop(&self, tenant: TenantId) -> Result<Arc<Shop>, Outage> {
        let mut services = self.facts.services.clone();
        services.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(Arc::new(Shop {
            setup: self.book.setup(tenant),
            services,
            hours: self.facts.business.clone(),
            policy: self.facts.policy.clone(),
            // Facts know nobody's name and number.
            people: self
                .facts
                .staff
                .iter()
                .map(|member| Colleague {
                    id: member.id,
                    name: member.id.to_string(),
                    phone: None,
                })
                .collect(),
        }))
    }
}
