//! Statements of M-Pesa, their lines, and the books that are laid beside them.

mod reopening;
mod rows;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Money, Outage, TenantId};
use ratiba_payments::ports::{
    AbsenceDecision, DecideReopen, LineDecision, LineRetraction, LineState, LineTakeBack, RecordError,
    RecordedLine, ReopenError, StatementBook, StatementFile, StatementHead, Unmatched,
};
use ratiba_payments::reference::Receipt;
use ratiba_payments::statement::matching::{AbsenceId, Absent, AbsentMoney, KnownBooks, KnownMoney};
use ratiba_payments::statement::{LineId, StatementId, StatementLine};
use time::OffsetDateTime;
use uuid::Uuid;

use self::rows::{
    AbsentRow, CountRow, HeadRow, KnownRow, LineRow, RefundRow, absent_of, head_of, known_of, recorded,
    refund_of,
};
use super::{PgPayments, suspense, writing};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

/// How much is looked at where no page is asked for.
const MOST: i64 = 1_000;

const HEADS: &str = "
SELECT s.id, s.brought_in_by, s.brought_in_at, s.covers_from, s.covers_until, count(l.id) AS lines,
    count(l.id) FILTER (WHERE l.state = 'open') AS open
FROM mpesa_statements s
LEFT JOIN mpesa_statement_lines l ON l.tenant_id = s.tenant_id AND l.statement_id = s.id
WHERE s.tenant_id = $1 AND ($2 IS NULL OR s.file_hash = $2)
GROUP BY s.tenant_id, s.id ORDER BY s.brought_in_at DESC, s.id DESC LIMIT 100";

const BRING_IN: &str = "
INSERT INTO mpesa_statements (tenant_id, id, file_hash, covers_from, covers_until, brought_in_by, brought_in_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, file_hash) DO NOTHING";

const ADD_LINES: &str = "
INSERT INTO mpesa_statement_lines (tenant_id, id, statement_id, line_no, receipt, completed_at, kind, currency,
    amount_minor, account, linked_receipt)
