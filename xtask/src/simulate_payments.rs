//! `cargo xtask simulate-payments [--seed N] [--minutes M]`: the fault run, with programs that are built for it.
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
    command.args([
        "--seed",
        &seed.to_string(),
        "--minutes",
        &asked.minutes.to_string(),
    ]);
    process::run("the fault run", &mut command)
}

#[derive(Debug, PartialEq, Eq)]
struct Asked {
    seed: Option<u64>,
    minutes: u32,
}

fn parse(arguments: &[String]) -> Result<Asked, Usage> {
    const USAGE: Usage = Usage("cargo xtask simulate-payments [--seed N] [--minutes 1 to 120]");
    let mut asked = Asked {
        seed: None,
        minutes: MINUTES,
    };
    for pair in arguments.chunks(2) {
        match pair {
            [name, value] if name == "--seed" => asked.seed = Some(value.parse().map_err(|_| USAGE)?),
            [name, value] if name == "--minutes" => asked.minutes = value.parse().map_err(|_| USAGE)?,
            _ => return Err(USAGE),
        }
    }
    if (1..=MINUTES_MOST).contains(&asked.minutes) {
        Ok(asked)
    } else {
        Err(USAGE)
    }
}

#[cfg(test)]
mod tests;
