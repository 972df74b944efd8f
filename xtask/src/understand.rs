//! `cargo xtask understand`: what the rules read in a message, one CSV row for each.
//!
//! No server and no database. The names of services and people are those of a usual salon ([`names`]); a question is
//! taken to be open, so that a bare yes, no or number counts. The columns are described in `docs/understanding.md`.

pub(crate) mod names;
mod options;

use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use ratiba_conversation::understanding::{Context, Intent, Understood, understand};

use names::Names;
pub(crate) use options::instant;
use options::{Options, Source};

/// The file with utterances may be this long.
const BYTES_MOST: u64 = 16 * 1024 * 1024;

/// The columns that are printed.
const COLUMNS: [&str; 11] = [
    "utterance",
    "language",
    "intent",
    "when",
    "ask",
    "duration",
    "people",
    "staff",
    "service",
    "choice",
    "amount",
];

/// What was asked cannot be read: the options, or the file.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Misread(pub(crate) String);

impl Misread {
    /// The same, and in which file.
    pub(crate) fn of(self, file: &Path) -> Self {
        Self(format!("{}:{}", file.display(), self.0))
    }
}

/// Reads the utterances and prints what was understood of each.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let options = Options::read(arguments, crate::machine::wall_clock())?;
    let utterances = match &options.source {
        Source::Texts(texts) => texts.clone(),
        Source::File(file) => utterances(&bytes(file)?).map_err(|why| Misread(format!("{file}: {why}")))?,
    };
    let printed = table(&utterances, &options)?;
    let mut out = std::io::stdout().lock();
    match out.write_all(&printed).and_then(|()| out.flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("the rows cannot be written"),
    }
}

/// A file's bytes, or those of standard input for `-`.
fn bytes(file: &str) -> Result<Vec<u8>, Misread> {
    let mut bytes = Vec::new();
    let most = BYTES_MOST.saturating_add(1);
    let read = if file == "-" {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|opened| opened.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|error| Misread(format!("{file}: {error}")))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > BYTES_MOST) {
        return Err(Misread(format!("{file}: is longer than {BYTES_MOST} bytes")));
    }
    Ok(bytes)
}

/// The utterances of a file: its column `utterance`, or, of a file with no such column but only one, each row.
fn utterances(bytes: &[u8]) -> Result<Vec<String>, String> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let rows: Vec<csv::ByteRecord> = reader
        .byte_records()
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    let named = |cell: &[u8]| cell.trim_ascii().eq_ignore_ascii_case(b"utterance");
    let column = rows.first().and_then(|head| head.iter().position(named));
    let (column, rows) = match column {
        Some(column) => (column, rows.get(1..).unwrap_or_default()),
        None if rows.iter().all(|row| row.len() == 1) => (0, rows.as_slice()),
        None => return Err("the first row must name a column `utterance`".to_owned()),
    };
    // What is no UTF-8 is read as far as it is text, as it would be from a channel.
    Ok(rows
        .iter()
        .map(|row| String::from_utf8_lossy(row.get(column).unwrap_or_default()).into_owned())
        .collect())
}

/// The head and one row for each utterance.
fn table(utterances: &[String], options: &Options) -> anyhow::Result<Vec<u8>> {
    let names = Names::usual();
    let context = Context {
        now: options.now,
        zone: options.zone.clone(),
        opening: options.opening.clone(),
        lexicon: names.lexicon(),
        question_open: true,
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for utterance in utterances {
        writer.write_record(row(utterance, &understand(utterance, &context), &names))?;
    }
    writer.into_inner().context("the rows cannot be written")
}

/// One row, in the order of [`COLUMNS`]. What was not understood is blank.
fn row(utterance: &str, understood: &Understood, names: &Names) -> [String; 11] {
    let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
    [
        utterance.to_owned(),
        understood.language.tag().to_owned(),
        intent_name(understood.intent).to_owned(),
        understood.when.map_or_else(String::new, |when| when.to_string()),
        if understood.ask { "yes" } else { "no" }.to_owned(),
        // How late somebody is, is a duration too; a message never has both.
        number(understood.duration_minutes.or(understood.minutes_late)),
        number(understood.people),
        understood
            .staff
            .map_or("", |found| names.name(found.id))
            .to_owned(),
        understood.service().map_or("", |id| names.name(id)).to_owned(),
        number(understood.choice),
        number(understood.amount),
    ]
}

/// Every intent that the table names.
pub(crate) fn intent_names() -> impl Iterator<Item = &'static str> {
    let named = Intent::ALL
        .into_iter()
        .filter(|intent| *intent != Intent::PayByCard);
    named.map(intent_name)
}

/// The intent as the table names it. A wish to pay by card is a question to it, because the table knows no other word.
pub(crate) fn intent_name(intent: Intent) -> &'static str {
    if intent == Intent::PayByCard {
        Intent::AskInfo.name()
    } else {
        intent.name()
    }
}

#[cfg(test)]
mod tests;
