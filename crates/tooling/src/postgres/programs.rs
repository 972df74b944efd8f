//! A server from programs that are installed on the machine.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::leftovers;
use super::user::ServerUser;
use crate::interrupt;
use crate::machine;
use crate::process::{self, Signal};

/// The oldest major version that has everything the migrations use.
pub const VERSION_MIN: u32 = 15;

const NEEDED: [&str; 3] = ["postgres", "initdb", "pg_ctl"];
const PATIENCE: Duration = Duration::from_secs(60);
const ATTEMPTS_MAX: u32 = 3;

/// One installation of the server programs.
pub(super) struct Programs {
    directory: PathBuf,
    version: u32,
}

/// The best installation there is: the one that `RATIBA_PG_BIN` names, else the first usable one on the PATH,
/// where `pg_config` points, or in the usual places. Fails only if a named one cannot be used.
pub(super) fn find() -> anyhow::Result<Option<Programs>> {
    if let Some(named) = machine::variable("RATIBA_PG_BIN") {
        return match look_into(Path::new(&named)) {
            Some(programs) => Ok(Some(programs)),
            None => bail!(
                "RATIBA_PG_BIN names no PostgreSQL {VERSION_MIN} or later with {}",
                NEEDED.join(", ")
            ),
        };
    }
    Ok(candidates().iter().find_map(|directory| look_into(directory)))
}

fn candidates() -> Vec<PathBuf> {
    let mut candidates = Vec::new();
    let on_path = machine::find_program("postgres").and_then(|program| program.canonicalize().ok());
    candidates.extend(on_path.and_then(|program| program.parent().map(Path::to_owned)));
    let told = process::ask(Command::new("pg_config").arg("--bindir"), Duration::from_secs(10));
    candidates.extend(told.map(PathBuf::from));
    for (parent, prefix, rest) in [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr/libexec/postgresql", "", ""),
        ("/usr/libexec", "postgresql", ""),
        ("/usr", "pgsql-", "bin"),
        ("/usr/local", "pgsql", "bin"),
        ("/opt/homebrew/opt", "postgresql", "bin"),
        ("/usr/local/opt", "postgresql", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ] {
        candidates.extend(
            newest_first(Path::new(parent), prefix)
                .into_iter()
                .map(|path| path.join(rest)),
        );
    }
    candidates
}

/// The entries of a directory whose name begins with `prefix`, the highest version first.
fn newest_first(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut found: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let rest = name.strip_prefix(prefix)?;
            let digits: String = rest
                .chars()
                .skip_while(|c| !c.is_ascii_digit())
                .take_while(char::is_ascii_digit)
                .collect();
            Some((digits.parse().unwrap_or(0), entry.path()))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

fn look_into(directory: &Path) -> Option<Programs> {
    if NEEDED.iter().any(|program| !directory.join(program).is_file()) {
        return None;
    }
    let told = process::ask(
        Command::new(directory.join("postgres")).arg("--version"),
        Duration::from_secs(10),
    )?;
    let version = major_version(&told)?;
    (version >= VERSION_MIN).then(|| Programs {
        directory: directory.to_owned(),
        version,
    })
}

/// The major version in what `postgres --version` says.
fn major_version(told: &str) -> Option<u32> {
    let number = told
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A running server and its directory; both are gone when this value is.
pub(super) struct Postmaster {
    /// Where it listens, on 127.0.0.1 alone.
    pub(super) port: u16,
    programs: Programs,
    user: ServerUser,
    settings: &'static [&'static str],
    child: Child,
    directory: Directory,
}

/// The directory of one server. It is removed when this value is dropped.
struct Directory(PathBuf);

impl Drop for Directory {
    fn drop(&mut self) {
        if self.0.exists()
            && let Err(error) = std::fs::remove_dir_all(&self.0)
        {
            eprintln!("{} could not be removed: {error}", self.0.display());
        }
    }
}

impl Postmaster {
    /// Makes a database directory and starts a server in it.
    pub(super) fn start(
        programs: Programs,
        password: &str,
        settings: &'static [&'static str],
    ) -> anyhow::Result<Self> {
        let user = ServerUser::choose()?;
        let directory = Directory(leftovers::make_directory(user)?);
        initialise(&programs, user, &directory.0, password)?;
        for attempt in 1..=ATTEMPTS_MAX {
            let port = machine::free_port()?;
            let mut child = spawn(&programs, user, &directory.0, port, settings)?;
            match ready(&mut child, &directory.0) {
                Ok(()) => {
                    return Ok(Self {
                        port,
                        programs,
                        user,
                        settings,
                        child,
                        directory,
                    });
                }
                Err(error) => {
                    process::end(&mut child, Duration::from_secs(5));
                    // Somebody was faster with the port; anything else will not be better next time.
                    let taken = process::tail(&directory.0.join("log"), 20).contains("could not bind");
                    if !taken || attempt == ATTEMPTS_MAX {
                        return Err(error);
                    }
                }
            }
        }
        bail!("the PostgreSQL server found no port")
    }

    pub(super) fn describe(&self) -> String {
        format!(
            "a private server from the programs on this machine (PostgreSQL {})",
            self.programs.version
        )
    }

    /// Ends the server as PostgreSQL's immediate mode does: no goodbye to anybody, and recovery when it starts again,
    /// which it does here, at the same port.
    pub(super) fn restart_at_once(&mut self) -> anyhow::Result<()> {
        process::signal(self.child.id(), Signal::Quit);
        if process::wait_unconditionally(&mut self.child, Duration::from_secs(10)).is_none() {
            bail!("the PostgreSQL server did not end at once");
        }
        // The old file would say that the server is ready before it is.
        let told = self.directory.0.join("data/postmaster.pid");
        if told.exists() {
            std::fs::remove_file(&told).context("the ended server's file cannot be removed")?;
        }
        self.child = spawn(
            &self.programs,
            self.user,
            &self.directory.0,
            self.port,
            self.settings,
        )?;
        ready(&mut self.child, &self.directory.0)
    }

    /// Ends the server, connections and all, and removes its directory.
    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        for (signal, patience) in [(Signal::Interrupt, 20), (Signal::Quit, 5)] {
            if process::wait_unconditionally(&mut self.child, Duration::ZERO).is_some() {
                break;
            }
            process::signal(self.child.id(), signal);
            process::wait_unconditionally(&mut self.child, Duration::from_secs(patience));
        }
        process::end(&mut self.child, Duration::ZERO);
        if self.directory.0.exists() {
            std::fs::remove_dir_all(&self.directory.0)
                .with_context(|| format!("{} could not be removed", self.directory.0.display()))?;
        }
        Ok(())
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("{error:#}");
        }
    }
}

