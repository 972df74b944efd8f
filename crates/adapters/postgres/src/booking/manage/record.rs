//! Recording a change: the lock, the step, the bookings it meets.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use ratiba_booking::appointment::{AppointmentId, Version};
use ratiba_booking::catalogue::Offering;
use ratiba_booking::engagement::Subject;
use ratiba_booking::event::BookingEvent;
use ratiba_booking::policy::{Policy, Rounding};
use ratiba_booking::setup::hits::{Premises, held_off, met};
use ratiba_booking::setup::{Cause, HitId, Reach, Recorded, SetupChange, SetupStep};

use super::{Refusable, blocks, catalogue, dated, hits, people, policy, premises};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::outbox;

pub(super) fn record(tx: &mut TenantTx<'_>, change: &SetupChange) -> Refusable<Recorded> {
    lock(tx)?;
    let known = super::super::catalogue::policy(tx)?;
    let reach = change.step.reach(&known.zone);
    let before = premises::read(tx, &known.zone, &reach, change.at)?;
    let version = write(tx, change, &known)?;
    let found = match before {
        Some(before) => list(tx, change, &known, &reach, &before)?,
        None => BTreeMap::new(),
    };
    if !found.is_empty() {
        let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
        outbox::append_event(
            tx,
            super::super::record::TOPIC,
            &BookingEvent::BookingsHit { count },
            change.at,
        )?;
    }
    Ok(Recorded { version, hits: found })
}

/// Enters the bookings that the step met, and those that it took back and something else still keeps off. What ran
/// out, or was not come to, is entered as well and counts as over: late money, or whoever takes the no-show back, makes
/// it stand again.
fn list(
    tx: &mut TenantTx<'_>,
    change: &SetupChange,
    known: &Policy,
    reach: &Reach,
    before: &Premises,
) -> Refusable<BTreeMap<AppointmentId, HitId>> {
    let after = premises::read(tx, &known.zone, reach, change.at)?.unwrap_or_else(|| before.clone());
    let reached = premises::booked(tx, reach, change.at)?;
    let mut taken_back = match change.step.takes_back() {
        Some(cause) => hits::take_back(tx, cause, change)?,
        None => BTreeSet::new(),
    };
    let mut listed = BTreeMap::new();
    for (booked, stands) in [(&reached.run_out, false), (&reached.standing, true)] {
        let mut found: BTreeMap<AppointmentId, (Subject, Cause)> = held_off(&after, booked, change.at);
        found.retain(|appointment, _| taken_back.remove(appointment));
        hits::leave_out_listed(tx, &mut found)?;
        if let Some(cause) = change.step.cause() {
            for (appointment, subject) in met(before, &after, booked, change.at) {
                found.entry(appointment).or_insert((subject, cause));
            }
        }
        let entered = hits::list_met(tx, found, change)?;
        if stands {
            listed = entered;
        }
    }
    Ok(listed)
}

/// Keeps every booking of the tenant out until this transaction ends; see the module above.
pub(in crate::booking) fn lock<E>(tx: &mut TenantTx<'_>) -> Result<(), TxError<E>> {
    let tenant = tx.tenant_uuid();
    sql_query("SELECT pg_advisory_xact_lock(1, ratiba_setup_lock($1))")
        .bind::<SqlUuid, _>(tenant)
        .execute(tx.conn())?;
    Ok(())
}

/// Writes the step. What follows from it for bookings is found by comparing what they stand on before and
/// after.
fn write(tx: &mut TenantTx<'_>, change: &SetupChange, known: &Policy) -> Refusable<Version> {
    match &change.step {
        SetupStep::PutService { service, version } => {
            let written = catalogue::put_service(tx, service, *version)?;
            if known.rules.rounding == Rounding::WholeUnits && service.offering == Offering::Active {
                policy::amounts_are_whole(tx, Some(service.id))?;
            }
            Ok(written)
        }
        SetupStep::OfferService {
            id,
            offering,
            version,
        } => {
            let written = catalogue::offer_service(tx, *id, *offering, *version)?;
            if known.rules.rounding == Rounding::WholeUnits && *offering == Offering::Active {
                policy::amounts_are_whole(tx, Some(*id))?;
            }
            Ok(written)
        }
        SetupStep::PutResource { resource, version } => {
            let written = catalogue::put_resource(tx, resource, *version)?;
            blocks::cover_new_places(tx, resource, known.rules.buffers, change)?;
            Ok(written)
        }
        SetupStep::OfferResource {
            id,
            offering,
            version,
        } => catalogue::offer_resource(tx, *id, *offering, *version),
        SetupStep::PutHours {
            staff,
            weekly,
            version,
        } => people::put_hours(tx, *staff, weekly, *version),
        SetupStep::PutSkills {
            staff,
            services,
            version,
        } => people::put_skills(tx, *staff, services, *version),
        SetupStep::PutStanding {
            staff,
            standing,
            version,
        } => people::put_standing(tx, *staff, *standing, *version),
        SetupStep::PutOverride {
            staff,
            day,
            blocks,
            version,
        } => dated::put_override(tx, (*staff, *day), blocks, *version, change.at),
        SetupStep::RemoveOverride { staff, day, version } => {
            dated::remove_override(tx, *staff, *day, *version)
        }
        SetupStep::AddLeave(leave) => dated::add_leave(tx, leave, change.at),
        SetupStep::RemoveLeave { staff, id } => dated::remove_leave(tx, *staff, *id),
        SetupStep::AddOutage(outage) => dated::add_outage(tx, outage, change.at),
        SetupStep::RemoveOutage { resource, id } => dated::remove_outage(tx, *resource, *id),
        SetupStep::AddBlocks(wanted) => blocks::add(tx, wanted, known.rules.buffers, change),
        SetupStep::RemoveBlock(id) => blocks::remove(tx, *id, change.at),
        SetupStep::PutOpeningHours { weekly, version } => {
            dated::put_opening_hours(tx, weekly.as_deref(), *version)
        }
        SetupStep::PutHoliday { holiday, version } => dated::put_holiday(tx, holiday, *version),
        SetupStep::AddHolidays(holidays) => dated::add_holidays(tx, holidays),
        SetupStep::RemoveHoliday { day, version } => dated::remove_holiday(tx, *day, *version),
        SetupStep::PutPolicy { policy, version } => policy::put(tx, known, policy, *version, change.at),
    }
}
