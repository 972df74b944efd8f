//! Packages, promotions and relations between services.

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{
    Array, BigInt, Bool, Date as SqlDate, Integer, Nullable, SmallInt, Text, Uuid as SqlUuid,
};
use ratiba_booking::appointment::{DiscountAmount, Version};
use ratiba_booking::catalogue::{Offering, ServiceCategory};
use ratiba_booking::package::{Package, PackageId};
use ratiba_booking::ports::{ENTRIES_MOST, KeepError, PackageBook, PromotionBook, RelationBook};
use ratiba_booking::promotion::{Promotion, PromotionId, PromotionScope};
use ratiba_booking::relation::{Relation, RelationId};
use ratiba_kernel::{BasisPoints, Currency, Id, Money, Outage, TenantId};
use time::{Date, Weekday};
use uuid::Uuid;

use crate::database::{Database, TenantTx, TxError};
use crate::kept::sql_query;

/// [`PackageBook`], [`PromotionBook`] and [`RelationBook`] on PostgreSQL.
#[derive(Clone)]
pub struct PgPriceList {
    database: Database,
}

impl PgPriceList {
    /// The price list in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl PackageBook for PgPriceList {
    async fn packages(&self, tenant: TenantId) -> Result<Vec<Package>, Outage> {
        self.database.tenant(tenant, |tx| packages(tx, None)).await
    }

    async fn package(&self, tenant: TenantId, id: PackageId) -> Result<Option<Package>, Outage> {
        let found = self
            .database
            .tenant(tenant, move |tx| packages(tx, Some(id)))
            .await;
        found.map(|mut found| found.pop())
    }

    async fn keep_package(&self, tenant: TenantId, package: Package) -> Result<(), KeepError> {
        self.database
            .tenant(tenant, move |tx| keep_package(tx, &package))
            .await
    }
}

#[async_trait]
impl PromotionBook for PgPriceList {
    async fn promotions(&self, tenant: TenantId) -> Result<Vec<Promotion>, Outage> {
        self.database
            .tenant(tenant, |tx| promotions(tx, None, None))
            .await
    }

    async fn promotion(&self, tenant: TenantId, id: PromotionId) -> Result<Option<Promotion>, Outage> {
        let found = self
            .database
            .tenant(tenant, move |tx| promotions(tx, Some(id), None))
            .await;
        found.map(|mut found| found.pop())
    }

    async fn keep_promotion(&self, tenant: TenantId, promotion: Promotion) -> Result<(), KeepError> {
        self.database
            .tenant(tenant, move |tx| keep_promotion(tx, &promotion))
            .await
    }
}

#[async_trait]
impl RelationBook for PgPriceList {
    async fn relations(&self, tenant: TenantId) -> Result<Vec<Relation>, Outage> {
        self.database.tenant(tenant, |tx| relations(tx, None)).await
    }

    async fn relation(&self, tenant: TenantId, id: RelationId) -> Result<Option<Relation>, Outage> {
        let found = self
            .database
            .tenant(tenant, move |tx| relations(tx, Some(id)))
            .await;
        found.map(|mut found| found.pop())
    }

    async fn keep_relation(&self, tenant: TenantId, relation: Relation) -> Result<(), KeepError> {
        self.database
            .tenant(tenant, move |tx| keep_relation(tx, &relation))
            .await
    }
}

type Kept = Result<(), TxError<KeepError>>;

/// What the database's refusals mean here.
fn refusal(error: DieselError) -> TxError<KeepError> {
    if let DieselError::DatabaseError(kind, _) = &error {
        if matches!(kind, DatabaseErrorKind::ForeignKeyViolation) {
            return TxError::Refused(KeepError::UnknownService);
        }
        if matches!(kind, DatabaseErrorKind::UniqueViolation) {
            return TxError::Refused(KeepError::Twice);
        }
    }
    TxError::Database(error)
}

fn written(rows: usize) -> Kept {
    if rows == 1 {
        Ok(())
    } else {
        Err(TxError::Refused(KeepError::Stale))
    }
}

const fn is_active(offering: Offering) -> bool {
    matches!(offering, Offering::Active)
}

