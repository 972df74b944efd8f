//! What imports need from outside: a place to keep them, and what is on record already.

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, PhoneNumber, TenantId};
use time::OffsetDateTime;

use super::bookings::ImportedBooking;
use super::catalogue::Stocked;
use super::catalogue::plan::CatalogueChange;
use super::customers::CustomersChange;
use super::similar::{Likeness, Name};
use super::{Import, ImportId, ImportKind};
use crate::catalogue::StaffId;
use crate::customers::Customer;
use crate::visit::{HoldKey, VisitId};

/// Somebody who works here, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedStaff {
    /// Who.
    pub id: StaffId,
    /// What they are called.
    pub name: String,
}

/// Why a name leads to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCalled {
    /// Nobody is called that.
    Nobody,
    /// More than one is.
    Several,
}

impl NamedStaff {
    /// The one who is called that: by the whole name, else by the first name, else by a name nearly like it.
    ///
    /// # Errors
    /// [`NotCalled`].
    pub fn called(staff: &[Self], name: &str) -> Result<StaffId, NotCalled> {
        let wanted = Name::new(name);
        let only = |likes: &dyn Fn(&Self) -> bool| {
            let mut found = staff.iter().filter(|member| likes(member));
            match (found.next(), found.next()) {
                (None, _) => Err(NotCalled::Nobody),
                (Some(one), None) => Ok(one.id),
                (Some(_), Some(_)) => Err(NotCalled::Several),
            }
        };
        let first = |name: &str| Name::new(name.split_whitespace().next().unwrap_or_default());
        let ways: [&dyn Fn(&Self) -> bool; 3] = [
            &|member| Name::new(&member.name).likeness(&wanted) == Some(Likeness::Same),
            &|member| first(&member.name).likeness(&wanted) == Some(Likeness::Same),
            &|member| Name::new(&member.name).likeness(&wanted).is_some(),
        ];
        let mut answer = Err(NotCalled::Nobody);
        for way in ways {
            answer = only(way);
            if answer != Err(NotCalled::Nobody) {
                break;
            }
        }
        answer
    }
}

/// Everything that one decision about an import makes true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportChange {
    /// The import as it should be; carries the version that it was read at.
    pub import: Import,
    /// When it was decided.
    pub at: OffsetDateTime,
    /// What becomes true besides.
    pub effect: Effect,
}

/// What an import makes true outside of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// Services are added and changed. One that is not at the version it was read at refuses all of it.
    Catalogue(CatalogueChange),
    /// Customers are added and completed, and what they said is kept.
    Customers(CustomersChange),
    /// These visits came from elsewhere. Noting one twice is noting it once.
    Bookings(Vec<ImportedBooking>),
}

/// Why an import was not kept.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Too many wait to be applied already.
    #[error("too many imports wait to be applied or discarded")]
    TooMany,
    /// Nobody knows whether it was kept.
    #[error("the imports are unavailable")]
    Unavailable(#[from] Outage),
}

/// Why a change of an import was not recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportRecordError {
    /// The import moved on since it was read.
    #[error("the import changed since it was read")]
    Stale,
    /// The catalogue moved on since it was read: a service changed, or a name is taken.
    #[error("the catalogue changed since it was read")]
    CatalogueMoved,
    /// With the new services there would be more than [`SERVICES`](crate::setup::limits::SERVICES).
    #[error("there would be more services than there may be")]
    TooManyServices,
    /// Nobody knows whether it was recorded.
    #[error("the imports are unavailable")]
    Unavailable(#[from] Outage),
}

/// The imports of a tenant. One call to a writing method is one transaction.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait ImportBook: Send + Sync {
    /// Keeps a new import.
    ///
    /// Refuses with [`OpenError::TooMany`] while [`OPEN_MAX`](super::OPEN_MAX) are in review.
    async fn open(&self, tenant: TenantId, import: Import) -> Result<(), OpenError>;

    /// The import as last recorded; `None` if this tenant has none of that id and kind.
    async fn find(&self, tenant: TenantId, kind: ImportKind, id: ImportId) -> Result<Option<Import>, Outage>;

    /// Those that are in review, by id.
    async fn in_review(&self, tenant: TenantId, kind: ImportKind) -> Result<Vec<Import>, Outage>;

    /// Makes the whole change durable, or none of it. The import is at the next version then.
    ///
    /// Refuses with [`ImportRecordError::Stale`] if the import is not at the version it was read at or not in
    /// review any more, with [`ImportRecordError::CatalogueMoved`] if a service of the change is not at its
    /// version or a name is taken, with [`ImportRecordError::TooManyServices`] if it brings more than there may be.
    /// Who renders a service of the change, or no longer does, is at the next version, too.
    async fn record(&self, tenant: TenantId, change: ImportChange) -> Result<(), ImportRecordError>;
}

/// What is on record already, as far as imports must know.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait ImportGround: Send + Sync {
    /// All services, retired ones included, by name, then id.
    async fn stock(&self, tenant: TenantId) -> Result<Vec<Stocked>, Outage>;

    /// Everybody who works here, by id.
    async fn staff(&self, tenant: TenantId) -> Result<Vec<NamedStaff>, Outage>;

    /// The customers who have one of the numbers, by id.
    async fn customers(&self, tenant: TenantId, phones: Vec<PhoneNumber>) -> Result<Vec<Customer>, Outage>;

    /// The visits that were ordered with one of the keys, by key.
    async fn visits(&self, tenant: TenantId, keys: Vec<HoldKey>) -> Result<Vec<(HoldKey, VisitId)>, Outage>;

    /// What was paid elsewhere for a visit, and which import it came from; `None` for a visit that was booked here.
    async fn paid_elsewhere(&self, tenant: TenantId, visit: VisitId) -> Result<Option<Money>, Outage>;
}
