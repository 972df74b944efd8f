//! What changes slowly of a tenant, kept in memory: what it sells, who works when, what its rules are.
//!
//! A setup is read in one look and never changed; a changed one is read anew. Whether it is still the one in force is
//! told by its version, which every search and every booking compares in its own round trip.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use diesel::prelude::*;
use diesel::sql_types::{
    Date as SqlDate, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_booking::availability::{
    BusinessHours, DayBlock, Facts, Hours, ResourceFacts, StaffFacts, WeeklyBlock,
};
use ratiba_booking::catalogue::{ResourceId, ResourceKind, Service, ServiceId, StaffId};
use ratiba_booking::policy::Policy;
use ratiba_booking::ports::{FactsQuery, SetupVersion};
use ratiba_booking::promotion::Promotion;
use ratiba_kernel::{Id, Outage, TenantId, TimeRange, Zone};
use serde_json::Value;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::shops::{Shelf, version};
use super::{catalogue, price_list};
use crate::database::{Database, TenantTx, TxError};
use crate::kept::sql_query;

/// Every table that a setup is read from. A change of any of them counts in `setup_versions`: the migration that makes
/// one calls `ratiba_watch_setup`.
pub const SETUP_TABLES: [&str; 13] = [
    "holidays",
    "opening_hours",
    "promotion_services",
    "promotions",
    "resource_outages",
    "resources",
    "services",
    "staff",
    "staff_hours",
    "staff_leave",
    "staff_overrides",
    "staff_services",
    "tenant_settings",
];

/// How far before the first day that was asked for absences and dated hours are read too, so that the next question
/// does not read everything anew.
const EARLIER: Duration = Duration::days(7);

/// Everything that changes slowly, as of one version.
pub(super) struct Setup {
    pub(super) version: SetupVersion,
    /// Absences, dated hours and outages are known from here on.
    since: OffsetDateTime,
    pub(super) policy: Policy,
    services: BTreeMap<ServiceId, Service>,
    business: BusinessHours,
    /// Load and turns are not in here.
    staff: BTreeMap<StaffId, StaffFacts>,
    resources: Vec<ResourceFacts>,
    /// Those that may still count.
    promotions: Vec<Promotion>,
}

/// Who could take part in what a query asks for.
pub(super) struct Cast {
    services: Vec<Service>,
    staff: Vec<StaffFacts>,
    resources: Vec<ResourceFacts>,
}

impl Setup {
    /// The services of a query, and whoever and whatever could render them. Who is wished for is in it even if they
    /// cannot, for the answer to say so.
    pub(super) fn cast(&self, query: &FactsQuery) -> Cast {
        let wanted = query.services();
        let services: Vec<Service> = wanted
            .iter()
            .filter_map(|id| self.services.get(id))
            .cloned()
            .collect();
        let people: BTreeSet<StaffId> = query.only().unwrap_or_else(|| {
            let able = services.iter().flat_map(|service| service.staff.iter().copied());
            able.chain(query.preferred()).collect()
        });
        let segments = services.iter().flat_map(|service| service.recipe.segments());
        let kinds: BTreeSet<&ResourceKind> = segments
            .filter_map(|segment| segment.resource_kind.as_ref())
            .collect();
        let resources = self
            .resources
            .iter()
            .filter(|resource| kinds.contains(&resource.kind));
        Cast {
            staff: people
                .iter()
                .filter_map(|id| self.staff.get(id))
                .cloned()
                .collect(),
            resources: resources.cloned().collect(),
            services,
        }
    }

    /// The facts about a cast, with nobody engaged.
    pub(super) fn facts(&self, cast: Cast) -> Facts {
        Facts {
            policy: self.policy.clone(),
            services: cast.services,
            business: self.business.clone(),
            staff: cast.staff,
            resources: cast.resources,
            engagements: Vec::new(),
            promotions: self.promotions.clone(),
        }
    }
}

/// One of a cast.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// A staff member.
    Staff(StaffId),
    /// A resource.
    Resource(ResourceId),
}

impl Cast {
    /// Everybody and everything whose time matters, in the order of [`subjects`](Self::subjects).
    pub(super) fn places(&self) -> Vec<Place> {
        let people = self.staff.iter().map(|member| Place::Staff(member.id));
        let rooms = self.resources.iter().map(|resource| Place::Resource(resource.id));
        people.chain(rooms).collect()
    }

    /// The same by their ids.
    pub(super) fn subjects(&self) -> Vec<Uuid> {
        let rooms = self.resources.iter().map(|resource| resource.id.as_uuid());
        self.people().into_iter().chain(rooms).collect()
    }

