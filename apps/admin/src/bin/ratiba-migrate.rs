//! Everything that changes the shape of the database, and nothing that runs against it day by day.
//!
//! Three verbs: `roles` prepares a server as an administrator, `run` applies the migrations as their owner,
//! `print` shows all of the SQL for services where it is pasted into a console. The first two are safe to repeat.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail, ensure};
use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::pg::PgConnection;
use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use ratiba_admin::database_settings::{ADMIN_URL_DOC, APP_URL_DOC, BACKUP_URL_DOC, OWNER_URL_DOC, know_all};
use ratiba_bootstrap::{Secret, SettingsReader};
use ratiba_postgres::unreached::told;

const OWNER: &str = "ratiba_owner";
const APP: &str = "ratiba_app";
const BACKUP: &str = "ratiba_backup";

const ROLES: &str = include_str!("../../../../migrations/roles.sql");
/// Every migration's name and `up.sql`, in order.
const TEXTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/migration_texts.rs"));

const USAGE: &str = "\
usage: ratiba-migrate roles | run | print

  roles   makes the roles and the database, as an administrator
          (RATIBA__DATABASE__ADMIN_URL; names and passwords from RATIBA__DATABASE__OWNER_URL and __URL,
          and from __BACKUP_URL if it is set)
  run     applies the migrations, as ratiba_owner (RATIBA__DATABASE__OWNER_URL)
  print   writes all of it as SQL to standard output";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["roles"] => roles(),
        ["run"] => run(),
        ["print"] => print(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ratiba-migrate: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Makes the roles, sets their passwords, makes the database, and closes it to everybody else.
fn roles() -> anyhow::Result<()> {
    let plan = SettingsReader::from_env("").finish(RolesPlan::read)?;
    let mut administrator = connect("the administrator", plan.admin_url.expose())?;
    administrator
        .batch_execute(ROLES)
        .context("the roles could not be made")?;
    for (role, login) in plan.logins() {
        let Some(password) = &login.password else {
            bail!("the URL for {role} carries no password");
        };
        let statement = quoted(
            &mut administrator,
            "ALTER ROLE %I PASSWORD %L",
            role,
            password.expose(),
        )?;
        administrator
            .batch_execute(&statement)
            .with_context(|| format!("no password for {role}"))?;
    }
    let database = &plan.owner.database;
    if !database_exists(&mut administrator, database)? {
        let create = "CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING 'UTF8'";
        let statement = quoted(&mut administrator, create, database, OWNER)?;
        administrator
            .batch_execute(&statement)
            .context("the database could not be made")?;
    }
    // On a managed service the database is given and belongs to the administrator, so the owner of the tables
    // needs leave to make schemas and extensions in it.
    for grant in [
        "REVOKE ALL ON DATABASE %I FROM PUBLIC",
        "GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO ratiba_owner",
        "GRANT CONNECT ON DATABASE %I TO ratiba_app, ratiba_backup",
    ] {
        let statement = quoted(&mut administrator, grant, database, "")?;
        administrator
            .batch_execute(&statement)
            .context("the database could not be closed to others")?;
    }
    let inside = plan.admin_location.in_database(database);
    connect("the administrator in the new database", &inside)?
        .batch_execute(
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC;
             GRANT USAGE, CREATE ON SCHEMA public TO ratiba_owner",
        )
        .context("the schema could not be closed to others")?;
    println!("roles {OWNER}, {APP} and {BACKUP} and the database are ready");
    Ok(())
}

/// Applies what is not applied yet, each migration whole or not at all.
fn run() -> anyhow::Result<()> {
    let url = SettingsReader::from_env("").finish(|r| {
        let url = r.secret("database.owner_url", OWNER_URL_DOC);
        know_all(r);
        url
    })?;
    let mut owner = connect(OWNER, url.expose())?;
    refuse_the_privileged(&mut owner)?;
    drop(owner);
    let applied =
        ratiba_postgres::migrations::run(url.expose()).context("the migrations did not all apply")?;
    for version in &applied {
        println!("applied {version}");
    }
    println!(
        "{} applied, the database is at this program's level",
        applied.len()
    );
    Ok(())
}

/// Writes what `roles` and `run` would do to an empty server, for consoles that take pasted SQL.
fn print() -> anyhow::Result<()> {
    let mut sql = String::new();
    writeln!(
        sql,
        "-- As an administrator. Give each role a password of its own: ALTER ROLE … PASSWORD '…'.\n"
    )?;
    writeln!(sql, "{ROLES}")?;
    writeln!(
        sql,
        "-- The rest in the database of Ratiba, as its owner: SET ROLE {OWNER};\n"
    )?;
    writeln!(
        sql,
        "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (\n    \
         version VARCHAR(50) PRIMARY KEY NOT NULL,\n    \
         run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP -- bookkeeping\n);"
    )?;
    for (name, up) in TEXTS {
        let version = name.split_once('_').map_or(*name, |(version, _)| version);
        writeln!(sql, "\n-- {name}\nBEGIN;\n{up}")?;
        writeln!(
            sql,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}');\nCOMMIT;"
        )?;
    }
    std::io::stdout()
        .write_all(sql.as_bytes())
        .context("standard output was closed")
}

