//! `cargo xtask simulate-payments [--seed N] [--minutes M | --every-step]`: the fault run, with programs that are built for
//! it.
//!
//! The run itself is a program of the system's tests, which knows the product; this verb only builds and starts it.

use std::process::Command;

use crate::machine;
use crate::postgres::Purpose;
use crate::preflight;
use crate::process;
use crate::usage::Usage;
use crate::workspace;

/// How long a run takes if nobody says otherwise.
const MINUTES: u32 = 2;
/// The longest run.
const MINUTES_MOST: u32 = 120;

/// Builds the programs and runs them; fails if the checker finds something.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let asked = parse(arguments)?;
    preflight::build_and_database(Purpose::Faults)?;
    let mut build = workspace::cargo();
    build.args(["build", "--bins"]);
    build.args(["-p", "ratiba-api", "-p", "ratiba-worker", "-p", "system-tests"]);
    process::run("cargo build", &mut build)?;
    let seed = match asked.seed {
        Some(seed) => seed,
        // Six digits are enough for a person to type.
        None => u64::from_str_radix(&machine::random_hex(4)?, 16)? % 1_000_000,
    };
    let mut command = Command::new(workspace::target_directory()?.join("debug/simulate-payments"));
    command.args(["--seed", &seed.to_string()]);
    match asked.length {
        Length::Minutes(minutes) => command.args(["--minutes", &minutes.to_string()]),
        Length::EveryStep => command.arg("--every-step"),
    };
    process::run("the fault run", &mut command)
}

#[derive(Debug, PartialEq, Eq)]
struct Asked {
    seed: Option<u64>,
    length: Length,
}

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    /// Whatever fits into so many minutes.
    Minutes(u32),
    /// A death at each statement of each kind of payment.
    EveryStep,
}

fn parse(arguments: &[String]) -> Result<Asked, Usage> {
    const USAGE: Usage =
        Usage("cargo xtask simulate-payments [--seed N] [--minutes 1 to 120 | --every-step]");
    let (mut seed, mut length) = (None, None);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let is_first = length.is_none();
        match word.as_str() {
            "--seed" => seed = Some(number(words.next()).ok_or(USAGE)?),
            "--minutes" if is_first => length = Some(Length::Minutes(number(words.next()).ok_or(USAGE)?)),
            "--every-step" if is_first => length = Some(Length::EveryStep),
            _ => return Err(USAGE),
        }
    }
    match length.unwrap_or(Length::Minutes(MINUTES)) {
        Length::Minutes(minutes) if !(1..=MINUTES_MOST).contains(&minutes) => Err(USAGE),
        length @ (Length::Minutes(_) | Length::EveryStep) => Ok(Asked { seed, length }),
    }
}

fn number<T: std::str::FromStr>(word: Option<&String>) -> Option<T> {
    word.and_then(|word| word.parse().ok())
}

#[cfg(test)]
mod tests;
