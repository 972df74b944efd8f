//! The price list in memory, and what every price list promises.

#![expect(clippy::unwrap_used, reason = "a broken promise ends the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{BasisPoints, Id, Money, Outage, TenantId};
use time::Weekday;
use time::macros::date;
use uuid::Uuid;

use super::builders::{service, tenants};
use crate::appointment::{DiscountAmount, Version};
use crate::catalogue::{Offering, ServiceCategory, ServiceId};
use crate::package::{Package, PackageId};
use crate::ports::{ENTRIES_MOST, KeepError, PackageBook, PromotionBook, RelationBook};
use crate::promotion::{Promotion, PromotionId, PromotionScope};
use crate::relation::{Relation, RelationId};

#[derive(Debug, Default)]
struct Entries {
    packages: BTreeMap<PackageId, Package>,
    promotions: BTreeMap<PromotionId, Promotion>,
    relations: BTreeMap<RelationId, Relation>,
}

/// A price list in memory; every tenant has the services 1 and 2.
#[derive(Debug, Default)]
pub struct InMemoryPriceList(Mutex<BTreeMap<TenantId, Entries>>);

impl InMemoryPriceList {
    fn entries(&self) -> MutexGuard<'_, BTreeMap<TenantId, Entries>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keep<K: Ord, T>(
    entries: &mut BTreeMap<K, T>,
    (id, entry): (K, T),
    versions: (Version, Option<Version>),
    services: &[ServiceId],
) -> Result<(), KeepError> {
    let (read_at, recorded) = versions;
    if recorded.unwrap_or(Version::NEW) != read_at {
        return Err(KeepError::Stale);
    }
    let known: BTreeSet<ServiceId> = [service(1), service(2)].into();
    if !services.iter().all(|service| known.contains(service)) {
        return Err(KeepError::UnknownService);
    }
    if recorded.is_none() && entries.len() >= ENTRIES_MOST {
        return Err(KeepError::TooMany);
    }
    entries.insert(id, entry);
    Ok(())
}

#[async_trait]
impl PackageBook for InMemoryPriceList {
    async fn packages(&self, tenant: TenantId) -> Result<Vec<Package>, Outage> {
        Ok(self
            .entries()
            .entry(tenant)
            .or_default()
            .packages
            .values()
            .cloned()
            .collect())
    }

    async fn package(&self, tenant: TenantId, id: PackageId) -> Result<Option<Package>, Outage> {
        Ok(self
            .entries()
            .entry(tenant)
            .or_default()
            .packages
            .get(&id)
            .cloned())
    }

    async fn keep_package(&self, tenant: TenantId, mut package: Package) -> Result<(), KeepError> {
        let mut entries = self.entries();
        let packages = &mut entries.entry(tenant).or_default().packages;
        let versions = (
            package.version,
            packages.get(&package.id).map(|known| known.version),
        );
        package.version = package.version.next();
        let services = package.items.clone();
        keep(packages, (package.id, package), versions, &services)
    }
}

#[async_trait]
impl PromotionBook for InMemoryPriceList {
    async fn promotions(&self, tenant: TenantId) -> Result<Vec<Promotion>, Outage> {
        Ok(self
            .entries()
            .entry(tenant)
            .or_default()
            .promotions
            .values()
            .cloned()
            .collect())
    }

    async fn promotion(&self, tenant: TenantId, id: PromotionId) -> Result<Option<Promotion>, Outage> {
        Ok(self
            .entries()
            .entry(tenant)
            .or_default()
            .promotions
            .get(&id)
            .cloned())
    }

    async fn keep_promotion(&self, tenant: TenantId, mut promotion: Promotion) -> Result<(), KeepError> {
        let mut entries = self.entries();
        let promotions = &mut entries.entry(tenant).or_default().promotions;
        let versions = (
            promotion.version,
            promotions.get(&promotion.id).map(|known| known.version),
        );
        promotion.version = promotion.version.next();
        let services: Vec<ServiceId> = promotion.scope.services.iter().copied().collect();
        keep(promotions, (promotion.id, promotion), versions, &services)
    }
}

#[async_trait]
impl RelationBook for InMemoryPriceList {
    async fn relations(&self, tenant: TenantId) -> Result<Vec<Relation>, Outage> {
        Ok(self
            .entries()
            .entry(tenant)
            .or_default()
            .relations
            .values()
            .cloned()
            .collect())
    }

