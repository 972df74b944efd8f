//! What booking needs from outside: a book that keeps appointments and keeps claims apart, the timetable of a
//! stretch of days, and the catalogue.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TimeRange};
use time::OffsetDateTime;

use crate::appointment::{Appointment, AppointmentId};
use crate::availability::{BusinessHours, Facts};
use crate::catalogue::{CustomerId, Service, ServiceId, StaffId};
use crate::event::{BookingEvent, BookingTask, Due};
use crate::policy::Policy;
use crate::visit::{HoldKey, Visit, VisitHead, VisitId};

mod price_list;

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
}

impl Change {
    /// A change that changes nothing yet.
    #[must_use]
    pub const fn at(at: OffsetDateTime) -> Self {
        Self {
            at,
            head: None,
            appointments: Vec::new(),
            open_months: Vec::new(),
            events: Vec::new(),
            tasks: Vec::new(),
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
    /// Nobody knows whether it was recorded.
    #[error("the appointment book is unavailable")]
    Unavailable(#[from] Outage),
}

/// The book of appointments. One call to [`record`](Self::record) is one transaction.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait AppointmentBook: Send + Sync {
    /// The appointment as last recorded; `None` if this tenant never had it.
    async fn appointment(&self, tenant: TenantId, id: AppointmentId) -> Result<Option<Appointment>, Outage>;

    /// The visit with all its appointments as last recorded; `None` if this tenant never had it.
    async fn visit(&self, tenant: TenantId, id: VisitId) -> Result<Option<Visit>, Outage>;

    /// The visit that was ordered with a key, if one was.
    async fn visit_of_key(&self, tenant: TenantId, key: &HoldKey) -> Result<Option<Visit>, Outage>;

    /// All appointments, in whatever state, whose planned time overlaps the range; by start, then id.
    async fn between(&self, tenant: TenantId, range: TimeRange) -> Result<Vec<Appointment>, Outage>;

    /// The customer's visits of which some part that keeps its time ends after `from`; by their first start.
    async fn upcoming(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        from: OffsetDateTime,
    ) -> Result<Vec<Visit>, Outage>;

    /// To how many of their visits the customer did not come, be it to a part of it only.
    async fn no_shows(&self, tenant: TenantId, customer: CustomerId) -> Result<u32, Outage>;

    /// Makes the whole change durable, its events and tasks included, or none of it.
    ///
    /// Requests and holds whose deadline has come by [`Change::at`] and whose claims are in the way are
    /// ended in the same transaction as [`expiry`](crate::visit::expiry) says, event included.
    ///
    /// Refuses with [`RecordError::SlotTaken`] if any claim to be taken meets an active one of another
    /// appointment or a block, with [`RecordError::Stale`] if a version is not the last one, with
    /// [`RecordError::KeyUsed`] if another visit has the hold key, with [`RecordError::MonthFrozen`] if a
    /// month that must be open is not. Recording the same change twice is refused the second time.
    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError>;
}

/// Which facts are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactsQuery {
    /// The services that are asked for.
    pub services: Vec<ServiceId>,
    /// The days that the search may touch, margins included.
    pub range: TimeRange,
}

/// What is known about the days of a tenant.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait Timetable: Send + Sync {
    /// All facts for a search, in a constant number of queries whatever the number of staff or days. A
    /// service that does not exist is left out.
    async fn facts(&self, tenant: TenantId, query: FactsQuery) -> Result<Facts, Outage>;
}

/// What a tenant sells, and by which rules.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// All services, retired ones included; by name, then id.
    async fn services(&self, tenant: TenantId) -> Result<Vec<Service>, Outage>;

    /// When the business is open.
    async fn business_hours(&self, tenant: TenantId) -> Result<BusinessHours, Outage>;

    /// The tenant's rules. A tenant without settings, or with settings that do not fit, is an outage.
    async fn policy(&self, tenant: TenantId) -> Result<Policy, Outage>;
}
