//! The record of who changed what: read, sealed and verified. Its entries are written by triggers of the database, in the
//! transaction of each change ([`crate::acting`] says who acts); here only refusals are added, which change nothing.

use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Bytea, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_access::audit::{AuditEntry, Finding, Hash, Head, Verification, Verified, link};
use ratiba_kernel::{Outage, TenantId};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{Database, TenantTx, TxError};
use crate::kept::sql_query;

mod rows;

use rows::{
    CheckRow, CheckedAt, EntryRow, LastRow, LinkRow, PointRow, ShownRow, StandingRow, TailRow, WaitingRow,
};

/// The record in this database.
#[derive(Clone)]
pub struct AuditTrail {
    database: Database,
}

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Those about this.
    pub subject: Option<Uuid>,
    /// Those whose verb begins like this.
    pub verb: Option<String>,
    /// Those of this actor.
    pub actor: Option<String>,
    /// Those of this moment and later, by the database's clock.
    pub from: Option<OffsetDateTime>,
    /// Those before this moment.
    pub until: Option<OffsetDateTime>,
    /// Those with a lower number.
    pub before: Option<i64>,
    /// At most so many.
    pub most: u16,
}

/// An entry as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownEntry {
    /// The entry.
    pub entry: AuditEntry,
    /// The personal values; `None` if there are none, or the customer's key was destroyed.
    pub personal: Option<Value>,
    /// Its position in the chain, once it is sealed.
    pub position: Option<i64>,
}

/// How the chains of several businesses stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Found broken when they were verified last.
    pub broken: i64,
    /// Not verified for longer than they should be.
    pub overdue: i64,
}

/// A refusal that changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Of which part: `payments`, `commission`, `access`, `consent`, `settings`.
    pub domain: String,
    /// What was asked for, such as the pattern of a route.
    pub asked: String,
    /// Why it was refused, as a code.
    pub why: String,
}

/// Entries that one transaction seals, and links that one look reads.
const AT_ONCE: i64 = 1_000;
/// How many of the earlier verifications a chain must lead through.
const WAYPOINTS: i64 = 1_000;

impl AuditTrail {
    /// The record in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Entries, the latest first.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn page(&self, tenant: TenantId, query: AuditQuery) -> Result<Vec<ShownEntry>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                // Planned anew for what is asked: one plan for every question would read the whole record.
                let rows = diesel::sql_query(PAGE)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Nullable<SqlUuid>, _>(query.subject)
                    .bind::<Nullable<Text>, _>(&query.verb)
                    .bind::<Nullable<Text>, _>(&query.actor)
                    .bind::<Nullable<Timestamptz>, _>(query.from)
                    .bind::<Nullable<Timestamptz>, _>(query.until)
                    .bind::<BigInt, _>(query.before.unwrap_or(i64::MAX))
                    .bind::<BigInt, _>(i64::from(query.most))
                    .load::<ShownRow>(tx.conn())?;
                Ok::<_, TxError<Outage>>(rows.into_iter().map(ShownRow::shown).collect())
            })
            .await
    }

    /// Records a refusal, in a transaction of its own: that of the change is rolled back.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn refused(&self, tenant: TenantId, refusal: Refusal) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                sql_query(REFUSED)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Text, _>(format!("ratiba.{}.refused", refusal.domain))
                    .bind::<Jsonb, _>(json!({ "asked": refusal.asked, "why": refusal.why }))
                    .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    /// Those of the businesses that have entries to seal.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn waiting(&self, tenants: &[TenantId]) -> Result<Vec<TenantId>, Outage> {
        let tenants: Vec<Uuid> = tenants.iter().map(|tenant| tenant.as_uuid()).collect();
        self.database
            .global(move |tx| {
                let row = sql_query("SELECT ratiba_audit_waiting($1) AS waiting")
                    .bind::<Array<SqlUuid>, _>(&tenants)
                    .get_result::<WaitingRow>(tx.conn())?;
                Ok::<_, TxError<Outage>>(row.waiting.into_iter().map(TenantId::from_uuid).collect())
            })
            .await
    }

    /// Seals every entry of a business that can be: those of transactions that began before all that are still open.
    /// Answers how many. Several may ask at once; one of them seals.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn seal(&self, tenant: TenantId) -> Result<usize, Outage> {
        let mut sealed = 0;
        loop {
            let batch = self.database.tenant(tenant, seal_some).await?;
            sealed += batch;
            if i64::try_from(batch) != Ok(AT_ONCE) {
                return Ok(sealed);
            }
        }
    }

    /// Follows a business's chain from its first link to its last, and records what was found.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn verify(&self, tenant: TenantId) -> Result<Verified, Outage> {
        self.seal(tenant).await?;
        let found = self.database.snapshot(tenant, look).await?;
        self.database
            .tenant(tenant, move |tx| {
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
                Ok::<_, TxError<Outage>>(Verified {
                    at: row.checked_at,
                    head: found.head,
                    unsealed: found.unsealed,
                    unsealed_since: found.unsealed_since,
                    findings: found.findings.clone(),
                })
            })
            .await
    }

    /// What the last verification found, with what waits to be sealed now; `None` before the first one.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn latest(&self, tenant: TenantId) -> Result<Option<Verified>, Outage> {
        self.database
            .tenant(tenant, |tx| {
                let row = sql_query(LATEST)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .get_result::<CheckRow>(tx.conn())
                    .optional()?;
                row.map(CheckRow::verified).transpose()
            })
            .await
    }

    /// How the chains of these businesses stand; one is overdue that was not verified for so many hours.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn standing(&self, tenants: &[TenantId], hours: u16) -> Result<Standing, Outage> {
        let tenants: Vec<Uuid> = tenants.iter().map(|tenant| tenant.as_uuid()).collect();
        self.database
            .global(move |tx| {
                let row = sql_query("SELECT broken, overdue FROM ratiba_audit_standing($1, $2)")
                    .bind::<Array<SqlUuid>, _>(&tenants)
                    .bind::<Integer, _>(i32::from(hours))
                    .get_result::<StandingRow>(tx.conn())?;
                Ok::<_, TxError<Outage>>(Standing {
                    broken: row.broken,
                    overdue: row.overdue,
                })
            })
            .await
    }
}

