//! The waitlist on PostgreSQL. What is held or freed with an entry is recorded first, then the entry, then its
//! offers: whoever loses on any side leaves nothing behind.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{
    Array, BigInt, Bool, Date as SqlDate, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_booking::appointment::Version;
use ratiba_booking::availability::PartRequest;
use ratiba_booking::event::BookingTask;
use ratiba_booking::ports::{
    EndedEntries, RecordError, Waitlist, WaitlistChange, WaitlistPage, WaitlistRefused,
};
use ratiba_booking::visit::{HoldKey, VisitId};
use ratiba_booking::waitlist::{
    EntryEnd, EntryStanding, Offer, OfferOutcome, PartOfDay, Priority, WAITLIST_MOST, WaitlistEntry,
    WaitlistEntryId, Wish,
};
use ratiba_kernel::{Id, Outage, TenantId, TimeRange};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::parts::{self, Wishes};
use super::queue::{one_at_a_time, refused, set_key};
use super::{record, words};
use crate::database::{Database, TenantTx, TxError};
use crate::jobs::NewJob;
use crate::kept::sql_query;
use crate::outbox;

/// [`Waitlist`] on PostgreSQL.
#[derive(Clone)]
pub struct PgWaitlist {
    database: Database,
}

impl PgWaitlist {
    /// The waitlist in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

type Recorded = Result<(), TxError<WaitlistRefused>>;

#[async_trait]
impl Waitlist for PgWaitlist {
    async fn entry(&self, tenant: TenantId, id: WaitlistEntryId) -> Result<Option<WaitlistEntry>, Outage> {
        let find = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            let rows = sql_query(format!("{SELECT} WHERE tenant_id = $1 AND id = $2"))
                .bind::<SqlUuid, _>(tenant)
                .bind::<SqlUuid, _>(id.as_uuid())
                .load::<EntryRow>(tx.conn())?;
            Ok::<_, TxError<Outage>>(read(tx, rows)?.pop())
        };
        self.database.snapshot(tenant, find).await
    }

    async fn entry_of_visit(
        &self,
        tenant: TenantId,
        visit: VisitId,
    ) -> Result<Option<WaitlistEntry>, Outage> {
        let find = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            let rows = sql_query(format!(
                "{SELECT} WHERE tenant_id = $1
                    AND id IN (SELECT entry_id FROM waitlist_offers WHERE tenant_id = $1 AND visit_id = $2)"
            ))
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(visit.as_uuid())
            .load::<EntryRow>(tx.conn())?;
            Ok::<_, TxError<Outage>>(read(tx, rows)?.pop())
        };
        self.database.snapshot(tenant, find).await
    }

    async fn active(&self, tenant: TenantId) -> Result<Vec<WaitlistEntry>, Outage> {
        // Joins that raced may have gone a little past the limit.
        let most = i64::try_from(WAITLIST_MOST + 50).unwrap_or(i64::MAX);
        let find = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            let rows = sql_query(format!(
                "{SELECT} WHERE tenant_id = $1 AND state IN ('waiting', 'offered')
                 ORDER BY joined_at, id LIMIT $2"
            ))
            .bind::<SqlUuid, _>(tenant)
            .bind::<BigInt, _>(most)
            .load::<EntryRow>(tx.conn())?;
            read(tx, rows)
        };
        self.database.snapshot(tenant, find).await
    }

    async fn page(&self, tenant: TenantId, page: WaitlistPage) -> Result<Vec<WaitlistEntry>, Outage> {
        let find = move |tx: &mut TenantTx<'_>| {
            let tenant = tx.tenant_uuid();
            let rows = sql_query(format!(
                "{SELECT} WHERE tenant_id = $1 AND ($2 IS NULL OR customer_id = $2)
                    AND ($3 OR state IN ('waiting', 'offered')) AND ($4 IS NULL OR id > $4)
                 ORDER BY id LIMIT $5"
            ))
            .bind::<SqlUuid, _>(tenant)
            .bind::<Nullable<SqlUuid>, _>(page.customer.map(|customer| customer.as_uuid()))
            .bind::<Bool, _>(page.ended == EndedEntries::Included)
            .bind::<Nullable<SqlUuid>, _>(page.after.map(|after| after.as_uuid()))
            .bind::<BigInt, _>(i64::from(page.most))
            .load::<EntryRow>(tx.conn())?;
            read(tx, rows)
        };
        self.database.snapshot(tenant, find).await
    }

    async fn entry_of_key(&self, tenant: TenantId, key: &HoldKey) -> Result<Option<WaitlistEntry>, Outage> {
        let key = key.clone();
        self.database
            .snapshot(tenant, move |tx| of_key::<Outage>(tx, &key))
            .await
    }

    async fn join(
        &self,
        tenant: TenantId,
        change: WaitlistChange,
        key: HoldKey,
    ) -> Result<WaitlistEntry, WaitlistRefused> {
        self.database
            .tenant(tenant, move |tx| {
                one_at_a_time(tx, &key)?;
                if let Some(known) = of_key(tx, &key)? {
                    return Ok(known);
                }
                record_all(tx, &change)?;
                set_key(tx, "waitlist_entries", change.entry.id.as_uuid(), &key)?;
                let version = change.entry.version.next();
                Ok(WaitlistEntry {
                    version,
                    ..change.entry.clone()
                })
            })
            .await
    }

    async fn record(&self, tenant: TenantId, change: WaitlistChange) -> Result<(), WaitlistRefused> {
        self.database
            .tenant(tenant, move |tx| record_all(tx, &change))
            .await
    }

    async fn watch(&self, tenant: TenantId, at: OffsetDateTime) -> Result<(), Outage> {
        self.database.tenant(tenant, move |tx| watch(tx, at)).await
    }

    async fn offer_later(
        &self,
        tenant: TenantId,
        freed: TimeRange,
        at: OffsetDateTime,
    ) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let task = BookingTask::OfferFreedTime { freed };
                let (from, to) = (freed.start().unix_timestamp(), freed.end().unix_timestamp());
                enqueue_once(tx, &task, at, &format!("{}:{from}:{to}", at.unix_timestamp()))
            })
            .await
    }
}

