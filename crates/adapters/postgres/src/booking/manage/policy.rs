//! Zone and rules, and what another rule for buffers means for the claims that lie ahead.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{
    Array, Bool, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_booking::appointment::{AppointmentId, Version};
use ratiba_booking::catalogue::ServiceId;
use ratiba_booking::engagement::Claim;
use ratiba_booking::policy::{BufferRule, Policy, Rounding};
use ratiba_booking::setup::{AmountsWithCents, SetupRefused, Versioned, clashes};
use ratiba_kernel::{Id, Outage, Zone};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::premises::{ClaimRow, SELECT_CLAIMS};
use super::{Refusable, refused};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::schedules::WallClockRule;

#[derive(QueryableByName)]
struct VersionRow {
    #[diesel(sql_type = Integer)]
    version: i32,
}

pub(super) fn read(tx: &mut TenantTx<'_>) -> Result<Versioned<Policy>, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let value = super::super::catalogue::policy(tx)?;
    let row = sql_query("SELECT version FROM tenant_settings WHERE tenant_id = $1")
        .bind::<SqlUuid, _>(tenant)
        .get_result::<VersionRow>(tx.conn())?;
    let version = Version::read(row.version);
    Ok(Versioned { value, version })
}

pub(super) fn put(
    tx: &mut TenantTx<'_>,
    known: &Policy,
    policy: &Policy,
    version: Version,
    at: OffsetDateTime,
) -> Refusable<Version> {
    let tenant = tx.tenant_uuid();
    let rules =
        serde_json::to_value(&policy.rules).map_err(|error| TxError::Impossible(error.to_string()))?;
    let written = sql_query(
        "UPDATE tenant_settings SET zone = $3, booking = $4, version = version + 1
         WHERE tenant_id = $1 AND version = $2",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Integer, _>(version.number())
    .bind::<Text, _>(policy.zone.name())
    .bind::<Jsonb, _>(rules)
    .execute(tx.conn())?;
    if written != 1 {
        return refused(SetupRefused::Stale);
    }
    if policy.rules.rounding == Rounding::WholeUnits {
        amounts_are_whole(tx, None)?;
    }
    if policy.zone != known.zone {
        nothing_lies_ahead(tx, at)?;
        move_schedules(tx, &policy.zone, at)?;
    }
    if policy.rules.buffers != known.rules.buffers {
        rewrite_claims(tx, policy.rules.buffers, at)?;
        rewrite_plans(tx, policy.rules.buffers, at)?;
    }
    Ok(version.next())
}

#[derive(QueryableByName)]
struct WithCents {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// M-Pesa moves no cents: what was set where they were allowed is changed before it is taken, or before it goes on
/// sale again. `only` one service, or all that is on sale.
pub(super) fn amounts_are_whole(tx: &mut TenantTx<'_>, only: Option<ServiceId>) -> Refusable<()> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "(SELECT 'service' AS kind, id FROM services
            WHERE tenant_id = $1 AND (active AND $2 IS NULL OR id = $2)
                AND (price_minor % 100 <> 0 OR deposit_kind = 'flat' AND deposit_value % 100 <> 0)
            ORDER BY id LIMIT 100)
         UNION ALL
         (SELECT 'package', id FROM packages
            WHERE tenant_id = $1 AND active AND $2 IS NULL AND price_minor % 100 <> 0 ORDER BY id LIMIT 100)
         UNION ALL
         (SELECT 'promotion', id FROM promotions
            WHERE tenant_id = $1 AND active AND $2 IS NULL
                AND (amount_kind = 'flat' AND amount_value % 100 <> 0 OR cap_minor % 100 <> 0)
            ORDER BY id LIMIT 100)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Nullable<SqlUuid>, _>(only.map(|id| id.as_uuid()))
    .load::<WithCents>(tx.conn())?;
    let mut found = AmountsWithCents::default();
    for row in rows {
        match row.kind.as_str() {
            "package" => found.packages.push(Id::from_uuid(row.id)),
            "promotion" => found.promotions.push(Id::from_uuid(row.id)),
            _service => found.services.push(Id::from_uuid(row.id)),
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    refused(SetupRefused::AmountsHaveCents(found))
}

/// Everything that has been agreed was agreed by the wall clock of before.
fn nothing_lies_ahead(tx: &mut TenantTx<'_>, at: OffsetDateTime) -> Refusable<()> {
    let rows = claims_ahead(tx, at)?;
    let (mut appointments, mut blocks) = (Vec::new(), 0);
    for row in rows {
        // A hold that ran out keeps nothing.
        if row.hold_expires_at.is_some_and(|until| until <= at) {
            continue;
        }
        match row.appointment_id {
            Some(id) => appointments.push(Id::from_uuid(id)),
            None => blocks += 1,
        }
    }
    if appointments.is_empty() && blocks == 0 {
        return Ok(());
    }
    refused(in_the_way(appointments, blocks))
}

fn in_the_way(mut appointments: Vec<AppointmentId>, blocks: usize) -> SetupRefused {
    appointments.sort_unstable();
    appointments.dedup();
    SetupRefused::InTheWay { appointments, blocks }
}

fn claims_ahead(tx: &mut TenantTx<'_>, at: OffsetDateTime) -> Refusable<Vec<ClaimRow>> {
    let tenant = tx.tenant_uuid();
    Ok(sql_query(format!(
        "{SELECT_CLAIMS} e.active AND e.ends_at > $2 ORDER BY e.id"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(at)
    .load::<ClaimRow>(tx.conn())?)
}

#[derive(QueryableByName)]
struct ScheduleRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SmallInt)]
    at_hour: i16,
    #[diesel(sql_type = SmallInt)]
    at_minute: i16,
    #[diesel(sql_type = Nullable<SmallInt>)]
    day_of_month: Option<i16>,
}

/// What is due by the tenant's wall clock is due by the new one.
fn move_schedules(tx: &mut TenantTx<'_>, zone: &Zone, at: OffsetDateTime) -> Refusable<()> {
    let tenant = tx.tenant_uuid();
    let rows = sql_query(
        "SELECT id, at_hour, at_minute, day_of_month FROM schedules WHERE tenant_id = $1 ORDER BY id",
    )
    .bind::<SqlUuid, _>(tenant)
    .load::<ScheduleRow>(tx.conn())?;
    for row in rows {
        let small = |value: i16| u8::try_from(value).map_err(|error| impossible(row.id, &error));
        let rule = WallClockRule {
            hour: small(row.at_hour)?,
            minute: small(row.at_minute)?,
            day_of_month: row.day_of_month.map(small).transpose()?,
        };
        let next = rule
            .next_after(zone, at)
            .ok_or_else(|| impossible(row.id, &"never due"))?;
        sql_query("UPDATE schedules SET zone = $3, next_run_at = $4 WHERE tenant_id = $1 AND id = $2")
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(row.id)
            .bind::<Text, _>(zone.name())
            .bind::<Timestamptz, _>(next)
            .execute(tx.conn())?;
    }
    Ok(())
}

fn impossible(id: Uuid, what: &dyn std::fmt::Display) -> TxError<SetupRefused> {
    TxError::impossible("schedules", id, what)
}

/// All claims that lie ahead under the other rule, in one statement. Each lies inside of what it was or is to
/// be, so that no two of them meet on the way if none do in the end.
fn rewrite_claims(tx: &mut TenantTx<'_>, rule: BufferRule, at: OffsetDateTime) -> Refusable<()> {
    let mut rows = Vec::new();
    for row in claims_ahead(tx, at)? {
        if let Some(claim) = row.claim()?.under(rule) {
            rows.push((row, claim));
        }
    }
    let claims: Vec<Claim> = rows.iter().map(|(_, claim)| claim.clone()).collect();
    let clashing = clashes(&claims);
    if !clashing.is_empty() {
        let owners: Vec<Option<Uuid>> = clashing
            .iter()
            .filter_map(|position| rows.get(*position).map(|(row, _)| row.appointment_id))
            .collect();
        let appointments = owners.iter().flatten().map(|id| Id::from_uuid(*id)).collect();
        let blocks = owners.iter().filter(|owner| owner.is_none()).count();
        return refused(in_the_way(appointments, blocks));
    }
    let tenant = tx.tenant_uuid();
    sql_query(
        "UPDATE engagements e SET starts_at = c.starts, ends_at = c.ends, buffers_shared = $5
         FROM unnest($2, $3, $4) AS c (id, starts, ends)
         WHERE e.tenant_id = $1 AND e.id = c.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(rows.iter().map(|(row, _)| row.id).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(claims.iter().map(|claim| claim.range.start()).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(claims.iter().map(|claim| claim.range.end()).collect::<Vec<_>>())
    .bind::<Bool, _>(rule == BufferRule::Shared)
    .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct PlanRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Jsonb)]
    plan: Value,
}

/// Which appointments' plans still count at `$2`.
const REWRITTEN: &str = "end_at > $2
        AND state IN ('requested', 'held', 'confirmed', 'checked_in', 'in_progress', 'expired')
    OR state = 'no_show' AND state_at > $2 - interval '25 hours'";

/// The claims as appointments remember them, those of expired holds and of no-shows of the last day included: late
/// money, or whoever takes the no-show back, takes them again.
/// The appointment has another version from now on, so that nobody writes the old plan back.
fn rewrite_plans(tx: &mut TenantTx<'_>, rule: BufferRule, at: OffsetDateTime) -> Refusable<()> {
    let tenant = tx.tenant_uuid();
    // Those of which a part is rewritten, and before their parts, as everybody does.
    sql_query(
        "WITH locked AS (SELECT v.id FROM visits v WHERE v.tenant_id = $1
                AND EXISTS (SELECT FROM appointments WHERE tenant_id = $1 AND visit_id = v.id AND (REWRITTEN))
            ORDER BY v.id FOR NO KEY UPDATE)
         UPDATE visits v SET version = v.version + 1 FROM locked WHERE v.tenant_id = $1 AND v.id = locked.id"
            .replace("REWRITTEN", REWRITTEN),
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(at)
    .execute(tx.conn())?;
    let rows = sql_query(format!(
        "SELECT id, plan FROM appointments WHERE tenant_id = $1 AND ({REWRITTEN}) ORDER BY id FOR UPDATE"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(at)
    .load::<PlanRow>(tx.conn())?;
    let mut plans: BTreeMap<Uuid, Value> = BTreeMap::new();
    for row in rows {
        let impossible = |error: serde_json::Error| TxError::impossible("appointments", row.id, error);
        let mut plan = row.plan;
        if let Some(claims) = plan.get_mut("claims") {
            let before: Vec<Claim> = serde_json::from_value(claims.take()).map_err(impossible)?;
            let after: Vec<Claim> = before.iter().filter_map(|claim| claim.under(rule)).collect();
            *claims = serde_json::to_value(after).map_err(impossible)?;
        }
        plans.insert(row.id, plan);
    }
    sql_query(
        "UPDATE appointments a SET plan = p.plan, version = a.version + 1
         FROM unnest($2, $3) AS p (id, plan) WHERE a.tenant_id = $1 AND a.id = p.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(plans.keys().copied().collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(plans.into_values().collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(())
}
