//! Amendments, what is carried, dismissals, and drafts.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use ratiba_commission::period::{FrozenDocument, FrozenPeriod, PeriodKind};
use ratiba_commission::ports::{Amend, AmendError, Dismissal, Draft, DraftFigure, FreezeError};
use ratiba_commission::{Month, PersonId, StaffId};
use ratiba_kernel::{Money, Outage};
use serde_json::Value;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::book::{TOPIC, hash_of, insert_periods, lock, lock_carried};
use super::lines::insert_lines;
use super::rules::currency_of;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::outbox::append_event;
use crate::schema::{commission_dismissal, commission_draft, commission_period};

const CARRIED: &str = "
SELECT staff_id, sum(carried_kes_minor)::bigint AS carried FROM commission_period
WHERE tenant_id = $1 AND carried_kes_minor <> 0
GROUP BY staff_id HAVING sum(carried_kes_minor) <> 0";

#[derive(QueryableByName)]
struct CarriedRow {
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = BigInt)]
    carried: i64,
}

/// Closes that take in what is carried do so one after the other, whatever their months: two at once would both find it.
pub(super) fn refuse_if_taken(
    tx: &mut TenantTx<'_>,
    documents: &[FrozenDocument],
) -> Result<(), TxError<FreezeError>> {
    let periods = documents.iter().map(FrozenDocument::period);
    let takers: Vec<&FrozenPeriod> = periods
        .filter(|period| period.carried.amount_minor() < 0)
        .collect();
    if takers.is_empty() {
        return Ok(());
    }
    lock_carried(tx)?;
    let rows = sql_query(CARRIED)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .load::<CarriedRow>(tx.conn())?;
    let carried: BTreeMap<Uuid, i64> = rows.into_iter().map(|row| (row.staff_id, row.carried)).collect();
    for period in takers {
        let left = carried.get(&period.staff.as_uuid()).copied().unwrap_or(0);
        if left.saturating_add(period.carried.amount_minor()) < 0 {
            return Err(TxError::Refused(FreezeError::CarriedTaken));
        }
    }
    Ok(())
}

pub(super) fn carried(tx: &mut TenantTx<'_>) -> Result<BTreeMap<StaffId, Money>, TxError<Outage>> {
    let currency = currency_of(tx)?;
    let rows = sql_query(CARRIED)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .load::<CarriedRow>(tx.conn())?;
    let carried = rows.into_iter();
    Ok(carried
        .map(|row| {
            (
                StaffId::from_uuid(row.staff_id),
                Money::new(row.carried, currency),
            )
        })
        .collect())
}

pub(super) fn amend(tx: &mut TenantTx<'_>, change: &Amend) -> Result<(), TxError<AmendError>> {
    let period = change.document.period();
    let PeriodKind::Amendment { of } = period.kind else {
        return Err(TxError::Refused(AmendError::Stale));
    };
    lock(tx, period.month)?;
    let tenant = tx.tenant_uuid();
    let of = of.as_uuid();
    if let Some(opening) = &change.opening {
        let own = commission_period::table
            .filter(commission_period::tenant_id.eq(tenant))
            .filter(commission_period::staff_id.eq(period.staff.as_uuid()))
            .filter(commission_period::period_start.eq(period.month.first_day()));
        if diesel::select(diesel::dsl::exists(own)).get_result::<bool>(tx.conn())? {
            return Err(TxError::Refused(AmendError::Stale));
        }
        insert_periods(tx, std::slice::from_ref(opening))?;
    }
    let known = commission_period::table
        .filter(commission_period::tenant_id.eq(tenant))
        .filter(
            commission_period::id
                .eq(of)
                .or(commission_period::amendment_of_id.eq(of)),
        )
        .select(commission_period::id)
        .load::<Uuid>(tx.conn())?;
    // The document is there, and nothing amends it yet.
    if known != [of] {
        return Err(TxError::Refused(AmendError::Stale));
    }
    let documents = std::slice::from_ref(&change.document);
    insert_periods(tx, documents)?;
    insert_lines(tx, documents)?;
    append_event(tx, TOPIC, &change.event, period.frozen_at)?;
    Ok(())
}

pub(super) fn dismiss(tx: &mut TenantTx<'_>, dismissal: &Dismissal) -> Result<(), TxError<Outage>> {
    diesel::insert_into(commission_dismissal::table)
        .values((
            commission_dismissal::tenant_id.eq(tx.tenant_uuid()),
            commission_dismissal::staff_id.eq(dismissal.staff.as_uuid()),
            commission_dismissal::period_start.eq(dismissal.month.first_day()),
            commission_dismissal::content_hash.eq(dismissal.content_hash.as_bytes().as_slice()),
            commission_dismissal::reason.eq(&dismissal.reason),
            commission_dismissal::dismissed_by.eq(dismissal.by.as_uuid()),
            commission_dismissal::dismissed_at.eq(dismissal.at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

type DismissalRow = (Uuid, Uuid, Vec<u8>, String, Uuid, OffsetDateTime);

pub(super) fn dismissed(tx: &mut TenantTx<'_>, month: Month) -> Result<Vec<Dismissal>, TxError<Outage>> {
    let rows = commission_dismissal::table
        .filter(commission_dismissal::tenant_id.eq(tx.tenant_uuid()))
        .filter(commission_dismissal::period_start.eq(month.first_day()))
        .order((commission_dismissal::dismissed_at, commission_dismissal::id))
        .select((
            commission_dismissal::id,
            commission_dismissal::staff_id,
            commission_dismissal::content_hash,
            commission_dismissal::reason,
            commission_dismissal::dismissed_by,
            commission_dismissal::dismissed_at,
        ))
        .load::<DismissalRow>(tx.conn())?;
    rows.into_iter()
        .map(|(id, staff, hash, reason, by, at)| {
            Ok(Dismissal {
                month,
                staff: StaffId::from_uuid(staff),
                content_hash: hash_of(id, &hash)?,
                reason,
                by: PersonId::from_uuid(by),
                at,
            })
        })
        .collect()
}

pub(super) fn drafts(tx: &mut TenantTx<'_>) -> Result<Vec<Draft>, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let rows = commission_draft::table
        .filter(commission_draft::tenant_id.eq(tenant))
        .order(commission_draft::period_start)
        .select((
            commission_draft::period_start,
            commission_draft::content,
            commission_draft::content_hash,
            commission_draft::drafted_at,
        ))
        .load::<(Date, Value, Vec<u8>, OffsetDateTime)>(tx.conn())?;
    rows.into_iter()
        .map(|(start, content, hash, drafted_at)| {
            let impossible =
                |what: &dyn std::fmt::Display| TxError::impossible("commission_draft", start, what);
            let staff: Vec<DraftFigure> =
                serde_json::from_value(content).map_err(|error| impossible(&error))?;
            Ok(Draft {
                month: Month::of(start).ok_or_else(|| impossible(&"not a calendar month"))?,
                staff,
                content_hash: hash_of(tenant, &hash)?,
                drafted_at,
            })
        })
        .collect()
}
