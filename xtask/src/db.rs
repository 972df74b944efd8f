//! `cargo xtask db up|reset|print`: a migrated database to look into, and the SQL that makes one.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::interrupt;
use crate::postgres::{Purpose, Server};
use crate::preflight;
use crate::process;
use crate::stack::{self, DatabaseUrls};
use crate::usage::Usage;
use crate::workspace;

const DATABASE: &str = "ratiba";

/// Runs one of the verbs.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    match arguments {
        [verb] if verb == "up" => up(),
        [verb] if verb == "reset" => reset(),
        [verb] if verb == "print" => print(),
        _ => Err(Usage("cargo xtask db up|reset|print").into()),
    }
}

/// A private server with a migrated database, until Ctrl-C.
fn up() -> anyhow::Result<()> {
    preflight::build_and_database(Purpose::Stack)?;
    let programs = build_migrate()?;
    let server = Server::start(Purpose::Stack)?;
    println!("PostgreSQL: {}", server.describe());
    let urls = DatabaseUrls::on(&server, DATABASE.to_owned())?;
    stack::migrate(&programs, &urls)?;
    let note = Note::write(&urls)?;
    println!("\n  export TEST_DATABASE_URL={}", urls.administrator);
    println!("  as the owner:   psql {}", urls.owner);
    println!("  as the system:  psql {}", urls.app);
    println!("  as the backup:  psql {}", urls.backup);
    println!("\n`cargo xtask db reset` in another terminal empties it. Ctrl-C ends it.");
    while interrupt::rest().is_ok() {}
    note.remove();
    server.stop()
}

/// Drops the database of the server that `up` runs, and makes it again.
fn reset() -> anyhow::Result<()> {
    let urls = Note::read()?;
    let programs = build_migrate()?;
    process::need("psql", "it comes with the PostgreSQL client programs")?;
    let mut command = Command::new("psql");
    // The URL is no argument, because it holds a password and arguments are everybody's to read.
    command.args(["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--command"]);
    command.arg(format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"));
    for (name, value) in client_environment(&urls.administrator)? {
        command.env(name, value);
    }
    process::run("dropping the database", &mut command)?;
    stack::migrate(&programs, &urls)
}

/// All SQL, for services where it is pasted.
fn print() -> anyhow::Result<()> {
    preflight::build()?;
    let programs = build_migrate()?;
    process::run(
        "ratiba-migrate print",
        Command::new(programs.join("ratiba-migrate")).arg("print"),
    )
}

fn build_migrate() -> anyhow::Result<PathBuf> {
    let mut command = workspace::cargo();
    command.args([
        "build",
        "--quiet",
        "--package",
        "ratiba-admin",
        "--bin",
        "ratiba-migrate",
    ]);
    process::run("cargo build", &mut command)?;
    Ok(workspace::target_directory()?.join("debug"))
}

/// A URL as the variables that PostgreSQL's own programs read.
pub(crate) fn client_environment(url: &str) -> anyhow::Result<Vec<(&'static str, String)>> {
    let parts = || {
        let (user_info, rest) = url.strip_prefix("postgres://")?.rsplit_once('@')?;
        let (user, password) = user_info.split_once(':')?;
        let (address, rest) = rest.split_once('/')?;
        let (database, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, port) = address.rsplit_once(':')?;
        let own = str::to_owned;
        let mut variables = vec![
            ("PGHOST", own(host)),
            ("PGPORT", own(port)),
            ("PGUSER", own(user)),
            ("PGPASSWORD", own(password)),
            ("PGDATABASE", own(database)),
        ];
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=')?;
            let variable = match name {
                "sslmode" => "PGSSLMODE",
                "gssencmode" => "PGGSSENCMODE",
                _ => return None,
            };
            variables.push((variable, own(value)));
        }
        Some(variables)
    };
    parts().context("this works on a private server alone")
}

/// What `up` tells `reset`: a file for nobody else's eyes.
struct Note(PathBuf);

impl Note {
    fn path() -> anyhow::Result<PathBuf> {
        Ok(workspace::scratch("db")?.join("urls.json"))
    }

    fn write(urls: &DatabaseUrls) -> anyhow::Result<Self> {
        let path = Self::path()?;
        let file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)?;
        let note = json!({
            "administrator": urls.administrator, "owner": urls.owner, "app": urls.app, "backup": urls.backup,
        });
        serde_json::to_writer(file, &note)?;
        Ok(Self(path))
    }

    fn read() -> anyhow::Result<DatabaseUrls> {
        let Ok(text) = std::fs::read_to_string(Self::path()?) else {
            bail!("no database is up: run `cargo xtask db up` in another terminal");
        };
        let note: Value = serde_json::from_str(&text)?;
        let url = |name: &str| {
            note[name]
                .as_str()
                .map(str::to_owned)
                .context("the note of `db up` is malformed")
        };
        Ok(DatabaseUrls {
            administrator: url("administrator")?,
            owner: url("owner")?,
            app: url("app")?,
            backup: url("backup")?,
        })
    }

    fn remove(&self) {
        // A note that stays names a server that is gone, and `reset` will say so.
        let _stays = std::fs::remove_file(&self.0);
    }
}
