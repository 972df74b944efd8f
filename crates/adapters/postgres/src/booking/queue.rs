//! The queue at the desk on PostgreSQL. What is booked with an entry is recorded first, then the entry: whoever
//! loses on either side leaves nothing behind.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::Version;
use ratiba_booking::availability::PartRequest;
use ratiba_booking::catalogue::CustomerId;
use ratiba_booking::ports::{Newcomer, QueueChange, QueueRefused, RecordError, WalkInQueue};
use ratiba_booking::queue::{Departure, FirstName, Guest, QUEUE_MOST, QueueStanding, WalkIn, WalkInId};
use ratiba_booking::visit::HoldKey;
use ratiba_kernel::{Id, Outage, PhoneNumber, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::parts::{self, Wishes};
use super::record;
use crate::database::{Database, TenantTx, TxError};
use crate::kept::sql_query;

/// [`WalkInQueue`] on PostgreSQL.
#[derive(Clone)]
pub struct PgWalkInQueue {
    database: Database,
}

impl PgWalkInQueue {
    /// The queue in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl WalkInQueue for PgWalkInQueue {
    async fn entry(&self, tenant: TenantId, id: WalkInId) -> Result<Option<WalkIn>, Outage> {
        let find = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            let rows = sql_query(format!("{SELECT} WHERE tenant_id = $1 AND id = $2"))
                .bind::<SqlUuid, _>(tenant)
                .bind::<SqlUuid, _>(id.as_uuid())
                .load::<WalkInRow>(tx.conn())?;
            Ok::<_, TxError<Outage>>(read(tx, rows)?.pop())
        };
        self.database.tenant(tenant, find).await
    }

    async fn waiting(&self, tenant: TenantId, since: OffsetDateTime) -> Result<Vec<WalkIn>, Outage> {
        let most = i64::try_from(QUEUE_MOST + 1).unwrap_or(i64::MAX);
        let find = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            let rows = sql_query(format!(
                "{SELECT} WHERE tenant_id = $1 AND state = 'waiting' AND joined_at >= $2
                 ORDER BY joined_at, id LIMIT $3"
            ))
            .bind::<SqlUuid, _>(tenant)
            .bind::<Timestamptz, _>(since)
            .bind::<BigInt, _>(most)
            .load::<WalkInRow>(tx.conn())?;
            read(tx, rows)
        };
        self.database.tenant(tenant, find).await
    }

    async fn customer_of(&self, tenant: TenantId, phone: &PhoneNumber) -> Result<Option<CustomerId>, Outage> {
        let phone = phone.e164();
        let find = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            let found = sql_query("SELECT id FROM customers WHERE tenant_id = $1 AND phone = $2")
                .bind::<SqlUuid, _>(tenant)
                .bind::<Text, _>(&phone)
                .get_result::<CustomerRow>(tx.conn())
                .optional()?;
            Ok::<_, TxError<Outage>>(found.map(|row| Id::from_uuid(row.id)))
        };
        self.database.tenant(tenant, find).await
    }

    async fn entry_of_key(&self, tenant: TenantId, key: &HoldKey) -> Result<Option<WalkIn>, Outage> {
        let key = key.clone();
        self.database
            .tenant(tenant, move |tx| of_key::<Outage>(tx, &key))
            .await
    }

    async fn join(&self, tenant: TenantId, entry: WalkIn, key: HoldKey) -> Result<WalkIn, QueueRefused> {
        self.database
            .tenant(tenant, move |tx| {
                one_at_a_time(tx, &key)?;
                if let Some(known) = of_key(tx, &key)? {
                    return Ok(known);
                }
                write(tx, &entry).map_err(unknown_customer)?;
                set_key(tx, "walk_ins", entry.id.as_uuid(), &key)?;
                let version = entry.version.next();
                Ok(WalkIn {
                    version,
                    ..entry.clone()
                })
            })
            .await
    }

    async fn record(&self, tenant: TenantId, change: QueueChange) -> Result<(), QueueRefused> {
        self.database
            .tenant(tenant, move |tx| {
                if let Some(newcomer) = &change.newcomer {
                    insert_customer(tx, newcomer, change.entry.joined_at)?;
                }
                if let Some(booking) = &change.booking {
                    record::record(tx, booking).map_err(|error| {
                        refused(error, QueueRefused::UnknownCustomer, |error: RecordError| {
                            error.into()
                        })
                    })?;
                }
                write(tx, &change.entry).map_err(unknown_customer)
            })
            .await
    }

    async fn end_before(
        &self,
        tenant: TenantId,
        day: OffsetDateTime,
        at: OffsetDateTime,
    ) -> Result<usize, Outage> {
        let end = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            let ended = sql_query(
                "UPDATE walk_ins SET state = 'left', departure = 'day_over', ended_at = $3, version = version + 1
                 WHERE tenant_id = $1 AND state = 'waiting' AND joined_at < $2",
            )
            .bind::<SqlUuid, _>(tenant)
            .bind::<Timestamptz, _>(day)
            .bind::<Timestamptz, _>(at)
            .execute(tx.conn())?;
            Ok::<_, TxError<Outage>>(ended)
        };
        self.database.tenant(tenant, end).await
    }
}

