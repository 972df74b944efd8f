//! Sealing: entries become links, and a mark remembers where the chain ended and what was known then.
//!
//! How far is sealed is remembered by the numbers of entries, which go on in whatever server a backup is restored into; those of
//! transactions begin anew there. A number is drawn by a transaction that has begun, so when every transaction is over that had
//! begun at a look, the numbers seen at it are all there, and those that are not sealed by then never were entries.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Nullable, Text, Uuid as SqlUuid};
use ratiba_access::audit::{Head, link};
use ratiba_kernel::Outage;

use super::rows::{EntryRow, LastRow, MineRow, WholeRow};
use super::{AT_ONCE, head_of};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

/// A mark is also made without a link when it spares later looks so many numbers.
const WORTH_A_MARK: i64 = 1_000;

/// Seals up to [`AT_ONCE`] entries; answers how many.
pub(super) fn seal_some(tx: &mut TenantTx<'_>) -> Result<usize, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let mine = sql_query(MINE)
        .bind::<Text, _>(format!("ratiba audit {tenant}"))
        .get_result::<MineRow>(tx.conn())?;
    if !mine.mine {
        return Ok(0);
    }
    let last = sql_query(LAST)
        .bind::<SqlUuid, _>(tenant)
        .get_result::<LastRow>(tx.conn())?;
    let rows = sql_query(TO_SEAL)
        .bind::<SqlUuid, _>(tenant)
        .bind::<BigInt, _>(last.whole())
        .bind::<BigInt, _>(last.since())
        .bind::<Bool, _>(last.is_elsewhere())
        .bind::<BigInt, _>(last.oldest)
        .bind::<BigInt, _>(AT_ONCE)
        .load::<EntryRow>(tx.conn())?;
    let (sealed, youngest) = (rows.len(), rows.last().map(|row| row.xact));
    let full = i64::try_from(sealed) == Ok(AT_ONCE);
    let head = add_links(tx, &last, rows, youngest.filter(|_| full))?;
    if full {
        // There may be more, so nothing is known but the chain's end.
        mark(tx, head, None)?;
        return Ok(sealed);
    }
    let whole = sql_query(WHOLE)
        .bind::<SqlUuid, _>(tenant)
        .bind::<BigInt, _>(last.whole())
        .bind::<BigInt, _>(last.oldest)
        .bind::<BigInt, _>(last.server)
        .get_result::<WholeRow>(tx.conn())?
        .whole;
    let unmarked = head.position > last.marked.unwrap_or(0);
    if sealed > 0 || unmarked || whole - last.whole() > WORTH_A_MARK {
        mark(tx, head, Some((&last, whole)))?;
    }
    Ok(sealed)
}

/// Adds a link for each entry; `youngest` is the last transaction of as many as are sealed at once. Answers where the chain ends.
fn add_links(
    tx: &mut TenantTx<'_>,
    last: &LastRow,
    rows: Vec<EntryRow>,
    youngest: Option<i64>,
) -> Result<Head, TxError<Outage>> {
    let mut head = head_of(last.position, last.hash.as_deref())?;
    if rows.is_empty() {
        return Ok(head);
    }
    let (mut positions, mut seqs, mut entries, mut links) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let entry = row.entry();
        let entry_hash = entry.hash(tx.tenant());
        let position = head.position + 1;
        head = Head {
            position,
            hash: link(head.hash, position, entry_hash),
        };
        positions.push(position);
        seqs.push(entry.seq);
        entries.push(entry_hash.0.to_vec());
        links.push(head.hash.0.to_vec());
    }
    // For programs of before, which seal by the numbers of transactions.
    let horizon = youngest.map_or(last.oldest, |youngest| youngest.min(last.oldest));
    sql_query(SEAL)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<Array<BigInt>, _>(&positions)
        .bind::<Array<BigInt>, _>(&seqs)
        .bind::<Array<Bytea>, _>(&entries)
        .bind::<Array<Bytea>, _>(&links)
        .bind::<BigInt, _>(horizon)
        .execute(tx.conn())?;
    Ok(head)
}

/// Remembers where the chain ends and, if all was sealed that could be, what was known before that.
fn mark(tx: &mut TenantTx<'_>, head: Head, known: Option<(&LastRow, i64)>) -> Result<(), TxError<Outage>> {
    sql_query(MARK)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<BigInt, _>(head.position)
        .bind::<Bytea, _>(head.hash.0.to_vec())
        .bind::<Nullable<BigInt>, _>(known.map(|(last, _)| last.server))
        .bind::<Nullable<BigInt>, _>(known.map(|(last, _)| last.oldest))
        .bind::<Nullable<BigInt>, _>(known.map(|(last, _)| last.top))
        .bind::<Nullable<BigInt>, _>(known.map(|(_, whole)| whole))
        .execute(tx.conn())?;
    Ok(())
}

