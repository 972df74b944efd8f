//! What lies in suspense, and people's words for it.

mod undoing;

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Fingerprint, Id, Money, Outage, TenantId};
use ratiba_payments::actor::Actor;
use ratiba_payments::ledger::JournalId;
use ratiba_payments::ports::{
    ClearError, ClearingLook, DecideClearing, DecideUndoing, SuspenseBook, UndoError, UndoLook,
};
use ratiba_payments::reference::RequestKey;
use ratiba_payments::remark::Remark;
use ratiba_payments::suspense::{ClearedAs, Clearing, ClearingId, InSuspense, NotCleared};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{PgPayments, writing};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::schema::suspense_clearings;

#[derive(QueryableByName)]
struct LyingRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    cause: String,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    payment_id: Option<Uuid>,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: OffsetDateTime,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = BigInt)]
    cleared_minor: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = suspense_clearings, check_for_backend(diesel::pg::Pg))]
struct ClearingRow {
    tenant_id: Uuid,
    id: Uuid,
    journal_id: Uuid,
    posted_id: Uuid,
    account: String,
    currency: String,
    amount_minor: i64,
    reason: String,
    request_key: String,
    fingerprint: Vec<u8>,
    cleared_by: String,
    cleared_at: OffsetDateTime,
}

/// What whoever caused a journal `j` said of it.
macro_rules! said {
    () => {
        "(CASE split_part(j.cause, ':', 1)
            WHEN 'till-float' THEN (SELECT t.float_reason FROM till_sessions t
                WHERE t.tenant_id = $1 AND t.id = split_part(j.cause, ':', 2)::uuid)
            WHEN 'till-count' THEN (SELECT t.difference_reason FROM till_sessions t
                WHERE t.tenant_id = $1 AND t.id = split_part(j.cause, ':', 2)::uuid)
            WHEN 'till-move' THEN (SELECT t.reason FROM till_movements t
                WHERE t.tenant_id = $1 AND t.id = split_part(j.cause, ':', 2)::uuid)
            WHEN 'refunded' THEN (SELECT r.reason FROM payment_refunds r
                WHERE r.tenant_id = $1 AND r.id = split_part(j.cause, ':', 2)::uuid)
            WHEN 'paid-out' THEN (SELECT p.reason FROM credit_payouts p
                WHERE p.tenant_id = $1 AND p.id = split_part(j.cause, ':', 2)::uuid)
            WHEN 'stated' THEN (SELECT l.decided_reason FROM mpesa_statement_lines l
                WHERE l.tenant_id = $1 AND l.id = split_part(j.cause, ':', 2)::uuid)
            WHEN 'stated-again' THEN (SELECT l.decided_reason FROM mpesa_statement_lines l
                WHERE l.tenant_id = $1 AND l.id = split_part(j.cause, ':', 2)::uuid)
            WHEN 'never-moved' THEN (SELECT b.decided_reason FROM mpesa_statement_absences b
                WHERE b.tenant_id = $1 AND b.id = split_part(j.cause, ':', 2)::uuid)
        END) AS reason"
    };
}

macro_rules! lying {
    ($which:literal) => {
        concat!(
            "SELECT * FROM (
                SELECT j.id, j.cause, ",
            said!(),
            ", j.payment_id, j.occurred_at, s.amount_minor,
                    (SELECT coalesce(sum(c.amount_minor), 0) FROM suspense_clearings c
                        WHERE c.tenant_id = $1 AND c.journal_id = j.id AND c.currency = $2
                            AND NOT EXISTS (SELECT FROM suspense_clearings_undone u
                                WHERE u.tenant_id = $1 AND u.clearing_id = c.id))::bigint AS cleared_minor
                FROM (
                    SELECT e.journal_id, sum(e.amount_minor)::bigint AS amount_minor FROM ledger_entries e
                    WHERE e.tenant_id = $1 AND e.account = 'suspense' AND e.currency = $2 GROUP BY e.journal_id
                ) s
                JOIN ledger_journals j ON j.tenant_id = $1 AND j.id = s.journal_id
                WHERE s.amount_minor <> 0 AND ratiba_waits_for_a_word($1, j.cause)
            ) l ",
            $which
        )
    };
}