/// Whoever orders with one key comes one after the other.
pub(super) fn one_at_a_time<E>(tx: &mut TenantTx<'_>, key: &HoldKey) -> Result<(), TxError<E>> {
    let tenant = tx.tenant_uuid();
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended('ratiba order ' || $1::text || ' ' || $2, 0))")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(key.as_str())
        .execute(tx.conn())?;
    Ok(())
}

/// The key that a new row of the table was ordered with.
pub(super) fn set_key<E>(
    tx: &mut TenantTx<'_>,
    table: &'static str,
    id: Uuid,
    key: &HoldKey,
) -> Result<(), TxError<E>> {
    let tenant = tx.tenant_uuid();
    sql_query(format!(
        "UPDATE {table} SET order_key = $3 WHERE tenant_id = $1 AND id = $2"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(key.as_str())
    .execute(tx.conn())?;
    Ok(())
}

fn of_key<E>(tx: &mut TenantTx<'_>, key: &HoldKey) -> Result<Option<WalkIn>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(format!("{SELECT} WHERE tenant_id = $1 AND order_key = $2"))
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(key.as_str())
        .load::<WalkInRow>(tx.conn())?;
    Ok(read(tx, rows)?.pop())
}

const SELECT: &str = "SELECT id, customer_id, guest_name, joined_at, state, ended_at, visit_id, departure, version FROM walk_ins";

#[derive(QueryableByName)]
struct CustomerRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct WalkInRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    customer_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    guest_name: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    joined_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    visit_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    departure: Option<String>,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl WalkInRow {
    fn parse(self, parts: Vec<PartRequest>) -> Result<WalkIn, &'static str> {
        let guest = match (self.customer_id, self.guest_name.as_deref()) {
            (Some(customer), None) => Guest::Customer(Id::from_uuid(customer)),
            (None, Some(name)) => Guest::Named(FirstName::parse(name).map_err(|_| "no such name")?),
            _neither_or_both => return Err("nobody, or two"),
        };
        let standing = match (self.state.as_str(), self.ended_at) {
            ("waiting", None) => QueueStanding::Waiting,
            ("seated", Some(at)) => QueueStanding::Seated {
                at,
                visit: self.visit_id.map(Id::from_uuid).ok_or("seated without a visit")?,
            },
            ("left", Some(at)) => QueueStanding::Left {
                at,
                how: self
                    .departure
                    .as_deref()
                    .and_then(parse_departure)
                    .ok_or("no such departure")?,
            },
            _other => return Err("unknown state"),
        };
        Ok(WalkIn {
            id: Id::from_uuid(self.id),
            guest,
            parts,
            joined_at: self.joined_at,
            standing,
            version: Version::read(self.version),
        })
    }
}

fn read<E>(tx: &mut TenantTx<'_>, rows: Vec<WalkInRow>) -> Result<Vec<WalkIn>, TxError<E>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut parts = parts::of_entries(tx, Wishes::OfWalkIns, &ids)?;
    let entry = |row: WalkInRow| {
        let id = row.id;
        let parts = parts.remove(&id).unwrap_or_default();
        row.parse(parts)
            .map_err(|what| TxError::impossible("walk_ins", id, what))
    };
    rows.into_iter().map(entry).collect()
}

const fn departure(how: Departure) -> &'static str {
    match how {
        Departure::Gone => "gone",
        Departure::TurnedAway => "turned_away",
        Departure::DayOver => "day_over",
    }
}

