//! The packages of a workspace, as cargo describes them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use super::layers::Layer;
use crate::workspace;

/// One package of ours.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    /// `None` if it declares none, or one that does not exist.
    pub(super) layer: Option<Layer>,
    pub(super) manifest: PathBuf,
    pub(super) dependencies: Vec<Dependency>,
    /// Each feature and what it turns on.
    pub(super) features: Vec<(String, Vec<String>)>,
}

/// One line of a dependency list.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) features: Vec<String>,
}

/// In which list a dependency stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Build,
    Development,
}

/// All packages of the workspace under `root`, by name.
pub(super) fn read(root: &Path) -> anyhow::Result<Vec<Package>> {
    let metadata = workspace::metadata(root)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata lists no packages")?;
    let mut packages = packages.iter().map(package).collect::<anyhow::Result<Vec<_>>>()?;
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

fn package(value: &Value) -> anyhow::Result<Package> {
    let name = text(value, "name")?;
    let dependencies = value["dependencies"]
        .as_array()
        .into_iter()
        .flatten()
        .map(dependency);
    let features = value["features"].as_object().into_iter().flatten();
    Ok(Package {
        layer: value["metadata"]["ratiba"]["layer"]
            .as_str()
            .and_then(Layer::named),
        manifest: PathBuf::from(text(value, "manifest_path")?),
        dependencies: dependencies.collect::<anyhow::Result<Vec<_>>>()?,
        features: features
            .map(|(feature, on)| (feature.clone(), texts(on)))
            .collect(),
        name,
    })
}

fn dependency(value: &Value) -> anyhow::Result<Dependency> {
    let kind = match value["kind"].as_str() {
        None => Kind::Normal,
        Some("build") => Kind::Build,
        Some("dev") => Kind::Development,
        Some(other) => anyhow::bail!("cargo metadata knows a kind of dependency that we do not: {other}"),
    };
    Ok(Dependency {
        name: text(value, "name")?,
        kind,
        features: texts(&value["features"]),
    })
}

fn text(value: &Value, field: &str) -> anyhow::Result<String> {
    value[field]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("cargo metadata gives no {field}"))
}

fn texts(value: &Value) -> Vec<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
