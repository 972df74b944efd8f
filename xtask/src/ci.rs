//! `cargo xtask ci`: everything that decides whether a change is good, in one run, the same anywhere.

use std::time::Duration;

use anyhow::bail;

use crate::interrupt;
use crate::machine;
use crate::{calibrate, check_arch, console, demo, fmt, lint, process, test, tidy, workspace};

/// One check: it says itself what is wrong.
type Check = fn() -> anyhow::Result<()>;

/// Runs every check, also after one has failed, and sums up.
pub(crate) fn run() -> anyhow::Result<()> {
    let checks: [(&str, Check); 9] = [
        ("test", || test::run(&[])),
        ("demo", demo::run),
        ("console", || console::test(&[])),
        ("fmt --check", fmt::check),
        ("lint", lint::run),
        ("check-arch", check_arch::run),
        ("tidy", tidy::run),
        ("calibrate", || calibrate::run(&[])),
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
        results.push((name, result.is_ok(), began.elapsed()));
        interrupt::check()?;
    }
    println!("\n== summary");
    for (name, passed, took) in &results {
        println!(
            "{:<6} {name:<12} {}",
            if *passed { "ok" } else { "FAILED" },
            seconds(*took)
        );
    }
    println!("{:<19} {}", "", seconds(began.elapsed()));
    let failed = results.iter().filter(|(_, passed, _)| !passed).count();
    if failed > 0 {
        bail!("{failed} of {} checks failed", results.len());
    }
    Ok(())
}

/// Licences, bans and sources of dependencies, where the program that knows them is installed.
fn licences() -> anyhow::Result<()> {
    if machine::find_program("cargo-deny").is_none() {
        println!("skipped: cargo-deny is not installed");
        return Ok(());
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
    process::run("cargo deny", &mut command)
}

fn seconds(took: Duration) -> String {
    format!("{:>5}.{} s", took.as_secs(), took.subsec_millis() / 100)
}