SELECT $1, l.id, $2, l.line_no, l.receipt, l.at, l.kind, l.currency, l.amount, l.account, l.linked
FROM unnest($3::uuid[], $4::integer[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::bigint[], $10::text[],
    $11::text[]) AS l (id, line_no, receipt, at, kind, currency, amount, account, linked)
ON CONFLICT (tenant_id, receipt, kind, amount_minor) DO NOTHING";

/// The columns of a line.
macro_rules! lines {
    ($which:literal) => {
        concat!(
            "SELECT id, statement_id, line_no, receipt, completed_at, kind, currency, amount_minor, account,
                linked_receipt, state, attempt_id, refund_id, decided_by, decided_reason, decided_at,
                coalesce(payment_id,
                    (SELECT a.payment_id FROM payment_attempts a WHERE a.tenant_id = $1 AND a.id = attempt_id),
                    (SELECT r.payment_id FROM payment_refunds r WHERE r.tenant_id = $1 AND r.id = refund_id)
                ) AS payment_id,
                (SELECT count(*) FROM mpesa_statement_lines_taken_back t
                    WHERE t.tenant_id = $1 AND t.line_id = mpesa_statement_lines.id)::int AS taken_back
             FROM mpesa_statement_lines WHERE tenant_id = $1 AND ",
            $which
        )
    };
}

const ONE: &str = lines!("id = $2");
const OF_STATEMENT: &str = lines!("statement_id = $2 AND line_no > $3 ORDER BY line_no LIMIT $4");
const OPEN: &str = lines!("state = 'open' AND ($2 IS NULL OR id > $2) ORDER BY id LIMIT $3");
const OLDEST_OPEN: &str = lines!("state = 'open' ORDER BY completed_at, id LIMIT $2");
const OPEN_OF_AMOUNTS: &str =
    lines!("state = 'open' AND kind = 'received' AND amount_minor = ANY ($2) ORDER BY id LIMIT $3");

const COUNT_OPEN: &str = "
SELECT count(*) AS count FROM mpesa_statement_lines WHERE tenant_id = $1 AND state = 'open'";

/// What attempts brought through M-Pesa; money that never moved, as a person found, is left out.
macro_rules! money {
    ($which:literal) => {
        concat!(
            "SELECT a.id, a.payment_id, a.receipt, a.currency, a.amount_minor, a.state_at FROM payment_attempts a
             WHERE a.tenant_id = $1 AND a.provider = 'mpesa' AND a.state = 'paid' AND NOT EXISTS (
                SELECT FROM mpesa_statement_absences b
                WHERE b.tenant_id = $1 AND b.id = a.id AND b.verdict = 'never_moved') AND ",
            $which
        )
    };
}

const KNOWN: &str = money!("a.receipt = ANY ($2)");
const UNNUMBERED: &str = money!("a.receipt IS NULL ORDER BY a.id LIMIT $2");

const TAKEN_BACK: &str = "
SELECT r.id, r.payment_id, r.receipt, r.original_receipt, r.currency, r.amount_minor FROM payment_refunds r
WHERE r.tenant_id = $1 AND r.way = 'mpesa_reversal' AND r.state = 'done'
    AND (r.receipt = ANY ($2) OR r.receipt IS NULL AND r.original_receipt = ANY ($2))
    AND NOT EXISTS (SELECT FROM mpesa_statement_absences b
        WHERE b.tenant_id = $1 AND b.id = r.id AND b.verdict = 'never_moved')";

/// How many of these lines are open and were opened again since they were read.
const STALE: &str = "
SELECT count(*) AS count FROM unnest($2::uuid[], $3::integer[]) AS d (line_id, seen)
JOIN mpesa_statement_lines l ON l.tenant_id = $1 AND l.id = d.line_id AND l.state = 'open'
WHERE d.seen <> (SELECT count(*) FROM mpesa_statement_lines_taken_back t
    WHERE t.tenant_id = $1 AND t.line_id = d.line_id)";

const DECIDE: &str = "
UPDATE mpesa_statement_lines SET state = $3, attempt_id = $4, refund_id = $5, payment_id = $6, decided_by = $7,
    decided_reason = $8, decided_at = $9
WHERE tenant_id = $1 AND id = $2 AND state = 'open' AND NOT EXISTS (
    SELECT FROM mpesa_statement_lines o WHERE o.tenant_id = $1 AND (o.attempt_id = $4 OR o.refund_id = $5))
    AND NOT EXISTS (SELECT FROM mpesa_statement_absences b
        WHERE b.tenant_id = $1 AND b.id IN ($4, $5) AND b.verdict = 'never_moved')";

/// What moved by the books within the time of a statement, and by no line. $2 narrows it to one.
macro_rules! absent {
    ($then:literal) => {
        concat!(
            "WITH moved AS (
                SELECT id, true AS came, payment_id, currency, amount_minor, receipt, state_at AS at
                FROM payment_attempts WHERE tenant_id = $1 AND provider = 'mpesa' AND state = 'paid'
                UNION ALL
                SELECT id, false, payment_id, currency, amount_minor, receipt, state_at
                FROM payment_refunds WHERE tenant_id = $1 AND way = 'mpesa_reversal' AND state = 'done'
            ), absent AS (
                SELECT m.* FROM moved m
                WHERE ($2::uuid IS NULL OR m.id = $2)
                    AND EXISTS (SELECT FROM mpesa_statements s
                        WHERE s.tenant_id = $1 AND m.at BETWEEN s.covers_from AND s.covers_until)
                    AND NOT EXISTS (SELECT FROM mpesa_statement_lines l
                        WHERE l.tenant_id = $1 AND l.attempt_id = m.id)
                    AND NOT EXISTS (SELECT FROM mpesa_statement_lines l
                        WHERE l.tenant_id = $1 AND l.refund_id = m.id)
                    AND NOT EXISTS (SELECT FROM mpesa_statement_absences b
                        WHERE b.tenant_id = $1 AND b.id = m.id)
            ) ",
            $then
        )
    };
}

const ABSENT: &str = absent!("SELECT * FROM absent ORDER BY at, id LIMIT $3");
const COUNT_ABSENT: &str = absent!("SELECT count(*) AS count FROM absent");

