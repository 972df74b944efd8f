//! `cargo xtask bench NAME…`: what the system does beside what the machine could do at best.
//!
//! The limit of each row is the least work that has the same result, run by pgbench on the same server; the subject
//! is the release build of the product, over HTTP. Both run in turn, because the figures of a machine move by the
//! minute and only their ratio stays. Run on demand, never as a test. What the rows mean is in `docs/benchmarks.md`.

mod availability;
mod booking;
mod callbacks;
mod client;
mod close;
mod conversation;
mod crowd;
mod engine;
mod jobs;
mod memory;
mod options;
mod overload;
mod pgbench;
mod race;
mod row;
mod sample;
mod soak;
mod sql;
mod turns;
mod watch;
mod webhooks;
mod world;

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::interrupt;
use crate::machine;
use crate::postgres::Purpose;
use crate::preflight;
use crate::process;
use crate::stack::RunDirectory;
use crate::usage::Usage;
use crate::workspace;

use options::Options;
use row::Row;
use world::{Beside, World};

/// One benchmark.
struct Benchmark {
    /// What it is called.
    name: &'static str,
    /// Whether it needs the small database beside the large one.
    small: bool,
    /// Whether worker and simulated providers run beside it.
    whole: bool,
    /// Whether it brings a load of its own, so that there need not be another.
    laden: bool,
    /// What it runs beside the programs: packages and examples of theirs.
    examples: &'static [(&'static str, &'static str)],
    run: fn(&World) -> anyhow::Result<Vec<Row>>,
}

/// All of them, in the order of running: searches come before the bookings that fill the diaries.
const ALL: [Benchmark; 10] = [
    Benchmark {
        name: "availability",
        small: true,
        whole: false,
        laden: false,
        examples: &[engine::EXAMPLE],
        run: availability::run,
    },
    Benchmark {
        name: "race",
        small: false,
        whole: false,
        laden: false,
        examples: &[],
        run: race::run,
    },
    Benchmark {
        name: "booking",
        small: false,
        whole: false,
        laden: false,
        examples: &[],
        run: booking::run,
    },
    Benchmark {
        name: "overload",
        small: false,
        whole: false,
        laden: false,
        examples: &[],
        run: overload::run,
    },
    Benchmark {
        name: "callbacks",
        small: false,
        whole: false,
        laden: false,
        examples: &[],
        run: callbacks::run,
    },
    Benchmark {
        name: "webhooks",
        small: false,
        whole: false,
        laden: false,
        examples: &[],
        run: webhooks::run,
    },
    Benchmark {
        name: "conversation",
        small: false,
        whole: true,
        laden: false,
        examples: &[],
        run: conversation::run,
    },
    Benchmark {
        name: SOAK,
        small: false,
        whole: true,
        laden: false,
        examples: &[],
        run: soak::run,
    },
    Benchmark {
        name: "close",
        small: false,
        whole: false,
        laden: true,
        examples: &[],
        run: close::run,
    },
    // The last of all: it clears the queue.
    Benchmark {
        name: "jobs",
        small: false,
        whole: false,
        laden: false,
        examples: &[jobs::EXAMPLE],
        run: jobs::run,
    },
];

/// The one that needs to know how much memory a process holds.
const SOAK: &str = "soak";

const USAGE: &str = "cargo xtask bench availability|race|booking|overload|callbacks|webhooks|conversation|soak|close|jobs… \
                     [--appointments N] [--rounds N] [--seconds N] [--minutes N] [--with-worker] [--json FILE]";

