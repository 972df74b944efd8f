//! The connections, and the kinds of transaction: one tenant's, one tenant's in a single statement, and the few
//! global tables'.
//!
//! Repositories take a [`TenantTx`], which only [`Database::tenant`] can make: an unscoped query does not
//! compile outside this module. A [`TenantStatement`] opens its tenant itself; one that forgets sees no rows.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, CacheSize, SimpleConnection, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Array, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use ratiba_kernel::{IdSource, Outage, TenantId};
use uuid::Uuid;

use crate::door::{Door, DoorLimits, Health};
use crate::kept::{is_outdated, sql_query};
use crate::waiters::Waiters;
use crate::wake::Bell;

/// How to reach the server, and the limits of this process.
#[derive(Clone)]
pub struct DatabaseSettings {
    /// Connection URL of the running role (`ratiba_app`). Never logged.
    pub url: String,
    /// Connections at most; 2 to 4 for each core of the server are best, more make everybody late.
    pub connections_max: usize,
    /// How many callers may wait for a connection; one more is told of an outage at once.
    pub waiting_max: usize,
    /// How long a caller waits for a connection before it is told of an outage, in milliseconds.
    pub wait_ms: u64,
    /// How long a statement may take, in milliseconds; shorter than the request's own limit.
    pub statement_timeout_ms: u32,
    /// Whether a transaction-mode pooler stands between: prepared statements are then not cached.
    pub pooled: bool,
}

impl DatabaseSettings {
    /// Settings with the usual limits.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections_max: 8,
            waiting_max: 512,
            wait_ms: 1_000,
            statement_timeout_ms: 10_000,
            pooled: false,
        }
    }
}

/// The database of one process. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Database {
    door: Arc<Door>,
    /// Those whose work is done together with others'.
    gathering: Waiters,
    ids: Arc<dyn IdSource>,
    bell: Bell,
    connections_max: usize,
    statement_timeout_ms: u32,
    pooled: bool,
}

/// Why a transaction's work ended without a result.
#[derive(Debug)]
pub enum TxError<E> {
    /// The work refuses, and the caller learns why. Everything is rolled back.
    Refused(E),
    /// The database failed.
    Database(DieselError),
    /// A row that no version of this program could have written.
    Impossible(String),
}

impl<E> From<DieselError> for TxError<E> {
    fn from(error: DieselError) -> Self {
        Self::Database(error)
    }
}

impl<E> TxError<E> {
    /// A row that cannot be read: names the table, the row and what is wrong with it.
    pub fn impossible(table: &str, id: impl std::fmt::Display, what: impl std::fmt::Display) -> Self {
        Self::Impossible(format!("impossible row in {table}, id {id}: {what}"))
    }
}

/// An open transaction that sees one tenant's rows.
pub struct TenantTx<'c> {
    conn: &'c mut PgConnection,
    tenant: TenantId,
    ids: &'c dyn IdSource,
    enqueued: bool,
}

impl TenantTx<'_> {
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        self.conn
    }

    /// The tenant whose rows are seen.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub(crate) fn tenant_uuid(&self) -> Uuid {
        self.tenant.as_uuid()
    }

    pub(crate) fn new_id(&self) -> Uuid {
        self.ids.next()
    }

    pub(crate) fn note_enqueued(&mut self) {
        self.enqueued = true;
    }
}

/// One statement that is a transaction of its own and opens its tenant itself, by a function of the database made for
/// that (`ratiba_enter_to_book`, `ratiba_busy`, …).
pub struct TenantStatement<'c>(TenantTx<'c>);

impl TenantStatement<'_> {
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        self.0.conn
    }

    pub(crate) fn tenant_uuid(&self) -> Uuid {
        self.0.tenant_uuid()
    }

    pub(crate) fn new_id(&self) -> Uuid {
        self.0.new_id()
    }

    pub(crate) fn note_enqueued(&mut self) {
        self.0.note_enqueued();
    }
}