fn parse_departure(word: &str) -> Option<Departure> {
    [Departure::Gone, Departure::TurnedAway, Departure::DayOver]
        .into_iter()
        .find(|known| departure(*known) == word)
}

fn insert_customer(
    tx: &mut TenantTx<'_>,
    newcomer: &Newcomer,
    at: OffsetDateTime,
) -> Result<(), TxError<QueueRefused>> {
    let tenant = tx.tenant_uuid();
    let written = sql_query(
        "INSERT INTO customers (tenant_id, id, phone, name, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(newcomer.id.as_uuid())
    .bind::<Nullable<Text>, _>(newcomer.phone.as_ref().map(PhoneNumber::e164))
    .bind::<Text, _>(newcomer.name.as_str())
    .bind::<Timestamptz, _>(at)
    .execute(tx.conn())?;
    one(written)
}

fn write(tx: &mut TenantTx<'_>, entry: &WalkIn) -> Result<(), TxError<QueueRefused>> {
    let tenant = tx.tenant_uuid();
    let (customer, name) = match &entry.guest {
        Guest::Customer(customer) => (Some(customer.as_uuid()), None),
        Guest::Named(name) => (None, Some(name.as_str())),
    };
    let (ended_at, visit, how) = match entry.standing {
        QueueStanding::Waiting => (None, None, None),
        QueueStanding::Seated { at, visit } => (Some(at), Some(visit.as_uuid()), None),
        QueueStanding::Left { at, how } => (Some(at), None, Some(departure(how))),
    };
    let is_new = entry.version == Version::NEW;
    let statement = if is_new {
        "INSERT INTO walk_ins (tenant_id, id, customer_id, guest_name, joined_at, state, ended_at, visit_id, departure,
            version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10 + 1) ON CONFLICT DO NOTHING"
    } else {
        "UPDATE walk_ins SET customer_id = $3, guest_name = $4, joined_at = $5, state = $6, ended_at = $7,
            visit_id = $8, departure = $9, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND version = $10"
    };
    let written = sql_query(statement)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(entry.id.as_uuid())
        .bind::<Nullable<SqlUuid>, _>(customer)
        .bind::<Nullable<Text>, _>(name)
        .bind::<Timestamptz, _>(entry.joined_at)
        .bind::<Text, _>(entry.standing.word())
        .bind::<Nullable<Timestamptz>, _>(ended_at)
        .bind::<Nullable<SqlUuid>, _>(visit)
        .bind::<Nullable<Text>, _>(how)
        .bind::<Integer, _>(entry.version.number())
        .execute(tx.conn())?;
    one(written)?;
    if is_new {
        parts::insert(tx, Wishes::OfWalkIns, entry.id.as_uuid(), &entry.parts)?;
    }
    Ok(())
}

const fn one(written: usize) -> Result<(), TxError<QueueRefused>> {
    if written == 1 {
        Ok(())
    } else {
        Err(TxError::Refused(QueueRefused::Stale))
    }
}

fn unknown_customer(error: TxError<QueueRefused>) -> TxError<QueueRefused> {
    refused(error, QueueRefused::UnknownCustomer, |same| same)
}

/// An error in the words of another port; a row that points to no customer becomes the refusal that says so.
pub(super) fn refused<E, F>(error: TxError<E>, unknown: F, words: impl Fn(E) -> F) -> TxError<F> {
    match error {
        TxError::Refused(refusal) => TxError::Refused(words(refusal)),
        TxError::Database(DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, about))
            if about
                .constraint_name()
                .is_some_and(|name| name.contains("customer_id")) =>
        {
            TxError::Refused(unknown)
        }
        TxError::Database(error) => TxError::Database(error),
        TxError::Impossible(what) => TxError::Impossible(what),
    }
}