/// Runs the named benchmarks in one world and prints their rows.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let known = ALL.map(|benchmark| benchmark.name);
    let options = Options::parse(arguments, &known).ok_or(Usage(USAGE))?;
    // Beside what it needs nothing else is measured rightly.
    if options.names.len() > 1 && asked(&options).any(|benchmark| benchmark.whole || benchmark.laden) {
        return Err(Usage("cargo xtask bench: conversation, soak and close run by themselves").into());
    }
    if asked(&options).any(|benchmark| benchmark.name == SOAK) {
        memory::preflight()?;
    }
    sql::preflight()?;
    pgbench::preflight()?;
    preflight::build_and_database(Purpose::Bench)?;
    let programs = build(&options)?;
    if cfg!(debug_assertions) {
        // The clients must not be what is slow, so they are the release build of this program.
        let mut command = Command::new(programs.join("xtask"));
        let error = command.arg("bench").args(arguments).exec();
        return Err(error).context("the release build of the chores could not be started");
    }
    let run_directory = RunDirectory::make("bench")?;
    let measured = in_a_world(&options, &programs, &run_directory.path);
    // The logs of a failure stay for whoever wants to know more.
    if measured.is_ok() || interrupt::is_raised() {
        run_directory.remove()?;
    }
    interrupt::check()?;
    report(&options, &measured?)
}

fn in_a_world(options: &Options, programs: &Path, run_directory: &Path) -> anyhow::Result<Vec<Row>> {
    let is_asked = |benchmark: &Benchmark| options.names.iter().any(|name| name == benchmark.name);
    let small = ALL.iter().any(|benchmark| benchmark.small && is_asked(benchmark));
    let whole = ALL.iter().any(|benchmark| benchmark.whole && is_asked(benchmark));
    let laden = ALL.iter().any(|benchmark| benchmark.laden && is_asked(benchmark));
    let beside = Beside { small, whole, laden };
    let world = World::make(options.clone(), programs, run_directory, beside)?;
    let measured = measure(&world);
    if measured.is_err() && !interrupt::is_raised() {
        world.show_logs();
    }
    let stopped = world.stop();
    let rows = measured?;
    stopped.map(|()| rows)
}

fn asked(options: &Options) -> impl Iterator<Item = Benchmark> {
    ALL.into_iter()
        .filter(|benchmark| options.names.iter().any(|name| name == benchmark.name))
}

fn measure(world: &World) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for benchmark in asked(&world.options) {
        println!("\n{}", benchmark.name);
        rows.extend((benchmark.run)(world)?);
    }
    interrupt::check()?;
    Ok(rows)
}

fn report(options: &Options, rows: &[Row]) -> anyhow::Result<()> {
    println!(
        "\n{} appointments, {} rounds; ratio: median of the rounds, spread: least and most\n\n{}",
        options.appointments,
        options.rounds,
        row::table(rows)
    );
    if let Some(path) = &options.json {
        let rows: Vec<Value> = rows.iter().map(Row::to_json).collect();
        let report = json!({
            "appointments": options.appointments,
            "rounds": options.rounds,
            "seconds": options.turn.as_secs(),
            "soak_minutes": options.soak.as_secs() / 60,
            "worker": options.worker,
            "rows": rows,
        });
        write_json(path, &report)?;
        println!("as JSON: {}", path.display());
    }
    Ok(())
}

fn write_json(path: &Path, report: &Value) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(report)? + "\n";
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

/// Builds everything in release, the clients of the benchmark included, and gives the folder it is in.
fn build(options: &Options) -> anyhow::Result<PathBuf> {
    let packages = [
        "ratiba-admin",
        "ratiba-api",
        "ratiba-simulator",
        "ratiba-worker",
        "xtask",
    ];
    let mut command = workspace::cargo();
    command
        .args(["build", "--release", "--bins"])
        .args(packages.iter().flat_map(|name| ["--package", name]));
    let began = machine::now();
    process::run("cargo build", &mut command)?;
    for (package, example) in asked(options).flat_map(|benchmark| benchmark.examples) {
        let mut command = workspace::cargo();
        command.args(["build", "--release", "--package", package, "--example", example]);
        process::run("cargo build", &mut command)?;
    }
    println!("release build after {} s", began.elapsed().as_secs());
    Ok(workspace::target_directory()?.join("release"))
}