/// What `roles` works with. It has no `Debug`: almost every field is a secret.
struct RolesPlan {
    admin_url: Secret,
    admin_location: Location,
    owner: Location,
    app: Location,
    backup: Option<Location>,
}

impl RolesPlan {
    fn read(r: &mut SettingsReader) -> Option<Self> {
        let admin_url = r.secret("database.admin_url", ADMIN_URL_DOC);
        let owner_url = r.secret("database.owner_url", OWNER_URL_DOC);
        let app_url = r.secret("database.url", APP_URL_DOC);
        let backup_url = r.optional_secret("database.backup_url", BACKUP_URL_DOC);
        know_all(r);
        let admin_url = admin_url?;
        let admin_location = Location::read(r, "database.admin_url", &admin_url, None);
        let owner = Location::read(r, "database.owner_url", &owner_url?, Some(OWNER));
        let app = Location::read(r, "database.url", &app_url?, Some(APP));
        let backup = match backup_url? {
            Some(url) => Some(Location::read(r, "database.backup_url", &url, Some(BACKUP))?),
            None => None,
        };
        let plan = Self {
            admin_url,
            admin_location: admin_location?,
            owner: owner?,
            app: app?,
            backup,
        };
        if plan.app.database != plan.owner.database {
            r.fault(
                "database.url",
                "must name the same database as database.owner_url",
            );
        }
        Some(plan)
    }

    fn logins(&self) -> impl Iterator<Item = (&'static str, &Location)> {
        let backup = self.backup.as_ref().map(|location| (BACKUP, location));
        [(OWNER, &self.owner), (APP, &self.app)].into_iter().chain(backup)
    }
}

/// The parts of a database URL that matter here.
struct Location {
    authority: String,
    password: Option<Secret>,
    database: String,
    query: String,
}

impl Location {
    /// Takes a URL apart; `role` is the one it must name. What is wrong is recorded without the URL.
    fn read(r: &mut SettingsReader, key: &'static str, url: &Secret, role: Option<&str>) -> Option<Self> {
        let Some(location) = Self::parse(url.expose(), role) else {
            let user = role.unwrap_or("administrator");
            r.fault(
                key,
                format!("must read postgres://{user}:password@host:port/database"),
            );
            return None;
        };
        Some(location)
    }

    fn parse(url: &str, role: Option<&str>) -> Option<Self> {
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/')?;
        let (user_info, _) = authority.rsplit_once('@')?;
        let (user, password) = match user_info.split_once(':') {
            Some((user, password)) => (user, Some(Secret::new(unescape(password)?))),
            None => (user_info, None),
        };
        // A pooler's user names carry the project behind a dot.
        let named = user.split_once('.').map_or(user, |(name, _project)| name);
        let fits = !database.is_empty() && role.is_none_or(|role| role == named);
        fits.then_some(())?;
        Some(Self {
            authority: authority.into(),
            password,
            database: unescape(database)?,
            query: query.into(),
        })
    }

    /// The same server and user, in another database.
    fn in_database(&self, database: &str) -> String {
        let separator = if self.query.is_empty() { "" } else { "?" };
        format!(
            "postgres://{}/{}{separator}{}",
            self.authority,
            escape(database),
            self.query
        )
    }
}

/// Percent-decodes one part of a URL; `None` if it is not well-formed.
fn unescape(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Percent-encodes everything that could mean something in a URL.
fn escape(part: &str) -> String {
    part.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
        escaped
    })
}

#[derive(QueryableByName)]
struct Statement {
    #[diesel(sql_type = Text)]
    statement: String,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    answer: bool,
}

/// Lets the server quote names and literals: commands like these take no parameters.
fn quoted(
    connection: &mut PgConnection,
    template: &str,
    first: &str,
    second: &str,
) -> anyhow::Result<String> {
    sql_query("SELECT format($1, $2, $3) AS statement")
        .bind::<Text, _>(template)
        .bind::<Text, _>(first)
        .bind::<Text, _>(second)
        .get_result::<Statement>(connection)
        .map(|row| row.statement)
        .context("a statement could not be put together")
}

fn database_exists(connection: &mut PgConnection, name: &str) -> anyhow::Result<bool> {
    sql_query("SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = $1) AS answer")
        .bind::<Text, _>(name)
        .get_result::<Answer>(connection)
        .map(|row| row.answer)
        .context("the databases could not be listed")
}

/// Tables made by a superuser would belong to one, and row-level security would not bind it.
fn refuse_the_privileged(owner: &mut PgConnection) -> anyhow::Result<()> {
    let privileged = sql_query(
        "SELECT rolsuper OR rolbypassrls AS answer FROM pg_catalog.pg_roles WHERE rolname = current_user",
    )
    .get_result::<Answer>(owner)
    .context("the server did not say who this is")?
    .answer;
    ensure!(
        !privileged,
        "migrations must not run as a superuser or with BYPASSRLS: use {OWNER}"
    );
    Ok(())
}

fn connect(who: &str, url: &str) -> anyhow::Result<PgConnection> {
    let connected = PgConnection::establish(url).map_err(|error| anyhow!(told(&error)));
    connected.with_context(|| format!("the server refused {who}"))
}

#[cfg(test)]
#[path = "ratiba-migrate/tests.rs"]
mod tests;
