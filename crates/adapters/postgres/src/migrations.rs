//! The schema's ordered stream of migrations, compiled in.

use diesel::connection::SimpleConnection;
use diesel::pg::Pg;
use diesel::{Connection, PgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use ratiba_kernel::Outage;

use crate::unreached::told;

/// All migrations of this build, in order.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../../migrations");

/// Applies what is missing, as `ratiba_owner`; returns the versions applied. Safe to run twice, also at
/// once: an advisory lock lets one run at a time.
///
/// # Errors
/// [`Outage`] when the server cannot be reached or a migration fails; that migration is rolled back.
pub fn run(owner_url: &str) -> Result<Vec<String>, Outage> {
    let mut conn = PgConnection::establish(owner_url).map_err(|error| Outage::new(told(&error)))?;
    // Held until the connection closes at the end of this function.
    conn.batch_execute("SELECT pg_advisory_lock(72190001)")
        .map_err(Outage::new)?;
    let applied = conn.run_pending_migrations(MIGRATIONS).map_err(Outage::new)?;
    Ok(applied.iter().map(ToString::to_string).collect())
}

/// The version of the newest migration of this build.
///
/// # Errors
/// [`Outage`] if a migration's name cannot be read, which a test excludes.
pub fn level() -> Result<String, Outage> {
    use diesel::migration::MigrationSource;
    let migrations = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(Outage::new)?;
    let newest = migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .max();
    newest.ok_or_else(|| Outage::new("this build has no migrations"))
}
