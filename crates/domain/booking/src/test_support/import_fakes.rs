//! Imports and customers in memory. They keep the same promises as the database's.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, PhoneNumber, TenantId, TimeRange};
use time::{Duration, OffsetDateTime};

use super::builders::{NOW, a_service, customer, staff};
use super::fakes::InMemoryBook;
use crate::appointment::{State, Version};
use crate::catalogue::{CustomerId, Offering};
use crate::customers::{
    Added, AmendError, Amendment, Consent, Customer, CustomerBook, CustomerFile, CustomerName, History,
    NewCustomer, PAGE_MAX, Page, Purpose, Stand, Wanted,
};
use crate::import::catalogue::Stocked;
use crate::import::customers::{CustomerEntry, ToldConsent};
use crate::import::ports::{
    Effect, ImportBook, ImportChange, ImportGround, ImportRecordError, NamedStaff, OpenError,
};
use crate::import::text::fold;
use crate::import::{Import, ImportId, ImportKind, ImportState, OPEN_MAX};
use crate::ports::{AppointmentBook, Wanted as WantedOfBook};
use crate::setup::limits;
use crate::visit::{HoldKey, VisitId};

#[derive(Clone, Debug)]
struct Pages {
    imports: BTreeMap<ImportId, Import>,
    stock: Vec<Stocked>,
    customers: BTreeMap<CustomerId, Customer>,
    consents: Vec<(CustomerId, ToldConsent)>,
    paid: BTreeMap<VisitId, Money>,
}

impl Default for Pages {
    /// What contracts say is there: services 1 and 2, customers 1 and 2.
    fn default() -> Self {
        let stocked = |number| Stocked {
            service: a_service(number, 60),
            description: None,
            version: Version::NEW.next(),
        };
        let known = |number: u64| Customer {
            id: customer(number),
            phone: PhoneNumber::parse(&format!("+25470000000{number}")).ok(),
            name: None,
            language: None,
            opted_out_at: None,
            created_at: NOW,
            version: Version::NEW.next(),
        };
        Self {
            imports: BTreeMap::new(),
            stock: vec![stocked(1), stocked(2)],
            customers: [1, 2]
                .into_iter()
                .map(|number| (customer(number), known(number)))
                .collect(),
            consents: Vec::new(),
            paid: BTreeMap::new(),
        }
    }
}

/// Imports, what is on record, and customers, in memory; visits are in the book beside it.
#[derive(Debug, Default)]
pub struct InMemoryImports {
    pages: Mutex<BTreeMap<TenantId, Pages>>,
    book: Arc<InMemoryBook>,
}

impl InMemoryImports {
    /// With the visits of a book.
    #[must_use]
    pub fn beside(book: Arc<InMemoryBook>) -> Self {
        Self {
            pages: Mutex::default(),
            book,
        }
    }

    /// The book beside it.
    #[must_use]
    pub fn book(&self) -> &InMemoryBook {
        &self.book
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<TenantId, Pages>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, tenant: TenantId, work: impl FnOnce(&mut Pages) -> T) -> T {
        work(self.all().entry(tenant).or_default())
    }

    /// Ends what may be sent to somebody.
    pub fn opt_out(&self, tenant: TenantId, id: CustomerId, at: OffsetDateTime) {
        self.with(tenant, |pages| {
            if let Some(customer) = pages.customers.get_mut(&id) {
                customer.opted_out_at = Some(at);
            }
        });
    }
}

impl Pages {
    fn apply(&mut self, effect: Effect) -> Result<(), ImportRecordError> {
        match effect {
            Effect::None => {}
            Effect::Catalogue(change) => {
                let new = change
                    .services
                    .iter()
                    .filter(|stocked| stocked.version == Version::NEW)
                    .count();
                let active = self
                    .stock
                    .iter()
                    .filter(|stocked| stocked.service.offering == Offering::Active);
                if new > 0 && active.count() + new > limits::SERVICES {
                    return Err(ImportRecordError::TooManyServices);
                }
                for stocked in change.services {
                    self.write_service(stocked)?;
                }
            }
            Effect::Customers(change) => {
                for entry in change.entries {
                    self.write_customer(entry);
                }
            }
            Effect::Bookings(bookings) => {
                for booking in bookings {
                    self.paid.entry(booking.visit).or_insert(booking.paid);
                }
            }
        }
        Ok(())
    }

    fn write_service(&mut self, stocked: Stocked) -> Result<(), ImportRecordError> {
        let name = stocked.service.name.to_lowercase();
        let taken = self.stock.iter().any(|other| {
            let other = &other.service;
            other.id != stocked.service.id
                && other.offering == Offering::Active
                && other.name.to_lowercase() == name
        });
        if taken {
            return Err(ImportRecordError::CatalogueMoved);
        }
        let version = stocked.version.next();
        let written = Stocked { version, ..stocked };
        match self
            .stock
            .iter_mut()
            .find(|other| other.service.id == written.service.id)
        {
            Some(known) if known.version.next() == version => *known = written,
            None if written.version == Version::NEW.next() => self.stock.push(written),
            Some(_) | None => return Err(ImportRecordError::CatalogueMoved),
        }
        Ok(())
    }

