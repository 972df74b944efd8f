//! What bookings stand on, as it is recorded at this moment of the transaction, and the bookings themselves.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{
    Bool, Date as SqlDate, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_booking::availability::WeeklyBlock;
use ratiba_booking::catalogue::{Minutes, ResourceId, StaffId};
use ratiba_booking::engagement::{Claim, Subject};
use ratiba_booking::policy::BufferRule;
use ratiba_booking::setup::Reach;
use ratiba_booking::setup::hits::{Booked, Premises, ResourcePremises, StaffPremises};
use ratiba_kernel::{Id, TimeRange, Zone};
use serde_json::Value;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::super::catalogue::{business_hours, day_blocks, weekly_block};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

/// What the bookings that a step can reach stand on; `None` for a step that reaches none.
pub(super) fn read<E>(
    tx: &mut TenantTx<'_>,
    zone: &Zone,
    reach: &Reach,
    from: OffsetDateTime,
) -> Result<Option<Premises>, TxError<E>> {
    let (staff, resources) = match reach {
        Reach::Nothing => return Ok(None),
        Reach::Staff(id) => (staff(tx, Some(*id), zone, from)?, BTreeMap::new()),
        Reach::Everybody(_) => (staff(tx, None, zone, from)?, BTreeMap::new()),
        Reach::Resource(id) => (BTreeMap::new(), resource(tx, *id, from)?),
    };
    Ok(Some(Premises {
        zone: zone.clone(),
        business: business_hours(tx)?,
        staff,
        resources,
    }))
}

#[derive(QueryableByName)]
struct PersonRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Array<SqlUuid>)]
    services: Vec<Uuid>,
}

#[derive(QueryableByName)]
struct WeeklyRow {
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
struct DatedRow {
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = SqlDate)]
    day: Date,
    #[diesel(sql_type = Jsonb)]
    blocks: Value,
}

#[derive(QueryableByName)]
struct AwayRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    subject_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    starts_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    ends_at: OffsetDateTime,
}

impl AwayRow {
    fn range<E>(&self) -> Result<TimeRange, TxError<E>> {
        TimeRange::new(self.starts_at, self.ends_at)
            .map_err(|error| TxError::impossible("leave or outage", self.id, error))
    }
}

/// Weekly hours by staff member: everybody's, or those of one.
pub(super) fn weekly_hours<E>(
    tx: &mut TenantTx<'_>,
    only: Option<Uuid>,
) -> Result<BTreeMap<Uuid, Vec<WeeklyBlock>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT id, staff_id, weekday, from_minute, to_minute FROM staff_hours
         WHERE tenant_id = $1 AND ($2 IS NULL OR staff_id = $2)
         ORDER BY staff_id, weekday, from_minute, id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(only)
    .load::<WeeklyRow>(tx.conn())?;
    let mut weekly: BTreeMap<Uuid, Vec<WeeklyBlock>> = BTreeMap::new();
    for row in rows {
        let block = weekly_block(row.weekday, row.from_minute, row.to_minute)
            .ok_or_else(|| TxError::impossible("staff_hours", row.id, "no such block"))?;
        weekly.entry(row.staff_id).or_default().push(block);
    }
    Ok(weekly)
}

fn staff<E>(
    tx: &mut TenantTx<'_>,
    only: Option<StaffId>,
    zone: &Zone,
    from: OffsetDateTime,
) -> Result<BTreeMap<StaffId, StaffPremises>, TxError<E>> {
    let (tenant, only) = (tx.tenant_uuid(), only.map(|id| id.as_uuid()));
    let people = sql_query(
        "SELECT s.id, ARRAY(SELECT c.service_id FROM staff_services c
            WHERE c.tenant_id = s.tenant_id AND c.staff_id = s.id) AS services
         FROM staff s WHERE s.tenant_id = $1 AND s.active AND ($2 IS NULL OR s.id = $2)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(only)
    .load::<PersonRow>(tx.conn())?;
    let mut weekly = weekly_hours(tx, only)?;
    // A block of the day before yesterday may still go on.
    let today = zone.date(from);
    let first = today.checked_sub(Duration::days(2)).unwrap_or(today);
    let dated = sql_query(
        "SELECT staff_id, day, blocks FROM staff_overrides
         WHERE tenant_id = $1 AND ($2 IS NULL OR staff_id = $2) AND day >= $3",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(only)
    .bind::<SqlDate, _>(first)
    .load::<DatedRow>(tx.conn())?;
    let leave = sql_query(
        "SELECT id, staff_id AS subject_id, starts_at, ends_at FROM staff_leave
         WHERE tenant_id = $1 AND ($2 IS NULL OR staff_id = $2) AND ends_at > $3",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(only)
    .bind::<Timestamptz, _>(from)
    .load::<AwayRow>(tx.conn())?;
    let mut all: BTreeMap<StaffId, StaffPremises> = BTreeMap::new();
    for person in people {
        let mut premises = StaffPremises::default();
        premises.hours.weekly = weekly.remove(&person.id).unwrap_or_default();
        premises.services = person.services.into_iter().map(Id::from_uuid).collect();
        all.insert(Id::from_uuid(person.id), premises);
    }
    for row in dated {
        let blocks = day_blocks(row.blocks)
            .map_err(|what| TxError::impossible("staff_overrides", row.staff_id, what))?;
        if let Some(premises) = all.get_mut(&Id::from_uuid(row.staff_id)) {
            premises.hours.dated.insert(row.day, blocks);
        }
    }
    for row in leave {
        if let Some(premises) = all.get_mut(&Id::from_uuid(row.subject_id)) {
            premises.leave.insert(Id::from_uuid(row.id), row.range()?);
        }
    }
    Ok(all)
}

#[derive(QueryableByName)]
struct CapacityRow {
    #[diesel(sql_type = SmallInt)]
    capacity: i16,
}

fn resource<E>(
    tx: &mut TenantTx<'_>,
    id: ResourceId,
    from: OffsetDateTime,
) -> Result<BTreeMap<ResourceId, ResourcePremises>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let row = sql_query("SELECT capacity FROM resources WHERE tenant_id = $1 AND id = $2 AND active")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id.as_uuid())
        .get_result::<CapacityRow>(tx.conn())
        .optional()?;
    let Some(row) = row else {
        return Ok(BTreeMap::new());
    };
    let outages = sql_query(
        "SELECT id, resource_id AS subject_id, starts_at, ends_at FROM resource_outages
         WHERE tenant_id = $1 AND resource_id = $2 AND ends_at > $3",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id.as_uuid())
    .bind::<Timestamptz, _>(from)
    .load::<AwayRow>(tx.conn())?;
    let mut out_of_service = BTreeMap::new();
    for row in outages {
        out_of_service.insert(Id::from_uuid(row.id), row.range()?);
    }
    let capacity = u16::try_from(row.capacity)
        .map_err(|_| TxError::impossible("resources", id, "a negative capacity"))?;
    let premises = ResourcePremises {
        capacity,
        out_of_service,
    };
    Ok(BTreeMap::from([(id, premises)]))
}

/// The columns of `engagements` that make a claim, beside what holds it.
#[derive(QueryableByName)]
pub(super) struct ClaimRow {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) appointment_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) service_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub(super) hold_expires_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Bool)]
    active: bool,
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
}