fn record_all(tx: &mut TenantTx<'_>, change: &WaitlistChange) -> Recorded {
    if let Some(booking) = &change.booking {
        record::record(tx, booking).map_err(|error| {
            refused(error, WaitlistRefused::UnknownCustomer, |error: RecordError| {
                error.into()
            })
        })?;
    }
    write(tx, &change.entry)
        .map_err(|error| refused(error, WaitlistRefused::UnknownCustomer, |same| same))?;
    write_offers(tx, &change.entry)?;
    match change.watch_at {
        Some(at) => watch(tx, at),
        None => Ok(()),
    }
}

fn of_key<E>(tx: &mut TenantTx<'_>, key: &HoldKey) -> Result<Option<WaitlistEntry>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(format!("{SELECT} WHERE tenant_id = $1 AND order_key = $2"))
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(key.as_str())
        .load::<EntryRow>(tx.conn())?;
    Ok(read(tx, rows)?.pop())
}

/// One look at each instant; a second one for the same instant is the first.
fn watch<E>(tx: &mut TenantTx<'_>, at: OffsetDateTime) -> Result<(), TxError<E>> {
    enqueue_once(
        tx,
        &BookingTask::WatchWaitlist,
        at,
        &at.unix_timestamp().to_string(),
    )
}

fn enqueue_once<E>(
    tx: &mut TenantTx<'_>,
    task: &BookingTask,
    at: OffsetDateTime,
    key: &str,
) -> Result<(), TxError<E>> {
    let payload = serde_json::to_value(task).map_err(|error| TxError::Impossible(error.to_string()))?;
    let key = format!("{}:{}:{key}", task.kind(), tx.tenant());
    outbox::enqueue(tx, NewJob::new(task.kind(), payload, at).once(key))
}

const SELECT: &str =
    "SELECT id, customer_id, first_day, last_day, from_minute, to_minute, channel, priority, joined_at,
    state, ended_at, version FROM waitlist_entries";

