//! Imports, and what they take over. One change is one transaction: the import moves on, and what it makes true is
//! written, or neither.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::Version;
use ratiba_booking::customers::Customer;
use ratiba_booking::import::catalogue::Stocked;
use ratiba_booking::import::catalogue::plan::CatalogueChange;
use ratiba_booking::import::ports::{
    ImportBook, ImportChange, ImportGround, ImportRecordError, NamedStaff, OpenError,
};
use ratiba_booking::import::{Import, ImportId, ImportKind, ImportState, OPEN_MAX, Rows, Tally};
use ratiba_booking::visit::{HoldKey, VisitId};
use ratiba_kernel::{Currency, Id, Money, Outage, PhoneNumber, TenantId};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{catalogue, customers};
use crate::database::{Database, TenantTx, TxError};
use crate::kept::sql_query;

mod effects;

/// [`ImportBook`] and [`ImportGround`] on PostgreSQL.
#[derive(Clone)]
pub struct PgImports {
    database: Database,
}

impl PgImports {
    /// The imports in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl ImportBook for PgImports {
    async fn open(&self, tenant: TenantId, import: Import) -> Result<(), OpenError> {
        self.database.tenant(tenant, move |tx| open(tx, &import)).await
    }

    async fn find(&self, tenant: TenantId, kind: ImportKind, id: ImportId) -> Result<Option<Import>, Outage> {
        self.database.tenant(tenant, move |tx| find(tx, kind, id)).await
    }

    async fn in_review(&self, tenant: TenantId, kind: ImportKind) -> Result<Vec<Import>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let rows = sql_query(format!(
                    "{SELECT} WHERE tenant_id = $1 AND kind = $2 AND state = 'in_review' ORDER BY id"
                ))
                .bind::<SqlUuid, _>(tenant)
                .bind::<Text, _>(kind.word())
                .load::<ImportRow>(tx.conn())?;
                rows.into_iter().map(ImportRow::read::<Outage>).collect()
            })
            .await
    }

    async fn record(&self, tenant: TenantId, change: ImportChange) -> Result<(), ImportRecordError> {
        self.database
            .tenant(tenant, move |tx| {
                // The import first: whoever applies it at the same moment waits here, and then finds it closed.
                update(tx, &change.import, change.at)?;
                effects::write(tx, &change.effect)
            })
            .await
    }
}

/// Writes the services that a new business begins with.
pub(crate) fn begin(
    tx: &mut TenantTx<'_>,
    catalogue: &CatalogueChange,
) -> Result<(), TxError<ImportRecordError>> {
    effects::catalogue(tx, catalogue)
}

const SELECT: &str =
    "SELECT id, kind, state, state_at, rows, ignored, created_count, known_count, created_at, version
    FROM imports";

#[derive(QueryableByName)]
struct ImportRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Timestamptz)]
    state_at: OffsetDateTime,
    #[diesel(sql_type = Jsonb)]
    rows: Value,
    #[diesel(sql_type = Jsonb)]
    ignored: Value,
    #[diesel(sql_type = Nullable<Integer>)]
    created_count: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    known_count: Option<i32>,
    #[diesel(sql_type = Timestamptz)]
    created_at: OffsetDateTime,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl ImportRow {
    fn read<E>(self) -> Result<Import, TxError<E>> {
        let id = self.id;
        // What the document says may be somebody's name: only that it cannot be read is told.
        let wrong = |what: &str| TxError::impossible("imports", id, what);
        let unreadable = |_: serde_json::Error| wrong("rows");
        let at = self.state_at;
        let count = |count: Option<i32>| count.and_then(|count| u32::try_from(count).ok());
        let state = match (
            self.state.as_str(),
            count(self.created_count),
            count(self.known_count),
        ) {
            ("in_review", None, None) => ImportState::InReview,
            ("applied", Some(created), Some(known)) => ImportState::Applied {
                at,
                tally: Tally { created, known },
            },
            ("discarded", None, None) => ImportState::Discarded { at },
            _other => return Err(wrong("state")),
        };
        let kind = ImportKind::ALL.into_iter().find(|kind| kind.word() == self.kind);
        let rows = match kind.ok_or_else(|| wrong("kind"))? {
            ImportKind::Catalogue => Rows::Catalogue(serde_json::from_value(self.rows).map_err(unreadable)?),
            ImportKind::Customers => Rows::Customers(serde_json::from_value(self.rows).map_err(unreadable)?),
            ImportKind::Bookings => Rows::Bookings(serde_json::from_value(self.rows).map_err(unreadable)?),
        };
        Ok(Import {
            id: Id::from_uuid(id),
            rows,
            ignored: serde_json::from_value(self.ignored).map_err(unreadable)?,
            state,
            created_at: self.created_at,
            version: Version::read(self.version),
        })
    }
}