/// An open transaction without a tenant: only the reviewed global tables show rows.
pub struct GlobalTx<'c> {
    conn: &'c mut PgConnection,
    ids: &'c dyn IdSource,
    enqueued: bool,
}

impl GlobalTx<'_> {
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        self.conn
    }

    pub(crate) fn new_id(&self) -> Uuid {
        self.ids.next()
    }

    pub(crate) fn note_enqueued(&mut self) {
        self.enqueued = true;
    }
}

/// How long a transaction may wait for its own process. Work does nothing but ask the server, so milliseconds are usual.
const IDLE_IN_TRANSACTION_MS: u32 = 30_000;

/// How often work is begun again after a deadlock or a serialization failure.
const TRIES: u32 = 4;

impl Database {
    /// Connects when there is work.
    ///
    /// # Errors
    /// [`Outage`] if the settings allow no connection.
    pub fn new(settings: &DatabaseSettings, ids: Arc<dyn IdSource>) -> Result<Self, Outage> {
        if settings.connections_max == 0 {
            return Err(Outage::new("no database connection is allowed"));
        }
        let limits = DoorLimits {
            connections_max: settings.connections_max,
            waiting_max: settings.waiting_max,
            wait: Duration::from_millis(settings.wait_ms),
        };
        let (pooled, statement_timeout_ms) = (settings.pooled, settings.statement_timeout_ms);
        let prepare = move |conn: &mut PgConnection| {
            if pooled {
                // Behind a pooler in transaction mode nothing belongs to a session: neither statements nor settings.
                conn.set_prepared_statement_cache_size(CacheSize::Disabled);
                return Ok(());
            }
            // A process that hangs in the middle of its work lets go of what it holds: others' streams of events wait for it.
            conn.batch_execute(&format!(
                "SET statement_timeout = {statement_timeout_ms};
                 SET idle_in_transaction_session_timeout = {IDLE_IN_TRANSACTION_MS}"
            ))
        };
        Ok(Self {
            door: Arc::new(Door::new(settings.url.clone(), limits, prepare)?),
            gathering: Waiters::default(),
            ids,
            bell: Bell::new(settings.url.clone()),
            connections_max: settings.connections_max,
            statement_timeout_ms,
            pooled,
        })
    }

