//! Every chore of the project, in Rust: `cargo xtask VERB`.
//!
//! One module for each verb; the rest is what they share. The chores know the programs of the product only from
//! outside, as a user does: by their settings, their HTTP doors and their exit codes. The availability engine, the one
//! of commission and the reader of messages are the exceptions: they are pure functions, which `slots`, `commission`,
//! `understand` and `calibrate` call.

mod bench;
mod calibrate;
mod case_file;
mod chat;
mod check_arch;
mod ci;
mod commission;
mod console;
mod db;
mod demo;
mod dev;
mod files;
mod fmt;
mod fuzz;
mod http;
mod lint;
mod new_adr;
mod new_migration;
mod preflight;
mod real_issuer;
mod schemathesis;
mod simulate_payments;
mod slots;
mod stack;
mod test;
mod tidy;
mod understand;
mod usage;
mod workspace;

use std::process::ExitCode;

use ratiba_tooling::{interrupt, machine, postgres, process};

use case_file::NoCase;
use interrupt::Interrupted;
use understand::Misread;
use usage::Usage;

/// What a shell expects of a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;
/// What a shell expects of a program that was called wrongly, or given a file that it cannot use.
const MISUSED: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match interrupt::listen().and_then(|()| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Interrupted>() => {
            eprintln!("interrupted");
            ExitCode::from(INTERRUPTED)
        }
        Err(error) if error.is::<Usage>() || error.is::<NoCase>() || error.is::<Misread>() => {
            eprintln!("{error}");
            ExitCode::from(MISUSED)
        }
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> anyhow::Result<()> {
    let Some((verb, rest)) = arguments.split_first() else {
        return Err(Usage(&usage::ALL["usage: ".len()..]).into());
    };
    // What follows `--` is for the test runner.
    let own = arguments.iter().take_while(|word| *word != "--");
    if verb == "help" || own.into_iter().any(|word| word == "--help" || word == "-h") {
        println!("{}", usage::ALL);
        return Ok(());
    }
    match (verb.as_str(), rest) {
        ("dev", []) => dev::run(),
        ("demo", []) => demo::run(),
        ("test", rest) => test::run(rest).map(|_ran| ()),
        ("ci", []) => ci::run(),
        ("fmt", []) => fmt::run(),
        ("lint", []) => lint::run(),
        ("check-arch", []) => check_arch::run(),
        ("bench", rest) => bench::run(rest),
        ("tidy", []) => tidy::run(),
        ("simulate-payments", rest) => simulate_payments::run(rest),
        ("schemathesis", rest) => schemathesis::run(rest),
        ("slots", [file]) => slots::run(file),
        ("commission", [file]) => commission::run(file),
        ("chat", rest) => chat::run(rest),
        ("understand", rest) => understand::run(rest),
        ("calibrate", rest) => calibrate::run(rest),
        ("fuzz", []) => fuzz::run(None),
        ("fuzz", [seconds]) => fuzz::run(Some(seconds)),
        ("real-issuer", []) => real_issuer::run(),
        ("db", rest) => db::run(rest),
        ("new-migration", [name]) => new_migration::run(name),
        ("new-adr", title) if !title.is_empty() => new_adr::run(&title.join(" ")),
        _ => Err(Usage(&usage::ALL["usage: ".len()..]).into()),
    }
}
