//! Calendar feeds on PostgreSQL: hashes lead to a tenant through the global table `access_keys`, the rest is the
//! tenant's.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::Version;
use ratiba_booking::calendar_feed::{
    CalendarFeed, CalendarFeedId, Certainty, ENTRIES_MOST, FEEDS_MOST, FeedContent, FeedEntry, FeedEntryKind,
    FeedScope, NamesShown,
};
use ratiba_booking::ports::{CalendarFeeds, FeedRefused};
use ratiba_kernel::{Id, Outage, TenantId, TimeRange, TokenHash};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{Database, TenantTx, TxError};
use crate::kept::sql_query;

/// [`CalendarFeeds`] on PostgreSQL.
#[derive(Clone)]
pub struct PgCalendarFeeds {
    database: Database,
}

impl PgCalendarFeeds {
    /// The feeds in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl CalendarFeeds for PgCalendarFeeds {
    async fn opened_by(&self, hash: TokenHash) -> Result<Option<(TenantId, CalendarFeed)>, Outage> {
        let key = self
            .database
            .global(move |tx| {
                let key = sql_query(
                    "SELECT tenant_id, subject_id FROM access_keys WHERE key_hash = $1 AND kind = 'calendar'",
                )
                .bind::<Bytea, _>(hash.as_bytes().as_slice())
                .get_result::<KeyRow>(tx.conn())
                .optional()?;
                Ok::<_, TxError<Outage>>(key)
            })
            .await?;
        let Some(key) = key else { return Ok(None) };
        let tenant = TenantId::from_uuid(key.tenant_id);
        let find = move |tx: &mut TenantTx<'_>| {
            let of = tx.tenant_uuid();
            let row = sql_query(format!(
                "{SELECT} WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL"
            ))
            .bind::<SqlUuid, _>(of)
            .bind::<SqlUuid, _>(key.subject_id)
            .get_result::<FeedRow>(tx.conn())
            .optional()?;
            Ok::<_, TxError<Outage>>(row.map(|row| (tenant, row.read())))
        };
        self.database.tenant(tenant, find).await
    }

    async fn add(&self, tenant: TenantId, feed: CalendarFeed, hash: TokenHash) -> Result<(), FeedRefused> {
        self.database
            .tenant(tenant, move |tx| {
                insert(tx, &feed)?;
                let tenant = tx.tenant_uuid();
                sql_query(
                    "INSERT INTO access_keys (key_hash, kind, tenant_id, subject_id) VALUES ($1, 'calendar', $2, $3)",
                )
                .bind::<Bytea, _>(hash.as_bytes().as_slice())
                .bind::<SqlUuid, _>(tenant)
                .bind::<SqlUuid, _>(feed.id.as_uuid())
                .execute(tx.conn())?;
                Ok(())
            })
            .await
    }

    async fn all(&self, tenant: TenantId) -> Result<Vec<CalendarFeed>, Outage> {
        // Two that were made at once may have gone a little past the limit.
        let most = i64::try_from(FEEDS_MOST + 20).unwrap_or(i64::MAX);
        let find = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            let rows = sql_query(format!(
                "{SELECT} WHERE tenant_id = $1 AND revoked_at IS NULL ORDER BY created_at, id LIMIT $2"
            ))
            .bind::<SqlUuid, _>(tenant)
            .bind::<BigInt, _>(most)
            .load::<FeedRow>(tx.conn())?;
            Ok::<_, TxError<Outage>>(rows.into_iter().map(FeedRow::read).collect())
        };
        self.database.tenant(tenant, find).await
    }

    async fn revoke(&self, tenant: TenantId, id: CalendarFeedId, at: OffsetDateTime) -> Result<bool, Outage> {
        let revoke = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            let known = sql_query(
                "UPDATE calendar_feeds SET revoked_at = coalesce(revoked_at, $3) WHERE tenant_id = $1 AND id = $2",
            )
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(id.as_uuid())
            .bind::<Timestamptz, _>(at)
            .execute(tx.conn())?;
            sql_query(
                "DELETE FROM access_keys WHERE tenant_id = $1 AND subject_id = $2 AND kind = 'calendar'",
            )
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(id.as_uuid())
            .execute(tx.conn())?;
            Ok::<_, TxError<Outage>>(known == 1)
        };
        self.database.tenant(tenant, revoke).await
    }

    async fn used(&self, tenant: TenantId, id: CalendarFeedId, at: OffsetDateTime) -> Result<(), Outage> {
        let note = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            sql_query("UPDATE calendar_feeds SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2")
                .bind::<SqlUuid, _>(tenant)
                .bind::<SqlUuid, _>(id.as_uuid())
                .bind::<Timestamptz, _>(at)
                .execute(tx.conn())?;
            Ok::<_, TxError<Outage>>(())
        };
        self.database.tenant(tenant, note).await
    }

    async fn content(
        &self,
        tenant: TenantId,
        scope: FeedScope,
        names: NamesShown,
        range: TimeRange,
        now: OffsetDateTime,
    ) -> Result<FeedContent, Outage> {
        let look = Look {
            scope,
            names,
            range,
            now,
        };
        self.database.tenant(tenant, move |tx| look.content(tx)).await
    }
}