const WAITING: &str = lying!(
    "WHERE abs(amount_minor) > cleared_minor AND ($3 IS NULL OR (occurred_at, id) < (
        SELECT b.occurred_at, b.id FROM ledger_journals b WHERE b.tenant_id = $1 AND b.id = $3))
    ORDER BY occurred_at DESC, id DESC LIMIT $4"
);

const ONE: &str = concat!(
    "SELECT j.id, j.cause, ",
    said!(),
    ", j.payment_id, j.occurred_at, sum(e.amount_minor)::bigint AS amount_minor,
    (SELECT coalesce(sum(c.amount_minor), 0) FROM suspense_clearings c
        WHERE c.tenant_id = $1 AND c.journal_id = j.id AND c.currency = $2
            AND NOT EXISTS (SELECT FROM suspense_clearings_undone u
                WHERE u.tenant_id = $1 AND u.clearing_id = c.id))::bigint AS cleared_minor
FROM ledger_journals j
JOIN ledger_entries e ON e.tenant_id = $1 AND e.journal_id = j.id AND e.account = 'suspense' AND e.currency = $2
WHERE j.tenant_id = $1 AND j.id = $3 AND ratiba_waits_for_a_word($1, j.cause)
GROUP BY j.id, j.cause, j.payment_id, j.occurred_at HAVING sum(e.amount_minor) <> 0"
);

#[async_trait]
impl SuspenseBook for PgPayments {
    async fn in_suspense(
        &self,
        tenant: TenantId,
        currency: Currency,
        before: Option<JournalId>,
        most: u16,
    ) -> Result<Vec<InSuspense>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows: Vec<LyingRow> = sql_query(WAITING)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Text, _>(currency.code())
                    .bind::<Nullable<SqlUuid>, _>(before.map(|before| before.as_uuid()))
                    .bind::<BigInt, _>(i64::from(most))
                    .load(tx.conn())?;
                let found = rows.into_iter().map(|row| lying_of(row, currency));
                Ok::<_, TxError<Outage>>(found.collect())
            })
            .await
    }

    async fn clearings(
        &self,
        tenant: TenantId,
        before: Option<ClearingId>,
        most: u16,
    ) -> Result<Vec<Clearing>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let mut query = suspense_clearings::table
                    .filter(suspense_clearings::tenant_id.eq(own))
                    .select(ClearingRow::as_select())
                    .order((
                        suspense_clearings::cleared_at.desc(),
                        suspense_clearings::id.desc(),
                    ))
                    .limit(i64::from(most))
                    .into_boxed();
                if let Some(before) = before {
                    let since: Option<OffsetDateTime> = suspense_clearings::table
                        .filter(suspense_clearings::tenant_id.eq(own))
                        .filter(suspense_clearings::id.eq(before.as_uuid()))
                        .select(suspense_clearings::cleared_at)
                        .first(tx.conn())
                        .optional()?;
                    let Some(since) = since else { return Ok(Vec::new()) };
                    query = query.filter(
                        suspense_clearings::cleared_at
                            .lt(since)
                            .or(suspense_clearings::cleared_at
                                .eq(since)
                                .and(suspense_clearings::id.lt(before.as_uuid()))),
                    );
                }
                let rows: Vec<ClearingRow> = query.load(tx.conn())?;
                let said: Vec<Clearing> = rows
                    .into_iter()
                    .map(read)
                    .collect::<Result<_, TxError<Outage>>>()?;
                undoing::with_undone(tx, said)
            })
            .await
    }

    async fn clear(
        &self,
        tenant: TenantId,
        look: ClearingLook,
        decide: DecideClearing,
    ) -> Result<Clearing, ClearError> {
        self.database
            .tenant(tenant, move |tx| {
                lock(tx)?;
                if let Some(before) = of_key(tx, &look.key)? {
                    return if before.fingerprint == look.fingerprint {
                        Ok(before)
                    } else {
                        Err(refused(NotCleared::KeyUsed))
                    };
                }
                let row: Option<LyingRow> = sql_query(ONE)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Text, _>(look.currency.code())
                    .bind::<SqlUuid, _>(look.journal.as_uuid())
                    .get_result(tx.conn())
                    .optional()?;
                let lying = row.map(|row| lying_of(row, look.currency));
                let lying = lying.ok_or_else(|| refused(NotCleared::Unknown))?;
                let (clearing, journal) = decide(&lying).map_err(refused)?;
                writing::write_journal(tx, &journal)?;
                insert(tx, &clearing)?;
                Ok(clearing)
            })
            .await
    }

    async fn undo(
        &self,
        tenant: TenantId,
        look: UndoLook,
        decide: DecideUndoing,
    ) -> Result<Clearing, UndoError> {
        self.database
            .tenant(tenant, move |tx| {
                lock(tx)?;
                undoing::undo(tx, &look, &decide)
            })
            .await
    }
}

