//! A setup in memory, beside a book in memory. It keeps the same promises as the database's.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{Id, IdSource, Outage, TenantId, TimeRange};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::InMemoryBook;
use crate::appointment::{AppointmentId, Version};
use crate::availability::{DayBlock, WeeklyBlock};
use crate::catalogue::{Offering, Resource, ResourceId, Service, ServiceId, StaffId};
use crate::engagement::Subject;
use crate::event::BookingEvent;
use crate::policy::Policy;
use crate::setup::hits::{held_off, met};
use crate::setup::{
    Block, Cause, Hit, HitId, HitList, Holiday, Leave, OutOfService, Page, Recorded, Resolved, RosterCard,
    SetupBook, SetupChange, SetupRefused, SetupShelf, Standing, Versioned,
};

mod steps;

/// What one tenant has set up.
#[derive(Clone, Debug)]
struct Shelves {
    policy: Versioned<Policy>,
    opening: Versioned<Option<Vec<WeeklyBlock>>>,
    services: BTreeMap<ServiceId, Versioned<Service>>,
    resources: BTreeMap<ResourceId, Versioned<Resource>>,
    people: BTreeMap<StaffId, Versioned<RosterCard>>,
    overrides: BTreeMap<(StaffId, Date), Versioned<Vec<DayBlock>>>,
    holidays: BTreeMap<Date, Versioned<Holiday>>,
    leave: Vec<Leave>,
    outages: Vec<OutOfService>,
    blocks: Vec<Block>,
    hits: Vec<(Hit, Subject, OffsetDateTime)>,
}

impl Shelves {
    /// Ends the entries of a cause that is taken back. Answers those of their bookings that still do not fit, and
    /// are not listed under what keeps them off.
    fn take_back(
        &mut self,
        off: &BTreeMap<AppointmentId, (Subject, Cause)>,
        change: &SetupChange,
    ) -> BTreeMap<AppointmentId, (Subject, Cause)> {
        let mut unlisted = BTreeMap::new();
        let Some(cause) = change.step.takes_back() else {
            return unlisted;
        };
        let open = |(hit, ..): &&mut (Hit, Subject, OffsetDateTime)| hit.resolved.is_none();
        for (hit, ..) in self.hits.iter_mut().filter(open) {
            if hit.cause == cause {
                let (who, at) = (change.by.clone(), change.at);
                hit.resolved = Some(Resolved::By { who, at });
                if let Some(why) = off.get(&hit.appointment) {
                    unlisted.insert(hit.appointment, *why);
                }
            }
        }
        for (hit, ..) in self.hits.iter().filter(|(hit, ..)| hit.resolved.is_none()) {
            if unlisted
                .get(&hit.appointment)
                .is_some_and(|(_, why)| *why == hit.cause)
            {
                unlisted.remove(&hit.appointment);
            }
        }
        unlisted
    }
}

/// A setup in memory.
pub struct InMemorySetup {
    shelves: Mutex<BTreeMap<TenantId, Shelves>>,
    book: Arc<InMemoryBook>,
    ids: Arc<dyn IdSource>,
}

impl InMemorySetup {
    /// A setup of nobody yet, beside a book.
    #[must_use]
    pub fn new(book: Arc<InMemoryBook>, ids: Arc<dyn IdSource>) -> Self {
        Self {
            shelves: Mutex::default(),
            book,
            ids,
        }
    }

    /// A tenant with rules and people, and nothing else yet.
    pub fn open(&self, tenant: TenantId, policy: Policy, people: Vec<RosterCard>) {
        let first = Version::NEW.next();
        let people = people.into_iter().map(|value| {
            (
                value.id,
                Versioned {
                    value,
                    version: first,
                },
            )
        });
        let shelves = Shelves {
            policy: Versioned {
                value: policy,
                version: first,
            },
            opening: Versioned {
                value: None,
                version: first,
            },
            services: BTreeMap::new(),
            resources: BTreeMap::new(),
            people: people.collect(),
            overrides: BTreeMap::new(),
            holidays: BTreeMap::new(),
            leave: Vec::new(),
            outages: Vec::new(),
            blocks: Vec::new(),
            hits: Vec::new(),
        };
        self.all().insert(tenant, shelves);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<TenantId, Shelves>> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, tenant: TenantId, read: impl FnOnce(&Shelves) -> T) -> Result<T, Outage> {
        let all = self.all();
        let shelves = all.get(&tenant).ok_or_else(|| Outage::new("no such tenant"))?;
        Ok(read(shelves))
    }
}