impl LastRow {
    /// Up to this number none is to be sealed any more.
    fn whole(&self) -> i64 {
        self.whole.unwrap_or(0)
    }

    /// Whether this is another server than the one that was looked at last, or none was yet.
    fn is_elsewhere(&self) -> bool {
        self.mark_server != Some(self.server)
    }

    /// An entry of an older transaction came too late: it would have been sealed. In another server nothing is known of that.
    fn since(&self) -> i64 {
        let known = match self.mark_server {
            Some(server) if server == self.server => self.mark_horizon,
            Some(_elsewhere) => None,
            // As programs of before knew it.
            None => self.horizon.filter(|horizon| *horizon <= self.oldest),
        };
        known.unwrap_or(i64::MIN)
    }
}

/// A statement of its own: what is read next must be younger than the lock.
const MINE: &str = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine";

/// The end of the chain, the last look, and the oldest transaction that is still open, looked at before the entries are.
const LAST: &str = "
SELECT s.position, s.hash, s.horizon, m.position AS marked, m.server AS mark_server, m.horizon AS mark_horizon, m.whole,
    ratiba_server() AS server, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest,
    coalesce((SELECT max(e.seq) FROM audit_entries e WHERE e.tenant_id = $1), 0) AS top
FROM (SELECT 1) AS once LEFT JOIN LATERAL (
    SELECT position, hash, horizon FROM audit_seals WHERE tenant_id = $1 ORDER BY position DESC LIMIT 1) s ON true
LEFT JOIN LATERAL (
    SELECT position, server, horizon, whole FROM audit_marks WHERE tenant_id = $1 AND horizon IS NOT NULL
    ORDER BY id DESC LIMIT 1) m ON true";

/// An entry whose transaction has a number that this server did not give out comes from the one before, and is long over; if
/// there was none before, nobody can have written it. The form of the condition keeps the index of transactions out of it: in
/// another server that would find every entry. A subquery keeps a plan that was made for few seals from reading all of many.
const TO_SEAL: &str = "
SELECT e.seq, e.xact, e.recorded_at, e.verb, e.subject_kind, e.subject_id, e.actor, e.origin, e.db_role,
    e.before::text AS before, e.after::text AS after, e.hidden, e.customer_id, e.personal
FROM audit_entries e
WHERE e.tenant_id = $1 AND e.seq > $2
    AND CASE WHEN e.xact < $5 THEN e.xact >= $3 ELSE $4 AND e.xact >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint END
    AND (SELECT s.position FROM audit_seals s WHERE s.tenant_id = $1 AND s.entry_seq = e.seq) IS NULL
ORDER BY e.xact, e.seq LIMIT $6";

const SEAL: &str = "
INSERT INTO audit_seals (tenant_id, position, entry_seq, entry_hash, hash, horizon)
SELECT $1, l.position, l.seq, l.entry_hash, l.hash, $6
FROM unnest($2, $3, $4, $5) AS l(position, seq, entry_hash, hash)";

/// Up to where none is to be sealed any more: what a look saw all of whose transactions are over, but for entries that wait.
const WHOLE: &str = "
SELECT greatest($2, least(f.top, (SELECT min(e.seq) - 1 FROM audit_entries e
    WHERE e.tenant_id = $1 AND e.seq > $2 AND e.seq <= f.top
        AND CASE WHEN e.xact >= $3 THEN e.xact < pg_snapshot_xmax(pg_current_snapshot())::text::bigint ELSE false END
        AND (SELECT s.position FROM audit_seals s WHERE s.tenant_id = $1 AND s.entry_seq = e.seq) IS NULL))) AS whole
FROM (SELECT (SELECT m.top FROM audit_marks m WHERE m.tenant_id = $1 AND m.horizon IS NOT NULL
    AND (m.ahead <= $3 OR m.server <> $4) ORDER BY m.id DESC LIMIT 1) AS top) f";

const MARK: &str = "
INSERT INTO audit_marks (tenant_id, position, hash, server, horizon, top, whole) VALUES ($1, $2, $3, $4, $5, $6, $7)";