#[derive(QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    customer_id: Uuid,
    #[diesel(sql_type = SqlDate)]
    first_day: Date,
    #[diesel(sql_type = SqlDate)]
    last_day: Date,
    #[diesel(sql_type = SmallInt)]
    from_minute: i16,
    #[diesel(sql_type = SmallInt)]
    to_minute: i16,
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = SmallInt)]
    priority: i16,
    #[diesel(sql_type = Timestamptz)]
    joined_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl EntryRow {
    fn parse(self, parts: Vec<PartRequest>, offers: Vec<Offer>) -> Result<WaitlistEntry, &'static str> {
        let minute = |minute: i16| u16::try_from(minute).map_err(|_| "no such minute");
        let hours = PartOfDay {
            from_minute: minute(self.from_minute)?,
            to_minute: minute(self.to_minute)?,
        };
        let wish = Wish::new(self.first_day, self.last_day, Some(hours)).map_err(|_| "no such wish")?;
        let ended = |why| {
            let at = self.ended_at.ok_or("over at no time")?;
            Ok::<_, &'static str>(EntryStanding::Ended { at, why })
        };
        let standing = match self.state.as_str() {
            "waiting" => EntryStanding::Waiting,
            "offered" => EntryStanding::Offered,
            "booked" => ended(EntryEnd::Booked)?,
            "withdrawn" => ended(EntryEnd::Withdrawn)?,
            "lapsed" => ended(EntryEnd::Lapsed)?,
            "exhausted" => ended(EntryEnd::Exhausted)?,
            _other => return Err("unknown state"),
        };
        let entry = WaitlistEntry {
            id: Id::from_uuid(self.id),
            customer: Id::from_uuid(self.customer_id),
            parts,
            wish,
            channel: words::parse_channel(&self.channel).ok_or("unknown channel")?,
            priority: u8::try_from(self.priority)
                .ok()
                .and_then(Priority::new)
                .ok_or("no such priority")?,
            joined_at: self.joined_at,
            standing,
            offers,
            version: Version::read(self.version),
        };
        if entry.open_offer().is_some() == (entry.standing == EntryStanding::Offered) {
            Ok(entry)
        } else {
            Err("its offers contradict its state")
        }
    }
}

#[derive(QueryableByName)]
struct OfferRow {
    #[diesel(sql_type = SqlUuid)]
    entry_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    visit_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    starts_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    ends_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    made_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    until: OffsetDateTime,
    #[diesel(sql_type = Nullable<Text>)]
    outcome: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<OffsetDateTime>,
}

impl OfferRow {
    fn read(&self) -> Option<Offer> {
        let outcome = match (self.outcome.as_deref(), self.ended_at) {
            (None, None) => None,
            (Some(word), Some(at)) => Some((parse_outcome(word)?, at)),
            _half => return None,
        };
        Some(Offer {
            visit: Id::from_uuid(self.visit_id),
            time: TimeRange::new(self.starts_at, self.ends_at).ok()?,
            made_at: self.made_at,
            until: self.until,
            outcome,
        })
    }
}

const fn outcome(outcome: OfferOutcome) -> &'static str {
    match outcome {
        OfferOutcome::Accepted => "accepted",
        OfferOutcome::Passed => "passed",
        OfferOutcome::RanOut => "ran_out",
    }
}

fn parse_outcome(word: &str) -> Option<OfferOutcome> {
    [OfferOutcome::Accepted, OfferOutcome::Passed, OfferOutcome::RanOut]
        .into_iter()
        .find(|known| outcome(*known) == word)
}

/// Entries with their offers, which several statements read: without one snapshot they contradict each other while somebody
/// is made an offer.
fn read<E>(tx: &mut TenantTx<'_>, rows: Vec<EntryRow>) -> Result<Vec<WaitlistEntry>, TxError<E>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut parts = parts::of_entries(tx, Wishes::OfWaitlist, &ids)?;
    let mut offers = offers_of(tx, &ids)?;
    let entry = |row: EntryRow| {
        let id = row.id;
        let parts = parts.remove(&id).unwrap_or_default();
        let parsed = row.parse(parts, offers.remove(&id).unwrap_or_default());
        parsed.map_err(|what| TxError::impossible("waitlist_entries", id, what))
    };
    rows.into_iter().map(entry).collect()
}

fn offers_of<E>(tx: &mut TenantTx<'_>, entries: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Offer>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT entry_id, visit_id, starts_at, ends_at, made_at, until, outcome, ended_at FROM waitlist_offers
         WHERE tenant_id = $1 AND entry_id = ANY ($2) ORDER BY entry_id, number",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(entries)
    .load::<OfferRow>(tx.conn())?;
    let mut offers: BTreeMap<Uuid, Vec<Offer>> = BTreeMap::new();
    for row in rows {
        let offer = row.read();
        let offer =
            offer.ok_or_else(|| TxError::impossible("waitlist_offers", row.entry_id, "no such offer"))?;
        offers.entry(row.entry_id).or_default().push(offer);
    }
    Ok(offers)
}

