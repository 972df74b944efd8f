//! The facts of a stretch of days, in a constant number of statements.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{
    Array, BigInt, Bool, Date as SqlDate, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz,
    Uuid as SqlUuid,
};
use ratiba_booking::availability::{
    EngagedAs, Engagement, Facts, Hours, ResourceFacts, StaffFacts, WeeklyBlock,
};
use ratiba_booking::catalogue::{Minutes, ResourceId, ResourceKind, Service, StaffId};
use ratiba_booking::engagement::{Claim, Subject};
use ratiba_booking::policy::BufferRule;
use ratiba_booking::ports::FactsQuery;
use ratiba_kernel::{Id, TimeRange, Zone};
use serde_json::Value;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::{catalogue, price_list};
use crate::database::{TenantTx, TxError};

pub(super) fn facts<E>(tx: &mut TenantTx<'_>, query: &FactsQuery) -> Result<Facts, TxError<E>> {
    let policy = catalogue::policy(tx)?;
    let services = catalogue::services(tx, Some(&query.services))?;
    let business = catalogue::business_hours(tx)?;
    let staff = staff(tx, &policy.zone, query.range)?;
    let resources = resources(tx, &services, query.range)?;
    let able = services
        .iter()
        .flat_map(|service| service.staff.iter().map(|id| id.as_uuid()));
    let subjects: BTreeSet<Uuid> = able
        .chain(resources.iter().map(|resource| resource.id.as_uuid()))
        .collect();
    let engagements = engagements(tx, subjects.into_iter().collect(), query.range)?;
    let days = (
        policy.zone.date(query.range.start()),
        policy.zone.date(query.range.end()),
    );
    let promotions = price_list::promotions(tx, None, Some(days))?;
    Ok(Facts {
        policy,
        services,
        business,
        staff,
        resources,
        engagements,
        promotions,
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
    #[diesel(sql_type = Nullable<Timestamptz>)]
    booked_last: Option<OffsetDateTime>,
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

#[derive(QueryableByName)]
struct OverrideRow {
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = SqlDate)]
    day: Date,
    #[diesel(sql_type = Jsonb)]
    blocks: Value,
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

/// Everybody who works for the tenant, with hours, leave and load.
fn staff<E>(tx: &mut TenantTx<'_>, zone: &Zone, range: TimeRange) -> Result<Vec<StaffFacts>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let people = sql_query(
        "SELECT s.id, s.weight, s.hire_date, b.start_at AS booked_last
         FROM staff s
         LEFT JOIN LATERAL (SELECT a.start_at FROM appointments a
            WHERE a.tenant_id = s.tenant_id AND a.staff_id = s.id
                AND a.state IN ('requested', 'held', 'confirmed', 'checked_in', 'in_progress', 'completed')
            ORDER BY a.start_at DESC LIMIT 1) b ON true
         WHERE s.tenant_id = $1 AND s.active ORDER BY s.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .load::<StaffRow>(tx.conn())?;
    let mut weekly = weekly_hours(tx)?;
    let mut dated = overrides(tx, zone, range)?;
    let mut leave = absences(tx, STAFF_LEAVE, range)?;
    let mut load = loads(tx, zone, range)?;
    people
        .into_iter()
        .map(|row| {
            let id: StaffId = Id::from_uuid(row.id);
            Ok(StaffFacts {
                id,
                hours: Hours {
                    weekly: weekly.remove(&row.id).unwrap_or_default(),
                    dated: dated.remove(&row.id).unwrap_or_default(),
                },
                leave: leave.remove(&row.id).unwrap_or_default(),
                weight: u32::try_from(row.weight)
                    .map_err(|_| TxError::impossible("staff", row.id, "a negative weight"))?,
                load: load.remove(&row.id).unwrap_or_default(),
                booked_last: row.booked_last,
                joined: row.hire_date,
            })
        })
        .collect()
}

fn weekly_hours<E>(tx: &mut TenantTx<'_>) -> Result<BTreeMap<Uuid, Vec<WeeklyBlock>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT id, staff_id, weekday, from_minute, to_minute FROM staff_hours WHERE tenant_id = $1
         ORDER BY staff_id, weekday, from_minute, id",
    )
    .bind::<SqlUuid, _>(tenant)
    .load::<HoursRow>(tx.conn())?;
    let mut weekly: BTreeMap<Uuid, Vec<WeeklyBlock>> = BTreeMap::new();
    for row in rows {
        let block = catalogue::weekly_block(row.weekday, row.from_minute, row.to_minute)
            .ok_or_else(|| TxError::impossible("staff_hours", row.id, "no such block"))?;
        weekly.entry(row.staff_id).or_default().push(block);
    }
    Ok(weekly)
}

type DatedBlocks = BTreeMap<Date, Vec<ratiba_booking::availability::DayBlock>>;

fn overrides<E>(
    tx: &mut TenantTx<'_>,
    zone: &Zone,
    range: TimeRange,
) -> Result<BTreeMap<Uuid, DatedBlocks>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    // A block may reach into the range from the day before.
    let first = zone.date(range.start().saturating_sub(Duration::DAY));
    let rows = sql_query(
        "SELECT staff_id, day, blocks FROM staff_overrides WHERE tenant_id = $1 AND day BETWEEN $2 AND $3",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlDate, _>(first)
    .bind::<SqlDate, _>(zone.date(range.end()))
    .load::<OverrideRow>(tx.conn())?;
    let mut dated: BTreeMap<Uuid, DatedBlocks> = BTreeMap::new();
    for row in rows {
        let blocks = catalogue::day_blocks(row.blocks)
            .map_err(|what| TxError::impossible("staff_overrides", row.staff_id, what))?;
        dated.entry(row.staff_id).or_default().insert(row.day, blocks);
    }
    Ok(dated)
}

const STAFF_LEAVE: &str = "SELECT staff_id AS subject_id, starts_at, ends_at FROM staff_leave
    WHERE tenant_id = $1 AND ends_at > $2 AND starts_at < $3 ORDER BY starts_at";
const OUTAGES: &str = "SELECT resource_id AS subject_id, starts_at, ends_at FROM resource_outages
    WHERE tenant_id = $1 AND ends_at > $2 AND starts_at < $3 ORDER BY starts_at";

fn absences<E>(
    tx: &mut TenantTx<'_>,
    statement: &str,
    range: TimeRange,
) -> Result<BTreeMap<Uuid, Vec<TimeRange>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(statement)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Timestamptz, _>(range.start())
        .bind::<Timestamptz, _>(range.end())
        .load::<AbsenceRow>(tx.conn())?;
    let mut absences: BTreeMap<Uuid, Vec<TimeRange>> = BTreeMap::new();
    for row in rows {
        let range = TimeRange::new(row.starts_at, row.ends_at)
            .map_err(|error| TxError::impossible("leave or outage", row.subject_id, error))?;
        absences.entry(row.subject_id).or_default().push(range);
    }
    Ok(absences)
}

