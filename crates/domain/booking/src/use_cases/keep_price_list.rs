//! Keeps packages, promotions and relations between services: new ones, and changed ones in the place of what they were.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratiba_kernel::{BasisPoints, IdSource, Money, Outage, TenantId};
use time::{Date, Weekday};

use crate::appointment::{DiscountAmount, Version};
use crate::catalogue::{Offering, ServiceId};
use crate::package::{Package, PackageFault, PackageId};
use crate::ports::{Catalogue, KeepError, PackageBook, PromotionBook, RelationBook};
use crate::promotion::{Promotion, PromotionFault, PromotionId, PromotionScope};
use crate::relation::{Relation, RelationFault, RelationId};

/// Why an entry was not kept.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeepEntryError<F: std::error::Error + 'static> {
    /// There is no such entry.
    #[error("there is no such entry")]
    Unknown,
    /// It makes no sense.
    #[error(transparent)]
    Fault(F),
    /// The book of the price list refuses.
    #[error(transparent)]
    Keep(#[from] KeepError),
}

impl<F: std::error::Error + 'static> From<Outage> for KeepEntryError<F> {
    fn from(outage: Outage) -> Self {
        Self::Keep(KeepError::Unavailable(outage))
    }
}

/// What is known of a new or changed entry: whether it is new, or at which version it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping<T> {
    /// It is new.
    New,
    /// It takes the place of this one, if that one is still at this version.
    InPlaceOf(T, Version),
}

/// A package without its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageForm {
    /// What it is called.
    pub name: String,
    /// What all of it costs.
    pub price: Money,
    /// What is in it.
    pub items: Vec<ServiceId>,
    /// Whether it can be booked.
    pub offering: Offering,
}

/// Keeps packages.
pub struct KeepPackage {
    /// The packages.
    pub packages: Arc<dyn PackageBook>,
    /// What the services cost alone.
    pub catalogue: Arc<dyn Catalogue>,
    /// New identities.
    pub ids: Arc<dyn IdSource>,
}

impl KeepPackage {
    /// Keeps a new package, or a changed one, and answers with it as it then is.
    ///
    /// # Errors
    /// [`KeepEntryError`]; then nothing changed.
    #[tracing::instrument(name = "booking.keep_package", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        keeping: Keeping<PackageId>,
        form: PackageForm,
    ) -> Result<Package, KeepEntryError<PackageFault>> {
        let (id, version) = match keeping {
            Keeping::New => (self.ids.fresh(), Version::NEW),
            Keeping::InPlaceOf(id, version) => {
                let known = self.packages.package(tenant, id).await?;
                known.ok_or(KeepEntryError::Unknown)?;
                (id, version)
            }
        };
        let package = Package {
            id,
            name: form.name.trim().to_owned(),
            price: form.price,
            items: form.items,
            offering: form.offering,
            version,
        };
        let services = self.catalogue.services(tenant).await?;
        let list_of = |item: &ServiceId| services.iter().find(|service| service.id == *item);
        let lists: Option<Vec<Money>> = package
            .items
            .iter()
            .map(|item| list_of(item).map(|service| service.price))
            .collect();
        let lists = lists.ok_or(KeepError::UnknownService)?;
        let rounding = self.catalogue.policy(tenant).await?.rules.rounding;
        package.check(&lists, rounding).map_err(KeepEntryError::Fault)?;
        self.packages.keep_package(tenant, package.clone()).await?;
        Ok(Package {
            version: version.next(),
            ..package
        })
    }
}

/// A promotion without its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromotionForm {
    /// What it is called.
    pub name: String,
    /// Which services.
    pub scope: PromotionScope,
    /// How much is taken off.
    pub amount: DiscountAmount,
    /// At most this much.
    pub cap: Option<Money>,
    /// The first local day.
    pub first_day: Date,
    /// The last one.
    pub last_day: Date,
    /// On which days of the week.
    pub weekdays: Vec<Weekday>,
    /// Whether it counts.
    pub offering: Offering,
}

/// Keeps promotions.
pub struct KeepPromotion {
    /// The promotions.
    pub promotions: Arc<dyn PromotionBook>,
    /// The tenant's services and money.
    pub catalogue: Arc<dyn Catalogue>,
    /// New identities.
    pub ids: Arc<dyn IdSource>,
}

impl KeepPromotion {
    /// Keeps a new promotion, or a changed one, and answers with it as it then is. Appointments that are
    /// booked already keep their price.
    ///
    /// # Errors
    /// [`KeepEntryError`]; then nothing changed.
    #[tracing::instrument(name = "booking.keep_promotion", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        keeping: Keeping<PromotionId>,
        form: PromotionForm,
    ) -> Result<Promotion, KeepEntryError<PromotionFault>> {
        let (id, version) = match keeping {
            Keeping::New => (self.ids.fresh(), Version::NEW),
            Keeping::InPlaceOf(id, version) => {
                let known = self.promotions.promotion(tenant, id).await?;
                known.ok_or(KeepEntryError::Unknown)?;
                (id, version)
            }
        };
        let mut weekdays = form.weekdays;
        weekdays.sort_by_key(|day| day.number_from_monday());
        let promotion = Promotion {
            id,
            name: form.name.trim().to_owned(),
            scope: form.scope,
            amount: form.amount,
            cap: form.cap,
            first_day: form.first_day,
            last_day: form.last_day,
            weekdays,
            offering: form.offering,
            version,
        };
        let policy = self.catalogue.policy(tenant).await?;
        promotion
            .check(Money::zero(policy.currency), policy.rules.rounding)
            .map_err(KeepEntryError::Fault)?;
        if !promotion.scope.services.is_empty() {
            let services = self.catalogue.services(tenant).await?;
            let known: BTreeSet<ServiceId> = services.iter().map(|service| service.id).collect();
            if !promotion.scope.services.is_subset(&known) {
                return Err(KeepError::UnknownService.into());
            }
        }
        self.promotions.keep_promotion(tenant, promotion.clone()).await?;
        Ok(Promotion {
            version: version.next(),
            ..promotion
        })
    }
}

/// A relation without its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelationForm {
    /// What the customer wants.
    pub primary: ServiceId,
    /// What may be offered after it.
    pub complement: ServiceId,
    /// How sure the business is that it is wanted.
    pub confidence: BasisPoints,
    /// Whether it counts.
    pub offering: Offering,
}

/// Keeps relations between services.
pub struct KeepRelation {
    /// The relations.
    pub relations: Arc<dyn RelationBook>,
    /// New identities.
    pub ids: Arc<dyn IdSource>,
}

impl KeepRelation {
    /// Keeps a new relation, or a changed one, and answers with it as it then is.
    ///
    /// # Errors
    /// [`KeepEntryError`]; then nothing changed.
    #[tracing::instrument(name = "booking.keep_relation", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        keeping: Keeping<RelationId>,
        form: RelationForm,
    ) -> Result<Relation, KeepEntryError<RelationFault>> {
        let (id, version) = match keeping {
            Keeping::New => (self.ids.fresh(), Version::NEW),
            Keeping::InPlaceOf(id, version) => {
                let known = self.relations.relation(tenant, id).await?;
                known.ok_or(KeepEntryError::Unknown)?;
                (id, version)
            }
        };
        let relation = Relation {
            id,
            primary: form.primary,
            complement: form.complement,
            confidence: form.confidence,
            offering: form.offering,
            version,
        };
        relation.check().map_err(KeepEntryError::Fault)?;
        self.relations.keep_relation(tenant, relation.clone()).await?;
        Ok(Relation {
            version: version.next(),
            ..relation
        })
    }
}