    pub(super) fn people(&self) -> Vec<Uuid> {
        self.staff.iter().map(|member| member.id.as_uuid()).collect()
    }
}

/// The setups that this process knows.
#[derive(Default)]
pub(super) struct Setups {
    shelf: Mutex<Shelf<Setup>>,
    /// The setup of a tenant is read once at a time: when it changes, everybody wants the same. Of those tenants only
    /// whose setup is being read.
    reading: Mutex<BTreeMap<TenantId, Weak<tokio::sync::Mutex<()>>>>,
}

impl Setups {
    fn shelf(&self) -> MutexGuard<'_, Shelf<Setup>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose turn it is to read the setup of a tenant.
    fn turn(&self, tenant: TenantId) -> Arc<tokio::sync::Mutex<()>> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = reading.get(&tenant).and_then(Weak::upgrade) {
            return turn;
        }
        reading.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        reading.insert(tenant, Arc::downgrade(&turn));
        turn
    }

    fn known(&self, tenant: TenantId, range: TimeRange, except: Option<SetupVersion>) -> Option<Arc<Setup>> {
        let setup = self.shelf().get(tenant)?;
        let serves = setup.since <= range.start() && except != Some(setup.version);
        serves.then_some(setup)
    }

    /// The tenant's zone, if its setup is in memory.
    pub(super) fn zone(&self, tenant: TenantId) -> Option<Zone> {
        self.shelf().get(tenant).map(|setup| setup.policy.zone.clone())
    }

    /// The tenant's setup with everything from the range on: from memory, if it is there and not of the version that
    /// is known to be over.
    pub(super) async fn of(
        &self,
        database: &Database,
        tenant: TenantId,
        range: TimeRange,
        over: Option<SetupVersion>,
    ) -> Result<Arc<Setup>, Outage> {
        if let Some(setup) = self.known(tenant, range, over) {
            return Ok(setup);
        }
        let turn = self.turn(tenant);
        let _alone = turn.lock().await;
        if let Some(setup) = self.known(tenant, range, over) {
            return Ok(setup);
        }
        let since = range.start().saturating_sub(EARLIER);
        let setup = database
            .snapshot(tenant, move |tx| read::<Outage>(tx, since))
            .await?;
        let setup = Arc::new(setup);
        self.shelf().put(tenant, Arc::clone(&setup));
        Ok(setup)
    }
}

fn read<E>(tx: &mut TenantTx<'_>, since: OffsetDateTime) -> Result<Setup, TxError<E>> {
    let version = version(tx)?;
    let policy = catalogue::policy(tx)?;
    // A block may reach over midnight.
    let first_day = policy.zone.date(since.saturating_sub(Duration::DAY));
    let services = catalogue::services(tx)?.into_iter();
    Ok(Setup {
        version,
        since,
        services: services.map(|service| (service.id, service)).collect(),
        business: catalogue::business_hours(tx)?,
        staff: staff(tx, first_day, since)?,
        resources: resources(tx, since)?,
        promotions: price_list::promotions(tx, None, Some((first_day, Date::MAX)))?,
        policy,
    })
}

#[derive(QueryableByName)]
struct StaffRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Integer)]
    weight: i32,
    #[diesel(sql_type = Nullable<SqlDate>)]
    hire_date: Option<Date>,
}

/// Everybody who works for the tenant, with hours and leave.
fn staff<E>(
    tx: &mut TenantTx<'_>,
    first_day: Date,
    since: OffsetDateTime,
) -> Result<BTreeMap<StaffId, StaffFacts>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let people =
        sql_query("SELECT id, weight, hire_date FROM staff WHERE tenant_id = $1 AND active ORDER BY id")
            .bind::<SqlUuid, _>(tenant);
    let people = people.load::<StaffRow>(tx.conn())?;
    let mut weekly = weekly_hours(tx)?;
    let mut dated = overrides(tx, first_day)?;
    let mut leave = absences(tx, STAFF_LEAVE, since)?;
    let facts = people.into_iter().map(|row| {
        let id: StaffId = Id::from_uuid(row.id);
        let member = StaffFacts {
            id,
            hours: Hours {
                weekly: weekly.remove(&row.id).unwrap_or_default(),
                dated: dated.remove(&row.id).unwrap_or_default(),
            },
            leave: leave.remove(&row.id).unwrap_or_default(),
            weight: u32::try_from(row.weight)
                .map_err(|_| TxError::impossible("staff", row.id, "a negative weight"))?,
            load: BTreeMap::new(),
            booked_last: None,
            joined: row.hire_date,
        };
        Ok((id, member))
    });
    facts.collect()
}

