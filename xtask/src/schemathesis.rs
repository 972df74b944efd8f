//! `cargo xtask schemathesis [--examples N] [--seed N] [--bounds]`: the whole API, asked by a program that is not ours.
//!
//! Schemathesis reads the document of the API and makes up requests, fitting ones and others. Whatever comes back must be
//! declared, and must not be a failure of the server's. It comes as each role of the demo tenant, signed in as people are,
//! as a machine with a token, and as nobody. It is a program for Python, which the build does not need; where that is missing, this is left out and
//! says so.

mod program;
mod tally;

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::ci::Ran;
use crate::demo;
use crate::http::Http;
use crate::interrupt;
use crate::machine;
use crate::process;
use crate::stack::{Pace, Page, Stack, StackOptions};
use crate::usage::Usage;

use tally::Tally;

/// The most that is of use: beyond it a run takes days.
const EXAMPLES_MOST: u32 = 10_000;
/// Who asks. The mightiest come last: what they take away nobody misses.
const WHO: [&str; 6] = ["nobody", "therapist", MACHINE, "receptionist", "manager", "owner"];
/// A program of somebody else's, with a token of its own that may do what a manager's may.
const MACHINE: &str = "machine";
/// How many days that token is valid; the demo's clock moves within one.
const TOKEN_DAYS: &str = "90";
const PATIENCE: Duration = Duration::from_secs(30);

/// How much is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    /// How many requests each of them makes up for each operation.
    examples: u32,
    /// What the requests are made up from, so that a run can be repeated.
    seed: u64,
    /// Also whatever lies at the bounds of every field, which takes hours.
    bounds: bool,
}

/// The short form: the same few requests each time.
const USUAL: Asked = Asked {
    examples: 3,
    seed: 1,
    bounds: false,
};

/// Runs it as a chore of its own.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    // What was left out, it has told.
    check(parse(arguments)?).map(|_ran| ())
}

/// The short form, as a part of all tests.
pub(crate) fn test() -> anyhow::Result<Ran> {
    check(USUAL)
}

fn parse(arguments: &[String]) -> Result<Asked, Usage> {
    const USAGE: Usage = Usage("cargo xtask schemathesis [--examples 1 to 10000] [--seed N] [--bounds]");
    let mut asked = USUAL;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--examples" => asked.examples = number(words.next()).ok_or(USAGE)?,
            "--seed" => asked.seed = number(words.next()).ok_or(USAGE)?,
            "--bounds" => asked.bounds = true,
            _ => return Err(USAGE),
        }
    }
    if (1..=EXAMPLES_MOST).contains(&asked.examples) {
        Ok(asked)
    } else {
        Err(USAGE)
    }
}

fn number<T: std::str::FromStr>(word: Option<&String>) -> Option<T> {
    word.and_then(|word| word.parse().ok())
}

fn check(asked: Asked) -> anyhow::Result<Ran> {
    let program = match program::prepare()? {
        Ok(program) => program,
        Err(reason) => {
            let left_out = format!("skipped: the API by Schemathesis: {reason}");
            println!("{left_out}");
            return Ok(Ran::Without(left_out));
        }
    };
    let mut stack = Stack::start(&StackOptions {
        name: "schemathesis",
        api_port: None,
        simulator_port: None,
        console: Page::Nowhere,
        pace: Pace::NeverLimited,
        clock_start: demo::BEGINS_AT,
    })?;
    // What comes back of a business in which nothing happened says little.
    let asked = demo::play(&mut stack).and_then(|()| ask(&mut stack, &program, asked));
    if let Err(error) = asked {
        interrupt::check()?;
        stack.show_logs();
        // The logs stay for whoever wants to know more.
        drop(stack);
        return Err(error);
    }
    stack.stop()?;
    Ok(Ran::Whole)
}

/// Asks as everybody, also after somebody found something.
fn ask(stack: &mut Stack, program: &std::path::Path, asked: Asked) -> anyhow::Result<()> {
    let tenant = stack.tenant["tenant"].as_str().unwrap_or_default();
    let machine = stack.admin(&["token", tenant, "manager", "Schemathesis", TOKEN_DAYS])?;
    let machine = machine["token"]
        .as_str()
        .context("ratiba-admin minted no token")?
        .to_owned();
    let spared = prepare_tenant(stack)?;
    let began = machine::now();
    let mut tally = Tally::default();
    let mut found = Vec::new();
    for who in WHO {
        println!("\n-- as {who}");
        let told = stack.run_directory().join(format!("tally-{who}.json"));
        let mut command = Command::new(program);
        command
            .current_dir(stack.run_directory())
            .arg("--config-file")
            .arg(program::folder().join("schemathesis.toml"))
            .args(["run", &stack.addresses.api("/api/v1/openapi.json")])
            .args(["--max-examples", &asked.examples.to_string()])
            .args(["--seed", &asked.seed.to_string()])
            .args([
                "--phases",
                if asked.bounds {
                    "coverage,fuzzing"
                } else {
                    "fuzzing"
                },
            ])
            .env("SCHEMATHESIS_HOOKS", program::folder().join("hooks.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            // Whatever proxy the caller has is for the world, not for loopback.
            .env("NO_PROXY", "127.0.0.1")
            .env("RATIBA_API", stack.addresses.api(""))
            .env("RATIBA_WHO", who)
            .env("RATIBA_SEED", asked.seed.to_string())
            .env("RATIBA_OWNER_TOKEN", owner_token(stack))
            .env("RATIBA_MACHINE_TOKEN", &machine)
            .env("RATIBA_SPARED", spared.to_string())
            .env("RATIBA_TALLY", &told);
        if let Err(error) = process::run("Schemathesis", &mut command) {
            interrupt::check()?;
            found.push(format!("as {who}: {error:#}"));
        }
        stack.check()?;
        tally.add(who, &told)?;
    }
    tally.tell(began.elapsed());
    if found.is_empty() {
        tally.expect_most_done()
    } else {
        bail!("{}", found.join("\n"))
    }
}

/// Puts what may be taken away beside what the run itself stands on, and gives the ids of the latter: the members and
/// the tokens by which it comes in. Somebody writes who wants no machine, so that there is a conversation for people.
fn prepare_tenant(stack: &Stack) -> anyhow::Result<Value> {
    let http = Http::new(PATIENCE);
    let mut spared = Vec::new();
    for path in ["/api/v1/members", "/api/v1/tokens"] {
        let url = stack.addresses.api(path);
        let found = http.get(&url, Some(owner_token(stack)))?.expect(path, 200)?;
        let items = found["items"].as_array().context("the api lists nothing")?;
        spared.extend(items.iter().map(|item| item["id"].clone()));
    }
    let tenant = stack.tenant["tenant"].as_str().unwrap_or_default();
    for name in ["Njeri", "Otieno", "Achieng"] {
        stack.admin(&["member", tenant, "receptionist", name, name])?;
    }
    let said = json!({ "text": "I want to speak to a person", "name": "Otis" });
    let say = stack.addresses.simulator("/sim/customers/254700000456/say");
    http.post(&say, None, &said)?
        .expect("a customer who writes", 200)?;
    Ok(json!(spared))
}

fn owner_token(stack: &Stack) -> &str {
    stack.tenant["tokens"]["owner"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests;