const SAY_OF_ABSENT: &str = "
INSERT INTO mpesa_statement_absences (tenant_id, id, attempt_id, refund_id, verdict, decided_by, decided_reason, decided_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// All that is decided about a tenant's statements is decided one after the other.
const ONE_BY_ONE: &str = "SELECT pg_advisory_xact_lock(hashtextextended('statements:' || $1, 0))";

#[async_trait]
impl StatementBook for PgPayments {
    async fn bring_in(&self, tenant: TenantId, file: StatementFile) -> Result<StatementHead, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                one_by_one(tx)?;
                let (from, until) = file.covers.unzip();
                let new = sql_query(BRING_IN)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(file.id.as_uuid())
                    .bind::<Binary, _>(&file.print.as_bytes()[..])
                    .bind::<Nullable<Timestamptz>, _>(from)
                    .bind::<Nullable<Timestamptz>, _>(until)
                    .bind::<Text, _>(file.by.as_str())
                    .bind::<Timestamptz, _>(file.at)
                    .execute(tx.conn())?;
                if new == 1 {
                    add_lines(tx, &file)?;
                }
                let row: HeadRow = sql_query(HEADS)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Nullable<Binary>, _>(Some(&file.print.as_bytes()[..]))
                    .get_result(tx.conn())?;
                head_of(row)
            })
            .await
    }

    async fn statements(&self, tenant: TenantId) -> Result<Vec<StatementHead>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows: Vec<HeadRow> = sql_query(HEADS)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Nullable<Binary>, _>(None::<&[u8]>)
                    .load(tx.conn())?;
                rows.into_iter().map(head_of).collect()
            })
            .await
    }

    async fn line(&self, tenant: TenantId, line: LineId) -> Result<Option<RecordedLine>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row: Option<LineRow> = sql_query(ONE)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(line.as_uuid())
                    .get_result(tx.conn())
                    .optional()?;
                row.map(recorded).transpose()
            })
            .await
    }

    async fn lines(
        &self,
        tenant: TenantId,
        statement: StatementId,
        after: u32,
        most: u16,
    ) -> Result<Vec<RecordedLine>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows: Vec<LineRow> = sql_query(OF_STATEMENT)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(statement.as_uuid())
                    .bind::<Integer, _>(i32::try_from(after).unwrap_or(i32::MAX))
                    .bind::<BigInt, _>(i64::from(most))
                    .load(tx.conn())?;
                rows.into_iter().map(recorded).collect()
            })
            .await
    }

    async fn open_lines(
        &self,
        tenant: TenantId,
        after: Option<LineId>,
        most: u16,
    ) -> Result<Vec<RecordedLine>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows: Vec<LineRow> = sql_query(OPEN)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Nullable<SqlUuid>, _>(after.map(|after| after.as_uuid()))
                    .bind::<BigInt, _>(i64::from(most))
                    .load(tx.conn())?;
                rows.into_iter().map(recorded).collect()
            })
            .await
    }

    async fn unmatched(&self, tenant: TenantId, most: u16) -> Result<Unmatched, Outage> {
        self.database
            .snapshot(tenant, move |tx| {
                let lines: Vec<LineRow> = sql_query(OLDEST_OPEN)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<BigInt, _>(i64::from(most))
                    .load(tx.conn())?;
                let lines_count: CountRow = sql_query(COUNT_OPEN)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .get_result(tx.conn())?;
                let absences_count: CountRow = sql_query(COUNT_ABSENT)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Nullable<SqlUuid>, _>(None::<Uuid>)
                    .get_result(tx.conn())?;
                Ok(Unmatched {
                    lines: lines.into_iter().map(recorded).collect::<Result<_, _>>()?,
                    lines_count: lines_count.count,
                    absences: absent(tx, None, i64::from(most))?,
                    absences_count: absences_count.count,
                })
            })
            .await
    }

    async fn known(&self, tenant: TenantId, receipts: Vec<Receipt>) -> Result<KnownBooks, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let named: Vec<&str> = receipts.iter().map(Receipt::as_str).collect();
                let money: Vec<KnownRow> = sql_query(KNOWN)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Array<Text>, _>(&named)
                    .load(tx.conn())?;
                let refunds: Vec<RefundRow> = sql_query(TAKEN_BACK)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Array<Text>, _>(&named)
                    .load(tx.conn())?;
                Ok::<_, TxError<Outage>>(KnownBooks {
                    money: money.into_iter().map(known_of).collect::<Result<_, _>>()?,
                    refunds: refunds.into_iter().map(refund_of).collect::<Result<_, _>>()?,
                })
            })
            .await
    }

    async fn unnumbered(&self, tenant: TenantId) -> Result<Vec<KnownMoney>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows: Vec<KnownRow> = sql_query(UNNUMBERED)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<BigInt, _>(MOST)
                    .load(tx.conn())?;
                rows.into_iter().map(known_of).collect()
            })
            .await
    }

    async fn open_of_amounts(
        &self,
        tenant: TenantId,
        amounts: Vec<Money>,
    ) -> Result<Vec<RecordedLine>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let minors: Vec<i64> = amounts.iter().map(|amount| amount.amount_minor()).collect();
                let rows: Vec<LineRow> = sql_query(OPEN_OF_AMOUNTS)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Array<BigInt>, _>(&minors)
                    .bind::<BigInt, _>(MOST)
                    .load(tx.conn())?;
                rows.into_iter().map(recorded).collect()
            })
            .await
    }

    async fn decide(
        &self,
        tenant: TenantId,
        decisions: Vec<LineDecision>,
    ) -> Result<Vec<LineId>, RecordError> {
        self.database
            .tenant(tenant, move |tx| {
                one_by_one(tx)?;
                // Nothing is taken back under the lock.
                let stale = sql_query(STALE)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Array<SqlUuid>, _>(ids(&decisions))
                    .bind::<Array<Integer>, _>(times_taken_back(&decisions))
                    .get_result::<CountRow>(tx.conn())?;
                if stale.count > 0 {
                    return Err(TxError::Refused(RecordError::Stale));
                }
                let mut decided = Vec::with_capacity(decisions.len());
                for decision in &decisions {
                    // What it changes comes first: the line names the attempt that it makes.
                    if let Some(change) = &decision.change {
                        if !waits(tx, decision.id)? {
                            continue;
                        }
                        writing::write(tx, change)?;
                    }
                    if mark(tx, decision)? {
                        if let Some(journal) = &decision.journal {
                            writing::write_journal(tx, journal)?;
                        }
                        decided.push(decision.id);
                    } else if decision.change.is_some() {
                        // Another line tells of the same money: nothing of this may stand.
                        return Err(TxError::Refused(RecordError::ReceiptTaken));
                    }
                }
                Ok(decided)
            })
            .await
    }

    async fn reopen(
        &self,
        tenant: TenantId,
        order: LineTakeBack,
        decide: DecideReopen,
    ) -> Result<(), ReopenError> {
        self.database
            .tenant(tenant, move |tx| {
                one_by_one(tx)?;
                suspense::lock(tx)?;
                reopening::reopen(tx, &order, &decide)
            })
            .await
    }

    async fn retractions(&self, tenant: TenantId, line: LineId) -> Result<Vec<LineRetraction>, Outage> {
        self.database
            .tenant(tenant, move |tx| reopening::retractions(tx, line))
            .await
    }

    async fn absence(&self, tenant: TenantId, id: AbsenceId) -> Result<Option<Absent>, Outage> {
        self.database
            .tenant(tenant, move |tx| Ok(absent(tx, Some(id), 1)?.pop()))
            .await
    }

    async fn decide_absence(&self, tenant: TenantId, decision: AbsenceDecision) -> Result<bool, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                one_by_one(tx)?;
                let id = decision.absent.id;
                if absent(tx, Some(id), 1)?.is_empty() {
                    return Ok(false);
                }
                let (attempt, refund) = match decision.absent.what {
                    AbsentMoney::Came(attempt) => (Some(attempt.as_uuid()), None),
                    AbsentMoney::WentBack(refund) => (None, Some(refund.as_uuid())),
                };
                sql_query(SAY_OF_ABSENT)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(id.as_uuid())
                    .bind::<Nullable<SqlUuid>, _>(attempt)
                    .bind::<Nullable<SqlUuid>, _>(refund)
                    .bind::<Text, _>(decision.verdict.as_str())
                    .bind::<Text, _>(decision.decider.by.as_str())
                    .bind::<Text, _>(decision.decider.why.as_str())
                    .bind::<Timestamptz, _>(decision.at)
                    .execute(tx.conn())?;
                if let Some(journal) = &decision.journal {
                    writing::write_journal(tx, journal)?;
                }
                Ok::<_, TxError<Outage>>(true)
            })
            .await
    }
}

