//! The queue: claimed in batches with SKIP LOCKED, leased by the server's time, retried, parked as dead.

use std::time::Duration;

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Outage, TenantId};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{Database, TxError};
use crate::kept::sql_query;
use crate::schema::jobs;

/// A job to be queued.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    kind: String,
    tenant: Option<TenantId>,
    payload: Value,
    run_at: OffsetDateTime,
    ordering_key: Option<String>,
    dedup_key: Option<String>,
}

impl NewJob {
    /// A job of `kind` that is due at `run_at` (business time). The payload holds ids only.
    #[must_use]
    pub fn new(kind: impl Into<String>, payload: Value, run_at: OffsetDateTime) -> Self {
        Self {
            kind: kind.into(),
            tenant: None,
            payload,
            run_at,
            ordering_key: None,
            dedup_key: None,
        }
    }

    /// The tenant in whose scope it runs.
    #[must_use]
    pub fn of_tenant(mut self, tenant: TenantId) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// Jobs with the same key run one at a time, in the order in which they were queued. Not for jobs
    /// that are due later: they would hold the others back.
    #[must_use]
    pub fn in_order(mut self, key: impl Into<String>) -> Self {
        self.ordering_key = Some(key.into());
        self
    }

    /// While a job with this key waits or runs, queuing another one does nothing.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.dedup_key = Some(key.into());
        self
    }
}

/// A job that this process has leased.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// What is to be done.
    pub kind: String,
    /// In whose scope.
    pub tenant: Option<TenantId>,
    /// Ids.
    pub payload: Value,
    /// Which try this is, from 1; a lost lease counts.
    pub attempt: i32,
    /// Its ordering key.
    pub ordering_key: Option<String>,
    /// When its first try failed, business time.
    pub first_failed_at: Option<OffsetDateTime>,
    /// Whether its business was open when it was leased; true of one that is no business's.
    pub is_open: bool,
}

/// A job that was given up, for a person.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadJob {
    /// Its id, for [`JobQueue::replay`].
    pub id: Uuid,
    /// What was to be done.
    pub kind: String,
    /// Whose.
    pub tenant: Option<TenantId>,
    /// The last failure.
    pub last_error: Option<String>,
    /// All failures, oldest first.
    pub history: Value,
}

/// How full the queue is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueDepth {
    /// Waiting, due or not.
    pub ready: i64,
    /// Due and waiting.
    pub due: i64,
    /// Leased.
    pub running: i64,
    /// Given up.
    pub dead: i64,
}

/// The queue of the database.
#[derive(Clone)]
pub struct JobQueue {
    database: Database,
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    tenant_id: Option<Uuid>,
    #[diesel(sql_type = Jsonb)]
    payload: Value,
    #[diesel(sql_type = Timestamptz)]
    run_at: OffsetDateTime,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Nullable<Text>)]
    ordering_key: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    first_failed_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Bool)]
    is_open: bool,
}

// Ends and leases in one round trip; what it promises stands beside the function.
const NEXT: &str = "SELECT j.*,
    coalesce((SELECT t.state = 'active' FROM tenants t WHERE t.id = j.tenant_id), true) AS is_open
    FROM ratiba_next_jobs($1, $2, $3, $4, $5, $6) j";

