//! What came by card and by M-Pesa while the drawer was open; frozen with the session.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Id, Money, Outage, TenantId};
use ratiba_payments::ledger::Account;
use ratiba_payments::ports::{OtherTenders, Taking, Takings, TakingsBook};
use ratiba_payments::reference::Receipt;
use ratiba_payments::till::TillId;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::payments::PgPayments;

#[derive(QueryableByName)]
struct Closed {
    #[diesel(sql_type = Bool)]
    closed: bool,
}

#[derive(QueryableByName)]
struct TakingRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    at: OffsetDateTime,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    payment_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    attempt_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    refund_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    receipt: Option<String>,
}

#[derive(QueryableByName)]
struct TotalRow {
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = BigInt)]
    total: i64,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

const IS_CLOSED: &str = "
SELECT closed_at IS NOT NULL AS closed FROM till_sessions WHERE tenant_id = $1 AND id = $2";

/// What is on an open session's sheet ($2) until $3: what was booked in its time, and what was booked too late for the
/// sheet before. Nothing stands on two sheets.
macro_rules! open_sheet {
    ($then:expr) => {
        concat!(
            "WITH till AS (
                SELECT s.currency, s.opened_at, coalesce(p.opened_at, s.opened_at) AS since,
                    coalesce(p.closed_at, s.opened_at) AS closed_before
                FROM till_sessions s
                LEFT JOIN LATERAL (
                    SELECT opened_at, closed_at FROM till_sessions
                    WHERE tenant_id = $1 AND closed_at IS NOT NULL AND id <> s.id
                    ORDER BY closed_at DESC LIMIT 1
                ) p ON true
                WHERE s.tenant_id = $1 AND s.id = $2
            ), booked AS (
                SELECT j.id, e.account, sum(e.amount_minor)::bigint AS amount_minor
                FROM till t
                JOIN ledger_journals j ON j.tenant_id = $1 AND j.occurred_at >= t.since AND j.occurred_at < $3
                JOIN ledger_entries e ON e.tenant_id = $1 AND e.journal_id = j.id AND e.currency = t.currency
                WHERE e.account IN ('mpesa_clearing', 'card_clearing')
                    AND (j.occurred_at >= t.opened_at OR j.occurred_at < t.closed_before)
                    AND NOT EXISTS (SELECT FROM till_sheet_lines l
                        WHERE l.tenant_id = $1 AND l.journal_id = j.id AND l.account = e.account)
                GROUP BY j.id, e.account
            ) ",
            $then
        )
    };
}

/// What is on a closed session's sheet ($2); $3 is not needed.
macro_rules! closed_sheet {
    ($then:expr) => {
        concat!(
            "WITH booked AS (
                SELECT l.journal_id AS id, l.account, l.amount_minor FROM till_sheet_lines l
                WHERE l.tenant_id = $1 AND l.session_id = $2 AND $3::timestamptz IS NOT NULL
            ) ",
            $then
        )
    };
}

/// The lines of one account ($4), at most $5; the refund of a journal is in its cause.
macro_rules! lines {
    () => {
        "SELECT j.id, j.occurred_at AS at, b.amount_minor, j.payment_id, j.attempt_id, r.id AS refund_id,
            coalesce(a.receipt, r.receipt) AS receipt
        FROM booked b
        JOIN ledger_journals j ON j.tenant_id = $1 AND j.id = b.id
        LEFT JOIN payment_attempts a ON a.tenant_id = $1 AND a.id = j.attempt_id
        LEFT JOIN payment_refunds r ON r.tenant_id = $1
            AND r.id = CASE
                WHEN j.cause ~ '^(refunded|charged-back|won-back):' THEN split_part(j.cause, ':', 2)::uuid
            END
        WHERE b.account = $4 ORDER BY j.occurred_at, j.id LIMIT $5"
    };
}

macro_rules! totals {
    () => {
        "SELECT account, sum(amount_minor)::bigint AS total, count(*) AS count FROM booked GROUP BY account"
    };
}

const OPEN_LINES: &str = open_sheet!(lines!());
const OPEN_TOTALS: &str = open_sheet!(totals!());
const CLOSED_LINES: &str = closed_sheet!(lines!());
const CLOSED_TOTALS: &str = closed_sheet!(totals!());
const FREEZE: &str = open_sheet!(
    "INSERT INTO till_sheet_lines (tenant_id, journal_id, account, session_id, amount_minor)
    SELECT $1, id, account, $2, amount_minor FROM booked"
);

/// Keeps the sheet of a session that is about to be closed. The drawer is locked, so that no two sheets are frozen at
/// once.
pub(super) fn freeze<E>(tx: &mut TenantTx<'_>, till: TillId, at: OffsetDateTime) -> Result<(), TxError<E>> {
    sql_query(FREEZE)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(till.as_uuid())
        .bind::<Timestamptz, _>(at)
        .execute(tx.conn())?;
    Ok(())
}

#[async_trait]
impl TakingsBook for PgPayments {
    async fn other_tenders(
        &self,
        tenant: TenantId,
        currency: Currency,
        till: TillId,
        until: OffsetDateTime,
    ) -> Result<OtherTenders, Outage> {
        self.database
            .snapshot(tenant, move |tx| {
                let state: Option<Closed> = sql_query(IS_CLOSED)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(till.as_uuid())
                    .get_result(tx.conn())
                    .optional()?;
                let (lines, totals) = if state.is_some_and(|state| state.closed) {
                    (CLOSED_LINES, CLOSED_TOTALS)
                } else {
                    (OPEN_LINES, OPEN_TOTALS)
                };
                let totals: Vec<TotalRow> = sql_query(totals)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(till.as_uuid())
                    .bind::<Timestamptz, _>(until)
                    .load(tx.conn())?;
                let mut of = |account: Account| {
                    let rows: Vec<TakingRow> = sql_query(lines)
                        .bind::<SqlUuid, _>(tx.tenant_uuid())
                        .bind::<SqlUuid, _>(till.as_uuid())
                        .bind::<Timestamptz, _>(until)
                        .bind::<Text, _>(account.as_str())
                        .bind::<BigInt, _>(Takings::LINES_MAX)
                        .load(tx.conn())?;
                    let lines = rows.into_iter().map(|row| taking_of(row, currency));
                    let total = totals.iter().find(|total| total.account == account.as_str());
                    Ok::<_, TxError<Outage>>(Takings {
                        total: Money::new(total.map_or(0, |total| total.total), currency),
                        lines: lines.collect::<Result<_, _>>()?,
                        count: total.map_or(0, |total| total.count),
                    })
                };
                Ok(OtherTenders {
                    card: of(Account::CardClearing)?,
                    mpesa: of(Account::MpesaClearing)?,
                })
            })
            .await
    }
}

fn taking_of(row: TakingRow, currency: Currency) -> Result<Taking, TxError<Outage>> {
    let receipt = row.receipt.as_deref().map(Receipt::parse).transpose();
    Ok(Taking {
        at: row.at,
        amount: Money::new(row.amount_minor, currency),
        payment: row.payment_id.map(Id::from_uuid),
        attempt: row.attempt_id.map(Id::from_uuid),
        refund: row.refund_id.map(Id::from_uuid),
        receipt: receipt.map_err(|error| TxError::impossible("ledger_journals", row.id, error))?,
    })
}