fn find<E>(tx: &mut TenantTx<'_>, kind: ImportKind, id: ImportId) -> Result<Option<Import>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let row = sql_query(format!("{SELECT} WHERE tenant_id = $1 AND id = $2 AND kind = $3"))
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id.as_uuid())
        .bind::<Text, _>(kind.word())
        .get_result::<ImportRow>(tx.conn())
        .optional()?;
    row.map(ImportRow::read).transpose()
}

fn document<E>(import: &Import) -> Result<(Value, Value), TxError<E>> {
    let rows = match &import.rows {
        Rows::Catalogue(rows) => serde_json::to_value(rows),
        Rows::Customers(rows) => serde_json::to_value(rows),
        Rows::Bookings(rows) => serde_json::to_value(rows),
    };
    let ignored = serde_json::to_value(&import.ignored);
    let unwritable = |_: serde_json::Error| TxError::impossible("imports", import.id, "rows");
    Ok((rows.map_err(unwritable)?, ignored.map_err(unwritable)?))
}

fn open(tx: &mut TenantTx<'_>, import: &Import) -> Result<(), TxError<OpenError>> {
    let tenant = tx.tenant_uuid();
    let (rows, ignored) = document(import)?;
    // One at a time, so that the bound is exact.
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended('ratiba imports ' || $1::text, 0))")
        .bind::<SqlUuid, _>(tenant)
        .execute(tx.conn())?;
    let written = sql_query(
        "INSERT INTO imports (tenant_id, id, kind, state, state_at, rows, ignored, created_at, version)
         SELECT $1, $2, $3, 'in_review', $4, $5, $6, $4, 1
         WHERE (SELECT count(*) FROM imports WHERE tenant_id = $1 AND state = 'in_review') < $7",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(import.id.as_uuid())
    .bind::<Text, _>(import.rows.kind().word())
    .bind::<Timestamptz, _>(import.created_at)
    .bind::<Jsonb, _>(rows)
    .bind::<Jsonb, _>(ignored)
    .bind::<BigInt, _>(i64::from(OPEN_MAX))
    .execute(tx.conn())?;
    if written == 1 {
        Ok(())
    } else {
        Err(TxError::Refused(OpenError::TooMany))
    }
}

fn update(
    tx: &mut TenantTx<'_>,
    import: &Import,
    at: OffsetDateTime,
) -> Result<(), TxError<ImportRecordError>> {
    let tenant = tx.tenant_uuid();
    let (rows, ignored) = document(import)?;
    // One that is worked on counts from the last change: it is discarded when nobody did for long.
    let (state, since, tally) = match import.state {
        ImportState::InReview => ("in_review", at, None),
        ImportState::Applied { at, tally } => ("applied", at, Some(tally)),
        ImportState::Discarded { at } => ("discarded", at, None),
    };
    // A closed import holds no rows, whatever the caller left there.
    let (rows, ignored) = match import.state {
        ImportState::InReview => (rows, ignored),
        ImportState::Applied { .. } | ImportState::Discarded { .. } => {
            (Value::Array(Vec::new()), Value::Array(Vec::new()))
        }
    };
    let count = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let written = sql_query(
        "UPDATE imports SET state = $4, state_at = $5, rows = $6, ignored = $7, created_count = $8, known_count = $9,
            version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $3 AND state = 'in_review'",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(import.id.as_uuid())
    .bind::<Integer, _>(import.version.number())
    .bind::<Text, _>(state)
    .bind::<Timestamptz, _>(since)
    .bind::<Jsonb, _>(rows)
    .bind::<Jsonb, _>(ignored)
    .bind::<Nullable<Integer>, _>(tally.map(|tally| count(tally.created)))
    .bind::<Nullable<Integer>, _>(tally.map(|tally| count(tally.known)))
    .execute(tx.conn())?;
    if written == 1 {
        Ok(())
    } else {
        Err(TxError::Refused(ImportRecordError::Stale))
    }
}

#[derive(QueryableByName)]
struct KeptRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    description: Option<String>,
    #[diesel(sql_type = Integer)]
    version: i32,
}

