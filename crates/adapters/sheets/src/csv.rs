//! Comma-separated values, as RFC 4180 has them.

use ratiba_payroll::sheet::Cell;

use crate::decimal;

/// The rows as CSV in UTF-8, each line ended by CR and LF. Words that a spreadsheet would take for a formula are written
/// with an apostrophe before them.
#[must_use]
pub fn csv(rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut text = String::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            if column > 0 {
                text.push(',');
            }
            match cell {
                Cell::Text(words) => text.push_str(&quoted(&harmless(words))),
                Cell::Amount(minor) => text.push_str(&decimal(*minor)),
                Cell::Count(count) => text.push_str(&count.to_string()),
            }
        }
        text.push_str("\r\n");
    }
    text.into_bytes()
}

fn harmless(words: &str) -> String {
    if words.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{words}")
    } else {
        words.to_owned()
    }
}

fn quoted(words: &str) -> String {
    if words.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", words.replace('"', "\"\""))
    } else {
        words.to_owned()
    }
}
