//! Cases as files: what the readers of cases, one for each engine that can be tried with a file, have in common.

pub mod json;
pub mod times;

const COLUMNS_MOST: usize = 110;

/// Pretty JSON with each list and object that fits on one line in one line. A line break is never part of a
/// JSON text's strings, so that lines can be taken for what they are.
#[must_use]
pub fn folded(pretty: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut opened = Vec::new();
    for line in pretty.lines() {
        let closes = line.trim_start().starts_with(['}', ']']);
        let opens = line.ends_with(['{', '[']);
        lines.push(line.to_owned());
        if opens {
            opened.push(lines.len() - 1);
        } else if closes && let Some(from) = opened.pop() {
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