#[derive(QueryableByName)]
struct LoadRow {
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = SqlDate)]
    monday: Date,
    #[diesel(sql_type = BigInt)]
    minutes: i64,
}

/// Minutes booked by staff member and local week, without work that customers asked for by name. The weeks
/// are cut here and not in SQL: zones come from the bundled database alone.
fn loads<E>(
    tx: &mut TenantTx<'_>,
    zone: &Zone,
    range: TimeRange,
) -> Result<BTreeMap<Uuid, BTreeMap<Date, u32>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let weeks = weeks(zone, range);
    let rows = sql_query(
        "SELECT a.staff_id, w.monday, (sum(extract(epoch FROM a.end_at - a.start_at)) / 60)::bigint AS minutes
         FROM unnest($2, $3, $4) AS w (monday, starts, ends)
         JOIN appointments a ON a.start_at >= w.starts AND a.start_at < w.ends
         WHERE a.tenant_id = $1 AND NOT a.staff_requested
            AND a.state IN ('requested', 'held', 'confirmed', 'checked_in', 'in_progress', 'completed')
         GROUP BY a.staff_id, w.monday",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlDate>, _>(weeks.iter().map(|week| week.0).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(weeks.iter().map(|week| week.1).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(weeks.iter().map(|week| week.2).collect::<Vec<_>>())
    .load::<LoadRow>(tx.conn())?;
    let mut loads: BTreeMap<Uuid, BTreeMap<Date, u32>> = BTreeMap::new();
    for row in rows {
        let minutes = u32::try_from(row.minutes).unwrap_or(u32::MAX);
        loads.entry(row.staff_id).or_default().insert(row.monday, minutes);
    }
    Ok(loads)
}

