//! The server behind the test databases: its roles, its template, and what dead tests left on it.

use std::path::{Path, PathBuf};

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::migration::MigrationSource as _;
use diesel::pg::{Pg, PgConnection};
use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use sha2::{Digest as _, Sha256};

use crate::url::ServerUrl;

/// The role of migrations.
pub(crate) const OWNER: &str = "ratiba_owner";
/// The role of the running system.
pub(crate) const APP: &str = "ratiba_app";
/// The role of backups.
pub(crate) const BACKUP: &str = "ratiba_backup";

const URL_VARIABLE: &str = "TEST_DATABASE_URL";
/// The template of a server that nobody has prepared.
pub(crate) const BARE: &str = "template1";

const DATABASE_PREFIX: &str = "ratiba_test_";
/// One lock for roles and template: whoever holds it prepares the server, the others wait and find it ready.
const PREPARATION_LOCK: &str = "ratiba test server";

/// An administrator who is no superuser may drop a database that somebody is connected to only as a member of
/// that somebody's role.
const ADOPT_ROLES: &str = "
    DO $$
    BEGIN
        IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
            EXECUTE format('GRANT ratiba_app, ratiba_backup TO %I', current_user);
        END IF;
    END
    $$";

/// Why there is no test database.
#[derive(Debug, thiserror::Error)]
pub enum TestDatabaseError {
    /// The environment names no server.
    #[error(
        "TEST_DATABASE_URL is not set: run the tests with `cargo xtask test`, or name an administrator of a server"
    )]
    NoServer,
    /// The variable is not a URL with a user and a host.
    #[error("TEST_DATABASE_URL must read postgres://user:password@host:port/database")]
    MalformedUrl,
    /// The server did not take a connection.
    #[error("the server refused {role}")]
    Refused {
        /// The role that was refused.
        role: &'static str,
        /// What the server said.
        #[source]
        cause: diesel::ConnectionError,
    },
    /// A statement of the preparation failed.
    #[error("could not {what}")]
    Statement {
        /// What the statement was for.
        what: &'static str,
        /// What the server said.
        #[source]
        cause: diesel::result::Error,
    },
    /// The migrations of this checkout could not be read or applied.
    #[error("could not migrate the template database")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The operating system gave no randomness for a name.
    #[error("could not make a name: {0}")]
    Name(getrandom::Error),
}

/// A server and the way in.
#[derive(Clone)]
pub(crate) struct Server {
    url: ServerUrl,
    /// The same for every test of every process, and known to nobody who is not an administrator already.
    password: String,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    answer: bool,
}

