//! `cargo xtask slots FILE.json`: the availability engine on facts and questions from a file.
//!
//! No server, no database, no clock: what the file says is all there is. The form is described in
//! `docs/slots.md`.

use std::io::{Read as _, Write as _};

use anyhow::Context as _;
use ratiba_booking::availability::document::{Case, CaseRefused};

/// More than the longest case that is read.
const BYTES_MOST: u64 = 16 * 1024 * 1024;

const COLUMNS_MOST: usize = 110;

/// The file is no case. Every fault, one a line.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub(crate) struct NoCase(Vec<String>);

/// Reads a file, or standard input for `-`, and prints the answer.
pub(crate) fn run(file: &str) -> anyhow::Result<()> {
    let text = read(file)?;
    let answer = answer(file, &text)?;
    let mut out = std::io::stdout().lock();
    out.write_all(answer.as_bytes())
        .and_then(|()| out.flush())
        .context("the answer cannot be written")
}

fn read(file: &str) -> Result<String, NoCase> {
    let mut bytes = Vec::new();
    let read = if file == "-" {
        std::io::stdin().lock().take(BYTES_MOST).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|opened| opened.take(BYTES_MOST).read_to_end(&mut bytes))
    };
    let unreadable = |error: &dyn std::fmt::Display| NoCase(vec![format!("{}: {error}", name(file))]);
    read.map_err(|error| unreadable(&error))?;
    String::from_utf8(bytes).map_err(|error| unreadable(&error.utf8_error()))
}

/// The answer as it is printed, with a line break at its end.
fn answer(file: &str, text: &str) -> anyhow::Result<String> {
    let faults = |refused: CaseRefused| {
        let faults = refused.faults.iter();
        NoCase(faults.map(|fault| format!("{}: {fault}", name(file))).collect())
    };
    let answer = Case::read(text).map_err(faults)?.answer().map_err(faults)?;
    let pretty = serde_json::to_string_pretty(&answer).context("the answer cannot be written as JSON")?;
    Ok(folded(&pretty) + "\n")
}

/// Pretty JSON with each list and object that fits on one line in one line. A line break is never part of a
/// JSON text's strings, so that lines can be taken for what they are.
fn folded(pretty: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut opened = Vec::new();
    for line in pretty.lines() {
        let closes = line.trim_start().starts_with(['}', ']']);
        let opens = line.ends_with(['{', '[']);
        lines.push(line.to_owned());
        if opens {
            opened.push(lines.len() - 1);
        } else if let (true, Some(from)) = (closes, opened.pop()) {
            let block = lines.get(from..).unwrap_or_default();
            let inner = block.iter().skip(1).map(|line| line.trim_start());
            let joined = block.iter().take(1).map(String::as_str).chain(inner);
            let joined = joined.collect::<Vec<_>>().join(" ");
            if joined.chars().count() <= COLUMNS_MOST {
                lines.truncate(from);
                lines.push(joined);
            }
        }
    }
    lines.join("\n")
}

fn name(file: &str) -> &str {
    if file == "-" { "standard input" } else { file }
}

#[cfg(test)]
mod tests;