fn one_by_one<E>(tx: &mut TenantTx<'_>) -> Result<(), TxError<E>> {
    sql_query(ONE_BY_ONE)
        .bind::<Text, _>(tx.tenant_uuid().to_string())
        .execute(tx.conn())?;
    Ok(())
}

fn ids(decisions: &[LineDecision]) -> Vec<Uuid> {
    decisions.iter().map(|decision| decision.id.as_uuid()).collect()
}

fn times_taken_back(decisions: &[LineDecision]) -> Vec<i32> {
    let seen = decisions.iter();
    seen.map(|decision| i32::from(decision.taken_back)).collect()
}

fn waits<E>(tx: &mut TenantTx<'_>, line: LineId) -> Result<bool, TxError<E>> {
    let row: Option<LineRow> = sql_query(ONE)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(line.as_uuid())
        .get_result(tx.conn())
        .optional()?;
    Ok(row.is_some_and(|row| row.state == LineState::Open.as_str()))
}

fn mark<E>(tx: &mut TenantTx<'_>, decision: &LineDecision) -> Result<bool, TxError<E>> {
    let (attempt, refund, payment) = match decision.state {
        LineState::Money(attempt) => (Some(attempt.as_uuid()), None, None),
        LineState::Refund(refund) => (None, Some(refund.as_uuid()), None),
        LineState::Fee(payment) => (None, None, payment.map(|payment| payment.as_uuid())),
        LineState::Open | LineState::Other | LineState::Ignored => (None, None, None),
    };
    let decider = decision.decider.as_ref();
    let changed = sql_query(DECIDE)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(decision.id.as_uuid())
        .bind::<Text, _>(decision.state.as_str())
        .bind::<Nullable<SqlUuid>, _>(attempt)
        .bind::<Nullable<SqlUuid>, _>(refund)
        .bind::<Nullable<SqlUuid>, _>(payment)
        .bind::<Nullable<Text>, _>(decider.map(|decider| decider.by.as_str()))
        .bind::<Nullable<Text>, _>(decider.map(|decider| decider.why.as_str()))
        .bind::<Timestamptz, _>(decision.at)
        .execute(tx.conn())?;
    Ok(changed == 1)
}