fn initialise(programs: &Programs, user: ServerUser, directory: &Path, password: &str) -> anyhow::Result<()> {
    let password_file = directory.join("password");
    std::fs::write(&password_file, password).context("the password file cannot be written")?;
    user.adopt(&password_file)?;
    // A locale that sorts by code point and knows every letter; older systems lack it.
    let made = ["C.UTF-8", "C"].iter().any(|locale| {
        let mut command = user.command(&programs.directory.join("initdb"), directory);
        command
            .arg("--pgdata")
            .arg(directory.join("data"))
            .arg("--pwfile")
            .arg(&password_file)
            .args([
                "--username",
                super::ADMINISTRATOR,
                "--auth",
                "scram-sha-256",
                "--encoding",
                "UTF8",
            ])
            .args(["--locale", locale, "--no-sync", "--no-instructions"]);
        log_to(&mut command, directory).is_ok()
            && command.stdin(Stdio::null()).spawn().is_ok_and(|mut child| {
                let status = process::wait_for(&mut child, PATIENCE);
                process::end(&mut child, Duration::ZERO);
                matches!(status, Ok(Some(status)) if status.success())
            })
    });
    // The server keeps its own derived form.
    std::fs::remove_file(&password_file).context("the password file cannot be removed")?;
    interrupt::check()?;
    if !made {
        bail!("initdb failed:\n{}", process::tail(&directory.join("log"), 20));
    }
    Ok(())
}

fn spawn(
    programs: &Programs,
    user: ServerUser,
    directory: &Path,
    port: u16,
    settings: &[&str],
) -> anyhow::Result<Child> {
    let mut command = user.command(&programs.directory.join("postgres"), directory);
    command.arg("-D").arg(directory.join("data"));
    for setting in settings {
        command.args(["-c", setting]);
    }
    command.args([
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "unix_socket_directories=",
    ]);
    command.args(["-c", &format!("port={port}")]);
    log_to(&mut command, directory)?;
    // A group of its own: Ctrl-C is for the chore, which ends its children first and the server last.
    command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .context("the PostgreSQL server could not be started")
}

fn log_to(command: &mut Command, directory: &Path) -> anyhow::Result<()> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(directory.join("log"))?;
    command.stdout(log.try_clone()?).stderr(log);
    Ok(())
}

/// Waits until the server says in its own file that it takes connections.
fn ready(child: &mut Child, directory: &Path) -> anyhow::Result<()> {
    let began = machine::now();
    let told = directory.join("data/postmaster.pid");
    loop {
        if let Some(status) = child.try_wait()? {
            bail!(
                "the PostgreSQL server ended ({status}):\n{}",
                process::tail(&directory.join("log"), 20)
            );
        }
        // The eighth line is the state, padded with spaces.
        let state = std::fs::read_to_string(&told).unwrap_or_default();
        if state.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            bail!(
                "the PostgreSQL server was not ready in time:\n{}",
                process::tail(&directory.join("log"), 20)
            );
        }
        interrupt::rest()?;
    }
}

#[cfg(test)]
mod tests;
