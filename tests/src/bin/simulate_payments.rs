//! `simulate-payments --seed N --minutes M`: the fault run, on programs that are built already. `cargo xtask
//! simulate-payments` builds them and starts it.

use std::process::ExitCode;

use anyhow::Context as _;
use system_tests::fault_run::{Options, Scale, run};

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (seed, minutes) = parse(&arguments).context("usage: simulate-payments --seed N --minutes M")?;
    println!("seed {seed}, about {minutes} minutes");
    let over = run(Options {
        seed,
        scale: Scale::of_minutes(minutes),
        defect: None,
    })
    .await
    .with_context(|| format!("the run of seed {seed} broke off"))?;
    print!("{}", over.report);
    if over.report.findings.is_empty() {
        // Only who looks for something needs the logs.
        std::fs::remove_dir_all(&over.stage.logs)?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("\nlogs: {}", over.stage.logs.display());
    println!("repeat it with: cargo xtask simulate-payments --seed {seed} --minutes {minutes}");
    Ok(ExitCode::FAILURE)
}

/// The seed and the minutes, or what is wrong with the arguments.
fn parse(arguments: &[String]) -> anyhow::Result<(u64, u32)> {
    let (mut seed, mut minutes) = (None, None);
    for pair in arguments.chunks(2) {
        match pair {
            [name, value] if name == "--seed" => seed = Some(value.parse()?),
            [name, value] if name == "--minutes" => minutes = Some(value.parse()?),
            _ => anyhow::bail!("{pair:?} is not understood"),
        }
    }
    let minutes = minutes.unwrap_or(2);
    anyhow::ensure!((1..=120).contains(&minutes), "a run takes from 1 to 120 minutes");
    Ok((seed.context("a seed is needed")?, minutes))
}