fn page<T: Clone>(all: Vec<(Uuid, T)>, page: Page) -> Vec<T> {
    let mut all = all;
    all.sort_by_key(|(id, _)| *id);
    let later = all
        .into_iter()
        .filter(|(id, _)| page.after.is_none_or(|after| *id > after));
    later
        .take(usize::from(page.limit))
        .map(|(_, value)| value)
        .collect()
}

#[async_trait]
impl SetupBook for InMemorySetup {
    async fn record(&self, tenant: TenantId, change: SetupChange) -> Result<Recorded, SetupRefused> {
        let mut all = self.all();
        let shelves = all.get_mut(&tenant).ok_or(SetupRefused::Unknown)?;
        let mut book = self.book.pages();
        let (mut draft, mut pages) = (shelves.clone(), book.get(&tenant).cloned().unwrap_or_default());
        let before = draft.premises();
        let version = draft.apply(&mut pages, &change)?;
        let (after, booked) = (draft.premises(), pages.booked(change.at));
        let mut found = draft.take_back(&held_off(&after, &booked, change.at), &change);
        if let Some(cause) = change.step.cause() {
            for (appointment, subject) in met(&before, &after, &booked, change.at) {
                found.entry(appointment).or_insert((subject, cause));
            }
        }
        let mut hits = BTreeMap::new();
        for (appointment, (subject, cause)) in found {
            let id: HitId = Id::from_uuid(self.ids.next());
            let start = pages
                .appointments
                .get(&appointment)
                .map(|a| a.booking().time.start());
            let hit = Hit {
                id,
                cause,
                appointment,
                found_at: change.at,
                found_by: change.by.clone(),
                resolved: None,
            };
            draft.hits.push((hit, subject, start.unwrap_or(change.at)));
            hits.insert(appointment, id);
        }
        if !hits.is_empty() {
            let count = u32::try_from(hits.len()).unwrap_or(u32::MAX);
            pages.events.push(BookingEvent::BookingsHit { count });
        }
        *shelves = draft;
        book.insert(tenant, pages);
        Ok(Recorded { version, hits })
    }
}

#[async_trait]
impl SetupShelf for InMemorySetup {
    async fn service(&self, tenant: TenantId, id: ServiceId) -> Result<Option<Versioned<Service>>, Outage> {
        self.read(tenant, |shelves| shelves.services.get(&id).cloned())
    }

    async fn services(
        &self,
        tenant: TenantId,
        wanted: Page,
        retired: bool,
    ) -> Result<Vec<Versioned<Service>>, Outage> {
        self.read(tenant, |shelves| {
            let all = shelves.services.values();
            let shown = all.filter(|one| retired || one.value.offering == Offering::Active);
            page(
                shown.map(|one| (one.value.id.as_uuid(), one.clone())).collect(),
                wanted,
            )
        })
    }

    async fn resource(
        &self,
        tenant: TenantId,
        id: ResourceId,
    ) -> Result<Option<Versioned<Resource>>, Outage> {
        self.read(tenant, |shelves| shelves.resources.get(&id).cloned())
    }

    async fn resources(
        &self,
        tenant: TenantId,
        wanted: Page,
        retired: bool,
    ) -> Result<Vec<Versioned<Resource>>, Outage> {
        self.read(tenant, |shelves| {
            let all = shelves.resources.values();
            let shown = all.filter(|one| retired || one.value.offering == Offering::Active);
            page(
                shown.map(|one| (one.value.id.as_uuid(), one.clone())).collect(),
                wanted,
            )
        })
    }

    async fn outages(
        &self,
        tenant: TenantId,
        resource: ResourceId,
        range: TimeRange,
        wanted: Page,
    ) -> Result<Vec<OutOfService>, Outage> {
        self.read(tenant, |shelves| {
            let all = shelves.outages.iter();
            let shown = all.filter(|one| one.resource == resource && one.range.overlaps(&range));
            page(shown.map(|one| (one.id.as_uuid(), one.clone())).collect(), wanted)
        })
    }

