//! `cargo xtask test [unit|contract|integration|races|console] [-- ARGUMENTS]`: tests, on a private PostgreSQL server.
//!
//! One server serves the whole run; each test clones a migrated template on it. Tests that need none get none.

use crate::ci::Ran;
use crate::console;
use crate::machine;
use crate::postgres::{Purpose, Server, TEST_VARIABLE};
use crate::preflight;
use crate::process;
use crate::schemathesis;
use crate::stack;
use crate::usage::Usage;
use crate::workspace;

/// Which tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suite {
    All,
    /// Tests beside the code: values and fakes.
    Unit,
    /// Tests of the adapters and of every other crate's outside: contracts and wire formats.
    Contract,
    /// Tests through the real door.
    Integration,
    /// The races, for a minute.
    Races,
    /// The console, by itself and in a browser.
    Console,
}

/// The package of the integration tests.
const SYSTEM_TESTS: &str = "system-tests";

/// Runs the tests; fails if one does. Tells how much of them this machine has programs for.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<Ran> {
    let (suite, rest) = parse(arguments)?;
    if suite == Suite::Console {
        return console::test(rest);
    }
    if suite == Suite::Unit {
        preflight::build()?;
        process::run("the tests", command(suite, rest).env_remove(TEST_VARIABLE))?;
        return Ok(Ran::Whole);
    }
    preflight::build_and_database(Purpose::Test)?;
    if suite != Suite::Contract {
        // Some tests run the programs themselves.
        stack::build()?;
    }
    let server = Server::start(Purpose::Test)?;
    println!("PostgreSQL: {}", server.describe());
    let mut command = command(suite, rest);
    command.env(TEST_VARIABLE, server.administrator_url());
    let tested = process::run("the tests", &mut command);
    let stopped = server.stop();
    tested.and(stopped)?;
    // Whoever told the runner what to run wants nothing else.
    if suite == Suite::All && rest.is_empty() {
        return schemathesis::test();
    }
    Ok(Ran::Whole)
}

fn parse(arguments: &[String]) -> anyhow::Result<(Suite, &[String])> {
    let usage = Usage("cargo xtask test [unit|contract|integration|races|console] [-- ARGUMENTS]");
    let (suite, rest) = match arguments {
        [name, rest @ ..] if name != "--" => {
            let suite = match name.as_str() {
                "unit" => Suite::Unit,
                "contract" => Suite::Contract,
                "integration" => Suite::Integration,
                "races" => Suite::Races,
                "console" => Suite::Console,
                _ => return Err(usage.into()),
            };
            (suite, rest)
        }
        rest => (Suite::All, rest),
    };
    match rest {
        [] => Ok((suite, &[])),
        [dashes, arguments @ ..] if dashes == "--" => Ok((suite, arguments)),
        _ => Err(usage.into()),
    }
}

fn command(suite: Suite, arguments: &[String]) -> std::process::Command {
    let mut command = workspace::cargo();
    // It runs each test in a process of its own; without it the tests must be content with threads.
    if machine::find_program("cargo-nextest").is_some() {
        command.args(["nextest", "run"]);
    } else {
        println!("cargo-nextest is not installed: using cargo test");
        command.args(["test"]);
    }
    // Whoever names a package wants no other.
    let names_packages = arguments
        .iter()
        .any(|argument| argument == "-p" || argument.starts_with("--package"));
    match suite {
        Suite::Integration => {
            command.args(["--package", SYSTEM_TESTS]);
        }
        Suite::Races => {
            command.args(["--package", SYSTEM_TESTS, "races::"]);
            command.env("RATIBA_RACE_SECONDS", "60");
        }
        Suite::All | Suite::Unit | Suite::Contract if names_packages => {}
        Suite::All | Suite::Unit | Suite::Console => {
            command.arg("--workspace");
        }
        Suite::Contract => {
            command.args(["--workspace", "--exclude", SYSTEM_TESTS]);
        }
    }
    match suite {
        Suite::Unit => {
            command.args(["--lib", "--bins"]);
        }
        Suite::Contract => {
            command.args(["--test", "*"]);
        }
        Suite::All | Suite::Integration | Suite::Races | Suite::Console => {}
    }
    command.args(arguments);
    command
}

#[cfg(test)]
mod tests;
