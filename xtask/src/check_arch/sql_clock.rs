//! Business time comes from the clock port, also in SQL: the database's own clock may fill bookkeeping columns,
//! on lines that say so, and nothing else.

use std::path::Path;

use super::Fault;
use crate::files;

const MARKS: [&str; 2] = ["-- bookkeeping", "// bookkeeping"];

/// Ways to ask the database what time it is, in lower case.
const FUNCTIONS: [&str; 6] = [
    "now()",
    "clock_timestamp()",
    "statement_timestamp()",
    "transaction_timestamp()",
    "timeofday()",
    "dsl::now",
];
const WORDS: [&str; 5] = [
    "current_timestamp",
    "current_date",
    "current_time",
    "localtimestamp",
    "localtime",
];

/// Lines of the database adapter and of the migrations that ask the database for the time.
pub(super) fn faults(root: &Path) -> anyhow::Result<Vec<Fault>> {
    let mut sources = files::below(&root.join("crates/adapters/postgres/src"), "rs")?;
    sources.extend(files::below(&root.join("migrations"), "sql")?);
    let mut faults = Vec::new();
    for path in sources {
        let text = files::read(&path)?;
        for (number, line) in (1..).zip(text.lines()) {
            if asks_the_database(line) {
                let place = format!("{}:{number}", files::relative(root, &path));
                let message =
                    "takes the time from the database: pass the clock's, or mark it `-- bookkeeping`";
                faults.push(Fault::new(place, message));
            }
        }
    }
    Ok(faults)
}

pub(super) fn asks_the_database(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let trimmed = line.trim_start();
    let comment = trimmed.starts_with("//") || trimmed.starts_with("--");
    if comment || MARKS.iter().any(|mark| line.contains(mark)) {
        return false;
    }
    FUNCTIONS.iter().any(|function| contains_word(&line, function))
        || WORDS.iter().any(|word| contains_word(&line, word))
}

/// Whether `line` holds `word` as a whole: neither as a part of a longer name nor as somebody's method, which
/// is how Rust asks the clock port, nor as the function of a Rust type, such as a stopwatch's.
fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let part_of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let of_a_type = line[..at].ends_with("::") && word.ends_with(')');
        !of_a_type
            && !before.is_some_and(|c| part_of_a_name(c) || c == '.')
            && (word.ends_with(')') || !after.is_some_and(part_of_a_name))
    })
}
