//! Decisions about lines of statements that were wrong.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Money, Outage};
use ratiba_payments::actor::Actor;
use ratiba_payments::ledger::{Account, Cause, Entry, Place};
use ratiba_payments::ports::{
    DecideReopen, Decider, LineFacts, LineRetraction, LineStays, LineTakeBack, RecordedLine, ReopenError,
    SaidOfLine,
};
use ratiba_payments::remark::Remark;
use ratiba_payments::statement::LineId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::writing;
use super::ONE;
use super::rows::{LineRow, recorded};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct OrderRow {
    #[diesel(sql_type = SqlUuid)]
    line_id: Uuid,
    #[diesel(sql_type = Binary)]
    fingerprint: Vec<u8>,
}

#[derive(QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
}

#[derive(QueryableByName)]
struct ClearedRow {
    #[diesel(sql_type = Bool)]
    cleared: bool,
}

#[derive(QueryableByName)]
struct RetractionRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    said_by: String,
    #[diesel(sql_type = Text)]
    said_reason: String,
    #[diesel(sql_type = Timestamptz)]
    said_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    taken_back_by: String,
    #[diesel(sql_type = Text)]
    taken_back_reason: String,
    #[diesel(sql_type = Timestamptz)]
    taken_back_at: OffsetDateTime,
}

const OF_KEY: &str = "
SELECT line_id, fingerprint FROM mpesa_statement_lines_taken_back WHERE tenant_id = $1 AND request_key = $2";

const POSTED: &str = "
SELECT e.account, e.currency, e.amount_minor
FROM ledger_journals j JOIN ledger_entries e ON e.tenant_id = j.tenant_id AND e.journal_id = j.id
WHERE j.tenant_id = $1 AND j.cause = $2 ORDER BY e.position";

const CLEARED: &str = "
SELECT EXISTS (SELECT FROM suspense_clearings c
    JOIN ledger_journals j ON j.tenant_id = c.tenant_id AND j.id = c.journal_id
    WHERE c.tenant_id = $1 AND j.cause = $2 AND NOT EXISTS (SELECT FROM suspense_clearings_undone u
        WHERE u.tenant_id = $1 AND u.clearing_id = c.id)) AS cleared";

const KEEP: &str = "
INSERT INTO mpesa_statement_lines_taken_back (tenant_id, id, line_id, request_key, fingerprint, state, said_by,
    said_reason, said_at, taken_back_by, taken_back_reason, taken_back_at)
SELECT $1, $3, l.id, $4, $5, l.state, l.decided_by, l.decided_reason, l.decided_at, $6, $7, $8
FROM mpesa_statement_lines l WHERE l.tenant_id = $1 AND l.id = $2";

const RETRACTIONS: &str = "
SELECT id, state, said_by, said_reason, said_at, taken_back_by, taken_back_reason, taken_back_at
FROM mpesa_statement_lines_taken_back WHERE tenant_id = $1 AND line_id = $2 ORDER BY taken_back_at, id";

const OPEN_AGAIN: &str = "
UPDATE mpesa_statement_lines SET state = 'open', attempt_id = NULL, refund_id = NULL, payment_id = NULL,
    decided_by = NULL, decided_reason = NULL, decided_at = NULL
WHERE tenant_id = $1 AND id = $2";

/// Opens a line again; called under the locks of lines and of suspense.
pub(super) fn reopen(
    tx: &mut TenantTx<'_>,
    order: &LineTakeBack,
    decide: &DecideReopen,
) -> Result<(), TxError<ReopenError>> {
    let (tenant, line) = (tx.tenant_uuid(), order.line.as_uuid());
    let before: Option<OrderRow> = sql_query(OF_KEY)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(order.key.as_str())
        .get_result(tx.conn())
        .optional()?;
    if let Some(before) = before {
        let same = before.line_id == line && before.fingerprint == order.ordered.as_bytes();
        return if same {
            Ok(())
        } else {
            Err(stays(LineStays::KeyUsed))
        };
    }
    let row: Option<LineRow> = sql_query(ONE)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(line)
        .get_result(tx.conn())
        .optional()?;
    let found = row.map(recorded).transpose()?;
    let found = found.ok_or_else(|| stays(LineStays::Unknown))?;
    let facts = facts(tx, found)?;
    let journal = decide(&facts).map_err(stays)?;
    let id = tx.new_id();
    let kept = sql_query(KEEP)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(line)
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(order.key.as_str())
        .bind::<Binary, _>(&order.ordered.as_bytes()[..])
        .bind::<Text, _>(order.by.by.as_str())
        .bind::<Text, _>(order.by.why.as_str())
        .bind::<Timestamptz, _>(order.at);
    kept.execute(tx.conn())?;
    sql_query(OPEN_AGAIN)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(line)
        .execute(tx.conn())?;
    if let Some(journal) = &journal {
        writing::write_journal(tx, journal)?;
    }
    Ok(())
}

/// What was decided about a line and taken back, the oldest first.
pub(super) fn retractions(
    tx: &mut TenantTx<'_>,
    line: LineId,
) -> Result<Vec<LineRetraction>, TxError<Outage>> {
    let rows: Vec<RetractionRow> = sql_query(RETRACTIONS)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(line.as_uuid())
        .load(tx.conn())?;
    rows.into_iter()
        .map(|row| {
            let id = row.id;
            retraction_of(row)
                .map_err(|what| TxError::impossible("mpesa_statement_lines_taken_back", id, what))
        })
        .collect()
}

fn retraction_of(row: RetractionRow) -> Result<LineRetraction, &'static str> {
    let decider = |by: &str, why: &str| {
        Ok::<_, &'static str>(Decider {
            by: Actor::parse(by).map_err(|_| "malformed actor")?,
            why: Remark::parse(why).map_err(|_| "malformed reason")?,
        })
    };
    Ok(LineRetraction {
        said: SaidOfLine::parse(&row.state).ok_or("unknown state")?,
        said_by: decider(&row.said_by, &row.said_reason)?,
        said_at: row.said_at,
        by: decider(&row.taken_back_by, &row.taken_back_reason)?,
        at: row.taken_back_at,
    })
}

fn stays(why: LineStays) -> TxError<ReopenError> {
    TxError::Refused(why.into())
}

fn facts(tx: &mut TenantTx<'_>, line: RecordedLine) -> Result<LineFacts, TxError<ReopenError>> {
    let tenant = tx.tenant_uuid();
    let cause = match line.taken_back {
        0 => Cause::Stated(line.id),
        taken_back => Cause::StatedAgain {
            line: line.id,
            taken_back,
        },
    };
    let rows: Vec<EntryRow> = sql_query(POSTED)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(cause.key())
        .load(tx.conn())?;
    let cleared: ClearedRow = sql_query(CLEARED)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(cause.key())
        .get_result(tx.conn())?;
    let entry = |row: EntryRow| {
        let impossible = |what| TxError::impossible("ledger_entries", line.id, what);
        let account = Account::parse(&row.account).ok_or_else(|| impossible("unknown account"))?;
        let currency = Currency::parse(&row.currency).map_err(|_| impossible("unknown currency"))?;
        Ok(Entry {
            place: Place::plain(account),
            amount: Money::new(row.amount_minor, currency),
        })
    };
    let posted = rows.into_iter().map(entry);
    Ok(LineFacts {
        posted: posted.collect::<Result<_, TxError<ReopenError>>>()?,
        cleared: cleared.cleared,
        line,
    })
}