impl JobQueue {
    /// The queue of this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Leases up to `most` jobs that are due at `now` (business time), oldest first; the lease itself runs
    /// by the server's time, so that moving the business's clock loses none.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn claim(&self, now: OffsetDateTime, most: u16, lease: Duration) -> Result<Vec<Job>, Outage> {
        let next = self.next(&[], None, now, most, lease).await?;
        Ok(next.jobs)
    }

    /// Ends jobs that were done and leases the next ones, as [`end`](Self::end) and [`claim`](Self::claim) do, in one
    /// round trip and one transaction. Safe to repeat. Where `since` is given, what was due before it stays where it is:
    /// whoever leases one job after the other and says how far it came is spared the way over all that was done.
    ///
    /// # Errors
    /// [`Outage`]; then nothing was ended nor leased.
    pub async fn next(
        &self,
        ended: &[Job],
        since: Option<OffsetDateTime>,
        now: OffsetDateTime,
        most: u16,
        lease: Duration,
    ) -> Result<Next, Outage> {
        let lease_secs = i32::try_from(lease.as_secs()).unwrap_or(i32::MAX);
        let (ids, tries) = holders(ended);
        let claimed = self
            .database
            .global_statement(move |tx| {
                let query = sql_query(NEXT)
                    .bind::<Array<SqlUuid>, _>(&ids)
                    .bind::<Array<Integer>, _>(&tries)
                    .bind::<Nullable<Timestamptz>, _>(since)
                    .bind::<Timestamptz, _>(now)
                    .bind::<Integer, _>(i32::from(most))
                    .bind::<Integer, _>(lease_secs);
                match query.load::<Claimed>(tx.conn()) {
                    // Another worker took the head of a key in the same moment; the next look finds the rest.
                    Err(diesel::result::Error::DatabaseError(
                        diesel::result::DatabaseErrorKind::UniqueViolation,
                        _,
                    )) => Err(TxError::Refused(ClaimRefused::Raced)),
                    rows => {
                        let rows = rows?;
                        Ok(Next {
                            reached: rows.iter().map(|row| row.run_at).max(),
                            jobs: rows.into_iter().map(job_of).collect(),
                            raced: false,
                        })
                    }
                }
            })
            .await;
        match claimed {
            Ok(next) => Ok(next),
            Err(ClaimRefused::Raced) => {
                self.end(ended).await?;
                Ok(Next {
                    raced: true,
                    ..Next::default()
                })
            }
            Err(ClaimRefused::Unavailable(outage)) => Err(outage),
        }
    }

    /// Queues jobs outside any other transaction.
    ///
    /// # Errors
    /// [`Outage`]; none was queued then.
    pub async fn enqueue(&self, new: Vec<NewJob>) -> Result<(), Outage> {
        self.database
            .global(move |tx| {
                let with_ids = new.iter().map(|job| (tx.new_id(), job.clone())).collect();
                insert_jobs(tx.conn(), with_ids)?;
                tx.note_enqueued();
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    /// Ends a job that was done, as [`end`](Self::end) does.
    ///
    /// # Errors
    /// [`Outage`]; the job will run again when its lease ends.
    pub async fn done(&self, job: &Job) -> Result<(), Outage> {
        self.end(std::slice::from_ref(job)).await
    }

    /// Ends jobs that were done. Only the try that holds the lease can end a job: whoever lost it changes nothing.
    /// Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`]; the jobs will run again when their leases end.
    pub async fn end(&self, ended: &[Job]) -> Result<(), Outage> {
        if ended.is_empty() {
            return Ok(());
        }
        let (ids, tries) = holders(ended);
        self.database
            .global_statement(move |tx| {
                let query = sql_query(
                    "DELETE FROM jobs j USING unnest($1, $2) AS o(id, attempts)
                     WHERE j.id = o.id AND j.attempts = o.attempts AND j.state = 'running'",
                )
                .bind::<Array<SqlUuid>, _>(&ids)
                .bind::<Array<Integer>, _>(&tries);
                query.execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    /// Gives a job back to be tried again at `at`, keeping what went wrong.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn retry(
        &self,
        job: &Job,
        at: OffsetDateTime,
        now: OffsetDateTime,
        error: &str,
    ) -> Result<(), Outage> {
        self.fail(job, "ready", at, now, error).await
    }

    /// Parks a job for a person; it frees its ordering key.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn bury(&self, job: &Job, now: OffsetDateTime, error: &str) -> Result<(), Outage> {
        self.fail(job, "dead", now, now, error).await
    }

    /// Puts a leased job off that was not begun: it runs at `at`, and this was no try.
    ///
    /// # Errors
    /// [`Outage`]; the lease brings the job back then.
    pub async fn put_off(&self, job: &Job, at: OffsetDateTime) -> Result<(), Outage> {
        let (id, attempt) = (job.id, job.attempt);
        self.database
            .global(move |tx| {
                sql_query(
                    "UPDATE jobs SET state = 'ready', lease_until = NULL, run_at = $3, attempts = attempts - 1
                     WHERE id = $1 AND state = 'running' AND attempts = $2",
                )
                .bind::<SqlUuid, _>(id)
                .bind::<Integer, _>(attempt)
                .bind::<Timestamptz, _>(at)
                .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    /// Gives a leased job back, as a stopping process does. The broken-off try counts: what it was doing may
    /// be half done.
    ///
    /// # Errors
    /// [`Outage`]; the lease brings the job back then.
    pub async fn release(&self, job: &Job) -> Result<(), Outage> {
        let (id, attempt) = (job.id, job.attempt);
        self.database
            .global(move |tx| {
                sql_query(
                    "UPDATE jobs SET state = 'ready', lease_until = NULL
                     WHERE id = $1 AND state = 'running' AND attempts = $2",
                )
                .bind::<SqlUuid, _>(id)
                .bind::<Integer, _>(attempt)
                .execute(tx.conn())?;
                tx.note_enqueued();
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }

    /// Frees jobs whose worker was lost; returns how many. The lost try counts as one.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn rescue(&self, now: OffsetDateTime) -> Result<usize, Outage> {
        self.database
            .global(move |tx| {
                let freed = sql_query(
                    "UPDATE jobs SET state = 'ready', lease_until = NULL,
                         last_error = 'the worker was lost', first_failed_at = coalesce(first_failed_at, $1),
                         history = history || jsonb_build_object('at', $1, 'error', 'the worker was lost')
                     WHERE state = 'running' AND lease_until < now() -- bookkeeping",
                )
                .bind::<Timestamptz, _>(now)
                .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(freed)
            })
            .await
    }

    /// The newest dead jobs.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn dead(&self, most: u16) -> Result<Vec<DeadJob>, Outage> {
        self.database
            .global(move |tx| {
                let rows = jobs::table
                    .filter(jobs::state.eq("dead"))
                    .order(jobs::seq.desc())
                    .limit(i64::from(most))
                    .select((
                        jobs::id,
                        jobs::kind,
                        jobs::tenant_id,
                        jobs::last_error,
                        jobs::history,
                    ))
                    .load::<(Uuid, String, Option<Uuid>, Option<String>, Value)>(tx.conn())?;
                let dead = rows
                    .into_iter()
                    .map(|(id, kind, tenant, last_error, history)| DeadJob {
                        id,
                        kind,
                        tenant: tenant.map(TenantId::from_uuid),
                        last_error,
                        history,
                    });
                Ok::<_, TxError<Outage>>(dead.collect())
            })
            .await
    }

    /// Makes a dead job ready again, from its first try. Answers false if it is not dead, or if the same work
    /// was queued anew meanwhile.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn replay(&self, id: Uuid, now: OffsetDateTime) -> Result<bool, Outage> {
        self.database
            .global(move |tx| {
                let changed = sql_query(
                    "UPDATE jobs SET state = 'ready', run_at = $2, attempts = 0, first_failed_at = NULL
                     WHERE id = $1 AND state = 'dead' AND NOT EXISTS (
                         SELECT FROM jobs other WHERE other.dedup_key = jobs.dedup_key AND other.state <> 'dead')",
                )
                .bind::<SqlUuid, _>(id)
                .bind::<Timestamptz, _>(now)
                .execute(tx.conn())?;
                tx.note_enqueued();
                Ok::<_, TxError<Outage>>(changed == 1)
            })
            .await
    }

    /// How full the queue is.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn depth(&self, now: OffsetDateTime) -> Result<QueueDepth, Outage> {
        self.database
            .global(move |tx| {
                let counts = jobs::table
                    .group_by(jobs::state)
                    .select((jobs::state, diesel::dsl::count_star()))
                    .load::<(String, i64)>(tx.conn())?;
                let due = jobs::table
                    .filter(jobs::state.eq("ready").and(jobs::run_at.le(now)))
                    .count()
                    .get_result::<i64>(tx.conn())?;
                let of = |state: &str| {
                    counts
                        .iter()
                        .find(|(s, _)| s == state)
                        .map_or(0, |(_, count)| *count)
                };
                Ok::<_, TxError<Outage>>(QueueDepth {
                    ready: of("ready"),
                    due,
                    running: of("running"),
                    dead: of("dead"),
                })
            })
            .await
    }

    async fn fail(
        &self,
        job: &Job,
        state: &'static str,
        at: OffsetDateTime,
        now: OffsetDateTime,
        error: &str,
    ) -> Result<(), Outage> {
        let error: String = error.chars().take(500).collect();
        let (id, attempt) = (job.id, job.attempt);
        self.database
            .global(move |tx| {
                sql_query(
                    "UPDATE jobs SET state = $2, run_at = $3, lease_until = NULL, last_error = $4,
                         first_failed_at = coalesce(first_failed_at, $5),
                         history = history || jsonb_build_object('at', $5, 'error', $4)
                     WHERE id = $1 AND state = 'running' AND attempts = $6",
                )
                .bind::<SqlUuid, _>(id)
                .bind::<Text, _>(state)
                .bind::<Timestamptz, _>(at)
                .bind::<Text, _>(error.as_str())
                .bind::<Timestamptz, _>(now)
                .bind::<Integer, _>(attempt)
                .execute(tx.conn())?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }
}

/// What is leased next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Next {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// When the latest of them was due; `None` without any.
    pub reached: Option<OffsetDateTime>,
    /// Whether another worker took the same work in the same moment, so that there may be more that is due.
    pub raced: bool,
}

/// The tries that hold these jobs.
fn holders(jobs: &[Job]) -> (Vec<Uuid>, Vec<i32>) {
    jobs.iter().map(|job| (job.id, job.attempt)).unzip()
}

enum ClaimRefused {
    Raced,
    Unavailable(Outage),
}

impl From<Outage> for ClaimRefused {
    fn from(outage: Outage) -> Self {
        Self::Unavailable(outage)
    }
}

fn job_of(row: Claimed) -> Job {
    Job {
        id: row.id,
        kind: row.kind,
        tenant: row.tenant_id.map(TenantId::from_uuid),
        payload: row.payload,
        attempt: row.attempts,
        ordering_key: row.ordering_key,
        first_failed_at: row.first_failed_at,
        is_open: row.is_open,
    }
}

/// Jobs by columns: one statement for any number of them.
#[derive(Default)]
struct Columns {
    ids: Vec<Uuid>,
    kinds: Vec<String>,
    tenants: Vec<Option<Uuid>>,
    payloads: Vec<Value>,
    due: Vec<OffsetDateTime>,
    orders: Vec<Option<String>>,
    dedups: Vec<Option<String>>,
}

// Jobs of one ordering key run in the order of their `seq`, so the order of the arrays is kept.
const INSERT: &str = "
INSERT INTO jobs (id, kind, tenant_id, payload, run_at, ordering_key, dedup_key)
SELECT n.id, n.kind, n.tenant_id, n.payload, n.run_at, n.ordering_key, n.dedup_key
FROM unnest($1, $2, $3, $4, $5, $6, $7) WITH ORDINALITY
    AS n (id, kind, tenant_id, payload, run_at, ordering_key, dedup_key, place)
ORDER BY n.place
ON CONFLICT DO NOTHING";

/// Queues jobs in the running transaction, in their order.
pub(crate) fn insert_jobs(conn: &mut PgConnection, new: Vec<(Uuid, NewJob)>) -> QueryResult<()> {
    let mut columns = Columns::default();
    for (id, job) in new {
        columns.ids.push(id);
        columns.kinds.push(job.kind);
        columns.tenants.push(job.tenant.map(|tenant| tenant.as_uuid()));
        columns.payloads.push(job.payload);
        columns.due.push(job.run_at);
        columns.orders.push(job.ordering_key);
        columns.dedups.push(job.dedup_key);
    }
    sql_query(INSERT)
        .bind::<Array<SqlUuid>, _>(columns.ids)
        .bind::<Array<Text>, _>(columns.kinds)
        .bind::<Array<Nullable<SqlUuid>>, _>(columns.tenants)
        .bind::<Array<Jsonb>, _>(columns.payloads)
        .bind::<Array<Timestamptz>, _>(columns.due)
        .bind::<Array<Nullable<Text>>, _>(columns.orders)
        .bind::<Array<Nullable<Text>>, _>(columns.dedups)
        .execute(conn)?;
    Ok(())
}
