//! Puts the shares by which a team divides an appointment.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::ports::OpenMonth;
use ratiba_commission::ports::{PutSharesError, SharesChange};
use ratiba_commission::split::Shares;
use ratiba_kernel::{BasisPoints, Id};
use time::OffsetDateTime;
use uuid::Uuid;

use super::book::TOPIC;
use crate::booking::months;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::outbox::append_event;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Timestamptz)]
    counts_at: OffsetDateTime,
}

/// Everybody locks a visit before its parts, and a visit has another version once any of its parts has.
const RAISE_VISIT: &str = "
UPDATE visits v SET version = v.version + 1
WHERE v.tenant_id = $1 AND v.id = (SELECT visit_id FROM appointments WHERE tenant_id = $1 AND id = $2)";

const RAISE: &str = "
UPDATE appointments SET version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $3
RETURNING coalesce(actual_end_at, end_at) AS counts_at";

const PUT: &str = "
UPDATE appointment_staff t SET share_basis_points = s.points
FROM unnest($3, $4) AS s (staff_id, points)
WHERE t.tenant_id = $1 AND t.appointment_id = $2 AND t.staff_id = s.staff_id";

pub(super) fn put(tx: &mut TenantTx<'_>, change: &SharesChange) -> Result<i32, TxError<PutSharesError>> {
    let (tenant, appointment) = (tx.tenant_uuid(), change.appointment.as_uuid());
    sql_query(RAISE_VISIT)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(appointment)
        .execute(tx.conn())?;
    let raised = sql_query(RAISE)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(appointment)
        .bind::<Integer, _>(change.seen)
        .get_result::<Counted>(tx.conn())
        .optional()?;
    let Counted { counts_at } = raised.ok_or(TxError::Refused(PutSharesError::Stale))?;
    let people = change.renderers.staff();
    let open: Vec<OpenMonth> = people
        .iter()
        .map(|staff| OpenMonth {
            staff: Id::from_uuid(staff.as_uuid()),
            at: counts_at,
        })
        .collect();
    if months::any_is_frozen(tx, &open)? {
        return Err(TxError::Refused(PutSharesError::MonthFrozen));
    }
    let staff: Vec<Uuid> = people.iter().map(|staff| staff.as_uuid()).collect();
    let points: Vec<Option<i32>> = match change.renderers.shares() {
        Shares::Points(points) => points
            .iter()
            .map(|share| i32::try_from(share.value()).ok())
            .collect(),
        Shares::FullToEach => vec![i32::try_from(BasisPoints::WHOLE.value()).ok(); people.len()],
        Shares::Equal => vec![None; people.len()],
    };
    let written = sql_query(PUT)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(appointment)
        .bind::<Array<SqlUuid>, _>(staff)
        .bind::<Array<Nullable<Integer>>, _>(points)
        .execute(tx.conn())?;
    // Who renders it alone stands on the appointment only, and has no share of their own.
    if people.len() > 1 && written != people.len() {
        return Err(TxError::Refused(PutSharesError::Stale));
    }
    append_event(tx, TOPIC, &change.event, change.at)?;
    Ok(change.seen.saturating_add(1))
}