    fn write_customer(&mut self, entry: CustomerEntry) {
        let new = entry.customer;
        let known = self
            .customers
            .values()
            .find(|known| known.phone.as_ref() == Some(&new.phone));
        let id = known.map_or(new.id, |known| known.id);
        let customer = self.customers.entry(id).or_insert_with(|| fresh(&new));
        let before = customer.clone();
        if customer.name.is_none() {
            customer.name = new.name.as_ref().map(|name| name.as_str().to_owned());
        }
        customer.language = customer.language.or(new.language);
        let opted_out = customer.opted_out_at.is_some();
        for consent in entry.consents {
            if consent.stand == Stand::Given && opted_out {
                continue;
            }
            let later = self.consents.iter().any(|(other, said)| {
                *other == id
                    && (said.purpose, said.stand) == (Purpose::Service, Stand::Given)
                    && said.at > consent.at
            });
            if (consent.purpose, consent.stand) == (Purpose::Service, Stand::Withdrawn) && !later {
                customer.opted_out_at = customer.opted_out_at.or(Some(consent.at));
            }
            self.consents.push((id, consent));
        }
        if *customer != before {
            customer.version = customer.version.next();
        }
    }
}

fn fresh(new: &NewCustomer) -> Customer {
    Customer {
        id: new.id,
        phone: Some(new.phone.clone()),
        name: new.name.as_ref().map(|name| name.as_str().to_owned()),
        language: new.language,
        opted_out_at: None,
        created_at: new.at,
        version: Version::NEW.next(),
    }
}

#[async_trait]
impl ImportBook for InMemoryImports {
    async fn open(&self, tenant: TenantId, import: Import) -> Result<(), OpenError> {
        self.with(tenant, |pages| {
            let open = pages
                .imports
                .values()
                .filter(|known| known.state == ImportState::InReview);
            if open.count() >= usize::try_from(OPEN_MAX).unwrap_or(usize::MAX) {
                return Err(OpenError::TooMany);
            }
            let version = import.version.next();
            pages.imports.insert(import.id, Import { version, ..import });
            Ok(())
        })
    }

    async fn find(&self, tenant: TenantId, kind: ImportKind, id: ImportId) -> Result<Option<Import>, Outage> {
        Ok(self.with(tenant, |pages| {
            let found = pages.imports.get(&id);
            found.filter(|import| import.rows.kind() == kind).cloned()
        }))
    }

    async fn in_review(&self, tenant: TenantId, kind: ImportKind) -> Result<Vec<Import>, Outage> {
        Ok(self.with(tenant, |pages| {
            let open = |import: &&Import| import.state == ImportState::InReview && import.rows.kind() == kind;
            pages.imports.values().filter(open).cloned().collect()
        }))
    }

    async fn record(&self, tenant: TenantId, change: ImportChange) -> Result<(), ImportRecordError> {
        self.with(tenant, |pages| {
            let known = pages.imports.get(&change.import.id);
            let current = known.is_some_and(|known| {
                known.version == change.import.version && known.state == ImportState::InReview
            });
            if !current {
                return Err(ImportRecordError::Stale);
            }
            // Whole or not at all: what was written halfway is thrown away.
            let mut draft = pages.clone();
            draft.apply(change.effect)?;
            let version = change.import.version.next();
            let import = Import {
                version,
                ..change.import
            };
            draft.imports.insert(import.id, import);
            *pages = draft;
            Ok(())
        })
    }
}

#[async_trait]
impl ImportGround for InMemoryImports {
    async fn stock(&self, tenant: TenantId) -> Result<Vec<Stocked>, Outage> {
        let mut stock = self.with(tenant, |pages| pages.stock.clone());
        stock.sort_by(|a, b| (&a.service.name, a.service.id).cmp(&(&b.service.name, b.service.id)));
        Ok(stock)
    }

    async fn staff(&self, _tenant: TenantId) -> Result<Vec<NamedStaff>, Outage> {
        let named = |number| NamedStaff {
            id: staff(number),
            name: format!("Staff {number}"),
        };
        Ok([1, 2, 3].into_iter().map(named).collect())
    }

    async fn customers(&self, tenant: TenantId, phones: Vec<PhoneNumber>) -> Result<Vec<Customer>, Outage> {
        Ok(self.with(tenant, |pages| {
            let wanted = |customer: &&Customer| {
                customer
                    .phone
                    .as_ref()
                    .is_some_and(|phone| phones.contains(phone))
            };
            pages.customers.values().filter(wanted).cloned().collect()
        }))
    }

    async fn visits(&self, tenant: TenantId, keys: Vec<HoldKey>) -> Result<Vec<(HoldKey, VisitId)>, Outage> {
        let mut found = BTreeMap::new();
        for key in keys {
            if let Some(visit) = self.book.visit_of_key(tenant, &key).await? {
                found.insert(key, visit.head.id);
            }
        }
        Ok(found.into_iter().collect())
    }

