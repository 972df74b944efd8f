//! The record of who changed what: read, sealed and verified. Its entries are written by triggers of the database, in the
//! transaction of each change ([`crate::acting`] says who acts); here only refusals are added, which change nothing.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_access::audit::{AuditEntry, Hash, Head, Verified};
use ratiba_kernel::{Outage, TenantId};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::database::{Database, TxError};
use crate::kept::sql_query;

mod rows;
mod seal;
mod verify;

use rows::{CheckRow, ShownRow, StandingRow, WaitingRow};

/// The record in this database.
#[derive(Clone)]
pub struct AuditTrail {
    database: Database,
    turns: Arc<Semaphore>,
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

/// Entries that one transaction seals.
const AT_ONCE: i64 = 1_000;
/// Chains that one process follows at the same time.
const FOLLOWED_AT_ONCE: usize = 2;
/// How long a verification waits for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(20);

impl AuditTrail {
    /// The record in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            database,
            turns: Arc::new(Semaphore::new(FOLLOWED_AT_ONCE)),
        }
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
            let batch = self.database.by_keys(tenant, seal::seal_some).await?;
            sealed += batch;
            if i64::try_from(batch) != Ok(AT_ONCE) {
                return Ok(sealed);
            }
        }
    }

    /// Follows a business's chain from its first link to its last, and records what was found. A few chains are followed at
    /// once, page by page: whoever else needs the database has its turn in between.
    ///
    /// # Errors
    /// [`Outage`], also if others are being verified for too long.
    pub async fn verify(&self, tenant: TenantId) -> Result<Verified, Outage> {
        let turn = tokio::time::timeout(TURN_WITHIN, self.turns.acquire()).await;
        let turn = turn.map_err(|_elapsed| Outage::new("other chains are being verified"))?;
        let _turn = turn.map_err(Outage::new)?;
        self.seal(tenant).await?;
        let found = verify::follow(&self.database, tenant).await?;
        self.database
            .tenant(tenant, move |tx| verify::note(tx, &found))
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

/// A transaction begins to count before its entries do: here nothing was written before, so its number is asked for.
const REFUSED: &str = "
INSERT INTO audit_entries (tenant_id, verb, subject_kind, actor, origin, after)
SELECT $1, $2, 'request', coalesce(ratiba_audit_actor(split_part(a.acting, '|', 1)), 'system'),
    left(nullif(split_part(a.acting, '|', 2), ''), 200), $3
FROM (SELECT coalesce(current_setting('ratiba.acting', true), '') AS acting) a
WHERE pg_current_xact_id() IS NOT NULL";

const LATEST: &str = "
SELECT c.checked_at, c.head_position, c.head_hash, c.findings, t.unsealed, t.since
FROM (SELECT * FROM audit_checks WHERE tenant_id = $1 ORDER BY checked_at DESC LIMIT 1) c,
    LATERAL (SELECT count(*) AS unsealed, min(e.recorded_at) AS since FROM audit_entries e
        WHERE e.tenant_id = $1 AND e.seq > coalesce((SELECT m.whole FROM audit_marks m
                WHERE m.tenant_id = $1 AND m.horizon IS NOT NULL ORDER BY m.id DESC LIMIT 1), 0)
            AND (SELECT s.position FROM audit_seals s WHERE s.tenant_id = $1 AND s.entry_seq = e.seq) IS NULL) t";
