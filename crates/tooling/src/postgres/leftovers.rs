//! What a run that was killed could not put away: its server and its directory.
//!
//! A directory is swept only if its marker is ours, was written on this machine, and names a process that is
//! gone. Everything else is somebody's.

use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;

use super::user::{self, ServerUser};
use crate::machine;
use crate::process::{self, Signal};

const PREFIX: &str = "ratiba-pg-";
const MARKER: &str = "owner";
const PATIENCE: Duration = Duration::from_secs(15);

/// Makes a directory for one server, marked as this run's, reachable for nobody but the server's account.
pub(super) fn make_directory(user: ServerUser) -> anyhow::Result<PathBuf> {
    let name = format!("{PREFIX}{}-{}", std::process::id(), machine::random_hex(6)?);
    let path = user.temporary_directory()?.join(name);
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(&path)
        .with_context(|| format!("{} cannot be made", path.display()))?;
    let marker = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path.join(MARKER))
        .context("the marker of the server's directory cannot be written")?;
    std::io::Write::write_all(&mut &marker, Owner::ourselves().to_text().as_bytes())?;
    user.adopt(&path)?;
    Ok(path)
}

/// Puts away what killed runs left. A failure is told and nothing else: it must not stop a new run.
pub(super) fn sweep() {
    for directory in user::temporary_directories() {
        let Ok(entries) = std::fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.flatten() {
            if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
                continue;
            }
            let path = entry.path();
            if is_abandoned(&path)
                && let Err(error) = put_away(&path)
            {
                eprintln!("could not put away {}: {error:#}", path.display());
            }
        }
    }
    super::container::sweep();
}

/// Whether a directory is certainly ours and certainly nobody's any more.
fn is_abandoned(path: &Path) -> bool {
    let Ok(directory) = path.symlink_metadata() else {
        return false;
    };
    let Ok(marker) = path.join(MARKER).symlink_metadata() else {
        return false;
    };
    let (Ok(us), Ok(server)) = (user::our_uid(), ServerUser::choose().and_then(ServerUser::uid)) else {
        return false;
    };
    let is_ours = directory.is_dir()
        && marker.is_file()
        && marker.uid() == us
        && (directory.uid() == us || directory.uid() == server);
    is_ours
        && std::fs::read_to_string(path.join(MARKER))
            .ok()
            .and_then(|text| Owner::from_text(&text))
            .is_some_and(|owner| owner.is_gone())
}

fn put_away(path: &Path) -> anyhow::Result<()> {
    if let Some(pid) = postmaster_of(path) {
        stop(pid);
    }
    std::fs::remove_dir_all(path).context("the directory stays")?;
    println!("put away the server of a run that was killed");
    Ok(())
}

/// The server that still runs in this directory. The number in its file may be another process's by now, so
/// the process must also have been started for this directory.
fn postmaster_of(path: &Path) -> Option<u32> {
    let data = path.join("data");
    let pid = std::fs::read_to_string(data.join("postmaster.pid"))
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()?;
    process::command_line(pid)?
        .contains(data.to_str()?)
        .then_some(pid)
}

fn stop(pid: u32) {
    for signal in [Signal::Interrupt, Signal::Quit] {
        process::signal(pid, signal);
        let began = machine::now();
        while began.elapsed() < PATIENCE {
            if !process::signal(pid, Signal::Probe) {
                return;
            }
            std::thread::sleep(crate::interrupt::LOOK);
        }
    }
}

/// Which process on which machine something belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pid: u32,
    start: String,
    machine: String,
}

impl Owner {
    /// This chore.
    pub(super) fn ourselves() -> Self {
        let pid = std::process::id();
        Self {
            pid,
            start: process::identity(pid).unwrap_or_default(),
            machine: this_machine(),
        }
    }

    /// Whether the process is gone. `false` where that cannot be known, as for another machine's.
    pub(super) fn is_gone(&self) -> bool {
        self.machine == this_machine()
            && !self.start.is_empty()
            && process::identity(self.pid).as_deref() != Some(self.start.as_str())
    }

    /// One line that [`from_text`](Self::from_text) reads.
    pub(super) fn to_text(&self) -> String {
        format!("{}|{}|{}", self.pid, self.start, self.machine)
    }

    /// What [`to_text`](Self::to_text) wrote; `None` for anything else.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('|');
        let (pid, start, machine) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
        parts.next().is_none().then(|| Self {
            pid,
            start: start.into(),
            machine: machine.into(),
        })
    }
}

/// Tells machines apart, and containers that share a directory for temporary files: a process number means
/// something only within one of them.
fn this_machine() -> String {
    let namespace = std::fs::read_link("/proc/self/ns/pid").map(|path| path.to_string_lossy().into_owned());
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    match (namespace, boot) {
        (Ok(namespace), Ok(boot)) => format!("{namespace} {}", boot.trim()),
        _ => process::ask(Command::new("uname").arg("-n"), PATIENCE).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