    async fn paid_elsewhere(&self, tenant: TenantId, visit: VisitId) -> Result<Option<Money>, Outage> {
        Ok(self.with(tenant, |pages| pages.paid.get(&visit).copied()))
    }
}

#[async_trait]
impl CustomerBook for InMemoryImports {
    async fn file(
        &self,
        tenant: TenantId,
        id: CustomerId,
        now: OffsetDateTime,
    ) -> Result<Option<CustomerFile>, Outage> {
        let found = self.with(tenant, |pages| pages.customers.get(&id).cloned());
        let Some(customer) = found else { return Ok(None) };
        let ever = TimeRange::new(now - Duration::days(3_650), now + Duration::days(3_650));
        let appointments = match ever {
            Ok(ever) => {
                self.book
                    .between(tenant, ever, WantedOfBook::first(u16::MAX))
                    .await?
            }
            Err(_) => Vec::new(),
        };
        let mut history = History::default();
        for appointment in appointments
            .iter()
            .filter(|appointment| appointment.booking().customer == id)
        {
            let time = appointment.booking().time;
            let state = appointment.state();
            if matches!(state, State::Completed { .. }) {
                history.rendered += 1;
                history.last_at = history.last_at.max(Some(time.start()));
            } else if matches!(state, State::NoShow { .. }) {
                history.no_shows += 1;
            } else if state.keeps_its_time() && time.end() > now {
                history.upcoming += 1;
                let next = history
                    .next_at
                    .map_or(time.start(), |next| next.min(time.start()));
                history.next_at = Some(next);
            }
        }
        let consents = self.with(tenant, |pages| {
            let last = |purpose| {
                let said = pages
                    .consents
                    .iter()
                    .filter(|(customer, said)| *customer == id && said.purpose == purpose);
                said.max_by_key(|(_, said)| (said.at, said.id))
                    .map(|(_, said)| Consent {
                        purpose,
                        stand: said.stand,
                        at: said.at,
                    })
            };
            Purpose::ALL.into_iter().filter_map(last).collect()
        });
        Ok(Some(CustomerFile {
            customer,
            history,
            consents,
        }))
    }

    async fn page(&self, tenant: TenantId, wanted: Wanted) -> Result<Page, Outage> {
        let limit = usize::from(wanted.limit.clamp(1, PAGE_MAX));
        let fits = |customer: &&Customer| {
            wanted.after.is_none_or(|after| customer.id > after)
                && wanted
                    .phone
                    .as_ref()
                    .is_none_or(|phone| customer.phone.as_ref() == Some(phone))
                && wanted
                    .search
                    .as_deref()
                    .is_none_or(|search| matches(customer, search))
        };
        let mut found: Vec<Customer> = self.with(tenant, |pages| {
            pages.customers.values().filter(fits).cloned().collect()
        });
        let more = found.len() > limit;
        found.truncate(limit);
        Ok(Page {
            next: found.last().filter(|_| more).map(|last| last.id),
            customers: found,
        })
    }

    async fn add(&self, tenant: TenantId, new: NewCustomer) -> Result<Added, Outage> {
        Ok(self.with(tenant, |pages| {
            let known = pages
                .customers
                .values()
                .find(|known| known.phone.as_ref() == Some(&new.phone));
            if let Some(known) = known {
                return Added::Known(known.clone());
            }
            let customer = fresh(&new);
            pages.customers.insert(customer.id, customer.clone());
            Added::New(customer)
        }))
    }

    async fn amend(
        &self,
        tenant: TenantId,
        id: CustomerId,
        version: Version,
        amendment: Amendment,
    ) -> Result<Customer, AmendError> {
        self.with(tenant, |pages| {
            let customer = pages.customers.get_mut(&id).ok_or(AmendError::Unknown)?;
            if customer.version != version {
                return Err(AmendError::Stale);
            }
            if let Some(name) = amendment.name.as_ref().map(CustomerName::as_str) {
                customer.name = Some(name.to_owned());
            }
            customer.language = amendment.language.or(customer.language);
            customer.version = version.next();
            Ok(customer.clone())
        })
    }
}

/// Whether every word of the search begins a word of the name, or one way to write the number.
fn matches(customer: &Customer, search: &str) -> bool {
    let mut words: Vec<String> = Vec::new();
    if let Some(name) = &customer.name {
        words.extend(fold(name).split(' ').map(str::to_owned));
    }
    if let Some(phone) = &customer.phone {
        let digits = phone.digits().to_owned();
        if let Some(local) = digits.strip_prefix("254") {
            words.extend([local.to_owned(), format!("0{local}")]);
        }
        words.push(digits);
    }
    let search = fold(search);
    search
        .split(' ')
        .filter(|begin| !begin.is_empty())
        .all(|begin| words.iter().any(|word| word.starts_with(begin)))
}
