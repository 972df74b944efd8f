//! `cargo xtask lint`: clippy over everything, tests included, with warnings as errors.

use crate::preflight;
use crate::process;
use crate::workspace;

/// Fails with the first package that has a warning.
pub(crate) fn run() -> anyhow::Result<()> {
    preflight::build()?;
    let mut command = workspace::cargo();
    command.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    process::run("cargo clippy", &mut command)
}
