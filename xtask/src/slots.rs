//! `cargo xtask slots FILE.json`: the availability engine on facts and questions from a file.
//!
//! No server, no database, no clock: what the file says is all there is. The form is described in
//! `docs/slots.md`.

use anyhow::Context as _;
use ratiba_booking::availability::document::{Case, CaseRefused};

use crate::case_file::{self, NoCase, name};

/// Reads a file, or standard input for `-`, and prints the answer.
pub(crate) fn run(file: &str) -> anyhow::Result<()> {
    case_file::print(&answer(file, &case_file::read(file)?)?)
}

/// The answer as it is printed, with a line break at its end.
fn answer(file: &str, text: &str) -> anyhow::Result<String> {
    let faults = |refused: CaseRefused| {
        let faults = refused.faults.iter();
        NoCase(faults.map(|fault| format!("{}: {fault}", name(file))).collect())
    };
    let answer = Case::read(text).map_err(faults)?.answer().map_err(faults)?;
    answer.to_json().context("the answer cannot be written as JSON")
}

#[cfg(test)]
mod tests;
