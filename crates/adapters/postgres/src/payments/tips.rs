//! Tips, their shares, and what of them is owed to whom.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Id, Money, Outage, TenantId};
use ratiba_payments::payment::PaymentId;
use ratiba_payments::ports::{Change, DecideTip, EarnError, RecordError, TipBook};
use ratiba_payments::tip::{Tip, TipHolding, TipRecord, TipShare};
use ratiba_payments::{StaffId, VisitId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{PgPayments, rows, writing};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::schema::{payment_tips, payments};

#[derive(QueryableByName)]
struct HoldingRow {
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = SqlUuid)]
    appointment_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    shares: Value,
    #[diesel(sql_type = BigInt)]
    unshared: i64,
    #[diesel(sql_type = BigInt)]
    steps: i64,
}

#[derive(QueryableByName)]
struct OwedRow {
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = BigInt)]
    owed: i64,
}

const LOCK: &str =
    "SELECT id FROM payments WHERE tenant_id = $1 AND id = $2 AND purpose = 'tip' FOR NO KEY UPDATE";

const HOLDING: &str = "
SELECT p.currency, t.appointment_id, t.shares,
    (SELECT coalesce(-sum(e.amount_minor), 0) FROM ledger_entries e
        WHERE e.tenant_id = $1 AND e.account = 'tips_payable' AND e.payment_id = p.id AND e.currency = p.currency
    )::bigint AS unshared,
    (SELECT count(*) FROM ledger_journals j
        WHERE j.tenant_id = $1 AND j.payment_id = p.id AND j.cause LIKE 'tip-shared:%') AS steps
FROM payments p
JOIN payment_tips t ON t.tenant_id = $1 AND t.payment_id = p.id
WHERE p.tenant_id = $1 AND p.id = $2";

const OWED: &str = "
SELECT staff_id, -sum(amount_minor)::bigint AS owed FROM ledger_entries
WHERE tenant_id = $1 AND currency = $2 AND account = 'tips_payable' AND staff_id IS NOT NULL
    AND ($3 IS NULL OR staff_id = $3)
GROUP BY staff_id HAVING sum(amount_minor) <> 0 ORDER BY staff_id";

#[async_trait]
impl TipBook for PgPayments {
    async fn record_tip(&self, tenant: TenantId, tip: Tip, change: Change) -> Result<(), RecordError> {
        self.database
            .tenant(tenant, move |tx| {
                writing::write(tx, &change)?;
                insert(tx, &tip)
            })
            .await
    }

