//! `cargo xtask fmt`: formatting, done or checked.

use crate::process;
use crate::workspace;

/// Formats everything.
pub(crate) fn run() -> anyhow::Result<()> {
    process::run("cargo fmt", workspace::cargo().args(["fmt", "--all"]))
}

/// Fails if something is not formatted.
pub(crate) fn check() -> anyhow::Result<()> {
    process::run("cargo fmt", workspace::cargo().args(["fmt", "--all", "--check"]))
}
