//! `cargo xtask real-issuer`: installs an OpenID Connect issuer that is not ours, for the tests of the client.
//!
//! It is a program for Node, which the build does not need; where it is missing, its tests say so and end.

use std::process::Command;

use anyhow::Context as _;

use crate::{process, workspace};

/// What is installed, exactly.
const FILES: [&str; 2] = ["package.json", "package-lock.json"];

/// Installs it below the target directory, where the tests look.
pub(crate) fn run() -> anyhow::Result<()> {
    process::need("npm", "it comes with Node 20 or newer")?;
    let place = workspace::scratch("real-issuer")?;
    let source = workspace::root().join("crates/adapters/oidc/tests/real-issuer");
    for name in FILES {
        std::fs::copy(source.join(name), place.join(name))
            .with_context(|| format!("{name} cannot be copied"))?;
    }
    let mut command = Command::new("npm");
    command
        .current_dir(&place)
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    process::run("npm ci", &mut command)
}