    async fn tips_of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<TipRecord>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let found = payments::table
                    .filter(payments::tenant_id.eq(own))
                    .filter(payments::visit_id.eq(visit.as_uuid()))
                    .filter(payments::purpose.eq("tip"))
                    .order((payments::created_at, payments::id))
                    .select(rows::PaymentRow::as_select())
                    .load(tx.conn())?;
                let mut along = rows::that_took_along(tx, found.iter().map(rows::PaymentRow::id).collect())?;
                let mut tips = Vec::with_capacity(found.len());
                for row in found {
                    let record = rows::with_attempts(tx, row)?;
                    let (appointment, shares) = payment_tips::table
                        .filter(payment_tips::tenant_id.eq(own))
                        .filter(payment_tips::payment_id.eq(record.payment.id().as_uuid()))
                        .select((payment_tips::appointment_id, payment_tips::shares))
                        .first::<(Uuid, Value)>(tx.conn())?;
                    let tip = tip_of(
                        record.payment.id(),
                        appointment,
                        &shares,
                        record.payment.currency(),
                    )?;
                    let along = along.remove(&record.payment.id().as_uuid());
                    tips.push(TipRecord { tip, record, along });
                }
                Ok::<_, TxError<Outage>>(tips)
            })
            .await
    }

    async fn share_tip(
        &self,
        tenant: TenantId,
        payment: PaymentId,
        decide: DecideTip,
    ) -> Result<bool, EarnError> {
        self.database
            .tenant(tenant, move |tx| {
                let locked = sql_query(LOCK)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(payment.as_uuid())
                    .execute(tx.conn())?;
                if locked == 0 {
                    return Ok(false);
                }
                // A statement of its own: it sees what was committed while the lock was waited for.
                let row: HoldingRow = sql_query(HOLDING)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(payment.as_uuid())
                    .get_result(tx.conn())?;
                let impossible = |what| TxError::impossible("payment_tips", payment, what);
                let currency = Currency::parse(&row.currency).map_err(|_| impossible("unknown currency"))?;
                let holding = TipHolding {
                    tip: tip_of(payment, row.appointment_id, &row.shares, currency)?,
                    unshared: Money::new(row.unshared, currency),
                    steps: u32::try_from(row.steps).map_err(|_| impossible("too many journals"))?,
                };
                let journal = decide(&holding).map_err(|error| TxError::Refused(error.into()))?;
                let shared = holding.steps > 0 || journal.is_some();
                if let Some(journal) = journal {
                    writing::write_journal(tx, &journal)?;
                }
                Ok(shared)
            })
            .await
    }

    async fn tips_owed(
        &self,
        tenant: TenantId,
        currency: Currency,
    ) -> Result<BTreeMap<StaffId, Money>, Outage> {
        self.database
            .tenant(tenant, move |tx| owed(tx, currency, None))
            .await
    }
}

/// What of tips is owed to everybody, or to one person.
pub(super) fn owed<E>(
    tx: &mut TenantTx<'_>,
    currency: Currency,
    staff: Option<StaffId>,
) -> Result<BTreeMap<StaffId, Money>, TxError<E>> {
    let rows: Vec<OwedRow> = sql_query(OWED)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Text, _>(currency.code())
        .bind::<Nullable<SqlUuid>, _>(staff.map(|staff| staff.as_uuid()))
        .load(tx.conn())?;
    let owed = rows
        .into_iter()
        .map(|row| (Id::from_uuid(row.staff_id), Money::new(row.owed, currency)));
    Ok(owed.collect())
}

/// Puts a tip beside its payment.
pub(super) fn insert<E>(tx: &mut TenantTx<'_>, tip: &Tip) -> Result<(), TxError<E>> {
    diesel::insert_into(payment_tips::table)
        .values((
            payment_tips::tenant_id.eq(tx.tenant_uuid()),
            payment_tips::payment_id.eq(tip.payment.as_uuid()),
            payment_tips::appointment_id.eq(tip.appointment.as_uuid()),
            payment_tips::shares.eq(shares_of(tip)),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Who gets how much, as rows have it.
pub(super) fn shares_of(tip: &Tip) -> Value {
    let shares = tip.shares.iter();
    let shares =
        shares.map(|share| json!({ "staff": share.staff.as_uuid(), "minor": share.amount.amount_minor() }));
    Value::Array(shares.collect())
}

fn tip_of<E>(
    payment: PaymentId,
    appointment: Uuid,
    shares: &Value,
    currency: Currency,
) -> Result<Tip, TxError<E>> {
    let shares = read_shares(shares, currency);
    Ok(Tip {
        payment,
        appointment: Id::from_uuid(appointment),
        shares: shares.ok_or_else(|| TxError::impossible("payment_tips", payment, "malformed shares"))?,
    })
}

/// Who gets how much; `None` if the row has not the form that is written.
pub(super) fn read_shares(shares: &Value, currency: Currency) -> Option<Vec<TipShare>> {
    let shares = shares.as_array()?.iter().map(|value| {
        let staff = value.get("staff").and_then(Value::as_str)?;
        let minor = value.get("minor").and_then(Value::as_i64)?;
        Some(TipShare {
            staff: Id::from_uuid(Uuid::parse_str(staff).ok()?),
            amount: Money::new(minor, currency),
        })
    });
    shares.collect()
}
