//! What booking needs from outside: a book that keeps appointments and keeps claims apart, the timetable of a
//! stretch of days, and the catalogue.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::{Outage, PhoneNumber, TenantId, TimeRange, Zone};
use time::{Duration, OffsetDateTime};

use crate::appointment::{Appointment, AppointmentId, ChangedBy, HistoryEntry};
use crate::availability::{BusinessHours, Facts, PartRequest, StaffWish};
use crate::catalogue::{CustomerId, Service, ServiceId, StaffId};
use crate::event::{BookingEvent, BookingTask, Due};
use crate::policy::Policy;
use crate::visit::{HoldKey, Visit, VisitHead, VisitId};

mod feeds;
mod gate;
mod price_list;
mod queue;
mod reports;
mod waitlist;

pub use feeds::{CalendarFeeds, FeedRefused, FeedSecrets};
pub use gate::{GateAnswer, GateQuestion, NotReady, OpenGate, TreatmentGate};
pub use queue::{Newcomer, QueueChange, QueueRefused, WalkInQueue};
pub use reports::BookingReports;
pub use waitlist::{EndedEntries, Waitlist, WaitlistChange, WaitlistPage, WaitlistRefused};
#[cfg(feature = "test-support")]
pub use {feeds::MockCalendarFeeds, gate::MockTreatmentGate, queue::MockWalkInQueue, waitlist::MockWaitlist};

/// How often a tenant's setup (what it sells, who works when, what its rules are) was changed. A setup that
/// was never changed has version 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SetupVersion(i64);

impl SetupVersion {
    /// The version that a timetable or a book tells.
    #[must_use]
    pub const fn read(number: i64) -> Self {
        Self(number)
    }

    /// The number for a row.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

pub use price_list::{ENTRIES_MOST, KeepError, PackageBook, PromotionBook, RelationBook};
#[cfg(feature = "test-support")]
pub use price_list::{MockPackageBook, MockPromotionBook, MockRelationBook};

/// What becomes of an appointment's claims when a change is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimChange {
    /// All of them are made now, in place of those it may have had; if one cannot be, nothing is recorded.
    Take,
    /// They stay as they are.
    Keep,
    /// They are given up.
    Release,
}

/// One appointment as it should be from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppointmentChange {
    /// The appointment; carries the version that it was read at.
    pub appointment: Appointment,
    /// What becomes of its claims.
    pub claims: ClaimChange,
}

/// A staff member's month that must not be frozen for a change to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenMonth {
    /// Whose.
    pub staff: StaffId,
    /// An instant in it.
    pub at: OffsetDateTime,
}

/// Everything that one decision makes true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When it was decided, business time. Holds whose deadline has come by then keep nobody out.
    pub at: OffsetDateTime,
    /// Who wanted it, for the history of its appointments.
    pub by: ChangedBy,
    /// The visit's head, if it is new or changes; carries the version that it was read at.
    pub head: Option<VisitHead>,
    /// The appointments that are new or change.
    pub appointments: Vec<AppointmentChange>,
    /// Months that must still be open.
    pub open_months: Vec<OpenMonth>,
    /// What happened.
    pub events: Vec<BookingEvent>,
    /// What is due later.
    pub tasks: Vec<Due<BookingTask>>,
    /// The setup that it was decided on, if it must still be the one in force.
    pub setup: Option<SetupVersion>,
}

impl Change {
    /// A change that changes nothing yet.
    #[must_use]
    pub const fn at(at: OffsetDateTime, by: ChangedBy) -> Self {
        Self {
            at,
            by,
            head: None,
            appointments: Vec::new(),
            open_months: Vec::new(),
            events: Vec::new(),
            tasks: Vec::new(),
            setup: None,
        }
    }

    /// With one appointment more.
    #[must_use]
    pub fn with(mut self, appointment: Appointment, claims: ClaimChange) -> Self {
        self.appointments.push(AppointmentChange { appointment, claims });
        self
    }

    /// With one event more.
    #[must_use]
    pub fn telling(mut self, event: BookingEvent) -> Self {
        self.events.push(event);
        self
    }
}

