//! `cargo xtask fuzz [SECONDS]`: throws bytes at the reader of messages until one of them breaks it.
//!
//! It needs a nightly compiler and cargo-fuzz, which the build does not; that is why it is no part of `ci`.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::files;
use crate::process;
use crate::workspace;

/// How long it looks, if nothing else is said.
const SECONDS: u32 = 120;

/// Longer messages are cut by the reader anyway.
const BYTES_MOST: u32 = 8192;

/// The package that holds the target.
const PACKAGE: &str = "crates/domain/conversation/fuzz";

/// Sentences from which it begins, so that it need not invent words.
const SENTENCES: [&str; 2] = [
    "crates/domain/conversation/tests/data/utterances.csv",
    "crates/domain/conversation/tests/data/more_utterances.csv",
];

const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the target for so many seconds.
pub(crate) fn run(seconds: Option<&str>) -> anyhow::Result<()> {
    let seconds: u32 = match seconds {
        Some(text) => text
            .parse()
            .with_context(|| format!("{text}: is no number of seconds"))?,
        None => SECONDS,
    };
    if let Some(missing) = missing() {
        bail!("fuzzing is not possible here: {missing}");
    }
    let corpus = sow()?;
    let mut command = nightly();
    command
        .current_dir(workspace::root())
        .env("CARGO_TARGET_DIR", workspace::scratch("fuzz/target")?)
        .args(["fuzz", "run", "--fuzz-dir", PACKAGE, "understand"])
        .arg(corpus)
        .args(["--", "-only_ascii=0", "-print_final_stats=1"])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={BYTES_MOST}"));
    process::run("cargo fuzz", &mut command)
}

/// Cargo of the nightly toolchain. What our own cargo told us about its compiler must not reach it.
fn nightly() -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo"]);
    for name in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN", "CARGO_MANIFEST_DIR"] {
        command.env_remove(name);
    }
    command
}

/// What is not there, with the command that brings it.
fn missing() -> Option<&'static str> {
    if process::ask(nightly().arg("--version"), PATIENCE).is_none() {
        return Some("no nightly compiler: rustup toolchain install nightly --profile minimal");
    }
    if process::ask(nightly().args(["fuzz", "--version"]), PATIENCE).is_none() {
        return Some("no cargo-fuzz: cargo install cargo-fuzz --locked");
    }
    None
}

/// Puts each known sentence into the corpus, behind the bytes that choose its circumstances.
fn sow() -> anyhow::Result<PathBuf> {
    let corpus = workspace::scratch("fuzz/corpus")?;
    for (file, place) in (0..).zip(SENTENCES) {
        let text = files::read(&workspace::root().join(place))?;
        for (row, line) in text.lines().enumerate().skip(1) {
            let seed = corpus.join(format!("sentence-{file}-{row}"));
            std::fs::write(&seed, format!("\0\0\0{line}"))
                .with_context(|| format!("{} cannot be written", seed.display()))?;
        }
    }
    Ok(corpus)
}
