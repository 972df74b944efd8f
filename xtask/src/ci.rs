//! `cargo xtask ci`: everything that decides whether a change is good, in one run, the same anywhere.

use std::time::Duration;

use anyhow::bail;

use crate::interrupt;
use crate::machine;
use crate::{calibrate, check_arch, console, demo, fmt, lint, process, test, tidy, workspace};

/// One check: it says itself what is wrong.
type Check = fn() -> anyhow::Result<Ran>;

/// How much of a check this machine could run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ran {
    /// All of it.
    Whole,
    /// Not this, for the reason that is told.
    Without(String),
}

/// Runs every check, also after one has failed, and sums up.
pub(crate) fn run() -> anyhow::Result<()> {
    let checks: [(&str, Check); 9] = [
        ("test", tests),
        ("demo", || whole(demo::run())),
        ("console", || console::test(&[])),
        ("fmt --check", || whole(fmt::check())),
        ("lint", || whole(lint::run())),
        ("check-arch", || whole(check_arch::run())),
        ("tidy", || whole(tidy::run())),
        ("calibrate", || whole(calibrate::run(&[]))),
        ("licences", licences),
    ];
    let began = machine::now();
    let mut results = Vec::new();
    for (name, check) in checks {
        println!("\n== {name}");
        let began = machine::now();
        let result = check();
        if let Err(error) = &result {
            eprintln!("{error:#}");
        }
        results.push((name, result.ok(), began.elapsed()));
        interrupt::check()?;
    }
    println!("\n== summary");
    for (name, ran, took) in &results {
        let (word, left_out) = match ran {
            Some(Ran::Whole) => ("ok", ""),
            Some(Ran::Without(what)) => ("partly", what.as_str()),
            None => ("FAILED", ""),
        };
        println!("{word:<6} {name:<12} {}  {left_out}", seconds(*took));
    }
    println!("{:<19} {}", "", seconds(began.elapsed()));
    let failed = results.iter().filter(|(_, ran, _)| ran.is_none()).count();
    if failed > 0 {
        bail!("{failed} of {} checks failed", results.len());
    }
    Ok(())
}

fn whole(result: anyhow::Result<()>) -> anyhow::Result<Ran> {
    result.map(|()| Ran::Whole)
}

/// All tests; those that need a Redis end at once where there is none.
fn tests() -> anyhow::Result<Ran> {
    let mut left_out: Vec<String> = Vec::new();
    if let Ran::Without(what) = test::run(&[])? {
        left_out.push(what);
    }
    if machine::find_program("redis-server").is_none() {
        left_out.push("without a real Redis: redis-server is not installed".to_owned());
    }
    Ok(if left_out.is_empty() {
        Ran::Whole
    } else {
        Ran::Without(left_out.join("; "))
    })
}

/// Licences, bans and sources of dependencies, where the program that knows them is installed.
fn licences() -> anyhow::Result<Ran> {
    if machine::find_program("cargo-deny").is_none() {
        return Ok(Ran::Without("skipped: cargo-deny is not installed".to_owned()));
    }
    let mut command = workspace::cargo();
    command.args([
        "deny",
        "--offline",
        "check",
        "--config",
        ".deny.toml",
        "bans",
        "licenses",
        "sources",
    ]);
    whole(process::run("cargo deny", &mut command))
}

fn seconds(took: Duration) -> String {
    format!("{:>5}.{} s", took.as_secs(), took.subsec_millis() / 100)
}
