//! What is open with people of the business: one row for each of them.

use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_conversation::channel::SenderKey;
use ratiba_conversation::desk::VisitRef;
use ratiba_conversation::ports::RecordError;
use ratiba_conversation::rail::Slate;
use ratiba_kernel::{Outage, PhoneNumber};
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::threads::{Refused, refuse_unless};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct SlateRow {
    #[diesel(sql_type = Array<SqlUuid>)]
    listed: Vec<Uuid>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pending: Option<Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    awaits: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    user_id: Option<String>,
    #[diesel(sql_type = Integer)]
    version: i32,
}

/// What is open with whoever has this number.
pub(super) fn find<E>(tx: &mut TenantTx<'_>, phone: &PhoneNumber) -> Result<Slate, TxError<E>> {
    let row = sql_query(
        "SELECT listed, pending, awaits, user_id, version FROM rail_slates WHERE tenant_id = $1 AND phone = $2",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Text, _>(phone.e164())
    .get_result::<SlateRow>(tx.conn())
    .optional()?;
    let Some(row) = row else {
        return Ok(Slate::blank(phone.clone()));
    };
    // A question that another version asked, and this one cannot read, is over: it is asked anew.
    let pending = row.pending.and_then(read_or_forget);
    let awaits = row.awaits.and_then(read_or_forget);
    Ok(Slate {
        phone: phone.clone(),
        listed: row.listed.into_iter().map(VisitRef::from_uuid).collect(),
        pending,
        awaits,
        user_id: row
            .user_id
            .map(|id| SenderKey::parse(&id))
            .transpose()
            .map_err(|error| TxError::impossible("rail_slates", "user_id", error))?,
        version: row.version,
    })
}

fn read_or_forget<T: DeserializeOwned>(question: Value) -> Option<T> {
    serde_json::from_value(question)
        .inspect_err(|error| tracing::warn!(%error, "a question of the rail cannot be read any more"))
        .ok()
}

/// The channel's own id of whoever writes to the rail from this number.
pub(super) fn user_id_of<E>(
    tx: &mut TenantTx<'_>,
    phone: &PhoneNumber,
) -> Result<Option<SenderKey>, TxError<E>> {
    Ok(find(tx, phone)?.user_id)
}

/// Writes it at the version that it was read at.
pub(super) fn write(tx: &mut TenantTx<'_>, slate: &Slate, at: OffsetDateTime) -> Result<(), Refused> {
    let pending = slate.pending.as_ref().map(serde_json::to_value).transpose();
    let pending = pending.map_err(|error| TxError::Impossible(error.to_string()))?;
    let awaits = slate.awaits.as_ref().map(serde_json::to_value).transpose();
    let awaits = awaits.map_err(|error| TxError::Impossible(error.to_string()))?;
    let listed: Vec<Uuid> = slate.listed.iter().map(|visit| visit.as_uuid()).collect();
    let written = sql_query(
        "INSERT INTO rail_slates AS s (tenant_id, phone, listed, pending, version, changed_at, user_id, awaits)
         VALUES ($1, $2, $3, $4, $5 + 1, $6, $7, $8)
         ON CONFLICT (tenant_id, phone) DO UPDATE SET listed = excluded.listed, pending = excluded.pending,
             user_id = excluded.user_id, awaits = excluded.awaits, version = excluded.version, changed_at = excluded.changed_at
         WHERE s.version = $5",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Text, _>(slate.phone.e164())
    .bind::<Array<SqlUuid>, _>(listed)
    .bind::<Nullable<Jsonb>, _>(pending)
    .bind::<Integer, _>(slate.version)
    .bind::<Timestamptz, _>(at)
    .bind::<Nullable<Text>, _>(slate.user_id.as_ref().map(|id| id.as_str().to_owned()))
    .bind::<Nullable<Jsonb>, _>(awaits)
    .execute(tx.conn())?;
    refuse_unless(written, RecordError::Stale)
}

/// Takes the questions off that were asked before, with their words. The question is the newest thing on a slate that has one.
pub(super) fn wipe(
    tx: &mut TenantTx<'_>,
    before: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<u64, TxError<Outage>> {
    let wiped = sql_query(
        "UPDATE rail_slates SET pending = NULL, version = version + 1, changed_at = $3
         WHERE tenant_id = $1 AND pending IS NOT NULL AND changed_at <= $2",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Timestamptz, _>(before)
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(u64::try_from(wiped).unwrap_or(u64::MAX))
}