/// The local weeks that touch a range: Monday, first instant, first instant after.
fn weeks(zone: &Zone, range: TimeRange) -> Vec<(Date, OffsetDateTime, OffsetDateTime)> {
    let first = zone.date(range.start());
    let since_monday = i64::from(first.weekday().number_days_from_monday());
    let monday = first.checked_sub(Duration::days(since_monday)).unwrap_or(first);
    let last = zone.date(range.end());
    std::iter::successors(Some(monday), |monday| monday.checked_add(Duration::WEEK))
        .take_while(|monday| *monday <= last)
        .filter_map(|monday| {
            let next = monday.checked_add(Duration::WEEK)?;
            Some((monday, zone.day_start(monday), zone.day_start(next)))
        })
        .collect()
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

/// The resources of the kinds that the services need.
fn resources<E>(
    tx: &mut TenantTx<'_>,
    services: &[Service],
    range: TimeRange,
) -> Result<Vec<ResourceFacts>, TxError<E>> {
    let segments = services.iter().flat_map(|service| service.recipe.segments());
    let kinds: BTreeSet<&str> = segments
        .filter_map(|segment| segment.resource_kind.as_ref())
        .map(ResourceKind::as_str)
        .collect();
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT id, kind, capacity FROM resources WHERE tenant_id = $1 AND active AND kind = ANY ($2) ORDER BY id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<Text>, _>(kinds.into_iter().collect::<Vec<_>>())
    .load::<ResourceRow>(tx.conn())?;
    let mut outages = absences(tx, OUTAGES, range)?;
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

#[derive(QueryableByName)]
struct EngagementRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    subject_kind: String,
    #[diesel(sql_type = SqlUuid)]
    subject_id: Uuid,
    #[diesel(sql_type = SmallInt)]
    seat: i16,
    #[diesel(sql_type = Timestamptz)]
    starts_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    ends_at: OffsetDateTime,
    #[diesel(sql_type = Integer)]
    buffer_before_minutes: i32,
    #[diesel(sql_type = Integer)]
    buffer_after_minutes: i32,
    #[diesel(sql_type = Bool)]
    buffers_shared: bool,
    #[diesel(sql_type = Bool)]
    blocked: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    hold_expires_at: Option<OffsetDateTime>,
}

/// What is engaged of these subjects: equality and comparisons on plain columns, so that the index serves
/// under row-level security too.
fn engagements<E>(
    tx: &mut TenantTx<'_>,
    subjects: Vec<Uuid>,
    range: TimeRange,
) -> Result<Vec<Engagement>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT e.id, e.subject_kind, e.subject_id, e.seat, e.starts_at, e.ends_at, e.buffer_before_minutes,
            e.buffer_after_minutes, e.buffers_shared, e.purpose = 'block' AS blocked, a.hold_expires_at
         FROM engagements e
         LEFT JOIN appointments a ON a.tenant_id = e.tenant_id AND a.id = e.appointment_id
         WHERE e.tenant_id = $1 AND e.subject_id = ANY ($2) AND e.active AND e.ends_at > $3 AND e.starts_at < $4
         ORDER BY e.subject_id, e.starts_at",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(subjects)
    .bind::<Timestamptz, _>(range.start())
    .bind::<Timestamptz, _>(range.end())
    .load::<EngagementRow>(tx.conn())?;
    rows.into_iter()
        .map(|row| {
            let id = row.id;
            row.parse()
                .map_err(|what| TxError::impossible("engagements", id, what))
        })
        .collect()
}

impl EngagementRow {
    fn parse(self) -> Result<Engagement, &'static str> {
        let minutes = |count: i32| {
            u32::try_from(count)
                .map(Minutes::new)
                .map_err(|_| "a negative buffer")
        };
        let subject = match self.subject_kind.as_str() {
            "staff" => Subject::Staff(Id::from_uuid(self.subject_id)),
            "resource" => Subject::Resource {
                id: Id::from_uuid(self.subject_id),
                seat: u16::try_from(self.seat).map_err(|_| "a negative seat")?,
            },
            _other => return Err("unknown subject"),
        };
        let claim = Claim {
            subject,
            range: TimeRange::new(self.starts_at, self.ends_at).map_err(|_| "an empty range")?,
            before: minutes(self.buffer_before_minutes)?,
            after: minutes(self.buffer_after_minutes)?,
            buffers: if self.buffers_shared {
                BufferRule::Shared
            } else {
                BufferRule::Stacked
            },
        };
        let engaged_as = match (self.blocked, self.hold_expires_at) {
            (true, _) => EngagedAs::Blocked,
            (false, Some(until)) => EngagedAs::Held { until },
            (false, None) => EngagedAs::Booked,
        };
        Ok(Engagement { claim, engaged_as })
    }
}
