//! Words about what lay in suspense that were taken back.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid as SqlUuid};
use ratiba_kernel::{Fingerprint, Id};
use ratiba_payments::actor::Actor;
use ratiba_payments::ports::{DecideUndoing, UndoError, UndoLook};
use ratiba_payments::reference::RequestKey;
use ratiba_payments::remark::Remark;
use ratiba_payments::suspense::{Clearing, NotUndone, Undoing};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::writing;
use super::{ClearingRow, read};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::schema::{suspense_clearings, suspense_clearings_undone as undone};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = undone, check_for_backend(diesel::pg::Pg))]
struct UndoneRow {
    tenant_id: Uuid,
    clearing_id: Uuid,
    posted_id: Uuid,
    reason: String,
    request_key: String,
    fingerprint: Vec<u8>,
    undone_by: String,
    undone_at: OffsetDateTime,
}

#[derive(QueryableByName)]
struct Gone {
    #[diesel(sql_type = Bool)]
    gone: bool,
}

const WAS_GONE: &str = "
SELECT EXISTS (SELECT FROM ledger_entries
    WHERE tenant_id = $1 AND journal_id = $2 AND account = $3 AND amount_minor > 0) AS gone";

/// The words, each with that it was taken back, if it was.
pub(super) fn with_undone<E>(
    tx: &mut TenantTx<'_>,
    said: Vec<Clearing>,
) -> Result<Vec<Clearing>, TxError<E>> {
    let own = tx.tenant_uuid();
    let ids: Vec<Uuid> = said.iter().map(|clearing| clearing.id.as_uuid()).collect();
    let rows: Vec<UndoneRow> = undone::table
        .filter(undone::tenant_id.eq(own))
        .filter(undone::clearing_id.eq_any(ids))
        .select(UndoneRow::as_select())
        .load(tx.conn())?;
    let mut found = BTreeMap::new();
    for row in rows {
        let id = row.clearing_id;
        let undoing = undoing_of(row);
        let undoing = undoing.map_err(|what| TxError::impossible("suspense_clearings_undone", id, what))?;
        found.insert(id, undoing);
    }
    let with = said.into_iter().map(|clearing| Clearing {
        undone: found.remove(&clearing.id.as_uuid()),
        ..clearing
    });
    Ok(with.collect())
}

fn undoing_of(row: UndoneRow) -> Result<Undoing, &'static str> {
    let print: [u8; 32] = row.fingerprint.try_into().map_err(|_| "malformed fingerprint")?;
    Ok(Undoing {
        posted: Id::from_uuid(row.posted_id),
        reason: Remark::parse(&row.reason).map_err(|_| "malformed reason")?,
        key: RequestKey::parse(&row.request_key).map_err(|_| "malformed request key")?,
        fingerprint: Fingerprint::from_bytes(print),
        by: Actor::parse(&row.undone_by).map_err(|_| "malformed actor")?,
        at: row.undone_at,
    })
}

fn refused(why: NotUndone) -> TxError<UndoError> {
    TxError::Refused(why.into())
}

/// Takes a word back as `decide` says; nothing else is cleared meanwhile.
pub(super) fn undo(
    tx: &mut TenantTx<'_>,
    look: &UndoLook,
    decide: &DecideUndoing,
) -> Result<Clearing, TxError<UndoError>> {
    let own = tx.tenant_uuid();
    let under_key: Option<(Uuid, Vec<u8>)> = undone::table
        .filter(undone::tenant_id.eq(own))
        .filter(undone::request_key.eq(look.key.as_str()))
        .select((undone::clearing_id, undone::fingerprint))
        .first(tx.conn())
        .optional()?;
    if let Some((clearing, fingerprint)) = under_key {
        if fingerprint != look.fingerprint.as_bytes() {
            return Err(refused(NotUndone::KeyUsed));
        }
        return said(tx, clearing);
    }
    let clearing = said(tx, look.clearing.as_uuid())?;
    let was: Gone = sql_query(WAS_GONE)
        .bind::<SqlUuid, _>(own)
        .bind::<SqlUuid, _>(clearing.posted.as_uuid())
        .bind::<Text, _>(clearing.to.account().as_str())
        .get_result(tx.conn())?;
    let (undoing, journal) = decide(&clearing, was.gone).map_err(refused)?;
    writing::write_journal(tx, &journal)?;
    let row = UndoneRow {
        tenant_id: own,
        clearing_id: clearing.id.as_uuid(),
        posted_id: undoing.posted.as_uuid(),
        reason: undoing.reason.as_str().to_owned(),
        request_key: undoing.key.as_str().to_owned(),
        fingerprint: undoing.fingerprint.as_bytes().to_vec(),
        undone_by: undoing.by.as_str().to_owned(),
        undone_at: undoing.at,
    };
    diesel::insert_into(undone::table)
        .values(&row)
        .execute(tx.conn())?;
    Ok(Clearing {
        undone: Some(undoing),
        ..clearing
    })
}

fn said(tx: &mut TenantTx<'_>, id: Uuid) -> Result<Clearing, TxError<UndoError>> {
    let own = tx.tenant_uuid();
    let row = suspense_clearings::table
        .filter(suspense_clearings::tenant_id.eq(own))
        .filter(suspense_clearings::id.eq(id))
        .select(ClearingRow::as_select())
        .first(tx.conn())
        .optional()?;
    let clearing = row.map(read).transpose()?;
    let clearing = with_undone(tx, clearing.into_iter().collect())?;
    clearing
        .into_iter()
        .next()
        .ok_or_else(|| refused(NotUndone::Unknown))
}
