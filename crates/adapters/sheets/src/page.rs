//! Rows of a thing and an amount, and how they stand on a page of so many columns. Pure.

use ratiba_kernel::Money;

use crate::letters::printable;
use crate::pdf::Printed;

/// One row of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// What stands out, on a line of its own.
    Head(String),
    /// Words.
    Words(String),
    /// A thing and its amount.
    Sum {
        /// The thing.
        what: String,
        /// Its amount.
        amount: Money,
        /// Whether it stands out.
        strong: bool,
    },
    /// Nothing.
    Gap,
}

/// The rows on a page of so many columns: amounts stand at the right edge, what is longer goes on below.
#[must_use]
pub fn lines(rows: &[Row], columns: usize) -> Vec<Printed> {
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        match row {
            Row::Gap => lines.push(printed("", false)),
            Row::Head(words) => lines.extend(wrapped(words, columns).iter().map(|line| printed(line, true))),
            Row::Words(words) => {
                lines.extend(wrapped(words, columns).iter().map(|line| printed(line, false)));
            }
            Row::Sum { what, amount, strong } => {
                let amount = amount.to_string();
                let room = columns.saturating_sub(amount.chars().count() + 2);
                let mut words = wrapped(what, room);
                let last = words.pop().unwrap_or_default();
                lines.extend(words.iter().map(|line| printed(line, *strong)));
                let gap = columns.saturating_sub(last.chars().count() + amount.chars().count());
                lines.push(printed(&format!("{last}{}{amount}", " ".repeat(gap)), *strong));
            }
        }
    }
    lines
}

fn printed(text: &str, strong: bool) -> Printed {
    Printed {
        text: text.to_owned(),
        strong,
    }
}

/// Words in lines of at most so many characters; a word that is longer than a line is broken.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    // A mark that is not printed takes no room.
    let text = printable(text);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let mut letters: Vec<char> = word.chars().collect();
        while !letters.is_empty() {
            let rest = letters.split_off(letters.len().min(columns));
            let piece: String = letters.iter().collect();
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + letters.len() <= columns => {
                    line.push(' ');
                    line.push_str(&piece);
                }
                _no_room => lines.push(piece),
            }
            letters = rest;
        }
    }
    lines
}