/// All of [`ClaimRow`]; to be followed by a condition on `e` and `a`.
pub(super) const SELECT_CLAIMS: &str = "
SELECT e.id, e.appointment_id, a.service_id, a.hold_expires_at, e.active, e.subject_kind, e.subject_id, e.seat,
    e.starts_at, e.ends_at, e.buffer_before_minutes, e.buffer_after_minutes, e.buffers_shared
FROM engagements e
LEFT JOIN appointments a ON a.tenant_id = e.tenant_id AND a.id = e.appointment_id
WHERE e.tenant_id = $1 AND ";

impl ClaimRow {
    pub(super) fn claim<E>(&self) -> Result<Claim, TxError<E>> {
        self.parse()
            .map_err(|what| TxError::impossible("engagements", self.id, what))
    }

    fn parse(&self) -> Result<Claim, &'static str> {
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
        Ok(Claim {
            subject,
            range: TimeRange::new(self.starts_at, self.ends_at).map_err(|_| "an empty range")?,
            before: minutes(self.buffer_before_minutes)?,
            after: minutes(self.buffer_after_minutes)?,
            buffers: if self.buffers_shared {
                BufferRule::Shared
            } else {
                BufferRule::Stacked
            },
        })
    }
}

/// The bookings that a step can reach.
pub(super) struct Reached {
    /// Those that keep their time.
    pub(super) standing: Vec<Booked>,
    /// Those that may take their time again: late money comes for a hold that ran out, and a no-show can be taken
    /// back.
    pub(super) run_out: Vec<Booked>,
}

/// The claims of appointments that a step can reach. As many as there are: horizons bound how far ahead a tenant
/// is booked.
pub(super) fn booked<E>(
    tx: &mut TenantTx<'_>,
    reach: &Reach,
    from: OffsetDateTime,
) -> Result<Reached, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let mut reached = Reached {
        standing: Vec::new(),
        run_out: Vec::new(),
    };
    let (kind, subject, stretch) = match reach {
        Reach::Nothing => return Ok(reached),
        Reach::Staff(id) => ("staff", Some(id.as_uuid()), None),
        Reach::Resource(id) => ("resource", Some(id.as_uuid()), None),
        Reach::Everybody(stretch) => ("staff", None, *stretch),
    };
    // Shared buffers lie outside of the claimed range, four hours of them at most.
    let rows = sql_query(format!(
        "{SELECT_CLAIMS} (e.active OR a.state IN ('expired', 'no_show')) AND e.appointment_id IS NOT NULL
            AND e.subject_kind = $2 AND ($3 IS NULL OR e.subject_id = $3)
            AND e.ends_at > $4 - interval '4 hours' AND ($5 IS NULL OR e.starts_at < $5 + interval '4 hours')
         ORDER BY e.subject_id, e.seat, e.starts_at"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(kind)
    .bind::<Nullable<SqlUuid>, _>(subject)
    .bind::<Timestamptz, _>(stretch.map_or(from, |stretch| stretch.start().max(from)))
    .bind::<Nullable<Timestamptz>, _>(stretch.map(|stretch| stretch.end()))
    .load::<ClaimRow>(tx.conn())?;
    for row in rows {
        if let Some((appointment, service)) = row.appointment_id.zip(row.service_id) {
            let booked = Booked {
                appointment: Id::from_uuid(appointment),
                service: Id::from_uuid(service),
                claim: row.claim()?,
            };
            let over = !row.active || row.hold_expires_at.is_some_and(|until| until <= from);
            if over {
                reached.run_out.push(booked);
            } else {
                reached.standing.push(booked);
            }
        }
    }
    Ok(reached)
}
