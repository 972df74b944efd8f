//! A fresh, migrated PostgreSQL database for each test.
//!
//! `TEST_DATABASE_URL` names an administrator of the server to use; `cargo xtask test` starts a private one
//! and sets it. The first test of a run makes the roles and one migrated template, owned and migrated by
//! `ratiba_owner`, which is no superuser, just as in production. Every test clones the template, so tests run
//! in parallel and none cleans up after another.
//!
//! A test that finds no server fails. It does not skip.
//!
//! Beside it, a Redis for tests of what several processes count together, which may be left out where there is none.

mod redis;
mod server;
mod url;

use std::fmt;

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::pg::PgConnection;

pub use redis::TestRedis;
pub use server::TestDatabaseError;

use server::Server;

/// A database of one test's own. It is dropped, connections and all, when this value is.
///
/// The URLs carry passwords that open nothing but test databases; `Debug` shows none of them all the same.
pub struct TestDatabase {
    server: Server,
    name: String,
    /// Holds the lock that says "in use": when this process dies, however it does, the lock is free and
    /// the next test that comes along drops the database. `None` on a server that goes with the database.
    keeper: Option<PgConnection>,
}

impl TestDatabase {
    /// A database with all migrations, cloned from the template.
    ///
    /// # Panics
    /// When there is no server to use, with the reason: a test without a database fails.
    pub fn create() -> Self {
        Self::try_create().unwrap_or_else(|error| refuse(&error))
    }

    /// A database without any migration, owned by `ratiba_owner`, for tests of the migrations themselves.
    ///
    /// # Panics
    /// As [`create`](Self::create).
    pub fn create_unmigrated() -> Self {
        Self::try_create_unmigrated().unwrap_or_else(|error| refuse(&error))
    }

    /// [`create`](Self::create), with the failure as a value.
    ///
    /// # Errors
    /// When `TEST_DATABASE_URL` is absent or malformed, the server refuses, or a migration fails.
    pub fn try_create() -> Result<Self, TestDatabaseError> {
        Self::make(Server::ready_template)
    }

    /// [`create_unmigrated`](Self::create_unmigrated), with the failure as a value.
    ///
    /// # Errors
    /// As [`try_create`](Self::try_create).
    pub fn try_create_unmigrated() -> Result<Self, TestDatabaseError> {
        Self::make(|server, administrator| {
            server.ready_roles(administrator)?;
            Ok(server::BARE.to_owned())
        })
    }

    /// A migrated database on the caller's own server, whose administrator the URL names. It stays until the server
    /// is gone, so that the server may be restarted meanwhile.
    ///
    /// # Errors
    /// As [`try_create`](Self::try_create), but for the variable.
    pub fn try_create_on(administrator_url: &str) -> Result<Self, TestDatabaseError> {
        let server = Server::at(administrator_url)?;
        let mut administrator = server.connect_as_administrator()?;
        let template = server.ready_template(&mut administrator)?;
        let name = server::unused_name()?;
        server::create(&mut administrator, &name, &template)?;
        Ok(Self {
            server,
            name,
            keeper: None,
        })
    }

    fn make(
        template: impl FnOnce(&Server, &mut PgConnection) -> Result<String, TestDatabaseError>,
    ) -> Result<Self, TestDatabaseError> {
        let server = Server::from_env()?;
        // One connection for all of it: connecting costs more than most statements here.
        let mut keeper = server.connect_as_administrator()?;
        let template = template(&server, &mut keeper)?;
        server::drop_orphans(&mut keeper)?;
        let name = server::unused_name()?;
        server::claim(&mut keeper, &name)?;
        server::create(&mut keeper, &name, &template)?;
        Ok(Self {
            server,
            name,
            keeper: Some(keeper),
        })
    }

    /// The name of the database on its server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For the running system: `ratiba_app`, which row-level security binds.
    pub fn app_url(&self) -> String {
        self.server.url_as(server::APP, &self.name)
    }

    /// For migrations: `ratiba_owner`, which owns everything and is no superuser.
    pub fn owner_url(&self) -> String {
        self.server.url_as(server::OWNER, &self.name)
    }

    /// For backups: `ratiba_backup`, which reads every tenant's rows and writes none.
    pub fn backup_url(&self) -> String {
        self.server.url_as(server::BACKUP, &self.name)
    }

    /// For arranging what the system itself may not do: the administrator of the server.
    ///
    /// Most often a superuser, whom row-level security does not bind: never use it to show that a tenant's
    /// rows are safe.
    pub fn admin_url(&self) -> String {
        self.server.administrator_url(&self.name)
    }

    /// A connection as `ratiba_app`.
    ///
    /// # Panics
    /// When the server refuses it.
    pub fn connect_as_app(&self) -> PgConnection {
        connect(&self.app_url())
    }

    /// A connection as `ratiba_owner`.
    ///
    /// # Panics
    /// When the server refuses it.
    pub fn connect_as_owner(&self) -> PgConnection {
        connect(&self.owner_url())
    }

    /// A connection as the administrator; see [`admin_url`](Self::admin_url).
    ///
    /// # Panics
    /// When the server refuses it.
    pub fn connect_as_administrator(&self) -> PgConnection {
        connect(&self.admin_url())
    }
}

impl fmt::Debug for TestDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestDatabase")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A failure here must not hide the test's own; the database is an orphan then, and swept by the next.
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        if let Err(error) = keeper.batch_execute(&server::drop_statement(&self.name)) {
            eprintln!("the test database {} could not be dropped: {error}", self.name);
        }
    }
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url)
        .unwrap_or_else(|error| panic!("the test database refused a connection: {error}"))
}

fn refuse(error: &TestDatabaseError) -> ! {
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    panic!("no test database: {told}")
}