const fn offering(active: bool) -> Offering {
    if active {
        Offering::Active
    } else {
        Offering::Retired
    }
}

/// No new entry beyond the limit. Two that come at the same moment may both be the last one.
fn refuse_too_many(tx: &mut TenantTx<'_>, count: &str) -> Kept {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let tenant = tx.tenant_uuid();
    let known = sql_query(count)
        .bind::<SqlUuid, _>(tenant)
        .get_result::<Count>(tx.conn())?;
    if usize::try_from(known.count).is_ok_and(|count| count < ENTRIES_MOST) {
        Ok(())
    } else {
        Err(TxError::Refused(KeepError::TooMany))
    }
}

#[derive(QueryableByName)]
struct PackageRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    price_minor: i64,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Array<SqlUuid>)]
    items: Vec<Uuid>,
}

fn packages<E>(tx: &mut TenantTx<'_>, only: Option<PackageId>) -> Result<Vec<Package>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT p.id, p.name, p.price_minor, p.currency, p.active, p.version,
            ARRAY(SELECT i.service_id FROM package_items i
                WHERE i.tenant_id = p.tenant_id AND i.package_id = p.id ORDER BY i.position) AS items
         FROM packages p WHERE p.tenant_id = $1 AND ($2 IS NULL OR p.id = $2) ORDER BY p.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(only.map(|id| id.as_uuid()))
    .load::<PackageRow>(tx.conn())?;
    rows.into_iter()
        .map(|row| {
            let currency = Currency::parse(&row.currency)
                .map_err(|error| TxError::impossible("packages", row.id, error))?;
            Ok(Package {
                id: Id::from_uuid(row.id),
                name: row.name,
                price: Money::new(row.price_minor, currency),
                items: row.items.into_iter().map(Id::from_uuid).collect(),
                offering: offering(row.active),
                version: Version::read(row.version),
            })
        })
        .collect()
}

fn keep_package(tx: &mut TenantTx<'_>, package: &Package) -> Kept {
    let (tenant, id) = (tx.tenant_uuid(), package.id.as_uuid());
    let statement = if package.version == Version::NEW {
        refuse_too_many(tx, "SELECT count(*) FROM packages WHERE tenant_id = $1")?;
        "INSERT INTO packages (tenant_id, id, name, price_minor, currency, active)
         SELECT $1, $2, $3, $4, $5, $6 WHERE $7 = 0 ON CONFLICT DO NOTHING"
    } else {
        "UPDATE packages SET name = $3, price_minor = $4, currency = $5, active = $6, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $7"
    };
    let rows = sql_query(statement)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(&package.name)
        .bind::<BigInt, _>(package.price.amount_minor())
        .bind::<Text, _>(package.price.currency().code())
        .bind::<Bool, _>(is_active(package.offering))
        .bind::<Integer, _>(package.version.number())
        .execute(tx.conn())?;
    written(rows)?;
    sql_query("DELETE FROM package_items WHERE tenant_id = $1 AND package_id = $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    let items: Vec<Uuid> = package.items.iter().map(|item| item.as_uuid()).collect();
    let positions: Vec<i16> = (0..).take(items.len()).collect();
    sql_query(
        "INSERT INTO package_items (tenant_id, package_id, position, service_id)
         SELECT $1, $2, position, service_id FROM unnest($3, $4) AS t (position, service_id)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Array<SmallInt>, _>(positions)
    .bind::<Array<SqlUuid>, _>(items)
    .execute(tx.conn())
    .map_err(refusal)?;
    Ok(())
}

#[derive(QueryableByName)]
struct PromotionRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    amount_kind: String,
    #[diesel(sql_type = BigInt)]
    amount_value: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    cap_minor: Option<i64>,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = SqlDate)]
    first_day: Date,
    #[diesel(sql_type = SqlDate)]
    last_day: Date,
    #[diesel(sql_type = Array<SmallInt>)]
    weekdays: Vec<i16>,
    #[diesel(sql_type = Array<Text>)]
    categories: Vec<String>,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Array<SqlUuid>)]
    services: Vec<Uuid>,
}