#[derive(QueryableByName)]
struct StaffRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct VisitRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    hold_key: String,
}

#[derive(QueryableByName)]
struct PaidRow {
    #[diesel(sql_type = BigInt)]
    paid_minor: i64,
    #[diesel(sql_type = Text)]
    currency: String,
}

#[async_trait]
impl ImportGround for PgImports {
    async fn stock(&self, tenant: TenantId) -> Result<Vec<Stocked>, Outage> {
        self.database.tenant(tenant, stock::<Outage>).await
    }

    async fn staff(&self, tenant: TenantId) -> Result<Vec<NamedStaff>, Outage> {
        self.database
            .tenant(tenant, |tx| {
                let tenant = tx.tenant_uuid();
                let rows =
                    sql_query("SELECT id, name FROM staff WHERE tenant_id = $1 AND active ORDER BY id")
                        .bind::<SqlUuid, _>(tenant)
                        .load::<StaffRow>(tx.conn())?;
                let named = rows.into_iter().map(|row| NamedStaff {
                    id: Id::from_uuid(row.id),
                    name: row.name,
                });
                Ok::<_, TxError<Outage>>(named.collect())
            })
            .await
    }

    async fn customers(&self, tenant: TenantId, phones: Vec<PhoneNumber>) -> Result<Vec<Customer>, Outage> {
        self.database
            .tenant(tenant, move |tx| customers::of_phones::<Outage>(tx, &phones))
            .await
    }

    async fn visits(&self, tenant: TenantId, keys: Vec<HoldKey>) -> Result<Vec<(HoldKey, VisitId)>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let keys: Vec<&str> = keys.iter().map(HoldKey::as_str).collect();
                let rows = sql_query(
                    "SELECT id, hold_key FROM visits WHERE tenant_id = $1 AND hold_key = ANY ($2)
                     ORDER BY hold_key COLLATE \"C\"",
                )
                .bind::<SqlUuid, _>(tenant)
                .bind::<Array<Text>, _>(keys)
                .load::<VisitRow>(tx.conn())?;
                rows.into_iter()
                    .map(|row| {
                        let key = HoldKey::parse(&row.hold_key);
                        let key = key.map_err(|error| TxError::impossible("visits", row.id, error))?;
                        Ok::<_, TxError<Outage>>((key, Id::from_uuid(row.id)))
                    })
                    .collect()
            })
            .await
    }

    async fn paid_elsewhere(&self, tenant: TenantId, visit: VisitId) -> Result<Option<Money>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let row = sql_query(
                    "SELECT paid_minor, currency FROM visits_from_elsewhere WHERE tenant_id = $1 AND visit_id = $2",
                )
                .bind::<SqlUuid, _>(tenant)
                .bind::<SqlUuid, _>(visit.as_uuid())
                .get_result::<PaidRow>(tx.conn())
                .optional()?;
                let Some(row) = row else {
                    return Ok::<_, TxError<Outage>>(None);
                };
                let currency = Currency::parse(&row.currency)
                    .map_err(|error| TxError::impossible("visits_from_elsewhere", visit, error))?;
                Ok(Some(Money::new(row.paid_minor, currency)))
            })
            .await
    }
}

fn stock<E>(tx: &mut TenantTx<'_>) -> Result<Vec<Stocked>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let services = catalogue::services(tx)?;
    let kept = sql_query("SELECT id, description, version FROM services WHERE tenant_id = $1")
        .bind::<SqlUuid, _>(tenant)
        .load::<KeptRow>(tx.conn())?;
    let mut kept: std::collections::BTreeMap<Uuid, KeptRow> =
        kept.into_iter().map(|row| (row.id, row)).collect();
    // One that came between the two reads is seen next time.
    let stocked = services.into_iter().filter_map(|service| {
        let row = kept.remove(&service.id.as_uuid())?;
        Some(Stocked {
            service,
            description: row.description,
            version: Version::read(row.version),
        })
    });
    Ok(stocked.collect())
}
