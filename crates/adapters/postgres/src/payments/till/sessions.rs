//! The sessions of the drawer, for reading page by page.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Outage};
use ratiba_payments::till::{TillId, TillSession};

use super::{SessionRow, session_of};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

/// A page has no need of what customers moved.
const PAGE: &str = "
SELECT id, open_key, open_print, opened_at, opened_by, currency, float_minor, carried_minor, float_reason, close_key,
    close_print, closed_at, closed_by, counted_minor, difference_minor, difference_reason, 0::bigint AS taken_minor,
    0::bigint AS given_back_minor
FROM till_sessions
WHERE tenant_id = $1 AND ($2 IS NULL OR (opened_at, id) < (SELECT b.opened_at, b.id FROM till_sessions b
    WHERE b.tenant_id = $1 AND b.id = $2))
ORDER BY opened_at DESC, id DESC LIMIT $3";

/// Sessions, the last one first.
pub(super) fn page(
    tx: &mut TenantTx<'_>,
    before: Option<TillId>,
    most: u16,
) -> Result<Vec<TillSession>, TxError<Outage>> {
    let rows: Vec<SessionRow> = sql_query(PAGE)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Nullable<SqlUuid>, _>(before.map(|before| before.as_uuid()))
        .bind::<BigInt, _>(i64::from(most))
        .load(tx.conn())?;
    let sessions = rows.into_iter().map(|row| {
        let id = row.id;
        let impossible = |what| TxError::impossible("till_sessions", id, what);
        let currency = Currency::parse(&row.currency).map_err(|_| impossible("unknown currency"))?;
        session_of(row, currency).map_err(impossible)
    });
    sessions.collect()
}