/// All promotions, one of them, or those that may count on certain days.
pub(super) fn promotions<E>(
    tx: &mut TenantTx<'_>,
    only: Option<PromotionId>,
    days: Option<(Date, Date)>,
) -> Result<Vec<Promotion>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT p.id, p.name, p.amount_kind, p.amount_value, p.cap_minor, p.currency, p.first_day, p.last_day,
            p.weekdays, p.categories, p.active, p.version,
            ARRAY(SELECT s.service_id FROM promotion_services s
                WHERE s.tenant_id = p.tenant_id AND s.promotion_id = p.id) AS services
         FROM promotions p
         WHERE p.tenant_id = $1 AND ($2 IS NULL OR p.id = $2)
            AND ($3 IS NULL OR (p.active AND p.last_day >= $3 AND p.first_day <= $4))
         ORDER BY p.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(only.map(|id| id.as_uuid()))
    .bind::<Nullable<SqlDate>, _>(days.map(|(first, _)| first))
    .bind::<Nullable<SqlDate>, _>(days.map(|(_, last)| last))
    .load::<PromotionRow>(tx.conn())?;
    rows.into_iter()
        .map(|row| {
            let id = row.id;
            row.parse()
                .map_err(|what| TxError::impossible("promotions", id, what))
        })
        .collect()
}

impl PromotionRow {
    fn parse(self) -> Result<Promotion, String> {
        let currency = Currency::parse(&self.currency).map_err(|error| error.to_string())?;
        let amount = match self.amount_kind.as_str() {
            "flat" => DiscountAmount::Flat(Money::new(self.amount_value, currency)),
            "percent" => DiscountAmount::Percent(BasisPoints::new(
                u32::try_from(self.amount_value).map_err(|_| "a rate beyond measure")?,
            )),
            _other => return Err("unknown amount".to_owned()),
        };
        let weekday = |number: &i16| {
            let days_on = u8::try_from(*number).ok()?.checked_sub(1)?;
            (days_on < 7).then(|| Weekday::Monday.nth_next(days_on))
        };
        let categories = self.categories.iter().map(|word| ServiceCategory::parse(word));
        Ok(Promotion {
            id: Id::from_uuid(self.id),
            name: self.name,
            scope: PromotionScope {
                services: self.services.into_iter().map(Id::from_uuid).collect(),
                categories: categories
                    .collect::<Result<BTreeSet<_>, _>>()
                    .map_err(|error| error.to_string())?,
            },
            amount,
            cap: self.cap_minor.map(|minor| Money::new(minor, currency)),
            first_day: self.first_day,
            last_day: self.last_day,
            weekdays: self
                .weekdays
                .iter()
                .map(weekday)
                .collect::<Option<_>>()
                .ok_or("no such weekday")?,
            offering: offering(self.active),
            version: Version::read(self.version),
        })
    }
}

