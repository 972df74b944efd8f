//! The limits: PostgreSQL's own load program on scripts of the project.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::sample::Sample;
use crate::machine;
use crate::process;

/// How long a limit runs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extent {
    /// For so many seconds.
    Seconds(u64),
    /// So many transactions per client.
    Transactions(u64),
}

/// A script with everything that it runs with.
pub(crate) struct Limit<'a> {
    /// The script, by its file name in the folder of the benchmarks.
    pub(crate) script: &'static str,
    /// How many connections, one client each.
    pub(crate) clients: u64,
    /// How long.
    pub(crate) extent: Extent,
    /// The variables of the script.
    pub(crate) variables: Vec<(&'static str, String)>,
    /// The tenant for scripts that are one statement, without a transaction of their own.
    pub(crate) tenant: Option<&'a str>,
}

/// How pgbench reaches the database, and where it may write.
pub(crate) struct Pgbench {
    program: PathBuf,
    scripts: PathBuf,
    scratch: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl Pgbench {
    /// Looks for the program; `scripts` is where the scripts are, `scratch` a folder for its log.
    pub(crate) fn find(
        scripts: PathBuf,
        scratch: &Path,
        environment: Vec<(&'static str, String)>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            program: program()?,
            scripts,
            scratch: scratch.to_owned(),
            environment,
        })
    }

    /// Runs one round of a limit.
    pub(crate) fn run(&self, limit: &Limit<'_>) -> anyhow::Result<Sample> {
        let prefix = self.scratch.join("pgbench");
        remove_logs(&self.scratch)?;
        let mut command = Command::new(&self.program);
        command
            .args(["--no-vacuum", "--protocol", "prepared", "--log"])
            .arg(format!("--log-prefix={}", prefix.display()))
            .args(["--client", &limit.clients.to_string()])
            // More threads than processors only get into each other's way.
            .args(["--jobs", &limit.clients.min(2).to_string()])
            .arg("--file")
            .arg(self.scripts.join(limit.script));
        match limit.extent {
            Extent::Seconds(seconds) => command.args(["--time", &seconds.to_string()]),
            Extent::Transactions(count) => command.args(["--transactions", &count.to_string()]),
        };
        for (name, value) in &limit.variables {
            command.arg("--define").arg(format!("{name}={value}"));
        }
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        // A statement that is planned once and run a million times is what prepared statements are for.
        let mut options = "-c plan_cache_mode=force_generic_plan".to_owned();
        if let Some(tenant) = limit.tenant {
            options.push_str(" -c ratiba.current_tenant=");
            options.push_str(tenant);
        }
        command.env("PGOPTIONS", options);
        let what = format!("pgbench {}", limit.script);
        let told = process::output(&what, &mut command)?;
        let summary =
            Summary::parse(&told).with_context(|| format!("{what} told something else:\n{told}"))?;
        if summary.failed > 0 {
            bail!("{what}: {} transactions failed", summary.failed);
        }
        let latencies = read_logs(&self.scratch)?;
        remove_logs(&self.scratch)?;
        Ok(Sample::new(summary.done, 0, summary.elapsed, latencies))
    }
}

/// Fails, in one line, where pgbench is missing.
pub(crate) fn preflight() -> anyhow::Result<()> {
    program().map(drop)
}

fn program() -> anyhow::Result<PathBuf> {
    if let Some(program) = machine::find_program("pgbench") {
        return Ok(program);
    }
    let told = process::ask(Command::new("pg_config").arg("--bindir"), Duration::from_secs(10));
    told.map(|directory| Path::new(&directory).join("pgbench"))
        .filter(|program| program.is_file())
        .context(
            "pgbench is not installed, and without it there is no limit to compare with: it comes with the \
             PostgreSQL programs (Debian: postgresql, Fedora: postgresql-contrib, Homebrew: postgresql@17)",
        )
}

/// What pgbench says in the end.
#[derive(Debug, PartialEq, Eq)]
struct Summary {
    done: u64,
    failed: u64,
    /// Worked out from the rate, which leaves out the time for connecting.
    elapsed: Duration,
}

impl Summary {
    /// Reads the lines that matter: how many, how many failed (newer versions say so), how many in a second.
    fn parse(told: &str) -> Option<Self> {
        let after = |start: &str| told.lines().find_map(|line| line.strip_prefix(start));
        // `1234/1234` where the number was asked for.
        let done: u64 = after("number of transactions actually processed: ")?
            .split('/')
            .next()?
            .trim()
            .parse()
            .ok()?;
        let failed = after("number of failed transactions: ")
            .and_then(|rest| rest.split(' ').next()?.parse().ok())
            .unwrap_or_default();
        let millis_per_second = thousandths(after("tps = ")?.split(' ').next()?)?;
        let micros = (u128::from(done) * 1_000_000_000).checked_div(u128::from(millis_per_second))?;
        Some(Self {
            done,
            failed,
            elapsed: Duration::from_micros(u64::try_from(micros).ok()?),
        })
    }
}

/// A decimal number in thousandths, cut after the third digit.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1_000)?
        .checked_add(digits.parse().ok()?)
}

/// The third field of every line of every thread's log: the latency in microseconds.
fn read_logs(folder: &Path) -> anyhow::Result<Vec<u64>> {
    let mut latencies = Vec::new();
    for path in logs(folder)? {
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        latencies.extend(latencies_of(&text));
    }
    if latencies.is_empty() {
        bail!("pgbench left no log of its transactions");
    }
    Ok(latencies)
}

fn latencies_of(log: &str) -> impl Iterator<Item = u64> + '_ {
    log.lines()
        .filter_map(|line| line.split(' ').nth(2)?.parse().ok())
}

fn remove_logs(folder: &Path) -> anyhow::Result<()> {
    for path in logs(folder)? {
        std::fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
    }
    Ok(())
}

fn logs(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("{} cannot be listed", folder.display()))?;
    Ok(entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("pgbench."))
        .map(|entry| entry.path())
        .collect())
}

#[cfg(test)]
mod tests;