    /// How many callers wait at this moment: for a connection, or until their work is begun together with others'. What
    /// providers deliver is not among them while it gathers.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.door.waiting() + self.gathering.count()
    }

    /// Where those are counted who wait to have their work done together.
    pub(crate) fn waiters(&self) -> Waiters {
        self.gathering.clone()
    }

    /// Runs `work` as one transaction that sees `tenant`'s rows, to its end, whatever the caller does.
    ///
    /// Deadlocks and serialization failures begin the work again, a bounded number of times; so `work`
    /// must have no effect but on the database.
    ///
    /// # Errors
    /// What `work` refuses with, or [`Outage`] turned into `E`; nothing was written then.
    pub async fn tenant<T, E>(
        &self,
        tenant: TenantId,
        work: impl Fn(&mut TenantTx<'_>) -> Result<T, TxError<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + Send + 'static,
    {
        self.in_tenant("BEGIN", tenant, work).await
    }

    async fn in_tenant<T, E>(
        &self,
        begin: &str,
        tenant: TenantId,
        work: impl Fn(&mut TenantTx<'_>) -> Result<T, TxError<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + Send + 'static,
    {
        let begin = self.begin(begin, Some(tenant));
        self.run(Some(begin), move |conn, ids| within(conn, ids, tenant, &work))
            .await
    }

    /// As [`tenant`](Self::tenant), for work that names every row by its key: its statements are planned once for each
    /// connection, whatever they are asked for.
    ///
    /// # Errors
    /// As [`Database::tenant`].
    pub async fn by_keys<T, E>(
        &self,
        tenant: TenantId,
        work: impl Fn(&mut TenantTx<'_>) -> Result<T, TxError<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + Send + 'static,
    {
        // Such a plan stays while its tables grow: it must not read a whole one, nor all of a business's rows by the
        // beginning of a key, because those were few once. So a row that is looked at costs as much as finding one.
        let begin = "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; \
                     SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL cpu_tuple_cost = 1";
        self.in_tenant(begin, tenant, work).await
    }

    /// As [`tenant`](Self::tenant), for work that only reads and must see all of it as of one moment.
    ///
    /// # Errors
    /// As [`Database::tenant`].
    pub async fn snapshot<T, E>(
        &self,
        tenant: TenantId,
        work: impl Fn(&mut TenantTx<'_>) -> Result<T, TxError<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + Send + 'static,
    {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        self.in_tenant(begin, tenant, work).await
    }

    /// Runs `work`, which executes exactly one statement, in one round trip: the statement is the transaction. As with
    /// [`tenant`](Self::tenant), deadlocks and serialization failures begin it again.
    ///
    /// # Errors
    /// As [`Database::tenant`].
    pub async fn statement<T, E>(
        &self,
        tenant: TenantId,
        work: impl Fn(&mut TenantStatement<'_>) -> Result<T, TxError<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + Send + 'static,
    {
        // Only a transaction has a time limit for its statements behind a pooler.
        let begin = self.pooled.then(|| self.begin("BEGIN", None));
        self.run(begin, move |conn, ids| {
            let mut statement = TenantStatement(TenantTx {
                conn,
                tenant,
                ids,
                enqueued: false,
            });
            let value = work(&mut statement)?;
            Ok((value, statement.0.enqueued))
        })
        .await
    }

    /// Runs `work` as one transaction over the reviewed global tables; no tenant's rows are seen.
    ///
    /// # Errors
    /// As [`Database::tenant`].
    pub async fn global<T, E>(
        &self,
        work: impl Fn(&mut GlobalTx<'_>) -> Result<T, TxError<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + Send + 'static,
    {
        self.run(Some(self.begin("BEGIN", None)), move |conn, ids| {
            in_global(conn, ids, &work)
        })
        .await
    }

    /// As [`global`](Self::global), for work that executes exactly one statement, in one round trip: the statement is
    /// the transaction.
    ///
    /// # Errors
    /// As [`Database::tenant`].
    pub async fn global_statement<T, E>(
        &self,
        work: impl Fn(&mut GlobalTx<'_>) -> Result<T, TxError<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + Send + 'static,
    {
        let begin = self.pooled.then(|| self.begin("BEGIN", None));
        self.run(begin, move |conn, ids| in_global(conn, ids, &work))
            .await
    }

    /// Everything that opens a transaction, in one round trip.
    fn begin(&self, begin: &str, tenant: Option<TenantId>) -> String {
        let mut text = begin.to_owned();
        if let Some(tenant) = tenant {
            text += &format!("; SET LOCAL ratiba.current_tenant = '{tenant}'");
        }
        crate::acting::announce(&mut text);
        if self.pooled {
            text += &format!("; SET LOCAL statement_timeout = {}", self.statement_timeout_ms);
        }
        text
    }

    async fn run<T, E>(
        &self,
        begin: Option<String>,
        work: impl Fn(&mut PgConnection, &dyn IdSource) -> Result<(T, bool), TxError<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Outage> + Send + 'static,
    {
        let mut work = work;
        let mut outdated = 0;
        let ended = loop {
            let (ids, begin) = (Arc::clone(&self.ids), begin.clone());
            let (ended, again) = self
                .door
                .do_with(move |conn| {
                    let ended =
                        attempt_until_settled(conn, begin.as_deref(), |conn| work(conn, ids.as_ref()));
                    let health = health(conn, &ended);
                    ((ended, work), health)
                })
                .await?;
            work = again;
            match ended {
                // A migration came meanwhile. Each connection that was there before it finds that out once.
                Err(TxError::Database(error)) if outdated < self.connections_max && is_outdated(&error) => {
                    outdated += 1;
                    tracing::info!(
                        "a statement is prepared anew, on another connection: the schema has changed"
                    );
                }
                other => break other,
            }
        };
        match ended {
            Ok((value, enqueued)) => {
                if enqueued {
                    self.bell.ring();
                }
                Ok(value)
            }
            Err(TxError::Refused(refusal)) => Err(refusal),
            Err(TxError::Database(error)) => Err(E::from(Outage::new(error))),
            Err(TxError::Impossible(what)) => Err(E::from(Outage::new(what))),
        }
    }

    /// Asks the server who this process is to it, and whether every fence stands.
    ///
    /// # Errors
    /// [`Outage`] if it cannot be asked. Faults of the set-up are in the answer.
    pub async fn inspect(&self) -> Result<Inspection, Outage> {
        let rows: Vec<InspectionRow> = self
            .global(|tx| {
                Ok::<_, TxError<Outage>>(
                    sql_query(INSPECT)
                        .bind::<Array<Text>, _>(&GLOBAL_TABLES[..])
                        .load::<InspectionRow>(tx.conn())?,
                )
            })
            .await?;
        let row = rows
            .into_iter()
            .next()
            .ok_or_else(|| Outage::new("the server did not say who we are"))?;
        Ok(Inspection {
            role: row.role,
            privileged: row.privileged,
            plain_and_remote: row.plain_and_remote,
            messages: row.messages,
            migration_level: row.level.unwrap_or_default(),
            unprotected_tables: row.unprotected.into_iter().flatten().collect(),
        })
    }
}

fn within<T, E>(
    conn: &mut PgConnection,
    ids: &dyn IdSource,
    tenant: TenantId,
    work: impl Fn(&mut TenantTx<'_>) -> Result<T, TxError<E>>,
) -> Result<(T, bool), TxError<E>> {
    let mut tx = TenantTx {
        conn,
        tenant,
        ids,
        enqueued: false,
    };
    let value = work(&mut tx)?;
    Ok((value, tx.enqueued))
}

fn in_global<T, E>(
    conn: &mut PgConnection,
    ids: &dyn IdSource,
    work: impl Fn(&mut GlobalTx<'_>) -> Result<T, TxError<E>>,
) -> Result<(T, bool), TxError<E>> {
    let mut tx = GlobalTx {
        conn,
        ids,
        enqueued: false,
    };
    let value = work(&mut tx)?;
    Ok((value, tx.enqueued))
}

fn attempt_until_settled<T, E>(
    conn: &mut PgConnection,
    begin: Option<&str>,
    work: impl Fn(&mut PgConnection) -> Result<T, TxError<E>>,
) -> Result<T, TxError<E>> {
    let mut tries = 1;
    loop {
        let ended = match begin {
            Some(begin) => in_transaction(conn, begin, &work),
            None => work(conn),
        };
        match ended {
            Err(TxError::Database(error)) if tries < TRIES && worth_repeating(&error) => {
                tries += 1;
                tracing::info!(tries, "transaction met another one and is begun again");
            }
            other => return other,
        }
    }
}

fn in_transaction<T, E>(
    conn: &mut PgConnection,
    begin: &str,
    work: impl Fn(&mut PgConnection) -> Result<T, TxError<E>>,
) -> Result<T, TxError<E>> {
    AnsiTransactionManager::begin_transaction_sql(conn, begin)?;
    match work(conn) {
        Ok(value) => {
            AnsiTransactionManager::commit_transaction(conn)?;
            Ok(value)
        }
        Err(error) => {
            // A broken connection cannot roll back; it is thrown away, and the server does.
            let _ = AnsiTransactionManager::rollback_transaction(conn);
            Err(error)
        }
    }
}

/// A connection is used again only if it is known to be outside a transaction and open.
fn health<T, E>(conn: &mut PgConnection, ended: &Result<T, TxError<E>>) -> Health {
    let closed = match ended {
        Err(TxError::Database(error)) if is_outdated(error) => true,
        Err(TxError::Database(DieselError::DatabaseError(kind, _))) => matches!(
            kind,
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand
        ),
        Err(TxError::Database(DieselError::BrokenTransactionManager)) => true,
        Ok(_) | Err(_) => false,
    };
    if closed || AnsiTransactionManager::is_broken_transaction_manager(conn) {
        Health::Broken
    } else {
        Health::Sound
    }
}

/// Diesel tells the kind of a serialization failure, and of a deadlock nothing but the server's words; that they are
/// English is looked at before the process serves ([`Inspection::faults`]).
fn worth_repeating(error: &DieselError) -> bool {
    let DieselError::DatabaseError(kind, information) = error else {
        return false;
    };
    matches!(kind, DatabaseErrorKind::SerializationFailure)
        || information.message().contains("deadlock detected")
}

/// Empty: what the server was built with, which is English.
fn speaks_english(messages: &str) -> bool {
    let language = messages.split(['_', '.', '@']).next().unwrap_or_default();
    matches!(language, "" | "C" | "POSIX" | "en" | "English")
}

/// What the server says of this process and of its own fences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// The role that this process is.
    pub role: String,
    /// Whether that role is a superuser or bypasses row-level security.
    pub privileged: bool,
    /// Whether the line is plain although the server is neither on this machine nor on a private network.
    pub plain_and_remote: bool,
    /// The language in which the server tells this process of errors: `lc_messages`.
    pub messages: String,
    /// The newest migration applied.
    pub migration_level: String,
    /// Tables outside the reviewed list that lack row-level security or its FORCE.
    pub unprotected_tables: Vec<String>,
}

impl Inspection {
    /// Everything that forbids to start, in words for the operator; empty if all is well.
    ///
    /// # Errors
    /// [`Outage`] if this build's own migrations cannot be read.
    pub fn faults(&self) -> Result<Vec<String>, Outage> {
        let wanted = crate::migrations::level()?;
        let mut faults = Vec::new();
        if self.privileged {
            faults.push(format!(
                "the role {} is a superuser or bypasses row-level security",
                self.role
            ));
        }
        if self.plain_and_remote {
            faults.push("the line to a remote server is not encrypted".to_owned());
        }
        if !speaks_english(&self.messages) {
            faults.push(format!(
                "the server speaks {} to this role, and a deadlock is known by its English name: as an administrator, \
                 ALTER ROLE {} SET lc_messages = 'C'",
                self.messages, self.role
            ));
        }
        if self.migration_level < wanted {
            faults.push(format!(
                "the schema is at {}, this build needs {wanted}",
                self.migration_level
            ));
        }
        if !self.unprotected_tables.is_empty() {
            faults.push(format!(
                "tables without forced row-level security: {}",
                self.unprotected_tables.join(", ")
            ));
        }
        Ok(faults)
    }
}

/// The reviewed list of tables that may be read before a tenant is known (docs/architecture.md).
pub const GLOBAL_TABLES: [&str; 11] = [
    "__diesel_schema_migrations",
    "access_keys",
    "channel_routes",
    "jobs",
    "memberships",
    "payment_routing",
    "refund_routing",
    "people",
    "schedules",
    "sessions",
    "tenants",
];

#[derive(QueryableByName)]
struct InspectionRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    role: String,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    privileged: bool,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    plain_and_remote: bool,
    #[diesel(sql_type = diesel::sql_types::Text)]
    messages: String,
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    level: Option<String>,
    #[diesel(sql_type = diesel::sql_types::Array<diesel::sql_types::Nullable<diesel::sql_types::Text>>)]
    unprotected: Vec<Option<String>>,
}

const INSPECT: &str = "
SELECT current_user::text AS role,
    (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS privileged,
    NOT coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)
        AND NOT coalesce(inet_server_addr() <<= ANY (ARRAY['127.0.0.0/8', '::1', '10.0.0.0/8', '172.16.0.0/12',
            '192.168.0.0/16', 'fc00::/7']::inet[]), true) AS plain_and_remote,
    current_setting('lc_messages') AS messages,
    (SELECT max(version)::text FROM __diesel_schema_migrations) AS level,
    ARRAY(SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
            AND c.relname <> ALL ($1)
        ORDER BY 1) AS unprotected";