impl Server {
    #[expect(
        clippy::disallowed_methods,
        reason = "this variable belongs to the tools, not to the settings"
    )]
    pub(crate) fn from_env() -> Result<Self, TestDatabaseError> {
        match std::env::var(URL_VARIABLE) {
            Ok(url) if !url.is_empty() => Self::at(&url),
            Ok(_) | Err(_) => Err(TestDatabaseError::NoServer),
        }
    }

    /// The server that an administrator's URL names.
    pub(crate) fn at(url: &str) -> Result<Self, TestDatabaseError> {
        let url = ServerUrl::parse(url).ok_or(TestDatabaseError::MalformedUrl)?;
        let password = digest(["ratiba test roles", url.shared_secret()]);
        Ok(Self { url, password })
    }

    pub(crate) fn url_as(&self, role: &str, database: &str) -> String {
        self.url.role_in(role, &self.password, database)
    }

    pub(crate) fn administrator_url(&self, database: &str) -> String {
        self.url.administrator_in(database)
    }

    pub(crate) fn connect_as_administrator(&self) -> Result<PgConnection, TestDatabaseError> {
        connect("the administrator", &self.url.administrator())
    }

    /// Makes the roles, with the passwords of the tests.
    pub(crate) fn ready_roles(&self, administrator: &mut PgConnection) -> Result<(), TestDatabaseError> {
        hold(administrator, PREPARATION_LOCK)?;
        self.make_roles(administrator)?;
        release(administrator, PREPARATION_LOCK)
    }

    /// The name of the migrated template for the migrations of this checkout; it is made if it is not there.
    pub(crate) fn ready_template(
        &self,
        administrator: &mut PgConnection,
    ) -> Result<String, TestDatabaseError> {
        let name = format!("ratiba_template_{}", &migrations_digest()?[..16]);
        if !is_ready(administrator, &name)? {
            hold(administrator, PREPARATION_LOCK)?;
            // Another test may have made it while this one waited for the lock.
            if !is_ready(administrator, &name)? {
                self.make_template(administrator, &name)?;
            }
            release(administrator, PREPARATION_LOCK)?;
        }
        Ok(name)
    }

    fn make_roles(&self, administrator: &mut PgConnection) -> Result<(), TestDatabaseError> {
        let roles = include_str!("../../../migrations/roles.sql");
        execute(administrator, "make the roles", roles)?;
        for role in [OWNER, APP, BACKUP] {
            let statement = format!("ALTER ROLE {role} PASSWORD '{}'", self.password);
            execute(administrator, "set the passwords of the roles", &statement)?;
        }
        execute(
            administrator,
            "let the administrator end connections of tests",
            ADOPT_ROLES,
        )
    }

    fn make_template(&self, administrator: &mut PgConnection, name: &str) -> Result<(), TestDatabaseError> {
        self.make_roles(administrator)?;
        // What is there but not ready is what a test left that died half-way.
        execute(administrator, "drop a half-made template", &drop_statement(name))?;
        create(administrator, name, BARE)?;
        {
            let mut owner = connect(OWNER, &self.url_as(OWNER, name))?;
            owner
                .run_pending_migrations(migrations()?)
                .map_err(TestDatabaseError::Migration)?;
        }
        // Ready is said last, and nobody may connect from then on: cloning needs the template to itself.
        let ready = format!("ALTER DATABASE {name} IS_TEMPLATE true ALLOW_CONNECTIONS false");
        execute(administrator, "finish the template", &ready)
    }
}

/// Drops the databases of tests that died, and of nobody else: a living test holds the lock of its database.
pub(crate) fn drop_orphans(administrator: &mut PgConnection) -> Result<(), TestDatabaseError> {
    let pattern = format!("{DATABASE_PREFIX}%");
    let found = sql_query("SELECT datname::text AS name FROM pg_catalog.pg_database WHERE datname LIKE $1")
        .bind::<Text, _>(pattern)
        .load::<Name>(administrator)
        .map_err(|cause| TestDatabaseError::Statement {
            what: "list the test databases",
            cause,
        })?;
    for Name { name } in found {
        if !try_hold(administrator, &name)? {
            continue;
        }
        let dropped = execute(administrator, "drop an orphan", &drop_statement(&name));
        release(administrator, &name)?;
        dropped?;
    }
    Ok(())
}

/// Marks `name` as in use for as long as `keeper` lives.
pub(crate) fn claim(keeper: &mut PgConnection, name: &str) -> Result<(), TestDatabaseError> {
    hold(keeper, name)
}

/// A name that no other test has: readable, and short enough for PostgreSQL.
#[expect(
    clippy::disallowed_methods,
    reason = "a name of the test harness is no identity of the product"
)]
pub(crate) fn unused_name() -> Result<String, TestDatabaseError> {
    let mut random = [0_u8; 8];
    getrandom::fill(&mut random).map_err(TestDatabaseError::Name)?;
    Ok(format!(
        "{DATABASE_PREFIX}{}_{}",
        std::process::id(),
        hex::encode(random)
    ))
}

/// Ends the connections to a database and drops it. A template must be told first that it is none.
pub(crate) fn drop_statement(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")
}