fn absent<E>(tx: &mut TenantTx<'_>, id: Option<AbsenceId>, most: i64) -> Result<Vec<Absent>, TxError<E>> {
    let rows: Vec<AbsentRow> = sql_query(ABSENT)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Nullable<SqlUuid>, _>(id.map(|id| id.as_uuid()))
        .bind::<BigInt, _>(most)
        .load(tx.conn())?;
    rows.into_iter().map(absent_of).collect()
}

fn add_lines(tx: &mut TenantTx<'_>, file: &StatementFile) -> Result<(), TxError<Outage>> {
    let of = |read: &dyn Fn(&StatementLine) -> String| -> Vec<String> {
        file.lines.iter().map(|(_, line)| read(line)).collect()
    };
    let ids: Vec<Uuid> = file.lines.iter().map(|(id, _)| id.as_uuid()).collect();
    let numbers = file
        .lines
        .iter()
        .map(|(_, line)| i32::try_from(line.number).unwrap_or(i32::MAX));
    let moments: Vec<OffsetDateTime> = file.lines.iter().map(|(_, line)| line.at).collect();
    let amounts: Vec<i64> = file
        .lines
        .iter()
        .map(|(_, line)| line.amount.amount_minor())
        .collect();
    let accounts: Vec<Option<&str>> = file
        .lines
        .iter()
        .map(|(_, line)| line.account.as_deref())
        .collect();
    let linked: Vec<Option<&str>> = file
        .lines
        .iter()
        .map(|(_, line)| line.linked.as_ref().map(Receipt::as_str))
        .collect();
    sql_query(ADD_LINES)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(file.id.as_uuid())
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Integer>, _>(numbers.collect::<Vec<_>>())
        .bind::<Array<Text>, _>(of(&|line| line.receipt.as_str().to_owned()))
        .bind::<Array<Timestamptz>, _>(moments)
        .bind::<Array<Text>, _>(of(&|line| line.kind.as_str().to_owned()))
        .bind::<Array<Text>, _>(of(&|line| line.amount.currency().code().to_owned()))
        .bind::<Array<BigInt>, _>(amounts)
        .bind::<Array<Nullable<Text>>, _>(accounts)
        .bind::<Array<Nullable<Text>>, _>(linked)
        .execute(tx.conn())?;
    Ok(())
}