const SELECT: &str =
    "SELECT id, name, staff_id, names_shown, created_at, last_used_at, revoked_at FROM calendar_feeds";

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    subject_id: Uuid,
}

#[derive(QueryableByName)]
struct FeedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    staff_id: Option<Uuid>,
    #[diesel(sql_type = Bool)]
    names_shown: bool,
    #[diesel(sql_type = Timestamptz)]
    created_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_used_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    revoked_at: Option<OffsetDateTime>,
}

impl FeedRow {
    fn read(self) -> CalendarFeed {
        CalendarFeed {
            id: Id::from_uuid(self.id),
            name: self.name,
            scope: self.staff_id.map_or(FeedScope::Business, |staff| {
                FeedScope::Staff(Id::from_uuid(staff))
            }),
            names: if self.names_shown {
                NamesShown::Yes
            } else {
                NamesShown::No
            },
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            revoked_at: self.revoked_at,
        }
    }
}

const fn staff_of(scope: FeedScope) -> Option<Uuid> {
    match scope {
        FeedScope::Business => None,
        FeedScope::Staff(staff) => Some(staff.as_uuid()),
    }
}

fn insert(tx: &mut TenantTx<'_>, feed: &CalendarFeed) -> Result<(), TxError<FeedRefused>> {
    let tenant = tx.tenant_uuid();
    let written = sql_query(
        "INSERT INTO calendar_feeds (tenant_id, id, name, staff_id, names_shown, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(feed.id.as_uuid())
    .bind::<Text, _>(&feed.name)
    .bind::<Nullable<SqlUuid>, _>(staff_of(feed.scope))
    .bind::<Bool, _>(feed.names == NamesShown::Yes)
    .bind::<Timestamptz, _>(feed.created_at)
    .execute(tx.conn());
    match written {
        Ok(_one) => Ok(()),
        Err(DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, about))
            if about
                .constraint_name()
                .is_some_and(|name| name.contains("staff_id")) =>
        {
            Err(TxError::Refused(FeedRefused::UnknownStaff))
        }
        Err(error) => Err(error.into()),
    }
}

/// What a feed looks at.
struct Look {
    scope: FeedScope,
    names: NamesShown,
    range: TimeRange,
    now: OffsetDateTime,
}

#[derive(QueryableByName)]
struct TitleRow {
    #[diesel(sql_type = Text)]
    business: String,
    #[diesel(sql_type = Nullable<Text>)]
    staff: Option<String>,
}

#[derive(QueryableByName)]
struct AppointmentRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    starts_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    ends_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Timestamptz)]
    state_at: OffsetDateTime,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    service: String,
    #[diesel(sql_type = Array<Text>)]
    staff: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    customer: Option<String>,
}

#[derive(QueryableByName)]
struct BusyRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    starts_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    ends_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    of: String,
}

/// Expired and declined ones were never agreed: they are left out.
const APPOINTMENTS: &str = "
SELECT a.id, a.start_at AS starts_at, a.end_at AS ends_at, a.state, a.state_at, a.version, s.name AS service,
    coalesce((SELECT array_agg(p.name ORDER BY t.position) FROM appointment_staff t
        JOIN staff p ON p.tenant_id = t.tenant_id AND p.id = t.staff_id
        WHERE t.tenant_id = a.tenant_id AND t.appointment_id = a.id),
        ARRAY(SELECT p.name FROM staff p WHERE p.tenant_id = a.tenant_id AND p.id = a.staff_id)) AS staff,
    CASE WHEN $6 THEN (SELECT c.name FROM customers c WHERE c.tenant_id = a.tenant_id AND c.id = a.customer_id)
        END AS customer
FROM appointments a JOIN services s ON s.tenant_id = a.tenant_id AND s.id = a.service_id
WHERE a.tenant_id = $1 AND a.start_at > $2 - interval '1 day' AND a.start_at < $3 AND a.end_at > $2
    AND a.state NOT IN ('expired', 'declined')
    AND ($4 IS NULL OR a.staff_id = $4 OR EXISTS (SELECT FROM appointment_staff t
        WHERE t.tenant_id = a.tenant_id AND t.appointment_id = a.id AND t.staff_id = $4))
ORDER BY abs(extract(epoch FROM a.start_at - $5)), a.id LIMIT $7";

const BLOCKS: &str = "
SELECT e.id, e.starts_at, e.ends_at, coalesce(
        (SELECT p.name FROM staff p WHERE p.tenant_id = e.tenant_id AND p.id = e.subject_id),
        (SELECT r.name FROM resources r WHERE r.tenant_id = e.tenant_id AND r.id = e.subject_id), '') AS of
FROM engagements e
WHERE e.tenant_id = $1 AND e.purpose = 'block' AND e.active AND e.starts_at < $3 AND e.ends_at > $2
    AND ($4 IS NULL OR e.subject_id = $4)
ORDER BY abs(extract(epoch FROM e.starts_at - $5)), e.id LIMIT $6";