fn seal_some(tx: &mut TenantTx<'_>) -> Result<usize, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let last = sql_query(LAST)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Text, _>(format!("ratiba audit {tenant}"))
        .get_result::<LastRow>(tx.conn())?;
    if !last.mine {
        return Ok(0);
    }
    let head = head_of(last.position, last.hash.as_deref())?;
    // Numbers of transactions begin anew where a backup is restored into another server: then all is looked through once.
    let since = last.horizon.filter(|horizon| *horizon <= last.oldest);
    let rows = sql_query(TO_SEAL)
        .bind::<SqlUuid, _>(tenant)
        .bind::<BigInt, _>(since.unwrap_or(i64::MIN))
        .bind::<BigInt, _>(AT_ONCE)
        .load::<EntryRow>(tx.conn())?;
    let Some(youngest) = rows.last() else {
        return Ok(0);
    };
    let full = i64::try_from(rows.len()) == Ok(AT_ONCE);
    // What was read before the rows were: all that was over then is among them, unless they were too many.
    let horizon = if full {
        youngest.xact.min(last.oldest)
    } else {
        last.oldest
    };
    let (mut positions, mut seqs, mut entries, mut links) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut head = head;
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
    sql_query(SEAL)
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<BigInt>, _>(&positions)
        .bind::<Array<BigInt>, _>(&seqs)
        .bind::<Array<Bytea>, _>(&entries)
        .bind::<Array<Bytea>, _>(&links)
        .bind::<BigInt, _>(horizon)
        .execute(tx.conn())?;
    Ok(positions.len())
}

/// What a look along a chain found.
#[derive(Clone)]
struct Found {
    head: Head,
    unsealed: i64,
    unsealed_since: Option<OffsetDateTime>,
    findings: Vec<Finding>,
}

fn look(tx: &mut TenantTx<'_>) -> Result<Found, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let waypoints = sql_query(POINTS)
        .bind::<SqlUuid, _>(tenant)
        .bind::<BigInt, _>(WAYPOINTS)
        .load::<PointRow>(tx.conn())?;
    let waypoints = waypoints
        .into_iter()
        .map(|row| head_of(Some(row.head_position), Some(&row.head_hash)))
        .collect::<Result<_, _>>()?;
    let mut verification = Verification::new(tx.tenant(), waypoints);
    loop {
        let rows = sql_query(LINKS)
            .bind::<SqlUuid, _>(tenant)
            .bind::<BigInt, _>(verification.head().position)
            .bind::<BigInt, _>(AT_ONCE)
            .load::<LinkRow>(tx.conn())?;
        let read = i64::try_from(rows.len());
        for row in rows {
            verification.see(&row.link()?);
        }
        if read != Ok(AT_ONCE) {
            break;
        }
    }
    let tail = sql_query(TAIL)
        .bind::<SqlUuid, _>(tenant)
        .get_result::<TailRow>(tx.conn())?;
    tail.late.iter().for_each(|seq| verification.came_late(*seq));
    let (head, findings) = verification.end();
    Ok(Found {
        head,
        unsealed: tail.unsealed,
        unsealed_since: tail.since,
        findings,
    })
}

fn hash_of(bytes: &[u8], place: i64) -> Result<Hash, TxError<Outage>> {
    Hash::read(bytes).ok_or_else(|| TxError::impossible("audit_seals", place, "no hash"))
}

fn head_of(position: Option<i64>, hash: Option<&[u8]>) -> Result<Head, TxError<Outage>> {
    match (position, hash) {
        (Some(position), Some(bytes)) => Ok(Head {
            position,
            hash: hash_of(bytes, position)?,
        }),
        _not_begun => Ok(Head::NONE),
    }
}