/// Why nothing was recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// One of the claims meets another one.
    #[error("the time is taken")]
    SlotTaken,
    /// Visit or appointment moved on since they were read.
    #[error("the visit changed since it was read")]
    Stale,
    /// The hold key names another visit already.
    #[error("the hold key was used before")]
    KeyUsed,
    /// A month that had to be open is frozen.
    #[error("the month is frozen")]
    MonthFrozen,
    /// The tenant has no such customer.
    #[error("there is no such customer")]
    UnknownCustomer,
    /// The setup that it was decided on is not in force any more.
    #[error("the setup changed since it was read")]
    SetupChanged,
    /// Nobody knows whether it was recorded.
    #[error("the appointment book is unavailable")]
    Unavailable(#[from] Outage),
}

/// A place in the order of appointments: by start, then id.
pub type Place = (OffsetDateTime, AppointmentId);

/// Which of the appointments in a range are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Only those that one person takes part in.
    pub staff: Option<StaffId>,
    /// Only those after this place.
    pub after: Option<Place>,
    /// At most so many.
    pub most: u16,
}

impl Wanted {
    /// The first ones, of whomever.
    #[must_use]
    pub const fn first(most: u16) -> Self {
        Self {
            staff: None,
            after: None,
            most,
        }
    }
}

/// The book of appointments. One call to [`record`](Self::record) is one transaction.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait AppointmentBook: Send + Sync {
    /// The appointment as last recorded; `None` if this tenant never had it.
    async fn appointment(&self, tenant: TenantId, id: AppointmentId) -> Result<Option<Appointment>, Outage>;

    /// What was recorded of an appointment, change by change in the order of recording. Empty if this tenant never had it.
    async fn history(&self, tenant: TenantId, id: AppointmentId) -> Result<Vec<HistoryEntry>, Outage>;

    /// The visit with all its appointments as last recorded; `None` if this tenant never had it.
    async fn visit(&self, tenant: TenantId, id: VisitId) -> Result<Option<Visit>, Outage>;

    /// The visit that was ordered with a key, if one was.
    async fn visit_of_key(&self, tenant: TenantId, key: &HoldKey) -> Result<Option<Visit>, Outage>;

    /// Appointments, in whatever state, whose planned time overlaps the range; by start, then id.
    async fn between(
        &self,
        tenant: TenantId,
        range: TimeRange,
        wanted: Wanted,
    ) -> Result<Vec<Appointment>, Outage>;

    /// The customer's visits of which some part that keeps its time ends after `from`; by their first start.
    async fn upcoming(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        from: OffsetDateTime,
    ) -> Result<Vec<Visit>, Outage>;

    /// To how many of their visits the customer did not come, be it to a part of it only.
    async fn no_shows(&self, tenant: TenantId, customer: CustomerId) -> Result<u32, Outage>;

    /// Makes the whole change durable, its events and tasks included, or none of it. The history of each of its appointments
    /// has one entry more then, with who wanted it.
    ///
    /// Requests and holds whose deadline has come by [`Change::at`] and whose claims are in the way are
    /// ended in the same transaction as [`expiry`](crate::visit::expiry) says, event included.
    ///
    /// A visit of which any part is recorded is at the next version then, whether or not the change has its head: it
    /// tells whether anything of the visit moved on.
    ///
    /// An appointment that was recorded before may come with another time, other staff, other claims and
    /// another price: with [`ClaimChange::Take`] its old claims are free if, and only if, all new ones are made.
    ///
    /// Refuses with [`RecordError::SlotTaken`] if any claim to be taken meets an active one of another
    /// appointment or a block, with [`RecordError::Stale`] if a version is not the last one, with
    /// [`RecordError::KeyUsed`] if another visit has the hold key, with [`RecordError::MonthFrozen`] if a
    /// month that must be open is not, with [`RecordError::UnknownCustomer`] if a new visit is for nobody known,
    /// with [`RecordError::SetupChanged`] if [`Change::setup`] is not the one in force. Recording the same change
    /// twice is refused the second time.
    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError>;
}

/// Which facts are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactsQuery {
    /// The services that are asked for, and by whom.
    pub parts: Vec<PartRequest>,
    /// The starts that are looked at lie in here.
    pub window: TimeRange,
}

impl FactsQuery {
    /// The services that are asked for, each once.
    #[must_use]
    pub fn services(&self) -> BTreeSet<ServiceId> {
        self.parts.iter().map(|part| part.service).collect()
    }