    async fn relation(&self, tenant: TenantId, id: RelationId) -> Result<Option<Relation>, Outage> {
        Ok(self
            .entries()
            .entry(tenant)
            .or_default()
            .relations
            .get(&id)
            .cloned())
    }

    async fn keep_relation(&self, tenant: TenantId, mut relation: Relation) -> Result<(), KeepError> {
        let mut entries = self.entries();
        let relations = &mut entries.entry(tenant).or_default().relations;
        let same = |known: &&Relation| {
            known.id != relation.id
                && (known.primary, known.complement) == (relation.primary, relation.complement)
        };
        if relations.values().any(|known| same(&known)) {
            return Err(KeepError::Twice);
        }
        let versions = (
            relation.version,
            relations.get(&relation.id).map(|known| known.version),
        );
        relation.version = relation.version.next();
        let services = [relation.primary, relation.complement];
        keep(relations, (relation.id, relation), versions, &services)
    }
}

fn id<T>(number: u128) -> Id<T> {
    Id::from_uuid(Uuid::from_u128(0x7000_8000_0000_0000_0000 | number))
}

/// A new package of the services 1 and 2 for 5,000 shillings.
#[must_use]
pub fn a_package(number: u128) -> Package {
    Package {
        id: id(number),
        name: format!("Package {number}"),
        price: Money::kes_minor(500_000),
        items: vec![service(1), service(2)],
        offering: Offering::Active,
        version: Version::NEW,
    }
}

/// A new promotion that takes a tenth off service 1 on every day of May 2026.
#[must_use]
pub fn a_promotion(number: u128) -> Promotion {
    Promotion {
        id: id(number),
        name: format!("Promotion {number}"),
        scope: PromotionScope {
            services: BTreeSet::from([service(1)]),
            categories: BTreeSet::new(),
        },
        amount: DiscountAmount::Percent(BasisPoints::new(1_000)),
        cap: None,
        first_day: date!(2026 - 05 - 01),
        last_day: date!(2026 - 05 - 31),
        weekdays: (0..7).map(|n| Weekday::Monday.nth_next(n)).collect(),
        offering: Offering::Active,
        version: Version::NEW,
    }
}

/// A new relation: service 2 goes well after service 1.
#[must_use]
pub fn a_relation(number: u128) -> Relation {
    Relation {
        id: id(number),
        primary: service(1),
        complement: service(2),
        confidence: BasisPoints::new(8_000),
        offering: Offering::Active,
        version: Version::NEW,
    }
}

/// Everything that a price list promises. `fresh` makes a house, and `list` finds the empty price list in it, in
/// which both of [`tenants`] have the services 1 and 2, and no service 9.
///
/// # Panics
/// When a promise is broken.
pub async fn price_list_contract<H, B>(fresh: impl AsyncFn() -> H, list: impl Fn(&H) -> &B)
where
    B: PackageBook + PromotionBook + RelationBook,
{
    packages_are_kept(list(&fresh().await)).await;
    promotions_are_kept(list(&fresh().await)).await;
    relations_are_kept(list(&fresh().await)).await;
    entries_are_bounded(list(&fresh().await)).await;
}

async fn packages_are_kept(book: &impl PackageBook) {
    let [ours, theirs] = tenants();
    let package = a_package(2);
    book.keep_package(ours, package.clone()).await.unwrap();
    book.keep_package(ours, a_package(1)).await.unwrap();
    let known = book.package(ours, package.id).await.unwrap().unwrap();
    let version = Version::NEW.next();
    assert_eq!(
        known,
        Package {
            version,
            ..package.clone()
        }
    );
    let all: Vec<_> = book.packages(ours).await.unwrap().iter().map(|p| p.id).collect();
    assert_eq!(all, [a_package(1).id, package.id], "by id");
    assert_eq!(book.packages(theirs).await.unwrap(), vec![]);
    assert_eq!(book.package(theirs, package.id).await.unwrap(), None);
    assert_eq!(
        book.keep_package(ours, package.clone()).await,
        Err(KeepError::Stale)
    );
    let changed = Package {
        items: vec![service(2), service(2), service(1)],
        offering: Offering::Retired,
        price: Money::kes_minor(700_000),
        ..known
    };
    book.keep_package(ours, changed.clone()).await.unwrap();
    assert_eq!(
        book.keep_package(ours, changed.clone()).await,
        Err(KeepError::Stale)
    );
    let version = changed.version.next();
    let found = book.package(ours, package.id).await.unwrap().unwrap();
    assert_eq!(found, Package { version, ..changed });
    let stranger = Package {
        items: vec![service(1), service(9)],
        ..found.clone()
    };
    assert_eq!(
        book.keep_package(ours, stranger).await,
        Err(KeepError::UnknownService)
    );
    assert_eq!(
        book.package(ours, package.id).await.unwrap(),
        Some(found),
        "nothing of it was kept"
    );
}

