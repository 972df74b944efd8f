//! What managing the setup needs from outside: a shelf to read from, a book to write to, and the list of
//! bookings that somebody must look at.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TimeRange};
use time::{Date, OffsetDateTime};

use super::values::{Block, Hit, HitId, Holiday, Leave, OutOfService, Page, RosterCard, Versioned};
use super::{SetupChange, Why};
use crate::appointment::{AppointmentId, Version};
use crate::availability::{DayBlock, WeeklyBlock};
use crate::catalogue::{Resource, ResourceId, Service, ServiceId, StaffId};
use crate::package::PackageId;
use crate::policy::Policy;
use crate::promotion::PromotionId;

/// What a recorded change did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The version of the thing from now on; [`Version::NEW`] for things without one.
    pub version: Version,
    /// The bookings that it met, as entered in the list, by appointment.
    pub hits: BTreeMap<AppointmentId, HitId>,
}

/// What is on sale and has cents in it: a price, a flat deposit, a flat promotion or its cap. A hundred of each at
/// most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AmountsWithCents {
    /// By price or deposit.
    pub services: Vec<ServiceId>,
    /// By price.
    pub packages: Vec<PackageId>,
    /// By what they take off, or take off at most.
    pub promotions: Vec<PromotionId>,
}

impl AmountsWithCents {
    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.services.is_empty() && self.packages.is_empty() && self.promotions.is_empty()
    }
}

/// Why nothing was recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupRefused {
    /// There is no such thing, or it is another tenant's.
    #[error("there is no such thing")]
    Unknown,
    /// Something that the change names is not there.
    #[error("{0} {1}")]
    UnknownPart(String, Why),
    /// The thing moved on since it was read.
    #[error("it changed since it was read")]
    Stale,
    /// The thing is on record already, and the change names no version of it.
    #[error("it is on record already: name the version that was read")]
    VersionNeeded,
    /// Another active service has that name, in whatever case.
    #[error("another active service has that name")]
    NameTaken,
    /// Bookings stand where the change wants to go.
    #[error("bookings are in the way")]
    InTheWay {
        /// Which.
        appointments: Vec<AppointmentId>,
        /// How many blocks stand there, too.
        blocks: usize,
    },
    /// The tenant has as many of them as there may be.
    #[error("there are {0} of them already, which is as many as there may be")]
    TooMany(usize),
    /// M-Pesa would be asked for amounts that it cannot move.
    #[error("there are amounts with cents on sale")]
    AmountsHaveCents(AmountsWithCents),
    /// Nobody knows whether it was recorded.
    #[error("the setup is unavailable")]
    Unavailable(#[from] Outage),
}

/// The book in which the setup is changed.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait SetupBook: Send + Sync {
    /// Makes the change durable, with the list of the bookings that it meets and the event that tells of
    /// them, or nothing of it. Asking again for the same new thing is refused or changes nothing more.
    ///
    /// A booking that is made at the same moment comes wholly before, and is listed if it is met, or wholly
    /// after, and was decided on the changed setup: recording it with the setup of before is refused.
    ///
    /// # Errors
    /// [`SetupRefused`].
    async fn record(&self, tenant: TenantId, change: SetupChange) -> Result<Recorded, SetupRefused>;
}

/// The setup, for reading. Lists are in the order of ids; ids are made in order of time.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait SetupShelf: Send + Sync {
    /// A service, retired or not.
    async fn service(&self, tenant: TenantId, id: ServiceId) -> Result<Option<Versioned<Service>>, Outage>;

    /// Services; with `retired` those that can no longer be booked, too.
    async fn services(
        &self,
        tenant: TenantId,
        page: Page,
        retired: bool,
    ) -> Result<Vec<Versioned<Service>>, Outage>;

    /// A resource, retired or not.
    async fn resource(&self, tenant: TenantId, id: ResourceId)
    -> Result<Option<Versioned<Resource>>, Outage>;

    /// Resources; with `retired` those that can no longer be booked, too.
    async fn resources(
        &self,
        tenant: TenantId,
        page: Page,
        retired: bool,
    ) -> Result<Vec<Versioned<Resource>>, Outage>;

    /// When a resource cannot be used: what overlaps the stretch.
    async fn outages(
        &self,
        tenant: TenantId,
        resource: ResourceId,
        range: TimeRange,
        page: Page,
    ) -> Result<Vec<OutOfService>, Outage>;

    /// A person, whether or not they still work here.
    async fn person(&self, tenant: TenantId, id: StaffId) -> Result<Option<Versioned<RosterCard>>, Outage>;

    /// People; with `left` those who no longer work here, too.
    async fn people(
        &self,
        tenant: TenantId,
        page: Page,
        left: bool,
    ) -> Result<Vec<Versioned<RosterCard>>, Outage>;

    /// Somebody's dated hours from one day to another, both included; at most 400.
    async fn overrides(
        &self,
        tenant: TenantId,
        staff: StaffId,
        days: (Date, Date),
    ) -> Result<BTreeMap<Date, Versioned<Vec<DayBlock>>>, Outage>;

    /// When somebody is away: what overlaps the stretch.
    async fn leave(
        &self,
        tenant: TenantId,
        staff: StaffId,
        range: TimeRange,
        page: Page,
    ) -> Result<Vec<Leave>, Outage>;

    /// Blocks that overlap the stretch.
    async fn blocks(&self, tenant: TenantId, range: TimeRange, page: Page) -> Result<Vec<Block>, Outage>;

    /// When the business is open; `None`: whenever somebody works.
    async fn opening_hours(&self, tenant: TenantId) -> Result<Versioned<Option<Vec<WeeklyBlock>>>, Outage>;

    /// Dated hours of the business from one day to another, both included; at most 400.
    async fn holidays(&self, tenant: TenantId, days: (Date, Date))
    -> Result<Vec<Versioned<Holiday>>, Outage>;

    /// Zone, currency and rules. A tenant without any is an outage.
    async fn policy(&self, tenant: TenantId) -> Result<Versioned<Policy>, Outage>;
}

/// The bookings that changes of the setup met.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait HitList: Send + Sync {
    /// The entries, the oldest first; with `resolved` those that are over, too. An entry is over once
    /// somebody saw to it, and by itself when the appointment has another time, other hands or an end.
    async fn hits(&self, tenant: TenantId, page: Page, resolved: bool) -> Result<Vec<Hit>, Outage>;

    /// Marks an entry as seen to; one that is over stays as it is. `false` if there is none.
    async fn resolve(
        &self,
        tenant: TenantId,
        id: HitId,
        who: &str,
        at: OffsetDateTime,
    ) -> Result<bool, Outage>;
}