    /// The only staff members that may take part, if the customer wants certain ones or nobody.
    #[must_use]
    pub fn only(&self) -> Option<BTreeSet<StaffId>> {
        let named = self.parts.iter().map(|part| match part.staff {
            StaffWish::Only(staff) => Some(staff),
            StaffWish::Any | StaffWish::Rather(_) | StaffWish::Offered(_) => None,
        });
        named.collect()
    }

    /// The staff members that are wished for in whatever way.
    #[must_use]
    pub fn preferred(&self) -> BTreeSet<StaffId> {
        self.parts
            .iter()
            .filter_map(|part| part.staff.preferred())
            .collect()
    }

    /// The stretch that such a visit may touch: the window, and a day and a half on either side for what reaches
    /// into it (a service lasts a day at most, a buffer four hours).
    #[must_use]
    pub fn range(&self) -> TimeRange {
        let margin = Duration::hours(36);
        let (start, end) = (
            self.window
                .start()
                .checked_sub(margin)
                .unwrap_or(self.window.start()),
            self.window.end().checked_add(margin).unwrap_or(self.window.end()),
        );
        TimeRange::new(start, end).unwrap_or(self.window)
    }
}

/// Facts, and the version of the setup among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The facts.
    pub facts: Facts,
    /// For [`Change::setup`].
    pub setup: SetupVersion,
}

/// What is known about the days of a tenant.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait Timetable: Send + Sync {
    /// All facts for a search as they are now, in one look whatever the number of staff or days. A service that
    /// does not exist is left out, and so is whoever cannot take part; load and turns are told only where more than
    /// one person may be chosen.
    async fn outlook(&self, tenant: TenantId, query: FactsQuery) -> Result<Outlook, Outage>;

    /// The same without what is engaged, without load and turns: cheap, from memory where possible, and perhaps
    /// of a moment ago. The book refuses a change that was decided on a setup that is not in force any more.
    async fn setup(&self, tenant: TenantId, query: FactsQuery) -> Result<Outlook, Outage>;

    /// The facts of [`outlook`](Self::outlook) alone.
    async fn facts(&self, tenant: TenantId, query: FactsQuery) -> Result<Facts, Outage> {
        Ok(self.outlook(tenant, query).await?.facts)
    }
}

/// How a tenant is paid.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait PaymentMeans: Send + Sync {
    /// Whether customers can pay it by mobile money, which moves whole units only.
    async fn takes_mobile_money(&self, tenant: TenantId) -> Result<bool, Outage>;
}

/// What a tenant sells, by whom, when and by which rules, all as of one version of its setup.
#[derive(Clone, Debug, PartialEq)]
pub struct Shop {
    /// The version.
    pub setup: SetupVersion,
    /// All services, retired ones included; by name, then id.
    pub services: Vec<Service>,
    /// When the business is open.
    pub hours: BusinessHours,
    /// The rules.
    pub policy: Policy,
    /// Who works here now, by id.
    pub people: Vec<Colleague>,
}

/// Somebody who works for a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: StaffId,
    /// What they are called.
    pub name: String,
    /// Where they are reached.
    pub phone: Option<PhoneNumber>,
}

impl Shop {
    /// The service with this id.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }
}

/// What a tenant sells, and by which rules. Cheap to ask: what changes a few times a day is kept in memory, and compared
/// with the record's version each time.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// All of it. A tenant without settings, or with settings that do not fit, is an outage.
    async fn shop(&self, tenant: TenantId) -> Result<Arc<Shop>, Outage>;

    /// All services, retired ones included; by name, then id.
    async fn services(&self, tenant: TenantId) -> Result<Vec<Service>, Outage> {
        Ok(self.shop(tenant).await?.services.clone())
    }

    /// The tenant's rules.
    async fn policy(&self, tenant: TenantId) -> Result<Policy, Outage> {
        Ok(self.shop(tenant).await?.policy.clone())
    }

    /// The tenant's zone from memory where possible, and then as the last search or booking of this process saw it:
    /// for whoever has just searched or booked, or compares it with the facts of a search.
    async fn zone(&self, tenant: TenantId) -> Result<Zone, Outage> {
        Ok(self.policy(tenant).await?.zone)
    }
}
