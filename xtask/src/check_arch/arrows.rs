//! Direct arrows: every dependency of ours on ours is one that its layer allows.

use std::collections::BTreeMap;

use super::Fault;
use super::layers::{self, Layer};
use super::packages::{Kind, Package};

/// Packages without a layer, and dependencies that their layers do not allow.
pub(super) fn faults(packages: &[Package]) -> Vec<Fault> {
    let layers: BTreeMap<&str, Layer> = packages
        .iter()
        .filter_map(|package| Some((package.name.as_str(), package.layer?)))
        .collect();
    let mut faults = Vec::new();
    for package in packages {
        let Some(layer) = package.layer else {
            let message = "declares no layer that exists: [package.metadata.ratiba] layer = \"…\"";
            faults.push(Fault::new(&package.name, message));
            continue;
        };
        let from = (package.name.as_str(), layer);
        for dependency in &package.dependencies {
            // Not one of ours, or already at fault for having no layer.
            let Some(&other) = layers.get(dependency.name.as_str()) else {
                continue;
            };
            let to = (dependency.name.as_str(), other);
            let allowed = match dependency.kind {
                Kind::Normal | Kind::Build => layers::may_depend(from, to),
                Kind::Development => layers::tests_may_depend(from, to),
            };
            if !allowed {
                let where_from = match dependency.kind {
                    Kind::Normal => "",
                    Kind::Build => " (to build)",
                    Kind::Development => " (in tests)",
                };
                let message = format!(
                    "{} must not depend on {}, which is {}{where_from}",
                    layer.name(),
                    dependency.name,
                    other.name()
                );
                faults.push(Fault::new(&package.name, message));
            }
        }
    }
    faults
}
