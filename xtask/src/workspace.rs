//! Where the workspace is, and cargo in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use crate::machine;
use crate::process;

/// The folder of the workspace that this chore belongs to.
pub(crate) fn root() -> PathBuf {
    // Cargo says at run time which checkout it runs for; a program started by hand knows where it was built.
    let package =
        machine::variable("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").to_owned());
    let package = Path::new(&package);
    package.parent().unwrap_or(package).to_owned()
}

/// Cargo, at work in the workspace.
pub(crate) fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.current_dir(root());
    // What cargo told this chore about its own package must not reach the build of others: build scripts watch
    // some of these variables, and would run again.
    for name in machine::variable_names() {
        if name.starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" || name == "CARGO_MANIFEST_PATH" {
            command.env_remove(name);
        }
    }
    command
}

/// What cargo knows about the packages of the workspace under `root`, without their dependencies.
pub(crate) fn metadata(root: &Path) -> anyhow::Result<Value> {
    let mut command = cargo();
    command
        .current_dir(root)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let text = process::output("cargo metadata", &mut command)?;
    serde_json::from_str(&text).context("cargo metadata wrote something that is not JSON")
}

/// Where cargo puts what it builds.
pub(crate) fn target_directory() -> anyhow::Result<PathBuf> {
    let metadata = metadata(&root())?;
    let path = metadata["target_directory"]
        .as_str()
        .context("cargo metadata names no target directory")?;
    Ok(PathBuf::from(path))
}

/// A folder of the chores' own under the target directory, made if it is not there.
pub(crate) fn scratch(name: &str) -> anyhow::Result<PathBuf> {
    let path = target_directory()?.join("ratiba").join(name);
    std::fs::create_dir_all(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    Ok(path)
}
