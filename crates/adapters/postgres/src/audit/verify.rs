//! Following a chain, page by page: each page is a transaction of its own, and gives its connection back.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Bytea, Jsonb, Nullable, Uuid as SqlUuid};
use ratiba_access::audit::{Finding, Head, Link, Verification, Verified};
use ratiba_kernel::{Outage, TenantId};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::rows::{CheckedAt, ExtentRow, LinkRow, NumberRow, TailRow};
use crate::database::{Database, TenantTx, TxError};
use crate::kept::sql_query;

/// Links that one look reads, each with its entry.
const LINKS_AT_ONCE: i64 = 500;
/// Numbers of entries that one look reads.
const NUMBERS_AT_ONCE: i64 = 5_000;

/// What following a chain found.
#[derive(Clone)]
pub(super) struct Found {
    head: Head,
    unsealed: i64,
    unsealed_since: Option<OffsetDateTime>,
    findings: Vec<Finding>,
}

/// Follows a business's chain up to where it ends now. What is written meanwhile is for the next time: rows are only added.
pub(super) async fn follow(database: &Database, tenant: TenantId) -> Result<Found, Outage> {
    let extent = database.tenant(tenant, extent).await?;
    let mut verification = Verification::new(tenant);
    loop {
        let (after, until) = (verification.head().position, extent.last);
        let page = database
            .by_keys(tenant, move |tx| links(tx, after, until))
            .await?;
        page.iter().for_each(|link| verification.see(link));
        if i64::try_from(page.len()) != Ok(LINKS_AT_ONCE) {
            break;
        }
    }
    if let Some(position) = extent.beyond {
        verification.ended_before(position);
    }
    // Up to there everything is sealed, so whatever is not was put in afterwards.
    let mut after = 0;
    loop {
        let whole = extent.whole;
        let page = database
            .by_keys(tenant, move |tx| numbers(tx, after, whole))
            .await?;
        let late = page.iter().filter(|number| !number.sealed);
        late.for_each(|number| verification.came_late(number.seq));
        match page.last() {
            Some(last) if i64::try_from(page.len()) == Ok(NUMBERS_AT_ONCE) => after = last.seq,
            Some(_) | None => break,
        }
    }
    let tail = database.by_keys(tenant, move |tx| tail(tx, extent)).await?;
    tail.late.iter().for_each(|seq| verification.came_late(*seq));
    let (head, findings) = verification.end();
    Ok(Found {
        head,
        unsealed: tail.unsealed,
        unsealed_since: tail.since,
        findings,
    })
}

fn extent(tx: &mut TenantTx<'_>) -> Result<ExtentRow, TxError<Outage>> {
    let row = sql_query(EXTENT)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .get_result(tx.conn())?;
    Ok(row)
}

fn links(tx: &mut TenantTx<'_>, after: i64, until: i64) -> Result<Vec<Link>, TxError<Outage>> {
    let rows = sql_query(LINKS)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(until)
        .bind::<BigInt, _>(LINKS_AT_ONCE)
        .load::<LinkRow>(tx.conn())?;
    rows.into_iter().map(LinkRow::link).collect()
}

fn numbers(tx: &mut TenantTx<'_>, after: i64, until: i64) -> Result<Vec<NumberRow>, TxError<Outage>> {
    let rows = sql_query(NUMBERS)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(until)
        .bind::<BigInt, _>(NUMBERS_AT_ONCE)
        .load(tx.conn())?;
    Ok(rows)
}

fn tail(tx: &mut TenantTx<'_>, extent: ExtentRow) -> Result<TailRow, TxError<Outage>> {
    let row = sql_query(TAIL)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<BigInt, _>(extent.whole)
        .bind::<Nullable<BigInt>, _>(extent.horizon)
        .get_result(tx.conn())?;
    Ok(row)
}