    async fn person(&self, tenant: TenantId, id: StaffId) -> Result<Option<Versioned<RosterCard>>, Outage> {
        self.read(tenant, |shelves| shelves.people.get(&id).cloned())
    }

    async fn people(
        &self,
        tenant: TenantId,
        wanted: Page,
        left: bool,
    ) -> Result<Vec<Versioned<RosterCard>>, Outage> {
        self.read(tenant, |shelves| {
            let all = shelves.people.values();
            let shown = all.filter(|one| left || one.value.standing == Standing::Active);
            page(
                shown.map(|one| (one.value.id.as_uuid(), one.clone())).collect(),
                wanted,
            )
        })
    }

    async fn overrides(
        &self,
        tenant: TenantId,
        staff: StaffId,
        days: (Date, Date),
    ) -> Result<BTreeMap<Date, Versioned<Vec<DayBlock>>>, Outage> {
        self.read(tenant, |shelves| {
            let range = shelves.overrides.range((staff, days.0)..=(staff, days.1));
            range.map(|((_, day), blocks)| (*day, blocks.clone())).collect()
        })
    }

    async fn leave(
        &self,
        tenant: TenantId,
        staff: StaffId,
        range: TimeRange,
        wanted: Page,
    ) -> Result<Vec<Leave>, Outage> {
        self.read(tenant, |shelves| {
            let all = shelves.leave.iter();
            let shown = all.filter(|one| one.staff == staff && one.range.overlaps(&range));
            page(shown.map(|one| (one.id.as_uuid(), one.clone())).collect(), wanted)
        })
    }

    async fn blocks(&self, tenant: TenantId, range: TimeRange, wanted: Page) -> Result<Vec<Block>, Outage> {
        self.read(tenant, |shelves| {
            let shown = shelves.blocks.iter().filter(|one| one.range.overlaps(&range));
            page(shown.map(|one| (one.id.as_uuid(), one.clone())).collect(), wanted)
        })
    }

    async fn opening_hours(&self, tenant: TenantId) -> Result<Versioned<Option<Vec<WeeklyBlock>>>, Outage> {
        self.read(tenant, |shelves| shelves.opening.clone())
    }

    async fn holidays(
        &self,
        tenant: TenantId,
        days: (Date, Date),
    ) -> Result<Vec<Versioned<Holiday>>, Outage> {
        self.read(tenant, |shelves| {
            let range = shelves.holidays.range(days.0..=days.1);
            range.map(|(_, holiday)| holiday.clone()).collect()
        })
    }

    async fn policy(&self, tenant: TenantId) -> Result<Versioned<Policy>, Outage> {
        self.read(tenant, |shelves| shelves.policy.clone())
    }
}

#[async_trait]
impl HitList for InMemorySetup {
    async fn hits(&self, tenant: TenantId, wanted: Page, resolved: bool) -> Result<Vec<Hit>, Outage> {
        let hits = self.read(tenant, |shelves| shelves.hits.clone())?;
        let book = self.book.pages();
        let pages = book.get(&tenant).cloned().unwrap_or_default();
        let seen = hits.into_iter().map(|(mut hit, subject, start)| {
            let stands = pages.appointments.get(&hit.appointment).is_some_and(|a| {
                let claims = pages.claims.get(&hit.appointment).into_iter().flatten();
                a.state().keeps_its_time()
                    && a.booking().time.start() == start
                    && claims.into_iter().any(|claim| claim.subject == subject)
            });
            if hit.resolved.is_none() && !stands {
                hit.resolved = Some(Resolved::Itself);
            }
            (hit.id.as_uuid(), hit)
        });
        let shown = seen.filter(|(_, hit)| resolved || hit.resolved.is_none());
        Ok(page(shown.collect(), wanted))
    }

    async fn resolve(
        &self,
        tenant: TenantId,
        id: HitId,
        who: &str,
        at: OffsetDateTime,
    ) -> Result<bool, Outage> {
        let mut all = self.all();
        let hits = all.get_mut(&tenant).map(|shelves| &mut shelves.hits);
        let hit = hits.and_then(|hits| hits.iter_mut().find(|(hit, ..)| hit.id == id));
        if let Some((hit, ..)) = hit {
            let who = who.to_owned();
            hit.resolved.get_or_insert(Resolved::By { who, at });
            return Ok(true);
        }
        Ok(false)
    }
}
