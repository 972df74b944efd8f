//! What every manifest must say: the shared lints, and test support in tests alone.

use anyhow::Context as _;

use super::Fault;
use super::layers::Layer;
use super::packages::{Kind, Package};

const TEST_SUPPORT: &str = "test-support";

/// Manifests with lints of their own, and test support that would be shipped.
pub(super) fn faults(packages: &[Package]) -> anyhow::Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for package in packages {
        let text = std::fs::read_to_string(&package.manifest)
            .with_context(|| format!("{} cannot be read", package.manifest.display()))?;
        let manifest: toml::Table = text
            .parse()
            .with_context(|| format!("{} is not TOML", package.name))?;
        let inherits = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"))
            .and_then(toml::Value::as_bool);
        if inherits != Some(true) {
            faults.push(Fault::new(
                &package.name,
                "does not inherit the lints: [lints] workspace = true",
            ));
        }
        faults.extend(shipped_test_support(package));
    }
    Ok(faults)
}

fn shipped_test_support(package: &Package) -> Vec<Fault> {
    // The package of the system's tests is never shipped.
    if package.layer == Some(Layer::Tests) {
        return Vec::new();
    }
    let mut faults = Vec::new();
    for dependency in &package.dependencies {
        let shipped = match dependency.kind {
            Kind::Normal | Kind::Build => true,
            Kind::Development => false,
        };
        if shipped && dependency.features.iter().any(|feature| feature == TEST_SUPPORT) {
            let message = format!(
                "turns on {TEST_SUPPORT} of {} outside of its tests",
                dependency.name
            );
            faults.push(Fault::new(&package.name, message));
        }
    }
    for (feature, turned_on) in &package.features {
        let forwards = turned_on
            .iter()
            .any(|on| on == TEST_SUPPORT || on.ends_with("/test-support"));
        if forwards && feature != TEST_SUPPORT {
            let message = format!("its feature {feature} turns on {TEST_SUPPORT}; only one of that name may");
            faults.push(Fault::new(&package.name, message));
        }
    }
    faults
}