fn write(tx: &mut TenantTx<'_>, entry: &WaitlistEntry) -> Recorded {
    let tenant = tx.tenant_uuid();
    let ended_at = match entry.standing {
        EntryStanding::Waiting | EntryStanding::Offered => None,
        EntryStanding::Ended { at, .. } => Some(at),
    };
    let is_new = entry.version == Version::NEW;
    let minute = |minute: u16| i16::try_from(minute).unwrap_or(i16::MAX);
    let statement = if is_new {
        "INSERT INTO waitlist_entries (tenant_id, id, state, ended_at, version, customer_id, first_day, last_day,
            from_minute, to_minute, channel, priority, joined_at)
         VALUES ($1, $2, $3, $4, $5 + 1, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (tenant_id, id) DO NOTHING"
    } else {
        "UPDATE waitlist_entries SET state = $3, ended_at = $4, version = version + 1, customer_id = $6,
            first_day = $7, last_day = $8, from_minute = $9, to_minute = $10, channel = $11, priority = $12,
            joined_at = $13
         WHERE tenant_id = $1 AND id = $2 AND version = $5"
    };
    let written = sql_query(statement)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(entry.id.as_uuid())
        .bind::<Text, _>(entry.standing.word())
        .bind::<Nullable<Timestamptz>, _>(ended_at)
        .bind::<Integer, _>(entry.version.number())
        .bind::<SqlUuid, _>(entry.customer.as_uuid())
        .bind::<SqlDate, _>(entry.wish.first())
        .bind::<SqlDate, _>(entry.wish.last())
        .bind::<SmallInt, _>(minute(entry.wish.hours().from_minute))
        .bind::<SmallInt, _>(minute(entry.wish.hours().to_minute))
        .bind::<Text, _>(words::channel(entry.channel))
        .bind::<SmallInt, _>(i16::from(entry.priority.level()))
        .bind::<Timestamptz, _>(entry.joined_at)
        .execute(tx.conn());
    match written {
        Ok(1) => {}
        Ok(_none) => return Err(TxError::Refused(WaitlistRefused::Stale)),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, about))
            if about.constraint_name() == Some("waitlist_one_offer") =>
        {
            return Err(TxError::Refused(WaitlistRefused::HasOffer));
        }
        Err(error) => return Err(error.into()),
    }
    if is_new {
        parts::insert(tx, Wishes::OfWaitlist, entry.id.as_uuid(), &entry.parts)?;
    }
    Ok(())
}

/// The last offer, which alone can be new or have ended; an entry that is written for the first time may bring
/// several.
fn write_offers(tx: &mut TenantTx<'_>, entry: &WaitlistEntry) -> Recorded {
    let tenant = tx.tenant_uuid();
    let first = if entry.version == Version::NEW {
        1
    } else {
        entry.offers.len()
    };
    for (number, offer) in (1_i16..).zip(&entry.offers).skip(first.saturating_sub(1)) {
        let (word, ended_at) = offer.outcome.map(|(what, at)| (outcome(what), at)).unzip();
        sql_query(
            "INSERT INTO waitlist_offers (tenant_id, entry_id, number, visit_id, starts_at, ends_at, made_at, until,
                outcome, ended_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (tenant_id, entry_id, number)
                DO UPDATE SET outcome = excluded.outcome, ended_at = excluded.ended_at",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(entry.id.as_uuid())
        .bind::<SmallInt, _>(number)
        .bind::<SqlUuid, _>(offer.visit.as_uuid())
        .bind::<Timestamptz, _>(offer.time.start())
        .bind::<Timestamptz, _>(offer.time.end())
        .bind::<Timestamptz, _>(offer.made_at)
        .bind::<Timestamptz, _>(offer.until)
        .bind::<Nullable<Text>, _>(word)
        .bind::<Nullable<Timestamptz>, _>(ended_at)
        .execute(tx.conn())?;
    }
    Ok(())
}