/// Clones `template`; the clone belongs to the owner role.
pub(crate) fn create(
    administrator: &mut PgConnection,
    name: &str,
    template: &str,
) -> Result<(), TestDatabaseError> {
    let statement = format!("CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template}");
    execute(administrator, "create a database", &statement)?;
    // Grants on the database itself are not cloned. The same as `ratiba-migrate roles` does for a real one.
    let grants = format!(
        "REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {APP}, {BACKUP}"
    );
    execute(administrator, "grant the way into a database", &grants)
}

fn connect(role: &'static str, url: &str) -> Result<PgConnection, TestDatabaseError> {
    PgConnection::establish(url).map_err(|cause| TestDatabaseError::Refused { role, cause })
}

fn execute(connection: &mut PgConnection, what: &'static str, sql: &str) -> Result<(), TestDatabaseError> {
    connection
        .batch_execute(sql)
        .map_err(|cause| TestDatabaseError::Statement { what, cause })
}

fn is_ready(administrator: &mut PgConnection, template: &str) -> Result<bool, TestDatabaseError> {
    ask(
        administrator,
        "look for the template",
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = $1 AND datistemplate) AS answer",
        template,
    )
}

/// Waits for an advisory lock that lasts as long as the connection.
fn hold(connection: &mut PgConnection, name: &str) -> Result<(), TestDatabaseError> {
    let what = "take a lock";
    let sql = "SELECT pg_advisory_lock(hashtextextended($1, 0)) IS NOT NULL AS answer";
    ask(connection, what, sql, name).map(|_| ())
}

fn try_hold(connection: &mut PgConnection, name: &str) -> Result<bool, TestDatabaseError> {
    let sql = "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS answer";
    ask(connection, "try a lock", sql, name)
}

fn release(connection: &mut PgConnection, name: &str) -> Result<(), TestDatabaseError> {
    let sql = "SELECT pg_advisory_unlock(hashtextextended($1, 0)) AS answer";
    ask(connection, "release a lock", sql, name).map(|_| ())
}

fn ask(
    connection: &mut PgConnection,
    what: &'static str,
    sql: &str,
    argument: &str,
) -> Result<bool, TestDatabaseError> {
    sql_query(sql)
        .bind::<Text, _>(argument)
        .get_result::<Answer>(connection)
        .map(|row| row.answer)
        .map_err(|cause| TestDatabaseError::Statement { what, cause })
}

fn migrations_directory() -> PathBuf {
    // Cargo says at run time for which checkout a test runs: checkouts that share a target directory share
    // programs, and the one that built this may be gone.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let package = Path::new(&package);
    let found = package
        .ancestors()
        .map(|folder| folder.join("migrations"))
        .find(|folder| folder.is_dir());
    found.unwrap_or_else(|| package.join("../../migrations"))
}

fn migrations() -> Result<FileBasedMigrations, TestDatabaseError> {
    FileBasedMigrations::from_path(migrations_directory())
        .map_err(|error| TestDatabaseError::Migration(Box::new(error)))
}

/// What the template depends on: every migration and the roles. A change in one makes a new template.
fn migrations_digest() -> Result<String, TestDatabaseError> {
    let unreadable = |error: std::io::Error| TestDatabaseError::Migration(Box::new(error));
    let mut names = Vec::new();
    for migration in migrations()?.migrations().map_err(TestDatabaseError::Migration)? {
        let migration: Box<dyn diesel::migration::Migration<Pg>> = migration;
        names.push(migration.name().to_string());
    }
    names.sort();
    let mut parts = vec![include_str!("../../../migrations/roles.sql").to_owned()];
    for name in names {
        let up = migrations_directory().join(&name).join("up.sql");
        parts.push(std::fs::read_to_string(up).map_err(unreadable)?);
        parts.push(name);
    }
    Ok(digest(parts.iter().map(String::as_str)))
}

fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex::encode(hash.finalize())
}
