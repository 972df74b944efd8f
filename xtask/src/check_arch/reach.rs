//! Reach: what a package holds somewhere below it, through whatever others.
//!
//! Taken from the tree of one package at a time. Cargo's resolved graph unites the features of the whole
//! workspace, so that one adapter's feature would seem to be everybody's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Fault;
use super::layers::Layer;
use super::packages::Package;
use crate::process;
use crate::workspace;

/// Packages below a package that must not be there.
pub(super) fn faults(root: &Path, packages: &[Package]) -> anyhow::Result<Vec<Fault>> {
    let layers: BTreeMap<&str, Layer> = packages
        .iter()
        .filter_map(|package| Some((package.name.as_str(), package.layer?)))
        .collect();
    let mut faults = Vec::new();
    for package in packages {
        let Some(layer) = package.layer else { continue };
        if layer == Layer::Tests || layer == Layer::Tool {
            continue;
        }
        for name in below(root, &package.name)? {
            let ours = layers.get(name.as_str()).filter(|_| name != package.name);
            if ours.is_some_and(|other| !layer.may_reach(*other)) || is_banned(layer, &name) {
                let message = format!(
                    "{} must not reach {name} (see `cargo tree -p {} -e normal,build -i {name}`)",
                    layer.name(),
                    package.name
                );
                faults.push(Fault::new(&package.name, message));
            }
        }
    }
    Ok(faults)
}

fn is_banned(layer: Layer, name: &str) -> bool {
    layer.banned().iter().any(|banned| {
        name.strip_prefix(banned)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

fn below(root: &Path, package: &str) -> anyhow::Result<BTreeSet<String>> {
    let mut command = workspace::cargo();
    command.current_dir(root).args([
        "tree",
        "--offline",
        "--package",
        package,
        "--edges",
        "normal,build",
        "--prefix",
        "none",
    ]);
    let tree = process::output("cargo tree", &mut command)?;
    Ok(tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect())
}