const LEAVE: &str = "
SELECT l.id, l.starts_at, l.ends_at, p.name AS of
FROM staff_leave l JOIN staff p ON p.tenant_id = l.tenant_id AND p.id = l.staff_id
WHERE l.tenant_id = $1 AND l.starts_at < $3 AND l.ends_at > $2 AND ($4 IS NULL OR l.staff_id = $4)
ORDER BY abs(extract(epoch FROM l.starts_at - $5)), l.id LIMIT $6";

impl Look {
    fn content(&self, tx: &mut TenantTx<'_>) -> Result<FeedContent, TxError<Outage>> {
        let mut entries = self.appointments(tx)?;
        entries.extend(self.busy(tx, BLOCKS, |id, of| FeedEntryKind::Block { id, of })?);
        entries.extend(self.busy(tx, LEAVE, |id, of| FeedEntryKind::Leave { id, of })?);
        let distance = |entry: &FeedEntry| (entry.time.start() - self.now).abs();
        entries.sort_by_key(|entry| (distance(entry), identity(entry)));
        entries.truncate(usize::from(ENTRIES_MOST));
        entries.sort_by_key(|entry| (entry.time.start(), identity(entry)));
        let title = self.title(tx)?;
        Ok(FeedContent { title, entries })
    }

    fn title(&self, tx: &mut TenantTx<'_>) -> Result<String, TxError<Outage>> {
        let tenant = tx.tenant_uuid();
        let row = sql_query(
            "SELECT business_name AS business, (SELECT name FROM staff WHERE tenant_id = $1 AND id = $2) AS staff
             FROM tenant_settings WHERE tenant_id = $1",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<Nullable<SqlUuid>, _>(staff_of(self.scope))
        .get_result::<TitleRow>(tx.conn())?;
        Ok(match row.staff {
            Some(staff) => format!("{staff}, {}", row.business),
            None => row.business,
        })
    }

    fn appointments(&self, tx: &mut TenantTx<'_>) -> Result<Vec<FeedEntry>, TxError<Outage>> {
        let tenant = tx.tenant_uuid();
        let rows = sql_query(APPOINTMENTS)
            .bind::<SqlUuid, _>(tenant)
            .bind::<Timestamptz, _>(self.range.start())
            .bind::<Timestamptz, _>(self.range.end())
            .bind::<Nullable<SqlUuid>, _>(staff_of(self.scope))
            .bind::<Timestamptz, _>(self.now)
            .bind::<Bool, _>(self.names == NamesShown::Yes)
            .bind::<BigInt, _>(i64::from(ENTRIES_MOST))
            .load::<AppointmentRow>(tx.conn())?;
        let entry = |row: AppointmentRow| {
            let id = row.id;
            let impossible = |what: &str| TxError::impossible("appointments", id, what);
            Ok(FeedEntry {
                time: TimeRange::new(row.starts_at, row.ends_at).map_err(|_| impossible("no time"))?,
                kind: FeedEntryKind::Appointment {
                    id: Id::from_uuid(id),
                    service: row.service,
                    staff: row.staff,
                    customer: row.customer,
                    certainty: certainty(&row.state).ok_or_else(|| impossible("unknown state"))?,
                    version: Version::read(row.version),
                    changed_at: row.state_at,
                },
            })
        };
        rows.into_iter().map(entry).collect()
    }

    fn busy(
        &self,
        tx: &mut TenantTx<'_>,
        query: &'static str,
        kind: fn(Uuid, String) -> FeedEntryKind,
    ) -> Result<Vec<FeedEntry>, TxError<Outage>> {
        let tenant = tx.tenant_uuid();
        let rows = sql_query(query)
            .bind::<SqlUuid, _>(tenant)
            .bind::<Timestamptz, _>(self.range.start())
            .bind::<Timestamptz, _>(self.range.end())
            .bind::<Nullable<SqlUuid>, _>(staff_of(self.scope))
            .bind::<Timestamptz, _>(self.now)
            .bind::<BigInt, _>(i64::from(ENTRIES_MOST))
            .load::<BusyRow>(tx.conn())?;
        let entry = |row: BusyRow| {
            let time = TimeRange::new(row.starts_at, row.ends_at);
            let time =
                time.map_err(|error| TxError::impossible("engagements or staff_leave", row.id, error))?;
            Ok(FeedEntry {
                time,
                kind: kind(row.id, row.of),
            })
        };
        rows.into_iter().map(entry).collect()
    }
}

const fn identity(entry: &FeedEntry) -> Uuid {
    match &entry.kind {
        FeedEntryKind::Appointment { id, .. } => id.as_uuid(),
        FeedEntryKind::Block { id, .. } | FeedEntryKind::Leave { id, .. } => *id,
    }
}

fn certainty(state: &str) -> Option<Certainty> {
    Some(match state {
        "requested" | "held" => Certainty::Tentative,
        "confirmed" | "checked_in" | "in_progress" | "completed" => Certainty::Agreed,
        "cancelled_by_customer" | "cancelled_by_business" | "no_show" => Certainty::Cancelled,
        _other => return None,
    })
}
