//! `simulate-payments --seed N [--minutes M | --every-step]`: the fault run, on programs that are built already. `cargo xtask
//! simulate-payments` builds them and starts it.

use std::process::ExitCode;

use anyhow::Context as _;
use system_tests::fault_run::{Options, Scale, Steps, run, run_every_step};

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asked =
        parse(&arguments).context("usage: simulate-payments --seed N [--minutes M | --every-step]")?;
    let Asked {
        seed,
        minutes,
        every_step,
    } = asked;
    let over = if every_step {
        println!("seed {seed}, killed at every step");
        run_every_step(seed, Steps::All, |line| println!("{line}")).await
    } else {
        println!("seed {seed}, about {minutes} minutes");
        run(Options {
            seed,
            scale: Scale::of_minutes(minutes),
            defect: None,
        })
        .await
    };
    let over = over.with_context(|| format!("the run of seed {seed} broke off"))?;
    print!("{}", over.report);
    if over.report.findings.is_empty() {
        // Only who looks for something needs the logs.
        std::fs::remove_dir_all(&over.stage.logs)?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("\nlogs: {}", over.stage.logs.display());
    println!(
        "repeat it with: cargo xtask simulate-payments {}",
        arguments.join(" ")
    );
    Ok(ExitCode::FAILURE)
}

struct Asked {
    seed: u64,
    minutes: u32,
    every_step: bool,
}

/// What is asked for, or what is wrong with the arguments.
fn parse(arguments: &[String]) -> anyhow::Result<Asked> {
    let (mut seed, mut minutes, mut every_step) = (None, None, false);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--seed" => seed = Some(value()?.parse()?),
            "--minutes" => minutes = Some(value()?.parse()?),
            "--every-step" => every_step = true,
            _ => anyhow::bail!("{word:?} is not understood"),
        }
    }
    anyhow::ensure!(
        !every_step || minutes.is_none(),
        "every step takes as long as it takes"
    );
    let minutes = minutes.unwrap_or(2);
    anyhow::ensure!((1..=120).contains(&minutes), "a run takes from 1 to 120 minutes");
    Ok(Asked {
        seed: seed.context("a seed is needed")?,
        minutes,
        every_step,
    })
}
