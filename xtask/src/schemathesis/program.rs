//! Schemathesis itself: an environment of Python's, made once for each list of packages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::files;
use crate::process;
use crate::workspace;

/// The first Python that the packages run on.
const PYTHON_MIN: (u32, u32) = (3, 11);
const PATIENCE: Duration = Duration::from_secs(30);
/// The packages with the hashes of what they consist of.
const PACKAGES: &str = "requirements.txt";

/// Where the packages, the settings and what Schemathesis must know are.
pub(super) fn folder() -> PathBuf {
    workspace::root().join("xtask/schemathesis")
}

/// The program, installed below the target directory; or why it cannot be had here, with what would help.
pub(super) fn prepare() -> anyhow::Result<Result<PathBuf, String>> {
    if let Some(reason) = missing() {
        return Ok(Err(reason));
    }
    let packages = folder().join(PACKAGES);
    let name = hex::encode(Sha256::digest(files::read(&packages)?));
    let name: String = name.chars().take(16).collect();
    let home = workspace::scratch("schemathesis")?.join(name);
    let program = home.join("bin/schemathesis");
    // Written last, so that half an environment counts for none.
    let whole = home.join("whole");
    if !whole.exists() {
        if let Err(error) = install(&home, &packages) {
            return Ok(Err(format!("its packages could not be fetched: {error:#}")));
        }
        std::fs::write(&whole, "").with_context(|| format!("{} cannot be written", whole.display()))?;
    }
    Ok(Ok(program))
}

fn missing() -> Option<String> {
    let Some(version) = process::ask(Command::new("python3").arg("--version"), PATIENCE) else {
        return Some(
            "python3 is not installed: https://www.python.org, or `sudo apt-get install -y python3-venv`"
                .into(),
        );
    };
    if !new_enough(&version) {
        let (major, minor) = PYTHON_MIN;
        return Some(format!(
            "{} is too old: {major}.{minor} or later is needed",
            version.trim()
        ));
    }
    // Some distributions leave this part of Python out.
    process::ask(
        Command::new("python3").args(["-c", "import ensurepip, venv"]),
        PATIENCE,
    )
    .is_none()
    .then(|| "python3 has no venv: `sudo apt-get install -y python3-venv`".into())
}

/// Whether `Python 3.12.1` is one that will do.
pub(super) fn new_enough(version: &str) -> bool {
    let mut numbers = version.trim().trim_start_matches("Python ").split('.');
    let mut next = || numbers.next().and_then(|number| number.parse().ok());
    matches!((next(), next()), (Some(major), Some(minor)) if (major, minor) >= PYTHON_MIN)
}

fn install(home: &Path, packages: &Path) -> anyhow::Result<()> {
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(home);
    process::run("python3 -m venv", &mut make)?;
    let mut fetch = Command::new(home.join("bin/pip"));
    fetch
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(["--only-binary", ":all:", "--require-hashes", "--requirement"])
        .arg(packages);
    process::run("pip install", &mut fetch)
}
