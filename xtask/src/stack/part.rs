//! One running part of a stack.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::environment;
use crate::process;

/// How much of a log a person sees when something failed.
const LINES: usize = 30;

/// A process of ours with its log. It ends when this value is dropped.
pub(crate) struct Part {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Part {
    /// Starts a part with these settings and no others.
    pub(crate) fn start(
        name: &'static str,
        program: &Path,
        settings: Vec<(&'static str, String)>,
        log: PathBuf,
    ) -> anyhow::Result<Self> {
        let file = File::create(&log).with_context(|| format!("{} cannot be written", log.display()))?;
        let child = environment::command(program, settings)
            // Nothing is ever written to it: that it ends when we do is the message.
            .stdin(Stdio::piped())
            .stdout(file.try_clone()?)
            .stderr(file)
            // A group of its own: Ctrl-C is for the chore, which ends its parts in order.
            .process_group(0)
            .spawn()
            .with_context(|| format!("{name} could not be started"))?;
        Ok(Self { name, child, log })
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Its process's id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Fails if the part has ended.
    pub(crate) fn check(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} ended ({status})", self.name);
        }
        Ok(())
    }

    /// Asks the part to end, and ends it after the grace period. It is reaped in any case.
    pub(crate) fn stop(&mut self, grace: Duration) {
        process::end(&mut self.child, grace);
    }

    pub(crate) fn show_log(&self) {
        eprintln!("\n--- {} ---\n{}", self.name, process::tail(&self.log, LINES));
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.stop(Duration::ZERO);
    }
}