#[derive(QueryableByName)]
struct HoursRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = SmallInt)]
    weekday: i16,
    #[diesel(sql_type = SmallInt)]
    from_minute: i16,
    #[diesel(sql_type = SmallInt)]
    to_minute: i16,
}

pub(super) fn weekly_hours<E>(tx: &mut TenantTx<'_>) -> Result<BTreeMap<Uuid, Vec<WeeklyBlock>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT id, staff_id, weekday, from_minute, to_minute FROM staff_hours WHERE tenant_id = $1
         ORDER BY staff_id, weekday, from_minute, id",
    )
    .bind::<SqlUuid, _>(tenant);
    let mut weekly: BTreeMap<Uuid, Vec<WeeklyBlock>> = BTreeMap::new();
    for row in rows.load::<HoursRow>(tx.conn())? {
        let block = catalogue::weekly_block(row.weekday, row.from_minute, row.to_minute)
            .ok_or_else(|| TxError::impossible("staff_hours", row.id, "no such block"))?;
        weekly.entry(row.staff_id).or_default().push(block);
    }
    Ok(weekly)
}

#[derive(QueryableByName)]
struct OverrideRow {
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = SqlDate)]
    day: Date,
    #[diesel(sql_type = Jsonb)]
    blocks: Value,
}

pub(super) type DatedBlocks = BTreeMap<Date, Vec<DayBlock>>;

pub(super) fn overrides<E>(
    tx: &mut TenantTx<'_>,
    first_day: Date,
) -> Result<BTreeMap<Uuid, DatedBlocks>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows =
        sql_query("SELECT staff_id, day, blocks FROM staff_overrides WHERE tenant_id = $1 AND day >= $2")
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlDate, _>(first_day);
    let mut dated: BTreeMap<Uuid, DatedBlocks> = BTreeMap::new();
    for row in rows.load::<OverrideRow>(tx.conn())? {
        let blocks = catalogue::day_blocks(row.blocks)
            .map_err(|what| TxError::impossible("staff_overrides", row.staff_id, what))?;
        dated.entry(row.staff_id).or_default().insert(row.day, blocks);
    }
    Ok(dated)
}

#[derive(QueryableByName)]
struct AbsenceRow {
    #[diesel(sql_type = SqlUuid)]
    subject_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    starts_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    ends_at: OffsetDateTime,
}

pub(super) const STAFF_LEAVE: &str = "SELECT staff_id AS subject_id, starts_at, ends_at FROM staff_leave
    WHERE tenant_id = $1 AND ends_at > $2 ORDER BY starts_at";
const OUTAGES: &str = "SELECT resource_id AS subject_id, starts_at, ends_at FROM resource_outages
    WHERE tenant_id = $1 AND ends_at > $2 ORDER BY starts_at";

pub(super) fn absences<E>(
    tx: &mut TenantTx<'_>,
    statement: &'static str,
    since: OffsetDateTime,
) -> Result<BTreeMap<Uuid, Vec<TimeRange>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(statement)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Timestamptz, _>(since);
    let mut absences: BTreeMap<Uuid, Vec<TimeRange>> = BTreeMap::new();
    for row in rows.load::<AbsenceRow>(tx.conn())? {
        let range = TimeRange::new(row.starts_at, row.ends_at)
            .map_err(|error| TxError::impossible("leave or outage", row.subject_id, error))?;
        absences.entry(row.subject_id).or_default().push(range);
    }
    Ok(absences)
}

#[derive(QueryableByName)]
struct ResourceRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SmallInt)]
    capacity: i16,
}

fn resources<E>(tx: &mut TenantTx<'_>, since: OffsetDateTime) -> Result<Vec<ResourceFacts>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows =
        sql_query("SELECT id, kind, capacity FROM resources WHERE tenant_id = $1 AND active ORDER BY id")
            .bind::<SqlUuid, _>(tenant);
    let rows = rows.load::<ResourceRow>(tx.conn())?;
    let mut outages = absences(tx, OUTAGES, since)?;
    rows.into_iter()
        .map(|row| {
            let impossible = |what: &str| TxError::impossible("resources", row.id, what);
            let id: ResourceId = Id::from_uuid(row.id);
            Ok(ResourceFacts {
                id,
                kind: ResourceKind::parse(&row.kind).map_err(|_| impossible("unknown kind"))?,
                capacity: u16::try_from(row.capacity).map_err(|_| impossible("negative capacity"))?,
                out_of_service: outages.remove(&row.id).unwrap_or_default(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
