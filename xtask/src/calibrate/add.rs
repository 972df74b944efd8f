//! Bringing in what a customer wrote who agreed to it: masked, and with the reference of the consent.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use ratiba_conversation::redact::Masker;

use super::Misread;
use super::corpus::{self, UNLABELLED};
use crate::{files, understand};

/// What was asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    /// The messages of one customer, one a line.
    file: String,
    id: String,
    consent: String,
    /// When they were written, with the offset.
    now: String,
    /// Whoever is known by name in them.
    names: Vec<String>,
}

impl Options {
    /// Reads `FILE --id ID --consent REFERENCE --now TIME [--name NAME]…`.
    ///
    /// # Errors
    /// An option that is not known or has no value, or one that is wanted and missing.
    pub(super) fn read(arguments: &[&str]) -> Result<Self, Misread> {
        let (mut file, mut id, mut consent, mut now) = (None, None, None, None);
        let mut names = Vec::new();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let slot = match *argument {
                "--id" => &mut id,
                "--consent" => &mut consent,
                "--now" => &mut now,
                "--name" => {
                    let name = rest
                        .next()
                        .ok_or_else(|| Misread("--name wants a value".to_owned()))?;
                    names.push((*name).to_owned());
                    continue;
                }
                option if option.starts_with("--") => {
                    return Err(Misread(format!("there is no option {option}")));
                }
                path => {
                    if file.replace(path.to_owned()).is_some() {
                        return Err(Misread("one file at a time".to_owned()));
                    }
                    continue;
                }
            };
            let value = rest.next().filter(|value| !value.trim().is_empty());
            let value = value.ok_or_else(|| Misread(format!("{argument} wants a value")))?;
            if slot.replace((*value).to_owned()).is_some() {
                return Err(Misread(format!("{argument} is given twice")));
            }
        }
        let wanted =
            |value: Option<String>, name: &str| value.ok_or_else(|| Misread(format!("{name} is missing")));
        Ok(Self {
            file: wanted(file, "FILE")?,
            id: wanted(id, "--id")?,
            consent: wanted(consent, "--consent")?,
            now: wanted(now, "--now")?,
            names,
        })
    }
}

/// Appends the transcript, masked and without labels.
///
/// # Errors
/// What cannot be read or written; the identity is taken. Then the file is as it was.
pub(super) fn run(options: &Options, labelled: &Path, before: &str) -> anyhow::Result<()> {
    understand::instant(&options.now)?;
    let said = files::read(Path::new(&options.file))?;
    let after = format!("{before}{}", entry(options, &said));
    corpus::read(&after).map_err(|why| why.of(labelled))?;
    std::fs::write(labelled, after).context("the transcript cannot be kept")?;
    println!(
        "{} is in the file; a person labels its turns, each has {UNLABELLED:?} until then",
        options.id
    );
    Ok(())
}

/// The lines that come to the file.
fn entry(options: &Options, said: &str) -> String {
    let masker = Masker::new(&options.names);
    let mut text = format!(
        "  - id: {}\n    consent: {}\n    now: {}\n    turns:\n",
        quoted(&options.id),
        quoted(&masker.mask(&options.consent)),
        quoted(&options.now)
    );
    for line in said.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let says = quoted(&masker.mask(line));
        let _ = writeln!(
            text,
            "      - says: {says}\n        language: \"{UNLABELLED}\"\n        intent: \"{UNLABELLED}\""
        );
    }
    text
}

/// A text between double quotes, as JSON has it: YAML reads that as the same.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(arguments: &[&str]) -> Result<Options, Misread> {
        Options::read(arguments)
    }

    const WHOLE: [&str; 9] = [
        "chat.txt",
        "--id",
        "asha-1",
        "--consent",
        "C-17",
        "--now",
        "2026-05-12T08:00+03:00",
        "--name",
        "Asha Wanjiku",
    ];

    #[test]
    fn nothing_comes_in_without_a_consent() {
        assert_eq!(
            options(&["chat.txt", "--id", "a"]).unwrap_err().0,
            "--consent is missing"
        );
        assert_eq!(
            options(&["chat.txt", "--id", "a", "--consent", " "])
                .unwrap_err()
                .0,
            "--consent wants a value"
        );
        assert!(options(&WHOLE).is_ok());
    }

    #[test]
    fn what_comes_in_is_masked_quoted_and_waits_for_labels() {
        let said = "Mimi ni ASHA, nipigie 0712 345 678\n\n  \"kesho\" \\ saa nane: poa? 👋\n";
        let text = format!("transcripts:\n{}", entry(&options(&WHOLE).unwrap(), said));
        let read = corpus::read(&text).unwrap();
        let says: Vec<&str> = read[0].turns.iter().map(|turn| turn.says.as_str()).collect();
        assert_eq!(
            says,
            [
                "Mimi ni [name], nipigie [number]",
                "\"kesho\" \\ saa nane: poa? 👋"
            ]
        );
        assert!(read[0].turns.iter().all(|turn| turn.label.is_none()));
        assert_eq!(
            read[0].source,
            corpus::Source::Consented {
                reference: "C-17".to_owned()
            }
        );
    }
}
