//! The money of one visit, held while a decision that rests on all of its payments is recorded.

use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use ratiba_kernel::Id;
use ratiba_payments::VisitId;
use ratiba_payments::ports::VisitSeen;
use uuid::Uuid;

use super::TIP;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::schema::payments;

/// Waits until nobody else makes or sums up payments of the visit, locks those that there are in the order of their ids,
/// and tells how they are then. Whoever also locks a customer's row locks that first.
pub(super) fn hold<E>(tx: &mut TenantTx<'_>, visit: VisitId) -> Result<VisitSeen, TxError<E>> {
    let tenant = tx.tenant_uuid();
    // A payment that is not there yet has no row to lock.
    sql_query(
        "SELECT pg_advisory_xact_lock(hashtextextended('ratiba owed ' || $1::text || ' ' || $2::text, 0))",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(visit.as_uuid())
    .execute(tx.conn())?;
    let rows: Vec<(Uuid, i32)> = payments::table
        .filter(payments::tenant_id.eq(tenant))
        .filter(payments::visit_id.eq(visit.as_uuid()))
        .filter(payments::purpose.ne(TIP))
        .order(payments::id)
        .select((payments::id, payments::version))
        .for_no_key_update()
        .load(tx.conn())?;
    let versions = rows.into_iter().map(|(id, version)| (Id::from_uuid(id), version));
    Ok(VisitSeen::at(visit, versions))
}