/// Records what was found, in a log of its own: what is found broken is no evidence of where a chain was sound.
pub(super) fn note(tx: &mut TenantTx<'_>, found: &Found) -> Result<Verified, TxError<Outage>> {
    let findings: Vec<Value> = found
        .findings
        .iter()
        .map(|finding| json!({ "kind": finding.word(), "place": finding.place() }))
        .collect();
    let id = tx.new_id();
    let row = sql_query(CHECKED)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(found.head.position)
        .bind::<Bytea, _>(found.head.hash.0.to_vec())
        .bind::<Bool, _>(findings.is_empty())
        .bind::<BigInt, _>(found.unsealed)
        .bind::<Jsonb, _>(Value::Array(findings))
        .get_result::<CheckedAt>(tx.conn())?;
    Ok(Verified {
        at: row.checked_at,
        head: found.head,
        unsealed: found.unsealed,
        unsealed_since: found.unsealed_since,
        findings: found.findings.clone(),
    })
}

/// Where the chain ends; where it is on record to have gone on, if it is; and, of the last look, up to which number all is sealed
/// and, in this server, up to which transaction.
const EXTENT: &str = "
SELECT l.last, coalesce(m.whole, 0) AS whole, CASE WHEN m.server = ratiba_server() THEN m.horizon END AS horizon,
    least((SELECT k.position FROM audit_marks k WHERE k.tenant_id = $1 AND k.position > l.last ORDER BY k.position LIMIT 1),
        (SELECT c.head_position FROM audit_checks c WHERE c.tenant_id = $1 AND c.sound AND c.head_position > l.last
            ORDER BY c.head_position LIMIT 1)) AS beyond
FROM (SELECT coalesce((SELECT s.position FROM audit_seals s WHERE s.tenant_id = $1 ORDER BY s.position DESC LIMIT 1), 0) AS last) l
LEFT JOIN LATERAL (SELECT server, horizon, whole FROM audit_marks WHERE tenant_id = $1 AND horizon IS NOT NULL
    ORDER BY id DESC LIMIT 1) m ON true";

const LINKS: &str = "
SELECT s.position, s.entry_seq, s.entry_hash, s.hash, e.seq, e.xact, e.recorded_at, e.verb, e.subject_kind, e.subject_id,
    e.actor, e.origin, e.db_role, e.before::text AS before, e.after::text AS after, e.hidden, e.customer_id, e.personal,
    EXISTS (SELECT FROM audit_marks k WHERE k.tenant_id = $1 AND k.position = s.position AND k.hash <> s.hash)
        OR EXISTS (SELECT FROM audit_checks c WHERE c.tenant_id = $1 AND c.sound AND c.head_position = s.position
            AND c.head_hash <> s.hash) AS contradicted,
    m.horizon, m.ahead, m.top, m.marked_at
FROM audit_seals s LEFT JOIN LATERAL (SELECT * FROM audit_entries t WHERE t.tenant_id = $1 AND t.seq = s.entry_seq LIMIT 1) e ON true
LEFT JOIN LATERAL (SELECT horizon, ahead, top, marked_at FROM audit_marks k
    WHERE k.tenant_id = $1 AND k.position = s.position AND k.horizon IS NOT NULL ORDER BY k.id DESC LIMIT 1) m ON true
WHERE s.tenant_id = $1 AND s.position > $2 AND s.position <= $3 ORDER BY s.position LIMIT $4";

const NUMBERS: &str = "
SELECT e.seq, (SELECT s.position FROM audit_seals s WHERE s.tenant_id = $1 AND s.entry_seq = e.seq) IS NOT NULL AS sealed
FROM audit_entries e WHERE e.tenant_id = $1 AND e.seq > $2 AND e.seq <= $3 ORDER BY e.seq LIMIT $4";

/// What waits. Of an older transaction none can, nor of one that has not begun.
const TAIL: &str = "
SELECT count(*) AS unsealed, min(u.recorded_at) AS since, coalesce((array_agg(u.seq ORDER BY u.seq) FILTER (
        WHERE u.xact < $3 OR $3 IS NOT NULL AND u.xact >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint))[1:100],
    '{}') AS late
FROM (SELECT e.seq, e.xact, e.recorded_at FROM audit_entries e WHERE e.tenant_id = $1 AND e.seq > $2
        AND (SELECT s.position FROM audit_seals s WHERE s.tenant_id = $1 AND s.entry_seq = e.seq) IS NULL) u";

const CHECKED: &str = "
INSERT INTO audit_checks (tenant_id, id, head_position, head_hash, sound, unsealed, findings)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING checked_at";
