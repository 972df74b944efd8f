//! `cargo xtask check-arch`: the shape of the house, held by a machine.
//!
//! Arrows between layers, what a package reaches through others, test support that stays in tests, lints that
//! everybody inherits, a top level that is a table of contents, and business time that SQL does not make up.

mod arrows;
mod layers;
mod layout;
mod manifests;
mod packages;
mod reach;
mod sql_clock;

use std::fmt;
use std::path::Path;

use anyhow::bail;

use crate::workspace;

/// One thing that is not as the architecture says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fault {
    /// The package or file.
    place: String,
    /// What is wrong there, and what to do about it.
    message: String,
}

impl Fault {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Checks this workspace; fails with every fault.
pub(crate) fn run() -> anyhow::Result<()> {
    let root = workspace::root();
    let mut faults = packages_of(&root)?;
    faults.extend(layout::faults(&root)?);
    faults.extend(sql_clock::faults(&root)?);
    faults.sort();
    for fault in &faults {
        eprintln!("{fault}");
    }
    if faults.is_empty() {
        println!("the architecture holds");
        Ok(())
    } else {
        bail!("{} faults in the architecture", faults.len());
    }
}

/// Everything that concerns packages and their dependencies, for any workspace.
fn packages_of(root: &Path) -> anyhow::Result<Vec<Fault>> {
    let packages = packages::read(root)?;
    let mut faults = arrows::faults(&packages);
    faults.extend(reach::faults(root, &packages)?);
    faults.extend(manifests::faults(&packages)?);
    Ok(faults)
}

#[cfg(test)]
mod tests;