fn keep_promotion(tx: &mut TenantTx<'_>, promotion: &Promotion) -> Kept {
    let (tenant, id) = (tx.tenant_uuid(), promotion.id.as_uuid());
    let (kind, value, currency) = match promotion.amount {
        DiscountAmount::Flat(amount) => ("flat", amount.amount_minor(), Some(amount.currency())),
        DiscountAmount::Percent(rate) => ("percent", i64::from(rate.value()), None),
    };
    let currency = currency.or(promotion.cap.map(Money::currency));
    let weekdays = promotion
        .weekdays
        .iter()
        .map(|day| i16::from(day.number_from_monday()));
    let categories = promotion.scope.categories.iter().map(ServiceCategory::as_str);
    let statement = if promotion.version == Version::NEW {
        refuse_too_many(tx, "SELECT count(*) FROM promotions WHERE tenant_id = $1")?;
        "INSERT INTO promotions (tenant_id, id, name, amount_kind, amount_value, cap_minor, currency, first_day,
            last_day, weekdays, categories, active)
         SELECT $1, $2, $3, $4, $5, $6, coalesce($7, s.currency), $8, $9, $10, $11, $12
         FROM tenant_settings s WHERE s.tenant_id = $1 AND $13 = 0 ON CONFLICT DO NOTHING"
    } else {
        "UPDATE promotions SET name = $3, amount_kind = $4, amount_value = $5, cap_minor = $6,
            currency = coalesce($7, currency), first_day = $8, last_day = $9, weekdays = $10, categories = $11,
            active = $12, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $13"
    };
    let rows = sql_query(statement)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(&promotion.name)
        .bind::<Text, _>(kind)
        .bind::<BigInt, _>(value)
        .bind::<Nullable<BigInt>, _>(promotion.cap.map(Money::amount_minor))
        .bind::<Nullable<Text>, _>(currency.map(Currency::code))
        .bind::<SqlDate, _>(promotion.first_day)
        .bind::<SqlDate, _>(promotion.last_day)
        .bind::<Array<SmallInt>, _>(weekdays.collect::<Vec<_>>())
        .bind::<Array<Text>, _>(categories.collect::<Vec<_>>())
        .bind::<Bool, _>(is_active(promotion.offering))
        .bind::<Integer, _>(promotion.version.number())
        .execute(tx.conn())?;
    written(rows)?;
    sql_query("DELETE FROM promotion_services WHERE tenant_id = $1 AND promotion_id = $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    let services = promotion.scope.services.iter().map(|service| service.as_uuid());
    sql_query(
        "INSERT INTO promotion_services (tenant_id, promotion_id, service_id) SELECT $1, $2, unnest($3)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Array<SqlUuid>, _>(services.collect::<Vec<_>>())
    .execute(tx.conn())
    .map_err(refusal)?;
    Ok(())
}

#[derive(QueryableByName)]
struct RelationRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    primary_service_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    complement_service_id: Uuid,
    #[diesel(sql_type = Integer)]
    confidence_basis_points: i32,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Integer)]
    version: i32,
}

fn relations<E>(tx: &mut TenantTx<'_>, only: Option<RelationId>) -> Result<Vec<Relation>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT id, primary_service_id, complement_service_id, confidence_basis_points, active, version
         FROM cross_sell_relations WHERE tenant_id = $1 AND ($2 IS NULL OR id = $2) ORDER BY id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(only.map(|id| id.as_uuid()))
    .load::<RelationRow>(tx.conn())?;
    rows.into_iter()
        .map(|row| {
            let confidence = u32::try_from(row.confidence_basis_points);
            Ok(Relation {
                id: Id::from_uuid(row.id),
                primary: Id::from_uuid(row.primary_service_id),
                complement: Id::from_uuid(row.complement_service_id),
                confidence: confidence
                    .map(BasisPoints::new)
                    .map_err(|error| TxError::impossible("cross_sell_relations", row.id, error))?,
                offering: offering(row.active),
                version: Version::read(row.version),
            })
        })
        .collect()
}

fn keep_relation(tx: &mut TenantTx<'_>, relation: &Relation) -> Kept {
    let tenant = tx.tenant_uuid();
    let statement = if relation.version == Version::NEW {
        refuse_too_many(
            tx,
            "SELECT count(*) FROM cross_sell_relations WHERE tenant_id = $1",
        )?;
        "INSERT INTO cross_sell_relations (tenant_id, id, primary_service_id, complement_service_id,
            confidence_basis_points, active)
         SELECT $1, $2, $3, $4, $5, $6 WHERE $7 = 0 ON CONFLICT (tenant_id, id) DO NOTHING"
    } else {
        "UPDATE cross_sell_relations SET primary_service_id = $3, complement_service_id = $4,
            confidence_basis_points = $5, active = $6, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $7"
    };
    let rows = sql_query(statement)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(relation.id.as_uuid())
        .bind::<SqlUuid, _>(relation.primary.as_uuid())
        .bind::<SqlUuid, _>(relation.complement.as_uuid())
        .bind::<Integer, _>(i32::try_from(relation.confidence.value()).unwrap_or(i32::MAX))
        .bind::<Bool, _>(is_active(relation.offering))
        .bind::<Integer, _>(relation.version.number())
        .execute(tx.conn())
        .map_err(refusal)?;
    written(rows)
}
