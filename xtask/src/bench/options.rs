//! What a run of the benchmarks was asked for.

use std::path::PathBuf;
use std::time::Duration;

/// The options, with what they are if nobody says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// The names of the benchmarks, in the order of asking, each once.
    pub(crate) names: Vec<String>,
    /// How many appointments are on record before anything is measured.
    pub(crate) appointments: u64,
    /// How often limit and subject take turns.
    pub(crate) rounds: u64,
    /// How long one turn lasts, where it is not a number of requests.
    pub(crate) turn: Duration,
    /// How long a soak lasts.
    pub(crate) soak: Duration,
    /// Whether the worker does its jobs beside what is measured.
    pub(crate) worker: bool,
    /// Where the rows are written for a machine.
    pub(crate) json: Option<PathBuf>,
}

/// The most appointments: a load beyond it would take hours.
const APPOINTMENTS_MOST: u64 = 20_000_000;
const ROUNDS_MOST: u64 = 99;
const SECONDS_MOST: u64 = 600;
/// A longer soak would run out of times that can be booked.
const MINUTES_MOST: u64 = 120;

impl Options {
    /// Reads the arguments; `None` if they make no sense. `known` are the names of the benchmarks.
    pub(crate) fn parse(arguments: &[String], known: &[&str]) -> Option<Self> {
        let mut options = Self {
            names: Vec::new(),
            appointments: 1_000_000,
            rounds: 3,
            turn: Duration::from_secs(6),
            soak: Duration::from_secs(600),
            worker: false,
            json: None,
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut number = |most: u64| {
                let number: u64 = rest.next()?.parse().ok()?;
                (1..=most).contains(&number).then_some(number)
            };
            match argument.as_str() {
                "--appointments" => options.appointments = number(APPOINTMENTS_MOST)?,
                "--rounds" => options.rounds = number(ROUNDS_MOST)?,
                "--seconds" => options.turn = Duration::from_secs(number(SECONDS_MOST)?),
                "--minutes" => options.soak = Duration::from_secs(60 * number(MINUTES_MOST)?),
                "--with-worker" => options.worker = true,
                "--json" => options.json = Some(PathBuf::from(rest.next()?)),
                name if known.contains(&name) && !options.names.iter().any(|asked| asked == name) => {
                    options.names.push(name.to_owned());
                }
                _ => return None,
            }
        }
        (!options.names.is_empty()).then_some(options)
    }
}

#[cfg(test)]
mod tests;