/// Nothing else is cleared or taken back meanwhile; the triggers on what is said take the same lock.
pub(super) fn lock<E>(tx: &mut TenantTx<'_>) -> Result<(), TxError<E>> {
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended('suspense:' || $1::text, 0))")
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .execute(tx.conn())?;
    Ok(())
}

fn refused(why: NotCleared) -> TxError<ClearError> {
    TxError::Refused(why.into())
}

fn lying_of(row: LyingRow, currency: Currency) -> InSuspense {
    InSuspense {
        journal: Id::from_uuid(row.id),
        cause: row.cause,
        reason: row.reason,
        payment: row.payment_id.map(Id::from_uuid),
        at: row.occurred_at,
        amount: Money::new(row.amount_minor, currency),
        cleared: Money::new(row.cleared_minor, currency),
    }
}

fn of_key(tx: &mut TenantTx<'_>, key: &RequestKey) -> Result<Option<Clearing>, TxError<ClearError>> {
    let own = tx.tenant_uuid();
    let row = suspense_clearings::table
        .filter(suspense_clearings::tenant_id.eq(own))
        .filter(suspense_clearings::request_key.eq(key.as_str()))
        .select(ClearingRow::as_select())
        .first(tx.conn())
        .optional()?;
    let said = row.map(read).transpose()?;
    let said = undoing::with_undone(tx, said.into_iter().collect())?;
    Ok(said.into_iter().next())
}

fn insert(tx: &mut TenantTx<'_>, clearing: &Clearing) -> Result<(), TxError<ClearError>> {
    let row = ClearingRow {
        tenant_id: tx.tenant_uuid(),
        id: clearing.id.as_uuid(),
        journal_id: clearing.journal.as_uuid(),
        posted_id: clearing.posted.as_uuid(),
        account: clearing.to.account().as_str().to_owned(),
        currency: clearing.amount.currency().code().to_owned(),
        amount_minor: clearing.amount.amount_minor(),
        reason: clearing.reason.as_str().to_owned(),
        request_key: clearing.key.as_str().to_owned(),
        fingerprint: clearing.fingerprint.as_bytes().to_vec(),
        cleared_by: clearing.by.as_str().to_owned(),
        cleared_at: clearing.at,
    };
    diesel::insert_into(suspense_clearings::table)
        .values(&row)
        .execute(tx.conn())?;
    Ok(())
}

fn read<E>(row: ClearingRow) -> Result<Clearing, TxError<E>> {
    let id = row.id;
    clearing_of(row).map_err(|what| TxError::impossible("suspense_clearings", id, what))
}

fn clearing_of(row: ClearingRow) -> Result<Clearing, &'static str> {
    let currency = Currency::parse(&row.currency).map_err(|_| "unknown currency")?;
    let print: [u8; 32] = row.fingerprint.try_into().map_err(|_| "malformed fingerprint")?;
    Ok(Clearing {
        id: Id::from_uuid(row.id),
        journal: Id::from_uuid(row.journal_id),
        posted: Id::from_uuid(row.posted_id),
        to: ClearedAs::parse(&row.account).ok_or("unknown account")?,
        amount: Money::new(row.amount_minor, currency),
        reason: Remark::parse(&row.reason).map_err(|_| "malformed reason")?,
        key: RequestKey::parse(&row.request_key).map_err(|_| "malformed request key")?,
        fingerprint: Fingerprint::from_bytes(print),
        by: Actor::parse(&row.cleared_by).map_err(|_| "malformed actor")?,
        at: row.cleared_at,
        undone: None,
    })
}
