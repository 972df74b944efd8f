//! Files with cases for an engine: read, and their answers printed.

use std::io::{Read as _, Write as _};

use anyhow::Context as _;

/// More than the longest case that is read.
const BYTES_MOST: u64 = 64 * 1024 * 1024;

/// The file is no case. Every fault, one a line.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub(crate) struct NoCase(pub(crate) Vec<String>);

/// Prints an answer.
pub(crate) fn print(answer: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(answer.as_bytes()).and_then(|()| out.flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("the answer cannot be written"),
    }
}

/// Reads a file, or standard input for `-`.
pub(crate) fn read(file: &str) -> Result<String, NoCase> {
    let mut bytes = Vec::new();
    let read = if file == "-" {
        std::io::stdin().lock().take(BYTES_MOST).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|opened| opened.take(BYTES_MOST).read_to_end(&mut bytes))
    };
    let unreadable = |why: String| NoCase(vec![format!("{}: {why}", name(file))]);
    read.map_err(|error| unreadable(in_words(&error)))?;
    let text = String::from_utf8(bytes);
    text.map_err(|error| unreadable(format!("is not text in UTF-8: {}", error.utf8_error())))
}

/// Why a file cannot be read, in words for people.
fn in_words(error: &std::io::Error) -> String {
    let words = [
        (std::io::ErrorKind::NotFound, "there is no such file"),
        (std::io::ErrorKind::IsADirectory, "is a folder and no file"),
        (std::io::ErrorKind::PermissionDenied, "may not be read"),
    ];
    let known = words.iter().find(|(kind, _)| *kind == error.kind());
    known.map_or_else(|| error.to_string(), |(_, words)| (*words).to_owned())
}

/// What a file is called in messages.
pub(crate) fn name(file: &str) -> &str {
    if file == "-" { "standard input" } else { file }
}
