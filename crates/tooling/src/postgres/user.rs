//! Who runs the server: PostgreSQL refuses to run as root.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;

use crate::machine;
use crate::process;

const PATIENCE: Duration = Duration::from_secs(10);

/// The account that server programs run under.
#[derive(Clone, Copy, Debug)]
pub(super) enum ServerUser {
    /// Whoever runs the chore.
    Ourselves,
    /// Root runs the chore, so an account without privileges runs the server.
    Unprivileged { uid: u32, gid: u32 },
}

impl ServerUser {
    /// `postgres` if root runs the chore and there is such an account, else `nobody`.
    pub(super) fn choose() -> anyhow::Result<Self> {
        if our_uid()? != 0 {
            return Ok(Self::Ourselves);
        }
        for account in ["postgres", "nobody"] {
            if let (Some(uid), Some(gid)) = (id(&["-u", account]), id(&["-g", account])) {
                return Ok(Self::Unprivileged { uid, gid });
            }
        }
        anyhow::bail!("root cannot run PostgreSQL, and there is no account `postgres` or `nobody`")
    }

    /// A server program under this account, without our PostgreSQL settings, at home in `directory`.
    pub(super) fn command(self, program: &Path, directory: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(directory)
            .env("HOME", directory)
            .env("LC_ALL", "C");
        for name in machine::variable_names() {
            if name.starts_with("PG") {
                command.env_remove(name);
            }
        }
        match self {
            Self::Ourselves => {}
            // Other groups of root are dropped along with it.
            Self::Unprivileged { uid, gid } => {
                command.uid(uid).gid(gid);
            }
        }
        command
    }

    /// Makes a file or directory this account's own.
    pub(super) fn adopt(self, path: &Path) -> anyhow::Result<()> {
        match self {
            Self::Ourselves => Ok(()),
            Self::Unprivileged { uid, gid } => std::os::unix::fs::chown(path, Some(uid), Some(gid))
                .with_context(|| format!("{} cannot be given to the server's account", path.display())),
        }
    }

    /// A directory for temporary files that this account can reach: root's own may be closed to it.
    pub(super) fn temporary_directory(self) -> anyhow::Result<PathBuf> {
        match self {
            Self::Ourselves => Ok(std::env::temp_dir()),
            Self::Unprivileged { .. } => temporary_directories()
                .into_iter()
                .find(|directory| {
                    let mut test = self.command(Path::new("test"), Path::new("/"));
                    process::ask(test.arg("-w").arg(directory), PATIENCE).is_some()
                })
                .context("the server's account can write to no directory for temporary files"),
        }
    }

    /// The user id that owns what the server writes.
    pub(super) fn uid(self) -> anyhow::Result<u32> {
        match self {
            Self::Ourselves => our_uid(),
            Self::Unprivileged { uid, .. } => Ok(uid),
        }
    }
}

/// Every directory in which a run may have put its server.
pub(super) fn temporary_directories() -> Vec<PathBuf> {
    let mut directories = vec![std::env::temp_dir()];
    for usual in ["/tmp", "/var/tmp"] {
        if !directories.iter().any(|known| known == Path::new(usual)) {
            directories.push(PathBuf::from(usual));
        }
    }
    directories
}

/// The user id that this chore runs under.
pub(super) fn our_uid() -> anyhow::Result<u32> {
    id(&["-u"]).context("`id -u` does not say who we are")
}

fn id(arguments: &[&str]) -> Option<u32> {
    process::ask(Command::new("id").args(arguments), PATIENCE)?
        .parse()
        .ok()
}