async fn promotions_are_kept(book: &impl PromotionBook) {
    let [ours, theirs] = tenants();
    let promotion = a_promotion(1);
    book.keep_promotion(ours, promotion.clone()).await.unwrap();
    let known = book.promotion(ours, promotion.id).await.unwrap().unwrap();
    let version = Version::NEW.next();
    assert_eq!(
        known,
        Promotion {
            version,
            ..promotion.clone()
        }
    );
    assert_eq!(book.promotions(ours).await.unwrap(), vec![known.clone()]);
    assert_eq!(book.promotions(theirs).await.unwrap(), vec![]);
    assert_eq!(book.promotion(theirs, promotion.id).await.unwrap(), None);
    let changed = Promotion {
        scope: PromotionScope {
            services: BTreeSet::from([service(2)]),
            categories: BTreeSet::from([ServiceCategory::parse("massage").unwrap()]),
        },
        amount: DiscountAmount::Flat(Money::kes_minor(20_000)),
        cap: Some(Money::kes_minor(10_000)),
        weekdays: vec![Weekday::Tuesday, Weekday::Sunday],
        last_day: date!(2026 - 12 - 31),
        offering: Offering::Retired,
        ..known
    };
    book.keep_promotion(ours, changed.clone()).await.unwrap();
    assert_eq!(
        book.keep_promotion(ours, changed.clone()).await,
        Err(KeepError::Stale)
    );
    let version = changed.version.next();
    let found = book.promotion(ours, promotion.id).await.unwrap();
    assert_eq!(found, Some(Promotion { version, ..changed }));
    let mut stranger = a_promotion(2);
    stranger.scope.services.insert(service(9));
    assert_eq!(
        book.keep_promotion(ours, stranger).await,
        Err(KeepError::UnknownService)
    );
    assert_eq!(book.promotions(ours).await.unwrap().len(), 1);
}

async fn relations_are_kept(book: &impl RelationBook) {
    let [ours, theirs] = tenants();
    let relation = a_relation(1);
    book.keep_relation(ours, relation.clone()).await.unwrap();
    let known = book.relation(ours, relation.id).await.unwrap().unwrap();
    let version = Version::NEW.next();
    assert_eq!(
        known,
        Relation {
            version,
            ..relation.clone()
        }
    );
    assert_eq!(book.relations(ours).await.unwrap(), vec![known.clone()]);
    assert_eq!(book.relation(theirs, relation.id).await.unwrap(), None);
    assert_eq!(
        book.keep_relation(ours, a_relation(2)).await,
        Err(KeepError::Twice)
    );
    book.keep_relation(theirs, a_relation(2)).await.unwrap();
    let back = Relation {
        primary: service(2),
        complement: service(1),
        ..a_relation(2)
    };
    book.keep_relation(ours, back).await.unwrap();
    let changed = Relation {
        confidence: BasisPoints::new(100),
        offering: Offering::Retired,
        ..known
    };
    book.keep_relation(ours, changed.clone()).await.unwrap();
    assert_eq!(
        book.keep_relation(ours, changed.clone()).await,
        Err(KeepError::Stale)
    );
    let version = changed.version.next();
    let found = book.relation(ours, relation.id).await.unwrap();
    assert_eq!(found, Some(Relation { version, ..changed }));
    let stranger = Relation {
        complement: service(9),
        ..a_relation(3)
    };
    assert_eq!(
        book.keep_relation(ours, stranger).await,
        Err(KeepError::UnknownService)
    );
}

async fn entries_are_bounded(book: &impl PackageBook) {
    let [ours, theirs] = tenants();
    for number in (1..).take(ENTRIES_MOST) {
        book.keep_package(ours, a_package(number)).await.unwrap();
    }
    assert_eq!(
        book.keep_package(ours, a_package(9_999)).await,
        Err(KeepError::TooMany)
    );
    book.keep_package(theirs, a_package(9_999)).await.unwrap();
    let known = book.package(ours, a_package(1).id).await.unwrap().unwrap();
    book.keep_package(ours, known).await.unwrap();
}
