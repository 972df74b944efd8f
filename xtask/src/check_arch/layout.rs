//! The top level of the repository, which is its table of contents.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;

use super::Fault;

/// Everything that stands there. Names that begin with a dot are settings of tools, and stand apart.
const ENTRIES: [&str; 14] = [
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "apps",
    "compose",
    "crates",
    "deploy",
    "docs",
    "migrations",
    "rust-toolchain.toml",
    "tests",
    "xtask",
];

/// What is there although it is not stored, as the build puts it.
const NOT_STORED: [&str; 1] = ["target"];

/// What is missing at the top level, and what has no place there.
pub(super) fn faults(root: &Path) -> anyhow::Result<Vec<Fault>> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(root).with_context(|| format!("{} cannot be listed", root.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !NOT_STORED.contains(&name.as_str()) {
            found.insert(name);
        }
    }
    let expected: BTreeSet<String> = ENTRIES.iter().map(|name| (*name).to_owned()).collect();
    let missing = expected
        .difference(&found)
        .map(|name| Fault::new(name, "is missing at the top level"));
    let strange = found
        .difference(&expected)
        .map(|name| Fault::new(name, "has no place at the top level"));
    Ok(missing.chain(strange).collect())
}