const PAGE: &str = "
SELECT e.seq, e.xact, e.recorded_at, e.verb, e.subject_kind, e.subject_id, e.actor, e.origin, e.db_role,
    e.before::text AS before, e.after::text AS after, e.hidden, e.customer_id, e.personal, s.position,
    CASE WHEN e.personal IS NOT NULL THEN ratiba_show_personal(e.tenant_id, e.customer_id, e.personal) END AS shown
FROM audit_entries e LEFT JOIN audit_seals s ON s.tenant_id = e.tenant_id AND s.entry_seq = e.seq
WHERE e.tenant_id = $1 AND e.seq < $7 AND ($2 IS NULL OR e.subject_id = $2 OR e.customer_id = $2)
    AND ($3 IS NULL OR starts_with(e.verb, $3)) AND ($4 IS NULL OR e.actor = ratiba_audit_actor($4) OR e.actor = $4)
    AND ($5 IS NULL OR e.recorded_at >= $5) AND ($6 IS NULL OR e.recorded_at < $6)
ORDER BY e.seq DESC LIMIT $8";

const REFUSED: &str = "
INSERT INTO audit_entries (tenant_id, verb, subject_kind, actor, origin, after)
SELECT $1, $2, 'request', coalesce(ratiba_audit_actor(split_part(a.acting, '|', 1)), 'system'),
    left(nullif(split_part(a.acting, '|', 2), ''), 200), $3
FROM (SELECT coalesce(current_setting('ratiba.acting', true), '') AS acting) a";

/// The end of the chain, and the oldest transaction that is still open, looked at before the entries are.
const LAST: &str = "
SELECT pg_try_advisory_xact_lock(hashtextextended($2, 0)) AS mine, s.position, s.hash, s.horizon,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest
FROM (SELECT 1) AS once LEFT JOIN LATERAL (
    SELECT position, hash, horizon FROM audit_seals WHERE tenant_id = $1 ORDER BY position DESC LIMIT 1) s ON true";

/// An entry whose transaction has a number that was not given out yet comes from another server, and is long over.
const TO_SEAL: &str = "
SELECT e.seq, e.xact, e.recorded_at, e.verb, e.subject_kind, e.subject_id, e.actor, e.origin, e.db_role,
    e.before::text AS before, e.after::text AS after, e.hidden, e.customer_id, e.personal
FROM audit_entries e, (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest,
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) now
WHERE e.tenant_id = $1 AND e.xact >= $2 AND (e.xact < now.oldest OR e.xact >= now.next)
    AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.tenant_id = e.tenant_id AND s.entry_seq = e.seq)
ORDER BY e.xact, e.seq LIMIT $3";

const SEAL: &str = "
INSERT INTO audit_seals (tenant_id, position, entry_seq, entry_hash, hash, horizon)
SELECT $1, l.position, l.seq, l.entry_hash, l.hash, $6
FROM unnest($2, $3, $4, $5) AS l(position, seq, entry_hash, hash)";

const POINTS: &str = "
SELECT head_position, head_hash FROM audit_checks WHERE tenant_id = $1 ORDER BY checked_at DESC LIMIT $2";

const LINKS: &str = "
SELECT s.position, s.entry_seq, s.entry_hash, s.hash, e.seq, e.xact, e.recorded_at, e.verb, e.subject_kind, e.subject_id,
    e.actor, e.origin, e.db_role, e.before::text AS before, e.after::text AS after, e.hidden, e.customer_id, e.personal
FROM audit_seals s LEFT JOIN audit_entries e ON e.tenant_id = s.tenant_id AND e.seq = s.entry_seq
WHERE s.tenant_id = $1 AND s.position > $2 ORDER BY s.position LIMIT $3";

const TAIL: &str = "
SELECT count(*) AS unsealed, min(u.recorded_at) AS since,
    coalesce((array_agg(u.seq ORDER BY u.seq) FILTER (WHERE u.xact < u.horizon))[1:100], '{}') AS late
FROM (SELECT e.seq, e.xact, e.recorded_at, (SELECT s.horizon FROM audit_seals s WHERE s.tenant_id = $1
        ORDER BY s.position DESC LIMIT 1) AS horizon
    FROM audit_entries e WHERE e.tenant_id = $1
        AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.tenant_id = $1 AND s.entry_seq = e.seq)) u";

const LATEST: &str = "
SELECT c.checked_at, c.head_position, c.head_hash, c.findings, t.unsealed, t.since
FROM (SELECT * FROM audit_checks WHERE tenant_id = $1 ORDER BY checked_at DESC LIMIT 1) c,
    LATERAL (SELECT count(*) AS unsealed, min(e.recorded_at) AS since FROM audit_entries e
        WHERE e.tenant_id = $1 AND e.xact >= coalesce((SELECT s.horizon FROM audit_seals s WHERE s.tenant_id = $1
                ORDER BY s.position DESC LIMIT 1), 0)
            AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.tenant_id = $1 AND s.entry_seq = e.seq)) t";

const CHECKED: &str = "
INSERT INTO audit_checks (tenant_id, id, head_position, head_hash, sound, unsealed, findings)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING checked_at";
